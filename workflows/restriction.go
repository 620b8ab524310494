package workflows

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

const (
	// longHistory is after how many events a restriction goes on in a new run, and
	// manySteps after how many steps: a step is six events at the most. A check of
	// sixty systems comes on top.
	longHistory = 1000
	manySteps   = 170
	// reviewEvery is how often people are told that a restriction is in force.
	reviewEvery = 90 * 24 * time.Hour
)

// Restriction restricts the processing of the subject's data in every system and
// archives a report. Then it stays open, for as long as it takes, sees to it that
// the restriction holds, and lifts it once somebody has decided so and has told
// the subject (GDPR Art. 18). It goes on in a new run from time to time, with what
// is carried.
func Restriction(ctx workflow.Context, request dsr.Request, carried *Carried) (dsr.Completion, error) {
	e := newProcess(ctx, request)
	e.restriction = &dsr.RestrictionRecord{Ground: request.Ground, Until: request.Ground.Expectation()}
	if carried != nil {
		e.restore(*carried)
	}
	if err := errors.Join(e.answerOperators(ctx), e.answerLifting(ctx)); err != nil {
		return dsr.Completion{}, err
	}
	return e.restrict(ctx)
}

// restrict is the story of a restriction.
func (e *process) restrict(ctx workflow.Context) (dsr.Completion, error) {
	if len(e.systems) == 0 {
		if err := e.makePlan(ctx); err != nil {
			return dsr.Completion{}, err
		}
	}
	e.begin(ctx)
	err := e.hold(ctx)
	var next *workflow.ContinueAsNewError
	if errors.As(err, &next) {
		return dsr.Completion{}, err
	}
	if err != nil {
		// Temporal cancels the request. What was done by then is reported all the
		// same, and stays as it is.
		var cancelReport workflow.CancelFunc
		ctx, cancelReport = workflow.NewDisconnectedContext(ctx)
		defer cancelReport()
		e.leaveOff(ctx, dsr.Action{Name: UpdateCancel, Operator: "Temporal", Text: "the workflow was cancelled in Temporal; what was restricted stays so"})
	}
	e.finished = true
	completion, concludeErr := e.conclude(ctx)
	return completion, errors.Join(concludeErr, err)
}

// hold restricts, checks and lifts, until nothing is left to do.
func (e *process) hold(ctx workflow.Context) error {
	for {
		if err := e.awaitIdle(ctx); err != nil {
			return err
		}
		if err := e.comeIntoForce(ctx); err != nil {
			return err
		}
		switch {
		case e.restriction.SupersededBy != "":
			e.supersede(ctx)
			return nil
		case e.cancellation != nil, e.request.DryRun, e.lifting && e.allSettled():
			return nil
		case e.restriction.Lift.Noticed() && !e.lifting:
			e.beginLifting()
			continue
		case e.hasMuchHistory(ctx):
			return e.goOn(ctx)
		}
		if err := e.awaitCheck(ctx); err != nil {
			return err
		}
	}
}

// awaitIdle waits until every system is settled or waits for a person.
func (e *process) awaitIdle(ctx workflow.Context) error {
	if err := workflow.Await(ctx, e.isIdle); err != nil {
		return fmt.Errorf("wait for the systems: %w", err)
	}
	return nil
}

func (e *process) isIdle() bool {
	return !slices.ContainsFunc(e.systems, func(s *system) bool {
		return s.busy() && (s.outcome.State != dsr.NeedsOperator || s.decision != undecided)
	})
}

// comeIntoForce archives the first report, once every system has an outcome. The restriction is
// in force when that has happened.
func (e *process) comeIntoForce(ctx workflow.Context) error {
	isAnswer := func() bool {
		return e.isAnswer() && e.cancellation == nil && !e.request.DryRun && e.restriction.SupersededBy == ""
	}
	if !isAnswer() {
		return nil
	}
	since := time.Time{}
	compile := func() dsr.Report {
		since = workflow.Now(ctx)
		r := e.compile()
		r.Restriction = inForceSince(r.Restriction, since)
		return concluded(r, since)
	}
	key, err := e.archive(ctx, compile, func() bool { return isAnswer() && !e.hasMuchHistory(ctx) })
	if err != nil || key == "" || e.cancellation != nil || e.restriction.SupersededBy != "" {
		return err
	}
	e.restriction, e.reviewedAt = inForceSince(e.restriction, since), since
	return nil
}

