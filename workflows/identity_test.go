package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

func askIdentity(at time.Time) workflows.AskIdentity {
	return workflows.AskIdentity{Operator: "Sam", Reason: "the address is new to us", AskedAt: at}
}

func confirmIdentity(at time.Time) workflows.ConfirmIdentity {
	return workflows.ConfirmIdentity{Operator: "Pat", Evidence: "answered from the address on file", AnsweredAt: at}
}

// newDoubtful is a request that waits for approval, so that a person can ask who
// the subject is before anything is erased.
func newDoubtful(t *testing.T) (tr *trial, crm *vendor) {
	t.Helper()
	crm = &vendor{records: []dsr.Record{person("1", email)}}
	tr = newTrial(t, []dsr.System{automatic("crm", dsr.Email), manual("inbox", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.request.ApprovalRequired = true
	return tr, crm
}

// approveAll approves whatever waits for it.
func (tr *trial) approveAll() {
	for _, o := range tr.status().Systems {
		if o.Question != nil && o.Question.Kind == dsr.QuestionApproval {
			tr.update(workflows.UpdateApprove, workflows.Approve{System: o.Name, Operator: "Sam", Records: o.Question.Records()})
		}
	}
}

func TestNothingIsErasedBeforeTheIdentityIsProved(t *testing.T) {
	t.Parallel()
	tr, crm := newDoubtful(t)
	refusals := map[string]*error{}
	ask := func(want string, p workflows.AskIdentity) { refusals[want] = tr.update(workflows.UpdateAskIdentity, p) }
	confirm := func(want string, p workflows.ConfirmIdentity) {
		refusals[want] = tr.update(workflows.UpdateConfirmIdentity, p)
	}
	tr.at(2*time.Hour, func() {
		confirm("is not being asked", confirmIdentity(received.Add(3*time.Hour)))
		ask("after the request was received", askIdentity(received.Add(-time.Minute)))
		ask("asked_at: lies in the future", askIdentity(received.Add(20*day)))
		ask("reason: names the subject", workflows.AskIdentity{Operator: "Sam", Reason: email.Value, AskedAt: received.Add(time.Hour)})
		ask("operator: say who", workflows.AskIdentity{Reason: "new", AskedAt: received.Add(time.Hour)})
		tr.update(workflows.UpdateAskIdentity, askIdentity(received.Add(2*time.Hour)))
	})
	tr.at(3*time.Hour, func() {
		for _, o := range tr.status().Systems {
			require.Equal(t, dsr.QuestionIdentity, o.Question.Kind, o.Name)
		}
		tr.approveAll()
		refusals["does not wait for approval"] = tr.update(workflows.UpdateApprove, workflows.Approve{System: "crm", Operator: "Sam", Records: []string{"contact/1"}})
		refusals["nothing is to be done at inbox yet"] = tr.update(workflows.UpdateCompleteTask, done("inbox"))
		ask("asked for proof of identity before", askIdentity(received.Add(3*time.Hour)))
	})
	tr.at(40*day, func() {
		require.Empty(t, crm.erasedIDs())
		require.Empty(t, tr.toldOfDeadlines(), "the time stands still")
		confirm("after the subject was asked", confirmIdentity(received.Add(time.Hour)))
		confirm("answered_at: lies in the future", confirmIdentity(received.Add(50*day)))
		confirm("evidence: is needed", workflows.ConfirmIdentity{Operator: "Pat", AnsweredAt: received.Add(40 * day)})
		tr.update(workflows.UpdateConfirmIdentity, confirmIdentity(received.Add(40*day)))
	})
	tr.at(41*day, tr.approveAll)
	tr.at(42*day, func() { tr.update(workflows.UpdateCompleteTask, done("inbox")) })

	r := tr.run()

	for want, got := range refusals {
		require.ErrorContains(t, *got, want)
	}
	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Equal(t, []string{"1"}, crm.erasedIDs())
	require.Equal(t, 40, r.Identity.WaitedDays)
	require.Equal(t, "Pat", r.Identity.ConfirmedBy)
	// A month after 2 March is 2 April; 40 days later is 12 May, a Tuesday.
	require.Equal(t, time.Date(2026, 5, 12, 23, 59, 59, 0, time.UTC), r.DueAt.UTC())
}

func TestAQuestionThatComesTooLateHoldsTheRequestAndNotTheTime(t *testing.T) {
	t.Parallel()
	tr, crm := newDoubtful(t)
	tr.at(20*day, func() { tr.update(workflows.UpdateAskIdentity, askIdentity(received.Add(20*day))) })
	tr.at(33*day, func() {
		require.Contains(t, tr.status().Identity.ClockRunsOn, "had to be asked for proof of identity by")
		require.Contains(t, tr.told.String(), "is overdue")
		require.Empty(t, crm.erasedIDs())
		tr.update(workflows.UpdateConfirmIdentity, confirmIdentity(received.Add(33*day)))
	})
	tr.at(34*day, tr.approveAll)
	tr.at(35*day, func() { tr.update(workflows.UpdateCompleteTask, done("inbox")) })

	r := tr.run()

	require.Equal(t, []string{"1"}, crm.erasedIDs())
	require.Zero(t, r.Identity.WaitedDays)
	require.Equal(t, time.Date(2026, 4, 2, 23, 59, 59, 0, time.UTC), r.DueAt.UTC())
}

func TestARequestWithoutProofIsCancelled(t *testing.T) {
	t.Parallel()
	tr, crm := newDoubtful(t)
	tr.at(time.Hour, func() { tr.update(workflows.UpdateAskIdentity, askIdentity(received.Add(time.Hour))) })
	tr.at(60*day, func() { tr.update(workflows.UpdateCancel, cancel()) })
	require.Equal(t, dsr.StatusCancelled, tr.run().Status)
	require.Empty(t, crm.erasedIDs())
}

// TestADoubtOutlivesItsRun has a request carried out again whose subject has not
// proved who they are.
func TestADoubtOutlivesItsRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		confirmed bool
		waited    int
	}{"without proof": {false, 0}, "with proof": {true, 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crm := &vendor{records: []dsr.Record{person("1", email)}}
			tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
			decisions := []activities.Decision{{Operator: "Sam", Reason: "new address", AskedAt: received.Add(time.Hour), At: received.Add(time.Hour)}}
			if c.confirmed {
				decisions = append(decisions, activities.Decision{Operator: "Pat", Evidence: "seen", AnsweredAt: received.Add(2 * day), At: received.Add(2 * day)})
			}
			tr.past = past{{Decisions: decisions}}
			tr.at(60*day, func() {
				require.Empty(t, crm.erasedIDs())
				tr.update(workflows.UpdateCancel, cancel())
			})

			r := tr.run()

			require.Equal(t, c.confirmed, len(crm.erasedIDs()) == 1)
			require.Equal(t, c.waited, r.Identity.WaitedDays)
			require.Equal(t, !c.confirmed, r.Status == dsr.StatusCancelled)
		})
	}
}

// TestAnUpdateThatComesBeforeThePlanIsAnsweredWithIt has a reset hand over what
// operators decided later.
func TestAnUpdateThatComesBeforeThePlanIsAnsweredWithIt(t *testing.T) {
	t.Parallel()
	crm, chat := &vendor{records: []dsr.Record{person("1", email)}}, &vendor{records: []dsr.Record{person("2", email)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("chat", dsr.Email), manual("inbox", dsr.Email)},
		map[string]*vendor{"crm": crm, "chat": chat})
	tr.at(0, func() {
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "chat", Operator: "Sam", Reason: "a claim is pending"})
		tr.update(workflows.UpdateCompleteTask, done("inbox"))
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "nowhere", Operator: "Sam", Reason: "r"})
	})

	r := tr.run()

	require.Equal(t, dsr.Skipped, outcome(t, r, "chat").State)
	require.Equal(t, dsr.Attested, outcome(t, r, "inbox").State)
	require.Empty(t, chat.erasedIDs())
	require.Equal(t, []string{"1"}, crm.erasedIDs())
}
