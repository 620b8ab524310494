package webhook_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/webhook"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/website"
)

const secret = "0123456789abcdef0123456789abcdef"

func settings(baseURL string) connectors.Settings {
	return connectors.Settings{
		System: "shop", BaseURL: baseURL, Credentials: map[string]string{"secret": secret},
		Parser: identity.Parser{Region: "FR"}, Log: zerolog.Nop(),
		Pace: connectors.Pace{Min: time.Millisecond, Max: time.Millisecond},
	}
}

func connect(t testing.TB, s connectors.Settings) *webhook.Connector {
	t.Helper()
	connector, err := webhook.New(s)
	require.NoError(t, err)
	return connector.(*webhook.Connector)
}

// site runs the simulated site.
func site(t *testing.T) (*website.Sim, *webhook.Connector) {
	t.Helper()
	sim := website.New(website.Options{Secret: secret, Base: "/privacy"})
	url, stop, err := simulators.Serve(sim)
	require.NoError(t, err)
	t.Cleanup(stop)
	return sim, connect(t, settings(url+"/privacy"))
}

// answering connects to a receiver that gives one answer to everything.
func answering(t *testing.T, answer string) *webhook.Connector {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
	t.Cleanup(server.Close)
	return connect(t, settings(server.URL))
}

func class(t *testing.T, err error) connectors.Class {
	t.Helper()
	var known *connectors.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, "shop", known.System)
	require.NotContains(t, known.Error(), "example.com")
	return known.Class
}

var (
	jo      = dsr.Identifier{Type: dsr.Email, Value: "jo@example.com"}
	joPhone = dsr.Identifier{Type: dsr.Phone, Value: "+33639980017"}
	subject = dsr.Subject{Identifiers: []dsr.Identifier{jo}}
)

func TestRecordsAreFoundAndErased(t *testing.T) {
	t.Parallel()
	sim, connector := site(t)
	sim.AddRecord(website.Record{ID: "u-17", Identifiers: []website.Identifier{
		{Type: website.Email, Value: "Jo@Example.com"}, {Type: website.Phone, Value: "06 39 98 00 17"}, {Type: "nickname", Value: "jo"},
	}})
	sim.AddRecord(website.Record{ID: "u-17", Kind: "newsletter", Identifiers: []website.Identifier{{Type: website.Email, Value: "jo@example.com"}}})
	sim.AddRecord(website.Record{ID: "u-18", Identifiers: []website.Identifier{{Type: website.Email, Value: "joe@example.com"}}})
	require.NoError(t, connector.Check(t.Context()))

	findings, err := connector.Locate(t.Context(), subject)
	require.NoError(t, err)
	require.Equal(t, []dsr.Record{
		{Kind: "account", ID: "u-17", Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "Jo@example.com"}, joPhone}, FoundBy: jo},
		{Kind: "newsletter", ID: "u-17", Identifiers: []dsr.Identifier{jo}, FoundBy: jo},
	}, findings.Records)

	for _, record := range findings.Records {
		for _, state := range []dsr.State{dsr.Erased, dsr.AlreadyGone} { // erasing what is gone succeeds
			effect, err := connector.Erase(t.Context(), []dsr.Record{record})
			require.NoError(t, err)
			require.Equal(t, dsr.Effect{Records: []dsr.RecordEffect{record.Became(state)}}, effect)
		}
	}
	findings, err = connector.Locate(t.Context(), subject)
	require.NoError(t, err)
	require.Empty(t, findings.Records)
	require.True(t, sim.Exists("account", "u-18"))
	require.Empty(t, sim.Ledger().Catastrophes())
}

