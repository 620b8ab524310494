package gist_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/simtest"
)

func ask(t *testing.T, s *gist.Sim, method, target, body string) simtest.Answer {
	t.Helper()
	return simtest.Ask(t, s, method, target, body, "Authorization", "Bearer "+gist.DefaultToken)
}

type pages struct {
	Contacts      []struct{ ID int64 }
	Conversations []struct {
		ID        int64
		State     string
		Contact   *struct{ ID int64 }
		ContactID int64 `json:"contact_id"`
	}
	Messages []struct {
		Author struct {
			ID    int64
			Email string
		}
	}
	Pages struct{ Next, First, Last string }
}

func TestWithoutTheTokenNothingIsAnswered(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{})
	simtest.Ask(t, s, http.MethodGet, "/contacts", "").Want(t, 401, `{"errors":[{"message":`)
	if call := s.Ledger().Calls()[0]; call.AuthOK {
		t.Error("the ledger takes the request for authorised")
	}
	ask(t, s, http.MethodGet, "/token/info", "").Want(t, 200, "{")
}

func TestSearchNeedsAnEscapedPlus(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{})
	s.AddContact(gist.Contact{Email: "ana.martin+shop@example.com", UserID: "C-1"})
	ask(t, s, http.MethodGet, "/contacts?email=ana.martin+shop@example.com", "").Want(t, 200, "errors")
	escaped := "/contacts?email=" + url.QueryEscape("Ana.Martin+shop@example.com")
	ask(t, s, http.MethodGet, escaped, "").Want(t, 200, `"contact":{`)
	ask(t, s, http.MethodGet, "/contacts?user_id=C-1", "").Want(t, 200, `"type":"user"`)
}

func TestAnEmptySearchListsEverybody(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{NotFoundStatus: http.StatusNotFound})
	s.AddContact(gist.Contact{Email: "ana@example.com"})
	ask(t, s, http.MethodGet, "/contacts?email=", "").Want(t, 200, `"contacts":[{`)
	ask(t, s, http.MethodGet, "/contacts?email=nora@example.com", "").Want(t, 404, "errors")
}

func TestListsAreLinkedByAbsolutePages(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{})
	for i := range 130 {
		s.AddContact(gist.Contact{Email: fmt.Sprintf("b%d@example.com", i)})
	}
	seen := map[int64]bool{}
	next, sizes := "/contacts?per_page=100&order=asc&order_by=id", []int{}
	for next != "" {
		var p pages
		ask(t, s, http.MethodGet, next, "").Into(t, &p)
		sizes = append(sizes, len(p.Contacts))
		for _, c := range p.Contacts {
			seen[c.ID] = true
		}
		if next = p.Pages.Next; next != "" && !strings.HasPrefix(next, "http://example.com/contacts?") {
			t.Fatalf("next is %q", next)
		}
	}
	if len(seen) != 130 || fmt.Sprint(sizes) != "[60 60 10]" {
		t.Errorf("saw %d contacts on pages of %v", len(seen), sizes)
	}
}

func TestDeletionAnswersWithTheContactOnceAndLeavesConversations(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{})
	contact := s.AddContact(gist.Contact{Email: "ana@example.com"})
	conversation := s.AddConversation(gist.Conversation{ContactID: contact, Messages: []gist.Message{{Body: "Hello"}}})
	path := fmt.Sprintf("/contacts/%d", contact)
	ask(t, s, http.MethodDelete, path, "").Want(t, 200, `"contact":{`)
	ask(t, s, http.MethodDelete, path, "").Want(t, 404, "errors")
	ask(t, s, http.MethodGet, path, "").Want(t, 404, "errors")

	var p pages
	ask(t, s, http.MethodGet, "/conversations", "").Into(t, &p)
	if len(p.Conversations) != 1 || p.Conversations[0].Contact.ID != contact {
		t.Fatalf("conversations %+v", p.Conversations)
	}
	path = fmt.Sprintf("/conversations/%d", conversation)
	ask(t, s, http.MethodGet, path+"/messages", "").Into(t, &p)
	if len(p.Messages) != 1 || p.Messages[0].Author.ID != contact {
		t.Errorf("messages %+v", p.Messages)
	}
	ask(t, s, http.MethodDelete, path, "").Want(t, 200, `"conversation":{`)
	ask(t, s, http.MethodDelete, path, "").Want(t, 404, "errors")
	if s.Exists(gist.KindConversation, fmt.Sprint(conversation)) || len(s.Ledger().Deletions()) != 4 {
		t.Errorf("deletions %+v", s.Ledger().Deletions())
	}
}

