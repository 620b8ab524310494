package googleanalytics

import (
	"time"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// baseURL is Google's Admin API.
const baseURL = "https://analyticsadmin.googleapis.com"

// completionTime is by when Google has deleted what it was told to. Its
// documents name a run "every two months" and no figure of days; two months
// and a day for the run itself are at most 63 days.
const completionTime = 63 * 24 * time.Hour

// The configuration keys.
const (
	optionProperty         = "property"
	optionUserProvidedData = "user_provided_data"
	credentialJSON         = "credentials_json"
	credentialToken        = "access_token"
)

// ownIdentifiers are the types by which every property knows people.
var ownIdentifiers = []dsr.IdentifierType{dsr.GAClientID, dsr.GAUserID, dsr.GAAppInstanceID}

// Kind describes the connector.
func Kind() connectors.Kind {
	return connectors.Kind{
		Name:  "googleanalytics",
		Title: "Google Analytics 4",
		Summary: "Orders the deletion of a visitor from a GA4 property, one order for each identifier. Google confirms the receipt of " +
			"an order, accepts made-up identifiers as well, and lets nobody look whether anything was there or is gone.",
		Mode:           dsr.Automatic,
		Needs:          ownIdentifiers,
		Evidence:       dsr.Submission,
		BaseURL:        baseURL,
		Rate:           2,
		CompletionTime: completionTime,
		API: &connectors.API{
			Default: "v1alpha",
			Versions: []connectors.APIVersion{
				{Name: "v1alpha", Note: "User deletion is in no other version of the Admin API. Google calls it " +
					"alpha, so it may change."},
			},
			Policy: "Google announces no end of v1alpha. It has shut down the older User Deletion API (v3) with " +
				"Universal Analytics.",
			Sources: []string{
				"https://developers.google.com/analytics/devguides/config/userdeletion/migration (v3 is gone, " +
					"v1alpha replaces it)",
				"https://pkg.go.dev/google.golang.org/api/analyticsadmin/v1beta (no user deletion there)",
			},
		},
		Provenance: &connectors.Provenance{
			DocumentationRead: connectors.Day(2026, time.November, 29),
			Documentation: "Google's reference of properties.submitUserDeletion, its migration guide and its " +
				"client library for Go",
			Simulator: connectors.SameAuthor,
		},
		Credentials: []connectors.Key{
			{Name: credentialJSON, Help: "The content of a service account's key file. Without it, Application Default Credentials are used. " +
				"The account needs the role Editor on the property and the scope analytics.edit."},
			{Name: credentialToken, Help: "A ready-made OAuth access token instead, for trials: Google's tokens end after an hour."},
		},
		Access: []connectors.Access{
			{
				Title: "Service account",
				Steps: []string{
					"In the Google Cloud console, choose a project and enable the Google Analytics Admin API.",
					"Create a service account (IAM & Admin → Service Accounts) without any role in the project, and " +
						"a key of the type JSON for it.",
					"In Google Analytics, add the service account's e-mail address to the property (Admin → " +
						"Property access management) with the role Editor.",
					"Put the content of the key file into the environment variable that " +
						"`credentials.credentials_json` names, and run " +
						"`lethe systems check googleanalytics`.",
				},
			},
			{
				Title: "Application Default Credentials (on Google Cloud, or where key files are not allowed)",
				Steps: []string{
					"Give the worker's own identity the role Editor on the property in the same way.",
					"Leave `credentials` out: Google's library finds the identity, or what " +
						"GOOGLE_APPLICATION_CREDENTIALS names.",
				},
			},
		},
		Options: []connectors.Key{
			{Name: optionProperty, Required: true, Help: "The number of the GA4 property, such as `123456789`; not the measurement id (`G-…`)."},
			{Name: optionUserProvidedData, List: true, Help: "Whether `email` and `phone` are sent to Google as well, as user-provided data. " +
				"Only for properties that collect it: elsewhere this would hand Google what it does not have. Off by default."},
		},
		NotCovered: []string{
			"Reports of aggregated figures, which Google does not change.",
			"Data exported to BigQuery or elsewhere, which has to be deleted there.",
			"What Google holds on signed-in users for itself (Google Signals), which people manage in their Google account.",
			"What the same browser or app sends after the order, under the same client id, until its cookie or app data is cleared.",
			"Personal data in page addresses and event parameters, which Admin → Data deletion requests removes.",
			"Devices of the person whose client ids nobody has recorded.",
		},
		Restriction: &dsr.RestrictionFacts{
			Instead: "Google Analytics has no switch for a single person: it processes what a browser or an app sends. Stop that where it is sent: " +
				"deny `analytics_storage` by consent mode for the person's visits, or set `window['ga-disable-G-…'] = true` before the tag runs, " +
				"and stop sending the person's client id and user id from your own servers. What was collected cannot be locked, only deleted: " +
				"ask the person whether they want that instead, by an erasure.",
		},
		Endpoints: []connectors.Endpoint{
			{Method: "POST", Path: submitPath, Purpose: "orders the deletion of one identifier"},
			{Method: "GET", Path: propertyPath, Purpose: "checks the credentials"},
		},
		Limits: "500 user deletions a day and property; 180 writes a minute and user. A used-up day is waited out until shortly after " +
			"midnight US Pacific time, when Google's daily quotas start anew.",
		Sources: []string{
			"https://developers.google.com/analytics/devguides/config/admin/v1/rest/v1alpha/properties/submitUserDeletion (the call)",
			"https://developers.google.com/analytics/devguides/config/admin/v1/quotas (limits)",
			"https://developers.google.com/analytics/devguides/config/userdeletion/migration (Universal Analytics' API is gone; BigQuery; aggregates)",
			"https://developers.google.com/analytics/devguides/config/userdeletion/v3 (72 hours for the user report, deletion runs every two months)",
			"https://developers.google.com/analytics/devguides/collection/gtagjs/user-opt-out (ga-disable; there is nothing on Google's side)",
			"https://pkg.go.dev/google.golang.org/api/analyticsadmin/v1alpha (normal form of user-provided data)",
		},
		Describe: describe,
		New:      New,
	}
}

// describe adds the identifier types that the configuration opts into.
func describe(s connectors.Settings, system *dsr.System) error {
	_, needs, err := options(s)
	system.Needs = needs
	return err
}
