package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"ite.digital/lethe/workflows"
)

const (
	// sweepEvery is how often keys are swept. Grace periods are days.
	sweepEvery = time.Hour
	// sweepOften is how often where keys are to be destroyed at once.
	sweepOften = time.Minute
	// scheduleTimeout bounds the talk with Temporal about the schedule.
	scheduleTimeout = 30 * time.Second
)

// schedule makes the schedule that forgets requests, or brings it up to the
// configuration. All workers of a namespace share one.
func (f *Fleet) schedule(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, scheduleTimeout)
	defer cancel()
	spec := client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: f.pace()}}}
	schedules := f.temporal.ScheduleClient()
	_, err := schedules.Create(ctx, client.ScheduleOptions{
		ID: workflows.SweepID, Spec: spec, Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: sweepEvery,
		Action: &client.ScheduleWorkflowAction{ID: workflows.SweepID, Workflow: workflows.Sweep, TaskQueue: workflows.TaskQueue},
	})
	if err == nil {
		return nil
	}
	if !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return fmt.Errorf("make the schedule that forgets requests: %w", err)
	}
	err = schedules.GetHandle(ctx, workflows.SweepID).Update(ctx, client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			in.Description.Schedule.Spec = &spec
			return &client.ScheduleUpdate{Schedule: &in.Description.Schedule}, nil
		},
	})
	if err != nil {
		return fmt.Errorf("bring the schedule that forgets requests up to date: %w", err)
	}
	return nil
}

func (f *Fleet) pace() time.Duration {
	if f.grace < sweepEvery {
		return sweepOften
	}
	return sweepEvery
}