func TestOfSeveralContactsWithOneAddressOneIsFound(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{})
	first := s.AddContact(gist.Contact{Email: "zoë@example.com", UserID: "C-4"})
	second := s.AddContact(gist.Contact{Email: "zoë@example.com"})
	search := "/contacts?email=" + url.QueryEscape("zoë@example.com")
	ask(t, s, http.MethodGet, search, "").Want(t, 200, fmt.Sprintf(`"id":%d`, first))
	ask(t, s, http.MethodDelete, search, "").Want(t, 200, "contact")
	ask(t, s, http.MethodGet, search, "").Want(t, 200, fmt.Sprintf(`"id":%d`, second))
	if d := s.Ledger().Deletions()[0]; d.RecordID != fmt.Sprint(first) || !d.Applied {
		t.Errorf("deletion %+v", d)
	}
}

func TestADeleteWithoutAnIDIsACatastrophe(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/contacts/", "/contacts", "/contacts?email=", "/conversations/"} {
		s := gist.New(gist.Options{})
		s.AddConversation(gist.Conversation{ContactID: s.AddContact(gist.Contact{Email: "ana@example.com"})})
		ask(t, s, http.MethodDelete, target, "").Want(t, 200, "{")
		if got := s.Ledger().Catastrophes(); len(got) != 1 || !got[0].Applied || len(s.Snapshot()) != 1 {
			t.Errorf("%s: catastrophes %+v, left %v", target, got, s.Snapshot())
		}
	}
}

func TestClosedConversationsShowOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{ConversationContact: gist.ContactIDField})
	s.AddConversation(gist.Conversation{ContactID: 5, State: gist.Closed})
	for target, want := range map[string]int{
		"/conversations": 0, "/conversations?state=all": 1, "/conversations?status=all": 1, "/conversations?state=open": 0,
	} {
		var p pages
		ask(t, s, http.MethodGet, target, "").Into(t, &p)
		if len(p.Conversations) != want {
			t.Errorf("%s: %d conversations, want %d", target, len(p.Conversations), want)
		}
		if want == 1 && (p.Conversations[0].ContactID != 5 || p.Conversations[0].Contact != nil) {
			t.Errorf("conversation %+v", p.Conversations[0])
		}
	}
}

func TestPostingADeletedPersonBringsThemBack(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{})
	old := s.AddContact(gist.Contact{Email: "ana@example.com"})
	post := `{"email":"ana@example.com","unsubscribed_from_emails":true,"custom_properties":{"plan":"pro"}}`
	ask(t, s, http.MethodPost, "/contacts", post).Want(t, 200, fmt.Sprintf(`"id":%d`, old))
	ask(t, s, http.MethodDelete, fmt.Sprintf("/contacts/%d", old), "").Want(t, 200, `"unsubscribed_from_emails":"true"`)
	ask(t, s, http.MethodPost, "/contacts", post).Want(t, 200, fmt.Sprintf(`"id":%d`, old+1))
}

