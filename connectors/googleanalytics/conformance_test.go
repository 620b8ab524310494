package googleanalytics_test

import (
	"testing"

	"ite.digital/lethe/connectors/connectortest"
	"ite.digital/lethe/connectors/googleanalytics"
	analytics "ite.digital/lethe/simulators/googleanalytics"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/simtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, func() connectortest.Vendor {
		sim := analytics.New(analytics.Options{})
		sim.Wrap(simtest.Contract(t, "../../simulators/googleanalytics/testdata/openapi.yaml", simtest.Allowed))
		return connectortest.Vendor{
			Kind:             googleanalytics.Kind(),
			Settings:         settings(""),
			Server:           sim.Server,
			Town:             population.Fill(population.Vendors{GoogleAnalytics: sim}, 0),
			WrongCredentials: map[string]string{"access_token": "wrong"},
		}
	})
}
