package dsr

import "time"

// A Plan is what a request starts with: the systems as they were configured at
// that moment, and the pace of the looks that follow.
type Plan struct {
	Systems []System `json:"systems"`
	// RecheckAfter is how long after the last erasure all systems are looked
	// into once more.
	RecheckAfter time.Duration `json:"recheck_after"`
	// CheckEvery is how often it is checked that a restriction holds.
	CheckEvery time.Duration `json:"check_every,omitempty"`
}
