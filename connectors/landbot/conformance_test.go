package landbot_test

import (
	"strings"
	"testing"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/connectortest"
	"ite.digital/lethe/connectors/landbot"
	simulated "ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/simtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, func() connectortest.Vendor {
		sim := simulated.New(simulated.Options{})
		sim.Wrap(simtest.Contract(t, "../../simulators/landbot/testdata/openapi.yaml", simtest.Allowed))
		return connectortest.Vendor{
			Kind:             landbot.Kind(),
			Settings:         connectors.Settings{Credentials: map[string]string{"token": simulated.DefaultToken}},
			Server:           sim.Server,
			Path:             "/v1",
			Town:             population.Fill(population.Vendors{Landbot: sim}, population.DefaultBystanders),
			System:           population.Landbot,
			WrongCredentials: map[string]string{"token": "wrong"},
			AbsentOn404:      []string{"erase"},
			Change:           func(key, name, value string) { change(sim, key, name, value) },
		}
	})
}

// change plays an agent in the inbox, or the person on WhatsApp.
func change(sim *simulated.Sim, key, name, value string) {
	sim.Change(strings.TrimPrefix(key, "customer/"), func(c *simulated.Customer) {
		*map[string]*bool{"blocked": &c.Blocked, "archived": &c.Archived, "opt_in": &c.OptIn}[name] = value == "true"
	})
}
