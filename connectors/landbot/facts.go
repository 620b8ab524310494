package landbot

import (
	"time"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

const credentialToken = "token"

// fieldTypes are the identifiers that bots keep in custom fields.
var fieldTypes = []dsr.IdentifierType{dsr.Email, dsr.Phone, dsr.CustomerID, dsr.GAClientID, dsr.GAUserID}

// Kind describes the connector.
func Kind() connectors.Kind {
	return connectors.Kind{
		Name:  "landbot",
		Title: "Landbot",
		Summary: "Deletes every customer of a person, one for each channel and archived ones included, with the conversation. " +
			"Landbot's search matches beginnings, so each hit is compared exactly before it counts.",
		Mode:       dsr.Automatic,
		Needs:      []dsr.IdentifierType{dsr.Email, dsr.Phone},
		Yields:     fieldTypes,
		Verifiable: true,
		Evidence:   dsr.ReadBack,
		BaseURL:    "https://api.landbot.io/v1",
		Rate:       2,
		API: &connectors.API{
			Default:  "v1",
			Versions: []connectors.APIVersion{{Name: "v1", Note: "Part of `base_url`."}},
			Policy:   "Landbot announces no end.",
			Sources: []string{"https://dev.landbot.io/api-reference/platform/openapi.json (server " +
				"https://api.landbot.io/v1)"},
		},
		Provenance: &connectors.Provenance{
			DocumentationRead: connectors.Day(2026, time.November, 29),
			Documentation: "Landbot's error guide, and published clients that were built from its OpenAPI document " +
				"in October 2026; the document " +
				"itself was not at hand",
			Simulator: connectors.AnotherAuthor,
		},
		Credentials: []connectors.Key{
			{Name: credentialToken, Required: true, Help: "The agent token, from Settings → Account. It opens the whole workspace."},
		},
		Access: []connectors.Access{
			{
				Title: "Agent token",
				Steps: []string{
					"Sign in to Landbot (https://app.landbot.io) and open Settings → Account.",
					"Copy the API token, put it into the environment variable that `credentials.token` names, and " +
						"run `lethe systems check landbot`. " +
						"It is sent as `Authorization: Token …` and opens the whole workspace.",
				},
			},
		},
		Fields: fieldTypes,
		NotCovered: []string{
			"Customers whose address or number a bot stored in a custom field only: Landbot searches names, e-mail addresses and phones.",
			"Phone numbers stored in a rare form: with 00 in place of the plus sign, with hyphens or dots, with a space behind the country code " +
				"alone, or grouped in an unusual way. Landbot searches for beginnings of what is stored, one at a time; asked for are the number " +
				"with its country code, with and without the plus sign, the number as it is dialled within its country, and both with the usual spaces.",
			"What the bot's blocks sent to other tools, such as spreadsheets, webhooks and CRMs.",
			"Files that the person uploaded into a chat, of which Landbot does not say whether they go with the customer.",
			"The company's WhatsApp Business account at Meta.",
		},
		SideEffects: []string{
			"The person's WhatsApp opt-in and opt-out are forgotten with the customer.",
		},
		Restriction: &dsr.RestrictionFacts{
			Able: true,
			Covers: []string{
				"The conversation: a blocked customer can no longer write to the bot or to agents.",
				"The inbox: an archived customer is out of the agents' sight.",
				"WhatsApp messages of the company's own accord: the customer is opted out, if an operator agrees.",
			},
			GoesOn: []string{
				"Storage, and what the bot's blocks have sent to other tools.",
				"A customer that the person becomes by writing on another channel: the next look finds and restricts it.",
				"A customer of which Landbot does not show whether it is blocked or archived: Lethe then blocks and " +
					"archives it at Landbot's word, says that nobody could see it, and leaves it so when the restriction " +
					"is lifted.",
				"Agents and workflows can unblock and unarchive a customer; Lethe looks again and reports what has changed.",
			},
			Irreversible: []string{
				"The WhatsApp opt-out: only the person can opt in again. An operator is asked before it is made.",
			},
		},
		Endpoints: []connectors.Endpoint{
			{Method: "GET", Path: customersPath, Purpose: "searches by e-mail address and by the spellings of the phone number, in and out of the archive; checks the token"},
			{Method: "DELETE", Path: customerPath, Purpose: "deletes a customer and the conversation"},
			{Method: "GET", Path: customerPath, Purpose: "makes sure that the customer is gone; reads what a restriction changes"},
			{Method: "PUT", Path: blockPath, Purpose: "restricts: the person can no longer write to the bot"},
			{Method: "PUT", Path: unblockPath, Purpose: "lifts the block"},
			{Method: "PUT", Path: archivePath, Purpose: "restricts: takes the customer out of sight"},
			{Method: "PUT", Path: unarchivePath, Purpose: "lifts the archiving"},
			{Method: "DELETE", Path: optOutPath, Purpose: "restricts: opts the customer out of WhatsApp messages, which cannot be undone"},
		},
		Limits: "Not published. Two requests a second are made, and 429 is waited out.",
		Sources: []string{
			"https://dev.landbot.io/api-reference/platform/openapi.json (paths, search, pages), by way of " +
				"https://github.com/segevsh/w6w-apps/tree/main/apps/landbot, which was built from it",
			"https://dev.landbot.io/guides/errors (412 is a precondition that a person has to meet)",
			"https://help.landbot.io (what is stored and where)",
		},
		New: New,
	}
}
