package hubspot_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/hubspot"
	"ite.digital/lethe/dsr"
)

// specified answers as HubSpot's OpenAPI specifications show it, by method and path
// without the version, and notes what it is asked.
type specified struct {
	answers map[string]string
	// refuse is what calls have in common that are refused, with a status and answers[""].
	refuse string
	status int

	asked, bodies []string
}

const (
	contact17  = `{"id":"17","properties":{"email":"jo+news@example.com","restricted":null},"archived":false,"createdAt":"","updatedAt":""}`
	restricted = `{"id":"17","properties":{"email":"jo+news@example.com","restricted":"true"},"archived":false,"createdAt":"","updatedAt":""}`
	complete   = `{"status":"COMPLETE","startedAt":"2026-11-29T00:00:00Z","completedAt":"2026-11-29T00:00:00Z","results":[`
	statusOf1  = `{"channel":"EMAIL","source":"S","subscriberIdString":"jo+news@example.com","subscriptionId":1,"timestamp":"","status":`
)

// answers are those of an account with one contact and one subscription type.
func answers() map[string]string {
	return map[string]string{
		"POST /crm/objects/V/contacts/search": `{"total":1,"results":[` + contact17 + `]}`,
		"GET /crm/objects/V/contacts/17":      contact17,
		"PATCH /crm/objects/V/contacts/17":    restricted,
		"GET /crm/properties/V/contacts/restricted": `{"name":"restricted","label":"","groupName":"","description":"","options":[],"type":"bool",` +
			`"fieldType":"booleancheckbox"}`,
		"GET /communication-preferences/V/definitions": complete + `{"id":"1","name":"","description":"","isActive":true,"isDefault":true,` +
			`"isInternal":false}]}`,
		"GET /communication-preferences/V/statuses/jo%2Bnews%40example.com":                 complete + statusOf1 + `"SUBSCRIBED"}]}`,
		"GET /communication-preferences/V/statuses/jo%2Bnews%40example.com/unsubscribe-all": complete + `]}`,
		"POST /communication-preferences/V/statuses/jo%2Bnews%40example.com":                complete + statusOf1 + `"UNSUBSCRIBED"}]}`,
	}
}

