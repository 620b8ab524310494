package manual_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/manual"
	"ite.digital/lethe/dsr"
)

func TestTheOptionsBecomeATask(t *testing.T) {
	t.Parallel()
	system, err := manual.Kind().System(connectors.Settings{System: "alore", Options: map[string][]string{
		"steps":       {"Delete the contact.", "Delete the deals."},
		"link":        {"https://app.example.com/contacts"},
		"evidence":    {"the number of the ticket"},
		"identifiers": {"phone", "email"},
	}}, "Alore", "", 10)
	require.NoError(t, err)
	require.Equal(t, dsr.Manual, system.Mode)
	require.Equal(t, []dsr.IdentifierType{dsr.Phone, dsr.Email}, system.Needs)
	require.Equal(t, &dsr.Task{
		Steps: []string{"Delete the contact.", "Delete the deals."}, Link: "https://app.example.com/contacts", Evidence: "the number of the ticket",
	}, system.Task)
}

func TestARestrictionAndItsLiftingAreTasksToo(t *testing.T) {
	t.Parallel()
	options := map[string][]string{"steps": {"Delete."}, "link": {"https://app.example.com/contacts"}}
	system, err := manual.Kind().System(connectors.Settings{Options: options}, "", "", 10)
	require.NoError(t, err)
	require.True(t, system.Restriction.Able)
	for _, task := range []*dsr.Task{system.Restriction.Task, system.Restriction.LiftTask} {
		require.NotEmpty(t, task.Steps, "there are sensible steps by default")
		require.Equal(t, "https://app.example.com/contacts", task.Link)
		require.NotEmpty(t, task.Evidence)
	}
	require.NotEqual(t, system.Restriction.Task.Steps, system.Restriction.LiftTask.Steps)

	options["restriction_task"], options["lift_task"] = []string{"Lock the record."}, []string{"Unlock it.", "Look."}
	system, err = manual.Kind().System(connectors.Settings{Options: options}, "", "", 10)
	require.NoError(t, err)
	require.Equal(t, []string{"Lock the record."}, system.Restriction.Task.Steps)
	require.Equal(t, []string{"Unlock it.", "Look."}, system.Restriction.LiftTask.Steps)
	require.Nil(t, manual.Kind().Restriction.Task, "the kind's facts stay as they are")
}

func TestPeopleAreFoundByEmailUnlessConfigured(t *testing.T) {
	t.Parallel()
	system, err := manual.Kind().System(connectors.Settings{Options: map[string][]string{"steps": {"Look."}}}, "", "", 10)
	require.NoError(t, err)
	require.Equal(t, []dsr.IdentifierType{dsr.Email}, system.Needs)
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		options map[string][]string
		field   string
	}{
		{"no steps", map[string][]string{}, "options.steps"},
		{"an empty step", map[string][]string{"steps": {"Look.", " "}}, "options.steps"},
		{"a link that runs something", map[string][]string{"steps": {"Look."}, "link": {"javascript:alert(1)"}}, "options.link"},
		{"a link without a host", map[string][]string{"steps": {"Look."}, "link": {"https:///x"}}, "options.link"},
		{"a plain link", map[string][]string{"steps": {"Look."}, "link": {"http://example.com"}}, "options.link"},
		{"an empty step of a restriction", map[string][]string{"steps": {"Look."}, "restriction_task": {""}}, "options.restriction_task"},
		{"no steps of a lifting", map[string][]string{"steps": {"Look."}, "lift_task": {}}, "options.lift_task"},
		{"an unknown identifier type", map[string][]string{"steps": {"Look."}, "identifiers": {"name"}}, "options.identifiers[0]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := manual.Kind().System(connectors.Settings{Options: test.options}, "", "", 10)
			var problems dsr.Problems
			require.ErrorAs(t, err, &problems)
			require.Len(t, problems, 1)
			require.Equal(t, test.field, problems[0].Field)
		})
	}
}
