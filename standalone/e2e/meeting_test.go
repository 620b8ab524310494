package e2e

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/workflows"
)

// restricting is a site at work whose restrictions are checked every second.
func restricting(t *testing.T) *site {
	t.Helper()
	s := newRestrictingSite(t)
	s.edit("lethe.yaml", "recheck_after: 1s", "recheck_after: 0s")
	s.worker()
	s.must("submit", "--id", "first", "--email", population.Nobody.Email) // makes the key store
	return s
}

// hand hands a request of Ana in.
func (o *clerk) hand(kind dsr.Kind, ground dsr.Ground, approval bool) error {
	return o.handFor(population.Ana, dsr.Request{ID: "R-1", Kind: kind, Ground: ground, ApprovalRequired: approval})
}

// handFor hands a request in, of the person by their e-mail address and whatever
// else it has.
func (o *clerk) handFor(person population.Person, r dsr.Request) error {
	r.ReceivedAt = time.Now()
	r.Subject.Identifiers = append(r.Subject.Identifiers, dsr.Identifier{Type: dsr.Email, Value: person.Email})
	_, err := o.desk.Submit(o.Context(), r)
	return err
}

// waits answers what the request of a kind asks until it is as wished for.
func (o *clerk) waits(kind dsr.Kind, wish func(dsr.Report) bool) dsr.Report {
	o.Helper()
	var r dsr.Report
	require.Eventually(o, func() bool {
		var err error
		if r, _, err = o.desk.Status(o.Context(), kind, "R-1"); err != nil {
			return false
		}
		for _, outcome := range r.Systems {
			o.answerOf(kind, "R-1", outcome)
		}
		return wish(r)
	}, patience, 50*time.Millisecond, "%s:\n%s", kind, lazily(func() string {
		return o.lethe("show", string(kind)+"/R-1").out + o.lethe("approve", string(kind)+"/R-1").err
	}))
	return r
}

func is(status dsr.Status) func(dsr.Report) bool {
	return func(r dsr.Report) bool { return r.Status == status }
}

// inForce says that every system has its outcome. Some cannot restrict, which is
// an exception.
func inForce(r dsr.Report) bool {
	return r.Restriction != nil && !r.Restriction.InForceSince.IsZero()
}

// inConflict says that something waits for a decision between the two requests.
func inConflict(r dsr.Report) bool {
	for _, o := range r.Systems {
		if o.Question != nil && o.Question.Kind == dsr.QuestionConflict {
			return true
		}
	}
	return false
}

func (o *clerk) do(kind dsr.Kind, name string, params any) {
	o.Helper()
	require.NoError(o, o.desk.Update(o.Context(), kind, "R-1", name, params))
}

// TestAnErasureOfARestrictedPersonEndsTheRestriction has the erasure come second.
func TestAnErasureOfARestrictedPersonEndsTheRestriction(t *testing.T) {
	t.Parallel()
	s := restricting(t)
	o := s.clerk()
	require.NoError(t, o.hand(dsr.Restriction, dsr.GroundClaims, false))
	o.waits(dsr.Restriction, inForce)
	require.NotEmpty(t, s.town.Remaining(population.Ana))

	require.NoError(t, o.hand(dsr.Erasure, "", false))
	erasure := o.waits(dsr.Erasure, concluded)
	restriction := o.waits(dsr.Restriction, is(dsr.StatusSuperseded))

	require.Equal(t, "R-1", restriction.Restriction.SupersededBy)
	require.Equal(t, dsr.Erasure, restriction.Related[0].Kind)
	require.Equal(t, dsr.Restriction, erasure.Related[0].Kind)
	require.Equal(t, complete(), states(erasure))
	require.Empty(t, s.town.Remaining(population.Ana))
}

// TestARestrictionHoldsAnErasureUp has the restriction come second, on a ground for
// which the data must be kept, and the erasure end for it.
func TestARestrictionHoldsAnErasureUp(t *testing.T) {
	t.Parallel()
	s := restricting(t)
	o := s.clerk()
	for _, server := range s.servers() {
		server.Faults().Set(simulators.Rule{Kind: simulators.Down})
	}
	require.NoError(t, o.hand(dsr.Erasure, "", false))
	o.waits(dsr.Erasure, in("alore", dsr.Attested))
	require.NoError(t, o.hand(dsr.Restriction, dsr.GroundClaims, false))
	o.waits(dsr.Restriction, func(r dsr.Report) bool { return len(r.Related) > 0 })
	for _, server := range s.servers() {
		server.Faults().Clear()
	}
	for _, name := range []string{"gist", "landbot", "hubspot", "website"} {
		_ = o.desk.Update(t.Context(), dsr.Erasure, "R-1", workflows.UpdateRetrySystem, workflows.RetrySystem{System: name, Operator: "sam"})
	}
	o.waits(dsr.Erasure, inConflict)
	o.do(dsr.Erasure, workflows.UpdateResolveConflict, workflows.ResolveConflict{Operator: "sam", Reason: "the court needs it"})

	erasure := o.waits(dsr.Erasure, concluded)
	restriction := o.waits(dsr.Restriction, inForce)

	require.Equal(t, "the court needs it", erasure.Related[0].Decision.Text)
	require.Empty(t, restriction.Restriction.SupersededBy)
	require.Equal(t, dsr.Restricted, states(restriction)["gist"])
	require.Len(t, s.town.Remaining(population.Ana), len(s.town.RecordsOf(population.Ana)), "nothing is erased")
}

