package webhook

import (
	"time"

	"ite.digital/lethe/dsr"
)

// The statuses of a result.
const (
	statusErased   = "erased"
	statusNotFound = "not_found"
	statusAccepted = "accepted"
	statusRetained = "retained"
	statusFailed   = "failed"
)

// maxPromise is how many years an erasure may take that was accepted: backups are
// overwritten before.
const maxPromise = 2

// result is what a receiver says of one record it was told to erase.
type result struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	Status     string `json:"status"`
	ExpectedBy string `json:"expected_by"`
	Reason     string `json:"reason"`
}

// resultOf is the index of the one result for the record, or -1. A result may
// leave out the kind where the id says enough.
func resultOf(r dsr.Record, results []result) int {
	only := -1
	for i, told := range results {
		if told.ID != r.ID || told.Kind != "" && told.Kind != r.Kind {
			continue
		}
		if only >= 0 {
			return -1
		}
		only = i
	}
	return only
}

// effect is the result as Lethe understands it, or what is wrong with it.
func (r result) effect(on dsr.Record) (effect dsr.RecordEffect, wrong string) {
	effect = dsr.RecordEffect{Kind: on.Kind, ID: on.ID}
	switch r.Status {
	case statusErased:
		effect.State = dsr.Erased
	case statusNotFound:
		effect.State = dsr.AlreadyGone
	case statusAccepted:
		expected, err := time.Parse(time.RFC3339, r.ExpectedBy)
		if err != nil || expected.IsZero() {
			return effect, "an accepted record has no expected_by, such as 2027-01-31T00:00:00Z"
		}
		if expected.After(time.Now().AddDate(maxPromise, 0, 0)) {
			return effect, "an accepted record has an expected_by that is years away"
		}
		effect.State, effect.ExpectedBy = dsr.Accepted, expected
	case statusRetained:
		// A reason in the receiver's own words could name the person.
		ground := dsr.RetentionGround(r.Reason)
		if !ground.Known() {
			return effect, "a retained record has no reason that the protocol knows"
		}
		effect.State, effect.Ground = dsr.Retained, ground
	default:
		return effect, "a result has a status that the protocol does not know"
	}
	return effect, ""
}
