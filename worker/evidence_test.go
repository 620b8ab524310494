package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
)

// asked is how many calls a system's outcome has on record.
func asked(o dsr.Outcome) int {
	sum := 0
	for _, call := range o.Calls {
		sum += call.Count
	}
	return sum
}

// TestEveryCallOfEveryAttemptIsOnRecord compares what the vendors were asked with what the
// report says that they were, where a third of all calls fail: deletions that succeeded in
// an attempt that failed later are among them.
func TestEveryCallOfEveryAttemptIsOnRecord(t *testing.T) {
	t.Parallel()
	for _, kind := range []simulators.Kind{simulators.ServerError, simulators.ResetAfter, simulators.TooManyRequests} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, population.Ana)
			for _, server := range tr.servers() {
				server.Faults().Set(simulators.Rule{Kind: kind, Share: 0.3})
			}
			tr.operate(3)

			r := tr.run()

			require.Equal(t, complete(), states(r))
			for name, server := range map[string]*simulators.Server{
				"hubspot": tr.town.HubSpot.Server, "gist": tr.town.Gist.Server, "landbot": tr.town.Landbot.Server,
				"analytics": tr.town.GoogleAnalytics.Server, "website": tr.town.Website.Server,
			} {
				o := outcome(r, name)
				require.Zero(t, o.CutOff, name)
				if kind == simulators.ResetAfter { // a request on a connection that is broken by then reaches nobody
					require.GreaterOrEqual(t, asked(o), len(server.Ledger().Calls()), name)
					continue
				}
				require.Equal(t, len(server.Ledger().Calls()), asked(o), name)
			}
		})
	}
}

// TestAnOutageLastsAsLongAsItWasSeen has Gist away for eleven minutes. Lethe asks less and
// less often: that it asked again later is not Gist's absence.
func TestAnOutageLastsAsLongAsItWasSeen(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, population.Ana)
	tr.town.Gist.Faults().Set(simulators.Rule{Kind: simulators.ServerError})
	back := 11 * time.Minute
	tr.at(back, tr.town.Gist.Faults().Clear)
	tr.operate(3)

	r := tr.run()

	outages := outcome(r, "gist").Outages
	require.Len(t, outages, 1)
	require.Less(t, outages[0].LastFailed.Sub(outages[0].From), back)
	require.False(t, outages[0].Until.Before(outages[0].LastFailed))
	require.Empty(t, outcome(r, "landbot").Outages)
}
