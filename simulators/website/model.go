package website

import "time"

// Types of identifier.
const (
	Email           = "email"
	EmailSHA256     = "email_sha256" // of the address in small letters, in hexadecimal
	Phone           = "phone"        // E.164
	CustomerID      = "customer_id"
	GAClientID      = "ga_client_id"
	GAUserID        = "ga_user_id"
	GAAppInstanceID = "ga_app_instance_id"
)

// Statuses of an erasure.
const (
	Erased   = "erased"
	NotFound = "not_found"
	Accepted = "accepted"
	Retained = "retained"
	Failed   = "failed"
)

// Identifier is something a person is known by.
type Identifier struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Record is what the site holds on a person.
type Record struct {
	ID string
	// Kind is "account" where empty.
	Kind        string
	Identifiers []Identifier
	// OnErase is the status that erasing gives: Erased where empty, else Accepted, Retained or Failed.
	OnErase string
	// Reason comes with Retained and Failed.
	Reason string
	// Settings are what a restriction changes.
	Settings []Setting
	// Takes is how long an accepted erasure takes; meanwhile the record is still found.
	Takes time.Duration

	accepted, erased time.Time
}

func (r *Record) json() map[string]any {
	return map[string]any{"id": r.ID, "kind": r.Kind, "identifiers": r.Identifiers}
}