// inForceSince is a restriction that has come into force.
func inForceSince(r *dsr.RestrictionRecord, since time.Time) *dsr.RestrictionRecord {
	held := *r
	held.InForceSince = since
	return &held
}

// isAnswer reports whether nothing is missing any more for the restriction to come
// into force.
func (e *process) isAnswer() bool {
	return !e.inForce() && e.allSettled() && !e.restriction.LacksGround()
}

// inForce reports whether the request was answered: every system has had an
// outcome.
func (e *process) inForce() bool { return e.restriction != nil && !e.restriction.InForceSince.IsZero() }

// awaitCheck waits until it is time to see whether the restriction holds, or until
// something happens. Systems that wait for a person are left alone.
func (e *process) awaitCheck(ctx workflow.Context) error {
	happened := func() bool {
		return !e.isIdle() || e.isAnswer() || e.allSettled() && e.lifting || e.restriction.SupersededBy != "" || e.cancellation != nil ||
			e.restriction.Lift.Noticed() && !e.lifting
	}
	woken, err := awaitFor(ctx, e.pace(), !e.lifting, "wait before seeing whether the restriction holds", happened)
	if err != nil || woken {
		return err
	}
	e.checks++
	for _, s := range e.systems {
		s.lookAgain = s.settled && s.canBeRestricted() && s.outcome.State != dsr.Skipped
	}
	if now := workflow.Now(ctx); e.inForce() && !now.Before(e.reviewedAt.Add(reviewEvery)) {
		e.reviewedAt = now
		workflow.GoNamed(ctx, "review", func(ctx workflow.Context) { e.notify(ctx, activities.InForce) })
	}
	return nil
}

// pace is how long to wait before the next check. It differs from check to check
// and from request to request, so that vendors are not asked about everybody at
// once.
func (e *process) pace() time.Duration {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(e.request.ID + strconv.Itoa(e.checks))) // never fails
	return e.checkEvery + e.checkEvery/10*time.Duration(sum.Sum32()%100)/100
}

// beginLifting has the systems give back what was before.
func (e *process) beginLifting() {
	e.lifting = true
	for _, s := range e.systems {
		s.lookAgain = s.needsLifting()
		switch {
		case s.outcome.State != dsr.NeedsOperator:
		case s.lookAgain:
			s.decision = decidedRetry
		default: // nothing was done here, so there is nothing to ask any more
			s.decision = decidedLeave
		}
	}
}

// irreversible names the settings that were changed here with an operator's approval, and that
// lifting cannot give back.
func (s *system) irreversible() []string {
	var names []string
	for _, record := range dsr.Restrict(dsr.Irreversible(s.before)) {
		for _, setting := range record.Settings {
			if s.accepted[record.Key()] && !slices.Contains(names, setting.Name) {
				names = append(names, setting.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// supersede ends the restriction because an erasure takes its place. Nothing is
// given back.
func (e *process) supersede(ctx workflow.Context) {
	why := dsr.Action{
		Name: "superseded", Operator: "Lethe", Text: "the person is erased by request " + e.restriction.SupersededBy, At: workflow.Now(ctx),
	}
	for _, s := range e.systems {
		if s.outcome.State.Open() {
			e.decide(ctx, s.plan.Name, decidedSkip, why)
			s.leaveOff(ctx, why.Text)
		}
	}
}

// hasMuchHistory reports whether it is time for a new run.
func (e *process) hasMuchHistory(ctx workflow.Context) bool {
	if !workflow.AllHandlersFinished(ctx) || e.hasSignals(ctx) {
		return false // they would be lost
	}
	steps := 0
	for _, s := range e.systems {
		steps += s.numbered - s.numberedBefore
	}
	return steps > manySteps || workflow.GetInfo(ctx).GetCurrentHistoryLength() > longHistory
}
