package gist

import (
	"time"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// The configuration keys.
const (
	credentialToken = "token"
	optionPhoneScan = "phone_scan"

	optionRestrictionTag  = "restriction_tag"
	defaultRestrictionTag = "processing-restricted"
)

// fieldTypes are the identifiers that workspaces keep in custom properties.
var fieldTypes = []dsr.IdentifierType{dsr.Phone, dsr.CustomerID, dsr.GAClientID, dsr.GAUserID}

// Kind describes the connector.
func Kind() connectors.Kind {
	return connectors.Kind{
		Name:  "gist",
		Title: "Gist (formerly ConvertFox)",
		Summary: "Deletes a person's conversations and then the contact. Conversations are a resource of their own that outlives " +
			"the contact, so the connector looks through all of the workspace's conversations for those of the contact.",
		Mode:       dsr.Automatic,
		Needs:      []dsr.IdentifierType{dsr.Email, dsr.CustomerID},
		Yields:     append([]dsr.IdentifierType{dsr.Email}, fieldTypes...),
		Verifiable: true,
		Parts:      true,
		Evidence:   dsr.ReadBack,
		BaseURL:    "https://api.getgist.com",
		Rate:       2,
		API: &connectors.API{
			Default: "unversioned",
			Versions: []connectors.APIVersion{{Name: "unversioned", Note: "The paths carry no version; the official " +
				"client sends none."}},
			Policy: "Gist announces no end.",
			Sources: []string{"https://github.com/gistplatform/gist-api-ruby (lib/gist/client.rb: paths without a " +
				"version)"},
		},
		Provenance: &connectors.Provenance{
			DocumentationRead: connectors.Day(2026, time.November, 29),
			Documentation: "the official Ruby client, Gist's help and what published connectors do; the reference " +
				"at developers.getgist.com/api " +
				"itself was not at hand",
			Simulator: connectors.AnotherAuthor,
		},
		Credentials: []connectors.Key{
			{Name: credentialToken, Required: true, Help: "The API key, from Settings → API Key. By OAuth it needs the scopes read_contact, " +
				"write_contact, read_conversations and write_conversations, and for restrictions write_tags."},
		},
		Access: []connectors.Access{
			{
				Title: "API key",
				Steps: []string{
					"Sign in to Gist and open Settings → API Key " +
						"(https://app.getgist.com/projects/_/settings/api-key).",
					"Click Copy, put the key into the environment variable that `credentials.token` names, and run " +
						"`lethe systems check gist`. " +
						"It is sent as `Authorization: Bearer …`.",
				},
			},
		},
		Options: []connectors.Key{
			{Name: optionPhoneScan, Help: "`true` looks for phone numbers too. The API has no such search: every contact of the workspace is read, " +
				"50 a request. Off by default."},
			{Name: optionRestrictionTag, Help: "The tag of contacts whose processing is restricted. Default: `" + defaultRestrictionTag + "`. " +
				"Do not change it while anybody is restricted."},
		},
		Fields: fieldTypes,
		NotCovered: []string{
			"Submissions of Gist forms, which the API lists and cannot delete: delete them under Forms → Submissions.",
			"Customers and orders of a connected shop, for which the API has no deletion.",
			"What Gist handed on to other tools through integrations, webhooks and exports.",
			"A contact whose address Gist holds with other capital letters than the request, if Gist compares exactly, which it does not document. " +
				"Asked for are the address as given and in small letters.",
			"Conversations that the person opens, or a contact that a site's snippet or a form creates, after the erasure.",
		},
		FedBy: []string{"landbot", "webhook"},
		SideEffects: []string{
			"The contact's unsubscription is forgotten too: if the address is imported again, Gist will write to it.",
		},
		Restriction: &dsr.RestrictionFacts{
			Able: true,
			Covers: []string{
				"E-mails of every kind, campaigns and broadcasts included: the contact is unsubscribed from all of them.",
				"Whatever honours the tag `restriction_tag`: exclude it from segments, automations and audiences in Gist.",
			},
			GoesOn: []string{
				"Storage, chat, tracking by the site's snippet, and scoring; Gist has no state in which it does not process.",
				"Membership of campaigns and subscription types, which Gist's API does not show, so that it could not be given back. Nothing is " +
					"mailed to an unsubscribed contact, and lifting the restriction lets campaigns go on where they were.",
				"A site's snippet or integration that sends `unsubscribed_from_emails: false` subscribes the contact again without a word " +
					"(https://docs.getgist.com/article/97). Stop sending the value; Lethe looks again and reports what has changed.",
				"What Gist handed on to other tools.",
			},
			Irreversible: []string{
				"The absence of a value: who was never asked about e-mails is shown as \"not unsubscribed\" afterwards, which means the same.",
			},
		},
		Endpoints: []connectors.Endpoint{
			{Method: "GET", Path: contactsPath, Purpose: "finds the contact by e-mail address or user_id; with phone_scan reads all contacts"},
			{Method: "GET", Path: conversationsPath, Purpose: "lists conversations in every state, to find the contact's, again before the contact is deleted"},
			{Method: "GET", Path: messagesPath, Purpose: "finds out whose conversation it is, where the list does not say"},
			{Method: "DELETE", Path: conversationPath, Purpose: "deletes a conversation"},
			{Method: "DELETE", Path: contactPath, Purpose: "deletes the contact"},
			{Method: "GET", Path: conversationPath, Purpose: "makes sure that the conversation is gone"},
			{Method: "GET", Path: contactPath, Purpose: "makes sure that the contact is gone; reads what a restriction changes"},
			{Method: "POST", Path: contactsPath, Purpose: "restricts and lifts: subscribes and unsubscribes a contact that was read right before"},
			{Method: "POST", Path: tagsPath, Purpose: "restricts and lifts: tags and untags a contact"},
			{Method: "GET", Path: tokenPath, Purpose: "checks the API key"},
		},
		Limits: "Not published. 429 occurs; two requests a second are far below what published clients send.",
		Sources: []string{
			"https://github.com/gistplatform/gist-api-ruby (official client: paths, authentication, wrapped objects)",
			"https://docs.airbyte.com/integrations/sources/getgist (fields, pages)",
			"https://docs.getgist.com/article/97 (a value from the snippet overwrites an unsubscription)",
			"The answers to an unknown address and to a second deletion are not documented: 404, and 200 with an error that says that the contact or " +
				"the conversation was not found, are both taken for absence; an error that says \"not found\" and not what, only if the same call " +
				"succeeds for others; anything else for a failure.",
		},
		Describe: describe,
		New:      New,
	}
}

// describe adds the phone number to what the system can be searched with, if
// the configuration opts into the scan.
func describe(s connectors.Settings, system *dsr.System) error {
	scan, err := phoneScan(s)
	if scan {
		system.Needs = append(system.Needs, dsr.Phone)
	}
	return err
}

func phoneScan(s connectors.Settings) (bool, error) {
	switch s.Option(optionPhoneScan) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, dsr.Problems{{Field: "options." + optionPhoneScan, Text: "must be true or false"}}
	}
}
