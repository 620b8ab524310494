package activities_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// people are ways to tell people, each of which fails as a test wants.
type people struct {
	fails map[string]error
	told  map[string]int
	log   bytes.Buffer
	// left are the last heartbeat's details, which Temporal gives to the next
	// attempt.
	left converter.EncodedValues
}

func newPeople() *people {
	return &people{fails: map[string]error{}, told: map[string]int{}}
}

// attempt runs the activity once, as Temporal would after the last attempt.
func (p *people) attempt(t *testing.T, n activities.Notice) error {
	t.Helper()
	requests := &activities.Requests{Log: zerolog.New(&p.log), Notifiers: map[string]activities.Notifier{}}
	calls := make(chan string, 10)
	for _, name := range []string{"webhook", "mail/1", "mail/2"} {
		requests.Notifiers[name] = func(_ context.Context, told activities.Notice) error {
			calls <- name
			if told.RequestID != n.RequestID || told.At.IsZero() {
				t.Errorf("%s was told something else", name)
			}
			if name == "mail/2" && p.fails[name] == nil && n.RequestID == "R-panic" {
				panic("ana@example.com")
			}
			return p.fails[name]
		}
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(requests)
	env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) { p.left = details })
	if p.left != nil {
		var left map[string]any
		require.NoError(t, p.left.Get(&left))
		env.SetHeartbeatDetails(left)
	}
	_, err := env.ExecuteActivity(requests.Notify, activities.NotifyParams{Notice: n})
	close(calls)
	for name := range calls {
		p.told[name]++
	}
	return err
}

func (p *people) counts() map[string]int {
	counts := map[string]int{"log": strings.Count(p.log.String(), "\n")}
	maps.Copy(counts, p.told)
	return counts
}

func failing(class connectors.Class, wait time.Duration) error {
	return &connectors.Error{Class: class, System: "notify", Reason: "it failed", RetryAfter: wait}
}

func TestAnAttemptRepeatsOnlyWhatHasNotSucceeded(t *testing.T) {
	t.Parallel()
	p, n := newPeople(), activities.Notice{RequestID: "R-1", Kind: dsr.Erasure, Event: activities.Overdue}
	p.fails["webhook"] = failing(connectors.Transient, time.Hour)
	p.fails["mail/2"] = failing(connectors.CredentialsRejected, 0)

	var failed *temporal.ApplicationError
	require.ErrorAs(t, p.attempt(t, n), &failed)
	require.False(t, failed.NonRetryable(), "the webhook may come back")
	require.Equal(t, time.Hour, failed.NextRetryDelay())
	require.Equal(t, map[string]int{"log": 1, "webhook": 1, "mail/1": 1, "mail/2": 1}, p.counts())

	require.ErrorAs(t, p.attempt(t, n), &failed)
	require.False(t, failed.NonRetryable())
	require.Equal(t, map[string]int{"log": 1, "webhook": 2, "mail/1": 1, "mail/2": 1}, p.counts())

	delete(p.fails, "webhook")
	require.ErrorAs(t, p.attempt(t, n), &failed)
	require.True(t, failed.NonRetryable(), "what failed for good is said in the end")
	require.Equal(t, string(connectors.CredentialsRejected), failed.Type())
	require.Equal(t, map[string]int{"log": 1, "webhook": 3, "mail/1": 1, "mail/2": 1}, p.counts())
}

func TestAllWhoFailForGoodAreNamed(t *testing.T) {
	t.Parallel()
	p, n := newPeople(), activities.Notice{RequestID: "R-panic"}
	p.fails["mail/1"] = errors.New("ana@example.com")
	var failed *temporal.ApplicationError
	require.ErrorAs(t, p.attempt(t, n), &failed)
	require.True(t, failed.NonRetryable())
	require.Equal(t, 2, strings.Count(failed.Error(), "an unexpected error"))
	require.NotContains(t, failed.Error(), "ana")
}

func TestTheLogNamesTheEvent(t *testing.T) {
	t.Parallel()
	for text, n := range map[string]activities.Notice{
		"a request's deadline comes near":   {},
		"a request is overdue":              {Overdue: true},
		"a request's deadline was extended": {Event: activities.Extended},
	} {
		p := newPeople()
		n.RequestID, n.Missing = "R-1", []string{"crm"}
		require.NoError(t, p.attempt(t, n))
		require.Contains(t, p.log.String(), text)
		require.Contains(t, p.log.String(), `"missing":["crm"]`)
	}
}

// quiet drops the test environment's logs.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
