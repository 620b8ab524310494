package report

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/storage"
)

// removedWithin is how long the file of a report may stay after its removal was
// announced: the sweep that was interrupted is repeated within an hour.
const removedWithin = 2 * time.Hour

// maxLooks bounds how often the newest report is looked for where reports come and go
// meanwhile.
const maxLooks = 3

var (
	errAnother   = errors.New("it holds the report on another request: reports were swapped or copied")
	errUnchained = errors.New("it is not in the chain: its entry was taken away, or it was copied from another archive")
	errMissing   = errors.New("it is missing: it was taken away")
)

// strange says that an object's name is none that Lethe gives.
func strange(name string) error {
	return errors.New(plain(name) + " is not a name that Lethe gives: somebody else put it there")
}

// belongsTo says that a file holds what was archived under another name.
func belongsTo(other reportName) error {
	return fmt.Errorf("it holds the report that belongs to %s: it was copied", other)
}

// refused says why a report must not be relied on.
func refused(n reportName, reason error) error {
	return fmt.Errorf("%s is not as it was archived: %w; 'lethe archive verify' says more", n, reason)
}

// decodeAs reads the report that must lie under the name.
func decodeAs(n reportName, content []byte) (dsr.Report, error) {
	r, err := Decode(content)
	if err != nil {
		return dsr.Report{}, err
	}
	if dsr.WorkflowID(r.Kind, r.RequestID) != n.request() {
		return dsr.Report{}, errAnother
	}
	return r, nil
}

// inspect makes sure that a report's file holds the report that its name says, as it was
// signed by one of the keys.
func inspect(n reportName, content []byte, keys Keyring) error {
	if _, _, err := unseal(content, keys); err != nil {
		return err
	}
	_, err := decodeAs(n, content)
	return err
}

// fate is what the chain says of one report.
type fate struct {
	sha256  string
	at      time.Time
	removed bool
	seen    bool
}

// fateOf is what the entry says of its report.
func fateOf(e Entry) *fate { return &fate{sha256: e.SHA256, at: e.At, removed: e.Event == Removed} }

// holds makes sure that the content of a report's file is what the chain says of it.
func (f *fate) holds(content []byte, now time.Time) error {
	day, same := f.at.Format(time.DateOnly), digest(content) == f.sha256
	switch {
	case f.removed && !same:
		return fmt.Errorf("it was removed on %s when its time was over, and another file was put in its place", day)
	case f.removed && now.Sub(f.at) > removedWithin:
		return fmt.Errorf("it was removed on %s when its time was over, and is there again: it was put back, or its removal was interrupted", day)
	case !f.removed && !same:
		return fmt.Errorf("it was altered: it is not what was archived on %s", day)
	default:
		return nil
	}
}

// Latest returns the newest report on the request, or [ErrNotFound]. Like [Archive.LatestFile]
// it refuses one that is not as it was archived; it checks no signature.
func (a *Archive) Latest(ctx context.Context, kind dsr.Kind, requestID string) (dsr.Report, error) {
	content, err := a.LatestFile(ctx, kind, requestID, nil)
	if err != nil {
		return dsr.Report{}, err
	}
	return Decode(content)
}

// LatestFile returns the newest report on the request as it is stored, with its
// signature, or [ErrNotFound]. It refuses a report on another request, one that is not
// what the chain says of it, and one that the chain says is not the newest. The chain is
// followed back to the report; if there are keys, the signature of its end is checked.
// The report's own signature is checked only if the report waits for its entry: the hash
// in the chain says as much.
func (a *Archive) LatestFile(ctx context.Context, kind dsr.Kind, requestID string, keys Keyring) (content []byte, err error) {
	moved := true
	for look := 0; look < maxLooks && moved; look++ {
		if content, moved, err = a.latest(ctx, kind, requestID, keys); err == nil {
			return content, nil
		}
	}
	return nil, err
}

// latest looks once. moved says that the error may come of reports that came or went
// meanwhile.
func (a *Archive) latest(ctx context.Context, kind dsr.Kind, requestID string, keys Keyring) (content []byte, moved bool, err error) {
	there, err := a.filed(ctx, kind, requestID)
	switch {
	case err != nil:
		return nil, false, err
	case len(there.names) == 0 && there.stray != "":
		return nil, false, fmt.Errorf("there is no report on this request, but %w", strange(there.stray))
	case len(there.names) == 0:
		return nil, false, ErrNotFound
	}
	n := there.names[len(there.names)-1]
	content, err = a.bucket.Read(ctx, n.String(), maxReport)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil, true, ErrNotFound
	case errors.Is(err, storage.ErrTooLarge):
		return nil, false, refused(n, err)
	case err != nil:
		return nil, false, fmt.Errorf("read the archive: %w", err)
	}
	if _, err := decodeAs(n, content); err != nil {
		return nil, false, refused(n, err)
	}
	moved, err = a.confirm(ctx, n, content, keys)
	return content, moved, err
}

// confirm makes sure by the chain that the report is the newest on its request, and as it
// was archived.
func (a *Archive) confirm(ctx context.Context, n reportName, content []byte, keys Keyring) (moved bool, err error) {
	word, newer, copied, err := a.chain.on(ctx, n, digest(content), keys)
	switch {
	case err != nil:
		return false, fmt.Errorf("the chain does not confirm %s: %w; 'lethe archive verify' says more", n, err)
	case newer != reportName{}:
		return true, refused(newer, errMissing)
	case word == nil:
		return a.waits(ctx, n, content, copied, keys)
	}
	if err := word.holds(content, a.now()); err != nil {
		return false, refused(n, err)
	}
	if word.removed {
		return true, ErrNotFound // a sweep is about to take it away
	}
	return false, nil
}

// waits makes sure that a report that the chain does not know waits for its entry, and that
// its content was not archived before under another name, whose report may be gone.
func (a *Archive) waits(ctx context.Context, n reportName, content []byte, copied reportName, keys Keyring) (moved bool, err error) {
	noted, err := a.bucket.Exists(ctx, pendingName(n))
	if err != nil {
		return false, fmt.Errorf("read the archive: %w", err)
	}
	if !noted {
		return true, refused(n, errUnchained)
	}
	if (copied != reportName{}) {
		return false, refused(n, belongsTo(copied))
	}
	if err := a.uncopied(ctx, n, content); err != nil {
		return false, refused(n, err)
	}
	if len(keys) > 0 {
		if err := inspect(n, content, keys); err != nil {
			return false, refused(n, err)
		}
	}
	return false, nil
}