// TestAnErasureAndARestrictionAtOnceAgree hands both in at the same moment. In
// whatever order they are noticed, each learns of the other, and the restriction ends
// with the erasure.
func TestAnErasureAndARestrictionAtOnceAgree(t *testing.T) {
	t.Parallel()
	s := restricting(t)
	o := s.clerk()
	var handing sync.WaitGroup
	errs := make([]error, 2)
	handing.Go(func() { errs[0] = o.hand(dsr.Erasure, "", true) })
	handing.Go(func() { errs[1] = o.hand(dsr.Restriction, dsr.GroundUnlawful, false) })
	handing.Wait()
	require.NoError(t, errs[0])
	require.NoError(t, errs[1])
	met := func(r dsr.Report) bool { return len(r.Related) > 0 }
	o.waits(dsr.Erasure, met)
	o.waits(dsr.Restriction, met)
	require.Len(t, s.town.Remaining(population.Ana), len(s.town.RecordsOf(population.Ana)), "nothing is erased before a person approves")

	o.waits(dsr.Erasure, func(r dsr.Report) bool {
		for _, outcome := range r.Systems {
			switch q := outcome.Question; {
			case q == nil:
			case q.Kind == dsr.QuestionConflict:
				_ = o.desk.Update(t.Context(), dsr.Erasure, "R-1", workflows.UpdateResolveConflict, workflows.ResolveConflict{Operator: "sam", Erase: true, Reason: "asked by phone"})
			case q.Kind == dsr.QuestionApproval:
				_ = o.desk.Update(t.Context(), dsr.Erasure, "R-1", workflows.UpdateApprove, workflows.Approve{System: outcome.Name, Operator: "sam", Records: q.Records()})
			}
		}
		return concluded(r)
	})
	restriction := o.waits(dsr.Restriction, is(dsr.StatusSuperseded))

	require.Equal(t, "R-1", restriction.Restriction.SupersededBy)
	require.Empty(t, s.town.Remaining(population.Ana))
}

// TestAnErasureOfSomebodyElseLeavesARestrictionAlone has somebody hand in an erasure
// with a telephone number that Ana shares.
func TestAnErasureOfSomebodyElseLeavesARestrictionAlone(t *testing.T) {
	t.Parallel()
	s := restricting(t)
	o := s.clerk()
	phone := dsr.Identifier{Type: dsr.Phone, Value: population.Ana.Phone}
	hand := func(kind dsr.Kind, ground dsr.Ground, person population.Person) {
		require.NoError(t, o.handFor(person, dsr.Request{
			ID: "R-1", Kind: kind, Ground: ground, Systems: []string{"website"}, Subject: dsr.Subject{Identifiers: []dsr.Identifier{phone}},
		}))
	}
	hand(dsr.Restriction, dsr.GroundAccuracy, population.Ana)
	o.waits(dsr.Restriction, inForce)
	hand(dsr.Erasure, "", population.Nobody)
	o.waits(dsr.Erasure, concluded)
	r := o.waits(dsr.Restriction, func(r dsr.Report) bool { return len(r.Related) > 0 && r.Related[0].Ended != "" })
	require.Equal(t, dsr.StatusRestricted, r.Status)
	require.True(t, r.Related[0].Uncertain)
}

// TestARestrictionKeepsItsHistoryShort has it checked until it goes on in another
// run, and has it lifted there.
func TestARestrictionKeepsItsHistoryShort(t *testing.T) {
	t.Parallel()
	s := restricting(t)
	o := s.clerk()
	before := s.town.Others()
	require.NoError(t, o.hand(dsr.Restriction, dsr.GroundObjection, false))
	o.waits(dsr.Restriction, inForce)
	runs := func() (lengths []int64) {
		answer, err := o.client.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Namespace: "default", Query: "WorkflowId = 'restriction/R-1'"})
		require.NoError(t, err)
		for _, execution := range answer.GetExecutions() {
			lengths = append(lengths, execution.GetHistoryLength())
		}
		return lengths
	}
	require.Eventually(t, func() bool { return len(runs()) > 1 }, patience, time.Second)
	o.do(dsr.Restriction, workflows.UpdateLift, workflows.Lift{Operator: "sam", Reason: "decided"})
	o.do(dsr.Restriction, workflows.UpdateConfirmNotice, workflows.ConfirmNotice{Operator: "sam", Evidence: "letter", SentAt: time.Now()})
	r := o.waits(dsr.Restriction, func(r dsr.Report) bool {
		return concluded(r) && states(r)["gist"] == dsr.Lifted && states(r)["landbot"] == dsr.Lifted
	})

	for _, length := range runs() {
		require.Less(t, length, int64(2000))
	}
	require.Equal(t, dsr.Lifted, states(r)["hubspot"])
	require.Empty(t, r.Earlier, "a run that goes on by itself is no earlier attempt")
	require.Equal(t, before, s.town.Others())
	s.discreet(population.Ana)
}
