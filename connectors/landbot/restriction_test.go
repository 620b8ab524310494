package landbot_test

import (
	"net/http"
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

func TestCustomersThatDoNotShowTheirStateAreNotGuessedAt(t *testing.T) {
	t.Parallel()
	connector := answering(t, http.StatusOK, `{"success":true,"customer":{"id":17,"email":"jo@example.com"}}`)
	_, err := connector.Settings(t.Context(), []dsr.Record{{Kind: "customer", ID: "17"}})
	require.Equal(t, connectors.Malformed, failure(t, err).Class)
	require.Contains(t, failure(t, err).Advice(), "block and archive the customer in Landbot by hand")
}

func TestAChangeThatTheVendorOnlySaysItMadeIsNoSuccess(t *testing.T) {
	t.Parallel()
	connector := answering(t, http.StatusOK, `{"success":true,"customer":{"id":17,"blocked":false,"archived":false}}`)
	err := connector.Apply(t.Context(), customerSettings(17, "false", "true", "true"))
	require.Equal(t, connectors.Rejected, failure(t, err).Class)
	require.ErrorContains(t, err, "is not changed")
}
