package googleanalytics_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"ite.digital/lethe/simulators/googleanalytics"
	"ite.digital/lethe/simulators/simtest"
)

// specification states what the discovery document says of the calls that are simulated.
const specification = "testdata/openapi.yaml"

// published names the discovery document of v1alpha, analyticsadmin-api.json.
const published = "LETHE_ANALYTICS_DISCOVERY"

// open returns an API that is held to the specification.
func open(t *testing.T, o googleanalytics.Options) *googleanalytics.Sim {
	t.Helper()
	s := googleanalytics.New(o)
	s.Wrap(simtest.Contract(t, specification, simtest.Refused))
	return s
}

// discovery is what is compared of a discovery document.
type discovery struct {
	Schemas map[string]struct {
		Properties map[string]struct{ Type string }
	}
	Resources struct {
		Properties struct{ Methods map[string]method }
	}
}

type method struct {
	FlatPath, HTTPMethod string
	Scopes               []string
	Request, Response    struct {
		Ref string `json:"$ref"`
	}
}

func TestTheExcerptSaysWhatGooglePublishes(t *testing.T) {
	t.Parallel()
	path := os.Getenv(published)
	if path == "" {
		t.Skip("set " + published + " to the discovery document to compare the excerpt with it")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var theirs discovery
	if err := json.Unmarshal(text, &theirs); err != nil {
		t.Fatal(err)
	}
	ours, err := simtest.Document(specification)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"submitUserDeletion", "get"} {
		m := theirs.Resources.Properties.Methods[name]
		item := ours.Paths.Value("/" + m.FlatPath)
		if item == nil || item.GetOperation(m.HTTPMethod) == nil {
			t.Errorf("%s: the excerpt does not state %s %s", name, m.HTTPMethod, m.FlatPath)
			continue
		}
		operation := item.GetOperation(m.HTTPMethod)
		var scopes []string
		for _, scope := range operation.Extensions["x-scopes"].([]any) {
			scopes = append(scopes, scope.(string))
		}
		if !slices.Equal(scopes, m.Scopes) {
			t.Errorf("%s: scopes are %v, Google publishes %v", name, scopes, m.Scopes)
		}
		compare := func(what, reference string, fields map[string]string) {
			for field, kind := range fields {
				if got := theirs.Schemas[reference].Properties[field].Type; got != kind {
					t.Errorf("%s: %s.%s is %s, Google publishes %q", name, what, field, kind, got)
				}
			}
		}
		if operation.RequestBody != nil {
			schema := operation.RequestBody.Value.Content["application/json"].Schema.Value
			compare("request", m.Request.Ref, typesOf(schema.Properties))
			if n := len(theirs.Schemas[m.Request.Ref].Properties); n != len(schema.Properties) {
				t.Errorf("%s: the request has %d fields, Google publishes %d", name, len(schema.Properties), n)
			}
		}
		answer := operation.Responses.Value("200").Value.Content["application/json"].Schema.Value
		compare("response", m.Response.Ref, typesOf(answer.Properties))
	}
}

func typesOf(fields openapi3.Schemas) map[string]string {
	types := map[string]string{}
	for name, field := range fields {
		types[name] = field.Value.Type.Slice()[0]
	}
	return types
}
