package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

// newOpenTrial is a request that waits for a person until a moment after its
// start.
func newOpenTrial(t *testing.T, until time.Duration) *trial {
	t.Helper()
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email), automatic("crm", dsr.Email)}, map[string]*vendor{"crm": {}})
	tr.at(until, func() { tr.update(workflows.UpdateCompleteTask, done("inbox")) })
	return tr
}

// toldOfDeadlines is what people were told, without what waits for them.
func (tr *trial) toldOfDeadlines() string {
	told := ""
	for line := range strings.Lines(tr.told.String()) {
		if !strings.Contains(line, "waits for a person") {
			told += line
		}
	}
	return told
}

// TestPeopleAreToldOfWhatWaitsForThem has a task that waits for three weeks.
func TestPeopleAreToldOfWhatWaitsForThem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		open time.Duration
		told int
	}{
		"not in the first days": {3*day - time.Hour, 0}, "after three days": {3*day + time.Hour, 1}, "within the week": {9 * day, 1},
		"every week": {17*day + time.Hour, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newOpenTrial(t, c.open)
			tr.run()
			require.Equal(t, c.told, strings.Count(tr.told.String(), "a request waits for a person"), tr.told.String())
		})
	}
}

const day = 24 * time.Hour

func TestPeopleAreRemindedOfTheDeadlineAndOfNothingAfterTheEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		open time.Duration
		told int
	}{
		"done at once": {time.Hour, 0}, "done after half time": {20 * day, 1}, "done in the last week": {26 * day, 2},
		"done on the last day": {30*day + 12*time.Hour, 3}, "done too late": {45 * day, 4}, "long after": {200 * day, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newOpenTrial(t, c.open)
			r := tr.run()
			require.Equal(t, dsr.StatusCompleted, r.Status)
			require.Equal(t, c.told, strings.Count(tr.toldOfDeadlines(), "\n"), tr.told.String())
			if c.told > 0 {
				require.Contains(t, tr.told.String(), `"missing":["inbox"],"needs_operator":["inbox"]`)
			}
			require.Equal(t, c.told == 4, strings.Contains(tr.told.String(), "is overdue"))
			require.NotContains(t, tr.told.String(), "ana")
		})
	}
}

func TestARequestThatIsHandedInTooLateIsToldOverdueOnce(t *testing.T) {
	t.Parallel()
	tr := newOpenTrial(t, 3*day)
	tr.request.ReceivedAt = received.AddDate(0, -2, 0)
	tr.run()
	require.Equal(t, 1, strings.Count(tr.told.String(), "is overdue"), tr.told.String())
	require.Equal(t, 1, strings.Count(tr.toldOfDeadlines(), "\n"))
}

func TestTheDeadlineIsThatOfTheDayOfReceiptAndCanBeExtendedOnce(t *testing.T) {
	t.Parallel()
	tr := newOpenTrial(t, 100*day)
	first, err := gdpr(received)
	require.NoError(t, err)
	extend := func(noticed time.Time, change ...func(*workflows.ExtendDeadline)) *error {
		p := workflows.ExtendDeadline{Operator: "Sam", Reason: "records in 14 systems", NoticeSentAt: noticed}
		for _, c := range change {
			c(&p)
		}
		return tr.update(workflows.UpdateExtendDeadline, p)
	}
	refusals := map[string]*error{}
	tr.at(10*day, func() {
		require.Equal(t, first.Due, tr.status().DueAt.UTC())
		refusals["operator: say who"] = extend(received.Add(5*day), func(p *workflows.ExtendDeadline) { p.Operator = "" })
		refusals["reason: is needed"] = extend(received.Add(5*day), func(p *workflows.ExtendDeadline) { p.Reason = " " })
		refusals["reason: names the subject"] = extend(received.Add(5*day), func(p *workflows.ExtendDeadline) { p.Reason = "ana@example.com asked for much" })
		refusals["needs a notice"] = extend(time.Time{})
		refusals["cannot have been sent after"] = extend(received.Add(20 * day))
	})
	tr.at(33*day, func() { refusals["had to be sent by"] = extend(received.Add(32 * day)) })
	// It was told in time and is noted afterwards.
	tr.at(34*day, func() { extend(received.Add(20 * day)) })
	tr.at(35*day, func() {
		require.Equal(t, first.ExtendedDue, tr.status().DueAt.UTC())
		refusals["possible once"] = extend(received.Add(20 * day))
	})

	r := tr.run()

	for want, got := range refusals {
		require.ErrorContains(t, *got, want)
	}
	require.Equal(t, first.ExtendedDue, r.DueAt.UTC())
	require.Equal(t, "gdpr@1", r.Regulation)
	require.Equal(t, "records in 14 systems", r.Extension.Reason)
	require.Equal(t, "Sam", r.Extension.Operator)
	require.Equal(t, 2, strings.Count(tr.told.String(), "is overdue"), "of the first deadline and of the second")
}
