package activities

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// heartbeatEvery is how often a running step tells Temporal that it lives. It
// is well below the workflows' heartbeat timeout.
const heartbeatEvery = 5 * time.Second

// Systems are the steps taken at one third-party system each.
type Systems struct {
	// Connectors reach the automatic systems, by the systems' names.
	Connectors map[string]connectors.Connector
	// Past knows what earlier runs of the request did.
	Past Past
}

// Found is the answer of [Systems.Locate] and [Systems.Verify].
type Found struct {
	Records []dsr.Record `json:"records,omitempty"`
	// Searched says in which forms [Systems.Locate] has asked for the identifiers.
	Searched []dsr.Search `json:"searched,omitempty"`
	Trace
}

// Done is the answer of [Systems.Erase].
type Done struct {
	Effect dsr.Effect `json:"effect"`
	Trace
}

// Trace is what a step leaves for the report.
type Trace struct {
	Binding
	// Calls are those of all its attempts.
	Calls []dsr.Call `json:"calls,omitempty"`
	// Attempts is the number of attempts the step took, failed ones included.
	Attempts int `json:"attempts"`
	// CutOff is how many of them ended without saying what they had done: calls of theirs
	// may be missing.
	CutOff int `json:"cut_off,omitempty"`
	// Outage is the time in which attempts failed, if some did.
	Outage *dsr.Outage `json:"outage,omitempty"`
	// Earlier is what earlier runs did at the system, unless the workflow knows it.
	Earlier *Earlier `json:"earlier,omitempty"`
}

// LostOrder reports whether the system was told to change something and gave no answer that
// says whether it did: what is gone at the next try may have gone by that order.
func (t Trace) LostOrder() bool {
	return slices.ContainsFunc(t.Calls, func(c dsr.Call) bool {
		return c.Method != http.MethodGet && (c.Status == 0 || c.Status >= http.StatusInternalServerError)
	})
}

// Failure are the details of the error with which a step ends.
type Failure struct {
	// Reason is what went wrong and Advice what an operator can do about it.
	Reason string `json:"reason"`
	Advice string `json:"advice"`
	Trace
}

// A Target is where a step is taken.
type Target struct {
	Binding
	System string `json:"system"`
	// Run is the run in which the workflow was last told of earlier ones.
	Run string `json:"run,omitempty"`
}

// LocateParams asks for the records that a system holds on the subject.
type LocateParams struct {
	Target
	Subject dsr.Subject `json:"subject"`
	// OtherForms asks for what other forms of the identifiers lead to as well.
	OtherForms bool `json:"other_forms,omitempty"`
	// Parents are records that the system was ever told to erase: what is part of them is
	// looked for by their ids, whether or not they are gone.
	Parents []dsr.Record `json:"parents,omitempty"`
}

// look asks a system for the subject, and for the parts of the parents.
func look(ctx context.Context, c connectors.Connector, subject dsr.Subject, parents []dsr.Record) (dsr.Findings, error) {
	if family, ok := c.(connectors.FamilyLocator); ok && len(parents) > 0 {
		return family.LocateFamily(ctx, subject, parents)
	}
	return c.Locate(ctx, subject)
}

// subject is what the system is asked for: the identifiers, then their other forms, which
// change with the plans that the phone library knows.
func (p LocateParams) subject() dsr.Subject {
	subject := p.Subject
	if p.OtherForms {
		for _, id := range p.Subject.Identifiers {
			subject = subject.With(identity.Alternatives(id)...)
		}
	}
	return subject
}

// mark notes which records nothing but another form led to.
func (p LocateParams) mark(records []dsr.Record) []dsr.Record {
	for i, record := range records {
		records[i].OtherForm = record.Parent == "" && !p.Subject.Has(record.FoundBy) &&
			!slices.ContainsFunc(p.Subject.Identifiers, func(id dsr.Identifier) bool { return identity.LedTo(record, id) })
	}
	return records
}

// Locate asks the system which records it holds on the subject.
func (s *Systems) Locate(ctx context.Context, p LocateParams) (Found, error) {
	return step(ctx, s, p.Target, func(ctx context.Context, c connectors.Connector, _ *Earlier) (Found, error) {
		findings, err := look(ctx, c, p.subject(), p.Parents)
		return Found{Records: p.mark(findings.Records), Searched: findings.Searched}, err
	}, func(f *Found) *Trace { return &f.Trace })
}

// EraseParams names the records to erase.
type EraseParams struct {
	Target
	Records []dsr.Record `json:"records"`
}

// Erase removes the records from the system. An attempt that died after the
// vendor had acted is followed by one that finds the records gone, which is
// success.
func (s *Systems) Erase(ctx context.Context, p EraseParams) (Done, error) {
	return step(ctx, s, p.Target, func(ctx context.Context, c connectors.Connector, earlier *Earlier) (Done, error) {
		effect, err := c.Erase(ctx, earlier.mayErase(p.Records))
		return Done{Effect: effect}, err
	}, func(d *Done) *Trace { return &d.Trace })
}

