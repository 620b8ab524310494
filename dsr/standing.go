package dsr

import "time"

// Answered reports whether a restriction has come into force, so that nothing is due any more.
func (r Report) Answered() bool { return r.Restriction != nil && !r.Restriction.InForceSince.IsZero() }

// Overdue reports whether the request is open and should have been answered by now. The deadline
// is the last second of a day, which counts as a whole; while proof of identity is awaited the
// time may stand still.
func (r Report) Overdue(now time.Time) bool {
	standsStill := r.Identity.Open() && r.Identity.ClockRunsOn == ""
	return r.Status == StatusOpen && !r.DueAt.IsZero() && !r.Answered() && !standsStill && !now.Before(r.DueAt.Add(time.Second))
}

// AwaitsGround reports whether a person has to name the ground of a restriction.
func (r Report) AwaitsGround() bool {
	return r.Restriction.LacksGround() && r.Cancellation == nil && !r.DryRun && len(r.Systems) > 0
}

// AwaitsNotice reports whether the person has to be told that a restriction is lifted.
func (r Report) AwaitsNotice() bool {
	return r.Restriction != nil && r.Restriction.Lift != nil && !r.Restriction.Lift.Noticed() && r.Restriction.SupersededBy == ""
}

// WaitsFor names what waits for a person: systems, then [GroundTask], [NoticeTask] and
// [ArchiveTask].
func (r Report) WaitsFor() []string {
	names := []string{}
	for _, o := range r.Systems {
		if o.State == NeedsOperator {
			names = append(names, o.Name)
		}
	}
	if r.AwaitsGround() {
		names = append(names, GroundTask)
	}
	if r.AwaitsNotice() {
		names = append(names, NoticeTask)
	}
	if r.Unarchived != nil {
		names = append(names, ArchiveTask)
	}
	return names
}
