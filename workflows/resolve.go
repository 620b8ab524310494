package workflows

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/leads"
)

func (e *process) checkResolve(_ workflow.Context, p ResolveMatch) error {
	s, err := e.openSystem(p.System, p.Operator)
	if err != nil {
		return err
	}
	if q := s.outcome.Question; q == nil || q.Kind != dsr.QuestionMatch || len(q.Candidates) == 0 {
		return fmt.Errorf("%s is not held for records that may be somebody else's", p.System)
	}
	candidates := s.outcome.Question.Records()
	decided := slices.Concat(p.Erase, p.Keep)
	for _, record := range decided {
		if !slices.Contains(candidates, record) {
			return fmt.Errorf("%q is none of the records that %s is held for: %s", record, p.System, strings.Join(candidates, ", "))
		}
	}
	for _, record := range candidates {
		switch n := count(decided, record); {
		case n == 0:
			return fmt.Errorf("%s: say of this record, too, whether to erase or to keep it", record)
		case n > 1:
			return fmt.Errorf("%s: is named more than once", record)
		}
	}
	return e.checkText("reason", p.Reason)
}

func count(names []string, name string) int {
	n := 0
	for _, other := range names {
		if other == name {
			n++
		}
	}
	return n
}

func (e *process) resolveMatch(ctx workflow.Context, p ResolveMatch) error {
	s := e.decide(ctx, p.System, decidedRetry, dsr.Action{
		Name: UpdateResolveMatch, Operator: p.Operator, Text: fmt.Sprintf("erase %d, keep %d: %s", len(p.Erase), len(p.Keep), p.Reason),
	})
	for _, record := range p.Erase {
		s.cleared[record] = true
	}
	for _, record := range p.Keep {
		s.kept[record] = true
	}
	e.known.decide(p.System, p.Erase, leads.Theirs)
	e.known.decide(p.System, p.Keep, leads.SomebodyElses)
	return nil
}

func (e *process) checkCancel(_ workflow.Context, p Cancel) error {
	if err := e.checkOpen(p.Operator); err != nil {
		return err
	}
	switch {
	case e.cancellation != nil:
		return errors.New("the request is cancelled already")
	case e.inForce():
		return fmt.Errorf("the restriction is in force; it ends by %s, which tells the subject first", UpdateLift)
	case e.restriction != nil && slices.ContainsFunc(e.systems, (*system).hasActed):
		return fmt.Errorf("something is restricted already; leave out what hangs with %s, then %s", UpdateSkipSystem, UpdateLift)
	}
	return e.checkText("reason", p.Reason)
}

// hasActed reports whether anything was done at the system.
func (s *system) hasActed() bool { return !s.outcome.ActedAt.IsZero() || s.outcome.State == dsr.Acting }

// cancel leaves out every system that is not done. What is under way at a vendor
// cannot be called back, and the outcome says so.
func (e *process) cancel(ctx workflow.Context, p Cancel) error {
	e.leaveOff(ctx, dsr.Action{Name: UpdateCancel, Operator: p.Operator, Text: p.Reason})
	return nil
}

// leaveOff ends the request before its end, by what somebody has decided.
func (e *process) leaveOff(ctx workflow.Context, why dsr.Action) {
	why.At = workflow.Now(ctx)
	e.cancellation = &why
	for _, s := range e.systems {
		if s.outcome.State.Open() {
			e.decide(ctx, s.plan.Name, decidedSkip, why)
			s.leaveOff(ctx, "the request was cancelled: "+why.Text)
		}
	}
}

// leaveOff settles a system that is not to be gone on with. If it was being
// looked into once more, it stays what it was.
func (s *system) leaveOff(ctx workflow.Context, why string) {
	s.outcome.Explanation = why
	switch {
	case len(s.ordered) > 0 || len(s.claims) > 0:
		s.admitErasure(ctx)
		s.conclude(ctx, dsr.Skipped)
	case s.settledAs != "":
		if s.outcome.Explanation += "; it was not looked into once more"; !s.outcome.VerifiedAt.IsZero() {
			s.outcome.Evidence = dsr.ReadBack
		}
		s.conclude(ctx, s.settledAs)
	default:
		s.conclude(ctx, dsr.Skipped)
	}
}

// admitErasure says that an erasure or a restriction was ordered and nobody knows what came
// of it.
func (s *system) admitErasure(ctx workflow.Context) {
	ordered := slices.ContainsFunc(s.effects, func(e dsr.RecordEffect) bool { return e.State == dsr.Ordered })
	switch {
	case ordered && s.request.restriction != nil:
		s.outcome.Explanation += "; a restriction was ordered and was not seen to hold: it may hold in part"
	case ordered && len(s.ordered) == 0:
		s.outcome.Explanation += "; an erasure was ordered and was not seen to be done"
	case len(s.ordered) > 0:
		s.outcome.ActedAt = workflow.Now(ctx)
		s.outcome.Explanation += "; an erasure was under way and may have been carried out"
	}
}
