package hubspot_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/hubspot"
	"ite.digital/lethe/dsr"
	simulated "ite.digital/lethe/simulators/hubspot"
)

var record17 = []dsr.Record{{Kind: "contact", ID: "17"}}

// restrictable runs an account with one contact, the property for restrictions
// and two active subscription types.
func restrictable(t *testing.T) (*simulated.Sim, *hubspot.Connector) {
	t.Helper()
	sim, s := account(t, simulated.Options{LegalBasisRequired: true})
	sim.AddCheckbox("restricted")
	sim.AddSubscriptionType(simulated.SubscriptionType{ID: 1, Name: "News"})
	sim.AddSubscriptionType(simulated.SubscriptionType{ID: 2, Name: "Offers"})
	sim.AddSubscriptionType(simulated.SubscriptionType{ID: 3, Name: "Gone", Inactive: true})
	sim.AddContact(simulated.Contact{ID: "17", Properties: map[string]string{"email": jo.Value}})
	s.Options = map[string][]string{"restriction_property": {"restricted"}}
	return sim, connect(t, s)
}

func read(t *testing.T, c *hubspot.Connector) []dsr.RecordSettings {
	t.Helper()
	settings, err := c.Settings(t.Context(), record17)
	require.NoError(t, err)
	return settings
}

func setting(name, value, restricted string) dsr.Setting {
	return dsr.Setting{Name: name, Value: value, Restricted: restricted}
}

func TestTheLegalBasisOfASubscriptionComesBack(t *testing.T) {
	t.Parallel()
	sim, connector := restrictable(t)
	sim.Subscribe(jo.Value, 1, simulated.Subscription{Status: simulated.Subscribed, LegalBasis: "PERFORMANCE_OF_CONTRACT"})
	before := read(t, connector)
	require.Equal(t, []dsr.Setting{
		setting("property/restricted", "", "true"),
		setting("subscription/1", "SUBSCRIBED PERFORMANCE_OF_CONTRACT", "UNSUBSCRIBED"),
		setting("subscription/2", "NOT_SPECIFIED", "UNSUBSCRIBED"),
	}, before[0].Settings)
	require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(before)))
	require.Empty(t, dsr.Drift(read(t, connector)))
	require.NoError(t, connector.Apply(t.Context(), dsr.Lift(before, read(t, connector)).Changes))
	require.Equal(t, before, read(t, connector))
}

func TestAnOptOutOfAllEmailIsThePersonsOwn(t *testing.T) {
	t.Parallel()
	sim, connector := restrictable(t)
	sim.Subscribe(jo.Value, 1, simulated.Subscription{Status: simulated.Subscribed, LegalBasis: "CONSENT_WITH_NOTICE"})
	before := read(t, connector)
	require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(before)))
	lifting := dsr.Lift(before, read(t, connector))

	sim.OptOut(jo.Value)
	now := read(t, connector)
	require.Empty(t, dsr.Drift(now), "it restricts as well")
	require.Len(t, dsr.Lift(before, now).Conflicts[0].Settings, 2)
	err := connector.Apply(t.Context(), lifting.Changes)
	require.Equal(t, connectors.Rejected, class(t, err), "a lifting that was decided before does not take it back either")
	require.NoError(t, connector.Apply(t.Context(), dsr.Lift(before, now).Changes))
	after := read(t, connector)
	require.Equal(t, setting("property/restricted", "", "true"), after[0].Settings[0])
	require.Equal(t, setting("subscription/1", "UNSUBSCRIBED_FROM_ALL", "UNSUBSCRIBED_FROM_ALL"), after[0].Settings[1])
}

func TestASubscriptionTypeThatComesLaterIsDrift(t *testing.T) {
	t.Parallel()
	sim, connector := restrictable(t)
	before := read(t, connector)
	require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(before)))
	sim.AddSubscriptionType(simulated.SubscriptionType{ID: 4, Name: "Events"})
	drift := dsr.Drift(read(t, connector))
	require.Equal(t, []dsr.Setting{setting("subscription/4", "NOT_SPECIFIED", "UNSUBSCRIBED")}, drift[0].Settings)
}

