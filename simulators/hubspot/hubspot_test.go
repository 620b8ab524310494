package hubspot_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/simtest"
)

const (
	contacts = "/crm/objects/2026-09/contacts"
	erase    = contacts + "/gdpr-delete"
)

func ask(t *testing.T, s *hubspot.Sim, method, target, body string) simtest.Answer {
	t.Helper()
	return simtest.Ask(t, s, method, target, body, "Authorization", "Bearer "+hubspot.DefaultToken)
}

type results struct {
	Total   int
	Results []struct {
		ID         string
		Properties map[string]*string
		Archived   bool
	}
	Paging struct{ Next struct{ After string } }
}

// query is the body of a search with some fields in place of harmless ones.
func query(fields ...string) string {
	body := map[string]json.RawMessage{}
	for _, part := range append([]string{`"after":"","filterGroups":[],"limit":100,"properties":[],"sorts":[]`}, fields...) {
		if err := json.Unmarshal([]byte("{"+part+"}"), &body); err != nil {
			panic(err)
		}
	}
	return string(simulators.Encode(body))
}

// search returns the ids that a list of filter groups finds.
func search(t *testing.T, s *hubspot.Sim, groups string) string {
	t.Helper()
	answer := ask(t, s, http.MethodPost, contacts+"/search", query(`"filterGroups":[`+groups+`]`))
	answer.Want(t, 200, "results")
	var found results
	answer.Into(t, &found)
	ids := []string{}
	for _, r := range found.Results {
		ids = append(ids, r.ID)
	}
	return fmt.Sprint(ids)
}

func filter(property, operator, value string) string {
	return fmt.Sprintf(`{"filters":[{"propertyName":%q,"operator":%q,"value":%q}]}`, property, operator, value)
}

// groups are as many filter groups of a search, of which each finds nobody.
func groups(n int) string {
	return `"filterGroups":[` + strings.Repeat(filter("email", "EQ", "nobody@example.com")+",", n-1) +
		filter("email", "EQ", "nobody@example.com") + `]`
}

func ids(s ...string) string { return fmt.Sprint(s) }

func contact(properties ...string) hubspot.Contact {
	c := hubspot.Contact{Properties: map[string]string{}}
	for i := 0; i < len(properties); i += 2 {
		c.Properties[properties[i]] = properties[i+1]
	}
	return c
}

func TestCredentialsAreCheckedWithoutTouchingContacts(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	simtest.Ask(t, s, http.MethodGet, "/account-info/2026-09/details", "").Want(t, 401, `"category":"INVALID_AUTHENTICATION"`)
	answer := ask(t, s, http.MethodGet, "/account-info/2026-09/details", "")
	answer.Want(t, 200, `"portalId"`)
	if answer.Header.Get("X-HubSpot-RateLimit-Max") != "100" {
		t.Errorf("headers %v", answer.Header)
	}
}

func TestSearchFindsSecondaryAddressesToo(t *testing.T) {
	t.Parallel()
	for _, primaryOnly := range []bool{false, true} {
		s := open(t, hubspot.Options{PrimaryEmailOnly: primaryOnly})
		first := s.AddContact(contact("email", "ana@example.com"))
		second := s.AddContact(contact("email", "other@example.com", "hs_additional_emails", "x@example.com;Ana@example.com"))
		want := ids(first, second)
		if primaryOnly {
			want = ids(first)
		}
		if got := search(t, s, filter("email", "EQ", "ANA@example.com")); got != want {
			t.Errorf("primary only %v: found %s, want %s", primaryOnly, got, want)
		}
		if got := search(t, s, filter("hs_additional_emails", "CONTAINS_TOKEN", "ana@example.com")); got != ids(second) {
			t.Errorf("token: found %s", got)
		}
	}
}

func TestSearchCombinesGroupsByOrAndFiltersByAnd(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	ana := s.AddContact(contact("email", "ana@example.com", "firstname", "Ana", "phone", "+33 6 39 98 12 34"))
	ben := s.AddContact(contact("email", "ben@example.com", "firstname", "Ben", "mobilephone", "06 39 98 12 34"))
	s.AddContact(contact("email", "ana@example.com.invalid", "firstname", "Ana"))
	for _, test := range []struct{ groups, want string }{
		{filter("email", "EQ", "ana@example.com") + "," + filter("firstname", "EQ", "ben"), ids(ana, ben)},
		{`{"filters":[{"propertyName":"firstname","operator":"EQ","value":"ana"},` +
			`{"propertyName":"phone","operator":"HAS_PROPERTY"}]}`, ids(ana)},
		{`{"filters":[{"propertyName":"email","operator":"IN","values":["ana@example.com","BEN@example.com"]}]}`, ids(ana)},
		{filter("phone", "EQ", "+33639981234"), ids()},
		{filter("hs_searchable_calculated_phone_number", "EQ", "639981234"), ids(ana)},
		{filter("hs_searchable_calculated_mobile_number", "EQ", "639981234"), ids(ben)},
		{filter("phone", "EQ", "+33 6 39 98 12 34"), ids(ana)},
		{filter("email", "CONTAINS_TOKEN", "*@example.com"), ids(ana, ben)},
	} {
		if got := search(t, s, test.groups); got != test.want {
			t.Errorf("%s: found %s, want %s", test.groups, got, test.want)
		}
	}
}

