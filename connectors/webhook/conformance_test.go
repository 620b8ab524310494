package webhook_test

import (
	"strings"
	"testing"

	"ite.digital/lethe/connectors/connectortest"
	"ite.digital/lethe/connectors/webhook"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/website"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, func() connectortest.Vendor {
		sim := website.New(website.Options{Secret: secret})
		return connectortest.Vendor{
			Kind:             webhook.Kind(),
			Settings:         settings(""),
			Server:           sim.Server,
			Town:             population.Fill(population.Vendors{Website: sim}, population.DefaultBystanders),
			System:           population.Website,
			Change:           func(key, name, value string) { change(sim, key, name, value) },
			WrongCredentials: map[string]string{"secret": "another secret, long enough"},
		}
	})
}

// change plays somebody in the site's administration.
func change(sim *website.Sim, key, name, value string) {
	kind, id, _ := strings.Cut(key, "/")
	sim.Change(kind, id, func(r *website.Record) {
		for i := range r.Settings {
			if r.Settings[i].Name == name {
				r.Settings[i].Value = value
			}
		}
	})
}
