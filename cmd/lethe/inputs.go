package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A command line stays in the history of the shell, and all users of a machine see it in the
// list of processes. What may name a person can therefore be read from a file as well: each
// such flag has a counterpart, --NAME-file, and is marked with its name.
const (
	// insteadAnnotation marks a flag whose value may name a person; its value is the name
	// of the flag that reads the same from a file.
	insteadAnnotation = "lethe.instead"
	// inputAnnotation marks the flags that name a file to read.
	inputAnnotation = "lethe.input"
)

// maxInput bounds what is read in place of a flag, in bytes.
const maxInput = 1 << 20

// standardInput is the name of the file that stands for the standard input.
const standardInput = "-"

// fileFlag adds a flag that reads from a file what the flags of the names given would say
// on the command line. use gets the content before the command runs.
func (s *streams) fileFlag(cmd *cobra.Command, name, what string, use func(content string) error, instead ...string) {
	flags := cmd.Flags()
	path := flags.String(name, "", "read "+what+" from this `FILE`, not from the command line, which others can see; - is the standard input")
	flags.Lookup(name).Annotations = map[string][]string{inputAnnotation: {"true"}}
	for _, other := range instead {
		flags.Lookup(other).Annotations = map[string][]string{insteadAnnotation: {name}}
	}
	earlier := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if earlier != nil {
			if err := earlier(cmd, args); err != nil {
				return err
			}
		}
		if !flags.Changed(name) {
			return nil
		}
		content, err := s.readInput(cmd, *path)
		switch {
		case err != nil:
			return fmt.Errorf("--%s: %w", name, err)
		case !utf8.ValidString(content):
			return statusError{exitUsage, "--" + name + ": the file is not UTF-8"}
		}
		return use(content)
	}
}

// readInput reads the file that a flag of the command names. A byte order mark, as editors put
// it before a text, is none of its content.
func (s *streams) readInput(cmd *cobra.Command, path string) (string, error) {
	open := func() (io.ReadCloser, error) { return os.Open(path) } //nolint:gosec // the user names it
	if path == standardInput {
		if names := readers(cmd); len(names) > 1 {
			return "", statusError{exitUsage, "the standard input can be read once only; name a file for all but one of " + strings.Join(names, ", ")}
		}
		open = func() (io.ReadCloser, error) { return io.NopCloser(s.in), nil }
	}
	content, err := readUntil(cmd.Context(), open, maxInput+1)
	switch {
	case err != nil:
		return "", fmt.Errorf("the file cannot be read: %w", reason(err))
	case len(content) > maxInput:
		return "", fmt.Errorf("the file is larger than %d bytes", maxInput)
	}
	return strings.TrimPrefix(string(content), byteOrderMark), nil
}

// byteOrderMark is U+FEFF in UTF-8.
const byteOrderMark = "\xEF\xBB\xBF"

// readUntil reads at most limit bytes, or until the context ends: to open a pipe that nobody
// writes, and to read from one, or from a terminal, can take for ever. Whoever still reads
// then ends with the process.
func readUntil(ctx context.Context, open func() (io.ReadCloser, error), limit int64) ([]byte, error) {
	return whileWaiting(ctx, func() ([]byte, error) {
		file, err := open()
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // it was only read
		return io.ReadAll(io.LimitReader(file, limit))
	})
}

// whileWaiting does what may take for ever and does not heed a context.
func whileWaiting[T any](ctx context.Context, do func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := do()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// readers are the flags of the command that are to read the standard input.
func readers(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Annotations[inputAnnotation] != nil && f.Value.String() == standardInput {
			names = append(names, "--"+f.Name)
		}
	})
	return names
}

// textFlag adds a flag for a text that a person writes, which may name somebody although
// it must not.
func (s *streams) textFlag(cmd *cobra.Command, into *string, name, usage string) {
	cmd.Flags().StringVar(into, name, "", usage)
	s.fileFlag(cmd, name+"-file", "--"+name, func(content string) error {
		if cmd.Flags().Changed(name) {
			return usagef(cmd, "give one of --%s and --%s-file", name, name)
		}
		*into = strings.TrimSpace(content)
		return nil
	}, name)
}

// recordsFlag adds a repeatable flag for records, which vendors may number by what names a
// person. A file has one a line.
func (s *streams) recordsFlag(cmd *cobra.Command, into *[]string, name, usage string) {
	cmd.Flags().StringArrayVar(into, name, nil, usage+" (repeatable)")
	s.fileFlag(cmd, name+"-file", "--"+name+", one a line,", func(content string) error {
		for record := range strings.Lines(content) {
			if record = strings.TrimSpace(record); record != "" {
				*into = append(*into, record)
			}
		}
		return nil
	}, name)
}
