package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
)

// customer is a customer id.
func customer(id string) dsr.Identifier { return dsr.Identifier{Type: dsr.CustomerID, Value: id} }

// household is two systems that know two people by one address.
func household(t *testing.T, down func(*vendor) error) (tr *trial, site, crm *vendor) {
	t.Helper()
	site = &vendor{records: []dsr.Record{person("s", email, customer("C-1"))}}
	crm = &vendor{records: []dsr.Record{person("c", email, customer("C-2"))}, onLocate: down}
	tr = newTrial(t, []dsr.System{automatic("site", dsr.Email, dsr.CustomerID), automatic("crm", dsr.Email, dsr.CustomerID)},
		map[string]*vendor{"site": site, "crm": crm})
	tr.steps.Plan.GatherFor = time.Minute
	return tr, site, crm
}

// TestWhatOneSystemShowsHoldsRecordsInAnother has a CRM that answers seconds after the site
// and shows that the address leads to two customers.
func TestWhatOneSystemShowsHoldsRecordsInAnother(t *testing.T) {
	t.Parallel()
	tries := 0
	tr, site, crm := household(t, func(*vendor) error {
		if tries++; tries < 4 {
			return transient("crm")
		}
		return nil
	})
	decide := func(name string, erase, keep []string) {
		require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), name).State, name)
		p := resolve(erase, keep)
		p.System = name
		tr.update("resolve-match", p)
	}
	tr.at(time.Hour, func() {
		require.Equal(t, dsr.HoldRivals, outcome(t, tr.status(), "crm").Question.Candidates[0].Hold)
		require.Equal(t, dsr.HoldRivals, outcome(t, tr.status(), "site").Question.Candidates[0].Hold)
		decide("site", []string{"contact/s"}, nil)
	})
	tr.at(2*time.Hour, func() { decide("crm", nil, []string{"contact/c"}) })
	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
	require.Equal(t, []string{"s"}, site.erasedIDs())
	require.Empty(t, crm.erasedIDs())
}

// TestASystemThatIsDownDelaysTheOthersByNoMore has a CRM that is down for hours.
func TestASystemThatIsDownDelaysTheOthersByNoMore(t *testing.T) {
	t.Parallel()
	down := true
	tr, site, _ := household(t, func(*vendor) error {
		if down {
			return transient("crm")
		}
		return nil
	})
	tr.at(59*time.Second, func() { require.Empty(t, site.erasedIDs()) })
	tr.at(61*time.Second, func() { require.Equal(t, []string{"s"}, site.erasedIDs()) })
	tr.at(5*time.Hour, func() { down = false })
	tr.at(7*time.Hour, func() {
		require.Equal(t, dsr.HoldRivals, outcome(t, tr.status(), "crm").Question.Candidates[0].Hold)
		p := resolve(nil, []string{"contact/c"})
		p.System = "crm"
		tr.update("resolve-match", p)
	})
	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
}
