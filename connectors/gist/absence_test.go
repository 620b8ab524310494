package gist_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/gist"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	simulated "ite.digital/lethe/simulators/gist"
)

// workspaceOfJoe holds a contact with a conversation, and others.
func workspaceOfJoe(t *testing.T) (*simulated.Sim, connectors.Settings) {
	t.Helper()
	sim, s := workspace(t, simulated.Options{})
	id := sim.AddContact(simulated.Contact{Email: jo.Value})
	sim.AddContact(simulated.Contact{Email: "other@example.com"})
	sim.AddConversation(simulated.Conversation{ContactID: id})
	return sim, s
}

// The default bodies of frameworks and proxies for a path that they do not know.
var defaultBodies = []string{
	``, `{}`, `[]`, `null`, `Not Found`, `404 page not found`, `<html><h1>404 Not Found</h1></html>`,
	`{"status":404,"error":"Not Found"}`, `{"error":"Not Found","path":"/v2/contacts/17"}`, `{"detail":"Not found."}`,
	`{"message":"Cannot GET /v2/contacts","error":"Not Found","statusCode":404}`, `{"error":"No such route: /v2/contacts"}`,
	`{"errors":[{"message":"Workspace is locked"}]}`, `{"errors":[{"message":"Not found"}]}`,
	`{"errors":[{"message":"No such route: GET /v2/contacts"}]}`,
}

// V3: base_url is one segment wrong. The key check passes, and every other route answers 404
// with the framework's default body.
func TestARouteThatDoesNotExistIsNoAbsence(t *testing.T) {
	t.Parallel()
	records := []dsr.Record{{Kind: "contact", ID: "17", FoundBy: jo}, {Kind: "conversation", ID: "18", FoundBy: jo}}
	for _, body := range defaultBodies {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/token/info" {
				_, _ = io.WriteString(w, `{"workspace":{"id":1}}`)
				return
			}
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(server.Close)
		connector := connect(t, settings(server.URL))
		require.NoError(t, connector.Check(t.Context()))
		misconfigured := func(what string, err error) {
			t.Helper()
			require.Error(t, err, "%s: %s", what, body)
			require.Equal(t, connectors.Misconfigured, class(t, err), "%s: %s", what, body)
		}
		_, err := connector.Locate(t.Context(), subject)
		misconfigured("locate", err)
		for _, record := range records {
			_, err = connector.Remaining(t.Context(), []dsr.Record{record})
			misconfigured("remaining", err)
		}
		_, err = connector.Settings(t.Context(), records)
		misconfigured("settings", err)
		_, err = connector.Erase(t.Context(), records[:1])
		misconfigured("erase", err)
	}
}

