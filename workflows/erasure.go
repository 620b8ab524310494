package workflows

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/deadlines"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/leads"
)

// Erasure carries an erasure request through every system and ends with the
// archived report. It never fails because of one system: what cannot be done
// without a person waits for one.
func Erasure(ctx workflow.Context, request dsr.Request) (dsr.Completion, error) {
	e := newProcess(ctx, request)
	if err := e.answerOperators(ctx); err != nil {
		return dsr.Completion{}, err
	}
	return e.run(ctx)
}

// process is the state of one request.
type process struct {
	request   dsr.Request
	startedAt time.Time
	// tokens identify the subject in the report.
	tokens []string
	// toldIn is the run that the workflow takes itself for: after a reset it is
	// another one, of which the workflow is not told. It is empty if there are
	// runs before the first step.
	toldIn string
	// deadlines are zero until the plan is made.
	deadlines deadlines.Deadlines
	// extension is why the deadline was extended, if it was.
	extension *dsr.Extension
	// identity is the wait for proof of who the subject is, if there was one, and
	// resuming says that its end is being reckoned.
	identity *dsr.IdentityCheck
	resuming bool
	// restriction is how a restriction stands; nil for an erasure. lifting says that
	// it is being lifted.
	restriction *dsr.RestrictionRecord
	lifting     bool
	// checkEvery is how often a restriction is checked, checks how often it was, and
	// reviewedAt when people were last told that it is in force.
	checkEvery time.Duration
	checks     int
	reviewedAt time.Time
	// chasedAt is when people were last told that the subject is to be told.
	chasedAt time.Time
	// toldStage and toldDue are what the intake was last told.
	toldStage dsr.Stage
	toldDue   time.Time
	// related are the other requests of the same person that are known of, and met
	// the workflows of those that know of this one.
	related []dsr.Meeting
	met     map[string]bool
	// telling counts the other requests that are being told of this one.
	telling int
	// begunAt is when the first run of the request began.
	begunAt time.Time
	// conflicts are the restrictions for which nothing is erased until a person has
	// decided.
	conflicts []dsr.Meeting
	// cancellation is who ended the request before its end, if somebody did.
	cancellation *dsr.Action
	// correspondence is what is known of the person's answers to the acknowledgement.
	correspondence activities.Correspondence
	// published is what Temporal's lists say of the request.
	published attributes
	known     knowledge
	// hashesUnknown says that nobody knows what the subject's hashed identifiers are
	// the hashes of.
	hashesUnknown bool
	// gatherFor is how long nothing is changed while systems have not shown what they hold,
	// and gathered says that this is over.
	gatherFor time.Duration
	gathered  bool
	// recheckAfter is how long after the last erasure everything is looked at
	// once more.
	recheckAfter time.Duration
	systems      []*system
	// discarded counts what was sent to the request itself and is not believed: answers to
	// its own steps, and signals.
	discarded int
	// alarmed says that a person has to know of what was discarded.
	alarmed bool
	// unarchived is why the report could not be archived so far, and toldUnarchived when people
	// were last told of that.
	unarchived     *dsr.ArchiveFailure
	toldUnarchived time.Time
	// finished tells the systems that no further look is coming.
	finished bool
	// archived says that the last report is archived: the request is over.
	archived bool
}

func newProcess(ctx workflow.Context, request dsr.Request) *process {
	return &process{
		request:   request,
		startedAt: workflow.Now(ctx),
		tokens:    tokensOf(ctx),
		begunAt:   workflow.GetInfo(ctx).WorkflowStartTime,
		toldIn:    workflow.GetInfo(ctx).OriginalRunID,
		met:       map[string]bool{},
		known:     know(leads.Evidence{Given: request.Subject}),
	}
}

// tokensOf are the keyed hashes of the subject's identifiers by which the request
// is listed; none if whoever started it gave it none.
func tokensOf(ctx workflow.Context) []string {
	tokens, _ := workflow.GetTypedSearchAttributes(ctx).GetKeywordList(temporal.NewSearchAttributeKeyKeywordList(activities.AttributeSubject))
	return tokens
}

