package hubspot_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/simtest"
)

func TestNumberedVersionsAreGoneUnlessTheAccountIsOld(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/crm/v3/objects/contacts", "/crm/v3/properties/contacts", "/communication-preferences/v4/definitions",
		"/account-info/v3/details",
	} {
		ask(t, open(t, hubspot.Options{}), http.MethodGet, path, "").Want(t, 404, `"category":"OBJECT_NOT_FOUND"`)
		ask(t, open(t, hubspot.Options{Legacy: true}), http.MethodGet, path, "").Want(t, 200, "{")
	}
}

func TestAVersionIsThereUntilItsEnd(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(time.Date(2028, 3, 31, 23, 59, 59, 0, time.UTC))
	s := open(t, hubspot.Options{
		Clock: clock.Now, EndOfSupport: map[string]time.Time{"2026-09": time.Date(2028, 4, 1, 0, 0, 0, 0, time.UTC)},
	})
	one := contacts + "/" + s.AddContact(contact("email", "ana@example.com"))
	const older, newer = "/crm/objects/2026-03/contacts", "/crm/objects/2027-03/contacts"
	ask(t, s, http.MethodGet, newer, "").Want(t, 404, "OBJECT_NOT_FOUND")
	ask(t, s, http.MethodGet, one, "").Want(t, 200, "ana@example.com")
	clock.Advance(time.Second)
	ask(t, s, http.MethodGet, one, "").Want(t, 404, `"correlationId"`)
	ask(t, s, http.MethodGet, older, "").Want(t, 200, "results")
	ask(t, open(t, hubspot.Options{Versions: []string{"2027-03"}}), http.MethodGet, newer, "").Want(t, 200, "results")
}

func TestAnAccountAcceptsTheKindsOfCredentialThatItSays(t *testing.T) {
	t.Parallel()
	both := []hubspot.CredentialKind{hubspot.ServiceKey, hubspot.PrivateApp}
	for _, accepts := range [][]hubspot.CredentialKind{nil, both, both[:1], both[1:]} {
		s := open(t, hubspot.Options{Accepts: accepts})
		for kind, token := range map[hubspot.CredentialKind]string{
			hubspot.ServiceKey: hubspot.DefaultToken, hubspot.PrivateApp: hubspot.DefaultPrivateAppToken,
		} {
			want := 401
			if accepts == nil || slices.Contains(accepts, kind) {
				want = 200
			}
			answer := simtest.Ask(t, s, http.MethodGet, contacts, "", "Authorization", "Bearer "+token)
			if answer.Status != want {
				t.Errorf("%v: a %s is answered %d, want %d", accepts, kind, answer.Status, want)
			}
			if want == 401 {
				answer.Want(t, 401, `"category":"INVALID_AUTHENTICATION"`)
			}
		}
	}
}

func TestAMissingScopeIsNamed(t *testing.T) {
	t.Parallel()
	const reader, writer, nobody = "reads", "writes", "may do nothing"
	s := open(t, hubspot.Options{Credentials: []hubspot.Credential{
		{Token: reader, Scopes: []string{"crm.objects.contacts.read", "communication_preferences.read"}},
		{Token: writer, Scopes: []string{"crm.objects.contacts.write", "communication_preferences.write", "crm.schemas.contacts.write"}},
		{Token: nobody, Scopes: []string{}},
	}})
	id := s.AddContact(contact("email", "ana@example.com"))
	for _, test := range []struct {
		method, path, body, token, scope string
	}{
		{"GET", contacts + "/" + id, "", writer, "crm.objects.contacts.read"},
		{"GET", contacts + "/" + id, "", reader, ""},
		{"POST", contacts + "/search", query(), writer, "crm.objects.contacts.read"},
		{"POST", contacts + "/batch/read", "{}", writer, "crm.objects.contacts.read"},
		{"POST", erase, fmt.Sprintf(`{"objectId":%q}`, id), reader, "crm.objects.contacts.write"},
		{"DELETE", contacts + "/" + id, "", reader, "crm.objects.contacts.write"},
		{"PATCH", contacts + "/" + id, "{}", reader, "crm.objects.contacts.write"},
		{"GET", "/crm/properties/2026-09/contacts/email", "", nobody, "crm.schemas.contacts.read"},
		{"GET", "/crm/properties/2026-09/contacts/email", "", reader, ""},
		{"POST", "/crm/properties/2026-09/contacts", "{}", reader, "crm.schemas.contacts.write"},
		{"GET", preferences + "/definitions", "", writer, "communication_preferences.read"},
		{"GET", statuses + "?channel=EMAIL", "", reader, ""},
		{"POST", statuses, "{}", reader, "communication_preferences.write"},
		{"POST", statuses + "/unsubscribe-all?channel=EMAIL", "", reader, "communication_preferences.write"},
		{"POST", preferences + "/statuses/batch/read", "{}", reader, "communication_preferences.statuses.batch.read"},
		{"POST", preferences + "/statuses/batch/write", "{}", writer, "communication_preferences.statuses.batch.write"},
		{"GET", "/account-info/2026-09/details", "", nobody, ""},
	} {
		answer := simtest.Ask(t, s, test.method, test.path, test.body, "Authorization", "Bearer "+test.token)
		if test.scope == "" {
			answer.Want(t, 200, "{")
			continue
		}
		answer.Want(t, 403, `"category":"MISSING_SCOPES"`)
		var body struct {
			Context struct{ MissingScopes []string }
		}
		answer.Into(t, &body)
		if !slices.Contains(body.Context.MissingScopes, test.scope) {
			t.Errorf("%s %s names %v, want %s", test.method, test.path, body.Context.MissingScopes, test.scope)
		}
	}
	if !s.Exists(id) {
		t.Error("a credential without the scope erased the contact")
	}
}

