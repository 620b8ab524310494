package none_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/none"
	"ite.digital/lethe/dsr"
)

func TestTheOptionsBecomeAStatement(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		options map[string][]string
		want    string
	}{
		{"a reason", map[string][]string{"reason": {"The service was closed in May 2025."}}, "The service was closed in May 2025."},
		{"a reason to be reviewed", map[string][]string{"reason": {"It holds figures only."}, "review": {"2027-11-01"}},
			"It holds figures only. (to be reviewed by 2027-11-01)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			system, err := none.Kind().System(connectors.Settings{Options: test.options}, "Skype", "", 10)
			require.NoError(t, err)
			require.Equal(t, dsr.None, system.Mode)
			require.Equal(t, test.want, system.Reason)
			require.Empty(t, system.Needs)
		})
	}
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	_, err := none.Kind().System(connectors.Settings{}, "", "", 10)
	require.Equal(t, dsr.Problems{{Field: "options.reason", Text: "is needed"}}, err)
	_, err = none.Kind().System(connectors.Settings{Options: map[string][]string{"reason": {"x"}, "review": {"next year"}}}, "", "", 10)
	require.Equal(t, dsr.Problems{{Field: "options.review", Text: "must be a day such as 2027-11-01"}}, err)
}
