package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/workflows"
)

// withOutcome is a task that came to an end with the outcome, by a person's word.
func withOutcome(system string, outcome dsr.TaskOutcome, records int) workflows.CompleteTask {
	return workflows.CompleteTask{System: system, Operator: "Sam", Outcome: outcome, Records: records, Evidence: "ticket 4711"}
}

func notDone(system string) workflows.CompleteTask {
	return workflows.CompleteTask{System: system, Operator: "Sam", Outcome: dsr.TaskNotDone, Reason: "the account is locked"}
}

func TestATaskSaysWhatCameOfIt(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{manual("erased", dsr.Email), manual("empty", dsr.Email), manual("locked", dsr.Email)}, nil)
	tr.at(time.Hour, func() {
		tr.update(workflows.UpdateCompleteTask, withOutcome("erased", dsr.TaskErased, 2))
		tr.update(workflows.UpdateCompleteTask, withOutcome("empty", dsr.TaskNothingFound, 0))
		tr.update(workflows.UpdateCompleteTask, notDone("locked"))
	})

	r := tr.run()

	erased, empty, locked := outcome(t, r, "erased"), outcome(t, r, "empty"), outcome(t, r, "locked")
	require.Equal(t, dsr.Attested, erased.State)
	require.Equal(t, []dsr.RecordCount{{Kind: dsr.HandCounted, State: dsr.Erased, Count: 2}}, erased.Records)
	require.Equal(t, dsr.TaskErased, erased.Actions[0].Outcome)
	require.Equal(t, 2, erased.Actions[0].Records)

	require.Equal(t, dsr.NotFound, empty.State)
	require.Equal(t, dsr.PersonsWord, empty.Evidence)
	require.Zero(t, empty.ActedAt, "nothing was done")
	require.Zero(t, empty.VerifiedAt, "no part of Lethe has looked")
	require.Empty(t, empty.Records)

	require.Equal(t, dsr.Skipped, locked.State)
	require.Equal(t, dsr.ExceptionLeftOut, locked.Exception())
	require.Zero(t, locked.ActedAt)
	require.Empty(t, locked.Evidence, "nothing is claimed")
	require.Contains(t, locked.Explanation, "the account is locked")
	require.Equal(t, dsr.StatusExceptions, r.Status)
	require.Len(t, r.Exceptions, 1)
}

func TestATaskHasOneOutcomeAndNamesIt(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email)}, nil)
	wrong := map[string]workflows.CompleteTask{
		`outcome: must be one of "erased", "nothing_found", "not_done"`: withOutcome("inbox", "", 0),
		`outcome: must be one of "erased", "nothing_found"`:             withOutcome("inbox", "done", 1),
		`must be one of "erased"`:                                       withOutcome("inbox", dsr.TaskRestricted, 1),
		`"nothing_found", "not_done"`:                                   withOutcome("inbox", dsr.TaskLifted, 0),
		"records: say how many records were erased, 1 at least":         withOutcome("inbox", dsr.TaskErased, 0),
		"1 at least; where there was none, the outcome is":              withOutcome("inbox", dsr.TaskErased, -1),
		"records: are counted for":                                      withOutcome("inbox", dsr.TaskNothingFound, 1),
		"records: more than":                                            withOutcome("inbox", dsr.TaskErased, 1_000_001),
		"evidence: is needed":                                           {System: "inbox", Operator: "Sam", Outcome: dsr.TaskErased, Records: 1},
		"reason: is needed":                                             {System: "inbox", Operator: "Sam", Outcome: dsr.TaskNotDone},
		"reason: is for a task that":                                    {System: "inbox", Operator: "Sam", Outcome: dsr.TaskNothingFound, Evidence: "e", Reason: "r"},
		"evidence: is for a task that was done":                         {System: "inbox", Operator: "Sam", Outcome: dsr.TaskNotDone, Evidence: "e", Reason: "r"},
		"reason: names the subject":                                     {System: "inbox", Operator: "Sam", Outcome: dsr.TaskNotDone, Reason: "ANA@example.com"},
	}
	refusals := map[string]*error{}
	tr.at(time.Hour, func() {
		for want, p := range wrong {
			refusals[want] = tr.update(workflows.UpdateCompleteTask, p)
		}
		tr.update(workflows.UpdateCompleteTask, notDone("inbox"))
	})

	r := tr.run()

	for want, got := range refusals {
		require.ErrorContains(t, *got, want)
		var plain vault.Plain
		require.ErrorAs(t, *got, &plain)
	}
	require.Len(t, outcome(t, r, "inbox").Actions, 1)
}

