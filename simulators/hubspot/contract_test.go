package hubspot_test

import (
	"maps"
	"net/http"
	"testing"

	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/simtest"
)

// specification states what HubSpot's public specification says of the calls that are simulated.
const specification = "testdata/openapi.yaml"

// open returns an account that is held to the specification: what that does not allow is refused, and what it is
// answered is as specified.
func open(t *testing.T, o hubspot.Options) *hubspot.Sim {
	t.Helper()
	s := hubspot.New(o)
	if !o.Legacy {
		s.Wrap(simtest.Contract(t, specification, simtest.Refused))
	}
	return s
}

func TestAllThatTheSpecificationRequiresIsRequired(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	for path, body := range map[string]map[string]any{
		contacts + "/search":     {"after": "", "filterGroups": []any{}, "limit": 1, "properties": []any{}, "sorts": []any{}},
		contacts + "/batch/read": {"inputs": []any{}, "properties": []any{}, "propertiesWithHistory": []any{}},
	} {
		whole := string(simulators.Encode(body))
		ask(t, s, http.MethodPost, path, whole).Want(t, 200, "results")
		simtest.Ask(t, s, http.MethodPost, path, whole, "Authorization", "Bearer "+hubspot.DefaultToken, "Content-Type", "text/plain").
			Want(t, 415, "correlationId")
		for name := range body {
			lacking := maps.Clone(body)
			delete(lacking, name)
			ask(t, s, http.MethodPost, path, string(simulators.Encode(lacking))).Want(t, 400, "VALIDATION_ERROR")
		}
	}
}
