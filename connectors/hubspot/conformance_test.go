package hubspot_test

import (
	"testing"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/connectortest"
	"ite.digital/lethe/connectors/hubspot"
	simulated "ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/population"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, func() connectortest.Vendor {
		sim := simulated.New(simulated.Options{})
		return connectortest.Vendor{
			Kind:             hubspot.Kind(),
			Settings:         connectors.Settings{Credentials: map[string]string{"token": simulated.DefaultToken}},
			Server:           sim.Server,
			Town:             population.Fill(population.Vendors{HubSpot: sim}, population.DefaultBystanders),
			System:           population.HubSpot,
			WrongCredentials: map[string]string{"token": "wrong"},
			EraseAbsent:      true,
		}
	})
}
