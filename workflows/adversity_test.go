package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

func (tr *trial) deaf() {
	tr.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, workflows.SignalMeeting, mock.Anything).Return(nil).Maybe()
}

// An erasure that waits for its next try goes on in spite of a hold.
func TestAnErasureThatIsBeingRetriedIsHeld(t *testing.T) {
	t.Parallel()
	for name, hold := range map[string]func(tr *trial){
		"identity": func(tr *trial) { tr.update(workflows.UpdateAskIdentity, askIdentity(received.Add(2*time.Hour))) },
		"conflict": func(tr *trial) {
			tr.env.SignalWorkflow(workflows.SignalMeeting, running(dsr.Restriction, "R-9", time.Hour, dsr.GroundClaims))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crm := &vendor{records: []dsr.Record{person("1", email)}}
			down := true
			crm.onErase = func(*vendor) error {
				if down {
					return transient("crm")
				}
				return nil
			}
			tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
			tr.deaf()
			tr.at(2*time.Hour, func() { hold(tr) })
			tr.at(4*time.Hour, func() {
				crm.mu.Lock()
				defer crm.mu.Unlock()
				down = false
			})
			erased := 0
			tr.at(6*time.Hour, func() {
				erased = len(crm.erasedIDs())
				tr.update(workflows.UpdateCancel, cancel())
			})
			tr.run()
			require.Zero(t, erased, "nothing may be erased while the request is held")
		})
	}
}

// A second restriction that needs the data is forgotten with the first.
func TestASecondRestrictionHoldsAnErasureToo(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.request.ApprovalRequired = true
	tr.deaf()
	tr.at(2*time.Hour, func() {
		tr.env.SignalWorkflow(workflows.SignalMeeting, running(dsr.Restriction, "R-8", time.Hour, dsr.GroundUnlawful))
		tr.env.SignalWorkflow(workflows.SignalMeeting, running(dsr.Restriction, "R-9", time.Hour, dsr.GroundClaims))
	})
	tr.at(3*time.Hour, func() {
		tr.update(workflows.UpdateResolveConflict, workflows.ResolveConflict{Operator: "Sam", Erase: true, Reason: "R-8 was a mistake"})
	})
	tr.at(4*time.Hour, tr.approveOpen)
	erased := 0
	tr.at(5*time.Hour, func() {
		erased = len(crm.erasedIDs())
		tr.update(workflows.UpdateCancel, cancel())
	})
	tr.run()
	require.Zero(t, erased, "nobody has decided about R-9")
}

// A reset or re-run makes the erasure younger than the restriction that holds it.
func TestAConflictOutlivesTheRunOfTheErasure(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.request.ApprovalRequired = true
	var told []dsr.Meeting
	tr.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, workflows.SignalMeeting, mock.Anything).Return(
		func(_, _, _, _ string, arg any) error {
			told = append(told, arg.(dsr.Meeting))
			return nil
		})
	tr.past = past{{StartedAt: received, EndedAt: received.Add(45 * time.Minute), Ended: "terminated"}}
	tr.at(time.Minute, func() { // a reset hands the signal over again
		tr.env.SignalWorkflow(workflows.SignalMeeting, running(dsr.Restriction, "R-9", -30*time.Minute, dsr.GroundClaims))
	})
	tr.at(time.Hour, tr.approveOpen)
	erased := 0
	tr.at(2*time.Hour, func() {
		erased = len(crm.erasedIDs())
		if !tr.env.IsWorkflowCompleted() {
			tr.update(workflows.UpdateCancel, cancel())
		}
	})
	tr.run()
	require.Zero(t, erased, "the restriction came after the erasure was begun, and holds it")
	require.Equal(t, received, told[0].StartedAt.UTC(), "the restriction takes the erasure for a later one, and ends for it")
}

