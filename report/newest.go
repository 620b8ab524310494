package report

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/storage"
)

// readers is how many reports are read at once: an archive in a cloud answers late
// rather than slowly.
const readers = 16

// A Filed report is the newest one on a request.
type Filed struct {
	// Name is its key in the archive.
	Name string
	// Reports is how many reports the archive holds on the request.
	Reports int
	Report  dsr.Report
	// Unread says why the report cannot be read; Report is empty then.
	Unread error
	// Doubt says why it is not known to be as it was signed: what [Check] says, or
	// [ErrUnchecked].
	Doubt error
}

// ErrUnchecked says that there were no public keys to check a signature with.
var ErrUnchecked = errors.New("its signature was not checked: there are no public keys")

// EachNewest gives the newest report on every request to do, one at a time and in no
// order. It checks signatures if there are keys, and not whether a report is missing:
// that is for [Archive.Verify].
func (a *Archive) EachNewest(ctx context.Context, keys Keyring, do func(Filed)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	names, found := make(chan Filed), make(chan Filed)
	var work sync.WaitGroup
	work.Go(func() {
		defer close(names)
		if err := a.listNewest(ctx, names); err != nil {
			cancel(err)
		}
	})
	for range readers {
		work.Go(func() {
			for f := range names {
				if err := a.read(ctx, keys, &f); err != nil {
					cancel(err)
					return
				}
				if f.Name != "" && !hand(ctx, found, f) {
					return
				}
			}
		})
	}
	go func() { // ends with the readers, which end with ctx
		work.Wait()
		close(found)
	}()
	for f := range found {
		do(f)
	}
	return context.Cause(ctx)
}

// hand sends unless the work has ended, and says whether it did.
func hand(ctx context.Context, to chan<- Filed, f Filed) bool {
	select {
	case to <- f:
		return true
	case <-ctx.Done():
		return false
	}
}

// listNewest sends the key of the newest report on every request. All keys of a
// request follow each other: they have the same beginning.
func (a *Archive) listNewest(ctx context.Context, names chan<- Filed) error {
	var newest Filed
	var highest reportName
	for name, err := range a.bucket.List(ctx, "") {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		n, ok := parseName(name)
		if !ok {
			continue
		}
		if n.request() != highest.request() {
			if newest.Name != "" && !hand(ctx, names, newest) {
				return nil
			}
			newest, highest = Filed{}, reportName{}
		}
		newest.Reports++
		if n.number > highest.number {
			newest.Name, highest = name, n
		}
	}
	if newest.Name != "" {
		hand(ctx, names, newest)
	}
	return nil
}

// read fills in what the report says. A report that was removed meanwhile loses its
// name.
func (a *Archive) read(ctx context.Context, keys Keyring, f *Filed) error {
	content, err := a.bucket.Read(ctx, f.Name, maxReport)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		f.Name = ""
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		f.Unread = fmt.Errorf("it cannot be read: %w", err)
		return nil
	}
	n, _ := parseName(f.Name)
	if f.Report, f.Unread = decodeAs(n, content); f.Unread != nil {
		return nil //nolint:nilerr // one report that cannot be read does not end the reading
	}
	f.Doubt = ErrUnchecked
	if len(keys) > 0 {
		_, _, f.Doubt = unseal(content, keys)
	}
	return nil
}