func (s *specified) serve(t *testing.T, version string) connectors.Settings {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		s.asked, s.bodies = append(s.asked, r.Method+" "+r.RequestURI), append(s.bodies, string(body))
		path, _, _ := strings.Cut(r.RequestURI, "?")
		call := r.Method + " " + strings.Replace(path, "/"+version+"/", "/V/", 1)
		answer, known := s.answers[call]
		switch {
		case s.status != 0 && strings.Contains(call, s.refuse):
			w.WriteHeader(s.status)
			_, _ = io.WriteString(w, s.answers[""])
		case call == "POST /crm/objects/V/contacts/gdpr-delete":
			w.WriteHeader(http.StatusNoContent)
		case !known:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"category":"OBJECT_NOT_FOUND","correlationId":"aeb5f871-7f07-4993-9211-075dc63e7cbf","message":"not found",`+
				`"context":{"id":["17"]}}`)
		default:
			_, _ = io.WriteString(w, answer)
		}
	}))
	t.Cleanup(server.Close)
	settings := settings(server.URL)
	settings.Options = map[string][]string{"restriction_property": {"restricted"}}
	return settings
}

func TestCallsAreThoseOfTheSpecification(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2026-09", "2026-03", "2027-03"} {
		account := &specified{answers: answers()}
		s := account.serve(t, version)
		if version != "2026-09" { // the default
			s.Options["api_version"] = []string{version}
		}
		connector := connect(t, s)
		records := locate(t, connector, dsr.Identifier{Type: dsr.Email, Value: "jo+news@example.com"})
		require.Len(t, records, 1)
		before, err := connector.Settings(t.Context(), records)
		require.NoError(t, err)
		require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(before)))
		require.NoError(t, connector.Check(t.Context()))
		_, err = connector.Erase(t.Context(), records)
		require.NoError(t, err)
		objects, preferences := "/crm/objects/"+version+"/contacts", "/communication-preferences/"+version
		address := preferences + "/statuses/jo%2Bnews%40example.com"
		require.Equal(t, []string{
			"POST " + objects + "/search",
			"GET " + objects + "/jo%2Bnews%40example.com?archived=true&idProperty=email&properties=email%2Chs_additional_emails%2Cphone%2Cmobilephone",
			"GET /crm/properties/" + version + "/contacts/restricted",
			"GET " + preferences + "/definitions",
			"GET " + objects + "/17?archived=false&properties=restricted%2Cemail",
			"GET " + address + "?channel=EMAIL",
			"GET " + address + "/unsubscribe-all?channel=EMAIL",
			"GET " + objects + "/17?archived=false&properties=restricted%2Cemail",
			"PATCH " + objects + "/17",
			"GET " + address + "?channel=EMAIL",
			"GET " + address + "/unsubscribe-all?channel=EMAIL",
			"POST " + address,
			"POST " + objects + "/search",
			"GET /crm/properties/" + version + "/contacts/restricted",
			"POST " + objects + "/gdpr-delete",
		}, account.asked)
		require.JSONEq(t, `{"filterGroups":[{"filters":[{"propertyName":"email","operator":"EQ","value":"jo+news@example.com"}]},`+
			`{"filters":[{"propertyName":"hs_additional_emails","operator":"CONTAINS_TOKEN","value":"jo+news@example.com"}]}],`+
			`"properties":["email","hs_additional_emails","phone","mobilephone"],"sorts":[],"limit":200,"after":"0"}`, account.bodies[0])
		require.JSONEq(t, `{"properties":{"restricted":"true"}}`, account.bodies[8])
		require.JSONEq(t, `{"channel":"EMAIL","statusState":"UNSUBSCRIBED","subscriptionId":1,"legalBasis":"LEGITIMATE_INTEREST_OTHER",`+
			`"legalBasisExplanation":"Restriction of processing (GDPR Art. 18)"}`, account.bodies[11])
		require.JSONEq(t, `{"objectId":"17"}`, account.bodies[14], "never by address")
	}
}

func TestVersionsThatAreNotCalled(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"v3": "v4 on 2027-03-30, v1 to v3 in September 2027", "v4": "use a dated one, such as 2026-09", "3": "v1 to v3",
		"2026-9": "year and month, such as " +
			"2026-09", "2026-13": "year and month", "2026-09-beta": "year and month", "latest": "year and month",
		"2026-09/../x": "year and month", "2020-03": "older than HubSpot's first dated version, 2025-09",
	} {
		s := settings("https://api.example.com")
		s.Options = map[string][]string{"api_version": {version}}
		_, err := hubspot.Kind().System(s, "CRM", "", 10)
		require.ErrorContains(t, err, want, version)
		require.ErrorContains(t, err, "options.api_version", version)
		_, err = hubspot.New(s)
		require.Equal(t, connectors.Misconfigured, class(t, err), version)
	}
}

func TestTheEndOfEachVersion(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"2026-09": "2028-03-08", "2026-03": "2027-09-30",
		"2027-03": "2028-09-01 by the vendor's rule", "2025-09": "2027-03-01 by the vendor's rule",
	} {
		s := connectors.Settings{Options: map[string][]string{"api_version": {version}}}
		require.Equal(t, want, hubspot.Kind().Support(s).End(), version)
	}
	for _, version := range hubspot.Kind().API.Versions {
		if !version.Released.IsZero() {
			require.Equal(t, version.Released.AddDate(0, 18, 0), version.Ends, version.Name)
		}
	}
	warning := hubspot.Kind().Support(connectors.Settings{}).Warning(time.Date(2028, time.January, 8, 12, 0, 0, 0, time.UTC))
	require.Equal(t, "the support for version 2026-09 of the API of HubSpot ends on 2028-03-08, in 60 days: set "+
		"api_version to a newer version", warning)
}

// refusing is a connector whose every call is refused.
func refusing(t *testing.T, status int, answer string) *hubspot.Connector {
	t.Helper()
	account := &specified{status: status, answers: map[string]string{"": answer}}
	return connect(t, account.serve(t, "2026-09"))
}

func refusal(t *testing.T, err error) *connectors.Error {
	t.Helper()
	var known *connectors.Error
	require.ErrorAs(t, err, &known)
	require.NotContains(t, known.Error()+known.Advice(), "jo@example.com")
	return known
}

func TestARefusalNamesTheScopesThatAreMissing(t *testing.T) {
	t.Parallel()
	const frame = `{"category":"MISSING_SCOPES","correlationId":"aeb5f871-7f07-4993-9211-075dc63e7cbf","message":"jo@example.com lacks scopes",`
	tests := []struct {
		name, answer string
		says         []string
		saysNot      []string
	}{
		{
			"in the context", frame + `"context":{"missingScopes":["crm.objects.contacts.read","crm.schemas.contacts.read"]}}`,
			[]string{"give the key the scopes crm.objects.contacts.read, crm.schemas.contacts.read, in HubSpot: " +
				"Development → Keys → Service keys"}, nil,
		},
		{
			"in a detail, where one is enough",
			frame + `"errors":[{"message":"","context":{"requiredGranularScopes":["crm.objects.contacts.read"]}}]}`,
			[]string{"give the key one of the scopes crm.objects.contacts.read,"}, nil,
		},
		{
			"whatever is no scope is not repeated",
			frame + `"context":{"missingScopes":["jo@example.com","jo.smith","+33639980017","crm.objects.contacts.write","crm","crm.` +
				strings.Repeat("x", 41) + `"]}}`,
			[]string{"give the key the scopes crm.objects.contacts.write, in " +
				"HubSpot"}, []string{"smith", "3399", "xxx"},
		},
		{"not in another shape", frame + `"context":{"missingScopes":"crm.objects.contacts.read"}}`, []string{"the scopes of the connector's page"}, nil},
		{"not at all", `<html>`, []string{"the scopes of the connector's page"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := refusing(t, http.StatusForbidden, test.answer).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
			known := refusal(t, err)
			require.Equal(t, connectors.CredentialsRejected, known.Class)
			for _, text := range test.says {
				require.Contains(t, known.Advice(), text)
			}
			for _, text := range append(test.saysNot, "subscriptions-status-read") {
				require.NotContains(t, known.Advice(), text)
			}
		})
	}
}

