package report

import (
	"context"
	"errors"
	"fmt"
	"path"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/storage"
)

// Recent returns the newest report of each of the requests that were archived last,
// at most limit of them, newest first. It needs no Temporal and no keys, and
// verifies nothing.
func (a *Archive) Recent(ctx context.Context, limit int) ([]dsr.Report, error) {
	head, err := a.chain.head(ctx)
	if err != nil {
		return nil, err
	}
	var found []dsr.Report
	seen := map[string]bool{}
	for sequence := head.Sequence; sequence > 0 && len(found) < limit; sequence-- {
		e, err := a.chain.entry(ctx, sequence)
		if err != nil {
			return nil, fmt.Errorf("read the chain of reports: entry %d: %w; 'lethe archive verify' says more", sequence, err)
		}
		request := path.Dir(e.Report)
		if e.Event != Archived || seen[request] {
			continue
		}
		content, err := a.bucket.Read(ctx, e.Report, maxReport)
		if errors.Is(err, storage.ErrNotFound) {
			continue // it was removed
		}
		if err != nil {
			return nil, fmt.Errorf("read the archive: %w", err)
		}
		r, err := Decode(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Report, err)
		}
		seen[request] = true
		found = append(found, r)
	}
	return found, nil
}
