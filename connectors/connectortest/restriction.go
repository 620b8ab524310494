package connectortest

import (
	"net/http"
	"slices"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
)

// restrictions are the tests of connectors that can restrict.
var restrictions = []trial{
	{"reading settings changes nothing", readingSettingsChangesNothing},
	{"a restriction holds, and lifting it gives back what was", aRestrictionIsUndone},
	{"who had unsubscribed on their own stays unsubscribed", anOwnDecisionStays},
	{"what changes behind the connector's back is seen and restricted again", driftIsSeen},
	{"what somebody changed in the meantime is left alone", aChangeInTheMeantimeStands},
	{"a record that is gone is passed over and stays gone", aGoneRecordStaysGone},
	{"settings that make no sense are refused", senselessChangesAreRefused},
	{"a change whose answer is not understood is no success, unless it happened", changesAreUnderstood},
	{"a restriction that broke off is completed and undone", aBrokenRestrictionIsCompleted},
}

// settings are those of the records.
func (b *bench) settingsOf(records []dsr.Record) []dsr.RecordSettings {
	b.Helper()
	settings, err := b.connector.(connectors.Restrictor).Settings(b.Context(), records)
	require.NoError(b, err)
	return settings
}

func (b *bench) apply(changes []dsr.RecordSettings) {
	b.Helper()
	require.NoError(b, b.connector.(connectors.Restrictor).Apply(b.Context(), changes))
}

// restricted are a person's records with their settings before they were
// restricted in all that can be undone.
func (b *bench) restricted(p population.Person) (records []dsr.Record, before []dsr.RecordSettings) {
	b.Helper()
	records = b.located(p)
	before = b.settingsOf(records)
	b.apply(dsr.Reversible(dsr.Restrict(before)))
	return records, before
}

// free is the first setting of any record that a restriction would change and
// can undo.
func free(b *bench, settings []dsr.RecordSettings) (key string, setting dsr.Setting) {
	b.Helper()
	changes := dsr.Reversible(dsr.Restrict(settings))
	require.NotEmpty(b, changes, "nothing is left to restrict")
	name := changes[0].Settings[0].Name
	return changes[0].Key(), value(b, settings, changes[0].Key(), name)
}

func value(b *bench, settings []dsr.RecordSettings, key, name string) dsr.Setting {
	b.Helper()
	for _, record := range settings {
		at := slices.IndexFunc(record.Settings, func(s dsr.Setting) bool { return s.Name == name })
		if record.Key() == key && at >= 0 {
			return record.Settings[at]
		}
	}
	require.Fail(b, "a setting is missing")
	return dsr.Setting{}
}

func readingSettingsChangesNothing(b *bench) {
	restrictor := b.connector.(connectors.Restrictor)
	for _, person := range subjects {
		records := b.located(person)
		settings := b.settingsOf(records)
		require.NotEmpty(b, settings)
		for _, record := range settings {
			require.True(b, slices.ContainsFunc(records, func(r dsr.Record) bool { return r.Key() == record.Key() }))
			require.NotEmpty(b, record.Settings)
			var names []string
			for _, setting := range record.Settings {
				names = append(names, setting.Name)
			}
			slices.Sort(names)
			require.Equal(b, names, slices.Compact(slices.Clone(names)), "each setting is there once")
			require.NotContains(b, names, "")
			b.discreet("a setting", string(simulators.Encode(record)))
		}
	}
	b.unharmed()
	calls := len(b.Server.Ledger().Calls())
	settings, err := restrictor.Settings(b.Context(), nil)
	require.NoError(b, err)
	require.Empty(b, settings)
	b.apply(nil)
	require.Len(b, b.Server.Ledger().Calls(), calls, "nothing was asked of the vendor")
}

func aRestrictionIsUndone(b *bench) {
	for _, person := range subjects {
		records := b.located(person)
		before := b.settingsOf(records)
		irreversible := dsr.Irreversible(dsr.Restrict(before))
		for range 2 { // twice is once
			b.apply(dsr.Restrict(before))
			now := b.settingsOf(records)
			require.Empty(b, dsr.Drift(now), "all settings are restricted")
			require.Equal(b, keysOfSettings(before), keysOfSettings(now))
			b.unharmed(person)
		}
		lifting := dsr.Lift(before, b.settingsOf(records))
		require.Empty(b, lifting.Conflicts)
		require.Empty(b, lifting.Unknown)
		for range 2 {
			b.apply(lifting.Changes)
			b.unharmed(person)
		}
		after := b.settingsOf(records)
		require.Empty(b, dsr.Lift(before, after).Changes)
		require.Equal(b, dsr.Reversible(before), dsr.Reversible(after))
		if len(irreversible) == 0 {
			require.Equal(b, before, after)
			b.unharmed()
			continue
		}
		require.Equal(b, keysOfSettings(irreversible), keysOfSettings(lifting.Irreversible), "what does not come back is said")
		// From here on everything can be undone, and the record is whole again.
		for _, record := range lifting.Irreversible {
			for _, setting := range record.Settings {
				b.Change(record.Key(), setting.Name, setting.Value)
			}
		}
		b.unharmed()
	}
}

func keysOfSettings(records []dsr.RecordSettings) []string {
	var keys []string
	for _, record := range records {
		for _, setting := range record.Settings {
			keys = append(keys, record.Key()+" "+setting.Name)
		}
	}
	return keys
}

func anOwnDecisionStays(b *bench) {
	records := b.located(population.Ana)
	key, own := free(b, b.settingsOf(records))
	b.Change(key, own.Name, own.Restricted)
	_, before := b.restricted(population.Ana)
	require.Equal(b, own.Restricted, value(b, before, key, own.Name).Value)
	b.apply(dsr.Lift(before, b.settingsOf(records)).Changes)
	require.Equal(b, before, b.settingsOf(records))
	b.Change(key, own.Name, own.Value)
	b.unharmed()
}