func TestRequiredPropertiesBindWritesFromTheirVersionOn(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{RequiredProperties: []hubspot.RequiredProperty{
		{Property: "lastname"}, {Property: "restricted_why", When: "restricted", Equals: "true"},
	}})
	s.AddCheckbox("restricted")
	s.AddProperty("restricted_why")
	whole := s.AddContact(contact("email", "ana@example.com", "lastname", "Martin"))
	lacking := s.AddContact(contact("email", "ben@example.com"))
	set := func(version, id, properties string) simtest.Answer {
		return ask(t, s, http.MethodPatch, "/crm/objects/"+version+"/contacts/"+id, `{"properties":{`+properties+`}}`)
	}
	set("2026-09", lacking, `"restricted":"false"`).Want(t, 400, `"context":{"properties":["lastname"]}`)
	set("2026-09", whole, `"restricted":"true"`).Want(t, 400, `"category":"VALIDATION_ERROR"`)
	set("2026-09", whole, `"restricted":"true","restricted_why":"asked"`).Want(t, 200, `"restricted":"true"`)
	set("2026-03", lacking, `"restricted":"true"`).Want(t, 200, `"restricted":"true"`)
}

func TestABatchNamesTheContactsThatAreNotThere(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	ana := s.AddContact(contact("email", "ana@example.com", "hs_additional_emails", "a@example.com"))
	ben := s.AddContact(contact("email", "ben@example.com"))
	read := func(s *hubspot.Sim, more string, ids ...string) simtest.Answer {
		inputs := ""
		for i, id := range ids {
			if i > 0 {
				inputs += ","
			}
			inputs += fmt.Sprintf(`{"id":%q}`, id)
		}
		body := `{"inputs":[` + inputs + `],"properties":["email"],"propertiesWithHistory":[]` + more + `}`
		return ask(t, s, http.MethodPost, contacts+"/batch/read", body)
	}
	var found results
	read(s, "", ana, ben).Into(t, &found)
	if len(found.Results) != 2 || found.Results[0].ID != ben {
		t.Errorf("results come in the order of the inputs: %+v", found)
	}
	answer := read(s, "", ana, "1")
	answer.Want(t, 207, `"context":{"ids":["1"]}`)
	answer.Want(t, 207, `"numErrors":1`)
	answer.Want(t, 207, "ana@example.com")
	read(open(t, hubspot.Options{PartialStatus: 200}), "", "1").Want(t, 200, `"results":[]`)
	read(s, `,"idProperty":"email"`, "ANA@example.com").Want(t, 200, ana)
	read(s, `,"idProperty":"email"`, "a@example.com").Want(t, 207, `"results":[]`)
	ask(t, s, http.MethodPost, contacts+"/batch/read", `{"inputs":[]}`).Want(t, 400, "propertiesWithHistory")
	read(s, "", make([]string, 101)...).Want(t, 400, "100")

	ask(t, s, http.MethodPost, contacts+"/batch/archive", `{"inputs":[{"id":"`+ana+`"},{"id":"1"}]}`).Want(t, 204, "")
	read(s, "", ana).Want(t, 207, `"results":[]`)
	if d := s.Ledger().Deletions(); len(d) != 2 || !d[0].Applied || !d[1].Repeat || d[0].Kind != hubspot.KindArchive {
		t.Errorf("deletions %+v", d)
	}
	ask(t, s, http.MethodPost, contacts+"/batch/archive", `{}`).Want(t, 400, "inputs")
	if len(s.Ledger().Catastrophes()) != 1 {
		t.Errorf("deletions %+v", s.Ledger().Deletions())
	}
}

func TestPropertiesAreListedAndMade(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	const properties = "/crm/properties/2026-09/contacts"
	ask(t, s, http.MethodGet, properties, "").Want(t, 200, `"name":"email"`)
	ask(t, s, http.MethodPost, properties, `{"name":"restricted"}`).Want(t, 400, "groupName")
	const checkbox = `{"name":"restricted","label":"Restricted","groupName":"contactinformation","type":"bool","fieldType":"booleancheckbox"}`
	ask(t, s, http.MethodPost, properties, checkbox).Want(t, 201, `"fieldType":"booleancheckbox"`)
	ask(t, s, http.MethodPost, properties, checkbox).Want(t, 409, `"category":"CONFLICT"`)
	ask(t, s, http.MethodGet, properties+"/restricted", "").Want(t, 200, `"value":"true"`)
}
