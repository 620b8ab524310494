package hubspot

import (
	"slices"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

const credentialToken = "token"

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
				"crm.objects.contacts.write."},
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
		Endpoints: []connectors.Endpoint{
			{Method: "POST", Path: searchPath, Purpose: "searches by primary and additional e-mail addresses, phone numbers and configured properties; checks the token"},
			{Method: "GET", Path: contactPath, Purpose: "looks into the recycling bin by e-mail address, and makes sure that a contact is gone"},
			{Method: "POST", Path: purgePath, Purpose: "deletes a contact permanently, by its id"},
		},
		Limits: "Search: 5 requests a second and account, 10,000 results. Others: 100 requests in 10 seconds and app (190 on higher tiers), " +
			"250,000 a day and more.",
		Sources: []string{
			"https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/gdpr/post-crm-v3-objects-contacts-gdpr-delete (privacy deletion)",
			"https://developers.hubspot.com/docs/api/crm/search (operators, calculated phone properties, limits, a delay before changes show)",
			"https://developers.hubspot.com/docs/api/usage-details (rate limits)",
			"https://knowledge.hubspot.com/privacy-and-consent/how-do-i-perform-a-gdpr-delete-in-hubspot (blocklist, 30 days)",
		},
		Describe: describe,
		New:      New,
	}
}

// describe adds the identifiers that the configured properties hold.
func describe(s connectors.Settings, system *dsr.System) error {
	for _, t := range fieldTypes {
		if len(s.Fields[t]) > 0 && !slices.Contains(system.Needs, t) {
			system.Needs = append(system.Needs, t)
		}
	}
	return nil
}