func driftIsSeen(b *bench) {
	records, before := b.restricted(population.Ana)
	key, was := free(b, before)
	b.Change(key, was.Name, was.Value)
	drift := dsr.Reversible(dsr.Drift(b.settingsOf(records)))
	require.Equal(b, []string{key + " " + was.Name}, keysOfSettings(drift))
	require.Equal(b, was, drift[0].Settings[0], "it shows the value that was found")
	b.apply(dsr.Restrict(drift))
	now := b.settingsOf(records)
	require.Empty(b, dsr.Reversible(dsr.Drift(now)))
	b.apply(dsr.Lift(before, now).Changes)
	b.unharmed()
}

func aChangeInTheMeantimeStands(b *bench) {
	records := b.located(population.Ana)
	key, was := free(b, b.settingsOf(records))
	b.Change(key, was.Name, was.Restricted) // an own decision before the restriction …
	_, before := b.restricted(population.Ana)
	b.Change(key, was.Name, was.Value) // … and another one since
	lifting := dsr.Lift(before, b.settingsOf(records))
	require.Equal(b, []string{key + " " + was.Name}, keysOfSettings(lifting.Conflicts))
	b.apply(lifting.Changes)
	require.Equal(b, was, value(b, b.settingsOf(records), key, was.Name))
	b.unharmed()
}

func aGoneRecordStaysGone(b *bench) {
	records, before := b.restricted(population.Ana)
	for range rounds {
		_, err := b.connector.Erase(b.Context(), b.located(population.Ana))
		require.NoError(b, err)
	}
	require.Empty(b, b.settingsOf(records))
	b.apply(before)
	b.apply(dsr.Reversible(dsr.Restrict(before)))
	require.Empty(b, b.held(population.Ana))
	b.unharmed(population.Ana)
}

func senselessChangesAreRefused(b *bench) {
	restrictor := b.connector.(connectors.Restrictor)
	records := b.located(population.Ana)
	good := b.settingsOf(records)
	calls := len(b.Server.Ledger().Calls())
	for _, id := range []string{"", " ", "\t"} {
		_, err := restrictor.Settings(b.Context(), append(slices.Clone(records), dsr.Record{Kind: records[0].Kind, ID: id}))
		require.Equal(b, connectors.Misconfigured, b.known(err).Class)
		broken := append(slices.Clone(good), dsr.RecordSettings{Kind: good[0].Kind, ID: id, Settings: good[0].Settings})
		require.Equal(b, connectors.Misconfigured, b.known(restrictor.Apply(b.Context(), broken)).Class)
	}
	nameless := dsr.RecordSettings{Kind: good[0].Kind, ID: good[0].ID, Settings: []dsr.Setting{{Value: good[0].Settings[0].Restricted}}}
	require.Equal(b, connectors.Misconfigured, b.known(restrictor.Apply(b.Context(), append(slices.Clone(good), nameless))).Class)
	require.Len(b, b.Server.Ledger().Calls(), calls, "no call was made")
	for _, id := range []string{"..", ".", "../" + good[0].ID, good[0].ID + "/../..", good[0].ID + "?all=true", "%2e%2e"} {
		astray := []dsr.RecordSettings{{Kind: good[0].Kind, ID: id, Settings: dsr.Restrict(good)[0].Settings}}
		_ = restrictor.Apply(b.Context(), astray) // some vendors know nothing of this id, which is as good
	}
	b.unharmed()
}

// changesAreUnderstood lets reading succeed and writing go wrong.
func changesAreUnderstood(b *bench) {
	restrictor := b.connector.(connectors.Restrictor)
	writing := []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	for _, fault := range []simulators.Kind{
		simulators.FailureInside, simulators.HalfAnswer, simulators.Malformed, simulators.Truncated, simulators.BadGateway, simulators.ServerError,
	} {
		records := b.located(population.Ana)
		before := b.settingsOf(records)
		changes := dsr.Reversible(dsr.Restrict(before))
		b.Server.Faults().Set(simulators.Rule{Kind: fault, Methods: writing})
		err := restrictor.Apply(b.Context(), changes)
		b.Server.Faults().Clear()
		now := b.settingsOf(records)
		if err == nil {
			require.Empty(b, dsr.Reversible(dsr.Drift(now)), "%s was taken for a success", fault)
		}
		b.apply(dsr.Lift(before, now).Changes)
		b.unharmed()
	}
}

func aBrokenRestrictionIsCompleted(b *bench) {
	restrictor := b.connector.(connectors.Restrictor)
	records := b.located(population.Ana)
	before := b.settingsOf(records)
	changes := dsr.Reversible(dsr.Restrict(before))
	for after := range 4 {
		for _, fault := range []simulators.Kind{simulators.ResetBefore, simulators.ResetAfter} {
			b.Server.Faults().Set(simulators.Rule{Kind: fault, After: after})
			_ = restrictor.Apply(b.Context(), changes) // it may have got to the end
			b.Server.Faults().Clear()
			b.apply(changes)
			now := b.settingsOf(records)
			require.Empty(b, dsr.Reversible(dsr.Drift(now)))
			b.Server.Faults().Set(simulators.Rule{Kind: fault, After: after})
			_ = restrictor.Apply(b.Context(), dsr.Lift(before, now).Changes)
			b.Server.Faults().Clear()
			b.apply(dsr.Lift(before, b.settingsOf(records)).Changes)
			require.Equal(b, before, b.settingsOf(records))
		}
	}
	b.unharmed()
}
