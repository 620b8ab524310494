package hubspot

import (
	"regexp"
	"slices"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// The configuration keys.
const (
	credentialToken           = "token"
	optionRestrictionProperty = "restriction_property"
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
		Credentials: []connectors.Key{
			{Name: credentialToken, Required: true, Help: "The access token of a private app with the scopes crm.objects.contacts.read and " +
				"crm.objects.contacts.write, and for restrictions crm.schemas.contacts.read and communication_preferences.read_write."},
		},
		Options: []connectors.Key{
			{Name: optionRestrictionProperty, Help: "The internal name of a property of contacts, a single checkbox, that marks whose processing " +
				"is restricted, such as `processing_restricted`. Without it this system cannot restrict. Do not change it while anybody is restricted."},
		},
		Fields: fieldTypes,
		NotCovered: []string{
			"Contacts in the recycling bin, unless HubSpot still shows them by their primary e-mail address.",
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
			{Method: "POST", Path: searchPath, Purpose: "searches by primary and additional e-mail addresses, phone numbers and configured properties; checks the token"},
			{Method: "GET", Path: contactPath, Purpose: "looks into the recycling bin by e-mail address, and makes sure that a contact is gone"},
			{Method: "POST", Path: purgePath, Purpose: "deletes a contact permanently, by its id"},
			{Method: "PATCH", Path: contactPath, Purpose: "restricts and lifts: sets the restriction property"},
			{Method: "GET", Path: propertyPath, Purpose: "makes sure that the restriction property exists"},
			{Method: "GET", Path: definitionsPath, Purpose: "lists the subscription types"},
			{Method: "GET", Path: statusesPath, Purpose: "reads to which types the address is subscribed"},
			{Method: "GET", Path: optOutPath, Purpose: "reads whether the person has opted out of all e-mail"},
			{Method: "POST", Path: statusesPath, Purpose: "restricts and lifts: sets one subscription"},
		},
		Limits: "Search: 5 requests a second and account, 10,000 results. Others: 100 requests in 10 seconds and app (190 on higher tiers), " +
			"250,000 a day and more.",
		Sources: []string{
			"https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/gdpr/post-crm-v3-objects-contacts-gdpr-delete (privacy deletion)",
			"https://developers.hubspot.com/docs/api/crm/search (operators, calculated phone properties, limits, a delay before changes show)",
			"https://developers.hubspot.com/docs/api/usage-details (rate limits)",
			"https://developers.hubspot.com/docs/guides/api/marketing/subscriptions (subscriptions v4: statuses, legal basis, resubscribing, scopes)",
			"https://developers.hubspot.com/docs/api-reference/legacy/communication-preferences/v1/update-subscription (no undo for an opt-out of all e-mail)",
			"https://developers.hubspot.com/docs/guides/api/crm/properties (single checkboxes; an empty text clears a value)",
			"https://knowledge.hubspot.com/privacy-and-consent/how-do-i-perform-a-gdpr-delete-in-hubspot (blocklist, 30 days)",
		},
		Describe: describe,
		New:      New,
	}
}

// describe adds the identifiers that the configured properties hold, and says what
// restrictions need.
func describe(s connectors.Settings, system *dsr.System) error {
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
		return dsr.Problems{{Field: "options." + optionRestrictionProperty, Text: "must be the internal name of a property, such as processing_restricted"}}
	}
	return nil
}
