// Package storage keeps objects: in a folder, or in the object storage of a
// cloud, named by URL. It knows nothing of what the objects mean.
//
// Objects in a folder survive a power cut once they are acknowledged, and are
// created by one of several processes only; gocloud.dev promises neither for
// folders.
package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/azureblob" // serves azblob://
	_ "gocloud.dev/blob/fileblob"  // serves file://
	_ "gocloud.dev/blob/gcsblob"   // serves gs://
	_ "gocloud.dev/blob/s3blob"    // serves s3://
	"gocloud.dev/gcerrors"
)

var (
	// ErrNotFound says that there is no object of this name.
	ErrNotFound = errors.New("there is no such object")
	// ErrExists says that an object was not created, for there is one of this
	// name.
	ErrExists = errors.New("there is such an object already")
	// ErrTooLarge says that an object is larger than the reader accepts.
	ErrTooLarge = errors.New("the object is too large")
)

// A Bucket holds objects by name.
type Bucket struct {
	blobs *blob.Bucket
	// folder is where a file:// bucket lies; empty for all others.
	folder string
	// promise is what is known of a store that is no folder.
	promise *promise
}

// Open opens the bucket at the URL, such as "file:///var/lib/lethe/reports" or
// "s3://our-reports?region=eu-west-3". The folder of a file:// bucket is made if
// it is not there; it and the folders in it are open to their owner only. A cloud's
// storage is probed, and refused with [ErrOverwrites] if it does not keep what
// [Bucket.Create] promises; where that cannot be found out now, the first Create
// finds it out. The caller closes the bucket.
func Open(ctx context.Context, bucketURL string) (*Bucket, error) {
	location, err := parse(bucketURL)
	if err != nil {
		return nil, err
	}
	if location.Scheme == "file" {
		if err := os.MkdirAll(location.Path, ownerOnlyFolder); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make the folder: %w", err)
		}
	}
	b, err := open(ctx, location)
	if err != nil {
		return nil, err
	}
	if err := b.ensurePromise(ctx); errors.Is(err, ErrOverwrites) {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// OpenExisting is [Open] for readers: it makes nothing and writes no probe, and a
// folder that is not there is an error that matches [fs.ErrNotExist].
func OpenExisting(ctx context.Context, bucketURL string) (*Bucket, error) {
	location, err := parse(bucketURL)
	if err != nil {
		return nil, err
	}
	if location.Scheme == "file" {
		if _, err := os.Stat(location.Path); err != nil {
			return nil, err
		}
	}
	return open(ctx, location)
}

func parse(bucketURL string) (*url.URL, error) {
	location, err := url.Parse(bucketURL)
	if err != nil {
		return nil, errors.New("the storage's URL is not valid; use one such as file:///var/lib/lethe/reports")
	}
	if location.Scheme == "file" && location.Host == "." {
		if location.Path, err = filepath.Abs("." + location.Path); err != nil {
			return nil, fmt.Errorf("find the folder: %w", err)
		}
		location.Host = ""
	}
	return location, nil
}

func open(ctx context.Context, location *url.URL) (*Bucket, error) {
	b := &Bucket{}
	if location.Scheme == "file" {
		b.folder = location.Path
		query := location.Query()
		query.Set("metadata", "skip")
		query.Set("no_tmp_dir", "true")
		query.Set("dir_file_mode", strconv.Itoa(ownerOnlyFolder))
		location.RawQuery = query.Encode()
	} else {
		b.promise = promiseOf(location.String())
	}
	var err error
	if b.blobs, err = blob.OpenBucket(ctx, location.String()); err != nil {
		return nil, fmt.Errorf("open the storage: %w", err)
	}
	return b, nil
}

// Close lets go of the bucket.
func (b *Bucket) Close() error { return b.blobs.Close() }

// plainName matches names that are paths below the folder as they stand.
var plainName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)*$`)

func (b *Bucket) file(name string) (string, error) {
	if !plainName.MatchString(name) {
		return "", errors.New("the object's name is not made of letters, digits, dots, dashes and underscores")
	}
	return filepath.Join(b.folder, filepath.FromSlash(name)), nil
}

// Create stores a new object. If there is one of this name, it stays as it is
// and the error is [ErrExists]: of several that create the same object, at the
// same time and in different processes, one succeeds.
func (b *Bucket) Create(ctx context.Context, name string, content []byte) error {
	if b.folder != "" {
		path, err := b.file(name)
		if err != nil {
			return err
		}
		return CreateFile(path, content)
	}
	if err := b.ensurePromise(ctx); err != nil {
		return err
	}
	return b.create(ctx, name, content)
}

func (b *Bucket) createOnce(ctx context.Context, name string, content []byte) error {
	err := b.blobs.WriteAll(ctx, name, content, &blob.WriterOptions{IfNotExist: true})
	if gcerrors.Code(err) == gcerrors.FailedPrecondition {
		return ErrExists
	}
	return err
}

// Replace stores an object, in place of the one of this name if there is one.
// Readers see the old or the new one, whole.
func (b *Bucket) Replace(ctx context.Context, name string, content []byte) error {
	if b.folder == "" {
		return b.blobs.WriteAll(ctx, name, content, nil)
	}
	path, err := b.file(name)
	if err != nil {
		return err
	}
	return putFile(path, content, os.Rename)
}

// Read returns an object of at most limit bytes, or [ErrNotFound] or [ErrTooLarge].
func (b *Bucket) Read(ctx context.Context, name string, limit int64) ([]byte, error) {
	reader, err := b.blobs.NewReader(ctx, name, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }() // nothing is lost when a reader fails to close
	var content bytes.Buffer
	n, err := content.ReadFrom(io.LimitReader(reader, limit+1))
	if err == nil && n > limit {
		return nil, fmt.Errorf("%w: it is larger than %d bytes", ErrTooLarge, limit)
	}
	return content.Bytes(), err
}

// Exists reports whether there is an object of this name.
func (b *Bucket) Exists(ctx context.Context, name string) (bool, error) {
	return b.blobs.Exists(ctx, name)
}

// Remove removes an object. To remove what is not there succeeds.
func (b *Bucket) Remove(ctx context.Context, name string) error {
	err := b.blobs.Delete(ctx, name)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	if err != nil || b.folder == "" {
		return err
	}
	path, err := b.file(name)
	if err != nil {
		return err
	}
	// Whoever was killed while writing the object has left a part of it.
	leftovers, err := filepath.Glob(path + ".*" + temporary)
	for _, leftover := range leftovers {
		if removeErr := os.Remove(leftover); !errors.Is(removeErr, fs.ErrNotExist) { // its writer was faster
			err = errors.Join(err, removeErr)
		}
	}
	return errors.Join(err, syncFolder(filepath.Dir(path)))
}

// List yields the names of the objects that begin with prefix, in
// lexicographical order. Objects that come or go meanwhile may or may not be
// among them.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	if b.folder != "" {
		return listFiles(b.folder, prefix)
	}
	return func(yield func(string, error) bool) {
		for name, err := range b.listBlobs(ctx, prefix) {
			if isProbe(name) {
				continue
			}
			if !yield(name, err) {
				return
			}
		}
	}
}

func (b *Bucket) listBlobs(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		objects := b.blobs.List(&blob.ListOptions{Prefix: prefix})
		for {
			object, err := objects.Next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield("", err)
				return
			}
			if !yield(object.Key, nil) {
				return
			}
		}
	}
}
