package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
)

// TestARestrictionThatIsLeftOutHalfDoneStandsInTheOutcome has Landbot block customers and
// refuse to archive them, and an operator leave it out then: that they are blocked is the
// effect of this request.
func TestARestrictionThatIsLeftOutHalfDoneStandsInTheOutcome(t *testing.T) {
	t.Parallel()
	r := newRestraint(t, population.Ana)
	r.town.Landbot.Faults().Set(simulators.Rule{
		Kind: simulators.Status, Status: 403, PathPrefix: "/v1/customers/", Methods: []string{"PUT"}, After: 1,
	})
	for hour := 1; hour < 24; hour++ {
		r.at(time.Duration(hour)*time.Hour, r.answers)
	}
	r.leavesOut(2 * aDay)
	r.at(3*aDay, func() {
		o := outcome(r.status(), "landbot")
		require.Equal(t, dsr.Skipped, o.State)
		require.Contains(t, o.Explanation, "a restriction was ordered")
		require.NotEmpty(t, o.Records)
		require.Equal(t, dsr.Ordered, o.Records[0].State)
		require.Zero(t, o.VerifiedAt)
		require.Zero(t, o.CheckedAt)
	})
	r.at(9*aDay, r.town.Landbot.Faults().Clear)
	r.lifts(10 * aDay)

	r.run()
}
