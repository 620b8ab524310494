package landbot_test

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
	"ite.digital/lethe/connectors/landbot"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/simulators"
	simulated "ite.digital/lethe/simulators/landbot"
)

var (
	jo      = dsr.Identifier{Type: dsr.Email, Value: "jo@example.com"}
	joPhone = dsr.Identifier{Type: dsr.Phone, Value: "+33639980017"}
)

func settings(url string) connectors.Settings {
	return connectors.Settings{
		System: "bot", BaseURL: url, Credentials: map[string]string{"token": simulated.DefaultToken},
		Parser: identity.Parser{Region: "FR"}, Log: zerolog.Nop(),
		Pace: connectors.Pace{Min: time.Millisecond, Max: time.Millisecond},
	}
}

func connect(t *testing.T, s connectors.Settings) *landbot.Connector {
	t.Helper()
	connector, err := landbot.New(s)
	require.NoError(t, err)
	return connector.(*landbot.Connector)
}

// account runs a simulated account.
func account(t *testing.T) (*simulated.Sim, connectors.Settings) {
	t.Helper()
	sim := simulated.New(simulated.Options{})
	url, stop, err := simulators.Serve(sim)
	require.NoError(t, err)
	t.Cleanup(stop)
	return sim, settings(url + "/v1")
}

func answering(t *testing.T, status int, answer string) *landbot.Connector {
	t.Helper()
	return connect(t, settings(serving(t, status, answer)))
}

// serving runs an account that gives one answer to everything.
func serving(t *testing.T, status int, answer string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func failure(t *testing.T, err error) *connectors.Error {
	t.Helper()
	var known *connectors.Error
	require.ErrorAs(t, err, &known)
	return known
}

func locate(t *testing.T, c *landbot.Connector, ids ...dsr.Identifier) []dsr.Record {
	t.Helper()
	findings, err := c.Locate(t.Context(), dsr.Subject{Identifiers: ids})
	require.NoError(t, err)
	return findings.Records
}

func TestAPhoneIsFoundHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	sim, s := account(t)
	written := []string{"+33639980017", "33639980017", "0639980017", "06 39 98 00 17", "+33 6 39 98 00 17"}
	for _, phone := range written {
		sim.AddCustomer(simulated.Customer{Phone: phone})
		sim.AddCustomer(simulated.Customer{Phone: phone, Archived: true})
		sim.AddCustomer(simulated.Customer{Phone: phone + "8"})
	}
	records := locate(t, connect(t, s), joPhone)
	require.Len(t, records, 2*len(written))
	for _, r := range records {
		require.Equal(t, []dsr.Identifier{joPhone}, r.Identifiers)
		require.Equal(t, joPhone, r.FoundBy)
	}
}

func TestANumberThatCouldBeTwoDisclosesNone(t *testing.T) {
	t.Parallel()
	sim, s := account(t)
	// Ten digits of the United States, or of Denmark with its country code.
	sim.AddCustomer(simulated.Customer{Email: jo.Value, Phone: "4582345678"})
	s.Parser = identity.Parser{Region: "US"}
	s.Fields = map[dsr.IdentifierType][]string{dsr.Phone: {"mobile"}}
	records := locate(t, connect(t, s), jo)
	require.Len(t, records, 1)
	require.Equal(t, []dsr.Identifier{jo}, records[0].Identifiers)
	require.Len(t, records[0].Ambiguous, 2)
	// The one that is asked for is found all the same.
	american := dsr.Identifier{Type: dsr.Phone, Value: "+14582345678"}
	require.Len(t, locate(t, connect(t, s), american), 1)
}

func TestCustomFieldsDiscloseIdentifiers(t *testing.T) {
	t.Parallel()
	sim, s := account(t)
	sim.AddCustomer(simulated.Customer{ID: 17, Email: "JO@example.com", Fields: map[string]any{"ga": "1234567890.1700000000", "mobile": 33639980017, "other": "x"}})
	s.Fields = map[dsr.IdentifierType][]string{dsr.GAClientID: {"ga"}, dsr.Phone: {"mobile", "missing"}}
	require.Equal(t, []dsr.Record{{Kind: "customer", ID: "17", FoundBy: jo, Identifiers: []dsr.Identifier{
		{Type: dsr.Email, Value: "JO@example.com"}, joPhone, {Type: dsr.GAClientID, Value: "1234567890.1700000000"},
	}}}, locate(t, connect(t, s), jo))
}