// A person who had unsubscribed before the restriction is subscribed by lifting it.
func TestWhoHadUnsubscribedStaysSoAfterADrift(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	crm.set(record.Key(), "mail", "off")
	crm.set(record.Key(), "calls", "off")
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.at(5*day, func() { crm.set(record.Key(), "mail", "on") }) // an import, say
	ep.at(8*day, func() {
		require.Equal(t, off, crm.values(record.Key()))
		ep.update(workflows.UpdateLift, lift())
	})
	ep.at(9*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	r := ep.run()
	require.Equal(t, off, crm.values(record.Key()), "what was before is what was first seen")
	require.Equal(t, 1, outcome(t, r, "crm").Drifts)
}

// After a reset the undo record is what was read first, long before anything was restricted.
func TestWhatWasBeforeIsWhatWasReadLastBeforeTheChange(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	monday, err := crm.Settings(t.Context(), []dsr.Record{record})
	require.NoError(t, err)
	crm.set(record.Key(), "mail", "off") // she unsubscribes while approval is waited for
	friday, err := crm.Settings(t.Context(), []dsr.Record{record})
	require.NoError(t, err)
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	// Nothing was applied in the earlier run.
	ep.past = past{{Ended: "terminated", Steps: []activities.EarlierStep{{System: "crm", Settings: monday}, {System: "crm", Settings: friday}}}}
	ep.at(time.Hour, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(2*time.Hour, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	ep.run()
	require.Equal(t, map[string]string{"mail": "off", "calls": "on"}, crm.values(record.Key()))
}

// A restricted record that turns out to be somebody else's stays restricted.
func TestWhatIsSomebodyElsesIsGivenBack(t *testing.T) {
	t.Parallel()
	record := person("1", phone)
	crm := newOffice(record)
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email, dsr.Phone)}, map[string]*office{"crm": crm})
	ep.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{email, phone}}
	ep.at(time.Hour, func() {
		require.Equal(t, off, crm.values(record.Key()))
		crm.mu.Lock()
		crm.records[0].Identifiers = []dsr.Identifier{phone, stranger} // the vendor learns whose it is
		crm.mu.Unlock()
	})
	ep.at(3*day, func() {
		q := outcome(t, ep.status(), "crm").Question
		require.Equal(t, dsr.QuestionMatch, q.Kind)
		ep.update(workflows.UpdateResolveMatch, workflows.ResolveMatch{System: "crm", Operator: "Sam", Keep: q.Records(), Reason: "it is Ben's"})
	})
	ep.at(5*day, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(6*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	r := ep.run()
	if values := crm.values(record.Key()); values["mail"] == "off" {
		require.NotEqual(t, dsr.StatusCompleted, r.Status, "Ben is restricted, for good, and the report says: %s", outcome(t, r, "crm").Explanation)
		require.NotContains(t, outcome(t, r, "crm").Explanation, "not touched")
	}
}

// What could not be given back to somebody else is forgotten once the restriction is lifted.
func TestWhatSomebodyElseDidNotGetBackStaysInTheReport(t *testing.T) {
	t.Parallel()
	mine, bens := person("1", email), person("2", phone)
	crm := newOffice(mine, bens)
	crm.irreversible = "calls"
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email, dsr.Phone)}, map[string]*office{"crm": crm})
	ep.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{email, phone}}
	ep.at(time.Hour, func() {
		ep.update(workflows.UpdateApprove, workflows.Approve{System: "crm", Operator: "Sam", Records: outcome(t, ep.status(), "crm").Question.Records()})
	})
	ep.at(2*time.Hour, func() {
		require.Equal(t, off, crm.values(bens.Key()))
		crm.mu.Lock()
		crm.records[1].Identifiers = []dsr.Identifier{phone, stranger} // the vendor learns whose it is
		crm.mu.Unlock()
	})
	ep.at(3*day, func() {
		q := outcome(t, ep.status(), "crm").Question
		require.Equal(t, []string{mine.Key(), bens.Key()}, q.Records())
		ep.update(workflows.UpdateResolveMatch, workflows.ResolveMatch{
			System: "crm", Operator: "Sam", Erase: []string{mine.Key()}, Keep: []string{bens.Key()}, Reason: "it is Ben's",
		})
	})
	ep.at(4*day, func() { require.Equal(t, "on", crm.values(bens.Key())["mail"], "it was given back") })
	ep.at(5*day, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(6*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })

	r := ep.run()

	require.Equal(t, map[string]string{"mail": "on", "calls": "off"}, crm.values(bens.Key()))
	require.Contains(t, outcome(t, r, "crm").Left, bens.Key()+": calls cannot be given back")
	require.Contains(t, outcome(t, r, "crm").Left, mine.Key()+": calls cannot be given back")
}

