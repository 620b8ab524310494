package hubspot_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/hubspot"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/simulators"
	simulated "ite.digital/lethe/simulators/hubspot"
)

var (
	jo      = dsr.Identifier{Type: dsr.Email, Value: "jo@example.com"}
	joPhone = dsr.Identifier{Type: dsr.Phone, Value: "+33639980017"}
	browser = dsr.Identifier{Type: dsr.GAClientID, Value: "1234567890.1700000000"}
)

func settings(url string) connectors.Settings {
	return connectors.Settings{
		System: "crm", BaseURL: url, Credentials: map[string]string{"token": simulated.DefaultToken},
		Parser: identity.Parser{Region: "FR"}, Log: zerolog.Nop(),
		Pace: connectors.Pace{Min: time.Millisecond, Max: time.Millisecond},
	}
}

func connect(t *testing.T, s connectors.Settings) *hubspot.Connector {
	t.Helper()
	connector, err := hubspot.New(s)
	require.NoError(t, err)
	return connector.(*hubspot.Connector)
}

// account runs a simulated account.
func account(t *testing.T, o simulated.Options) (*simulated.Sim, connectors.Settings) {
	t.Helper()
	sim := simulated.New(o)
	url, stop, err := simulators.Serve(sim)
	require.NoError(t, err)
	t.Cleanup(stop)
	return sim, settings(url)
}

func answering(t *testing.T, status int, answer string) *hubspot.Connector {
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

func locate(t *testing.T, c *hubspot.Connector, ids ...dsr.Identifier) []dsr.Record {
	t.Helper()
	findings, err := c.Locate(t.Context(), dsr.Subject{Identifiers: ids})
	require.NoError(t, err)
	return findings.Records
}

func TestContactsAreFoundByEveryIdentifier(t *testing.T) {
	t.Parallel()
	for _, primaryOnly := range []bool{false, true} {
		sim, s := account(t, simulated.Options{PrimaryEmailOnly: primaryOnly})
		sim.AddProperty("ga")
		for _, properties := range []map[string]string{
			{"email": "Jo@Example.com"},
			{"email": "j@example.com", "hs_additional_emails": "other@example.com;JO@example.com"},
			{"email": "jo@example.com.invalid"},
			{"email": "x@example.com", "hs_additional_emails": "mr.jo@example.com;jo@example.com.invalid"},
			{"phone": "06 39 98 00 17"},
			{"mobilephone": "+33 639980017"},
			{"phone": "0032 639980017"}, // the same digits in another country
			{"ga": browser.Value},
		} {
			sim.AddContact(simulated.Contact{Properties: properties})
		}
		s.Fields = map[dsr.IdentifierType][]string{dsr.GAClientID: {"ga"}}
		connector := connect(t, s)
		require.Len(t, locate(t, connector, jo), 2)
		require.Len(t, locate(t, connector, joPhone), 2)
		require.Len(t, locate(t, connector, browser), 1)
		require.Len(t, locate(t, connector, jo, joPhone, browser), 5)
		require.Equal(t, []dsr.Identifier{
			{Type: dsr.Email, Value: "j@example.com"}, {Type: dsr.Email, Value: "other@example.com"}, {Type: dsr.Email, Value: "JO@example.com"},
		}, locate(t, connector, jo)[1].Identifiers)
	}
}

func TestPropertiesExtendWhatTheSystemIsSearchedWith(t *testing.T) {
	t.Parallel()
	s := settings("https://api.example.com")
	s.Fields = map[dsr.IdentifierType][]string{dsr.GAClientID: {"ga"}, dsr.CustomerID: {"customer"}}
	system, err := hubspot.Kind().System(s, "CRM", "", 10)
	require.NoError(t, err)
	require.Equal(t, []dsr.IdentifierType{dsr.Email, dsr.Phone, dsr.CustomerID, dsr.GAClientID}, system.Needs)
}

func TestTheRecyclingBinIsNoHidingPlace(t *testing.T) {
	t.Parallel()
	sim, s := account(t, simulated.Options{})
	sim.AddContact(simulated.Contact{ID: "17", Properties: map[string]string{"email": jo.Value}, Archived: true})
	connector := connect(t, s)
	found := locate(t, connector, jo)
	require.Equal(t, []dsr.Record{{Kind: "contact", ID: "17", Identifiers: []dsr.Identifier{jo}, FoundBy: jo}}, found)
	remaining, err := connector.Remaining(t.Context(), found)
	require.NoError(t, err)
	require.Equal(t, found, remaining)
	_, err = connector.Erase(t.Context(), found)
	require.NoError(t, err)
	require.Empty(t, sim.Snapshot())
}

func TestContactsArePurgedByIDAndNobodyIsBlocklisted(t *testing.T) {
	t.Parallel()
	sim, s := account(t, simulated.Options{})
	sim.AddContact(simulated.Contact{ID: "17", Properties: map[string]string{"email": jo.Value}})
	connector := connect(t, s)
	records := locate(t, connector, jo)
	for range 2 {
		_, err := connector.Erase(t.Context(), records)
		require.NoError(t, err)
	}
	for _, d := range sim.Ledger().Deletions() {
		require.Equal(t, simulated.KindContact, d.Kind, "not the recycling bin")
	}
	require.Empty(t, sim.Blocklisted())
	_, err := connector.Erase(t.Context(), []dsr.Record{{Kind: "contact", ID: jo.Value}})
	require.Equal(t, connectors.Misconfigured, class(t, err), "an address is no id")
}

func TestAContactThatIsStillThereRemains(t *testing.T) {
	t.Parallel()
	now := time.Now()
	sim, s := account(t, simulated.Options{PurgeDelay: time.Hour, Clock: func() time.Time { return now }})
	sim.AddContact(simulated.Contact{ID: "17", Properties: map[string]string{"email": jo.Value}})
	connector := connect(t, s)
	records := locate(t, connector, jo)
	_, err := connector.Erase(t.Context(), records)
	require.NoError(t, err)
	remaining, err := connector.Remaining(t.Context(), records)
	require.NoError(t, err)
	require.Equal(t, records, remaining)
	now = now.Add(2 * time.Hour)
	remaining, err = connector.Remaining(t.Context(), records)
	require.NoError(t, err)
	require.Empty(t, remaining)
}

func TestSearchesAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	sim, s := account(t, simulated.Options{})
	for i := range 230 {
		sim.AddContact(simulated.Contact{Properties: map[string]string{"phone": "0639980017", "email": fmt.Sprintf("p%d@example.com", i)}})
	}
	require.Len(t, locate(t, connect(t, s), joPhone), 230)
}

