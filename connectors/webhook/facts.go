package webhook

import (
	"time"

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
			"a protocol of signed requests (docs/webhook.md): three to erase, two more to restrict.",
		Mode:       dsr.Automatic,
		Needs:      byDefault,
		Yields:     dsr.IdentifierTypes(),
		Verifiable: true,
		Evidence:   dsr.ReadBack,
		Rate:       10,
		API: &connectors.API{
			Default: "v1",
			Versions: []connectors.APIVersion{{Name: "v1", Note: "Lethe's own protocol. The header " +
				"`Lethe-Signature` names the version."}},
			Policy:  "It is Lethe's own: receivers of this version go on working.",
			Sources: []string{"docs/webhook.md (the protocol)"},
		},
		Provenance: &connectors.Provenance{
			DocumentationRead: connectors.Day(2026, time.November, 29),
			Documentation:     "docs/webhook.md, which is Lethe's own",
			Simulator:         connectors.SameAuthor,
		},
		Credentials: []connectors.Key{
			{Name: credentialSecret, Required: true, Help: "The secret shared with the receiver, of at least 16 bytes. It signs every request " +
				"and is never sent."},
		},
		Access: []connectors.Access{
			{
				Title: "Shared secret",
				Steps: []string{
					"Make a secret: `openssl rand -hex 32`.",
					"Give it to the receiver, and put it into the environment variable that `credentials.secret` " +
						"names.",
					"Run `lethe systems check` with the system's name: the receiver answers 401 if the two differ.",
				},
			},
		},
		Options: []connectors.Key{
			{Name: optionIdentifiers, List: true, Help: "The identifier types that the receiver understands; others are not sent to it. " +
				"Default: `email`, `phone`, `customer_id`."},
		},
		NotCovered: []string{
			"Whatever the receiver does not search: backups, logs, exports, other databases. What it covers is for the company to know.",
			"Phone numbers that the receiver stores in another form than E.164 and does not bring into it before it compares.",
		},
		SideEffects: []string{
			"What the receiver attaches to an erasure, such as closing an account or stopping a subscription.",
		},
		Restriction: &dsr.RestrictionFacts{
			Able:   true,
			Covers: []string{"What the receiver says that it stops: each setting that it names, and no more."},
			GoesOn: []string{
				"Whatever the receiver does not name as a setting. What that is, is for the company to know.",
				"A receiver that implements erasures only is asked in vain: the system then waits for an operator. Implement `/settings` and `/apply` " +
					"there, or restrict by hand.",
			},
			Irreversible: []string{"Settings that the receiver marks as irreversible. An operator is asked before they are changed."},
		},
		Endpoints: []connectors.Endpoint{
			{Method: "POST", Path: "/locate", Purpose: "asks which records the identifiers lead to"},
			{Method: "POST", Path: "/erase", Purpose: "erases records by kind and id, at most 100 at once"},
			{Method: "POST", Path: settingsPath, Purpose: "asks what a restriction changes about records, at most 100 at once"},
			{Method: "POST", Path: applyPath, Purpose: "restricts and lifts: gives settings of records their values, at most 100 records at once"},
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