func TestSearchIsPagedAndLimited(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	for i := range 205 {
		s.AddContact(contact("email", fmt.Sprintf("b%d@example.com", i), "firstname", "B"))
	}
	seen, after := 0, ""
	for {
		var page results
		request := query(`"limit":100,"after":"` + after + `","properties":["phone"]`)
		ask(t, s, http.MethodPost, contacts+"/search", request).Into(t, &page)
		seen += len(page.Results)
		if p := page.Results[0].Properties; p["phone"] != nil || p["hs_object_id"] == nil || page.Total != 205 {
			t.Fatalf("page %+v", page)
		}
		if after = page.Paging.Next.After; after == "" {
			break
		}
	}
	if seen != 205 {
		t.Errorf("saw %d of 205", seen)
	}
	for _, body := range []string{
		query(`"limit":201`), query(`"limit":0`), query(`"after":"x"`), query(`"after":"9999"`), query(`"after":7`), `nonsense`, `{}`,
		query(`"filterGroups":[` + filter("no_such_property", "EQ", "x") + `]`),
		query(`"filterGroups":[` + filter("email", "LIKE", "x") + `]`),
		query(`"filterGroups":[{}]`), query(groups(7)),
	} {
		ask(t, s, http.MethodPost, contacts+"/search", body).Want(t, 400, `"category":"VALIDATION_ERROR"`)
	}
	ask(t, s, http.MethodPost, contacts+"/search", query(groups(6))).Want(t, 200, "results")
	old := open(t, hubspot.Options{FilterGroups: 5})
	ask(t, old, http.MethodPost, contacts+"/search", query(groups(6))).Want(t, 400, "too many")
}

func TestTheIndexLagsBehindCreationAndDeletion(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s := open(t, hubspot.Options{Clock: clock.Now, IndexLag: time.Minute})
	id := s.AddContact(contact("email", "ana@example.com"))
	byEmail := filter("email", "EQ", "ana@example.com")
	if got := search(t, s, byEmail); got != ids() {
		t.Errorf("found %s before it was indexed", got)
	}
	ask(t, s, http.MethodGet, contacts+"/"+id, "").Want(t, 200, "ana@example.com")
	clock.Advance(time.Minute)
	if got := search(t, s, byEmail); got != ids(id) {
		t.Errorf("found %s", got)
	}
	ask(t, s, http.MethodPost, erase, `{"objectId":"`+id+`"}`).Want(t, 204, "")
	ask(t, s, http.MethodGet, contacts+"/"+id, "").Want(t, 404, "OBJECT_NOT_FOUND")
	if got := search(t, s, byEmail); got != ids(id) {
		t.Errorf("found %s, the index is faster than it should be", got)
	}
	clock.Advance(time.Minute)
	if got := search(t, s, byEmail); got != ids() {
		t.Errorf("found %s", got)
	}
}

func TestPurgingAnUnknownAddressBlocklistsIt(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	known := s.AddContact(contact("email", "ana@example.com"))
	ask(t, s, http.MethodPost, erase, `{"objectId":"ana@example.com","idProperty":"email"}`).Want(t, 204, "")
	if len(s.Blocklisted()) != 0 || s.Exists(known) {
		t.Errorf("blocklist %v", s.Blocklisted())
	}
	ask(t, s, http.MethodPost, erase, `{"objectId":"ana@example.com","idProperty":"email"}`).Want(t, 204, "")
	if fmt.Sprint(s.Blocklisted()) != "[ana@example.com]" {
		t.Errorf("blocklist %v", s.Blocklisted())
	}
	deletions := s.Ledger().Deletions()
	if deletions[0].RecordID != known || !deletions[0].Applied || !deletions[1].Repeat {
		t.Errorf("deletions %+v", deletions)
	}
}

func TestPurgingAnUnknownIDAnswersAsConfigured(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 204} {
		s := open(t, hubspot.Options{UnknownIDStatus: status})
		ask(t, s, http.MethodPost, erase, `{"objectId":"1"}`).Want(t, status, "")
		ask(t, s, http.MethodPost, erase, `{}`).Want(t, 400, "objectId")
		if len(s.Ledger().Catastrophes()) != 1 || len(s.Blocklisted()) != 0 {
			t.Errorf("deletions %+v", s.Ledger().Deletions())
		}
	}
}

func TestPurgedContactsCanStayReadableForAWhile(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s := open(t, hubspot.Options{Clock: clock.Now, PurgeDelay: time.Hour})
	id := s.AddContact(contact("email", "ana@example.com"))
	ask(t, s, http.MethodPost, erase, `{"objectId":"`+id+`"}`).Want(t, 204, "")
	ask(t, s, http.MethodGet, contacts+"/"+id, "").Want(t, 200, id)
	clock.Advance(time.Hour)
	ask(t, s, http.MethodGet, contacts+"/"+id, "").Want(t, 404, "")
}