// VerifyParams names what must be gone.
type VerifyParams struct {
	Target
	Subject dsr.Subject  `json:"subject"`
	Records []dsr.Record `json:"records"`
}

// Verify looks for the records by their ids, where the system can be asked
// that, and for the subject by its identifiers. It returns what is still there.
//
// Parts of records that are gone are looked for by the next [Systems.Locate]: there is one
// after the last erasure, and vendors whose lists are long are not read in between.
func (s *Systems) Verify(ctx context.Context, p VerifyParams) (Found, error) {
	return step(ctx, s, p.Target, func(ctx context.Context, c connectors.Connector, _ *Earlier) (Found, error) {
		findings, err := c.Locate(ctx, p.Subject)
		if err != nil {
			return Found{}, err
		}
		found := Found{Records: findings.Records}
		verifier, ok := c.(connectors.Verifier)
		if !ok {
			return found, nil
		}
		remaining, err := verifier.Remaining(ctx, p.Records)
		for _, record := range remaining {
			if !containsRecord(found.Records, record) {
				found.Records = append(found.Records, record)
			}
		}
		return found, err
	}, func(f *Found) *Trace { return &f.Trace })
}

func containsRecord(records []dsr.Record, record dsr.Record) bool {
	for _, r := range records {
		if r.Key() == record.Key() {
			return true
		}
	}
	return false
}

// step runs one call of a connector: it keeps the activity alive, finds out what
// earlier runs did there, notes the calls made and classifies the error for
// Temporal.
func step[R any](
	ctx context.Context, s *Systems, at Target,
	call func(context.Context, connectors.Connector, *Earlier) (R, error), trace func(*R) *Trace,
) (result R, err error) {
	var none R
	before := soFar(ctx, at.Binding)
	connector, ok := s.Connectors[at.System]
	if !ok {
		return none, failure(ctx, &connectors.Error{
			Class: connectors.Misconfigured, System: at.System, Reason: "the worker's configuration has no connector for this system",
		}, before.failed(nil, started(ctx)).failure(ctx, nil))
	}
	var ledger connectors.Ledger
	defer keepEvidence(ctx, before, &ledger)()
	earlier, err := recall(ctx, s.Past, at)
	if err == nil {
		result, err = guarded(func() (R, error) { return call(connectors.WithLedger(ctx, &ledger), connector, earlier) })
	}
	if err != nil {
		failed := before.failed(ledger.Calls(), started(ctx))
		activity.RecordHeartbeat(ctx, failed) // the SDK sends it before it reports the failure
		return none, failure(ctx, err, failed.failure(ctx, earlier))
	}
	*trace(&result) = before.trace(ctx, ledger.Calls(), earlier)
	return result, nil
}

// guarded turns a panic into an error: the text of a panic may hold anything,
// and Temporal would keep it.
func guarded[R any](call func() (R, error)) (result R, err error) {
	defer func() {
		if recover() != nil {
			err = errUnexpected
		}
	}()
	return call()
}

// errUnexpected stands for whatever a connector should not have done.
var errUnexpected = &connectors.Error{Class: connectors.Malformed, System: "connector", Reason: "an unexpected error"}

func attempt(ctx context.Context) int { return int(activity.GetInfo(ctx).Attempt) }

// started is when the attempt began.
func started(ctx context.Context) time.Time { return activity.GetInfo(ctx).StartedTime }

// keepAlive records heartbeats until the returned function is called.
func keepAlive(ctx context.Context) (stop func()) {
	return beat(ctx, func() []any { return nil })
}

// beat records heartbeats with the details until the returned function is called.
func beat(ctx context.Context, details func() []any) (stop func()) {
	done := make(chan struct{})
	var owner sync.WaitGroup
	owner.Go(func() {
		ticker := time.NewTicker(heartbeatEvery)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ctx.Done():
				return
			case <-ticker.C:
				activity.RecordHeartbeat(ctx, details()...)
			}
		}
	})
	return func() {
		close(done)
		owner.Wait()
	}
}

// failure turns a connector's error into one that Temporal understands: only
// transient errors are worth another attempt. The error's type is its class,
// which is never encrypted and therefore never built from data.
func failure(ctx context.Context, err error, trace Trace) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var known *connectors.Error
	if !errors.As(err, &known) {
		// A connector's own words are checked; those of anything else may quote
		// the person and are dropped.
		known = errUnexpected
	}
	return temporal.NewApplicationErrorWithOptions(known.Error(), string(known.Class), temporal.ApplicationErrorOptions{
		NonRetryable:   known.Class != connectors.Transient,
		NextRetryDelay: known.RetryAfter,
		Details:        []any{Failure{Reason: known.Error(), Advice: known.Advice(), Trace: trace}},
	})
}
