package schema_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	invopop "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/report/schema"
	"ite.digital/lethe/report/schema/schematest"
	"ite.digital/lethe/storage"
)

var update = flag.Bool("update", false, "rewrite the schema")

const (
	module = "ite.digital/lethe"
	id     = "https://ite.digital/lethe/schema/report-1.json"
)

// signed is a report as the archive holds it.
type signed struct {
	dsr.Report
	Signature *report.Signature `json:"signature,omitempty"`
}

// generate makes the schema from the types and their comments.
func generate(t *testing.T) []byte {
	t.Helper()
	r := invopop.Reflector{Anonymous: true, AllowAdditionalProperties: true, ExpandedStruct: true}
	// Paths are told from the folder that the comments are read from.
	t.Chdir("../..")
	for _, folder := range []string{"./dsr", "./report"} {
		require.NoError(t, r.AddGoComments(module, folder))
	}
	s := r.Reflect(&signed{})
	s.ID, s.Title = id, "Completion report of Lethe, version "+dsr.ReportVersion
	s.Description = "What came of a data subject's request at every third party. It holds no identifier of the subject."
	version, ok := s.Properties.Get("version")
	require.True(t, ok)
	version.Const = dsr.ReportVersion
	content, err := json.MarshalIndent(s, "", "  ")
	require.NoError(t, err)
	return append(content, '\n')
}

// TestTheSchemaIsThatOfTheTypes compares the published schema with the types. If it
// fails, run "make generate" and look at what has changed: within a version fields
// are only added.
func TestTheSchemaIsThatOfTheTypes(t *testing.T) {
	generated := generate(t)
	if *update {
		require.NoError(t, os.WriteFile("report/schema/report-1.json", generated, 0o600))
		return
	}
	require.Equal(t, string(generated), string(schema.Report), "the schema is stale; run: make generate")
}

// validate checks a report against the schema as it is published.
func validate(t *testing.T, content []byte) error {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	require.NoError(t, err)
	published, err := schematest.Published()
	require.NoError(t, err)
	return published.Validate(document)
}

func TestReportsFollowTheSchema(t *testing.T) {
	t.Parallel()
	fixtures, err := filepath.Glob("../testdata/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, fixtures)
	for _, path := range fixtures {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, validate(t, content), path)
	}
}

type signer struct{ key ed25519.PrivateKey }

func (s signer) SignReport(_ context.Context, message []byte) (ed25519.PublicKey, []byte, error) {
	return ed25519.PublicKey(s.key[ed25519.SeedSize:]), ed25519.Sign(s.key, message), nil
}

func TestWhatIsArchivedFollowsTheSchema(t *testing.T) {
	t.Parallel()
	bucket, err := storage.Open(t.Context(), "file://"+t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bucket.Close()) })
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	r := dsr.Report{
		Version: dsr.ReportVersion, RequestID: "R-1", Kind: dsr.Erasure, Searched: []dsr.IdentifierType{dsr.Email}, ReceivedAt: at, StartedAt: at, DueAt: at,
		Extension: &dsr.Extension{Operator: "Sam", Reason: "many systems", At: at, NoticeSentAt: at}, Cancellation: &dsr.Action{Name: "cancel", Operator: "Sam", At: at},
		Systems: []dsr.Outcome{{System: dsr.System{Name: "gist", Mode: dsr.Automatic}, State: dsr.Erased}},
	}
	archive := report.NewArchive(bucket).SignedBy(signer{ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}, time.Now)
	_, err = archive.Put(t.Context(), r)
	require.NoError(t, err)
	content, err := archive.LatestFile(t.Context(), dsr.Erasure, "R-1", nil)
	require.NoError(t, err)
	require.Contains(t, string(content), `"signature"`)
	require.NoError(t, validate(t, content))
	require.NoError(t, schematest.Validate(content))
	newer := strings.Replace(string(content), `"due_at"`, `"of_a_later_release":1,"due_at"`, 1)
	require.NoError(t, validate(t, []byte(newer)), "readers of version 1 can read what later releases add")
	require.ErrorContains(t, schematest.Validate([]byte(newer)), "of_a_later_release", "this release publishes all that it writes")

	for from, to := range map[string]string{
		`"version":"1"`:    `"version":"2"`,
		`"erased"`:         `7`,
		`"due_at"`:         `"due_on"`,
		`"Ed25519"`:        `null`,
		`2026-03-02T09:00`: `2026-03-02 09:00`,
	} {
		broken := strings.ReplaceAll(string(content), from, to)
		require.NotEqual(t, string(content), broken, from)
		require.Error(t, validate(t, []byte(broken)), "%s became %s", from, to)
	}
}
