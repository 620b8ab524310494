package catalogue_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors/catalogue"
	"ite.digital/lethe/dsr"
)

var update = flag.Bool("update", false, "rewrite the generated pages")

const pages = "../../docs/connectors"

func TestFactsAreComplete(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[a-z]+$`)
	var names []string
	for _, kind := range catalogue.Kinds() {
		require.Regexp(t, name, kind.Name)
		require.NotEmpty(t, kind.Title, kind.Name)
		require.NotEmpty(t, kind.Summary, kind.Name)
		require.NotEmpty(t, kind.Evidence, kind.Name)
		for _, key := range slices.Concat(kind.Credentials, kind.Options) {
			require.NotEmpty(t, key.Help, "%s: %s", kind.Name, key.Name)
		}
		require.Equal(t, kind.Mode == dsr.Automatic, kind.New != nil, "%s: what is automatic has a connector, and nothing else", kind.Name)
		require.NotNil(t, kind.Restriction, kind.Name)
		if kind.Restriction.Able {
			require.NotEmpty(t, kind.Restriction.Covers, kind.Name)
			require.NotEmpty(t, kind.Restriction.GoesOn, "%s: something always goes on", kind.Name)
		} else {
			require.NotEmpty(t, kind.Restriction.Instead, kind.Name)
		}
		if kind.Mode == dsr.Automatic {
			require.NotEmpty(t, kind.Needs, kind.Name)
			require.NotEmpty(t, kind.Endpoints, kind.Name)
			require.NotEmpty(t, kind.NotCovered, kind.Name)
			require.NotEmpty(t, kind.Sources, kind.Name)
			require.Positive(t, kind.Rate, kind.Name)
		}
		names = append(names, kind.Name)
	}
	require.True(t, slices.IsSorted(names))
	require.Len(t, slices.Compact(names), len(catalogue.Kinds()))
}

func TestFeedersAreKinds(t *testing.T) {
	t.Parallel()
	for _, kind := range catalogue.Kinds() {
		for _, feeder := range kind.FedBy {
			_, known := catalogue.Lookup(feeder)
			require.True(t, known, "%s is fed by %s", kind.Name, feeder)
		}
	}
	_, known := catalogue.Lookup("crm")
	require.False(t, known)
}

// The pages are generated: run with -update after a change of the facts.
func TestPagesAreCurrent(t *testing.T) {
	t.Parallel()
	want := map[string]string{"README.md": catalogue.Index()}
	for _, kind := range catalogue.Kinds() {
		want[kind.Name+".md"] = catalogue.Page(kind)
	}
	if *update {
		require.NoError(t, os.MkdirAll(pages, 0o755))
		for name, page := range want {
			require.NoError(t, os.WriteFile(filepath.Join(pages, name), []byte(page), 0o600))
			require.NoError(t, os.Chmod(filepath.Join(pages, name), 0o644))
		}
	}
	for name, page := range want {
		content, err := os.ReadFile(filepath.Join(pages, name))
		require.NoError(t, err)
		require.Equal(t, page, string(content), "run: make generate")
	}
	entries, err := os.ReadDir(pages)
	require.NoError(t, err)
	require.Len(t, entries, len(want), "a page is of no kind")
}
