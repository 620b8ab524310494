package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
)

// remind tells people when the deadline comes near and when it has passed. What
// was near before the request was handed in is not told any more, but that it is
// overdue is.
func (e *erasure) remind(ctx workflow.Context) {
	told := workflow.Now(ctx)
	if told.After(e.deadlines.Due) && !e.deadlines.Waiting() {
		e.notify(ctx, true)
	}
	for !e.finished {
		due, waiting := e.deadlines.Due, e.deadlines.Waiting()
		at, ok := e.nextReminder(told)
		if err := e.awaitReminder(ctx, at, ok); err != nil {
			return // the request is cancelled
		}
		if e.finished || !e.deadlines.Due.Equal(due) || e.deadlines.Waiting() != waiting {
			continue
		}
		told = at
		e.notify(ctx, !at.Before(due))
	}
}

// awaitReminder waits for the moment, if there is one, and no longer than until
// the deadline is changed or the request is finished.
func (e *erasure) awaitReminder(ctx workflow.Context, at time.Time, limited bool) error {
	due, waiting := e.deadlines.Due, e.deadlines.Waiting()
	changed := func() bool {
		return e.finished || !e.deadlines.Due.Equal(due) || e.deadlines.Waiting() != waiting
	}
	if !limited {
		return workflow.Await(ctx, changed)
	}
	_, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout:      at.Sub(workflow.Now(ctx)),
		TimerOptions: workflow.TimerOptions{Summary: "wait before the next reminder of the deadline"},
	}, changed)
	return err
}

// nextReminder is the first moment after the last one at which to remind. There is
// none while the time stands still.
func (e *erasure) nextReminder(last time.Time) (time.Time, bool) {
	if e.deadlines.Waiting() {
		return time.Time{}, false
	}
	for _, at := range append(slices.Clone(e.deadlines.Warnings), e.deadlines.Due) {
		if at.After(last) {
			return at, true
		}
	}
	return time.Time{}, false
}

// notify tells people where the request stands. That fails for good is no reason
// to hold the request up.
func (e *erasure) notify(ctx workflow.Context, overdue bool) {
	var requests *activities.Requests
	notice := activities.Notice{
		RequestID: e.request.ID, Kind: e.request.Kind, DueAt: e.deadlines.Due, Overdue: overdue,
		Missing: e.missing(), NeedsOperator: e.waiting(),
	}
	if err := workflow.ExecuteActivity(noticeStep(ctx, "remind people of the deadline"), requests.Notify, notice).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("nobody could be reminded of a deadline")
	}
}
