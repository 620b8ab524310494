package landbot_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/simtest"
)

func ask(t *testing.T, s *landbot.Sim, method, target string) simtest.Answer {
	t.Helper()
	return simtest.Ask(t, s, method, target, "", "Authorization", "Token "+landbot.DefaultToken)
}

type customers struct {
	Success   bool
	Total     int
	Customers []struct{ ID int64 }
}

func search(t *testing.T, s *landbot.Sim, by, text, more string) []int64 {
	t.Helper()
	var found customers
	ask(t, s, http.MethodGet, "/v1/customers/?search_by="+by+"&search="+url.QueryEscape(text)+more).Into(t, &found)
	ids := []int64{}
	for _, c := range found.Customers {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestCredentialsAreRefusedInTheVendorsWords(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{})
	const missing, wrong = `{"detail":"Authentication credentials were not provided."}`, `{"detail":"Invalid token."}`
	for header, want := range map[string]string{
		"": missing, landbot.DefaultToken: missing, "Bearer " + landbot.DefaultToken: missing,
		"Token": wrong, "Token other": wrong,
	} {
		simtest.Ask(t, s, http.MethodGet, "/v1/customers/", "", "Authorization", header).Want(t, 401, want)
	}
}

func TestPathsWithoutAFinalSlashAreRedirectedAndNotCarriedOut(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{})
	id := s.AddCustomer(landbot.Customer{Email: "ana@example.com"})
	got := ask(t, s, http.MethodDelete, fmt.Sprintf("/v1/customers/%d?x=1", id))
	if got.Status != 301 || got.Header.Get("Location") != fmt.Sprintf("/v1/customers/%d/?x=1", id) {
		t.Errorf("got %d to %q", got.Status, got.Header.Get("Location"))
	}
	if d := s.Ledger().Deletions(); len(d) != 1 || d[0].Applied || !s.Exists(fmt.Sprint(id)) {
		t.Errorf("deletions %+v", d)
	}
}

func TestSearchFindsWhateverStartsWithTheText(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{})
	ours := s.AddCustomer(landbot.Customer{Name: "Ana", Email: "ana.martin@example.com"})
	longer := s.AddCustomer(landbot.Customer{Name: "Bob", Email: "Ana.Martin@example.com.invalid"})
	s.AddCustomer(landbot.Customer{Email: "hana.martin@example.com"})
	if got := search(t, s, "email", "ANA.martin@example.com", ""); !slices.Equal(got, []int64{longer, ours}) {
		t.Errorf("found %v", got)
	}
	var found customers
	ask(t, s, http.MethodGet, "/v1/customers/?search=ana").Into(t, &found)
	if found.Total != 1 || found.Customers[0].ID != ours {
		t.Errorf("the default search is not by name: %+v", found)
	}
	ask(t, s, http.MethodGet, "/v1/customers/?search_by=id").Want(t, 422, `{"errors":{"search_by":`)
}

func TestPhonesAreComparedAsStored(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{})
	plus := s.AddCustomer(landbot.Customer{Phone: "+33639981234"})
	bare := s.AddCustomer(landbot.Customer{Phone: "33639981234"})
	longer := s.AddCustomer(landbot.Customer{Phone: "336399812345"})
	if got := search(t, s, "phone", "+33639981234", ""); !slices.Equal(got, []int64{plus}) {
		t.Errorf("with plus: %v", got)
	}
	if got := search(t, s, "phone", "33639981234", ""); !slices.Equal(got, []int64{longer, bare}) {
		t.Errorf("without plus: %v", got)
	}
	ask(t, s, http.MethodGet, "/v1/customers/?search_by=phone&search=+33639981234").Want(t, 200, `"total":0`)
}

func TestArchivedCustomersShowOnlyToThoseWhoAskForThem(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{})
	s.AddCustomer(landbot.Customer{Email: "ana@example.com"})
	archived := s.AddCustomer(landbot.Customer{Email: "ana@example.com", Archived: true})
	if got := search(t, s, "email", "ana@example.com", ""); len(got) != 1 || got[0] == archived {
		t.Errorf("found %v", got)
	}
	if got := search(t, s, "email", "ana@example.com", "&archived=true"); len(got) != 1 || got[0] != archived {
		t.Errorf("found archived %v", got)
	}
}

