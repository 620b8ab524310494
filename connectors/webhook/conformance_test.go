package webhook_test

import (
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
			WrongCredentials: map[string]string{"secret": "another secret, long enough"},
		}
	})
}
