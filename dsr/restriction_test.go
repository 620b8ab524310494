package dsr_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
)

// of are the settings of one record.
func of(id string, settings ...dsr.Setting) dsr.RecordSettings {
	return dsr.RecordSettings{Kind: "contact", ID: id, Settings: settings}
}

// email is a setting with the value given, which a restriction turns into "off".
func email(value string) dsr.Setting {
	return dsr.Setting{Name: "email", Value: value, Restricted: "off"}
}

func optIn(value string) dsr.Setting {
	return dsr.Setting{Name: "opt_in", Value: value, Restricted: "false", Irreversible: true}
}

func list(records ...dsr.RecordSettings) []dsr.RecordSettings { return records }

func TestRestrictingChangesWhatIsNotRestrictedYet(t *testing.T) {
	t.Parallel()
	before := list(of("1", email("on"), optIn("true")), of("2", email("off"), optIn("false")), of("3"))
	changes := dsr.Restrict(before)
	require.Equal(t, list(of("1", email("off"), optIn("false"))), changes)
	require.Equal(t, list(of("1", email("off"))), dsr.Reversible(changes))
	require.Equal(t, list(of("1", optIn("false"))), dsr.Irreversible(changes))
	require.Equal(t, list(of("1", email("on"), optIn("true")), of("2", email("off"), optIn("false")), of("3")), before, "the undo record stays as it is")
	require.Empty(t, dsr.Restrict(nil))
}

func TestDriftShowsWhatWasFound(t *testing.T) {
	t.Parallel()
	require.Empty(t, dsr.Drift(list(of("1", email("off"), optIn("false")))))
	require.Equal(t, list(of("1", email("on"))), dsr.Drift(list(of("1", email("on"), optIn("false")), of("2", email("off")))))
}

func TestLifting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		before, now dsr.RecordSettings
		want        dsr.Lifting
	}{
		{"what was on is on again", of("1", email("on")), of("1", email("off")), dsr.Lifting{Changes: list(of("1", email("on")))}},
		{"what had no value has none again", of("1", email("")), of("1", email("off")), dsr.Lifting{Changes: list(of("1", email("")))}},
		{"who had unsubscribed on their own stays unsubscribed", of("1", email("off")), of("1", email("off")), dsr.Lifting{}},
		{"what is as before stays", of("1", email("on")), of("1", email("on")), dsr.Lifting{}},
		{"another value is somebody's decision", of("1", email("on")), of("1", email("weekly")), dsr.Lifting{Conflicts: list(of("1", email("weekly")))}},
		{"so is a subscription of somebody who had none", of("1", email("off")), of("1", email("on")), dsr.Lifting{Conflicts: list(of("1", email("on")))}},
		{"what nothing gives back is said", of("1", optIn("true")), of("1", optIn("false")), dsr.Lifting{Irreversible: list(of("1", optIn("true")))}},
		{"who never opted in is not missed", of("1", optIn("false")), of("1", optIn("false")), dsr.Lifting{}},
		{"who was left opted in still is", of("1", optIn("true")), of("1", optIn("true")), dsr.Lifting{}},
		{"what came later stays restricted", of("1"), of("1", email("off")), dsr.Lifting{Unknown: list(of("1", email("off")))}},
		{"what came later and is free stays free", of("1"), of("1", email("on")), dsr.Lifting{}},
		{"what is gone is left out", of("1", email("on")), of("1"), dsr.Lifting{}},
		{"a record that is gone is left out", of("1", email("on")), of("2"), dsr.Lifting{}},
		{"a record that came later stays restricted", of("1"), of("2", email("off")), dsr.Lifting{Unknown: list(of("2", email("off")))}},
		{
			"an own opt-out is told from the restriction", of("1", email("on")),
			of("1", dsr.Setting{Name: "email", Value: "off for all", Restricted: "off for all"}),
			dsr.Lifting{Conflicts: list(of("1", dsr.Setting{Name: "email", Value: "off for all", Restricted: "off for all"}))},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, dsr.Lift(list(test.before), list(test.now)))
		})
	}
}

func TestRecordsOfOneIDAndTwoKindsAreTwo(t *testing.T) {
	t.Parallel()
	lead := dsr.RecordSettings{Kind: "lead", ID: "1", Settings: []dsr.Setting{email("off")}}
	require.Equal(t, dsr.Lifting{Unknown: list(lead)}, dsr.Lift(list(of("1", email("on"))), list(lead)))
}

func TestTheUndoRecordKeepsWhatWasSeenFirst(t *testing.T) {
	t.Parallel()
	before := list(of("1", email("on")))
	undo := dsr.Remember(before, list(of("1", email("off"), optIn("true")), of("2", email("on"))))
	require.Equal(t, list(of("1", email("on")), of("2", email("on"))), undo)
	require.Equal(t, undo, dsr.Remember(undo, list(of("2", email("off")))))
	require.Len(t, before, 1)
}

// values are few, so that equal ones meet.
var values = []string{"", "on", "off", "weekly"}