func TestPagesAreCutByOffsetAndLimit(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{})
	for range 45 {
		s.AddCustomer(landbot.Customer{Name: "Ana"})
	}
	for target, want := range map[string]int{
		"": 20, "?limit=100": 45, "?limit=0": 0, "?offset=40": 5, "?offset=99&limit=10": 0,
	} {
		var found customers
		ask(t, s, http.MethodGet, "/v1/customers/"+target).Into(t, &found)
		if len(found.Customers) != want || found.Total != 45 || !found.Success {
			t.Errorf("%s: %d of %d", target, len(found.Customers), found.Total)
		}
	}
	ask(t, s, http.MethodGet, "/v1/customers/?limit=101").Want(t, 422, "errors")
	for _, query := range []string{
		"offset=-1", "offset=x", "limit=-1", "limit=", "archived=perhaps", "opt_in=1", "channel_id=web", "agent_id=-", "search_by=Email",
	} {
		name, _, _ := strings.Cut(query, "=")
		ask(t, s, http.MethodGet, "/v1/customers/?"+query).Want(t, 422, `{"errors":{"`+name+`":[`)
	}
}

func TestPagesMoveWhenSomebodyWritesMeanwhile(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{})
	first := s.AddCustomer(landbot.Customer{Name: "Ana"})
	second := s.AddCustomer(landbot.Customer{Name: "Ana"})
	page := func(offset int) int64 {
		var found customers
		ask(t, s, http.MethodGet, fmt.Sprintf("/v1/customers/?limit=1&offset=%d", offset)).Into(t, &found)
		return found.Customers[0].ID
	}
	if got := page(0); got != second {
		t.Fatalf("got %d", got)
	}
	s.AddCustomer(landbot.Customer{Name: "Ben"})
	if got := page(1); got != second {
		t.Errorf("the second page shows %d and not %d again", got, second)
	}
	if got := page(2); got != first {
		t.Errorf("got %d", got)
	}
}

func TestSilentPointsCanBeAnsweredOtherwise(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{Slashless: http.StatusNotFound, Detail: true, ChangeBody: `{"success":true}`})
	path := fmt.Sprintf("/v1/customers/%d", s.AddCustomer(landbot.Customer{}))
	ask(t, s, http.MethodDelete, path).Want(t, 404, `{"detail":"Not found."}`)
	ask(t, s, http.MethodPut, path+"/block/").Want(t, 200, `{"success":true}`)
	ask(t, s, http.MethodPost, path+"/block/").Want(t, 405, `{"detail":"Method`)
	for _, nowhere := range []string{"/v1/customers/x", "/v1/customers/x/", "/v1/customers/1/fire", "/v1/customers/1/fire/", "/v2/customers/"} {
		ask(t, s, http.MethodGet, nowhere).Want(t, 404, `{"detail":"Not found."}`)
	}
}

func TestRequestsOfASecondAreLimited(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s := open(t, landbot.Options{Clock: clock.Now, PerSecond: 10})
	for range 10 {
		ask(t, s, http.MethodGet, "/v1/customers/").Want(t, 200, "customers")
	}
	answer := ask(t, s, http.MethodGet, "/v1/customers/")
	answer.Want(t, 429, `{"errors":{"rate":["Too many requests"]}}`)
	if answer.Header.Get("Retry-After") != "" {
		t.Errorf("headers %v", answer.Header)
	}
	clock.Advance(time.Second)
	ask(t, s, http.MethodGet, "/v1/customers/").Want(t, 200, "customers")
}

func TestDeletionIsEmptyOnceAndThenNotFound(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s := open(t, landbot.Options{Clock: clock.Now})
	path := fmt.Sprintf("/v1/customers/%d/", s.AddCustomer(landbot.Customer{Transcript: []string{"one", "two"}}))
	ask(t, s, http.MethodGet, path).Want(t, 200, `"customer":{`)
	ask(t, s, http.MethodGet, path+"messages/").Want(t, 200, `"messages":[{"message":"two"`)
	if got := ask(t, s, http.MethodDelete, path); got.Status != 204 || got.Body != "" {
		t.Errorf("got %d %q", got.Status, got.Body)
	}
	ask(t, s, http.MethodDelete, path).Want(t, 404, `{"errors":{"customer_id":["Not found."]}}`)
	ask(t, s, http.MethodGet, path).Want(t, 404, "errors")
	s.Faults().Set(simulators.Rule{Kind: simulators.StaleReads, Duration: time.Minute})
	ask(t, s, http.MethodGet, path).Want(t, 200, "customer")
	ask(t, s, http.MethodDelete, path).Want(t, 404, "errors")
	clock.Advance(time.Minute)
	ask(t, s, http.MethodGet, path).Want(t, 404, "errors")
}

