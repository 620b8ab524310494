package gist_test

import (
	"testing"

	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/simtest"
)

// open returns a workspace that is held to what is known of the API.
func open(t *testing.T, o gist.Options) *gist.Sim {
	t.Helper()
	s := gist.New(o)
	s.Wrap(simtest.Contract(t, "testdata/openapi.yaml", simtest.Refused))
	return s
}