// TestWhatWasErasedFirstStays has a task asked for twice, for another system disclosed more.
func TestWhatWasErasedFirstStays(t *testing.T) {
	t.Parallel()
	for second, want := range map[dsr.TaskOutcome]struct {
		state   dsr.State
		records int
	}{
		dsr.TaskErased: {dsr.Attested, 5}, dsr.TaskNothingFound: {dsr.Attested, 2}, dsr.TaskNotDone: {dsr.Skipped, 2},
	} {
		t.Run(string(second), func(t *testing.T) {
			t.Parallel()
			tr := withLateCRM(t, 2*time.Hour)
			tr.at(time.Hour, func() { tr.update(workflows.UpdateCompleteTask, withOutcome("inbox", dsr.TaskErased, 2)) })
			tr.at(5*time.Hour, func() {
				require.Contains(t, outcome(t, tr.status(), "inbox").Question.Text, "further identifier")
				switch second {
				case dsr.TaskErased:
					tr.update(workflows.UpdateCompleteTask, withOutcome("inbox", second, 3))
				case dsr.TaskNotDone:
					tr.update(workflows.UpdateCompleteTask, notDone("inbox"))
				default:
					tr.update(workflows.UpdateCompleteTask, withOutcome("inbox", second, 0))
				}
			})

			o := outcome(t, tr.run(), "inbox")

			require.Equal(t, want.state, o.State)
			require.Equal(t, []dsr.RecordCount{{Kind: dsr.HandCounted, State: dsr.Erased, Count: want.records}}, o.Records)
			require.False(t, o.ActedAt.IsZero())
		})
	}
}

func TestATaskInWhichNothingWasFoundIsAskedForAgainByItsName(t *testing.T) {
	t.Parallel()
	tr := withLateCRM(t, 2*time.Hour)
	tr.at(time.Hour, func() { tr.update(workflows.UpdateCompleteTask, withOutcome("inbox", dsr.TaskNothingFound, 0)) })
	again := ""
	tr.at(5*time.Hour, func() {
		again = outcome(t, tr.status(), "inbox").Question.Text
		tr.update(workflows.UpdateCompleteTask, withOutcome("inbox", dsr.TaskErased, 1))
	})

	o := outcome(t, tr.run(), "inbox")

	require.Contains(t, again, "further identifier")
	require.Equal(t, dsr.Attested, o.State, "what was found later counts")
	require.Equal(t, dsr.PersonsWord, o.Evidence)
}

