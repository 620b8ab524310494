package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/workflows"
)

// complete is what comes of somebody whom every system knows.
func complete() map[string]dsr.State {
	return map[string]dsr.State{
		"hubspot": dsr.Erased, "gist": dsr.Erased, "landbot": dsr.Erased, "website": dsr.Erased,
		"analytics": dsr.Accepted, "alore": dsr.Attested, "console": dsr.NotApplicable,
	}
}

func TestAPersonIsForgottenEverywhere(t *testing.T) {
	t.Parallel()
	for name, person := range map[string]population.Person{
		"known by a phone that only the CRM has": population.Ana,
		"with a quote and a plus in the address": population.Oneil,
		"with a letter beyond ASCII, twice":      population.Zoe,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, person)
			tr.operate(1)

			r := tr.run()

			require.Equal(t, complete(), states(r))
			require.Equal(t, dsr.StatusCompleted, r.Status)
			tr.forgotten(person)
			require.Equal(t, []string{"a-keyed-hash"}, r.SubjectTokens, "by which the request is listed")
			for _, call := range outcome(r, "hubspot").Calls {
				require.NotEmpty(t, call.RequestIDs, "%s %s", call.Method, call.Path)
			}
			for _, call := range outcome(r, "gist").Calls {
				require.Empty(t, call.RequestIDs, "what Gist sends names the person")
			}
		})
	}
}

func TestThreeCustomersOfOnePersonAreFoundThroughAPhoneThatOnlyTheCRMKnows(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, population.Ana)
	tr.operate(1)

	r := tr.run()

	require.Len(t, tr.town.RecordsIn(population.Landbot, population.Ana), 3)
	for _, o := range r.Systems {
		if o.Name == "landbot" {
			require.Equal(t, []dsr.RecordCount{{Kind: "customer", State: dsr.Erased, Count: 3}}, o.Records)
			require.False(t, o.VerifiedAt.IsZero())
		}
		if o.Name == "analytics" {
			require.False(t, o.ExpectedBy.IsZero())
		}
	}
}

func TestACRMThatIsDownForThreeDaysStillContributes(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, population.Ana)
	tr.town.HubSpot.Faults().Set(simulators.Rule{Kind: simulators.Down})
	tr.at(time.Minute, func() {
		got := states(tr.status())
		require.Equal(t, dsr.Locating, got["hubspot"])
		require.Equal(t, dsr.Erased, got["gist"])
		require.Equal(t, dsr.Erased, got["website"])
		require.Equal(t, dsr.Erased, got["landbot"])
		require.Len(t, tr.town.Remaining(population.Ana), 3, "the CRM's record and the two customers behind the phone")
	})
	tr.at(72*time.Hour, tr.town.HubSpot.Faults().Clear)
	tr.operate(5)

	r := tr.run()

	require.Equal(t, complete(), states(r))
	tr.forgotten(population.Ana)
	outages := outcome(r, "hubspot").Outages
	require.NotEmpty(t, outages, "the report says how long it was away")
	require.Greater(t, outages[0].Attempts, 10) // the times of attempts are not those of the test environment
	require.False(t, outages[0].Until.IsZero())
	require.Empty(t, outcome(r, "gist").Outages)
}

func TestWithHalfOfAllCallsFailingTheEndIsTheSame(t *testing.T) {
	t.Parallel()
	for name, person := range map[string]population.Person{"one": population.Ana, "another": population.Oneil, "a third": population.Zoe} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, person)
			for _, server := range tr.servers() {
				server.Faults().Set(
					simulators.Rule{Kind: simulators.TooManyRequests, Share: 0.25},
					simulators.Rule{Kind: simulators.ServerError, Share: 0.34},
				)
			}
			tr.operate(3)

			r := tr.run()

			require.Equal(t, complete(), states(r))
			require.Equal(t, dsr.StatusCompleted, r.Status)
			tr.forgotten(person)
		})
	}
}

// TestAnAnswerThatIsNotUnderstoodIsNeverSuccess lets each vendor spoil the
// answers to its first calls in each way there is. Whatever the report then
// claims must be true.
func TestAnAnswerThatIsNotUnderstoodIsNeverSuccess(t *testing.T) {
	t.Parallel()
	for _, kind := range []simulators.Kind{
		simulators.FailureInside, simulators.BadGateway, simulators.Truncated, simulators.HalfAnswer, simulators.Malformed,
		simulators.ResetBefore, simulators.ResetAfter,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			for _, deletions := range []bool{false, true} {
				tr := newTrial(t, population.Ana)
				for _, server := range tr.servers() {
					rule := simulators.Rule{Kind: kind, Times: 12}
					if deletions {
						rule.Methods, rule.After = []string{"DELETE", "POST"}, 1
					}
					server.Faults().Set(rule)
				}
				tr.operate(4)

				r := tr.run()

				require.Equal(t, complete(), states(r))
				tr.forgotten(population.Ana)
			}
		})
	}
}

func TestNotFoundInOneSystemStopsNoOther(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, population.Ben)
	tr.operate(1)

	r := tr.run()

	got := states(r)
	require.Equal(t, dsr.NotFound, got["hubspot"])
	require.Equal(t, dsr.NotFound, got["landbot"])
	require.Equal(t, dsr.Erased, got["gist"])
	require.Equal(t, dsr.Erased, got["website"])
	require.Equal(t, dsr.CannotIdentify, got["analytics"])
	require.Equal(t, dsr.StatusExceptions, r.Status)
	tr.forgotten(population.Ben)
}

func TestSomebodyWithTheSamePhoneIsNotErased(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, population.Dora)
	tr.operate(1)
	tr.at(2*time.Hour, func() {
		require.Equal(t, dsr.NeedsOperator, states(tr.status())["landbot"])
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "landbot", Operator: "Sam", Reason: "the phone is shared"})
	})

	r := tr.run()

	require.Equal(t, dsr.Skipped, states(r)["landbot"])
	tr.unharmed(population.Dora)
}

func TestSomebodyWhomNobodyKnowsLeavesEverythingAsItIs(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, population.Nobody)
	tr.operate(1)

	r := tr.run()

	require.Equal(t, dsr.NotFound, states(r)["gist"])
	tr.unharmed()
	for _, server := range tr.servers() {
		require.Empty(t, server.Ledger().Deletions())
	}
}