// run is the story of a request.
func (e *process) run(ctx workflow.Context) (dsr.Completion, error) {
	workflow.GoNamed(ctx, "alarm", e.alarm)
	if err := e.makePlan(ctx); err != nil {
		return dsr.Completion{}, err
	}
	if e.toldIn == "" { // there are runs before this one
		e.takeBackPromise(ctx)
	}
	e.begin(ctx)
	err := e.settle(ctx)
	if err != nil {
		// Temporal cancels the request. What was done by then is reported all the same.
		var cancelReport workflow.CancelFunc
		ctx, cancelReport = workflow.NewDisconnectedContext(ctx)
		defer cancelReport()
		e.leaveOff(ctx, dsr.Action{Name: UpdateCancel, Operator: "Temporal", Text: "the workflow was cancelled in Temporal"})
	}
	e.finished = true
	completion, concludeErr := e.conclude(ctx)
	return completion, errors.Join(concludeErr, err)
}

// begin starts all that goes on side by side until the request is finished.
func (e *process) begin(ctx workflow.Context) {
	workflow.GoNamed(ctx, "gather", e.gather)
	workflow.GoNamed(ctx, "show", e.show)
	workflow.GoNamed(ctx, "remind", e.remind)
	workflow.GoNamed(ctx, "chase", e.chase)
	workflow.GoNamed(ctx, "meet", e.meet)
	workflow.GoNamed(ctx, "call back", e.callBack)
	workflow.GoNamed(ctx, "record messages", e.recordMessages)
	for _, s := range e.systems {
		workflow.GoNamed(ctx, s.plan.Name, s.run)
	}
}

// makePlan has a worker check the request and say which systems there are, and
// makes one runner each.
func (e *process) makePlan(ctx workflow.Context) error {
	var requests *activities.Requests
	var plan activities.Plan
	params := activities.MakePlanParams{Request: e.request, Now: workflow.Now(ctx)}
	if err := insist(requestStep(ctx, "make the plan"), "plan", requests.MakePlan, params, &plan, e.noteDiscarded); err != nil {
		return fmt.Errorf("make the plan: %w", err)
	}
	e.recheckAfter, e.gatherFor, e.deadlines = plan.RecheckAfter, plan.GatherFor, plan.Deadlines
	e.extension, e.identity = plan.Extension, plan.Identity
	e.related, e.checkEvery = plan.Related, plan.CheckEvery
	e.known = know(leads.Evidence{Given: e.known.evidence.Given, FixedLines: plan.FixedLines, Seen: e.known.evidence.Seen})
	e.known.share(plan.Resolved) // the update that handed them in has checked them
	e.hashesUnknown, e.correspondence = plan.HashesUnknown, plan.Correspondence
	if plan.RunBefore {
		e.toldIn = ""
	}
	if !plan.BegunAt.IsZero() {
		e.begunAt = plan.BegunAt
	}
	for _, planned := range e.chosen(plan.Systems) {
		e.systems = append(e.systems, newSystem(e, planned))
	}
	return nil
}

// chosen returns the systems that the request is for. One that is asked for
// and not configured stays in the list, to be asked about: nothing is dropped.
func (e *process) chosen(configured []dsr.System) []dsr.System {
	if len(e.request.Systems) == 0 {
		return configured
	}
	var chosen []dsr.System
	for _, name := range e.request.Systems {
		planned := dsr.System{Name: name, Title: name}
		for _, system := range configured {
			if system.Name == name {
				planned = system
			}
		}
		chosen = append(chosen, planned)
	}
	return chosen
}

