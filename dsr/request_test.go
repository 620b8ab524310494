package dsr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func valid() dsr.Request {
	return dsr.Request{ID: "R-1", Kind: dsr.Erasure, ReceivedAt: now,
		Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "ana@example.com"}}}}
}

func TestAValidRequestIsAccepted(t *testing.T) {
	t.Parallel()
	require.NoError(t, valid().Validate(now))
	require.Equal(t, "erasure/R-1", valid().WorkflowID())
}

func TestEveryProblemOfARequestIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	r := valid()
	r.ID = "ana@example.com"
	r.Kind = "oblivion"
	r.ReceivedAt = now.AddDate(0, 0, 2)
	r.Subject.Identifiers = []dsr.Identifier{{Type: dsr.Email, Value: "ana@EXAMPLE.com"}, {Type: dsr.Phone, Value: "12"}}
	r.Systems = []string{"gist", "gist"}

	err := r.Validate(now)

	var problems dsr.Problems
	require.ErrorAs(t, err, &problems)
	fields := make([]string, len(problems))
	for i, p := range problems {
		fields[i] = p.Field
	}
	require.Equal(t, []string{"id", "kind", "identifiers[0] (email)", "identifiers[1] (phone)", "received_at", "systems[1]"}, fields)
	require.NotContains(t, err.Error(), "@")
}

func TestARequestWithoutIdentifiersOrDateIsRefused(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, dsr.Request{ID: "R-1", Kind: dsr.Erasure}.Validate(now), "identifiers: at least one is needed")
	require.ErrorContains(t, dsr.Request{ID: "R-1", Kind: dsr.Erasure}.Validate(now), "received_at: the time")
}

func TestTheAnswerIsDueWithinAMonthOfReceipt(t *testing.T) {
	t.Parallel()
	for received, due := range map[string]string{
		"2026-03-05": "2026-04-05",
		"2026-01-31": "2026-02-28",
		"2028-01-30": "2028-02-29",
		"2026-08-31": "2026-09-30",
		"2026-03-31": "2026-04-30",
		"2026-12-15": "2027-01-15",
	} {
		at, err := time.Parse(time.DateOnly, received)
		require.NoError(t, err)
		require.Equal(t, due+" 23:59:59", dsr.DueAt(at.Add(15*time.Hour)).Format(time.DateTime), "received %s", received)
	}
}
