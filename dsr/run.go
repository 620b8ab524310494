package dsr

import "time"

// A Run is an attempt at carrying out a request that was followed by another
// one: it was reset, or it ended and the request was carried out again. What it
// did, beyond what the next one has taken over, stays on record.
type Run struct {
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
	// Ended is how it ended, in Temporal's word: "terminated" by a reset,
	// "completed", "failed", "canceled", "timed_out".
	Ended string `json:"ended"`
	// Report is the key of the report that it left in the archive, if it did.
	Report  string    `json:"report,omitempty"`
	Systems []Attempt `json:"systems,omitempty"`
	// Actions are what operators did to the request as a whole.
	Actions []Action `json:"actions,omitempty"`
}

// An Attempt is what a run did at one system.
type Attempt struct {
	System string `json:"system"`
	// Records says what the system did with records.
	Records []RecordCount `json:"records,omitempty"`
	Calls   []Call        `json:"calls,omitempty"`
	// Attempts counts the activity attempts that reported back.
	Attempts int      `json:"attempts,omitempty"`
	Outages  []Outage `json:"outages,omitempty"`
	Actions  []Action `json:"actions,omitempty"`
}
