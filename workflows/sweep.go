package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
)

// SweepID is the id of the schedule that forgets requests, and begins those of
// its workflows.
const SweepID = "lethe-sweep"

// Sweep destroys the keys of the requests whose time has come, and says what it
// did. A schedule runs it.
func Sweep(ctx workflow.Context) (activities.Swept, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           TaskQueue,
		Summary:             "destroy the keys whose time has come",
		StartToCloseTimeout: time.Hour,
		HeartbeatTimeout:    heartbeatTimeout,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute, MaximumAttempts: 20},
	})
	var keys *activities.Keys
	var swept activities.Swept
	if err := insist(ctx, "sweep", keys.Sweep, activities.SweepParams{}, &swept, logDiscarded(ctx, "sweep")); err != nil {
		return swept, fmt.Errorf("destroy the keys whose time has come: %w", err)
	}
	return swept, nil
}
