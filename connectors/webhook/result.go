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

// result is what a receiver says of one record it was told to erase.
type result struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	Status     string `json:"status"`
	ExpectedBy string `json:"expected_by"`
	Reason     string `json:"reason"`
}

// grounds are the reasons for which the law lets a controller keep data that
// it was asked to erase, by the codes of the protocol. Reasons in a receiver's
// own words could name the person.
var grounds = map[string]string{
	"freedom_of_expression": "freedom of expression and information (GDPR Art. 17(3)(a))",
	"legal_obligation":      "a legal obligation (GDPR Art. 17(3)(b))",
	"public_interest":       "a task in the public interest (GDPR Art. 17(3)(b))",
	"public_health":         "public interest in public health (GDPR Art. 17(3)(c))",
	"archiving":             "archiving, research or statistics (GDPR Art. 17(3)(d))",
	"legal_claims":          "legal claims (GDPR Art. 17(3)(e))",
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
	case statusErased, statusNotFound:
		effect.State = dsr.Erased
	case statusAccepted:
		expected, err := time.Parse(time.RFC3339, r.ExpectedBy)
		if err != nil || expected.IsZero() {
			return effect, "an accepted record has no expected_by, such as 2027-01-31T00:00:00Z"
		}
		effect.State, effect.ExpectedBy = dsr.Accepted, expected
	case statusRetained:
		ground, known := grounds[r.Reason]
		if !known {
			return effect, "a retained record has no reason that the protocol knows"
		}
		effect.State, effect.Reason = dsr.Retained, ground
	default:
		return effect, "a result has a status that the protocol does not know"
	}
	return effect, ""
}