func TestArchivingIsNotErasing(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	id := s.AddContact(contact("email", "ana@example.com"))
	one := contacts + "/" + id
	ask(t, s, http.MethodDelete, one, "").Want(t, 204, "")
	ask(t, s, http.MethodDelete, one, "").Want(t, 204, "")
	ask(t, s, http.MethodGet, one, "").Want(t, 404, "")
	ask(t, s, http.MethodGet, one+"?archived=true", "").Want(t, 200, `"archived":true`)
	ask(t, s, http.MethodGet, contacts+"?archived=true&properties=email", "").Want(t, 200, "ana@example.com")
	ask(t, s, http.MethodGet, contacts+"/ana@example.com?idProperty=email&archived=true", "").Want(t, 200, id)
	if got := search(t, s, filter("email", "EQ", "ana@example.com")); got != ids() || !s.Exists(id) {
		t.Errorf("found %s", got)
	}
	deletions := s.Ledger().Deletions()
	if deletions[0].Kind != hubspot.KindArchive || !deletions[0].Applied || !deletions[1].Repeat {
		t.Errorf("deletions %+v", deletions)
	}
	ask(t, s, http.MethodPost, erase, `{"objectId":"`+id+`"}`).Want(t, 204, "")
	if s.Exists(id) {
		t.Error("the recycle bin protected the contact")
	}
}

func TestReadingByAddressNeedsTheIDProperty(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	id := s.AddContact(contact("email", "o'neil+news@example.com", "ga_client_id", "1.2"))
	escaped := contacts + "/o%27neil%2Bnews%40example.com"
	ask(t, s, http.MethodGet, escaped, "").Want(t, 404, "usually numeric")
	ask(t, s, http.MethodGet, escaped+"?idProperty=email&properties=ga_client_id", "").Want(t, 200, `"ga_client_id":"1.2"`)
	ask(t, s, http.MethodGet, contacts+"/"+id, "").Want(t, 200, `"firstname":null`)
}

func TestLimitsNameTheirPolicy(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC))
	s := open(t, hubspot.Options{Clock: clock.Now, SearchPerSecond: 5, DailyLimit: 7})
	for range 5 {
		search(t, s, "")
	}
	answer := ask(t, s, http.MethodPost, contacts+"/search", query())
	answer.Want(t, 429, `"policyName":"SECONDLY"`)
	if len(answer.Header.Values("X-HubSpot-RateLimit-Max"))+len(answer.Header.Values("Retry-After")) != 0 {
		t.Errorf("headers %v", answer.Header)
	}
	ask(t, s, http.MethodGet, contacts, "").Want(t, 200, "results")
	ask(t, s, http.MethodGet, contacts, "").Want(t, 429, `"policyName":"DAILY"`)
	clock.Advance(time.Second)
	search(t, s, "")
}

func TestErrorsQuoteThePerson(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	id := s.AddContact(contact("email", "ana@example.com"))
	s.Faults().Set(simulators.Rule{Kind: simulators.Status, Status: 403})
	ask(t, s, http.MethodPost, erase, `{"objectId":"`+id+`"}`).Want(t, 403, "ana@example.com")
	s.Faults().Set(simulators.Rule{Kind: simulators.TooManyRequests})
	answer := ask(t, s, http.MethodGet, contacts, "")
	answer.Want(t, 429, "TEN_SECONDLY_ROLLING")
	if answer.Header.Get("X-HubSpot-RateLimit-Interval-Milliseconds") != "10000" {
		t.Errorf("headers %v", answer.Header)
	}
}

func TestNumbersCanBeSearchedAsTheyWereTyped(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	id := s.AddContact(contact("phone", "00216 55 000 030"))
	const property = "hs_searchable_calculated_phone_number"
	for _, test := range []struct {
		asTyped bool
		digits  string
		want    string
	}{
		{false, "55000030", ids(id)}, {false, "0021655000030", ids()}, {true, "55000030", ids()}, {true, "0021655000030", ids(id)},
	} {
		s.Configure(func(o *hubspot.Options) { o.SearchableAsTyped = test.asTyped })
		if got := search(t, s, filter(property, "EQ", test.digits)); got != test.want {
			t.Errorf("as typed %v, %s: found %s", test.asTyped, test.digits, got)
		}
	}
}

func TestAddressesAreComparedWhateverTheCaseAndNoMore(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		held, asked string
		found       bool
	}{
		{"Jo@Example.com", "jo@example.com", true}, {"jo@example.com", "JO@EXAMPLE.COM", true},
		{"jo@xn--bcher-kva.example", "jo@bücher.example", false}, {"jo@bücher.example", "jo@xn--bcher-kva.example", false},
		{"andre\u0301@example.com", "andr\u00e9@example.com", false}, {"andre\u0301@example.com", "andre\u0301@example.com", true},
	} {
		s := open(t, hubspot.Options{})
		id := s.AddContact(contact("email", test.held))
		want := ids()
		if test.found {
			want = ids(id)
		}
		if got := search(t, s, filter("email", "EQ", test.asked)); got != want {
			t.Errorf("%q held, %q asked for: found %s", test.held, test.asked, got)
		}
	}
}