func TestEachStatusHasItsEffect(t *testing.T) {
	t.Parallel()
	sim, connector := site(t)
	identifiers := []website.Identifier{{Type: website.Email, Value: jo.Value}}
	sim.AddRecord(website.Record{ID: "1", Identifiers: identifiers})
	sim.AddRecord(website.Record{ID: "2", Identifiers: identifiers, OnErase: website.Accepted, Takes: 24 * time.Hour})
	sim.AddRecord(website.Record{ID: "3", Identifiers: identifiers, OnErase: website.Retained, Reason: "legal_obligation"})
	var records []dsr.Record
	for id := range 4 {
		records = append(records, dsr.Record{Kind: "account", ID: fmt.Sprint(id + 1)})
	}
	effect, err := connector.Erase(t.Context(), records)
	require.NoError(t, err)
	require.Len(t, effect.Records, 4)
	require.Equal(t, []dsr.State{dsr.Erased, dsr.Accepted, dsr.Retained, dsr.AlreadyGone},
		[]dsr.State{effect.Records[0].State, effect.Records[1].State, effect.Records[2].State, effect.Records[3].State})
	require.WithinDuration(t, time.Now().Add(24*time.Hour), effect.Records[1].ExpectedBy, time.Minute)
	require.Equal(t, dsr.RetainedByObligation, effect.Records[2].Ground)

	sim.AddRecord(website.Record{ID: "5", Identifiers: identifiers, OnErase: website.Failed, Reason: "locked by " + jo.Value})
	_, err = connector.Erase(t.Context(), append(records, dsr.Record{Kind: "account", ID: "5"}))
	require.Equal(t, connectors.Rejected, class(t, err))
}

// emptySite serves a site that knows nobody, and hands over what it is sent.
func emptySite(t *testing.T) (url string, sent <-chan string) {
	t.Helper()
	bodies := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- string(body)
		_, _ = io.WriteString(w, `{"records":[]}`)
	}))
	t.Cleanup(server.Close)
	return server.URL, bodies
}

// V2, V3: all forms are in one request, and a path that the site does not have is no absence.
func TestEveryFormIsAskedForAtOnce(t *testing.T) {
	t.Parallel()
	url, sent := emptySite(t)
	findings, err := connect(t, settings(url)).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{
		{Type: dsr.Email, Value: "zoë@bücher.example"}, {Type: dsr.CustomerID, Value: "C-17"},
	}})
	require.NoError(t, err)
	require.JSONEq(t, `{"identifiers":[{"type":"email","value":"zoë@bücher.example"},{"type":"email","value":"zoë@xn--bcher-kva.example"},`+
		`{"type":"email","value":"zoe\u0308@bu\u0308cher.example"},{"type":"email","value":"zoe\u0308@xn--bcher-kva.example"},`+
		`{"type":"customer_id","value":"C-17"}]}`, <-sent)
	require.Equal(t, []dsr.Search{
		{Type: dsr.Email, Spellings: []string{"as_given", "lower_case", "unicode_domain", "nfc", "ascii_domain", "nfd"}},
		{Type: dsr.CustomerID, Spellings: []string{"as_given"}},
	}, findings.Searched)
}

func TestAPathThatTheSiteDoesNotHaveIsNoAbsence(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `{"records":[]}`, `{"error":"not_found"}`, `<html></html>`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(server.Close)
		_, err := connect(t, settings(server.URL)).Locate(t.Context(), subject)
		require.Equal(t, connectors.Misconfigured, class(t, err), body)
		_, err = connect(t, settings(server.URL)).Erase(t.Context(), []dsr.Record{{Kind: "account", ID: "17"}})
		require.Equal(t, connectors.Misconfigured, class(t, err), body)
	}
}

func TestNothingIsSentForNobody(t *testing.T) {
	t.Parallel()
	sim, connector := site(t)
	findings, err := connector.Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.GAClientID, Value: "1.2"}}})
	require.NoError(t, err)
	require.Empty(t, findings.Records)
	effect, err := connector.Erase(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, effect.Records)
	_, err = connector.Erase(t.Context(), []dsr.Record{{Kind: "account", ID: "1"}, {Kind: "account"}})
	require.Equal(t, connectors.Misconfigured, class(t, err))
	require.Empty(t, sim.Ledger().Calls())
}

