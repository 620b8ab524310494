package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/dsr"
)

const (
	// promisesKept is the change by which a promise is looked after once its day has
	// come, where one can look.
	promisesKept = "promises-kept"
	// beforeDue is how long before the answer is due nothing is waited for any more.
	beforeDue = 36 * time.Hour
	// maxPromises is how often a system may promise an erasure anew before a person is
	// asked.
	maxPromises = 3
)

// awaitPromises waits until the next day by which a system that can be looked into
// has promised to be done, and has it looked into then. The request is not over
// before: nobody knows yet. What is promised for later than the answer is due is
// reported as accepted: the person must be told in time. It reports false if nothing
// is promised.
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
		day := s.promised()
		if !day.IsZero() && day.Before(e.deadlines.Due.Add(-beforeDue)) && s.canBeLookedInto() && (next.IsZero() || day.Before(next)) {
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
		if !effect.Promised() || s.isKept(s.toldOf(effect)) {
			continue
		}
		if first.IsZero() || effect.ExpectedBy.Before(first) {
			first = effect.ExpectedBy
		}
	}
	return first
}

// checkPromises looks whether what the system has promised to erase by now, or has to
// let go of, is gone. What was promised and is not is to be erased again.
func (s *system) checkPromises(ctx workflow.Context, located []dsr.Record) (again []dsr.Record, question *dsr.Question) {
	var due []dsr.Record
	for _, effect := range s.effects {
		promised := effect.Promised() && !effect.ExpectedBy.After(workflow.Now(ctx))
		if s.plan.Verifiable && (promised || effect.State == dsr.Retained && s.insist) {
			due = append(due, s.toldOf(effect))
		}
	}
	if due = s.withoutKept(due); len(due) == 0 ||
		workflow.GetVersion(ctx, promisesKept, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return nil, nil
	}
	found, question := s.stillThere(ctx, due)
	if question != nil || ctx.Err() != nil {
		return nil, question
	}
	remains := among(found)
	var astray []dsr.Record
	for _, record := range due {
		at := slices.IndexFunc(located, func(r dsr.Record) bool { return r.Key() == record.Key() })
		switch {
		case at >= 0 && s.effectOn(record) == dsr.Accepted:
			again = append(again, located[at])
		case at >= 0:
			// What was kept and is to be let go of is located, and erased as such.
		case !remains(record.Key()):
			s.confirm([]dsr.Record{record})
		case s.effectOn(record) == dsr.Retained:
		case s.isOrphan(record, remains) && (s.cleared[record.Key()] || record.FoundBy != dsr.Identifier{}):
			again = append(again, record)
		default:
			astray = append(astray, record)
		}
	}
	if len(astray) > 0 {
		return nil, askChanged(astray, "promised to be erased by now")
	}
	if len(again) > 0 && s.broken >= maxPromises {
		s.broken = 0
		return nil, &dsr.Question{Kind: dsr.QuestionReappeared, Text: fmt.Sprintf("the system has promised %d times to erase records by a day, and has not; "+
			"see there why, then retry-system, or skip-system with the reason", maxPromises+1)}
	}
	return again, nil
}

// tell remembers records as they are when the system is told to erase them.
func (s *system) tell(records []dsr.Record) {
	for _, record := range records {
		s.told[record.Key()] = record
	}
}

// toldOf is the record that the effect is on, as it was when it was to be erased.
func (s *system) toldOf(effect dsr.RecordEffect) dsr.Record {
	if record, ok := s.told[effect.Key()]; ok {
		return record
	}
	return dsr.Record{Kind: effect.Kind, ID: effect.ID}
}
