// Package schema publishes the JSON Schema of reports, so that others can read what
// Lethe writes without reading its code.
package schema

import _ "embed"

// Report is the JSON Schema (draft 2020-12) of reports of version 1, as they are
// archived. Within a version fields and words are added, and none changes its
// meaning or goes away.
//
//go:embed report-1.json
var Report []byte
