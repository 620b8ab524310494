package workflows_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
	"ite.digital/lethe/workflows/workflowtest"
)

// TestTheIntakeIsCalledBackOnEachStageAndWhenTheDeadlineMoves has a request that came
// through the gateway wait for a person, and its deadline extended.
func TestTheIntakeIsCalledBackOnEachStageAndWhenTheDeadlineMoves(t *testing.T) {
	t.Parallel()
	tr := newOpenTrial(t, 10*day)
	tr.request.Intake = &dsr.Intake{Controller: "shop", Callbacks: []string{"https://shop.example.com/opendsr"}}
	var told []dsr.Progress
	tr.env.RegisterActivity(&activities.Callbacks{Send: func(_ context.Context, _ string, c activities.Callback) error {
		told = append(told, c.Progress)
		return nil
	}})
	tr.at(5*day, func() {
		tr.update(workflows.UpdateExtendDeadline, workflows.ExtendDeadline{Operator: "Sam", Reason: "records in 14 systems", NoticeSentAt: received.Add(day)})
	})

	tr.run()

	require.Len(t, told, 4)
	require.Equal(t, []dsr.Stage{dsr.StagePending, dsr.StagePending, dsr.StageInProgress, dsr.StageCompleted},
		[]dsr.Stage{told[0].Stage, told[1].Stage, told[2].Stage, told[3].Stage})
	require.Equal(t, time.Date(2026, 4, 2, 23, 59, 59, 0, time.UTC), told[0].ExpectedAt.UTC())
	require.Equal(t, time.Date(2026, 6, 2, 23, 59, 59, 0, time.UTC), told[1].ExpectedAt.UTC())
}

// TestAReceiverThatIsAwayHoldsUpNobodyElse has one of two URLs never answer.
func TestAReceiverThatIsAwayHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	tr := newOpenTrial(t, 3*day)
	const here, away = "https://shop.example.com/here", "https://shop.example.com/away"
	tr.request.Intake = &dsr.Intake{Controller: "shop", Callbacks: []string{away, here}}
	type call struct {
		stage dsr.Stage
		at    time.Duration
	}
	var told []call
	tried := map[dsr.Stage]int{}
	var mu sync.Mutex // both URLs are called side by side
	tr.env.RegisterActivity(&activities.Callbacks{Send: func(_ context.Context, to string, c activities.Callback) error {
		mu.Lock()
		defer mu.Unlock()
		if to == away {
			tried[c.Progress.Stage]++
			return &connectors.Error{Class: connectors.Transient, System: "callback", Reason: "the receiver did not answer"}
		}
		told = append(told, call{c.Progress.Stage, tr.env.Now().Sub(received)})
		return nil
	}})
	tr.at(2*day, func() {
		tr.update(workflows.UpdateExtendDeadline, workflows.ExtendDeadline{Operator: "Sam", Reason: "records in 14 systems", NoticeSentAt: received.Add(day)})
	})

	tr.run()

	require.Len(t, told, 4)
	for i, want := range []call{{dsr.StagePending, 0}, {dsr.StagePending, 2 * day}, {dsr.StageInProgress, 3 * day}, {dsr.StageCompleted, 4 * day}} {
		require.Equal(t, want.stage, told[i].stage)
		require.WithinDuration(t, received.Add(want.at), received.Add(told[i].at), 2*time.Hour, "it is told at once, though the other is not")
	}
	require.Positive(t, tried[dsr.StagePending], "each change is tried at each URL")
	require.Positive(t, tried[dsr.StageInProgress])
	require.Greater(t, tried[dsr.StageCompleted], 100, "the last word is tried for a week")
}

// TestTheIntakeIsCalledBackOnThePromisedDay has a vendor that nobody can look into
// and that takes two months: longer than the request's workflow lasts.
func TestTheIntakeIsCalledBackOnThePromisedDay(t *testing.T) {
	t.Parallel()
	analytics := automatic("analytics", dsr.Email)
	analytics.Verifiable = false
	tr := newTrial(t, []dsr.System{analytics}, map[string]*vendor{"analytics": {unverifiable: true}})
	tr.request.Intake = &dsr.Intake{Controller: "shop", Callbacks: []string{"https://shop.example.com/opendsr"}}
	var told []activities.Callback
	callbacks := &activities.Callbacks{Send: func(_ context.Context, _ string, c activities.Callback) error {
		told = append(told, c)
		return nil
	}}
	tr.env.RegisterActivity(callbacks)
	var promised workflows.Promised
	tr.env.RegisterWorkflow(workflows.Promise)
	tr.env.OnWorkflow(workflows.Promise, mock.Anything, mock.Anything).Return(func(_ workflow.Context, p workflows.Promised) error {
		promised = p
		return nil
	})

	tr.run()

	require.Equal(t, dsr.StageInProgress, told[len(told)-1].Progress.Stage)
	require.Equal(t, received.AddDate(0, 2, 0), promised.At.UTC())
	require.Equal(t, dsr.StageCompleted, promised.Callback.Progress.Stage)

	told = nil
	env := workflowtest.NewEnvironment()
	env.SetStartTime(received)
	env.RegisterActivity(callbacks)
	env.ExecuteWorkflow(workflows.Promise, promised)
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, []activities.Callback{promised.Callback}, told)
	require.WithinDuration(t, promised.At, env.Now(), time.Hour)
}
