package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

const (
	// announceExtension is the change by which people are told of a deadline that
	// was extended.
	announceExtension = "announce-extension"
	// chaseTasks is the change by which people are told of what waits for them for
	// long.
	chaseTasks = "chase-tasks"
	// chaseAfter is how long a system may wait for a person before people are told,
	// and chaseEvery how often they are told again.
	chaseAfter = 3 * 24 * time.Hour
	chaseEvery = 7 * 24 * time.Hour
)

// remind tells people when the deadline comes near, when it has passed, and when
// it was moved. What was near before the request was handed in, or before the
// deadline was moved, is not told any more, but that it is overdue is.
func (e *process) remind(ctx workflow.Context) {
	told, announced := workflow.Now(ctx), e.extension
	if e.isOverdue(told) {
		e.notify(ctx, activities.Overdue)
	}
	for !e.archived {
		before := e.clock()
		at, ok := e.nextReminder(told)
		if err := e.awaitReminder(ctx, at, ok); err != nil {
			return // the request is cancelled
		}
		switch {
		case e.archived:
		case e.clock() != before:
			told = workflow.Now(ctx)
			if e.extension != announced && workflow.GetVersion(ctx, announceExtension, workflow.DefaultVersion, 1) > workflow.DefaultVersion {
				e.notify(ctx, activities.Extended)
			}
			announced = e.extension
		case e.isOverdue(at):
			told = at
			e.notify(ctx, activities.Overdue)
		default:
			told = at
			e.notify(ctx, activities.DeadlineNear)
		}
	}
}

// clockState is what reminders depend on.
type clockState struct {
	due     int64
	waiting bool
}

func (e *process) clock() clockState {
	return clockState{due: e.deadlines.Due.Unix(), waiting: e.deadlines.Waiting() || e.inForce()}
}

// overdueAt is when the request is overdue: the deadline is the last second of a
// day, which counts as a whole.
func (e *process) overdueAt() time.Time { return e.deadlines.Due.Add(time.Second) }

func (e *process) isOverdue(at time.Time) bool {
	return !e.deadlines.Due.IsZero() && !e.deadlines.Waiting() && !e.inForce() && !at.Before(e.overdueAt())
}

// awaitReminder waits for the moment, if there is one, and no longer than until
// the deadline is changed or the request is over.
func (e *process) awaitReminder(ctx workflow.Context, at time.Time, limited bool) error {
	before := e.clock()
	changed := func() bool { return e.archived || e.clock() != before }
	_, err := awaitFor(ctx, at.Sub(workflow.Now(ctx)), limited, "wait before the next reminder of the deadline", changed)
	return err
}

// awaitFor waits for the condition, for no longer than the wait if that is limited. It
// reports whether the condition has come true.
func awaitFor(ctx workflow.Context, wait time.Duration, limited bool, summary string, condition func() bool) (bool, error) {
	if !limited {
		err := workflow.Await(ctx, condition)
		return err == nil, err
	}
	return workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{Timeout: wait, TimerOptions: workflow.TimerOptions{Summary: summary}}, condition)
}

// nextReminder is the first moment after the last one at which to remind. There is
// none while the time stands still, or after the answer was given.
func (e *process) nextReminder(last time.Time) (time.Time, bool) {
	if e.deadlines.Waiting() || e.inForce() {
		return time.Time{}, false
	}
	for _, at := range append(slices.Clone(e.deadlines.Warnings), e.overdueAt()) {
		if at.After(last) {
			return at, true
		}
	}
	return time.Time{}, false
}

// chase tells people of systems that wait for them for long.
func (e *process) chase(ctx workflow.Context) {
	if workflow.Await(ctx, func() bool { return e.finished || len(e.waiting()) > 0 }) != nil || e.finished {
		return
	}
	if workflow.GetVersion(ctx, chaseTasks, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return // it began before people were told
	}
	for !e.finished {
		at, waits := e.nextChase()
		if err := e.awaitChase(ctx, at, waits); err != nil {
			return // the request is cancelled
		}
		if waits && !e.finished && !workflow.Now(ctx).Before(at) && e.markChased(workflow.Now(ctx)) {
			e.notify(ctx, activities.Waiting)
		}
	}
}

// awaitChase waits for the moment, and no longer than until other systems wait.
func (e *process) awaitChase(ctx workflow.Context, at time.Time, limited bool) error {
	changed := func() bool {
		next, waits := e.nextChase()
		return e.finished || waits != limited || !next.Equal(at)
	}
	_, err := awaitFor(ctx, max(at.Sub(workflow.Now(ctx)), 0), limited, "wait before telling people what waits for them", changed)
	return err
}

// nextChase is when people are to be told next of what waits for them, if anything
// does.
func (e *process) nextChase() (at time.Time, waits bool) {
	consider := func(next time.Time) {
		if !waits || next.Before(at) {
			at, waits = next, true
		}
	}
	for _, s := range e.systems {
		if s.outcome.State == dsr.NeedsOperator {
			consider(chaseAt(s.outcome.Question.Since, s.chasedAt))
		}
	}
	if e.awaitsGround() {
		consider(chaseAt(e.begunAt, e.chasedAt))
	}
	if e.awaitsNotice() {
		consider(chaseAt(e.restriction.Lift.At, e.chasedAt))
	}
	return at, waits
}

// chaseAt is when people are told next of what has been waiting since, and of which
// they were last told at chased.
func chaseAt(since, chased time.Time) time.Time {
	if chased.After(since) {
		return chased.Add(chaseEvery)
	}
	return since.Add(chaseAfter)
}

// markChased notes that people are told of all that waits by now. It reports false
// if they have been told of it.
func (e *process) markChased(now time.Time) bool {
	due := false
	for _, s := range e.systems {
		if s.outcome.State == dsr.NeedsOperator && !now.Before(chaseAt(s.outcome.Question.Since, s.chasedAt)) {
			s.chasedAt, due = now, true
		}
	}
	if e.awaitsNotice() && !now.Before(chaseAt(e.restriction.Lift.At, e.chasedAt)) ||
		e.awaitsGround() && !now.Before(chaseAt(e.begunAt, e.chasedAt)) {
		e.chasedAt, due = now, true
	}
	return due
}

// notify tells people where the request stands. That fails for good is no reason
// to hold the request up.
func (e *process) notify(ctx workflow.Context, event activities.Event) {
	var requests *activities.Requests
	notice := activities.Notice{
		RequestID: e.request.ID, Kind: e.request.Kind, Event: event, DueAt: e.deadlines.Due, Overdue: event == activities.Overdue,
		Missing: e.missing(), NeedsOperator: e.waiting(),
	}
	var delivered activities.Delivered
	params := activities.NotifyParams{Notice: notice}
	if err := insist(noticeStep(ctx, "tell people: "+string(event)), "notify", requests.Notify, params, &delivered, e.noteDiscarded); err != nil {
		workflow.GetLogger(ctx).Warn("nobody could be told of a deadline")
	}
}
