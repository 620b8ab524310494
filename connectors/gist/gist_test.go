package gist_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/gist"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/simulators"
	simulated "ite.digital/lethe/simulators/gist"
)

var (
	jo      = dsr.Identifier{Type: dsr.Email, Value: "jo@example.com"}
	joPhone = dsr.Identifier{Type: dsr.Phone, Value: "+33639980017"}
	joID    = dsr.Identifier{Type: dsr.CustomerID, Value: "C-17"}
	subject = dsr.Subject{Identifiers: []dsr.Identifier{jo}}
)

func settings(url string) connectors.Settings {
	return connectors.Settings{
		System: "chat", BaseURL: url, Credentials: map[string]string{"token": simulated.DefaultToken},
		Parser: identity.Parser{Region: "FR"}, Log: zerolog.Nop(),
		Pace: connectors.Pace{Min: time.Millisecond, Max: time.Millisecond},
	}
}

func connect(t *testing.T, s connectors.Settings) *gist.Connector {
	t.Helper()
	connector, err := gist.New(s)
	require.NoError(t, err)
	return connector.(*gist.Connector)
}

// workspace runs a simulated workspace.
func workspace(t *testing.T, o simulated.Options) (*simulated.Sim, connectors.Settings) {
	t.Helper()
	sim := simulated.New(o)
	url, stop, err := simulators.Serve(sim)
	require.NoError(t, err)
	t.Cleanup(stop)
	return sim, settings(url)
}

// answering connects to a workspace that gives one answer to everything.
func answering(t *testing.T, status int, answer string) *gist.Connector {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return connect(t, settings(server.URL))
}

func class(t *testing.T, err error) connectors.Class {
	t.Helper()
	var known *connectors.Error
	require.ErrorAs(t, err, &known)
	return known.Class
}

func TestConversationsAreFoundWhereverTheyNameTheContact(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]simulated.ContactIn{
		"as an object": simulated.ContactObject, "by id": simulated.ContactIDField, "as the author of messages": simulated.MessageAuthorOnly,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, s := workspace(t, simulated.Options{ConversationContact: in})
			// A teammate has the id 1 too: ids of people and of the team are counted apart.
			contact := sim.AddContact(simulated.Contact{ID: 1, Email: jo.Value})
			other := sim.AddContact(simulated.Contact{Email: "joe@example.com"})
			said := []simulated.Message{{Body: "Hello"}, {Body: "How can we help?", FromTeammate: true}}
			open := sim.AddConversation(simulated.Conversation{ContactID: contact, Messages: said})
			closed := sim.AddConversation(simulated.Conversation{ContactID: contact, State: simulated.Closed, Messages: said})
			for range 60 { // more than a page
				sim.AddConversation(simulated.Conversation{ContactID: other, Messages: said})
			}
			connector := connect(t, s)
			findings, err := connector.Locate(t.Context(), subject)
			require.NoError(t, err)
			var keys []string
			for _, r := range findings.Records {
				require.Equal(t, jo, r.FoundBy)
				keys = append(keys, r.Key())
			}
			require.ElementsMatch(t, []string{
				"contact/1", "conversation/" + strconv.FormatInt(open, 10), "conversation/" + strconv.FormatInt(closed, 10),
			}, keys)

			_, err = connector.Erase(t.Context(), findings.Records)
			require.NoError(t, err)
			deletions := sim.Ledger().Deletions()
			require.Len(t, deletions, 3)
			require.Equal(t, simulated.KindContact, deletions[2].Kind, "the contact goes last")
			require.Len(t, sim.Snapshot(), 61)
		})
	}
}

func TestAnUnknownAddressIsAbsentByEitherStatus(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusOK, http.StatusNotFound} {
		_, s := workspace(t, simulated.Options{NotFoundStatus: status})
		findings, err := connect(t, s).Locate(t.Context(), subject.With(joID))
		require.NoError(t, err)
		require.Empty(t, findings.Records)
	}
}

func TestOtherAnswersAreNoAbsence(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		answer string
		class  connectors.Class
	}{
		{"an error inside a success", 200, `{"errors":[{"message":"Something went wrong"}]}`, connectors.Rejected},
		{"another form of error", 200, `{"error":"Something went wrong"}`, connectors.Rejected},
		{"nothing", 200, `{}`, connectors.Malformed},
		{"everybody", 200, `{"contacts":[],"pages":{}}`, connectors.Malformed},
		{"no id", 200, `{"contact":{"email":"jo@example.com"}}`, connectors.Malformed},
		{"somebody else", 200, `{"contact":{"id":1,"email":"joe@example.com"}}`, connectors.Malformed},
		{"somebody whose address begins alike", 200, `{"contact":{"id":1,"email":"jo@example.com.invalid"}}`, connectors.Malformed},
		{"a 404 of somebody else's API", 404, `{"status":"no route"}`, connectors.Misconfigured},
		{"a 404 without JSON", 404, `page not found`, connectors.Misconfigured},
		{"a 404 without anything", 404, ``, connectors.Misconfigured},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, test.status, test.answer).Locate(t.Context(), subject)
			require.Equal(t, test.class, class(t, err))
		})
	}
}

