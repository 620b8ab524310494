package simtest_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ite.digital/lethe/simulators/simtest"
)

// listener is a test that only writes down what it is told.
type listener struct {
	testing.TB
	heard []string
}

func (l *listener) Errorf(format string, args ...any) {
	l.heard = append(l.heard, fmt.Sprintf(format, args...))
}

const document = `
openapi: 3.0.3
info: { title: a vendor, version: "1" }
paths:
  /people/{address}:
    parameters: [{ name: address, in: path, required: true, schema: { type: string, pattern: "^[^ ]+@" } }]
    post:
      parameters: [{ name: channel, in: query, required: true, schema: { type: string, enum: [EMAIL] } }]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [limit]
              additionalProperties: false
              properties: { limit: { type: integer, maximum: 200 } }
      responses:
        "200":
          description: found
          content: { application/json: { schema: { type: object, required: [total], properties: { total: { type: integer } } } } }
        "400": { description: refused }
`

func TestAContractHearsOfEveryDeviation(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "openapi.yaml")
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	const right, body, answer = "/people/ana%40example.com?channel=EMAIL", `{"limit":1}`, `{"total":0}`
	for name, test := range map[string]struct {
		method, target, body string
		status               int
		answer               string
		// allowed and refused are what is heard where requests have to be allowed, and where those that are not have to be
		// refused; empty for nothing.
		allowed, refused string
	}{
		"as documented":               {"POST", right, body, 200, answer, "", ""},
		"an unknown path":             {"POST", "/persons", body, 404, "", "not allowed", ""},
		"an unknown path, sent away":  {"POST", "/persons", body, 301, "", "not allowed", ""},
		"an unknown path, served":     {"POST", "/persons", body, 200, answer, "not allowed", "not refused"},
		"an unknown method, served":   {"GET", right, "", 200, answer, "not allowed", "not refused"},
		"an unknown parameter":        {"POST", right + "&verbose=true", body, 400, "", "verbose", ""},
		"a missing parameter, served": {"POST", "/people/ana%40example.com", body, 200, answer, "channel", "not refused"},
		"an undocumented value":       {"POST", "/people/ana%40example.com?channel=SMS", body, 400, "", "channel", ""},
		"a path that does not fit":    {"POST", "/people/7?channel=EMAIL", body, 400, "", "address", ""},
		"a missing field, served":     {"POST", right, `{}`, 200, answer, "limit", "not refused"},
		"an unknown field":            {"POST", right, `{"limit":1,"more":1}`, 400, "", "more", ""},
		"over the limit, served":      {"POST", right, `{"limit":201}`, 200, answer, "limit", "not refused"},
		"refused by a failure":        {"POST", right, `{"limit":201}`, 500, "", "limit", "not refused"},
		"an answer without a field":   {"POST", right, body, 200, `{}`, "total", "total"},
		"an answer of another type":   {"POST", right, body, 200, `{"total":"0"}`, "total", "total"},
		"an undocumented status":      {"POST", right, body, 201, answer, "201", "201"},
	} {
		for requests, want := range map[simtest.Requests]string{simtest.Allowed: test.allowed, simtest.Refused: test.refused} {
			l := &listener{TB: t}
			vendor := simtest.Contract(l, path, requests)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.answer))
			}))
			got := simtest.Ask(t, vendor, test.method, test.target, test.body)
			if got.Status != test.status || got.Body != test.answer {
				t.Errorf("%s: the answer arrives as %d %q", name, got.Status, got.Body)
			}
			heard := strings.Join(l.heard, "\n")
			if (want == "") != (heard == "") || !strings.Contains(heard, want) {
				t.Errorf("%s, %v: heard %q, want %q", name, requests, heard, want)
			}
		}
	}
}
