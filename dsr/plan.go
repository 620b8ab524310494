package dsr

import "time"

// A Plan is what a request starts with: the systems as they were configured at
// that moment, and the pace of the looks that follow.
type Plan struct {
	Systems []System `json:"systems"`
	// RecheckAfter is how long after the last erasure all systems are looked
	// into once more.
	RecheckAfter time.Duration `json:"recheck_after"`
	// GatherFor is for how long at most nothing is changed anywhere while systems have not
	// shown yet what they hold: what one shows can speak against a record in another.
	GatherFor time.Duration `json:"gather_for,omitempty"`
	// CheckEvery is how often it is checked that a restriction holds.
	CheckEvery time.Duration `json:"check_every,omitempty"`
}