func TestContactsWithoutAnAddressAreMarked(t *testing.T) {
	t.Parallel()
	sim, connector := restrictable(t)
	sim.Change("17", func(c *simulated.Contact) { delete(c.Properties, "email") })
	before := read(t, connector)
	require.Equal(t, []dsr.Setting{setting("property/restricted", "", "true")}, before[0].Settings)
	require.NoError(t, connector.Apply(t.Context(), dsr.Restrict(before)))
	require.Empty(t, dsr.Drift(read(t, connector)))
}

func TestTheRecyclingBinIsLeftAlone(t *testing.T) {
	t.Parallel()
	sim, connector := restrictable(t)
	sim.AddContact(simulated.Contact{ID: "18", Properties: map[string]string{"email": "jo2@example.com"}, Archived: true})
	settings, err := connector.Settings(t.Context(), []dsr.Record{{Kind: "contact", ID: "18"}})
	require.NoError(t, err)
	require.Empty(t, settings)
}

func TestThePropertyThatMarksHasToExist(t *testing.T) {
	t.Parallel()
	sim, s := account(t, simulated.Options{})
	sim.AddContact(simulated.Contact{ID: "17", Properties: map[string]string{"email": jo.Value, "notes": "x"}})
	unmarked := connect(t, s)
	require.NoError(t, unmarked.Check(t.Context()), "erasures do not need it")
	for name, want := range map[string]string{"": "no property is configured", "no_such": "does not exist", "notes": "no single checkbox"} {
		s.Options = map[string][]string{}
		if name != "" {
			s.Options["restriction_property"] = []string{name}
		}
		connector := connect(t, s)
		_, err := connector.Settings(t.Context(), record17)
		require.Equal(t, connectors.Misconfigured, class(t, err))
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "single checkbox in HubSpot")
		if name != "" {
			require.Equal(t, connectors.Misconfigured, class(t, connector.Check(t.Context())))
		}
	}
	for _, call := range sim.Ledger().Calls() {
		require.True(t, call.Method == http.MethodGet || call.Path == "/crm/objects/2026-09/contacts/search", "nothing was changed")
	}
}

func TestWithoutAPropertyTheSystemSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := settings("https://api.example.com")
	system, err := hubspot.Kind().System(s, "CRM", "", 10)
	require.NoError(t, err)
	require.False(t, system.Restriction.Able)
	require.Contains(t, system.Restriction.Instead, "restriction_property")
	s.Options = map[string][]string{"restriction_property": {"restricted"}}
	system, err = hubspot.Kind().System(s, "CRM", "", 10)
	require.NoError(t, err)
	require.True(t, system.Restriction.Able)
	s.Options = map[string][]string{"restriction_property": {"Processing restricted?"}}
	_, err = hubspot.Kind().System(s, "CRM", "", 10)
	require.Equal(t, dsr.Problems{{
		Field: "options.restriction_property", Text: "must be the internal name of a property, such as processing_restricted",
	}}, err)
}

func TestAChangeThatTheVendorOnlySaysItMadeIsNoSuccess(t *testing.T) {
	t.Parallel()
	connector := answering(t, 200, `{"id":"17","properties":{"email":"jo@example.com","restricted":null},`+
		`"status":"COMPLETE","results":[{"subscriberIdString":"jo@example.com","subscriptionId":1,"status":"SUBSCRIBED","wideStatusType":"PORTAL_WIDE"}]}`)
	for _, wanted := range []dsr.Setting{
		setting("property/restricted", "true", "true"), setting("subscription/1", "UNSUBSCRIBED", "UNSUBSCRIBED"),
	} {
		err := connector.Apply(t.Context(), []dsr.RecordSettings{{Kind: "contact", ID: "17", Settings: []dsr.Setting{wanted}}})
		require.Equal(t, connectors.Rejected, class(t, err))
		require.ErrorContains(t, err, "did not change")
	}
}