func TestAnswersThatLeaveSomethingOpen(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer string
		class        connectors.Class
	}{
		{"nothing", `{}`, connectors.Malformed},
		{"an error", `{"status":"error","message":"jo@example.com"}`, connectors.Rejected},
		{"an error with results", `{"status":"error","results":[]}`, connectors.Rejected},
		{"no id", `{"results":[{"properties":{"email":"jo@example.com"}}]}`, connectors.Malformed},
		{"the same page again", `{"results":[],"paging":{"next":{"after":"100"}}}`, connectors.Malformed},
		{"the same page for ever", `{"results":[{"id":"1","properties":{}}],"paging":{"next":{"after":"100"}}}`, connectors.Malformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, 200, test.answer).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
			require.Equal(t, test.class, class(t, err))
		})
	}
}

func TestOnlyNoContentIsADeletion(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`{"status":"error"}`, `{}`, ``} {
		_, err := answering(t, 200, answer).Erase(t.Context(), []dsr.Record{{Kind: "contact", ID: "17", FoundBy: jo}})
		require.Equal(t, connectors.Malformed, class(t, err))
	}
}

func TestTheCheckReadsNobody(t *testing.T) {
	t.Parallel()
	sim, s := account(t, simulated.Options{})
	sim.AddContact(simulated.Contact{Properties: map[string]string{"email": jo.Value}})
	require.NoError(t, connect(t, s).Check(t.Context()))
	calls := sim.Ledger().Calls()
	require.Len(t, calls, 1)
	require.Contains(t, string(calls[0].Body), `"value":"0"`)
}
