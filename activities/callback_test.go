package activities_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// receivers answer callbacks with what is set, and count the calls.
type receivers struct {
	mu      sync.Mutex
	answers map[string]error
	asked   []string
}

func (r *receivers) send(_ context.Context, url string, _ activities.Callback) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, url)
	if r.answers[url] != nil && r.answers[url].Error() == "panic" {
		panic("somebody@example.com")
	}
	return r.answers[url]
}

// calls forgets the calls that it returns.
func (r *receivers) calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked := r.asked
	slices.Sort(asked)
	r.asked = nil
	return asked
}

// attempts run the activity as Temporal does, with the heartbeat of the last attempt.
type attempts struct {
	env  *testsuite.TestActivityEnvironment
	step *activities.Callbacks
}

func newAttempts(t *testing.T, send activities.CallbackSender) *attempts {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	a := &attempts{env: suite.NewTestActivityEnvironment(), step: &activities.Callbacks{Send: send}}
	a.env.RegisterActivity(a.step)
	return a
}

func (a *attempts) again(urls ...string) error {
	_, err := a.env.ExecuteActivity(a.step.CallBack, activities.CallbackParams{Callback: activities.Callback{RequestID: "R-1", URLs: urls}})
	return err
}

func TestEveryURLIsCalledAndThoseThatWereToldAreLeftOutLater(t *testing.T) {
	t.Parallel()
	r := &receivers{answers: map[string]error{
		"b": &connectors.Error{Class: connectors.Transient, System: "callback", Reason: "the receiver has a fault"},
		"c": &connectors.Error{Class: connectors.Rejected, System: "callback", Status: 400, Reason: "the receiver refuses"},
	}}
	a := newAttempts(t, r.send)
	var heartbeat any
	a.env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
		var last map[string]any
		if details.Get(&last) == nil {
			heartbeat = last
		}
	})

	err := a.again("a", "b", "c")

	var failed *temporal.ApplicationError
	require.ErrorAs(t, err, &failed)
	require.False(t, failed.NonRetryable(), "b may be told later")
	require.Equal(t, []string{"a", "b", "c"}, r.calls())
	require.NotNil(t, heartbeat)

	a.env.SetHeartbeatDetails(heartbeat)
	delete(r.answers, "b")
	err = a.again("a", "b", "c")

	require.ErrorAs(t, err, &failed)
	require.True(t, failed.NonRetryable(), "c will never be told")
	require.Equal(t, "callback: callback: status 400: the receiver refuses", failed.Message())
	require.Equal(t, []string{"b"}, r.calls())
}

func TestCallbacksThatAllSucceedAreDone(t *testing.T) {
	t.Parallel()
	r := &receivers{}
	require.NoError(t, newAttempts(t, r.send).again("a", "b"))
	require.Equal(t, []string{"a", "b"}, r.calls())
	require.NoError(t, newAttempts(t, r.send).again(), "there may be nobody to tell")
}

func TestWhatIsUnexpectedIsNotRepeated(t *testing.T) {
	t.Parallel()
	r := &receivers{answers: map[string]error{"a": errors.New("panic"), "b": errors.New("somebody@example.com")}}
	err := newAttempts(t, r.send).again("a", "b")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "somebody")
}

func TestCallbacksNeedAGateway(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, newAttempts(t, nil).again("a"), "lethe.yaml has no gateway")
}

func TestACallbackHoldsNothingOfTheSubject(t *testing.T) {
	t.Parallel()
	r := dsr.Request{ID: "R-1", Kind: dsr.Erasure, Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "ana@example.com"}}}}
	p := dsr.Progress{Stage: dsr.StagePending}
	require.Equal(t, activities.Callback{RequestID: "R-1", Kind: dsr.Erasure, Progress: p}, activities.NewCallback(r, p))
	r.Intake = &dsr.Intake{Controller: "acme", Callbacks: []string{"https://dsar.example.com/cb"}, Reading: dsr.Reading{Unused: []dsr.UnusedIdentity{{Index: 1}}}}
	require.Equal(t, activities.Callback{
		RequestID: "R-1", Kind: dsr.Erasure, Controller: "acme", URLs: r.Intake.Callbacks, Reading: r.Intake.Reading, Progress: p,
	}, activities.NewCallback(r, p))
}
