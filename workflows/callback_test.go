package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
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