// always checks a property of settings of any records, the same ones on every
// run.
func always(t *testing.T, check func(t *testing.T, before []dsr.RecordSettings, chance *rand.Rand)) {
	t.Helper()
	chance := rand.New(rand.NewPCG(18, 67))
	for range 1000 {
		var before []dsr.RecordSettings
		for id := range chance.IntN(4) {
			record := of(fmt.Sprint(id))
			for name := range chance.IntN(4) {
				record.Settings = append(record.Settings, dsr.Setting{
					Name: fmt.Sprint(name), Value: values[chance.IntN(len(values))], Restricted: values[chance.IntN(len(values))],
					Irreversible: chance.IntN(5) == 0,
				})
			}
			before = append(before, record)
		}
		check(t, before, chance)
	}
}

// applied are the settings after changes, as a vendor carries them out.
func applied(settings, changes []dsr.RecordSettings) []dsr.RecordSettings {
	var after []dsr.RecordSettings
	for _, record := range settings {
		record.Settings = slices.Clone(record.Settings)
		for _, change := range changes {
			for _, changed := range change.Settings {
				for i, setting := range record.Settings {
					if change.Key() == record.Key() && changed.Name == setting.Name {
						record.Settings[i].Value = changed.Value
					}
				}
			}
		}
		after = append(after, record)
	}
	return after
}

func TestARestrictionLeavesNoDriftAndIsDoneOnce(t *testing.T) {
	t.Parallel()
	always(t, func(t *testing.T, before []dsr.RecordSettings, _ *rand.Rand) {
		t.Helper()
		restricted := applied(before, dsr.Restrict(before))
		require.Empty(t, dsr.Drift(restricted))
		require.Empty(t, dsr.Restrict(restricted))
	})
}

func TestLiftingGivesBackEverythingThatCanBe(t *testing.T) {
	t.Parallel()
	always(t, func(t *testing.T, before []dsr.RecordSettings, _ *rand.Rand) {
		t.Helper()
		restricted := applied(before, dsr.Restrict(before))
		lifting := dsr.Lift(before, restricted)
		require.Empty(t, lifting.Conflicts)
		require.Empty(t, lifting.Unknown)
		lifted := applied(restricted, lifting.Changes)
		require.Equal(t, applied(before, dsr.Irreversible(dsr.Restrict(before))), lifted, "all but the irreversible is as before")
		again := dsr.Lift(before, lifted)
		require.Empty(t, again.Changes, "lifting twice changes nothing")
		require.Empty(t, again.Conflicts)
		require.Equal(t, before, applied(lifted, lifting.Irreversible), "what could not be given back is all that is missing")
	})
}

func TestLiftingAfterHalfARestrictionGivesBackTheSame(t *testing.T) {
	t.Parallel()
	always(t, func(t *testing.T, before []dsr.RecordSettings, chance *rand.Rand) {
		t.Helper()
		changes := dsr.Reversible(dsr.Restrict(before))
		half := applied(before, changes[:chance.IntN(len(changes)+1)])
		require.Equal(t, before, applied(half, dsr.Lift(before, half).Changes))
	})
}

func TestLiftingNeverOverwritesWhatSomebodyElseDecided(t *testing.T) {
	t.Parallel()
	always(t, func(t *testing.T, before []dsr.RecordSettings, chance *rand.Rand) {
		t.Helper()
		now := applied(before, dsr.Restrict(before))
		for _, record := range now {
			for i := range record.Settings {
				if chance.IntN(2) == 0 {
					record.Settings[i].Value = values[chance.IntN(len(values))]
				}
			}
		}
		lifted := applied(now, dsr.Lift(before, now).Changes)
		for r, record := range now {
			for i, setting := range record.Settings {
				if setting.Value != setting.Restricted {
					require.Equal(t, setting.Value, lifted[r].Settings[i].Value)
				}
			}
		}
	})
}

// V6: a setting that the system does not show is changed at its word, and nobody knows more.
func TestASettingThatIsNotShownIsRestrictedAndNotGivenBack(t *testing.T) {
	t.Parallel()
	of := func(s dsr.Setting) []dsr.RecordSettings {
		return []dsr.RecordSettings{{Kind: "customer", ID: "17", Settings: []dsr.Setting{s}}}
	}
	unseen := of(dsr.Setting{Name: "blocked", Restricted: "true", Unverifiable: true})
	require.Equal(t, of(dsr.Setting{Name: "blocked", Value: "true", Restricted: "true", Unverifiable: true}), dsr.Restrict(unseen))
	require.Empty(t, dsr.Drift(unseen))
	require.Equal(t, unseen, dsr.Unverifiable(unseen))
	require.Equal(t, dsr.Lifting{Unknown: unseen}, dsr.Lift(unseen, unseen))

	shown, free := of(dsr.Setting{Name: "blocked", Value: "true", Restricted: "true"}), of(dsr.Setting{Name: "blocked", Value: "false", Restricted: "true"})
	require.Empty(t, dsr.Unverifiable(shown))
	require.Equal(t, dsr.Lifting{Unknown: shown}, dsr.Lift(unseen, shown), "it is shown since")
	require.Equal(t, dsr.Lifting{}, dsr.Lift(unseen, free), "somebody has unblocked it")
	back := of(dsr.Setting{Name: "blocked", Value: "false", Restricted: "true", Unverifiable: true})
	require.Equal(t, dsr.Lifting{Changes: back}, dsr.Lift(free, unseen), "it is not shown any more")
}
