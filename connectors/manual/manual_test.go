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
