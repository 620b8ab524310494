package hubspot_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/connectortest"
	"ite.digital/lethe/connectors/hubspot"
	simulated "ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/simtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, func() connectortest.Vendor {
		// A clock that stands still keeps "updatedAt" out of what is compared.
		clock := simtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		sim := simulated.New(simulated.Options{Clock: clock.Now, LegalBasisRequired: true})
		sim.Wrap(simtest.Contract(t, "../../simulators/hubspot/testdata/openapi.yaml", simtest.Allowed))
		return connectortest.Vendor{
			Kind: hubspot.Kind(),
			Settings: connectors.Settings{
				Credentials: map[string]string{"token": simulated.DefaultToken},
				Options:     map[string][]string{"restriction_property": {population.RestrictionProperty}},
			},
			Server:           sim.Server,
			Town:             population.Fill(population.Vendors{HubSpot: sim}, population.DefaultBystanders),
			System:           population.HubSpot,
			WrongCredentials: map[string]string{"token": "wrong"},
			AbsentOn404:      []string{"erase"},
			Change:           func(key, name, value string) { change(sim, key, name, value) },
		}
	})
}

// change plays somebody in the account, or a form.
func change(sim *simulated.Sim, key, name, value string) {
	var email string
	sim.Change(strings.TrimPrefix(key, "contact/"), func(c *simulated.Contact) {
		email = c.Properties["email"]
		switch property, ok := strings.CutPrefix(name, "property/"); {
		case ok && value == "":
			delete(c.Properties, property)
		case ok:
			c.Properties[property] = value
		}
	})
	if id, err := strconv.ParseInt(strings.TrimPrefix(name, "subscription/"), 10, 64); err == nil {
		status, basis, _ := strings.Cut(value, " ")
		sim.Subscribe(email, id, simulated.Subscription{Status: status, LegalBasis: basis})
	}
}
