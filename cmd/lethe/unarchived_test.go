package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/report/overview"
	"ite.digital/lethe/requests"
)

// unarchived is a request of which everything is done but its report.
func unarchived() dsr.Report {
	return dsr.Report{
		RequestID: "r1", Kind: dsr.Erasure, Status: dsr.StatusOpen, ReceivedAt: noon.AddDate(0, 0, -10), DueAt: noon.AddDate(0, 0, 20),
		Systems:    []dsr.Outcome{{System: dsr.System{Name: "gist", Title: "Gist"}, State: dsr.Erased, VerifiedAt: noon}},
		Unarchived: &dsr.ArchiveFailure{Since: noon, Reason: "write report: read-only file system"},
	}
}

func TestEverybodySaysThatAReportCannotBeArchived(t *testing.T) {
	t.Parallel()
	r := unarchived()
	shown := view{line: requests.Line{ID: "r1", Kind: r.Kind, Temporal: "running"}, report: r}.text(report.View{Width: 100, Now: noon})
	require.Contains(t, shown, "erasure request r1: open, 1 of 1 systems done")
	require.Contains(t, shown, "the report cannot be archived: write report: read-only file system\n  since 2026-03-10 12:00; it is tried again")
	require.NotContains(t, shown, "lethe report r1")

	tasks := tasksOf(r, noon)
	require.Len(t, tasks, 1)
	require.Equal(t, dsr.ArchiveTask, tasks[0].System)
	require.Contains(t, tasks[0].Text, "the report cannot be archived: write report: read-only file system")
	require.Equal(t, noon, tasks[0].Since)

	var l listed
	l.fill(r, noon)
	require.Equal(t, []string{dsr.ArchiveTask}, l.Needs)
	require.Equal(t, dsr.StatusOpen, l.Status)
	require.True(t, onlyPeople(r), "'submit --wait' does not wait for ever")
}

// TestListShowTasksAndStatsAgreeOnWhatIsOverdue goes through what they ask of the same request.
func TestListShowTasksAndStatsAgreeOnWhatIsOverdue(t *testing.T) {
	t.Parallel()
	late := noon.AddDate(0, 1, 0)
	standing := unarchived()
	standing.Unarchived, standing.Identity = nil, &dsr.IdentityCheck{AskedAt: noon}
	standing.Systems[0].State, standing.Systems[0].Question = dsr.NeedsOperator, &dsr.Question{Kind: dsr.QuestionIdentity, Text: "proof", Since: noon}
	running := standing
	running.Identity = &dsr.IdentityCheck{AskedAt: noon, ClockRunsOn: "it was asked for too late"}
	inForce := restricted(nil)
	inForce.Status = dsr.StatusOpen // a check is under way
	for name, c := range map[string]struct {
		report dsr.Report
		want   bool
	}{"the time stands still": {standing, false}, "the time runs on": {running, true}, "not archived": {unarchived(), true}, "a restriction in force": {inForce, false}} {
		shown := view{line: requests.Line{Temporal: "running"}, report: c.report}
		require.Equal(t, c.want, shown.late(late) != "", "show: "+name)
		for _, task := range tasksOf(c.report, late) {
			require.Equal(t, c.want, task.Overdue, "tasks: "+name)
		}
		l := listed{Line: requests.Line{Temporal: "running"}}
		l.fill(c.report, late)
		require.Equal(t, c.want, l.Overdue, "list: "+name)
		if c.want {
			require.Equal(t, "overdue", l.state(), "list: "+name)
		}
		period, err := overview.ParsePeriod("2026-01-01", "2026-06-30", late)
		require.NoError(t, err)
		tally := overview.New(period, late, false)
		tally.AddOpen(c.report)
		require.Equal(t, c.want, tally.Overview().Now.Overdue == 1, "stats: "+name)
		require.Equal(t, len(c.report.WaitsFor()) > 0, tally.Overview().Now.Waiting == 1, "stats: "+name)
	}
}
