package population_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/simtest"
	"ite.digital/lethe/simulators/website"
)

func count(records []population.Record) string {
	counts := map[string]int{}
	for _, r := range records {
		counts[r.System+"/"+r.Kind]++
	}
	return fmt.Sprint(counts)
}

func TestPeopleAreKnownWhereTheirStorySays(t *testing.T) {
	t.Parallel()
	town := population.New()
	for _, test := range []struct {
		person population.Person
		want   string
	}{
		{population.Ana, "map[gist/contact:1 gist/conversation:2 hubspot/contact:1 landbot/customer:3 website/account:1]"},
		{population.Ben, "map[gist/contact:1 gist/conversation:1 website/account:1]"},
		{population.Oneil, "map[gist/contact:1 gist/conversation:1 hubspot/contact:1 landbot/customer:3 website/account:1]"},
		{population.Zoe, "map[gist/contact:2 gist/conversation:1 hubspot/contact:1 landbot/customer:3 website/account:1]"},
		{population.Carla, "map[hubspot/contact:1]"},
		{population.Dora, "map[hubspot/contact:1]"},
		{population.Emil, "map[landbot/customer:1]"},
		{population.Gina, "map[hubspot/contact:1 landbot/customer:1]"},
		{population.Hugo, "map[hubspot/contact:1 landbot/customer:1]"},
		{population.Ida, "map[landbot/customer:1]"},
		{population.Kim, "map[landbot/customer:1]"},
		{population.Lea, "map[hubspot/contact:1]"},
		{population.Farid, "map[hubspot/contact:1]"},
		{population.Nobody, "map[]"},
	} {
		if got := count(town.RecordsOf(test.person)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.person.Name, got, test.want)
		}
		if got := town.Remaining(test.person); !slices.Equal(got, town.RecordsOf(test.person)) {
			t.Errorf("%s: remaining %v", test.person.Name, got)
		}
	}
	if others := town.Others(population.Ana); len(others) < 4*population.DefaultBystanders {
		t.Errorf("only %d records of others", len(others))
	}
}

func TestHarmedNamesWhatHappenedToOthersAndNothingElse(t *testing.T) {
	t.Parallel()
	town := population.New()
	// Contacts sort before conversations.
	ana := town.RecordsIn(population.Gist, population.Ana)[0]
	ben := town.RecordsIn(population.Gist, population.Ben)[0]
	ask := func(method, target, body string) {
		t.Helper()
		simtest.Ask(t, town.Gist, method, target, body, "Authorization", "Bearer "+gist.DefaultToken).Want(t, 200, "{")
	}
	ask(http.MethodDelete, "/contacts/"+ana.ID, "")
	if got := town.Harmed(population.Ana); len(got) != 0 {
		t.Errorf("harmed %v", got)
	}
	left := town.Remaining(population.Ana)
	if slices.Contains(left, ana) || len(left) != len(town.RecordsOf(population.Ana))-1 {
		t.Errorf("remaining %v", left)
	}
	if got := town.Harmed(); !slices.Equal(got, []population.Record{ana}) {
		t.Errorf("harmed %v", got)
	}
	ask(http.MethodPost, "/contacts", `{"email":"`+population.Ben.Email+`","phone":"+33639980000"}`)
	if got := town.Harmed(population.Ana); !slices.Equal(got, []population.Record{ben}) {
		t.Errorf("harmed %v", got)
	}
	ask(http.MethodPost, "/contacts", `{"email":"new@example.com"}`)
	if got := town.Harmed(population.Ana); len(got) != 2 {
		t.Errorf("harmed %v", got)
	}
}

func TestVendorsCanBeLeftOut(t *testing.T) {
	t.Parallel()
	town := population.Fill(population.Vendors{Landbot: landbot.New(landbot.Options{})}, 3)
	if got := count(town.RecordsOf(population.Ana)); got != "map[landbot/customer:3]" {
		t.Errorf("got %s", got)
	}
}

func TestNoAddressLeavesTheReservedDomains(t *testing.T) {
	t.Parallel()
	town := population.New()
	for _, snapshot := range []map[string]string{
		town.HubSpot.Snapshot(), town.Gist.Snapshot(), town.Landbot.Snapshot(), town.Website.Snapshot(),
	} {
		for key, content := range snapshot {
			rest := strings.ReplaceAll(content, "@example.com.invalid", "")
			if strings.Contains(strings.ReplaceAll(rest, "@example.com", ""), "@") {
				t.Errorf("%s: %s", key, content)
			}
		}
	}
}

func TestNearMissesAreFoundByLooseSearches(t *testing.T) {
	t.Parallel()
	town := population.New()
	for _, search := range []string{
		"search_by=email&search=ana.martin@example.com",
		"search_by=phone&search=%2B33639981234",
		"search_by=phone&search=33639981234&archived=true",
	} {
		var found struct{ Total int }
		simtest.Ask(t, town.Landbot, http.MethodGet, "/v1/customers/?"+search, "",
			"Authorization", "Token "+landbot.DefaultToken).Into(t, &found)
		if found.Total != 2 {
			t.Errorf("Landbot finds %d by %s, want Ana and a near-miss", found.Total, search)
		}
	}
	var found struct{ Total int }
	const byToken = `{"after":"","limit":10,"properties":[],"sorts":[],"filterGroups":[{"filters":[` +
		`{"propertyName":"email","operator":"CONTAINS_TOKEN","value":"ana.martin@example.com"}]}]}`
	simtest.Ask(t, town.HubSpot, http.MethodPost, "/crm/objects/2026-09/contacts/search", byToken,
		"Authorization", "Bearer "+hubspot.DefaultToken).Into(t, &found)
	if found.Total != 2 {
		t.Errorf("HubSpot finds %d by the token, want Ana and a near-miss", found.Total)
	}
	if !town.Website.Exists(website.DefaultKind, "u-17") {
		t.Error("the website does not hold Ana as u-17")
	}
}

func TestAnAdoptedRecordIsThePersons(t *testing.T) {
	t.Parallel()
	town := population.Fill(population.Vendors{Landbot: landbot.New(landbot.Options{})}, 3)
	jo := population.Person{Name: "Jo Weber"}
	id := town.Landbot.AddCustomer(landbot.Customer{Phone: "00 216 55 000 030"})
	record := population.Record{System: population.Landbot, Kind: landbot.KindCustomer, ID: fmt.Sprint(id)}
	if got := town.Harmed(jo); !slices.Equal(got, []population.Record{record}) {
		t.Errorf("before: harmed %v", got)
	}
	town.Adopt(jo, record)
	if len(town.Harmed()) != 0 || !slices.Equal(town.Remaining(jo), []population.Record{record}) {
		t.Errorf("harmed %v, remaining %v", town.Harmed(), town.Remaining(jo))
	}
	simtest.Ask(t, town.Landbot, http.MethodDelete, fmt.Sprintf("/v1/customers/%d/", id), "",
		"Authorization", "Token "+landbot.DefaultToken).Want(t, 204, "")
	if got := town.Harmed(population.Ana); !slices.Equal(got, []population.Record{record}) || len(town.Harmed(jo)) != 0 {
		t.Errorf("after: harmed %v", got)
	}
}