func TestNoMoreThanAFewScopesAreNamed(t *testing.T) {
	t.Parallel()
	var many []string
	for c := 'a'; c <= 'z'; c++ {
		many = append(many, `"crm.objects.`+string(c)+`"`)
	}
	answer := `{"category":"MISSING_SCOPES","context":{"missingScopes":[` + strings.Join(many, ",") + `]}}`
	_, err := refusing(t, http.StatusForbidden, answer).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
	require.Equal(t, 8, strings.Count(refusal(t, err).Advice(), "crm.objects."))
}

// HubSpot's specification and its guide call the scopes of subscriptions differently.
func TestTheScopesOfSubscriptionsHaveTwoNames(t *testing.T) {
	t.Parallel()
	account := &specified{answers: answers()}
	s := account.serve(t, "2026-09")
	delete(account.answers, "GET /communication-preferences/V/definitions")
	connector := connect(t, s)
	_, err := connector.Settings(t.Context(), record17)
	require.Contains(t, refusal(t, err).Advice(), "api_version", "a 404 to a list is about the address")

	answer := `{"category":"MISSING_SCOPES","context":{"missingScopes":["communication_preferences.read"]}}`
	account.answers = map[string]string{"": answer, "GET /crm/properties/V/contacts/restricted": answers()["GET /crm/properties/V/contacts/restricted"]}
	account.refuse, account.status = "/communication-preferences/", http.StatusForbidden
	_, err = connector.Settings(t.Context(), record17)
	known := refusal(t, err)
	require.Equal(t, http.StatusForbidden, known.Status)
	require.Contains(t, known.Advice(), "the scopes communication_preferences.read (HubSpot's guide calls those of "+
		"subscriptions "+
		"subscriptions-definition-read, subscriptions-status-read and subscriptions-status-write)")
}

func TestARuleOfTheAccountIsAQuestionOfItsOwn(t *testing.T) {
	t.Parallel()
	account := &specified{answers: answers()}
	s := account.serve(t, "2026-09")
	account.refuse, account.status = "PATCH", http.StatusBadRequest
	account.answers[""] = `{"category":"VALIDATION_ERROR","correlationId":"aeb5f871-7f07-4993-9211-075dc63e7cbf","message":"jo@example.com needs a phone",` +
		`"errors":[{"message":"phone is required","in":"phone"}]}`
	change := []dsr.RecordSettings{{Kind: "contact", ID: "17", Settings: []dsr.Setting{setting("property/restricted", "true", "true")}}}
	known := refusal(t, connect(t, s).Apply(t.Context(), change))
	require.Equal(t, connectors.Rejected, known.Class)
	require.Equal(t, "a rule of the account for contacts does not allow the change", known.Reason)
	require.Contains(t, known.Advice(), "fill in at the contact what the rule requires")

	_, err := refusing(t, http.StatusBadRequest, account.answers[""]).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
	require.Equal(t, "the vendor refuses the request", refusal(t, err).Reason, "only changes are bound by rules")
}

func TestOnlyCompleteWorkIsRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer string
		class        connectors.Class
	}{
		{"pending", `{"status":"PENDING","results":[]}`, connectors.Transient},
		{"processing", `{"status":"PROCESSING","results":[]}`, connectors.Transient},
		{"cancelled", `{"status":"CANCELED","results":[]}`, connectors.Malformed},
		{"nothing said", `{"results":[]}`, connectors.Malformed},
		{"errors counted", `{"status":"COMPLETE","results":[],"numErrors":1}`, connectors.Rejected},
		{"errors", `{"status":"COMPLETE","results":[],"errors":[{"category":"X"}]}`, connectors.Rejected},
	}
	for _, test := range tests {
		for _, call := range []string{
			"GET /communication-preferences/V/definitions", "GET /communication-preferences/V/statuses/jo%2Bnews%40example.com",
			"GET /communication-preferences/V/statuses/jo%2Bnews%40example.com/unsubscribe-all",
		} {
			account := &specified{answers: answers()}
			s := account.serve(t, "2026-09")
			account.answers[call] = test.answer
			_, err := connect(t, s).Settings(t.Context(), record17)
			require.Equal(t, test.class, class(t, err), "%s: %s", test.name, call)
		}
	}
}

func TestSubscriptionsOfAnotherAddressAreNotRead(t *testing.T) {
	t.Parallel()
	account := &specified{answers: answers()}
	s := account.serve(t, "2026-09")
	const call = "GET /communication-preferences/V/statuses/jo%2Bnews%40example.com"
	account.answers[call] = strings.Replace(account.answers[call], "jo+news@", "Jo+News@", 1)
	_, err := connect(t, s).Settings(t.Context(), record17)
	require.NoError(t, err)
	account.answers[call] = strings.Replace(account.answers[call], "Jo+News@", "jo@", 1)
	_, err = connect(t, s).Settings(t.Context(), record17)
	require.Equal(t, connectors.Malformed, class(t, err))
}

// An opt-out of one brand stops that brand's e-mail only.
func TestAnOptOutOfABusinessUnitIsNotOneOfAll(t *testing.T) {
	t.Parallel()
	account := &specified{answers: answers()}
	s := account.serve(t, "2026-09")
	const statuses = "GET /communication-preferences/V/statuses/jo%2Bnews%40example.com"
	account.answers["GET /communication-preferences/V/definitions"] = complete + `{"id":"1","isActive":true},{"id":"2","isActive":true}]}`
	account.answers[statuses] = complete + statusOf1 + `"SUBSCRIBED"},` +
		`{"subscriberIdString":"jo+news@example.com","subscriptionId":2,"status":"UNSUBSCRIBED","businessUnitId":5}]}`
	wide := `{"channel":"EMAIL","subscriberIdString":"jo+news@example.com","status":"UNSUBSCRIBED","timestamp":"",`
	read := func(kind string) []dsr.Setting {
		account.answers[statuses+"/unsubscribe-all"] = complete + wide + kind + `}]}`
		settings, err := connect(t, s).Settings(t.Context(), record17)
		require.NoError(t, err)
		return settings[0].Settings[1:]
	}
	const all = "UNSUBSCRIBED_FROM_ALL"
	require.Equal(t, []dsr.Setting{
		setting("subscription/1", "SUBSCRIBED", "UNSUBSCRIBED"), setting("subscription/2", all, all),
	}, read(`"wideStatusType":"BUSINESS_UNIT_WIDE","businessUnitId":5`))
	require.Equal(t, []dsr.Setting{
		setting("subscription/1", all, all), setting("subscription/2", "UNSUBSCRIBED", "UNSUBSCRIBED"),
	}, read(`"wideStatusType":"BUSINESS_UNIT_WIDE"`), "the account's own brand has the id 0 or none")
	require.Equal(t, []dsr.Setting{
		setting("subscription/1", all, all), setting("subscription/2", all, all),
	}, read(`"wideStatusType":"PORTAL_WIDE"`))

	account.answers[statuses+"/unsubscribe-all"] = complete + wide + `"wideStatusType":"REGION_WIDE"}]}`
	_, err := connect(t, s).Settings(t.Context(), record17)
	require.Equal(t, connectors.Malformed, class(t, err))
}