// TestARestrictionByHandIsCountedAndLifted goes through the outcomes of its tasks.
func TestARestrictionByHandIsCountedAndLifted(t *testing.T) {
	t.Parallel()
	byHand := func(name string) dsr.System {
		s := manual(name, dsr.Email)
		s.Restriction = &dsr.RestrictionFacts{Able: true, Task: &dsr.Task{Steps: []string{"Stop."}}, LiftTask: &dsr.Task{Steps: []string{"Go on."}}}
		return s
	}
	ep := newEpisode(t, dsr.GroundClaims, []dsr.System{byHand("held"), byHand("empty"), byHand("locked"), byHand("stuck")}, nil)
	var erased, lifted *error
	ep.at(time.Hour, func() {
		erased = ep.update(workflows.UpdateCompleteTask, withOutcome("held", dsr.TaskErased, 1))
		lifted = ep.update(workflows.UpdateCompleteTask, withOutcome("held", dsr.TaskLifted, 0))
		ep.update(workflows.UpdateCompleteTask, withOutcome("held", dsr.TaskRestricted, 2))
		ep.update(workflows.UpdateCompleteTask, withOutcome("stuck", dsr.TaskRestricted, 1))
		ep.update(workflows.UpdateCompleteTask, withOutcome("empty", dsr.TaskNothingFound, 0))
		ep.update(workflows.UpdateCompleteTask, notDone("locked"))
	})
	ep.at(2*time.Hour, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(3*time.Hour, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	var restricted *error
	ep.at(4*time.Hour, func() {
		r := ep.status()
		require.Nil(t, outcome(t, r, "empty").Question, "there is nothing to lift")
		require.Nil(t, outcome(t, r, "locked").Question, "there is nothing to lift")
		restricted = ep.update(workflows.UpdateCompleteTask, withOutcome("held", dsr.TaskRestricted, 2))
		ep.update(workflows.UpdateCompleteTask, withOutcome("held", dsr.TaskLifted, 0))
		ep.update(workflows.UpdateCompleteTask, notDone("stuck"))
	})

	r := ep.run()

	require.ErrorContains(t, *erased, `must be one of "restricted", "nothing_found", "not_done"`)
	require.ErrorContains(t, *lifted, `must be one of "restricted", "nothing_found", "not_done"`)
	require.ErrorContains(t, *restricted, `must be one of "lifted", "nothing_found", "not_done"`)
	first := ep.archive.reports[0]
	require.Equal(t, []dsr.RecordCount{{Kind: dsr.HandCounted, State: dsr.Restricted, Count: 2}}, outcome(t, first, "held").Records)
	require.Equal(t, dsr.NotFound, outcome(t, first, "empty").State)
	require.Equal(t, dsr.Skipped, outcome(t, first, "locked").State)
	held, stuck := outcome(t, r, "held"), outcome(t, r, "stuck")
	require.Equal(t, dsr.Attested, held.State)
	require.Equal(t, []dsr.RecordCount{{Kind: dsr.HandCounted, State: dsr.Lifted, Count: 2}}, held.Records)
	require.Equal(t, dsr.Skipped, stuck.State)
	require.Equal(t, []dsr.RecordCount{{Kind: dsr.HandCounted, State: dsr.Restricted, Count: 1}}, stuck.Records, "it still is")
}

func TestATaskWaitsForItsApproval(t *testing.T) {
	t.Parallel()
	for _, p := range []workflows.CompleteTask{done("inbox"), withOutcome("inbox", dsr.TaskNothingFound, 0), notDone("inbox")} {
		t.Run(string(p.Outcome), func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email)}, nil)
			tr.request.ApprovalRequired = true
			// The first comes before the plan is made, and nothing is asked yet.
			tr.at(0, func() { tr.update(workflows.UpdateCompleteTask, p) })
			var early *error
			tr.at(time.Hour, func() {
				require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), "inbox").State, "nobody has approved")
				early = tr.update(workflows.UpdateCompleteTask, p)
				tr.update(workflows.UpdateApprove, workflows.Approve{System: "inbox", Operator: "Pat"})
			})
			var late *error
			tr.at(2*time.Hour, func() { late = tr.update(workflows.UpdateCompleteTask, p) })

			r := tr.run()

			require.ErrorContains(t, *early, "nothing is to be done at inbox before it is approved; approve first")
			require.NoError(t, *late)
			require.Len(t, outcome(t, r, "inbox").Actions, 2)
		})
	}
}

// TestATaskWaitsForWhatHoldsTheRequest goes through the relatives of an approval.
func TestATaskWaitsForWhatHoldsTheRequest(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email)}, nil)
	var identity, conflict *error
	tr.at(time.Hour, func() { tr.update(workflows.UpdateAskIdentity, askIdentity(received.Add(time.Hour))) })
	tr.at(2*time.Hour, func() {
		identity = tr.update(workflows.UpdateCompleteTask, done("inbox"))
		tr.update(workflows.UpdateConfirmIdentity, confirmIdentity(received.Add(2*time.Hour)))
	})
	tr.at(3*time.Hour, func() {
		tr.env.SignalWorkflow(workflows.SignalMeeting, dsr.Meeting{
			Kind: dsr.Restriction, RequestID: "R-2", StartedAt: tr.env.Now(), Ground: dsr.GroundClaims, Ended: "is not told",
		})
	})
	tr.at(4*time.Hour, func() {
		conflict = tr.update(workflows.UpdateCompleteTask, done("inbox"))
		tr.update(workflows.UpdateResolveConflict, workflows.ResolveConflict{Operator: "Sam", Erase: true, Reason: "the claims are settled"})
	})
	tr.at(5*time.Hour, func() { tr.update(workflows.UpdateCompleteTask, done("inbox")) })

	r := tr.run()

	require.ErrorContains(t, *identity, "nothing is to be done at inbox yet")
	require.ErrorContains(t, *conflict, "nothing is to be done at inbox yet: restriction R-2")
	require.Len(t, outcome(t, r, "inbox").Actions, 1)
}

// TestNoTaskIsCompletedAfterTheRequestIsCancelled has the system still waiting when the update
// arrives.
func TestNoTaskIsCompletedAfterTheRequestIsCancelled(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email)}, nil)
	var late *error
	tr.at(time.Hour, func() {
		tr.update(workflows.UpdateCancel, cancel())
		late = tr.update(workflows.UpdateCompleteTask, done("inbox"))
	})

	r := tr.run()

	require.ErrorContains(t, *late, "the request was cancelled")
	require.Equal(t, dsr.StatusCancelled, r.Status)
}
