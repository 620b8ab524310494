package activities_test

import (
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// TestAFailureThatEndsAStepNamesIt has a stranger make a failure of what is encrypted with
// the request's key and lies in its history: the text of another failure, and for details
// nothing, those of another step, or what is no step's at all.
func TestAFailureThatEndsAStepNamesIt(t *testing.T) {
	t.Parallel()
	const step = "crm.erase.3@17"
	of := func(step string) activities.Failure {
		return activities.Failure{Reason: "refused", Trace: activities.Trace{Binding: activities.Binding{Step: step}}}
	}
	fails := func(final bool, details ...any) error {
		return temporal.NewApplicationErrorWithOptions("refused", string(connectors.Rejected),
			temporal.ApplicationErrorOptions{NonRetryable: final, Details: details})
	}
	for name, c := range map[string]struct {
		err     error
		foreign bool
	}{
		"this step's":                        {fails(true, of(step)), false},
		"another step's":                     {fails(true, of("crm.erase.2@16")), true},
		"no step's":                          {fails(true, of("")), true},
		"without details":                    {fails(true), true},
		"without details, and to be retried": {fails(false), false}, // the SDK's
		"no step's, and to be retried":       {fails(false, of("")), true},
	} {
		require.Equal(t, c.foreign, activities.Foreign(c.err, &activities.Done{}, step), name)
	}
}

// TestAHeartbeatOfAnotherStepSilencesNobody has a stranger take a notice and repeat the
// heartbeat of an earlier one, which lies encrypted in Temporal: that everybody was told.
func TestAHeartbeatOfAnotherStepSilencesNobody(t *testing.T) {
	t.Parallel()
	p, n := newPeople(), activities.Notice{RequestID: "R-1", Kind: dsr.Erasure, Event: activities.Discarded}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	for step, lines := range map[string]int{"notify@1": 1, "": 1, "notify@2": 0} {
		p.log.Reset()
		env := suite.NewTestActivityEnvironment()
		requests := &activities.Requests{Log: zerolog.New(&p.log)}
		env.RegisterActivity(requests)
		env.SetHeartbeatDetails(map[string]any{"step": step, "told": []string{"log"}})
		_, err := env.ExecuteActivity(requests.Notify, activities.NotifyParams{Binding: activities.Binding{Step: "notify@2"}, Notice: n})
		require.NoError(t, err)
		require.Equal(t, lines, strings.Count(p.log.String(), "\n"), "after the heartbeat of %q", step)
	}
}
