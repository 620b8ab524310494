package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/workflows"
)

// TestAPromisedDayIsWaitedForWhenTheRequestIsOver looks at what stays behind when a
// request ends that Google has promised to carry out in two months: a workflow that
// waits, and that survives the destruction of the request's key.
func TestAPromisedDayIsWaitedForWhenTheRequestIsOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()
	s.submit("R-0", population.Ben) // makes the key store
	o := s.clerk()
	_, err := o.desk.Submit(t.Context(), dsr.Request{
		ID: "R-1", Kind: dsr.Erasure, ReceivedAt: time.Now(), Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: population.Ana.Email}}},
		Intake: &dsr.Intake{Controller: "acme", AcceptedAt: time.Now(), Regulation: "gdpr", Callbacks: []string{"https://dsar.example.com/lethe"}, Digest: "d"},
	})
	require.NoError(t, err)
	r := o.ended("R-1")
	s.must("forget", "R-1", "--yes")

	var history *historypb.History
	require.Eventually(t, func() bool {
		history = downloadOf(t, o.client, workflows.PromiseID+"erasure-R-1")
		for _, event := range history.GetEvents() {
			require.NotEqual(t, enums.EVENT_TYPE_WORKFLOW_TASK_FAILED, event.GetEventType())
			if timer := event.GetTimerStartedEventAttributes(); timer != nil {
				wait := time.Until(outcome(r, "analytics").ExpectedBy)
				require.InDelta(t, wait.Hours(), timer.GetStartToFireTimeout().AsDuration().Hours(), 1)
				return true
			}
		}
		return false
	}, patience, 50*time.Millisecond)
	require.NotContains(t, history.String(), population.Ana.Email)
	require.NotContains(t, history.String(), "dsar.example.com", "it is encrypted")
}
