package connectors

import (
	"fmt"
	"strings"
	"time"
)

// Class says what to do about an error.
type Class string

const (
	// Transient errors pass: try again later.
	Transient Class = "transient"
	// CredentialsRejected: the vendor does not accept the key, or not for this.
	CredentialsRejected Class = "credentials_rejected"
	// Rejected: the vendor understood and refused.
	Rejected Class = "rejected"
	// Misconfigured: the request could not be made as configured.
	Misconfigured Class = "misconfigured"
	// Malformed: the vendor's answer makes no sense, so nothing is known.
	Malformed Class = "malformed_answer"
)

// An Error is what a connector returns when it cannot go on. It holds codes and
// our own words only: what a vendor writes may quote the person.
type Error struct {
	Class  Class
	System string
	// Method and Path (a template) name the call, if one was made.
	Method, Path string
	// Status is the HTTP status, 0 if no answer came.
	Status int
	// Reason says in our own words what went wrong.
	Reason string
	// RetryAfter is how long the vendor asked to be left alone, for Transient.
	RetryAfter time.Duration
	// Hint says in our own words what an operator is to do, where the connector knows
	// more than the class says; empty otherwise.
	Hint string
}

// Error names the system first.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString(e.System)
	if e.Path != "" {
		fmt.Fprintf(&text, ": %s %s", e.Method, e.Path)
	}
	if e.Status != 0 {
		fmt.Fprintf(&text, ": status %d", e.Status)
	}
	fmt.Fprintf(&text, ": %s", e.Reason)
	return text.String()
}

// Advice tells an operator what to do about the error.
func (e *Error) Advice() string {
	if e.Hint != "" {
		return e.Hint
	}
	switch e.Class {
	case CredentialsRejected:
		return "check the system's credentials and what they permit, repair them, then retry-system"
	case Rejected:
		return "see at the vendor why it refuses, resolve it there, then retry-system; or skip-system with the reason"
	case Misconfigured:
		return "repair the system's entry in lethe.yaml, restart the worker, then retry-system"
	case Malformed:
		return "nothing is known of what was done; see whether the vendor's API has changed or base_url leads elsewhere, then retry-system"
	default:
		return "the vendor did not recover in time; retry-system when it is back"
	}
}
