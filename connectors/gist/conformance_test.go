package gist_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/connectortest"
	"ite.digital/lethe/connectors/gist"
	simulated "ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/simtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, func() connectortest.Vendor {
		// A clock that stands still keeps "updated_at" out of what is compared.
		sim := simulated.New(simulated.Options{Clock: simtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)).Now})
		sim.Wrap(simtest.Contract(t, "../../simulators/gist/testdata/openapi.yaml", simtest.Allowed))
		return connectortest.Vendor{
			Kind:             gist.Kind(),
			Settings:         connectors.Settings{Credentials: map[string]string{"token": simulated.DefaultToken}},
			Server:           sim.Server,
			Town:             population.Fill(population.Vendors{Gist: sim}, population.DefaultBystanders),
			System:           population.Gist,
			WrongCredentials: map[string]string{"token": "wrong"},
			AbsentOn404:      []string{"locate", "settings", "apply"},
			Change:           func(key, name, value string) { change(sim, key, name, value) },
		}
	})
}

// change plays the site's snippet or somebody in the dashboard.
func change(sim *simulated.Sim, key, name, value string) {
	sim.Change(strings.TrimPrefix(key, "contact/"), func(c *simulated.Contact) {
		tag, isTag := strings.CutPrefix(name, "tag/")
		switch {
		case !isTag:
			c.Unsubscribed = value
		case value == "true":
			c.Tags = append(c.Tags, tag)
		default:
			c.Tags = slices.DeleteFunc(c.Tags, func(t string) bool { return t == tag })
		}
	})
}