func TestOnlyTheConfiguredIdentifiersAreSent(t *testing.T) {
	t.Parallel()
	url, sent := emptySite(t)
	s := settings(url)
	s.Options = map[string][]string{"identifiers": {"phone"}}
	_, err := connect(t, s).Locate(t.Context(), subject.With(joPhone))
	require.NoError(t, err)
	require.JSONEq(t, `{"identifiers":[{"type":"phone","value":"+33639980017"}]}`, <-sent)
}

func TestManyRecordsAreErasedInParts(t *testing.T) {
	t.Parallel()
	sim, connector := site(t)
	var records []dsr.Record
	for i := range 250 {
		records = append(records, dsr.Record{Kind: "account", ID: fmt.Sprint(i)})
	}
	effect, err := connector.Erase(t.Context(), records)
	require.NoError(t, err)
	require.Equal(t, []dsr.RecordCount{{Kind: "account", State: dsr.AlreadyGone, Count: 250}}, dsr.CountRecords(effect.Records))
	require.Len(t, sim.Ledger().Calls(), 3)
}

func TestRequestsAreSigned(t *testing.T) {
	t.Parallel()
	now := time.Unix(1795176000, 0)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, http.MethodPost, r.Method)
		require.Equal(t, "1795176000", r.Header.Get("Lethe-Timestamp"))
		require.Equal(t, "v1=3d40cdafae8ac2266c75f750932ea51cc25c7565f754109b3bbe9114a9dedb86", r.Header.Get("Lethe-Signature"))
		require.NotContains(t, fmt.Sprint(r.Header), secret)
		_, _ = io.WriteString(w, `{"status":"ok"}`)
	}))
	t.Cleanup(server.Close)
	s := settings(server.URL)
	s.Now = func() time.Time { return now }
	require.NoError(t, connect(t, s).Check(t.Context()))

	guide, err := os.ReadFile("../../docs/webhook.md")
	require.NoError(t, err)
	require.Contains(t, string(guide), "3d40cdafae8ac2266c75f750932ea51cc25c7565f754109b3bbe9114a9dedb86", "the guide shows the same example")
}

func TestAWrongSecretIsRejected(t *testing.T) {
	t.Parallel()
	sim := website.New(website.Options{Secret: "another secret of the site"})
	url, stop, err := simulators.Serve(sim)
	require.NoError(t, err)
	t.Cleanup(stop)
	connector := connect(t, settings(url))
	require.Equal(t, connectors.CredentialsRejected, class(t, connector.Check(t.Context())))
	_, err = connector.Locate(t.Context(), subject)
	require.Equal(t, connectors.CredentialsRejected, class(t, err))
}

func TestCallsAreRepeatedWhenAnAnswerIsLost(t *testing.T) {
	t.Parallel()
	sim, connector := site(t)
	sim.AddRecord(website.Record{ID: "1", Identifiers: []website.Identifier{{Type: website.Email, Value: jo.Value}}})
	sim.Faults().Set(simulators.Rule{Kind: simulators.ResetAfter, Times: 1})
	effect, err := connector.Erase(t.Context(), []dsr.Record{{Kind: "account", ID: "1"}})
	require.NoError(t, err)
	require.Equal(t, dsr.AlreadyGone, effect.Records[0].State)
	require.False(t, sim.Exists("account", "1"))
}

