package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

const (
	// stepTimeout bounds one attempt of a step at a system: paging through a
	// large vendor at its allowed pace takes minutes.
	stepTimeout = 30 * time.Minute
	// heartbeatTimeout is how soon a step of a worker that died is given to
	// another one.
	heartbeatTimeout = 30 * time.Second
	// minPatience is how long a transient error is retried when the request's
	// deadline is near or past.
	minPatience = 24 * time.Hour
	// maxAttempts is out of reach of any deadline. It is set because the SDK's
	// test environment stops after ten attempts otherwise.
	maxAttempts = 100_000
)

// systemStep returns the options of a step at the system: transient errors are
// retried, from a second to a quarter of an hour apart, until the request's
// deadline.
func systemStep(ctx workflow.Context, system, id, summary string, due time.Time) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:              SystemTaskQueue(system),
		ActivityID:             id,
		Summary:                summary,
		ScheduleToCloseTimeout: max(due.Sub(workflow.Now(ctx)), minPatience),
		StartToCloseTimeout:    stepTimeout,
		HeartbeatTimeout:       heartbeatTimeout,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 15 * time.Minute, MaximumAttempts: maxAttempts,
		},
	})
}

// requestStep returns the options of a step that concerns the whole request.
// It is retried for as long as it takes: without the plan nothing starts, and
// without the archive nothing is proved. The Web UI shows the step and its
// last error meanwhile.
func requestStep(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           TaskQueue,
		Summary:             summary,
		StartToCloseTimeout: time.Minute,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute, MaximumAttempts: maxAttempts},
	})
}

// noticePatience is how long a message to people is tried. The next one comes
// later, and the log has had it at once.
const noticePatience = 24 * time.Hour

// noticeStep returns the options of a step that tells people something.
func noticeStep(ctx workflow.Context, summary string) workflow.Context {
	ctx = requestStep(ctx, summary)
	options := workflow.GetActivityOptions(ctx)
	options.ScheduleToCloseTimeout = noticePatience
	return workflow.WithActivityOptions(ctx, options)
}

// verifyWaits are the waits before each look for what should be gone. Vendors'
// search indexes lag by seconds, some deletions by minutes.
func verifyWaits() []time.Duration {
	return []time.Duration{0, 2 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute}
}
