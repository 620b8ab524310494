package hubspot_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	simulated "ite.digital/lethe/simulators/hubspot"
)

// V3: the searches are there, and the paths of contacts are not; or nothing is.
func TestARouteThatDoesNotExistIsNoAbsence(t *testing.T) {
	t.Parallel()
	record := []dsr.Record{{Kind: "contact", ID: "17"}}
	for _, body := range []string{
		``, `{}`, `Not Found`, `<h1>Not Found</h1>`, `{"detail":"Not found."}`, `{"status":404,"error":"Not Found"}`,
		`{"status":"error","message":"resource not found","correlationId":"a43683b0-5717-4ceb-80b4-104d02915d8c"}`,
		`{"status":"error","category":"OBJECT_NOT_FOUND","message":"resource not found"}`,
	} {
		for _, searched := range []bool{true, false} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if searched && strings.HasSuffix(r.URL.Path, "/search") {
					_, _ = io.WriteString(w, `{"total":1,"results":[{"id":"1","properties":{}}]}`)
					return
				}
				w.WriteHeader(http.StatusNotFound)
				_, _ = io.WriteString(w, body)
			}))
			t.Cleanup(server.Close)
			connector := connect(t, settings(server.URL))
			_, err := connector.Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
			require.Equal(t, connectors.Misconfigured, class(t, err), body)
			_, err = connector.Remaining(t.Context(), record)
			require.Equal(t, connectors.Misconfigured, class(t, err), body)
		}
	}
}

func TestAnUnclearNotFoundIsProvenByOthers(t *testing.T) {
	t.Parallel()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		asked = append(asked, path)
		switch path {
		case "search":
			_, _ = io.WriteString(w, `{"total":1,"results":[{"id":"1","properties":{}}]}`)
		case "1":
			_, _ = io.WriteString(w, `{"id":"1","properties":{}}`)
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"status":"error","category":"OBJECT_NOT_FOUND","message":"resource not found"}`)
		}
	}))
	t.Cleanup(server.Close)
	remaining, err := connect(t, settings(server.URL)).Remaining(t.Context(), []dsr.Record{{Kind: "contact", ID: "17"}, {Kind: "contact", ID: "18"}})
	require.NoError(t, err)
	require.Empty(t, remaining)
	require.Equal(t, []string{"17", "search", "1", "17", "18", "18"}, asked, "one proof for all")
}

// V4: the privacy deletion is answered 404, and the contact is kept.
func TestADeletionAnsweredNotFoundIsNoErasure(t *testing.T) {
	t.Parallel()
	sim, s := account(t, simulated.Options{})
	sim.AddContact(simulated.Contact{ID: "17", Properties: map[string]string{"email": jo.Value}})
	connector := connect(t, s)
	records := locate(t, connector, jo)
	erase := func(state dsr.State) {
		t.Helper()
		effect, err := connector.Erase(t.Context(), records)
		require.NoError(t, err)
		require.Equal(t, dsr.Effect{Records: []dsr.RecordEffect{records[0].Became(state)}}, effect)
	}
	sim.Faults().Set(simulators.Rule{Kind: simulators.Status, Status: http.StatusNotFound, PathPrefix: "/crm/objects/2026-09/contacts/gdpr-delete"})
	erase(dsr.AlreadyGone)
	remaining, err := connector.Remaining(t.Context(), records)
	require.NoError(t, err)
	require.Equal(t, records, remaining)
	sim.Faults().Clear()
	erase(dsr.Erased)
	erase(dsr.AlreadyGone)
}

// V2: HubSpot stores small letters, and numbers as people typed them.
func TestAnIdentifierIsFoundInTheSpellingThatTheVendorHolds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		idType                    dsr.IdentifierType
		requested, property, held string
	}{
		{dsr.Email, "Jo@Example.com", "email", "jo@example.com"},
		{dsr.Email, "jo@bücher.example", "email", "jo@xn--bcher-kva.example"},
		{dsr.Email, "josé@example.com", "email", "jose\u0301@example.com"},
		{dsr.Email, "josé@bücher.example", "hs_additional_emails", "x@example.com;jose\u0301@xn--bcher-kva.example"},
		{dsr.Email, "jo+shop@example.com", "email", "jo+shop@example.com"},
		{dsr.Phone, "+21655000030", "phone", "0021655000030"},
		{dsr.Phone, "+21655000030", "phone", "+216 55000030"},
		{dsr.Phone, "+21655000030", "mobilephone", "+216-55-000-030"},
		{dsr.Phone, "+33639980017", "mobilephone", "06.39.98.00.17"},
		{dsr.CustomerID, "kunde-müller", "customer", "kunde-mu\u0308ller"},
		{dsr.CustomerID, "C-17", "customer", "C-17"},
	} {
		for _, archived := range []bool{false, true} {
			if archived && test.property != "email" {
				continue
			}
			sim, s := account(t, simulated.Options{})
			sim.AddProperty("customer")
			s.Fields = map[dsr.IdentifierType][]string{dsr.CustomerID: {"customer"}}
			sim.AddContact(simulated.Contact{Archived: archived, Properties: map[string]string{test.property: test.held}})
			id, err := s.Parser.Parse(test.idType, test.requested)
			require.NoError(t, err)
			require.Len(t, locate(t, connect(t, s), id), 1, "%s by %s", test.held, test.requested)
		}
	}
}

// An ordinary request costs what it did, and says in which forms it asked.
func TestAnOrdinaryRequestIsThreeCalls(t *testing.T) {
	t.Parallel()
	sim, s := account(t, simulated.Options{})
	findings, err := connect(t, s).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo, joPhone}})
	require.NoError(t, err)
	require.Len(t, sim.Ledger().Calls(), 3)
	require.Equal(t, dsr.Search{Type: dsr.Email, Spellings: []string{"as_given", "lower_case"}}, findings.Searched[0])
	require.Equal(t, dsr.Phone, findings.Searched[1].Type)
	for _, form := range []string{"international", "international_00", "national", "separated_hyphens"} {
		require.Contains(t, findings.Searched[1].Spellings, form)
	}
}

// V1: the cursor of a search is a position.
func TestNoResultIsLostAlthoughAnotherContactGoesWhileTheyAreRead(t *testing.T) {
	t.Parallel()
	var ids []int
	for id := range 450 {
		ids = append(ids, id+1)
	}
	searches := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var ask struct {
			Limit int    `json:"limit"`
			After string `json:"after"`
		}
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(body, &ask))
		from, err := strconv.Atoi(ask.After)
		require.NoError(t, err)
		results := []any{}
		to := min(from+ask.Limit, len(ids))
		for _, id := range ids[from:to] {
			results = append(results, simulators.JSON{"id": strconv.Itoa(id), "properties": simulators.JSON{"phone": joPhone.Value}})
		}
		answer := simulators.JSON{"total": len(ids), "results": results}
		if to < len(ids) {
			answer["paging"] = simulators.JSON{"next": simulators.JSON{"after": strconv.Itoa(to)}}
		}
		simulators.WriteJSON(w, http.StatusOK, answer)
		if searches++; searches == 1 {
			ids = slices.DeleteFunc(ids, func(id int) bool { return id == 7 })
		}
	}))
	t.Cleanup(server.Close)
	require.Len(t, locate(t, connect(t, settings(server.URL)), joPhone), 449)
}
