package webhook_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/website"
)

var (
	account17 = []dsr.Record{{Kind: "account", ID: "u-17"}}
	stop17    = []dsr.RecordSettings{{Kind: "account", ID: "u-17", Settings: []dsr.Setting{{Name: "newsletter", Value: "off", Restricted: "off"}}}}
)

func TestSettingsAreTakenAtTheReceiversWord(t *testing.T) {
	t.Parallel()
	sim, connector := site(t)
	sim.AddRecord(website.Record{ID: "u-17", Settings: []website.Setting{
		{Name: "newsletter", Value: "weekly", Restricted: "off"}, {Name: "sold", Value: "no", Restricted: "never", Irreversible: true},
	}})
	sim.AddRecord(website.Record{ID: "u-17", Kind: "forum", Settings: []website.Setting{{Name: "visible", Value: "", Restricted: "no"}}})
	sim.AddRecord(website.Record{ID: "u-18"})
	records := slices.Concat(account17, []dsr.Record{{Kind: "forum", ID: "u-17"}, {Kind: "account", ID: "u-18"}, {Kind: "account", ID: "gone"}})
	before, err := connector.Settings(t.Context(), records)
	require.NoError(t, err)
	require.Equal(t, []dsr.RecordSettings{
		{Kind: "account", ID: "u-17", Settings: []dsr.Setting{
			{Name: "newsletter", Value: "weekly", Restricted: "off"}, {Name: "sold", Value: "no", Restricted: "never", Irreversible: true},
		}},
		{Kind: "forum", ID: "u-17", Settings: []dsr.Setting{{Name: "visible", Value: "", Restricted: "no"}}},
	}, before)
	require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(before)))
	now, err := connector.Settings(t.Context(), records)
	require.NoError(t, err)
	require.Empty(t, dsr.Drift(now))
	lifting := dsr.Lift(before, now)
	require.NoError(t, connector.Apply(t.Context(), lifting.Changes))
	require.Equal(t, connectors.Rejected, class(t, connector.Apply(t.Context(), lifting.Irreversible)))
}

func TestManyRecordsAreSentInBatches(t *testing.T) {
	t.Parallel()
	sim, connector := site(t)
	var records []dsr.Record
	for i := range 250 {
		id := fmt.Sprint(i)
		sim.AddRecord(website.Record{ID: id, Settings: []website.Setting{{Name: "newsletter", Value: "on", Restricted: "off"}}})
		records = append(records, dsr.Record{Kind: "account", ID: id})
	}
	before, err := connector.Settings(t.Context(), records)
	require.NoError(t, err)
	require.Len(t, before, 250)
	require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(before)))
	require.Len(t, sim.Ledger().Calls(), 6)
}

func TestAReceiverThatOnlyErasesIsMisconfiguredForRestrictions(t *testing.T) {
	t.Parallel()
	sim := website.New(website.Options{Secret: secret, EraseOnly: true})
	url, stop, err := simulators.Serve(sim)
	require.NoError(t, err)
	t.Cleanup(stop)
	connector := connect(t, settings(url))
	require.NoError(t, connector.Check(t.Context()))
	_, err = connector.Settings(t.Context(), account17)
	require.Equal(t, connectors.Misconfigured, class(t, err))
	require.ErrorContains(t, err, "does not implement restrictions")
	require.Equal(t, connectors.Misconfigured, class(t, connector.Apply(t.Context(), stop17)))
	for _, status := range []int{http.StatusMethodNotAllowed, http.StatusNotImplemented} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(server.Close)
		require.Equal(t, connectors.Misconfigured, class(t, connect(t, settings(server.URL)).Apply(t.Context(), stop17)))
	}
}

func TestAnswersToSettingsThatLeaveSomethingOpenAreRefused(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"no results":             `{}`,
		"no result":              `{"results":[]}`,
		"two results":            `{"results":[{"id":"u-17","status":"not_found"},{"id":"u-17","status":"not_found"}]}`,
		"a result too many":      `{"results":[{"id":"u-17","status":"not_found"},{"id":"u-18","status":"not_found"}]}`,
		"another record":         `{"results":[{"id":"u-18","status":"not_found"}]}`,
		"another kind":           `{"results":[{"id":"u-17","kind":"forum","status":"not_found"}]}`,
		"an unknown status":      `{"results":[{"id":"u-17","status":"ok"}]}`,
		"no list of settings":    `{"results":[{"id":"u-17","status":"found"}]}`,
		"a setting without name": `{"results":[{"id":"u-17","status":"found","settings":[{"value":"a","restricted":"b"}]}]}`,
		"no value":               `{"results":[{"id":"u-17","status":"found","settings":[{"name":"n","restricted":"b"}]}]}`,
		"null for a value":       `{"results":[{"id":"u-17","status":"found","settings":[{"name":"n","value":null,"restricted":"b"}]}]}`,
		"no restricted value":    `{"results":[{"id":"u-17","status":"found","settings":[{"name":"n","value":"a"}]}]}`,
		"a name twice": `{"results":[{"id":"u-17","status":"found","settings":[{"name":"n","value":"a","restricted":"b"},` +
			`{"name":"n","value":"b","restricted":"b"}]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, answer).Settings(t.Context(), account17)
			require.Equal(t, connectors.Malformed, class(t, err))
		})
	}
	found := `{"results":[{"id":"u-17","status":"found","settings":[]}]}`
	read, err := answering(t, found).Settings(t.Context(), account17)
	require.NoError(t, err)
	require.Empty(t, read, "nothing to restrict")
	require.Equal(t, connectors.Malformed, class(t, answering(t, found).Apply(t.Context(), stop17)))
	failed := `{"results":[{"id":"u-17","status":"failed"}]}`
	require.Equal(t, connectors.Rejected, class(t, answering(t, failed).Apply(t.Context(), stop17)))
}
