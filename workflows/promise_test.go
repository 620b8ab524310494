package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

// slow erases its one record later. It keeps its word after having broken it some
// times.
type slow struct {
	*vendor
	now    func() time.Time
	days   []time.Duration
	breaks int
	orders int
	gone   time.Time
}

func (s *slow) Locate(ctx context.Context, subject dsr.Subject) (dsr.Findings, error) {
	s.purge()
	return s.vendor.Locate(ctx, subject)
}

func (s *slow) Remaining(ctx context.Context, records []dsr.Record) ([]dsr.Record, error) {
	s.purge()
	return s.vendor.Remaining(ctx, records)
}

func (s *slow) purge() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gone.IsZero() && !s.now().Before(s.gone) {
		s.records = nil
	}
}

func (s *slow) Erase(_ context.Context, records []dsr.Record) (dsr.Effect, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	by := s.now().Add(s.days[min(s.orders, len(s.days)-1)])
	if s.orders++; s.orders > s.breaks {
		s.gone = by
	}
	effect := dsr.ErasedAll(records)
	for i := range effect.Records {
		effect.Records[i].State, effect.Records[i].ExpectedBy = dsr.Accepted, by
	}
	return effect, nil
}

var _ connectors.Verifier = (*slow)(nil)

func newSlow(t *testing.T, breaks int, days ...time.Duration) (*trial, *slow) {
	t.Helper()
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, nil)
	s := &slow{vendor: &vendor{records: []dsr.Record{person("1", email)}}, now: tr.env.Now, days: days, breaks: breaks}
	tr.connectors["shop"] = s
	return tr, s
}

func TestAPromiseIsLookedAfterOnItsDay(t *testing.T) {
	t.Parallel()
	tr, s := newSlow(t, 0, 10*day)
	tr.at(5*day, func() {
		waiting := tr.status()
		require.Equal(t, dsr.StatusOpen, waiting.Status)
		require.Equal(t, dsr.Accepted, outcome(t, waiting, "shop").State)
	})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	got := outcome(t, r, "shop")
	require.Equal(t, dsr.Erased, got.State)
	require.Equal(t, dsr.ReadBack, got.Evidence)
	require.True(t, got.ExpectedBy.IsZero())
	require.Equal(t, received.Add(time.Hour+10*day).Truncate(time.Minute), got.VerifiedAt.Truncate(time.Minute))
	require.Equal(t, 1, s.orders)
}

func TestABrokenPromiseIsOrderedAgainAndThenAskedAbout(t *testing.T) {
	t.Parallel()
	tr, s := newSlow(t, 5, 2*day)
	tr.at(9*day, func() {
		require.Equal(t, dsr.QuestionReappeared, outcome(t, tr.status(), "shop").Question.Kind)
		require.Equal(t, 4, s.orders)
		tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "shop", Operator: "Sam"})
	})

	r := tr.run()

	require.Equal(t, dsr.Erased, outcome(t, r, "shop").State)
	require.Equal(t, 6, s.orders)
}

// TestAPromiseOfThePastDoesNotSpin has a vendor that always says yesterday.
func TestAPromiseOfThePastDoesNotSpin(t *testing.T) {
	t.Parallel()
	tr, s := newSlow(t, 100, -day)
	tr.at(2*day, func() {
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "shop", Operator: "Sam", Reason: "it lies"})
	})

	r := tr.run()

	require.Equal(t, dsr.StatusExceptions, r.Status)
	require.Less(t, s.orders, 10)
}

func TestARequestIsCancelledWhileAPromiseIsWaitedFor(t *testing.T) {
	t.Parallel()
	tr, _ := newSlow(t, 0, 20*day)
	tr.at(5*day, func() { tr.update(workflows.UpdateCancel, workflows.Cancel{Operator: "Sam", Reason: "withdrawn"}) })

	r := tr.run()

	require.WithinDuration(t, received.Add(5*day), r.CompletedAt, 2*time.Hour)
	require.Equal(t, dsr.Accepted, outcome(t, r, "shop").State)
}
