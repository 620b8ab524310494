package landbot_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	simulated "ite.digital/lethe/simulators/landbot"
)

// customerSettings are the three settings of a customer.
func customerSettings(id int64, optIn, blocked, archived string) []dsr.RecordSettings {
	return []dsr.RecordSettings{{Kind: "customer", ID: strconv.FormatInt(id, 10), Settings: []dsr.Setting{
		{Name: "opt_in", Value: optIn, Restricted: "false", Irreversible: true},
		{Name: "blocked", Value: blocked, Restricted: "true"},
		{Name: "archived", Value: archived, Restricted: "true"},
	}}}
}

// changing are the calls that changed something, as methods and last parts of
// their paths.
func changing(sim *simulated.Sim) []string {
	var calls []string
	for _, call := range sim.Ledger().Calls() {
		if call.Method != http.MethodGet {
			parts := strings.Split(strings.Trim(call.Path, "/"), "/")
			calls = append(calls, call.Method+" "+parts[len(parts)-1])
		}
	}
	return calls
}

func TestARestrictedCustomerIsOptedOutBeforeItIsBlocked(t *testing.T) {
	t.Parallel()
	sim, s := account(t)
	id := sim.AddCustomer(simulated.Customer{Phone: joPhone.Value, OptIn: true})
	connector := connect(t, s)
	record := []dsr.Record{{Kind: "customer", ID: strconv.FormatInt(id, 10)}}
	before, err := connector.Settings(t.Context(), record)
	require.NoError(t, err)
	require.Equal(t, customerSettings(id, "true", "false", "false"), before)
	require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(before)))
	require.Equal(t, []string{"DELETE opt_out", "PUT block", "PUT archive"}, changing(sim))
	now, err := connector.Settings(t.Context(), record)
	require.NoError(t, err)
	require.Equal(t, customerSettings(id, "false", "true", "true"), now)

	sim.Ledger().Reset()
	lifting := dsr.Lift(before, now)
	require.NoError(t, connector.Apply(t.Context(), lifting.Changes))
	require.Equal(t, []string{"PUT unarchive", "PUT unblock"}, changing(sim))
	require.Len(t, lifting.Irreversible, 1)
	require.Equal(t, connectors.Misconfigured, failure(t, connector.Apply(t.Context(), lifting.Irreversible)).Class, "nobody opts in for somebody else")
}

func TestACustomerOfAnotherAgentIsLeftToAPerson(t *testing.T) {
	t.Parallel()
	sim, s := account(t)
	id := sim.AddCustomer(simulated.Customer{Email: jo.Value, AgentID: simulated.DefaultAgent + 1})
	err := connect(t, s).Apply(t.Context(), customerSettings(id, "false", "true", "true"))
	require.Equal(t, connectors.Rejected, failure(t, err).Class)
	require.ErrorContains(t, err, "another agent")
	require.Equal(t, []string{"PUT block", "PUT archive"}, changing(sim), "what can be done is done")
}

// V6: no documentation shows whether a customer has the members.
func TestACustomerThatDoesNotShowWhetherItIsBlockedIsBlocked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		shows  string
		answer string
		status int
		class  connectors.Class
		unseen []string
	}{
		"neither":                {shows: ``, answer: `{"success":true}`, status: 200, unseen: []string{"blocked", "archived"}},
		"with an empty answer":   {shows: ``, status: 200, unseen: []string{"blocked", "archived"}},
		"null":                   {shows: `,"blocked":null,"archived":null`, status: 200, unseen: []string{"blocked", "archived"}},
		"the archive alone":      {shows: `,"archived":true`, status: 200, unseen: []string{"blocked"}},
		"the archive, unchanged": {shows: `,"archived":false`, status: 200, class: connectors.Rejected, unseen: []string{"blocked"}},
		"a refusal inside":       {answer: `{"success":false}`, status: 200, class: connectors.Rejected, unseen: []string{"blocked", "archived"}},
		"another agent's":        {status: 412, class: connectors.Rejected, unseen: []string{"blocked", "archived"}},
		"a path that nobody has": {status: 404, class: connectors.Misconfigured, unseen: []string{"blocked", "archived"}},
		"no permission":          {status: 403, class: connectors.CredentialsRejected, unseen: []string{"blocked", "archived"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var changes []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					_, _ = io.WriteString(w, `{"success":true,"customer":{"id":17,"email":"jo@example.com"`+test.shows+`}}`)
					return
				}
				changes = append(changes, r.Method+" "+r.URL.Path)
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.answer)
			}))
			t.Cleanup(server.Close)
			connector := connect(t, settings(server.URL))
			record := []dsr.Record{{Kind: "customer", ID: "17"}}
			before, err := connector.Settings(t.Context(), record)
			require.NoError(t, err)
			var unseen []string
			for _, r := range dsr.Unverifiable(before) {
				for _, s := range r.Settings {
					require.Empty(t, s.Value)
					unseen = append(unseen, s.Name)
				}
			}
			require.Equal(t, test.unseen, unseen)
			err = connector.Apply(t.Context(), dsr.Restrict(before))
			if test.class != "" {
				require.Equal(t, test.class, failure(t, err).Class)
				require.True(t, test.status == http.StatusOK || failure(t, err).Status == test.status, "the status is the one that came")
				return
			}
			require.NoError(t, err)
			require.Contains(t, changes, "PUT /customers/17/block/")
			now, err := connector.Settings(t.Context(), record)
			require.NoError(t, err)
			require.Empty(t, dsr.Drift(now), "nobody has seen that it changed")
			lifting := dsr.Lift(before, now)
			require.Empty(t, lifting.Changes, "what was true before is not known")
			require.Equal(t, unseen, names(lifting.Unknown))
		})
	}
}

func names(settings []dsr.RecordSettings) []string {
	var names []string
	for _, r := range settings {
		for _, s := range r.Settings {
			names = append(names, s.Name)
		}
	}
	return names
}

func TestAChangeThatTheVendorOnlySaysItMadeIsNoSuccess(t *testing.T) {
	t.Parallel()
	connector := answering(t, http.StatusOK, `{"success":true,"customer":{"id":17,"blocked":false,"archived":false}}`)
	err := connector.Apply(t.Context(), customerSettings(17, "false", "true", "true"))
	require.Equal(t, connectors.Rejected, failure(t, err).Class)
	require.ErrorContains(t, err, "is not changed")
}
