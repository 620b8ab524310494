package workflows_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

// errReadOnly is what a storage says, with what no text may have.
var errReadOnly = errors.New("write report erasure/R-1/001.json:\n\x1b[31m read-only file system")

func TestARequestIsOverWhenItsReportIsArchived(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": {}})
	tr.archive.broken = errReadOnly
	told := func() int { return strings.Count(tr.told.String(), "cannot be archived") }
	tr.at(24*time.Hour+time.Minute, func() { // the second look is over
		require.Positive(t, tr.archive.attempts)
		r := tr.status()
		require.Equal(t, dsr.StatusOpen, r.Status)
		require.Equal(t, dsr.NotFound, outcome(t, r, "crm").State)
		require.Nil(t, r.Unarchived, "it may pass by itself")
		require.Zero(t, told())
	})
	since := time.Time{}
	tr.at(24*time.Hour+20*time.Minute, func() {
		r := tr.status()
		require.Equal(t, dsr.StatusOpen, r.Status)
		require.Zero(t, r.CompletedAt)
		require.Equal(t, "the report cannot be archived: write report erasure/R-1/001.json: [31m read-only file system", r.Unarchived.String())
		require.WithinDuration(t, received.Add(25*time.Hour), r.Unarchived.Since, 15*time.Minute)
		require.Equal(t, 1, told(), tr.told.String())
		since = r.Unarchived.Since
	})
	tr.at(6*day, func() {
		require.Equal(t, since, tr.status().Unarchived.Since)
		require.Equal(t, 1, told(), "once is enough for a week")
	})
	tr.at(9*day, func() { require.Equal(t, 2, told()) })
	tr.at(40*day, func() {
		require.Contains(t, tr.told.String(), "is overdue", "nobody has an answer")
		require.Equal(t, dsr.StatusOpen, tr.status().Status)
		tr.archive.broken = nil
	})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Nil(t, r.Unarchived)
	require.WithinDuration(t, received.Add(40*day), r.CompletedAt, 3*time.Hour)
	require.Less(t, tr.archive.attempts, 20_000)
}

// TestAnArchiveThatIsAwayForAMomentIsNobodysTask is the relative of the above that passes.
func TestAnArchiveThatIsAwayForAMomentIsNobodysTask(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": {}})
	tr.archive.broken = errReadOnly
	tr.at(24*time.Hour+2*time.Minute, func() {
		require.Positive(t, tr.archive.attempts)
		tr.archive.broken = nil
	})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.NotContains(t, tr.told.String(), "cannot be archived")
}

// TestACancelledRequestIsOverWhenItsReportIsArchived has it cancelled by an operator and by Temporal,
// whose cancellation may come while the report is being archived, too.
func TestACancelledRequestIsOverWhenItsReportIsArchived(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cancel func(tr *trial)
		at     time.Duration
	}{
		"by an operator":              {func(tr *trial) { tr.update(workflows.UpdateCancel, cancel()) }, time.Hour},
		"by Temporal":                 {func(tr *trial) { tr.env.CancelWorkflow() }, time.Hour},
		"by Temporal, at the end":     {func(tr *trial) { tr.env.CancelWorkflow() }, 24*time.Hour + 30*time.Second},
		"by Temporal, while it waits": {func(tr *trial) { tr.env.CancelWorkflow() }, 25 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": {}})
			tr.archive.broken = errReadOnly
			tr.at(c.at, func() { c.cancel(tr) })
			tr.at(3*day, func() {
				r := tr.status()
				require.Equal(t, dsr.StatusOpen, r.Status)
				require.Contains(t, r.Unarchived.String(), "read-only file system")
				require.Contains(t, tr.told.String(), "cannot be archived")
				tr.archive.broken = nil
			})
			tr.env.ExecuteWorkflow(workflows.Erasure, tr.request)
			require.True(t, tr.env.IsWorkflowCompleted())
			require.Len(t, tr.archive.reports, 1)
			require.NoError(t, tr.archive.invalid)
		})
	}
}

func TestARestrictionIsInForceWhenItsReportIsArchived(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	ep := newEpisode(t, dsr.GroundClaims, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.archive.broken = errReadOnly
	ep.at(2*day, func() {
		require.Equal(t, off, crm.values(record.Key()))
		r := ep.status()
		require.Equal(t, dsr.StatusOpen, r.Status)
		require.Zero(t, r.Restriction.InForceSince)
		require.Contains(t, r.Unarchived.String(), "read-only file system")
		ep.archive.broken = nil
	})
	ep.at(3*day, func() {
		r := ep.status()
		require.Equal(t, dsr.StatusRestricted, r.Status)
		require.Nil(t, r.Unarchived)
		require.WithinDuration(t, ep.start.Add(2*day), r.Restriction.InForceSince, 3*time.Hour)
		require.Equal(t, r.Restriction.InForceSince, ep.archive.reports[0].Restriction.InForceSince)
		ep.archive.broken = errReadOnly
		ep.update(workflows.UpdateLift, lift())
		ep.update(workflows.UpdateConfirmNotice, ep.notice())
	})
	ep.at(5*day, func() {
		require.Equal(t, on, crm.values(record.Key()))
		r := ep.status()
		require.Equal(t, dsr.StatusOpen, r.Status, "its last report is missing")
		require.NotNil(t, r.Unarchived)
		ep.archive.broken = nil
	})

	r := ep.run()

	require.Equal(t, dsr.StandingLifted, r.Standing())
	require.Len(t, ep.archive.reports, 2)
}

// TestARestrictionGoesOnWhileItsReportCannotBeArchived has the archive broken for a month.
func TestARestrictionGoesOnWhileItsReportCannotBeArchived(t *testing.T) {
	t.Parallel()
	ep := newEpisode(t, dsr.GroundClaims, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": newOffice(person("1", email))})
	ep.archive.broken = errReadOnly
	var refused *error
	ep.at(10*day, func() { ep.env.SetCurrentHistoryLength(5000) })
	ep.at(30*day, func() {
		require.NotNil(t, ep.status().Unarchived)
		refused = ep.update(workflows.UpdateLift, lift())
		ep.archive.broken = nil
	})
	ep.at(31*day, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(32*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })

	ep.run()

	require.ErrorContains(t, *refused, "not in force yet")
	require.Greater(t, ep.runs, 1, "its history does not grow for ever")
}
