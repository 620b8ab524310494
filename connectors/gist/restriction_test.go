package gist_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/gist"
	"ite.digital/lethe/dsr"
	simulated "ite.digital/lethe/simulators/gist"
)

// state are the settings of a contact with an address.
func state(id int64, unsubscribed, tag, tagged string) []dsr.RecordSettings {
	return []dsr.RecordSettings{{Kind: "contact", ID: strconv.FormatInt(id, 10), Settings: []dsr.Setting{
		{Name: "unsubscribed_from_emails", Value: unsubscribed, Restricted: "true"},
		{Name: "tag/" + tag, Value: tagged, Restricted: "true"},
	}}}
}

func read(t *testing.T, c *gist.Connector, ids ...int64) []dsr.RecordSettings {
	t.Helper()
	var records []dsr.Record
	for _, id := range ids {
		records = append(records, dsr.Record{Kind: "contact", ID: strconv.FormatInt(id, 10)})
	}
	settings, err := c.Settings(t.Context(), records)
	require.NoError(t, err)
	return settings
}

func TestTheTagIsTheConfiguredOne(t *testing.T) {
	t.Parallel()
	sim, s := workspace(t, simulated.Options{})
	id := sim.AddContact(simulated.Contact{Email: jo.Value, Tags: []string{"vip"}})
	require.Equal(t, state(id, "false", "processing-restricted", "false"), read(t, connect(t, s), id))
	s.Options = map[string][]string{"restriction_tag": {"Art. 18 – à part"}}
	connector := connect(t, s)
	require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(read(t, connector, id))))
	require.Equal(t, state(id, "true", "Art. 18 – à part", "true"), read(t, connector, id))
	sim.Change(strconv.FormatInt(id, 10), func(c *simulated.Contact) {
		require.Equal(t, []string{"vip", "Art. 18 – à part"}, c.Tags, "other tags stay")
	})
}

func TestTheSitesSnippetSubscribesBehindOurBack(t *testing.T) {
	t.Parallel()
	sim, s := workspace(t, simulated.Options{})
	id := sim.AddContact(simulated.Contact{Email: jo.Value, UserID: joID.Value})
	connector := connect(t, s)
	before := read(t, connector, id)
	require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(before)))
	sim.Identify(map[string]any{"user_id": joID.Value, "unsubscribed_from_emails": false})
	drift := dsr.Drift(read(t, connector, id))
	require.Equal(t, before[0].Settings[:1], drift[0].Settings)
	require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(drift)))
	require.Empty(t, dsr.Drift(read(t, connector, id)))
}

func TestContactsWithoutAnAddressAreTagged(t *testing.T) {
	t.Parallel()
	sim, s := workspace(t, simulated.Options{})
	id := sim.AddContact(simulated.Contact{UserID: joID.Value})
	connector := connect(t, s)
	before := read(t, connector, id)
	require.Len(t, before[0].Settings, 1)
	require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(before)))
	require.Empty(t, dsr.Drift(read(t, connector, id)))
}

func TestAContactThatTheVendorMistakesForAnotherIsNoSuccess(t *testing.T) {
	t.Parallel()
	sim, s := workspace(t, simulated.Options{IgnoreID: true})
	sim.AddContact(simulated.Contact{Email: jo.Value, UserID: joID.Value})
	lead := sim.AddContact(simulated.Contact{Email: jo.Value})
	connector := connect(t, s)
	err := connector.Apply(t.Context(), dsr.Restrict(read(t, connector, lead)))
	require.Equal(t, connectors.Rejected, class(t, err))
	require.ErrorContains(t, err, "another contact")
}

func TestConversationsHaveNothingToRestrict(t *testing.T) {
	t.Parallel()
	sim, s := workspace(t, simulated.Options{})
	settings, err := connect(t, s).Settings(t.Context(), []dsr.Record{{Kind: "conversation", ID: "1"}})
	require.NoError(t, err)
	require.Empty(t, settings)
	require.Empty(t, sim.Ledger().Calls())
}

func TestAChangeThatTheVendorOnlySaysItMadeIsNoSuccess(t *testing.T) {
	t.Parallel()
	connector := answering(t, 200, `{"contact":{"id":17,"email":"jo@example.com","unsubscribed_from_emails":null,"tags":[]},"tag":{"name":"x"}}`)
	for _, setting := range state(17, "true", "processing-restricted", "true")[0].Settings {
		err := connector.Apply(t.Context(), []dsr.RecordSettings{{Kind: "contact", ID: "17", Settings: []dsr.Setting{setting}}})
		require.Equal(t, connectors.Rejected, class(t, err))
		require.ErrorContains(t, err, "did not change")
	}
}

// The flag is shown as a text, and what texts there are is not documented. Taken for
// "not unsubscribed", an unknown one would be given back as a subscription.
func TestASubscriptionThatIsNotUnderstoodIsNotGuessedAt(t *testing.T) {
	t.Parallel()
	record := []dsr.Record{{Kind: "contact", ID: "17"}}
	for value, want := range map[string]string{
		`true`: "true", `"true"`: "true", `"TRUE"`: "true", `false`: "false", `"false"`: "false", `null`: "false", `""`: "false",
		`"yes"`: "", `"1"`: "", `1`: "", `"2026-11-29"`: "", `{"all":true}`: "",
	} {
		connector := answering(t, http.StatusOK, `{"contact":{"id":17,"email":"jo@example.com","unsubscribed_from_emails":`+value+`}}`)
		settings, err := connector.Settings(t.Context(), record)
		if want == "" {
			require.Equal(t, connectors.Malformed, class(t, err), value)
			continue
		}
		require.NoError(t, err, value)
		require.Equal(t, want, settings[0].Settings[0].Value, value)
	}
}