func TestCustomersOfAnotherAgentAreAPrecondition(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{})
	add := func(c landbot.Customer) string { return fmt.Sprintf("/v1/customers/%d/", s.AddCustomer(c)) }
	foreign := add(landbot.Customer{Email: "ana@example.com", AgentID: 99, Locked: true})
	own := add(landbot.Customer{AgentID: landbot.DefaultAgent, OptIn: true})
	ask(t, s, http.MethodPut, foreign+"archive/").Want(t, 412, "ana@example.com")
	ask(t, s, http.MethodPut, foreign+"unassign/").Want(t, 412, "errors")
	ask(t, s, http.MethodDelete, foreign).Want(t, 412, "errors")
	ask(t, s, http.MethodDelete, foreign+"opt_out/").Want(t, 412, "errors")
	for _, change := range []string{"block", "archive", "unassign", "unblock", "unarchive"} {
		if got := ask(t, s, http.MethodPut, own+change+"/"); got.Status != 200 || got.Body != "" {
			t.Errorf("%s: got %d %q", change, got.Status, got.Body)
		}
	}
	ask(t, s, http.MethodDelete, own+"opt_out/").Want(t, 204, "")
	if d := s.Ledger().Deletions(); len(d) != 1 || d[0].Applied {
		t.Errorf("deletions %+v", d)
	}
}

func TestADeleteWithoutAnIDIsACatastrophe(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{})
	ask(t, s, http.MethodDelete, "/v1/customers/").Want(t, 405, "errors")
	if len(s.Ledger().Catastrophes()) != 1 {
		t.Errorf("deletions %+v", s.Ledger().Deletions())
	}
}

func TestErrorsQuoteThePerson(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{})
	path := fmt.Sprintf("/v1/customers/%d/", s.AddCustomer(landbot.Customer{Phone: "+33639981234"}))
	s.Faults().Set(simulators.Rule{Kind: simulators.Status, Status: 412})
	ask(t, s, http.MethodDelete, path).Want(t, 412, "+33639981234")
	s.Faults().Set(simulators.Rule{Kind: simulators.TooManyRequests})
	ask(t, s, http.MethodDelete, path).Want(t, 429, `{"errors":{"rate":[`)
	s.Faults().Set(simulators.Rule{Kind: simulators.FailureInside})
	ask(t, s, http.MethodDelete, path).Want(t, 200, `"success":false`)
}

func TestMembersOfACustomerCanBeHidden(t *testing.T) {
	t.Parallel()
	s := open(t, landbot.Options{Hides: []string{"blocked"}})
	id := s.AddCustomer(landbot.Customer{Email: "ana@example.com"})
	one, all := fmt.Sprintf("/v1/customers/%d/", id), "/v1/customers/?search_by=email&search=ana"
	for _, target := range []string{one, all} {
		if got := ask(t, s, http.MethodGet, target); strings.Contains(got.Body, "blocked") || !strings.Contains(got.Body, "archived") {
			t.Errorf("%s: %s", target, got.Body)
		}
	}
	ask(t, s, http.MethodPut, one+"block/").Want(t, 200, "")
	s.Configure(func(o *landbot.Options) { o.Hides = nil })
	ask(t, s, http.MethodGet, one).Want(t, 200, `"blocked":true`)
}

func TestTelephoneNumbersAreComparedAsTheyWereStored(t *testing.T) {
	t.Parallel()
	held := []string{"0021655000030", "+216 55000030", "+216-55-000-030", "(+216) 55 000 030", "55 000 030"}
	for _, stored := range held {
		s := open(t, landbot.Options{})
		id := s.AddCustomer(landbot.Customer{Phone: stored})
		for _, asked := range append([]string{"+21655000030", "21655000030", "+216 55 000 030"}, held...) {
			want := []int64{}
			if asked == stored {
				want = []int64{id}
			}
			if got := search(t, s, "phone", asked, ""); !slices.Equal(got, want) {
				t.Errorf("%q held, %q asked for: found %v", stored, asked, got)
			}
		}
	}
}
