package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

const (
	// promisesKept is the change by which a promise is looked after once its day has
	// come, where one can look.
	promisesKept = "promises-kept"
	// maxPromises is how often a system may promise an erasure anew before a person is
	// asked.
	maxPromises = 3
)

// awaitPromises waits until the next day by which a system that can be looked into
// has promised to be done, and has it looked into then. The request is not over
// before: nobody knows yet. It reports false if nothing is promised.
func (e *process) awaitPromises(ctx workflow.Context) (bool, error) {
	next := e.nextPromise()
	if next.IsZero() || workflow.GetVersion(ctx, promisesKept, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return false, nil
	}
	over := func() bool { return e.cancellation != nil || !e.allSettled() }
	if _, err := awaitFor(ctx, next.Sub(workflow.Now(ctx)), true, "wait for the day that a system has promised", over); err != nil {
		return false, fmt.Errorf("wait for what a system has promised: %w", err)
	}
	for _, s := range e.systems {
		if day := s.promised(); !day.IsZero() && !day.After(workflow.Now(ctx)) {
			s.lookAgain = s.canBeLookedInto()
		}
	}
	return true, nil
}

// nextPromise is the first day by which a system that can be looked into has promised
// to be done; zero if none has.
func (e *process) nextPromise() time.Time {
	var next time.Time
	for _, s := range e.systems {
		if day := s.promised(); !day.IsZero() && s.canBeLookedInto() && (next.IsZero() || day.Before(next)) {
			next = day
		}
	}
	return next
}

// promised is the first day by which the system has promised to erase a record; zero
// if it has not.
func (s *system) promised() time.Time {
	var first time.Time
	for _, effect := range s.effects {
		if effect.State == dsr.Accepted && !effect.ExpectedBy.IsZero() && (first.IsZero() || effect.ExpectedBy.Before(first)) {
			first = effect.ExpectedBy
		}
	}
	return first
}

// checkPromises looks whether what the system has promised to erase by now is gone.
// What is not is to be erased again.
func (s *system) checkPromises(ctx workflow.Context, located []dsr.Record) (again []dsr.Record, question *dsr.Question) {
	var due []dsr.Record
	for _, effect := range s.effects {
		if s.plan.Verifiable && effect.State == dsr.Accepted && !effect.ExpectedBy.IsZero() && !effect.ExpectedBy.After(workflow.Now(ctx)) {
			due = append(due, dsr.Record{Kind: effect.Kind, ID: effect.ID})
		}
	}
	if len(due) == 0 || workflow.GetVersion(ctx, promisesKept, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return nil, nil
	}
	var found activities.Found
	params := activities.VerifyParams{Target: s.target(), Subject: s.searchedSubject(), Records: due}
	if question := s.step(ctx, "verify", steps.Verify, params, &found); question != nil || ctx.Err() != nil {
		return nil, question
	}
	s.trace(found.Trace)
	there := union(located, found.Records)
	for _, record := range due {
		at := slices.IndexFunc(there, func(r dsr.Record) bool { return r.Key() == record.Key() })
		if at < 0 {
			s.note(dsr.ErasedAll([]dsr.Record{record}).Records)
			continue
		}
		again = append(again, there[at])
	}
	if len(again) == 0 {
		return nil, nil
	}
	if s.broken++; s.broken > maxPromises {
		s.broken = 0
		return nil, &dsr.Question{Kind: dsr.QuestionReappeared, Text: fmt.Sprintf("the system has promised %d times to erase records by a day, and has not; "+
			"see there why, then retry-system, or skip-system with the reason", maxPromises+1)}
	}
	return again, nil
}
