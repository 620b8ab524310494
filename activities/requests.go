package activities

import (
	"context"

	"ite.digital/lethe/dsr"
)

// Archive keeps reports.
type Archive interface {
	// Put stores a report and returns the key under which it is found. Storing
	// the same report again returns the same key; a different one for the same
	// request is stored beside it.
	Put(ctx context.Context, r dsr.Report) (key string, err error)
}

// Requests are the steps that concern a request as a whole.
type Requests struct {
	// Plan is what the worker's configuration makes of a request.
	Plan dsr.Plan
	// Archive receives the reports.
	Archive Archive
}

// MakePlan returns the systems as they are configured now, and the pace.
func (r *Requests) MakePlan(context.Context) (dsr.Plan, error) { return r.Plan, nil }

// ArchiveReport stores the report and returns its key.
func (r *Requests) ArchiveReport(ctx context.Context, report dsr.Report) (string, error) {
	return r.Archive.Put(ctx, report)
}
