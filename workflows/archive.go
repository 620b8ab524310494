package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

const (
	// archivePatience is for how long the report is tried to be archived before people are
	// told why that fails.
	archivePatience = 5 * time.Minute
	// archivePause is how long to wait then before it is tried again, at first and at most.
	archivePause    = 5 * time.Minute
	maxArchivePause = time.Hour
	// maxReason bounds the reason for which a report cannot be archived, in characters.
	maxReason = 500
)

// archive stores the report, as it is compiled then, for as long as that takes: a request whose
// report is not archived is not over. Once it fails for some minutes people see why. It gives
// up, without a key, only if the report is not wanted any more.
func (e *process) archive(ctx workflow.Context, compile func() dsr.Report, wanted func() bool) (key string, err error) {
	defer func() { e.unarchived = nil }()
	for pause := archivePause; ; pause = min(2*pause, maxArchivePause) {
		key, err = e.archiveOnce(ctx, compile())
		if err == nil || ctx.Err() != nil {
			return key, err
		}
		e.noteUnarchived(ctx, err)
		e.publish(ctx)
		if _, err := awaitFor(ctx, pause, true, "wait before the report is archived again", func() bool { return !wanted() }); err != nil {
			return "", fmt.Errorf("wait before the report is archived again: %w", err)
		}
		if !wanted() {
			return "", nil
		}
	}
}

// archiveOnce tries for some minutes to store the report.
func (e *process) archiveOnce(ctx workflow.Context, report dsr.Report) (key string, err error) {
	ctx = requestStep(ctx, "archive the report")
	options := workflow.GetActivityOptions(ctx)
	options.ScheduleToCloseTimeout = archivePatience
	ctx = workflow.WithActivityOptions(ctx, options)
	var requests *activities.Requests
	var archived activities.Archived
	params := activities.ArchiveParams{Report: report}
	if err := insist(ctx, "archive", requests.ArchiveReport, params, &archived, e.noteDiscarded); err != nil {
		return "", fmt.Errorf("archive the report: %w", err)
	}
	return archived.Key, nil
}

// noteUnarchived puts on record why the report could not be archived, and has people told: at
// once, and again from time to time.
func (e *process) noteUnarchived(ctx workflow.Context, err error) {
	now := workflow.Now(ctx)
	failure := dsr.ArchiveFailure{Since: now, Reason: archiveReason(err)}
	if e.unarchived != nil {
		failure.Since = e.unarchived.Since
	}
	e.unarchived = &failure
	if !e.toldUnarchived.IsZero() && now.Before(e.toldUnarchived.Add(chaseEvery)) {
		return
	}
	e.toldUnarchived = now
	workflow.GoNamed(ctx, "tell that the report cannot be archived", func(ctx workflow.Context) { e.notify(ctx, activities.Unarchived) })
}

// archiveReason is why the last attempt failed, in the words of our own storage.
func archiveReason(err error) string {
	var known *temporal.ApplicationError
	if !errors.As(err, &known) {
		return fmt.Sprintf("no worker did it within %d minutes; see that one runs", int(archivePatience.Minutes()))
	}
	reason := []rune(dsr.OneParagraph(known.Message()))
	if len(reason) > maxReason {
		reason = append(reason[:maxReason], '…')
	}
	return string(reason)
}