func TestAnswersToLocateThatLeaveSomethingOpenAreMalformed(t *testing.T) {
	t.Parallel()
	const mine = `"identifiers":[{"type":"email","value":"jo@example.com"}]`
	tests := []struct{ name, answer string }{
		{"no list", `{}`},
		{"a list of nothing known", `{"records":null}`},
		{"another list", `{"results":[]}`},
		{"an error inside a success", `{"error":{"message":"jo@example.com"}}`},
		{"no id", `{"records":[{"kind":"account",` + mine + `}]}`},
		{"no identifiers", `{"records":[{"id":"1"}]}`},
		{"somebody else's identifier", `{"records":[{"id":"1","identifiers":[{"type":"email","value":"joe@example.com"}]}]}`},
		{"an address that only begins alike", `{"records":[{"id":"1","identifiers":[{"type":"email","value":"jo@example.com.au"}]}]}`},
		{"the value under another type", `{"records":[{"id":"1","identifiers":[{"type":"customer_id","value":"jo@example.com"}]}]}`},
		{"one that fits and one that does not", `{"records":[{"id":"1",` + mine + `},{"id":"2","identifiers":[]}]}`},
		{"the same record twice", `{"records":[{"id":"1",` + mine + `},{"id":"1","kind":"record",` + mine + `}]}`},
		{"a number for an id", `{"records":[{"id":1,` + mine + `}]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, test.answer).Locate(t.Context(), subject)
			require.Equal(t, connectors.Malformed, class(t, err))
		})
	}
}

func TestARecordMayNameNoKind(t *testing.T) {
	t.Parallel()
	findings, err := answering(t, `{"records":[{"id":"1","identifiers":[{"type":"email","value":"jo@example.com"},{"type":"email","value":"JO@example.com"}]}]}`).
		Locate(t.Context(), subject)
	require.NoError(t, err)
	require.Equal(t, []dsr.Record{{Kind: "record", ID: "1", Identifiers: []dsr.Identifier{jo}, FoundBy: jo}}, findings.Records)
}

// TestAKindThatIsNoPlainWordIsMalformed has the kind half of case E5: kinds stand in
// reports, which receivers must not write into.
func TestAKindThatIsNoPlainWordIsMalformed(t *testing.T) {
	t.Parallel()
	for kind, wellFormed := range map[string]bool{
		"account": true, "a": true, "forum_post-2": true, strings.Repeat("a", 40): true,
		"jo@example.com\nStatus completed \x1b[31m": false, "Account": false, "two words": false, "2fa": false, "-a": false, "_a": false,
		" account": false, "account\n": false, "compte\u00e9": false, strings.Repeat("a", 41): false, "\u202eaccount": false, "a/b": false, " ": false,
	} {
		answer, err := json.Marshal(map[string]any{"records": []any{map[string]any{
			"id": "1", "kind": kind, "identifiers": []any{map[string]any{"type": "email", "value": "jo@example.com"}},
		}}})
		require.NoError(t, err)
		findings, err := answering(t, string(answer)).Locate(t.Context(), subject)
		if wellFormed {
			require.NoError(t, err)
			require.Equal(t, kind, findings.Records[0].Kind)
			continue
		}
		require.Equal(t, connectors.Malformed, class(t, err), "%q", kind)
		require.ErrorContains(t, err, "kind")
	}
}

func TestAnswersToEraseThatLeaveSomethingOpenAreMalformed(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, answer string }{
		{"no list", `{}`},
		{"a result missing", `{"results":[{"id":"1","kind":"a","status":"erased"}]}`},
		{"a result too many", `{"results":[{"id":"1","kind":"a","status":"erased"},{"id":"1","kind":"b","status":"erased"},{"id":"3","status":"erased"}]}`},
		{"two results for one record", `{"results":[{"id":"1","kind":"a","status":"erased"},{"id":"1","kind":"a","status":"erased"}]}`},
		{"results that do not say for which", `{"results":[{"id":"1","status":"erased"},{"id":"1","status":"erased"}]}`},
		{"one result for two records", `{"results":[{"id":"1","status":"erased"},{"id":"9","status":"erased"}]}`},
		{"another kind", `{"results":[{"id":"1","kind":"a","status":"erased"},{"id":"1","kind":"c","status":"erased"}]}`},
		{"no status", `{"results":[{"id":"1","kind":"a"},{"id":"1","kind":"b","status":"erased"}]}`},
		{"an unknown status", `{"results":[{"id":"1","kind":"a","status":"done"},{"id":"1","kind":"b","status":"erased"}]}`},
		{"accepted without a date", `{"results":[{"id":"1","kind":"a","status":"accepted"},{"id":"1","kind":"b","status":"erased"}]}`},
		{"accepted by a vague date", `{"results":[{"id":"1","kind":"a","status":"accepted","expected_by":"soon"},{"id":"1","kind":"b","status":"erased"}]}`},
		{"accepted by year one", `{"results":[{"id":"1","kind":"a","status":"accepted","expected_by":"0001-01-01T00:00:00Z"},{"id":"1","kind":"b","status":"erased"}]}`},
		{"retained without a reason", `{"results":[{"id":"1","kind":"a","status":"retained"},{"id":"1","kind":"b","status":"erased"}]}`},
		{"retained in the site's words", `{"results":[{"id":"1","kind":"a","status":"retained","reason":"jo@example.com owes us"},{"id":"1","kind":"b","status":"erased"}]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, test.answer).Erase(t.Context(), []dsr.Record{{Kind: "a", ID: "1"}, {Kind: "b", ID: "1"}})
			require.Equal(t, connectors.Malformed, class(t, err))
		})
	}
}

