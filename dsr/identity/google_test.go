package identity_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// The values and what becomes of them are in a file, because the connector's test orders
// the same ones. Google is told to delete without a look: nothing goes there that is no id.
func TestWhatIsStoredForGoogleIsAnIDOrRefused(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("testdata/google_values.tsv")
	require.NoError(t, err)
	rows := 0
	for line := range strings.Lines(string(content)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		rows++
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, columns, 5, line)
		value := strings.ReplaceAll(columns[1], `\u200b`, "\u200b")
		reading := identity.Parser{Region: "DE"}.Field("ga", dsr.IdentifierType(columns[0]), value)
		var accepted []string
		for _, id := range reading.Identifiers {
			accepted = append(accepted, id.Value)
			require.NoError(t, identity.Check(id))
		}
		if columns[2] == "-" {
			require.Empty(t, accepted, columns[1])
			require.Equal(t, []dsr.UnreadField{{Field: "ga", Type: dsr.IdentifierType(columns[0]), Reason: columns[3]}}, reading.Unread, columns[1])
			_, err := identity.Parser{}.Parse(dsr.IdentifierType(columns[0]), value)
			require.Equal(t, columns[3], string(identity.ReasonOf(err)), columns[1])
			continue
		}
		require.Equal(t, strings.Split(columns[2], ","), accepted, columns[1])
		require.Empty(t, reading.Unread, columns[1])
	}
	require.GreaterOrEqual(t, rows, 60)
}
