// Package schematest makes sure, in tests, that reports follow their published
// schema.
package schematest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/schema"
)

const id = "https://ite.digital/lethe/schema/report-1.json"

// Published is the schema as it is published: what it does not name is allowed, so
// that readers of version 1 can read what later releases write.
var Published = sync.OnceValues(func() (*jsonschema.Schema, error) { return compile(false) })

// strict allows nothing that the schema does not name: a field that this release
// writes and does not publish is a mistake.
var strict = sync.OnceValues(func() (*jsonschema.Schema, error) { return compile(true) })

func compile(closed bool) (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Report))
	if err != nil {
		return nil, err
	}
	if closed {
		shut(document)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(id, document); err != nil {
		return nil, err
	}
	return c.Compile(id)
}

// shut allows objects their named properties only.
func shut(node any) {
	switch node := node.(type) {
	case map[string]any:
		if _, named := node["properties"].(map[string]any); named && node["type"] == "object" {
			node["additionalProperties"] = false
		}
		for _, child := range node {
			shut(child)
		}
	case []any:
		for _, child := range node {
			shut(child)
		}
	}
}

// Validate says what in the JSON of a report this release does not publish.
func Validate(content []byte) error {
	s, err := strict()
	if err != nil {
		return err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		return err
	}
	return s.Validate(document)
}

// Check says what in the report this release does not publish.
func Check(r dsr.Report) error {
	content, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return Validate(content)
}

// Archive validates every report in the folder of an archive, and returns how many
// there were.
func Archive(t testing.TB, folder string) int {
	t.Helper()
	count := 0
	for _, kind := range dsr.Kinds() {
		paths, err := filepath.Glob(filepath.Join(folder, string(kind), "*", "*.json"))
		require.NoError(t, err)
		for _, path := range paths {
			content, err := os.ReadFile(path) //nolint:gosec // a test's own folder
			require.NoError(t, err)
			require.NoError(t, Validate(content), path)
			count++
		}
	}
	return count
}
