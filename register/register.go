// Package register holds the company's register of recipients, the third
// parties that its privacy policy and its records of processing name, and tells
// whether each of them is reached when a person is to be erased (GDPR Art. 19).
//
// It is rules alone: package config reads the file.
package register

import (
	"time"

	"ite.digital/lethe/dsr"
)

// A Register is what the company says about where its data goes.
type Register struct {
	// Policy names the document that the register follows.
	Policy     string      `json:"policy,omitempty"`
	Recipients []Recipient `json:"recipients"`
}

// A Recipient is one third party that gets personal data.
type Recipient struct {
	// Name is short, and the register's only one.
	Name string `json:"recipient"`
	// Title is what people call the recipient.
	Title     string `json:"title,omitempty"`
	LegalName string `json:"legal_name,omitempty"`
	Role      Role   `json:"role,omitempty"`
	// Section is where the policy names the recipient.
	Section string `json:"section,omitempty"`
	// Data are the categories of personal data that it gets.
	Data []string `json:"data,omitempty"`
	// Systems are the configured systems that carry out its erasure. Without
	// them and without an exemption it is the system of the recipient's name.
	Systems []string `json:"systems,omitempty"`
	// Exempt says why none does.
	Exempt *Exemption `json:"exempt,omitempty"`
}

// A Role is what a recipient is by the law.
type Role = dsr.Role

// An Exemption is the company's decision that a recipient is not told: that is
// impossible, or takes a disproportionate effort (GDPR Art. 19).
type Exemption struct {
	Reason string `json:"reason"`
	// DecidedBy is who decided: a function rather than a person's name.
	DecidedBy string `json:"decided_by"`
	DecidedOn Day    `json:"decided_on"`
	// ReviewOn is the last day on which the exemption holds unless somebody
	// decides anew.
	ReviewOn Day `json:"review_on"`
}

// A Day is a date such as "2027-11-01". Days compare as their texts do.
type Day string

// ParseDay reads a day.
func ParseDay(text string) (Day, bool) {
	_, err := time.Parse(time.DateOnly, text)
	return Day(text), err == nil
}

// DayOf is the day of a moment, in the moment's time zone.
func DayOf(t time.Time) Day { return Day(t.Format(time.DateOnly)) }