// An error that says "not found" and not what is proven by the same call for others, once.
func TestAnUnclearNotFoundIsProvenByOthers(t *testing.T) {
	t.Parallel()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		query := r.URL.Query()
		switch {
		case r.URL.Path == "/contacts" && query.Get("page") != "":
			_, _ = io.WriteString(w, `{"contacts":[{"id":1}],"pages":{"next":null}}`)
		case r.URL.Path == "/conversations":
			_, _ = io.WriteString(w, `{"conversations":[],"pages":{"next":null}}`)
		case r.URL.Path == "/contacts/1":
			_, _ = io.WriteString(w, `{"contact":{"id":1}}`)
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"errors":[{"message":"Not found"}]}`)
		}
	}))
	t.Cleanup(server.Close)
	connector := connect(t, settings(server.URL))
	findings, err := connector.Locate(t.Context(), subject.With(joID))
	require.NoError(t, err)
	require.Empty(t, findings.Records)
	require.Equal(t, []string{"GET /contacts", "GET /contacts", "GET /contacts"}, asked, "two that are looked up and one proof")
	asked = nil
	remaining, err := connector.Remaining(t.Context(), []dsr.Record{
		{Kind: "contact", ID: "17"}, {Kind: "contact", ID: "18"}, {Kind: "conversation", ID: "19"},
	})
	require.NoError(t, err)
	require.Empty(t, remaining)
	require.Equal(t, []string{
		"GET /contacts/17", "GET /contacts", "GET /contacts/1", "GET /contacts/18", "GET /conversations/19", "GET /conversations",
	}, asked)
}

// V4: a deletion that is answered "not found" has erased nothing.
func TestADeletionAnsweredNotFoundIsNoErasure(t *testing.T) {
	t.Parallel()
	sim, s := workspaceOfJoe(t)
	connector := connect(t, s)
	findings, err := connector.Locate(t.Context(), subject)
	require.NoError(t, err)
	sim.Faults().Set(simulators.Rule{Kind: simulators.Status, Status: http.StatusNotFound, Methods: []string{http.MethodDelete}})
	effect, err := connector.Erase(t.Context(), findings.Records)
	require.NoError(t, err)
	require.Equal(t, []dsr.RecordEffect{findings.Records[0].Became(dsr.AlreadyGone)}, effect.Records,
		"the conversation is there still, and with it stays the contact")
	sim.Faults().Clear()
	for _, state := range []dsr.State{dsr.Erased, dsr.AlreadyGone} {
		effect, err = connector.Erase(t.Context(), findings.Records)
		require.NoError(t, err)
		require.Equal(t, dsr.Effect{Records: []dsr.RecordEffect{
			findings.Records[0].Became(state), findings.Records[1].Became(state),
		}}, effect)
	}
}

// V2: a vendor that looks up exactly and holds another spelling than the request.
func TestAnAddressIsFoundInTheSpellingThatTheVendorHolds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ requested, held string }{
		{"Jo@Example.com", "jo@example.com"},
		{"jo@bücher.example", "jo@xn--bcher-kva.example"},
		{"josé@example.com", "jose\u0301@example.com"},
		{"jo+shop@example.com", "jo+shop@example.com"},
	} {
		sim, s := workspace(t, simulated.Options{CaseSensitive: true})
		sim.AddContact(simulated.Contact{Email: test.held})
		id, err := s.Parser.Parse(dsr.Email, test.requested)
		require.NoError(t, err)
		findings, err := connect(t, s).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{id}})
		require.NoError(t, err)
		require.Len(t, findings.Records, 1)
	}
	var notCovered string
	for _, text := range gist.Kind().NotCovered {
		notCovered += text
	}
	require.Contains(t, notCovered, "capital letters")
}

// Two contacts of one person, one in either spelling: the first may be kept, and never makes
// room for the second.
func TestEverySpellingIsAskedForThoughOneLeadsToAContact(t *testing.T) {
	t.Parallel()
	sim, s := workspace(t, simulated.Options{CaseSensitive: true})
	sim.AddContact(simulated.Contact{Email: "Jo@example.com"})
	sim.AddContact(simulated.Contact{Email: "jo@example.com"})
	findings, err := connect(t, s).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "Jo@example.com"}}})
	require.NoError(t, err)
	require.Len(t, findings.Records, 2)
}

// An ordinary request costs what it did.
func TestAnOrdinaryRequestIsOneLookUp(t *testing.T) {
	t.Parallel()
	sim, s := workspace(t, simulated.Options{})
	findings, err := connect(t, s).Locate(t.Context(), subject.With(joPhone))
	require.NoError(t, err)
	require.Len(t, sim.Ledger().Calls(), 1)
	require.Equal(t, []dsr.Search{{Type: dsr.Email, Spellings: []string{"as_given", "lower_case"}}}, findings.Searched)

	s.Options = map[string][]string{"phone_scan": {"true"}}
	findings, err = connect(t, s).Locate(t.Context(), subject.With(joPhone))
	require.NoError(t, err)
	require.Equal(t, dsr.Search{Type: dsr.Phone, Spellings: []string{"every_spelling"}}, findings.Searched[1])
}

// E21: the operator is shown the status that came.
func TestTheStatusShownIsTheOneThatCame(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"errors":[{"message":"Contact not found"}]}`, `{"status":404,"error":"Not Found"}`, ``} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/tags") {
				_, _ = io.WriteString(w, `{"contact":{"id":17,"email":"jo@example.com"}}`)
				return
			}
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(server.Close)
		err := connect(t, settings(server.URL)).Apply(t.Context(), state(17, "true", "processing-restricted", "true"))
		require.ErrorContains(t, err, fmt.Sprintf("POST /tags: status %d", http.StatusNotFound), body)
	}
}

// A list that says of a page that none follows it, and that the last one comes later, is not
// read to its end.
func TestAListThatEndsBeforeItsLastPageIsNoAbsence(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/contacts":
			simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"contact": simulators.JSON{"id": 17, "email": jo.Value}})
		default:
			simulators.WriteJSON(w, http.StatusOK, simulators.JSON{
				"conversations": []any{simulators.JSON{"id": 1, "contact_id": 18, "created_at": 1}},
				"pages":         simulators.JSON{"next": nil, "last": "https://api.getgist.com/conversations?page=2"},
			})
		}
	}))
	t.Cleanup(server.Close)
	_, err := connect(t, settings(server.URL)).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
	require.Error(t, err)
	require.Equal(t, connectors.Malformed, class(t, err))
}
