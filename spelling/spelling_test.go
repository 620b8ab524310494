package spelling_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/spelling"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"gist", "landbot", "google-analytics", "x"}
	for written, want := range map[string]string{
		"gst":             "gist",    // a letter is missing
		"gisst":           "gist",    // a letter is too many
		"Gist":            "gist",    // capitals
		"lantbod":         "landbot", // two letters are different
		"google_analytic": "google-analytics",
		"lntbd":           "",  // three are
		"mi":              "",  // most of it is wrong
		"y":               "",  // all of it is
		"":                "",  // nothing was written
		"analytics":       "",  // more than two letters are missing
		"x":               "x", // it exists
	} {
		require.Equal(t, want, spelling.Nearest(written, names), written)
	}
	require.Empty(t, spelling.Nearest("gist", nil))
}
