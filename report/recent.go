package report

import (
	"context"
	"errors"
	"fmt"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/storage"
)

// Recent returns the newest report of each of the requests that were archived last,
// at most limit of them, newest first. It needs no Temporal and no keys: it compares the
// reports with the chain, and checks no signature.
func (a *Archive) Recent(ctx context.Context, limit int) ([]dsr.Report, error) {
	head, err := a.chain.head(ctx)
	if err != nil {
		return nil, err
	}
	var found []dsr.Report
	seen, removed := map[string]bool{}, map[reportName]bool{}
	for sequence := head.Sequence; sequence > 0 && len(found) < limit; sequence-- {
		e, err := a.chain.entry(ctx, sequence)
		if err != nil {
			return nil, fmt.Errorf("read the chain of reports: entry %d: %w; 'lethe archive verify' says more", sequence, err)
		}
		n, ok := parseName(e.Report)
		if !ok || seen[n.request()] || removed[n] {
			continue
		}
		if e.Event == Removed {
			removed[n] = true // whatever lies there was put back
			continue
		}
		content, err := a.bucket.Read(ctx, e.Report, maxReport)
		switch {
		case errors.Is(err, storage.ErrNotFound):
			continue // it was removed
		case errors.Is(err, storage.ErrTooLarge):
			return nil, refused(n, err)
		case err != nil:
			return nil, fmt.Errorf("read the archive: %w", err)
		}
		r, err := decodeAs(n, content)
		if err == nil {
			err = fateOf(e).holds(content, a.now())
		}
		if err != nil {
			return nil, refused(n, err)
		}
		seen[n.request()] = true
		found = append(found, r)
	}
	return found, nil
}