func TestTagsAreAddedAndTakenAway(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{})
	contact := s.AddContact(gist.Contact{Email: "ana@example.com"})
	body := `{"name":"restricted","contacts":[{"id":%d%s}]}`
	ask(t, s, http.MethodPost, "/tags", fmt.Sprintf(body, contact, "")).Want(t, 200, "restricted")
	ask(t, s, http.MethodGet, "/tags", "").Want(t, 200, "restricted")
	ask(t, s, http.MethodPost, "/tags", fmt.Sprintf(body, contact, `,"untag":true`)).Want(t, 200, "restricted")
	ask(t, s, http.MethodGet, "/tags", "").Want(t, 200, `"tags":[]`)
}

func TestStaleReadsShowTheDeleted(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s := open(t, gist.Options{Clock: clock.Now})
	path := fmt.Sprintf("/contacts/%d", s.AddContact(gist.Contact{Email: "ana@example.com"}))
	s.Faults().Set(simulators.Rule{Kind: simulators.StaleReads, Duration: time.Hour, Methods: []string{http.MethodGet}})
	ask(t, s, http.MethodDelete, path, "").Want(t, 200, "contact")
	ask(t, s, http.MethodGet, path, "").Want(t, 200, "ana@example.com")
	clock.Advance(time.Hour)
	ask(t, s, http.MethodGet, path, "").Want(t, 404, "errors")
}

func TestErrorsQuoteThePerson(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{})
	path := fmt.Sprintf("/contacts/%d", s.AddContact(gist.Contact{Email: "ana@example.com"}))
	s.Faults().Set(simulators.Rule{Kind: simulators.Status, Status: 422})
	ask(t, s, http.MethodDelete, path, "").Want(t, 422, "ana@example.com")
	s.Faults().Set(simulators.Rule{Kind: simulators.FailureInside})
	ask(t, s, http.MethodDelete, path, "").Want(t, 200, `{"errors":[{"message":"Contact ana@example.com`)
}

func TestTheSnippetOverwritesAnUnsubscription(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{})
	contact := s.AddContact(gist.Contact{Email: "ana@example.com", UserID: "C-1", Unsubscribed: "true"})
	path := fmt.Sprintf("/contacts/%d", contact)
	s.Identify(map[string]any{"user_id": "C-1", "unsubscribed_from_emails": false})
	ask(t, s, http.MethodGet, path, "").Want(t, 200, `"unsubscribed_from_emails":"false"`)
	if !s.Change(fmt.Sprint(contact), func(c *gist.Contact) { c.Unsubscribed = "true" }) || s.Change("1", nil) {
		t.Error("a contact that is there can be changed, and no other")
	}
	ask(t, s, http.MethodGet, path, "").Want(t, 200, `"unsubscribed_from_emails":"true"`)
}

func TestAnUpsertKnowsAContactByItsIDFirst(t *testing.T) {
	t.Parallel()
	for ignore, want := range map[bool]int64{false: 2, true: 1} {
		s := open(t, gist.Options{IgnoreID: ignore})
		s.AddContact(gist.Contact{ID: 1, Email: "ana@example.com", UserID: "C-1"})
		s.AddContact(gist.Contact{ID: 2, Email: "ana@example.com"})
		ask(t, s, http.MethodPost, "/contacts", `{"id":2,"email":"ana@example.com"}`).Want(t, 200, fmt.Sprintf(`"id":%d,`, want))
	}
}

func TestADeletionOfWhatIsGoneIsAnsweredInEitherWay(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 200} {
		s := open(t, gist.Options{GoneStatus: status})
		contact := s.AddContact(gist.Contact{Email: "ana@example.com"})
		path := fmt.Sprintf("/contacts/%d", contact)
		ask(t, s, http.MethodDelete, path, "").Want(t, 200, `"contact":{`)
		ask(t, s, http.MethodDelete, path, "").Want(t, status, "errors")
		ask(t, s, http.MethodDelete, "/conversations/7", "").Want(t, status, "errors")
		if d := s.Ledger().Deletions(); len(d) != 3 || !d[0].Applied || !d[1].Repeat || d[2].Catastrophe {
			t.Errorf("deletions %+v", d)
		}
	}
}

