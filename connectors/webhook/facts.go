package webhook

import (
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// The configuration keys.
const (
	optionIdentifiers = "identifiers"
	credentialSecret  = "secret"
)

// byDefault are the identifier types that are sent unless configured otherwise:
// those by which a company itself knows people.
var byDefault = []dsr.IdentifierType{dsr.Email, dsr.Phone, dsr.CustomerID}

// Kind describes the connector.
func Kind() connectors.Kind {
	return connectors.Kind{
		Name:  "webhook",
		Title: "Webhook (own systems)",
		Summary: "Finds and erases people in the company's own systems, such as a site, a shop or an application, which implement " +
			"a protocol of three signed requests (docs/webhook.md).",
		Mode:       dsr.Automatic,
		Needs:      byDefault,
		Yields:     dsr.IdentifierTypes(),
		Verifiable: true,
		Evidence:   dsr.ReadBack,
		Rate:       10,
		Credentials: []connectors.Key{
			{Name: credentialSecret, Required: true, Help: "The secret shared with the receiver, of at least 16 bytes. It signs every request " +
				"and is never sent."},
		},
		Options: []connectors.Key{
			{Name: optionIdentifiers, List: true, Help: "The identifier types that the receiver understands; others are not sent to it. " +
				"Default: `email`, `phone`, `customer_id`."},
		},
		NotCovered: []string{
			"Whatever the receiver does not search: backups, logs, exports, other databases. What it covers is for the company to know.",
		},
		SideEffects: []string{
			"What the receiver attaches to an erasure, such as closing an account or stopping a subscription.",
		},
		Endpoints: []connectors.Endpoint{
			{Method: "POST", Path: "/locate", Purpose: "asks which records the identifiers lead to"},
			{Method: "POST", Path: "/erase", Purpose: "erases records by kind and id, at most 100 at once"},
			{Method: "POST", Path: "/check", Purpose: "checks the address and the secret"},
		},
		Limits:   "Those of the receiver. It may answer 429 with Retry-After at any time.",
		Sources:  []string{"docs/webhook.md (the protocol)"},
		Describe: describe,
		New:      New,
	}
}

// describe replaces the identifier types by those configured.
func describe(s connectors.Settings, system *dsr.System) error {
	needs, err := s.OptionTypes(optionIdentifiers, byDefault...)
	system.Needs = needs
	return err
}
