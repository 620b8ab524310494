package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/website"
)

// TestAnOperatorDecidesWhatIsKept has a site that keeps an invoice. The decision
// holds when the request is carried out again.
func TestAnOperatorDecidesWhatIsKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()
	s.town.Website.AddRecord(website.Record{
		ID: "INV-1", Kind: "invoice", Identifiers: []website.Identifier{{Type: website.Email, Value: population.Ana.Email}},
		OnErase: website.Retained, Reason: "legal_obligation",
	})
	s.submit("R-1", population.Ana)
	o := s.clerk()
	o.until("R-1", in("website", dsr.NeedsOperator))
	require.Contains(t, s.must("show", "R-1"), "lethe retain-system R-1 website --ground")
	require.Contains(t, s.lethe("retain-system", "R-1", "website", "--ground", "legal_obligation").err, "reason: is needed")
	require.Contains(t, s.lethe("retain-system", "R-1", "website", "--ground", "archiving", "--reason", "r", "--categories", "invoices",
		"--review-on", "2060-01-01").err, "on another one: legal_obligation")
	s.must("retain-system", "R-1", "website", "--ground", "legal_obligation", "--reason", "invoices are kept for ten years",
		"--categories", "invoices", "--review-on", "2060-01-01")

	first := o.ended("R-1")

	require.Equal(t, dsr.StatusCompleted, first.Status)
	require.Empty(t, first.Exceptions)
	kept := outcome(first, "website")
	require.Equal(t, dsr.Retained, kept.State)
	require.Len(t, kept.Retained, 1)
	require.Equal(t, 1, kept.Retained[0].Records)
	letter := s.must("report", "R-1", "--format", "letter")
	require.Contains(t, letter, "invoices are kept for ten years")
	require.Contains(t, letter, "complain")

	s.must("rerun", "R-1")
	second := o.ended("R-1") // nobody is asked again

	require.Equal(t, dsr.StatusCompleted, second.Status)
	still := outcome(second, "website").Retained
	require.Len(t, still, 1)
	still[0].DecidedAt = kept.Retained[0].DecidedAt // the event's, not the step's
	require.Equal(t, kept.Retained, still)
	require.Equal(t, "completed", second.Earlier[0].Ended)
}
