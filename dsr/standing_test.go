package dsr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
)

func TestARequestIsOverdueWhileItsTimeRuns(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 4, 2, 23, 59, 59, 0, time.UTC)
	late := due.AddDate(0, 0, 3)
	open := dsr.Report{Status: dsr.StatusOpen, DueAt: due}
	with := func(change func(r *dsr.Report)) dsr.Report {
		r := open
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		report dsr.Report
		now    time.Time
		want   bool
	}{
		"in time":                   {open, due, false},
		"in its last second":        {open, due.Add(999 * time.Millisecond), false},
		"the second after":          {open, due.Add(time.Second), true},
		"without a deadline":        {dsr.Report{Status: dsr.StatusOpen}, late, false},
		"completed":                 {with(func(r *dsr.Report) { r.Status = dsr.StatusCompleted }), late, false},
		"the time stands still":     {with(func(r *dsr.Report) { r.Identity = &dsr.IdentityCheck{AskedAt: due} }), late, false},
		"the time runs on":          {with(func(r *dsr.Report) { r.Identity = &dsr.IdentityCheck{AskedAt: due, ClockRunsOn: "too late"} }), late, true},
		"the proof has come":        {with(func(r *dsr.Report) { r.Identity = &dsr.IdentityCheck{AskedAt: due, AnsweredAt: due} }), late, true},
		"a restriction in force":    {with(func(r *dsr.Report) { r.Restriction = &dsr.RestrictionRecord{InForceSince: due} }), late, false},
		"one that is not in force":  {with(func(r *dsr.Report) { r.Restriction = &dsr.RestrictionRecord{} }), late, true},
		"its report cannot be kept": {with(func(r *dsr.Report) { r.Unarchived = &dsr.ArchiveFailure{} }), late, true},
	} {
		require.Equal(t, c.want, c.report.Overdue(c.now), name)
	}
}

func TestAllThatWaitsForAPersonIsNamed(t *testing.T) {
	t.Parallel()
	r := dsr.Report{
		Systems:     []dsr.Outcome{{System: dsr.System{Name: "crm"}, State: dsr.NeedsOperator}, {System: dsr.System{Name: "chat"}, State: dsr.Acting}},
		Restriction: &dsr.RestrictionRecord{Lift: &dsr.LiftRecord{}},
		Unarchived:  &dsr.ArchiveFailure{Reason: "the disk is full"},
	}
	require.Equal(t, []string{"crm", dsr.GroundTask, dsr.NoticeTask, dsr.ArchiveTask}, r.WaitsFor())
	require.Empty(t, dsr.Report{}.WaitsFor())
}