func TestACheckThatIsNotOKIsMalformed(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`{}`, `{"status":"error"}`, `<html>`} {
		require.Equal(t, connectors.Malformed, class(t, answering(t, answer).Check(t.Context())))
	}
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*connectors.Settings)
	}{
		{"a short secret", func(s *connectors.Settings) { s.Credentials = map[string]string{"secret": "fifteen bytes.."} }},
		{"no secret", func(s *connectors.Settings) { s.Credentials = nil }},
		{"a plain address", func(s *connectors.Settings) { s.BaseURL = "http://shop.example.com" }},
		{"an unknown identifier type", func(s *connectors.Settings) { s.Options = map[string][]string{"identifiers": {"name"}} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := settings("https://shop.example")
			test.change(&s)
			_, err := webhook.New(s)
			require.Equal(t, connectors.Misconfigured, class(t, err))
			require.NotContains(t, err.Error(), "fifteen")
		})
	}
}

func TestThePlanNamesTheConfiguredIdentifiers(t *testing.T) {
	t.Parallel()
	s := settings("https://shop.example")
	system, err := webhook.Kind().System(s, "Shop", "", 10)
	require.NoError(t, err)
	require.Equal(t, []dsr.IdentifierType{dsr.Email, dsr.Phone, dsr.CustomerID}, system.Needs)
	s.Options = map[string][]string{"identifiers": {"customer_id"}}
	system, err = webhook.Kind().System(s, "Shop", "", 10)
	require.NoError(t, err)
	require.Equal(t, []dsr.IdentifierType{dsr.CustomerID}, system.Needs)
}

// A receiver answers what it is told to, by path, at one address as long as a process lives.
type receiver struct {
	*webhook.Connector
	mu      sync.Mutex
	answers map[string]string
}

func newReceiver(f *testing.F) *receiver {
	f.Helper()
	r := &receiver{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, asked *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		_, _ = io.WriteString(w, r.answers[asked.URL.Path])
	}))
	f.Cleanup(server.Close)
	r.Connector = connect(f, settings(server.URL))
	return r
}

func (r *receiver) answer(located, erased string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = map[string]string{"/locate": located, "/erase": erased}
}

func FuzzAnswers(f *testing.F) {
	f.Add(`{"records":[{"id":"1","identifiers":[{"type":"email","value":"jo@example.com"}]}]}`, `{"results":[{"id":"1","status":"erased"}]}`)
	f.Add(`{"records":null}`, `{"results":[{"id":"1","status":"retained","reason":"legal_claims"}]}`)
	receiver := newReceiver(f)
	f.Fuzz(func(t *testing.T, located, erased string) {
		receiver.answer(located, erased)
		findings, err := receiver.Locate(t.Context(), subject)
		if err != nil {
			class(t, err)
		}
		for _, record := range findings.Records {
			require.NotEmpty(t, record.ID)
			require.True(t, identity.Carries(record, jo))
			require.Equal(t, jo, record.FoundBy)
		}
		effect, err := receiver.Erase(t.Context(), []dsr.Record{{Kind: "a", ID: "1"}})
		if err != nil {
			class(t, err)
			return
		}
		require.Len(t, effect.Records, 1)
		require.Equal(t, "a/1", effect.Records[0].Key())
		require.True(t, json.Valid([]byte(erased)))
	})
}