func TestPagesMoveWhileTheyAreRead(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s := open(t, gist.Options{Clock: clock.Now, LinkBase: "https://api.example.com"})
	first := s.AddContact(gist.Contact{Email: "ana@example.com"})
	clock.Advance(time.Second)
	second := s.AddContact(gist.Contact{Email: "ben@example.com"})
	var p pages
	ask(t, s, http.MethodGet, "/contacts?per_page=1", "").Into(t, &p)
	if p.Contacts[0].ID != second || !strings.HasPrefix(p.Pages.Next, "https://api.example.com/contacts?page=2&") {
		t.Fatalf("got %+v", p)
	}
	clock.Advance(time.Second)
	ask(t, s, http.MethodPost, "/contacts", `{"email":"ana@example.com","unsubscribed_from_emails":true}`).Want(t, 200, "contact")
	ask(t, s, http.MethodGet, strings.TrimPrefix(p.Pages.Next, "https://api.example.com"), "").Into(t, &p)
	if p.Contacts[0].ID != second {
		t.Errorf("contact %d did not move to the first page: the second shows %d", first, p.Contacts[0].ID)
	}
}

func TestACreationTakesAnAddress(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{BooleanUnsubscribed: true})
	ask(t, s, http.MethodPost, "/contacts", `{"user_id":"C-1"}`).Want(t, 422, "errors")
	ask(t, s, http.MethodPost, "/contacts", `{"user_id":"C-1","email":"ana@example.com"}`).Want(t, 200, `"unsubscribed_from_emails":null`)
	ask(t, s, http.MethodPost, "/contacts", `{"user_id":"C-1","unsubscribed_from_emails":true}`).Want(t, 200, `"unsubscribed_from_emails":true`)
}

func TestTagsArePaged(t *testing.T) {
	t.Parallel()
	s := open(t, gist.Options{})
	s.AddContact(gist.Contact{Email: "ana@example.com", Tags: []string{"a", "b", "c"}})
	ask(t, s, http.MethodGet, "/tags?per_page=2&order=asc", "").Want(t, 200, `"next":"http://`)
	ask(t, s, http.MethodGet, "/tags?per_page=2&page=2&order=asc", "").Want(t, 200, `"tags":[{"id":3,"name":"c"}]`)
}

func TestAFinalSlashMakesNoDifference(t *testing.T) {
	t.Parallel()
	// No documentation knows such a path.
	s := gist.New(gist.Options{})
	path := fmt.Sprintf("/contacts/%d/", s.AddContact(gist.Contact{Email: "ana@example.com"}))
	ask(t, s, http.MethodGet, "/contacts/?email=ana@example.com", "").Want(t, 200, `"contact":{`)
	ask(t, s, http.MethodDelete, path, "").Want(t, 200, `"contact":{`)
	if d := s.Ledger().Deletions(); len(d) != 1 || !d[0].Applied || d[0].Catastrophe {
		t.Errorf("deletions %+v", d)
	}
}

