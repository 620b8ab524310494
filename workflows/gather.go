package workflows

import (
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/dsr"
)

// gather waits until every system has shown what it holds, or for as long as is configured:
// what one shows can speak against a record in another, and what is erased is gone. A
// vendor that is down delays the others once and by no more than that.
func (e *process) gather(ctx workflow.Context) {
	if e.gatherFor > 0 && !e.resumed() {
		// An error means that the request is cancelled, which every system sees itself.
		_, _ = awaitFor(ctx, e.gatherFor, true, "wait for what all systems show", e.allHeard)
	}
	e.gathered = true
}

// resumed reports whether the run goes on where another one ended.
func (e *process) resumed() bool { return e.restriction != nil && e.inForce() }

// allHeard reports whether every system that can be asked has shown what it holds.
func (e *process) allHeard() bool {
	for _, s := range e.systems {
		if !s.isHeard() {
			return false
		}
	}
	return true
}

// isHeard reports whether the system was asked for all that is known, or waits for a person
// or is done. One that is done or waits, and is about to be asked for what the others have
// shown, is not heard yet: what is news to it may be somebody else's there.
func (s *system) isHeard() bool {
	switch {
	case s.plan.Mode != dsr.Automatic:
		return true
	case s.outcome.State == dsr.NeedsOperator:
		return s.asksAbout(dsr.QuestionError) || !s.hasNews()
	case s.settled:
		return !s.hasNews()
	default:
		return s.heard && s.allSearched(s.request.known)
	}
}

// asksAbout reports whether the system waits for a person with a question of the kind.
func (s *system) asksAbout(kind dsr.QuestionKind) bool {
	return s.outcome.Question != nil && s.outcome.Question.Kind == kind
}

// awaitOthers waits until the others have shown what they hold. It reports that the system
// has to be asked again if there is more to ask it for, and the question that what the
// others have shown raises about its own records.
func (s *system) awaitOthers(ctx workflow.Context) (again bool, question *dsr.Question) {
	if s.request.gathered || len(s.located) == 0 {
		return false, nil
	}
	err := workflow.Await(ctx, func() bool { return s.request.gathered || s.request.allHeard() || s.hasNews() })
	switch {
	case err != nil: // interrupted, which the caller sees
		return false, nil
	case s.hasNews():
		return true, nil
	default:
		return false, s.guard(s.request.known, s.located)
	}
}
