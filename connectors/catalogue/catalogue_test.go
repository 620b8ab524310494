package catalogue_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
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

// unknown lists which of the facts that every kind with an API owes are missing.
func unknown(kind connectors.Kind) []string {
	var missing []string
	need := func(known bool, fact string) {
		if !known {
			missing = append(missing, fact)
		}
	}
	need(kind.API != nil, "API")
	if api := kind.API; api != nil {
		need(slices.ContainsFunc(api.Versions, func(v connectors.APIVersion) bool { return v.Name == api.Default && !v.Refused }), "its version")
		need(api.Policy != "", "how versions end")
		need(len(api.Sources) > 0, "sources")
		need(api.Option == "" || slices.ContainsFunc(kind.Options, func(k connectors.Key) bool { return k.Name == api.Option }), "the option")
	}
	need(kind.Provenance != nil, "provenance")
	if p := kind.Provenance; p != nil {
		need(!p.DocumentationRead.IsZero(), "the day on which the documentation was read")
		need(p.Documentation != "", "the documentation")
		need(p.Simulator == connectors.AnotherAuthor || p.Simulator == connectors.SameAuthor, "the simulator's author")
		need(p.LiveRun == nil || p.LiveRun.By != "" && !p.LiveRun.On.IsZero(), "who made the live run, and when")
	}
	return missing
}

func TestItIsSaidHowEachConnectorIsKnown(t *testing.T) {
	t.Parallel()
	for _, kind := range catalogue.Kinds() {
		if len(kind.Endpoints) == 0 {
			require.Nil(t, kind.API, kind.Name)
			require.Nil(t, kind.Provenance, kind.Name)
			continue
		}
		require.Empty(t, unknown(kind), kind.Name)
		page := catalogue.Page(kind)
		require.Contains(t, page, "**How it is known.** Documentation read on 20", kind.Name)
		require.Contains(t, page, "Run against the vendor itself: ", kind.Name)
		require.Contains(t, catalogue.Index(), " | "+kind.API.Default+", ", kind.Name)
	}
	require.Equal(t, []string{"API", "provenance"}, unknown(connectors.Kind{}))
	require.Equal(t, []string{
		"its version", "how versions end", "sources", "the option", "the day on which the documentation was read", "the documentation",
		"the simulator's author", "who made the live run, and when",
	}, unknown(connectors.Kind{
		API:        &connectors.API{Option: "api_version", Default: "v1", Versions: []connectors.APIVersion{{Name: "v1", Refused: true}}},
		Provenance: &connectors.Provenance{LiveRun: &connectors.LiveRun{}},
	}))
}

func TestALiveRunIsNamed(t *testing.T) {
	t.Parallel()
	kind, _ := catalogue.Lookup("gist")
	require.Contains(t, catalogue.Page(kind), "Run against the vendor itself: never.")
	provenance := *kind.Provenance
	provenance.LiveRun = &connectors.LiveRun{By: "example.com", On: connectors.Day(2027, time.January, 5)}
	kind.Provenance = &provenance
	require.Contains(t, catalogue.Page(kind), "Run against the vendor itself: 2027-01-05, by example.com.")
}

func TestItIsSaidHowToGetCredentials(t *testing.T) {
	t.Parallel()
	for _, kind := range catalogue.Kinds() {
		require.Equal(t, len(kind.Credentials) > 0, len(kind.Access) > 0, kind.Name)
		for _, access := range kind.Access {
			require.NotEmpty(t, access.Title, kind.Name)
			require.NotEmpty(t, access.Steps, kind.Name)
			require.Contains(t, catalogue.Page(kind), "\n### "+access.Title+"\n\n1. "+access.Steps[0]+"\n", kind.Name)
		}
	}
}

// The limiter is one of the process: no page may promise more.
func TestTheRateIsThatOfEachWorker(t *testing.T) {
	t.Parallel()
	for _, kind := range catalogue.Kinds() {
		if kind.New != nil {
			require.Contains(t, catalogue.Page(kind), "Requests a second that each worker makes: two workers make "+
				"up to twice as many.", kind.Name)
		}
	}
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

// The README holds the table of how each connector is known between two marks.
func TestTheReadmeSaysHowEachConnectorIsKnown(t *testing.T) {
	t.Parallel()
	const readme, begin, end = "../../README.md", "<!-- known: generated by `make generate` -->\n", "<!-- /known -->"
	content, err := os.ReadFile(readme)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(content), begin)
	require.True(t, found)
	written, after, found := strings.Cut(rest, end)
	require.True(t, found)
	want := "\n" + catalogue.Known() + "\n"
	if *update {
		require.NoError(t, os.WriteFile(readme, []byte(before+begin+want+end+after), 0o600))
		return
	}
	require.Equal(t, want, written, "run: make generate")
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