// The reference calls them custom_fields; published clients read them beside the
// customer's own members.
func TestCustomFieldsAreReadWhereverTheyAre(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string]string{
		"by the reference":          `"custom_fields":{"ga":"1234567890.1700000000"}`,
		"with their type":           `"custom_fields":{"ga":{"type":"string","value":"1234567890.1700000000","extra":{}}}`,
		"by another name":           `"fields":{"ga":"1234567890.1700000000"}`,
		"beside the customer's own": `"ga":"1234567890.1700000000","custom_fields":null`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settings(serving(t, http.StatusOK, `{"success":true,"total":1,"customers":[{"id":17,"email":"jo@example.com",`+fields+`}]}`))
			s.Fields = map[dsr.IdentifierType][]string{dsr.GAClientID: {"ga"}}
			records := locate(t, connect(t, s), jo)
			require.Len(t, records, 1)
			require.Equal(t, []dsr.Identifier{jo, {Type: dsr.GAClientID, Value: "1234567890.1700000000"}}, records[0].Identifiers)
		})
	}
}

func TestTheCheckWantsTheListOfCustomers(t *testing.T) {
	t.Parallel()
	require.NoError(t, answering(t, http.StatusOK, `{"success":true,"total":0,"customers":[]}`).Check(t.Context()))
	require.Equal(t, connectors.Malformed, failure(t, answering(t, http.StatusOK, `{"success":true}`).Check(t.Context())).Class)
}

// A field that is no part of the search must not make a hit of a near miss.
func TestAFieldDoesNotMakeAHit(t *testing.T) {
	t.Parallel()
	sim, s := account(t)
	sim.AddCustomer(simulated.Customer{Email: jo.Value + ".invalid", Fields: map[string]any{"friend": jo.Value}})
	s.Fields = map[dsr.IdentifierType][]string{dsr.Email: {"friend"}}
	require.Empty(t, locate(t, connect(t, s), jo))
}

func TestSearchesAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	sim, s := account(t)
	for i := range 230 {
		sim.AddCustomer(simulated.Customer{Email: fmt.Sprintf("jo@example.com%d.invalid", i)})
	}
	sim.AddCustomer(simulated.Customer{Email: jo.Value})
	require.Len(t, locate(t, connect(t, s), jo), 1)
}

// Pages are cut by position: what goes while they are read moves the rest, and one
// customer is on no page.
func TestAListThatMovedIsReadAgain(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("offset") == "0" {
			_, _ = io.WriteString(w, `{"success":true,"total":3,"customers":[{"id":1},{"id":2}]}`)
			return
		}
		_, _ = io.WriteString(w, `{"success":true,"total":2,"customers":[]}`)
	}))
	t.Cleanup(server.Close)
	_, err := connect(t, settings(server.URL)).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
	require.Equal(t, connectors.Transient, failure(t, err).Class)
	require.ErrorContains(t, err, "changed while it was read")
}

func TestACustomerInOtherHandsIsAPersonsTask(t *testing.T) {
	t.Parallel()
	sim, s := account(t)
	sim.AddCustomer(simulated.Customer{ID: 17, Email: jo.Value, Locked: true})
	connector := connect(t, s)
	_, err := connector.Erase(t.Context(), locate(t, connector, jo))
	refused := failure(t, err)
	require.Equal(t, connectors.Rejected, refused.Class)
	require.Equal(t, http.StatusPreconditionFailed, refused.Status)
	require.Contains(t, refused.Reason, "another agent")
	require.True(t, sim.Exists("17"))
}

func TestAnswersThatLeaveSomethingOpen(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer string
		class        connectors.Class
	}{
		{"nothing", `{}`, connectors.Malformed},
		{"a failure", `{"success":false}`, connectors.Rejected},
		{"a failure with customers", `{"success":false,"total":0,"customers":[]}`, connectors.Rejected},
		{"no list", `{"success":true,"total":0}`, connectors.Malformed},
		{"no total", `{"success":true,"customers":[]}`, connectors.Malformed},
		{"no id", `{"success":true,"total":1,"customers":[{"email":"jo@example.com"}]}`, connectors.Malformed},
		{"fewer than the total", `{"success":true,"total":3,"customers":[]}`, connectors.Malformed},
		{"the same page again", `{"success":true,"total":99999999,"customers":[{"id":1}]}`, connectors.Malformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, 200, test.answer).Locate(t.Context(), dsr.Subject{Identifiers: []dsr.Identifier{jo}})
			require.Equal(t, test.class, failure(t, err).Class)
		})
	}
}

func TestOnlyNoContentIsADeletion(t *testing.T) {
	t.Parallel()
	records := []dsr.Record{{Kind: "customer", ID: "17", FoundBy: jo}}
	for _, status := range []int{200, 202} {
		_, err := answering(t, status, `{"success":true}`).Erase(t.Context(), records)
		require.Equal(t, connectors.Malformed, failure(t, err).Class)
	}
}

func TestReadBackIsOfTheSameCustomer(t *testing.T) {
	t.Parallel()
	_, err := answering(t, 200, `{"success":true,"customer":{"id":18}}`).Remaining(t.Context(), []dsr.Record{{Kind: "customer", ID: "17"}})
	require.Equal(t, connectors.Malformed, failure(t, err).Class)
}
