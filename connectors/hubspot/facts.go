package hubspot

import (
	"regexp"
	"slices"
	"time"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// The configuration keys.
const (
	credentialToken           = "token"
	optionRestrictionProperty = "restriction_property"
	optionAPIVersion          = "api_version"
)

// propertyName matches the internal names of HubSpot's properties.
var propertyName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// howToMark is what to do for restrictions to work.
const howToMark = "create a property of contacts of the type single checkbox in HubSpot (Settings → Properties), and set " +
	optionRestrictionProperty + " to its internal name, such as processing_restricted"

// fieldTypes are the identifiers that companies keep in properties of their
// own.
var fieldTypes = []dsr.IdentifierType{dsr.CustomerID, dsr.GAClientID, dsr.GAUserID, dsr.GAAppInstanceID}

// Kind describes the connector.
func Kind() connectors.Kind {
	called := pathsOf(defaultVersion)
	return connectors.Kind{
		Name:  "hubspot",
		Title: "HubSpot",
		Summary: "Deletes located contacts permanently, by HubSpot's privacy deletion. An ordinary deletion would move them to the " +
			"recycling bin, from which they can be restored for 90 days.",
		Mode:       dsr.Automatic,
		Needs:      []dsr.IdentifierType{dsr.Email, dsr.Phone},
		Yields:     append([]dsr.IdentifierType{dsr.Email, dsr.Phone}, fieldTypes...),
		Verifiable: true,
		Evidence:   dsr.ReadBack,
		BaseURL:    "https://api.hubapi.com",
		Rate:       4,
		API:        api(),
		Provenance: &connectors.Provenance{
			DocumentationRead: connectors.Day(2026, time.November, 29),
			Documentation:     "HubSpot's OpenAPI specifications of version 2026-09, its changelog and its guides",
			Simulator:         connectors.AnotherAuthor,
		},
		Credentials: []connectors.Key{
			{Name: credentialToken, Required: true, Help: "A Service Key, or the access token of a legacy private " +
				"app, with the scopes below."},
		},
		Access: access(),
		Options: []connectors.Key{
			{Name: optionAPIVersion, Help: "The dated version of HubSpot's API to call, year and month. Default: `" + defaultVersion + "`."},
			{Name: optionRestrictionProperty, Help: "The internal name of a property of contacts, a single checkbox, that marks whose processing " +
				"is restricted, such as `processing_restricted`. Without it this system cannot restrict. Do not change it while anybody is restricted."},
		},
		Fields: fieldTypes,
		NotCovered: []string{
			"Contacts in the recycling bin, unless HubSpot still shows them by their primary e-mail address.",
			"Phone numbers stored in an unusual form, of which HubSpot has not calculated the digits. Asked for are the digits and the usual forms.",
			"Companies, deals, tickets and custom objects that name the person in a text of their own.",
			"Notes and files attached to other records.",
			"What HubSpot's integrations and workflows handed on, and exports.",
			"The time until HubSpot has carried out the permanent deletion: up to 30 days, in which the contact no longer shows.",
		},
		FedBy: []string{"landbot", "webhook", "gist"},
		SideEffects: []string{
			"HubSpot keeps a hash of the e-mail address and refuses to create a contact with it by form or import afterwards.",
		},
		Restriction: &dsr.RestrictionFacts{
			Able: true,
			Covers: []string{
				"Marketing and one-to-one e-mails: the contact's primary address is unsubscribed from each of the account's active subscription types, " +
					"which, unlike HubSpot's unsubscription from all e-mail, can be undone with its legal basis.",
				"Whatever honours the property `restriction_property`: exclude it from workflows, sequences, lists, ads audiences and syncs in HubSpot.",
			},
			GoesOn: []string{
				"Storage, tracking, scoring, transactional e-mails, and calls and tasks of people who do not look at the property.",
				"Forms and imports can subscribe the address again; Lethe looks again and reports what has changed.",
				"Contacts in the recycling bin, which HubSpot neither uses nor lets anybody change, and deletes for good after 90 days: restore " +
					"those that have to be kept.",
				"What HubSpot's integrations handed on.",
			},
			Irreversible: []string{
				"The dates of subscriptions and the explanations beside their legal bases, which say afterwards that a restriction was lifted.",
			},
		},
		Endpoints: []connectors.Endpoint{
			{Method: "POST", Path: called.search, Purpose: "searches by primary and additional e-mail addresses, " +
				"phone numbers and configured properties; checks the token; with the next, makes sure that a \"not found\" " +
				"is about the contact"},
			{Method: "GET", Path: called.contact, Purpose: "looks into the recycling bin by e-mail address, and " +
				"makes sure that a contact is gone"},
			{Method: "POST", Path: called.purge, Purpose: "deletes a contact permanently, by its id"},
			{Method: "PATCH", Path: called.contact, Purpose: "restricts and lifts: sets the restriction property"},
			{Method: "GET", Path: called.property, Purpose: "makes sure that the restriction property exists"},
			{Method: "GET", Path: called.definitions, Purpose: "lists the subscription types"},
			{Method: "GET", Path: called.statuses, Purpose: "reads to which types the address is subscribed"},
			{Method: "GET", Path: called.optOut, Purpose: "reads whether the person has opted out of all e-mail"},
			{Method: "POST", Path: called.statuses, Purpose: "restricts and lifts: sets one subscription"},
		},
		Limits: "Search: 5 requests a second and account, 10,000 results. Others: 100 requests in 10 seconds and app (190 on higher tiers), " +
			"250,000 a day and more. HubSpot names no other numbers for Service Keys: they are those of privately " +
			"distributed apps.",
		Sources: []string{
			"https://github.com/HubSpot/HubSpot-public-api-spec-collection, commit 9989379 (contacts, properties " +
				"and subscriptions of version 2026-09: " +
				"paths, requests, answers, errors, scopes)",
			"https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm (operators, a delay " +
				"before changes show)",
			"https://developers.hubspot.com/changelog/breaking-change-expanded-filtering-capabilities-and-error-messaging-in-hubspots-search-api " +
				"(five filter groups)",
			"https://developers.hubspot.com/docs/api/usage-details (rate limits)",
			"https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/account-service-keys and " +
				"https://developers.hubspot.com/changelog/service-keys (Service Keys)",
			"https://developers.hubspot.com/changelog/legacy-private-app-creation-sunset (no new legacy private apps)",
			"https://developers.hubspot.com/docs/guides/api/marketing/subscriptions (statuses, legal basis, " +
				"resubscribing, scopes)",
			"https://developers.hubspot.com/docs/api-reference/legacy/communication-preferences/v1/update-subscription (no undo for an opt-out of all e-mail)",
			"https://developers.hubspot.com/docs/guides/api/crm/properties (single checkboxes; an empty text clears a value)",
			"https://knowledge.hubspot.com/privacy-and-consent/how-do-i-perform-a-gdpr-delete-in-hubspot (blocklist, 30 days)",
		},
		Describe: describe,
		New:      New,
	}
}

// access are the ways to the token.
func access() []connectors.Access {
	const scopes = "`crm.objects.contacts.read` and `crm.objects.contacts.write` (also for the privacy deletion), " +
		"and for restrictions " +
		"`crm.schemas.contacts.read` and `communication_preferences.read_write`. A page of HubSpot's guide calls " +
		"the last one " +
		"`subscriptions-definition-read`, `subscriptions-status-read` and `subscriptions-status-write`: take those " +
		"where HubSpot offers them instead."
	return []connectors.Access{
		{
			Title: "Service Key (for every account)",
			Steps: []string{
				"Sign in to HubSpot as a super admin, or as a user with the permission Developer tools access who " +
					"has the scopes below: a key gets no " +
					"scope that its maker lacks.",
				"Open Development → Keys → Service keys (or Settings → Integrations → Service Keys) and click " +
					"Create service key.",
				"Enter a name, click Add new scope and choose " + scopes,
				"Click Create, confirm, open the key and copy it.",
				"Put it into the environment variable that `credentials.token` names and run `lethe systems check " +
					"hubspot`. It is sent as " +
					"`Authorization: Bearer …`.",
			},
		},
		{
			Title: "Legacy private app (existing ones only, until September 2027)",
			Steps: []string{
				"New ones can no longer be created: since 28 September 2026 in accounts created from then on, " +
					"since 26 October 2026 in all others. " +
					"The token of an existing one works until HubSpot ends its support in September 2027; replace " +
					"it with a Service Key before.",
				"Open Development → Legacy apps, the app, and the tab Auth; click Show token and copy it.",
				"Make sure that the app has the same scopes as above, and use the token in the same way.",
			},
		},
	}
}

// describe adds the identifiers that the configured properties hold, and says what
// restrictions need.
func describe(s connectors.Settings, system *dsr.System) error {
	_, problems := apiVersion(s)
	for _, t := range fieldTypes {
		if len(s.Fields[t]) > 0 && !slices.Contains(system.Needs, t) {
			system.Needs = append(system.Needs, t)
		}
	}
	switch name := s.Option(optionRestrictionProperty); {
	case name == "":
		system.Restriction = &dsr.RestrictionFacts{
			Instead: "No property is configured that marks restricted contacts: " + howToMark + ".",
		}
	case !propertyName.MatchString(name):
		problems = append(problems, dsr.Problem{
			Field: "options." + optionRestrictionProperty, Text: "must be the internal name of a property, such as " +
				"processing_restricted",
		})
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}
