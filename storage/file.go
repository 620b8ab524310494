package storage

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	// ownerOnlyFolder is the mode of folders; files have 0600.
	ownerOnlyFolder = 0o700
	// temporary ends the names of files that are being written.
	temporary = ".tmp"
)

// leftover matches the names of files that are being written, or were when their writer
// was killed.
var leftover = regexp.MustCompile(`\.[0-9]{1,10}\.tmp$`)

// CreateFile makes a file readable by its owner only, with the content whole and
// on the disk, and the folders above it. The error is [ErrExists] if there is a
// file already, which then stays as it is.
func CreateFile(path string, content []byte) error {
	err := putFile(path, content, func(from, to string) error {
		defer func() { _ = os.Remove(from) }() // a leftover is passed over by List
		return os.Link(from, to)               // unlike a rename, it replaces nothing
	})
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	return err
}

// putFile writes a file under a temporary name and then puts it in its place.
// Whoever removes the object meanwhile removes that, too.
func putFile(path string, content []byte, place func(from, to string) error) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, ownerOnlyFolder); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, filepath.Base(path)+".*"+temporary)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = place(file.Name(), path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if _, statErr := os.Stat(folder); statErr == nil {
			return nil // it was removed as soon as it was written
		}
	}
	if err != nil {
		_ = os.Remove(file.Name()) // a leftover is passed over by List
		return err
	}
	return syncFolder(folder)
}

// syncFolder puts the names in a folder on the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // the caller names the folder
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// listFiles yields the names of the files below a folder. Unlike gocloud.dev it
// passes over those that are removed meanwhile.
func listFiles(folder, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		// Names with the prefix lie below the last folder that it names.
		below := filepath.Join(folder, filepath.FromSlash(prefix[:strings.LastIndexByte(prefix, '/')+1]))
		err := filepath.WalkDir(below, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			case entry.IsDir() || leftover.MatchString(path):
				return nil
			}
			relative, err := filepath.Rel(folder, path)
			if err != nil {
				return err
			}
			if name := filepath.ToSlash(relative); strings.HasPrefix(name, prefix) && !yield(name, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield("", err)
		}
	}
}
