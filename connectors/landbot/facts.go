package landbot

import (
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
		Credentials: []connectors.Key{
			{Name: credentialToken, Required: true, Help: "The agent token, from Settings → Account. It opens the whole workspace."},
		},
		Fields: fieldTypes,
		NotCovered: []string{
			"Customers whose address or number a bot stored in a custom field only: Landbot searches names, e-mail addresses and phones.",
			"Phone numbers stored with an unusual grouping of their digits, which a search for beginnings cannot reach.",
			"What the bot's blocks sent to other tools, such as spreadsheets, webhooks and CRMs.",
			"Files that the person uploaded into a chat, of which Landbot does not say whether they go with the customer.",
			"The company's WhatsApp Business account at Meta.",
		},
		SideEffects: []string{
			"The person's WhatsApp opt-in and opt-out are forgotten with the customer.",
		},
		Endpoints: []connectors.Endpoint{
			{Method: "GET", Path: customersPath, Purpose: "searches by e-mail address and by the spellings of the phone number, in and out of the archive; checks the token"},
			{Method: "DELETE", Path: customerPath, Purpose: "deletes a customer and the conversation"},
			{Method: "GET", Path: customerPath, Purpose: "makes sure that the customer is gone"},
		},
		Limits: "Not published. Two requests a second are made, and 429 is waited out.",
		Sources: []string{
			"https://dev.landbot.io/api-reference/platform/openapi.json (paths, search, pages)",
			"https://dev.landbot.io/guides/errors (412 is a precondition that a person has to meet)",
			"https://help.landbot.io (what is stored and where)",
		},
		New: New,
	}
}
