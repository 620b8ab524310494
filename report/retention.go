package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
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
	if err := a.completeAll(ctx, &s); err != nil {
		return s, err
	}
	if retention == 0 {
		return s, nil
	}
	return s, a.removeBefore(ctx, a.now().Add(-retention), &s)
}

// completeAll writes the entries of reports whose writers were interrupted.
func (a *Archive) completeAll(ctx context.Context, s *Swept) error {
	for object, err := range a.bucket.List(ctx, pendingPrefix) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("sweep the archive: %w", err)
		}
		done, err := a.completeOne(ctx, strings.TrimPrefix(object, pendingPrefix))
		if err != nil {
			return err
		}
		if done {
			s.Completed++
		}
	}
	return nil
}

func (a *Archive) completeOne(ctx context.Context, name string) (bool, error) {
	content, err := a.bucket.Read(ctx, pendingPrefix+name, maxEntry)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil // its writer was faster
	}
	if err != nil {
		return false, fmt.Errorf("sweep the archive: %w", err)
	}
	var note pending
	if err := json.Unmarshal(content, &note); err == nil && a.now().Before(note.Since.Add(interruptedAfter)) {
		return false, nil
	}
	stored, err := a.bucket.Exists(ctx, name)
	if err != nil {
		return false, fmt.Errorf("sweep the archive: %w", err)
	}
	if !stored {
		return false, a.settle(ctx, name)
	}
	return true, a.complete(ctx, name)
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
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sweep the archive: %w", err)
	}
	if digest(content) != e.SHA256 {
		return nil
	}
	e.Event, e.At = Removed, a.now().UTC().Truncate(time.Second)
	if err := a.chain.append(ctx, a.signer, e); err != nil {
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