// What a person restricted by hand is not lifted if they later left out a second look.
func TestATaskThatWasDoneIsUndoneAlthoughASecondOneWasSkipped(t *testing.T) {
	t.Parallel()
	inbox := manual("inbox", dsr.Email, dsr.Phone)
	inbox.Restriction = &dsr.RestrictionFacts{Able: true, Task: &dsr.Task{Steps: []string{"Stop."}}, LiftTask: &dsr.Task{Steps: []string{"Go on."}}}
	crm := newOffice(person("1", email))
	ep := newEpisode(t, dsr.GroundClaims, []dsr.System{inbox, restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.at(time.Hour, func() { ep.update(workflows.UpdateCompleteTask, withOutcome("inbox", dsr.TaskRestricted, 1)) })
	ep.at(2*day, func() {
		crm.mu.Lock()
		crm.records[0].Identifiers = []dsr.Identifier{email, phone}
		crm.mu.Unlock()
	})
	ep.at(5*day, func() {
		require.Equal(t, dsr.NeedsOperator, outcome(t, ep.status(), "inbox").State)
		ep.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "Sam", Reason: "it cannot be searched by phone"})
	})
	ep.at(6*day, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(7*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	asked := false
	ep.at(8*day, func() {
		if !ep.env.IsWorkflowCompleted() {
			asked = outcome(t, ep.status(), "inbox").State == dsr.NeedsOperator
			ep.update(workflows.UpdateCompleteTask, withOutcome("inbox", dsr.TaskLifted, 0))
		}
	})
	ep.run()
	require.True(t, asked, "somebody has to undo what was done at inbox")
}

// Approving the irreversible part for one record approves it for every later one.
func TestWhatCannotBeUndoneIsAskedForEachRecord(t *testing.T) {
	t.Parallel()
	first, second := person("1", email), person("2", email)
	crm := newOffice(first)
	crm.irreversible = "calls"
	ep := newEpisode(t, dsr.GroundUnlawful, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.at(time.Hour, func() {
		ep.update(workflows.UpdateApprove, workflows.Approve{System: "crm", Operator: "Sam", Records: []string{first.Key()}})
	})
	ep.at(5*day, func() {
		crm.mu.Lock()
		defer crm.mu.Unlock()
		crm.records = append(crm.records, second)
		crm.settings[second.Key()] = map[string]string{"mail": "on", "calls": "on"}
	})
	var then map[string]string
	ep.at(8*day, func() {
		then = crm.values(second.Key())
		if q := outcome(t, ep.status(), "crm").Question; q != nil {
			ep.update(workflows.UpdateApprove, workflows.Approve{System: "crm", Operator: "Sam", Records: q.Records()})
		}
	})
	ep.at(9*day, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(10*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	ep.run()
	require.Equal(t, "on", then["calls"], "nobody has approved this of contact/2")
}

// Since when a system waits begins anew with each run, so that nobody is told.
func TestHowLongASystemWaitsOutlivesARun(t *testing.T) {
	t.Parallel()
	systems, offices := []dsr.System{manual("inbox", dsr.Email)}, map[string]*office{}
	for i := range 60 {
		name := fmt.Sprintf("office%02d", i)
		systems, offices[name] = append(systems, restrictable(name, dsr.Email)), newOffice(person("1", email))
	}
	ep := newEpisode(t, dsr.GroundClaims, systems, offices)
	ep.at(20*day, func() {
		require.WithinDuration(t, ep.start, outcome(t, ep.status(), "inbox").Question.Since, time.Hour, "after %d runs", ep.runs)
	})
	ep.at(20*day+time.Hour, func() { ep.update(workflows.UpdateCompleteTask, withOutcome("inbox", dsr.TaskRestricted, 1)) })
	ep.at(21*day, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(22*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	ep.at(22*day+time.Hour, func() { ep.update(workflows.UpdateCompleteTask, withOutcome("inbox", dsr.TaskLifted, 0)) })
	ep.run()
}

// A manual task at a system that cannot be searched waits for proof of identity as well.
func TestATaskThatCannotBeSearchedForIsHeldToo(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Phone)}, nil)
	tr.request.ApprovalRequired = true
	tr.at(time.Hour, func() { tr.update(workflows.UpdateAskIdentity, askIdentity(received.Add(time.Hour))) })
	var refusal *error
	kind := dsr.QuestionKind("")
	tr.at(2*time.Hour, func() {
		kind = outcome(t, tr.status(), "inbox").Question.Kind
		refusal = tr.update(workflows.UpdateCompleteTask, done("inbox"))
	})
	tr.at(3*time.Hour, func() {
		if !tr.env.IsWorkflowCompleted() {
			tr.update(workflows.UpdateCancel, cancel())
		}
	})
	tr.run()
	require.Equal(t, dsr.QuestionIdentity, kind)
	require.Error(t, *refusal)
}

// Of two restrictions the second takes what the first did for what was before.
func TestTheSecondOfTwoRestrictionsDoesNotClaimThatAllIsAsBefore(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	crm.set(record.Key(), "mail", "off") // by R-0, which left calls alone
	ep := newEpisode(t, dsr.GroundObjection, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.others = acquaintances{running(dsr.Restriction, "R-0", -day, dsr.GroundAccuracy)}
	ep.at(5*day, func() { crm.set(record.Key(), "mail", "on") }) // R-0 is lifted
	ep.at(8*day, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(9*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	r := ep.run()
	if crm.values(record.Key())["mail"] == "off" { // both are lifted
		require.NotEqual(t, dsr.StatusCompleted, r.Status, "mail stays off, and nobody is told")
	}
}

// A restricted record that has changed hands at the vendor is restricted again.
func TestARecordThatChangedHandsIsNotRestrictedAgain(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.at(5*day, func() {
		crm.mu.Lock()
		crm.records[0].Identifiers = []dsr.Identifier{stranger}
		crm.mu.Unlock()
		crm.set(record.Key(), "mail", "on") // Ben subscribes
	})
	var then map[string]string
	ep.at(8*day, func() {
		then = crm.values(record.Key())
		if q := outcome(t, ep.status(), "crm").Question; q != nil {
			ep.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "crm", Operator: "Sam", Reason: "r"})
		}
		ep.update(workflows.UpdateLift, lift())
	})
	ep.at(9*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	ep.run()
	require.Equal(t, "on", then["mail"], "it is Ben's by now")
}

// A restriction is given up for an erasure that has not erased anything, and may never.
func TestARestrictionStaysWhileTheErasureHasErasedNothing(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	// E-1 waits for approval, or for proof of identity, and is cancelled on day 12.
	ep.at(10*day, func() { ep.env.SignalWorkflow(workflows.SignalMeeting, running(dsr.Erasure, "E-1", 10*day, "")) })
	alive := false
	ep.at(15*day, func() {
		if alive = !ep.env.IsWorkflowCompleted(); alive {
			ep.update(workflows.UpdateLift, lift())
		}
	})
	ep.at(16*day, func() {
		if alive {
			ep.update(workflows.UpdateConfirmNotice, ep.notice())
		}
	})
	ep.run()
	require.True(t, alive, "the data is still there, restricted, and nothing looks after it or can lift it")
	require.Equal(t, on, crm.values(record.Key()))
}

// What was decided about a restriction is lost when it tells of itself again.
func TestADecisionBetweenTwoRequestsStays(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.request.ApprovalRequired = true
	tr.deaf()
	met := func() {
		tr.env.SignalWorkflow(workflows.SignalMeeting, running(dsr.Restriction, "R-9", time.Hour, dsr.GroundClaims))
	}
	tr.at(2*time.Hour, met)
	tr.at(3*time.Hour, func() {
		tr.update(workflows.UpdateResolveConflict, workflows.ResolveConflict{Operator: "Sam", Erase: true, Reason: "asked by phone"})
	})
	tr.at(4*time.Hour, met) // R-9 was reset
	tr.at(5*time.Hour, tr.approveOpen)
	tr.at(6*time.Hour, func() {
		if !tr.env.IsWorkflowCompleted() && len(crm.erasedIDs()) == 0 {
			tr.update(workflows.UpdateCancel, cancel())
		}
	})
	r := tr.run()
	require.NotNil(t, r.Related[0].Decision)
	require.Len(t, crm.erasedIDs(), 1, "it was decided")
}

// A re-run knows which record is somebody else's, and not any more that the telephone
// number is shared: what else it leads to is erased without asking.
func TestASharedIdentifierStaysDoubtedInALaterRun(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]bool{"first run": false, "re-run": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crm := &vendor{records: []dsr.Record{person("mine", email), person("bens", phone, stranger)}}
			chat := &vendor{records: []dsr.Record{person("whatsapp", phone)}} // Ben's
			chat.onLocate = func(v *vendor) error {
				if v.located < 5 { // it is down for a moment
					return transient("chat")
				}
				return nil
			}
			tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email, dsr.Phone), automatic("chat", dsr.Phone)}, map[string]*vendor{"crm": crm, "chat": chat})
			tr.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{email, phone}}
			resolve := workflows.ResolveMatch{System: "crm", Operator: "Sam", Erase: []string{"contact/mine"}, Keep: []string{"contact/bens"}, Reason: "it is Ben's"}
			if again {
				tr.past = past{{Ended: "terminated", Decisions: []activities.Decision{{Name: "resolve-match", System: "crm", Erase: resolve.Erase, Keep: resolve.Keep}}}}
			} else {
				tr.at(time.Second, func() { tr.update(workflows.UpdateResolveMatch, resolve) })
			}
			var erased []string
			tr.at(10*time.Minute, func() {
				erased = chat.erasedIDs()
				if !tr.env.IsWorkflowCompleted() {
					tr.update(workflows.UpdateCancel, cancel())
				}
			})
			tr.run()
			require.Equal(t, []string{"mine"}, crm.erasedIDs())
			require.Empty(t, erased, "the number leads to somebody else: a person has to be asked")
		})
	}
}

// The same, seen from the restriction: the erasure that waits because of it is
// carried out again, is not told of it a second time, and ends it.
func TestARestrictionOutlivesARerunOfTheErasureThatItHolds(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	ep := newEpisode(t, dsr.GroundClaims, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.at(time.Hour, func() { ep.env.SignalWorkflow(workflows.SignalMeeting, running(dsr.Erasure, "E-1", -time.Hour, "")) })
	ep.at(2*day, func() { ep.env.SignalWorkflow(workflows.SignalMeeting, running(dsr.Erasure, "E-1", 2*day, "")) }) // its re-run
	alive := false
	ep.at(4*day, func() {
		alive = true
		ep.update(workflows.UpdateLift, lift())
	})
	ep.at(5*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	ep.run()
	require.Len(t, ep.signals, 2, "the re-run has to be told, too")
	require.True(t, alive, "nobody has decided for the erasure")
}