func TestADeletionIsOneOnlyIfTheAnswerIsNoError(t *testing.T) {
	t.Parallel()
	record := []dsr.Record{{Kind: "conversation", ID: "17", FoundBy: jo}}
	for _, answer := range []string{`{"errors":["locked"]}`, `{"conversation":{"id":18}}`, `null`, ``, `<html></html>`} {
		_, err := answering(t, 200, answer).Erase(t.Context(), record)
		require.Error(t, err, answer)
	}
	for _, answer := range []string{`{"conversation":{"id":17}}`, `{"conversation":{"id":"17"}}`, `{"errors":[]}`} {
		_, err := answering(t, 202, answer).Erase(t.Context(), record)
		require.NoError(t, err, answer)
	}
}

func TestAnUnknownKindOfRecordIsRefused(t *testing.T) {
	t.Parallel()
	sim, s := workspace(t, simulated.Options{})
	_, err := connect(t, s).Erase(t.Context(), []dsr.Record{{Kind: "tag", ID: "17"}})
	require.Equal(t, connectors.Misconfigured, class(t, err))
	require.Empty(t, sim.Ledger().Calls())
}

func TestPhonesAreLookedForOnlyIfAskedTo(t *testing.T) {
	t.Parallel()
	sim, s := workspace(t, simulated.Options{})
	for i := range 70 { // more than a page
		sim.AddContact(simulated.Contact{Email: "person" + strconv.Itoa(i) + "@example.com", Phone: "+3363998" + strconv.Itoa(1000+i)})
	}
	sim.AddContact(simulated.Contact{ID: 17, Phone: "06 39 98 00 17"})
	byPhone := dsr.Subject{Identifiers: []dsr.Identifier{joPhone}}

	findings, err := connect(t, s).Locate(t.Context(), byPhone)
	require.NoError(t, err)
	require.Empty(t, findings.Records)
	require.Empty(t, sim.Ledger().Calls())

	s.Options = map[string][]string{"phone_scan": {"true"}}
	system, err := gist.Kind().System(s, "Chat", "", 10)
	require.NoError(t, err)
	require.Equal(t, []dsr.IdentifierType{dsr.Email, dsr.CustomerID, dsr.Phone}, system.Needs)
	findings, err = connect(t, s).Locate(t.Context(), byPhone)
	require.NoError(t, err)
	require.Equal(t, []dsr.Record{{Kind: "contact", ID: "17", Identifiers: []dsr.Identifier{joPhone}, FoundBy: joPhone}}, findings.Records)

	s.Options = map[string][]string{"phone_scan": {"yes please"}}
	_, err = gist.New(s)
	require.Equal(t, connectors.Misconfigured, class(t, err))
}

// Newest first, a contact that changes while pages are read would push another one past
// the reader.
func TestContactsAreReadOldestFirst(t *testing.T) {
	t.Parallel()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery)
		_, _ = io.WriteString(w, `{"contacts":[],"pages":{"next":null}}`)
	}))
	t.Cleanup(server.Close)
	s := settings(server.URL)
	s.Options = map[string][]string{"phone_scan": {"true"}}
	_, err := connect(t, s).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{joPhone}})
	require.NoError(t, err)
	require.Equal(t, []string{"order=asc&order_by=created_at&page=1&per_page=50"}, asked)
}

func TestCustomPropertiesDiscloseIdentifiers(t *testing.T) {
	t.Parallel()
	sim, s := workspace(t, simulated.Options{})
	sim.AddContact(simulated.Contact{ID: 17, Email: "Jo@Example.com", UserID: joID.Value, CustomProperties: map[string]any{
		"ga": "GA1.2.1234567890.1700000000", "mobile": "06 39 98 00 17", "age": 30,
	}})
	s.Fields = map[dsr.IdentifierType][]string{dsr.GAClientID: {"ga"}, dsr.Phone: {"mobile", "age"}}
	findings, err := connect(t, s).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{joID}})
	require.NoError(t, err)
	require.Equal(t, []dsr.Record{{Kind: "contact", ID: "17", FoundBy: joID, Identifiers: []dsr.Identifier{
		{Type: dsr.Email, Value: "Jo@example.com"}, joID, joPhone, {Type: dsr.GAClientID, Value: "1234567890.1700000000"},
	}, Unread: []dsr.UnreadField{{Field: "age", Type: dsr.Phone, Reason: "malformed"}}}}, findings.Records)
}

func TestAListWithoutEndIsGivenUp(t *testing.T) {
	t.Parallel()
	page := `{"contact":{"id":17,"email":"jo@example.com"},"conversations":[],"pages":{"next":"https://api.getgist.com/conversations?page=2"}}`
	_, err := answering(t, 200, page).Locate(t.Context(), subject)
	require.Equal(t, connectors.Malformed, class(t, err), "empty pages")
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		_, _ = io.WriteString(w, `{"contact":{"id":17,"email":"jo@example.com"},"conversations":[{"id":`+strconv.Itoa(calls)+
			`,"contact_id":2}],"pages":{"next":"https://api.getgist.com/conversations?page=2"}}`)
	}))
	t.Cleanup(server.Close)
	_, err = connect(t, settings(server.URL)).Locate(t.Context(), subject)
	require.Equal(t, connectors.Rejected, class(t, err), "pages without end")
}

func TestTheKeyIsSentOnceHoweverItWasPasted(t *testing.T) {
	t.Parallel()
	_, s := workspace(t, simulated.Options{})
	s.Credentials = map[string]string{"token": " Bearer " + simulated.DefaultToken + "\n"}
	require.NoError(t, connect(t, s).Check(t.Context()))
}