// conversationIDs are those of a page.
func conversationIDs(t *testing.T, s *gist.Sim, target string) []int64 {
	t.Helper()
	var p pages
	ask(t, s, http.MethodGet, target, "").Into(t, &p)
	ids := []int64{}
	for _, c := range p.Conversations {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestAListMovesWhenSomebodyActsBetweenItsPages(t *testing.T) {
	t.Parallel()
	const first, second = "/conversations?per_page=2&order=asc&order_by=created_at", "/conversations?per_page=2&page=2&order=asc&order_by=created_at"
	s := open(t, gist.Options{})
	contact := s.AddContact(gist.Contact{Email: "ana@example.com"})
	var ids []int64
	for range 4 {
		ids = append(ids, s.AddConversation(gist.Conversation{ContactID: contact}))
	}
	if got := conversationIDs(t, s, first); !slices.Equal(got, ids[:2]) {
		t.Fatalf("page 1 is %v of %v", got, ids)
	}
	if !s.Remove(gist.KindConversation, fmt.Sprint(ids[0])) || s.Remove(gist.KindConversation, fmt.Sprint(ids[0])) {
		t.Error("a conversation is removed once")
	}
	if got := conversationIDs(t, s, second); !slices.Equal(got, ids[3:]) {
		t.Errorf("page 2 is %v of %v", got, ids)
	}
	imported := s.AddConversation(gist.Conversation{ContactID: contact, CreatedAt: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
	if got := conversationIDs(t, s, first); !slices.Equal(got, []int64{imported, ids[1]}) {
		t.Errorf("page 1 is %v", got)
	}
	if !s.Remove(gist.KindContact, fmt.Sprint(contact)) || s.Remove(gist.KindContact, fmt.Sprint(contact)) {
		t.Error("a contact is removed once")
	}
	if got := conversationIDs(t, s, second); !slices.Equal(got, ids[2:]) {
		t.Errorf("without the contact, page 2 is %v of %v", got, ids)
	}
	if got := s.Ledger().Deletions(); len(got) != 0 {
		t.Errorf("the ledger says %+v of what nobody asked for", got)
	}
}

func TestTheOrderMayBeIgnored(t *testing.T) {
	t.Parallel()
	clock := simtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s := open(t, gist.Options{Clock: clock.Now})
	contact := s.AddContact(gist.Contact{Email: "ana@example.com"})
	older := s.AddConversation(gist.Conversation{ContactID: contact})
	clock.Advance(time.Minute)
	newer := s.AddConversation(gist.Conversation{ContactID: contact})
	clock.Advance(time.Minute)
	const list = "/conversations?order=asc&order_by=created_at"
	if got := conversationIDs(t, s, list); !slices.Equal(got, []int64{older, newer}) {
		t.Errorf("in order: %v", got)
	}
	s.Configure(func(o *gist.Options) { o.IgnoreOrder = true })
	if got := conversationIDs(t, s, list); !slices.Equal(got, []int64{newer, older}) {
		t.Errorf("newest first: %v", got)
	}
	if !s.Write(fmt.Sprint(older), gist.Message{Body: "Hello again"}) || s.Write("1", gist.Message{}) {
		t.Error("somebody writes in a conversation that there is")
	}
	if got := conversationIDs(t, s, list); !slices.Equal(got, []int64{older, newer}) {
		t.Errorf("what was changed last first: %v", got)
	}
}

func TestSpellingsAreKeptAndComparedAsTheyAre(t *testing.T) {
	t.Parallel()
	for held, found := range map[string]map[bool][]string{
		"Jo@Example.com":           {false: {"Jo@Example.com", "jo@example.com"}, true: {"Jo@Example.com"}},
		"jo@xn--bcher-kva.example": {false: {"jo@xn--bcher-kva.example"}, true: {"jo@xn--bcher-kva.example"}},
		"andre\u0301@example.com":  {false: {"ANDRE\u0301@example.com"}, true: {"andre\u0301@example.com"}},
	} {
		for sensitive, spellings := range found {
			s := open(t, gist.Options{CaseSensitive: sensitive})
			s.AddContact(gist.Contact{Email: held})
			for _, asked := range []string{
				"Jo@Example.com", "jo@example.com", "jo@bücher.example", "jo@xn--bcher-kva.example", "andr\u00e9@example.com",
				"andre\u0301@example.com", "ANDRE\u0301@example.com",
			} {
				want := slices.Contains(spellings, asked) || asked == held
				got := ask(t, s, http.MethodGet, "/contacts?email="+url.QueryEscape(asked), "")
				if strings.Contains(got.Body, `"contact":{`) != want {
					t.Errorf("%q held, %q asked for: %s", held, asked, got.Body)
				}
			}
		}
	}
}
