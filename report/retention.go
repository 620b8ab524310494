package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ite.digital/lethe/storage"
)

const (
	// interruptedAfter is how long a report may wait for its entry in the chain
	// before its writer counts as dead.
	interruptedAfter = 15 * time.Minute
	// maxRemovals bounds how many reports one sweep removes; the next one goes on.
	maxRemovals = 1000

	positionObject = "retention/position.json"
)

// Swept is what a sweep of the archive did.
type Swept struct {
	// Completed counts the reports whose entry in the chain was written after an
	// interruption, Removed those that were removed as their time was over.
	Completed int `json:"completed"`
	Removed   int `json:"removed"`
}

// position is up to which entry all reports were removed. It spares the sweep
// from reading the whole chain, and means nothing to a verification.
type position struct {
	Sequence int `json:"sequence"`
}

// Sweep writes the entries that interrupted processes owe the chain, and removes
// the reports that were archived longer than retention ago; 0 keeps them for good.
// Each leaves an entry in the chain before it goes. To sweep twice, or at the same
// time, does no harm.
func (a *Archive) Sweep(ctx context.Context, retention time.Duration) (Swept, error) {
	var s Swept
	if a.signer == nil {
		return s, errors.New("sweep the archive: there is no key to sign with")
	}
	var limit time.Time // nothing was archived before
	if retention > 0 {
		limit = a.now().Add(-retention)
	}
	unfinished := a.completeAll(ctx, limit, &s)
	if retention == 0 || ctx.Err() != nil {
		return s, unfinished
	}
	return s, errors.Join(unfinished, a.removeBefore(ctx, limit, &s))
}

// maxRefused bounds how many reports one sweep names that it does not add to the chain.
const maxRefused = 20

// completeAll writes the entries of reports whose writers were interrupted. A report that
// cannot have one does not keep the others waiting.
func (a *Archive) completeAll(ctx context.Context, limit time.Time, s *Swept) error {
	var problems []error
	for object, err := range a.bucket.List(ctx, pendingPrefix) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("sweep the archive: %w", err)
		}
		n, ok := parsePending(object)
		if !ok {
			continue // a verification names it
		}
		switch done, err := a.completeOne(ctx, n, limit, s); {
		case err != nil && len(problems) < maxRefused:
			problems = append(problems, err)
		case done:
			s.Completed++
		}
	}
	return errors.Join(problems...)
}

func (a *Archive) completeOne(ctx context.Context, n reportName, limit time.Time, s *Swept) (bool, error) {
	note, err := a.note(ctx, n)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil // its writer was faster
	}
	if err != nil {
		return false, fmt.Errorf("sweep the archive: %w", err)
	}
	if a.now().Before(note.Since.Add(interruptedAfter)) {
		return false, nil
	}
	content, err := a.bucket.Read(ctx, n.String(), maxReport)
	if errors.Is(err, storage.ErrNotFound) {
		return false, a.settle(ctx, n)
	}
	if err != nil {
		return false, fmt.Errorf("sweep the archive: %s: %w", n, err)
	}
	r, err := decodeAs(n, content)
	if err != nil {
		return false, refused(n, err)
	}
	if err := a.complete(ctx, n); err != nil || r.CompletedAt.IsZero() || !r.CompletedAt.Before(limit) {
		return err == nil, err
	}
	// Its time is over. By the day of its entry it would stay for as long again.
	return true, a.remove(ctx, Entry{Report: n.String(), SHA256: digest(content)}, s)
}

// removeBefore removes the reports that were archived before the given time.
func (a *Archive) removeBefore(ctx context.Context, limit time.Time, s *Swept) error {
	at, err := a.position(ctx)
	if err != nil {
		return err
	}
	begun := at
	for s.Removed < maxRemovals {
		e, err := a.chain.entry(ctx, at.Sequence+1)
		if errors.Is(err, storage.ErrNotFound) || err == nil && !e.At.Before(limit) {
			break
		}
		if err != nil {
			return fmt.Errorf("sweep the archive: entry %d of the chain: %w; 'lethe archive verify' says more", at.Sequence+1, err)
		}
		if e.Event == Archived {
			if err := a.remove(ctx, e, s); err != nil {
				return err
			}
		}
		at.Sequence++
	}
	if at == begun {
		return nil
	}
	content, err := json.Marshal(at)
	if err != nil {
		return err
	}
	if err := a.bucket.Replace(ctx, positionObject, content); err != nil {
		return fmt.Errorf("sweep the archive: %w", err)
	}
	return nil
}

// remove removes a report and leaves word of it. A report of another content under
// the same key has an entry of its own.
func (a *Archive) remove(ctx context.Context, e Entry, s *Swept) error {
	content, err := a.bucket.Read(ctx, e.Report, maxReport)
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrTooLarge) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sweep the archive: %w", err)
	}
	if digest(content) != e.SHA256 {
		return nil
	}
	e.Event, e.At = Removed, a.now().UTC().Truncate(time.Second)
	end, err := a.chain.head(ctx)
	if err != nil {
		return err
	}
	if err := a.chain.append(ctx, a.signer, e, end, nil); err != nil {
		return err
	}
	if err := a.bucket.Remove(ctx, e.Report); err != nil {
		return fmt.Errorf("sweep the archive: %w", err)
	}
	s.Removed++
	return nil
}

func (a *Archive) position(ctx context.Context) (position, error) {
	var at position
	content, err := a.bucket.Read(ctx, positionObject, maxEntry)
	if errors.Is(err, storage.ErrNotFound) {
		return at, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &at)
	}
	if err != nil {
		return at, fmt.Errorf("sweep the archive: %w", err)
	}
	return at, nil
}
