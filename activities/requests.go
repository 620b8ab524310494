package activities

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"ite.digital/lethe/deadlines"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
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
	// Deadlines says until when a request must be answered.
	Deadlines func(receivedAt time.Time) (deadlines.Deadlines, error)
	// Log is told of deadlines that come near.
	Log zerolog.Logger
	// Notifiers are told as well, each under the name by which it is remembered
	// who has been told.
	Notifiers map[string]Notifier
	// Archive receives the reports.
	Archive Archive
	// Past knows what earlier runs of the request did.
	Past Past
	// Acquaintances know which other requests there are of the same person.
	Acquaintances Acquaintances
	// Keys is told when the request can be forgotten.
	Keys Keeper
	// Grace is how long after its report a request's key is kept.
	Grace time.Duration
	// Now is the clock.
	Now func() time.Time
}

// A Keeper keeps the keys of requests.
type Keeper interface {
	// SetDue says when the key of a workflow is to be destroyed.
	SetDue(ctx context.Context, workflowID string, at time.Time) error
}

// MakePlanParams is the request to plan for.
type MakePlanParams struct {
	Binding
	Request dsr.Request `json:"request"`
	// Now is the workflow's time.
	Now time.Time `json:"now"`
}

// A Plan is what a request starts with.
type Plan struct {
	Binding
	dsr.Plan
	// Deadlines say until when it must be answered. They are recorded, because
	// calendars change with releases.
	Deadlines deadlines.Deadlines `json:"deadlines"`
	// RunBefore says that there are earlier runs, which the steps at the systems
	// tell of.
	RunBefore bool `json:"run_before,omitempty"`
	// Extension and Identity are what earlier runs decided about the deadlines,
	// which take it into account.
	Extension *dsr.Extension     `json:"extension,omitempty"`
	Identity  *dsr.IdentityCheck `json:"identity,omitempty"`
	// BegunAt is when the first run began, if there are earlier ones.
	BegunAt time.Time `json:"begun_at,omitzero"`
	// Related are other requests of the same person.
	Related []dsr.Meeting `json:"related,omitempty"`
	// Resolved are what earlier runs were told of hashed identifiers, and
	// HashesUnknown says that nobody knew.
	Resolved      []dsr.Identifier `json:"resolved,omitempty"`
	HashesUnknown bool             `json:"hashes_unknown,omitempty"`
	// FixedLines are those of the request's numbers that are fixed lines.
	FixedLines []dsr.Identifier `json:"fixed_lines,omitempty"`
	// Correspondence is what earlier runs knew of the person's answers to the
	// acknowledgement.
	Correspondence Correspondence `json:"correspondence,omitzero"`
}

// InvalidRequest is the type of the error with which MakePlan refuses a
// request.
const InvalidRequest = "invalid_request"

// MakePlan makes sure that the request is valid and returns the systems as they
// are configured now, and the pace. What is a valid phone number changes with
// releases of the numbering plans, so the check has no place in the workflow.
func (r *Requests) MakePlan(ctx context.Context, p MakePlanParams) (Plan, error) {
	if err := p.Request.Validate(p.Now, identity.Check); err != nil {
		failed := Failure{Reason: "the request is not valid", Trace: Trace{Binding: p.Binding, Attempts: attempt(ctx)}}
		return Plan{}, temporal.NewNonRetryableApplicationError("the request is not valid: "+err.Error(), InvalidRequest, nil, failed)
	}
	d, err := r.Deadlines(p.Request.ReceivedAt)
	if err != nil {
		return Plan{}, fmt.Errorf("compute the deadlines: %w", err)
	}
	runs, err := r.earlier(ctx, p.Binding)
	if err != nil {
		return Plan{}, err
	}
	d, decided, err := carryOver(d, runs)
	if err != nil {
		return Plan{}, err
	}
	related, err := r.Acquaintances.Of(ctx, p.Request)
	if err != nil {
		return Plan{}, unlisted(ctx, p.Binding)
	}
	plan := Plan{Binding: p.Binding, Plan: r.Plan, Deadlines: d, RunBefore: len(runs) > 0, Extension: decided.extension, Identity: decided.identity, Related: related}
	plan.Correspondence = correspondenceOf(runs)
	plan.FixedLines = slices.DeleteFunc(slices.Clone(p.Request.Subject.Identifiers), func(id dsr.Identifier) bool { return !identity.FixedLine(id) })
	if plan.RunBefore {
		plan.BegunAt = runs[0].StartedAt
	}
	for _, run := range runs {
		for _, decision := range run.Decisions {
			plan.Resolved = append(plan.Resolved, decision.Identifiers...)
			plan.HashesUnknown = plan.HashesUnknown || decision.Unknown
		}
	}
	return plan, nil
}

// ResumeParams is when the proof of identity was received for which the time has
// stood still.
type ResumeParams struct {
	Binding
	Deadlines  deadlines.Deadlines `json:"deadlines"`
	AnsweredAt time.Time           `json:"answered_at"`
}

// Resumed is the answer of [Requests.Resume].
type Resumed struct {
	Binding
	Deadlines deadlines.Deadlines `json:"deadlines"`
}

// Resume lets the time to answer run again. The calendar that it needs changes with
// releases, so it has no place in the workflow.
func (r *Requests) Resume(_ context.Context, p ResumeParams) (Resumed, error) {
	resumed, err := resume(p.Deadlines, p.AnsweredAt)
	if err != nil {
		return Resumed{}, fmt.Errorf("compute the deadlines: %w", err)
	}
	return Resumed{Binding: p.Binding, Deadlines: resumed}, nil
}

// earlier returns the runs before this one.
func (r *Requests) earlier(ctx context.Context, step Binding) ([]EarlierRun, error) {
	execution := activity.GetInfo(ctx).WorkflowExecution
	runs, err := r.Past.Of(ctx, execution.ID, execution.RunID, false)
	if err != nil {
		return nil, failure(ctx, errUnreadable, Trace{Binding: step, Attempts: attempt(ctx)})
	}
	return runs, nil
}

// ArchiveParams are the report to store.
type ArchiveParams struct {
	Binding
	Report dsr.Report `json:"report"`
}

// Archived is the answer of [Requests.ArchiveReport].
type Archived struct {
	Binding
	// Key is the report's in the archive.
	Key string `json:"key"`
}

// ArchiveReport stores the report, with what earlier runs did. From then on the time runs
// after which the request is forgotten.
func (r *Requests) ArchiveReport(ctx context.Context, p ArchiveParams) (Archived, error) {
	runs, err := r.earlier(ctx, p.Binding)
	if err != nil {
		return Archived{}, err
	}
	report := p.Report
	for _, run := range runs {
		report.Earlier = append(report.Earlier, run.onRecord())
	}
	key, err := r.Archive.Put(ctx, report)
	if err != nil {
		return Archived{}, err
	}
	due := r.Now().Add(r.Grace)
	return Archived{Binding: p.Binding, Key: key}, r.Keys.SetDue(ctx, activity.GetInfo(ctx).WorkflowExecution.ID, due)
}