// settle waits until every system has an outcome that holds: a last look at
// all of them comes after the last one acted, for one system can push the
// person into another, and a further look after a delay.
func (e *process) settle(ctx workflow.Context) error {
	looked, rechecked := 0, false
	for {
		if err := e.awaitSettled(ctx); err != nil || e.cancellation != nil || e.request.DryRun {
			return err
		}
		if acted := e.erasures(); acted > looked {
			looked = acted
			e.lookAgain()
			continue
		}
		if rechecked {
			if promised, err := e.awaitPromises(ctx); err != nil || !promised || e.cancellation != nil {
				return err
			}
			continue
		}
		if err := e.awaitRecheck(ctx); err != nil || e.cancellation != nil {
			return err
		}
		rechecked = true
		e.lookAgain()
	}
}

// awaitRecheck waits before the second look, unless the request is cancelled.
func (e *process) awaitRecheck(ctx workflow.Context) error {
	_, err := awaitFor(ctx, e.recheckAfter, true, "wait before the second look at all systems", func() bool { return e.cancellation != nil })
	if err != nil {
		return fmt.Errorf("wait before the second look: %w", err)
	}
	return nil
}

// awaitSettled waits until no system has anything left to do. Systems that
// wait for a person are not settled; each says since when it waits.
func (e *process) awaitSettled(ctx workflow.Context) error {
	if err := workflow.Await(ctx, e.allSettled); err != nil {
		return fmt.Errorf("wait for the systems: %w", err)
	}
	return nil
}

func (e *process) allSettled() bool {
	return !slices.ContainsFunc(e.systems, (*system).busy)
}

// erasures counts how often anything was erased anywhere.
func (e *process) erasures() int {
	sum := 0
	for _, s := range e.systems {
		sum += s.outcome.Erasures
	}
	return sum
}

func (e *process) lookAgain() {
	for _, s := range e.systems {
		s.lookAgain = s.canBeLookedInto()
	}
}

// conclude compiles the report and archives it. Temporal does not cancel that: without its
// report the request would leave no trace.
func (e *process) conclude(ctx workflow.Context) (dsr.Completion, error) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return dsr.Completion{}, fmt.Errorf("wait for operators' updates: %w", err)
	}
	compile := func() dsr.Report { return concluded(e.compile(), workflow.Now(ctx)) }
	key, err := e.archive(ctx, compile, func() bool { return true })
	if err != nil {
		return dsr.Completion{}, err
	}
	e.archived = true
	e.publish(ctx)
	e.tellTheEnd(ctx)
	e.callBackAtLast(ctx)
	return dsr.Completion{Status: e.report().Status, Report: key}, nil
}

// report says how things stand. Nothing is completed before its report is archived.
func (e *process) report() dsr.Report {
	report := e.compile()
	report.Unarchived = e.unarchived
	if e.archived || e.inForce() && !e.finished {
		report.Conclude()
	}
	return report
}

// concluded is the report with what comes of the outcomes in it, to be archived.
func concluded(r dsr.Report, at time.Time) dsr.Report {
	r.CompletedAt = at
	r.Conclude()
	return r
}

// compile makes the report of the outcomes as they are.
func (e *process) compile() dsr.Report {
	report := dsr.Report{
		SubjectTokens: e.tokens,

		Version:    dsr.ReportVersion,
		RequestID:  e.request.ID,
		Kind:       e.request.Kind,
		Searched:   e.known.types(),
		ReceivedAt: e.request.ReceivedAt,
		StartedAt:  e.startedAt,
		DueAt:      e.deadlines.Due,
		Regulation: e.deadlines.Profile.Ref(),
		Extension:  e.extension,
		Identity:   e.identity,
		Related:    e.related,
		Mail:       e.request.Mail,
		FollowUps:  e.correspondence.FollowUps,

		Restriction: e.restriction,

		Discarded:    e.discarded,
		Cancellation: e.cancellation,
		DryRun:       e.request.DryRun,
		Status:       dsr.StatusOpen,
		// Before there is a plan, nothing is what there is of them.
		Systems: make([]dsr.Outcome, 0, len(e.systems)),
	}
	for _, s := range e.systems {
		outcome := s.outcome
		outcome.Irreversible = s.irreversible()
		report.Systems = append(report.Systems, outcome)
	}
	return report
}
