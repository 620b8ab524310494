package landbot_test

import (
	"testing"

	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/simtest"
)

// open returns an account that is held to what is known of the vendor's OpenAPI document.
func open(t *testing.T, o landbot.Options) *landbot.Sim {
	t.Helper()
	s := landbot.New(o)
	s.Wrap(simtest.Contract(t, "testdata/openapi.yaml", simtest.Refused))
	return s
}
