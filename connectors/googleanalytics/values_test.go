package googleanalytics_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	analytics "ite.digital/lethe/simulators/googleanalytics"
)

// The sixty values that people store for Google's ids are those of package identity, with
// what becomes of each.
const storedValues = "../../dsr/identity/testdata/google_values.tsv"

// Google deletes without a look, and takes made-up ids like real ones: an order against
// "undefined" is one against everybody whom a site ever sent so.
func TestNothingIsOrderedThatIsNoID(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(storedValues)
	require.NoError(t, err)
	var record dsr.Record
	var want []string
	for line := range strings.Lines(string(content)) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		require.Len(t, columns, 5)
		identity.Parser{Region: "DE"}.Read(&record, "field "+columns[1], dsr.IdentifierType(columns[0]),
			strings.ReplaceAll(columns[1], `\u200b`, "\u200b"))
		if columns[2] == "-" {
			continue
		}
		kind := map[string]string{"ga_client_id": "clientId", "ga_user_id": "userId", "ga_app_instance_id": "appInstanceId"}[columns[0]]
		for value := range strings.SplitSeq(columns[2], ",") {
			want = append(want, kind+" "+value)
		}
	}

	sim, s := google(t, analytics.Options{})
	connector := connect(t, s)
	_, err = connector.Erase(t.Context(), records(t, connector, dsr.Subject{}.With(record.Identifiers...)))
	require.NoError(t, err)
	var sent []string
	for _, submission := range sim.Submissions() {
		sent = append(sent, submission.Kind+" "+submission.Value)
	}
	slices.Sort(want)
	slices.Sort(sent)
	require.Equal(t, slices.Compact(want), sent)
	require.NotEmpty(t, record.Unread, "what is not ordered is named")
}
