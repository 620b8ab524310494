package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

// byMail is a restriction that came by mail, without a ground.
func byMail(t *testing.T, systems []dsr.System, offices map[string]*office) *episode {
	t.Helper()
	ep := newEpisode(t, "", systems, offices)
	ep.request.Channel, ep.request.ApprovalRequired = dsr.ChannelMail, true
	return ep
}

func TestWhoApprovesARestrictionThatCameByMailNamesItsGround(t *testing.T) {
	t.Parallel()
	record, own := person("1", email, phone), person("2", phone)
	crm, chat := newOffice(record), newOffice(own)
	ep := byMail(t, []dsr.System{restrictable("crm", dsr.Email), restrictable("chat", dsr.Phone)}, map[string]*office{"crm": crm, "chat": chat})
	refusals := map[string]*error{}
	approve := func(system string, g dsr.Ground) *error {
		p := workflows.Approve{System: system, Operator: "Sam", Ground: g}
		if system != "" {
			p.Records = outcome(t, ep.status(), system).Question.Records()
		}
		return ep.update(workflows.UpdateApprove, p)
	}
	ep.at(time.Hour, func() {
		r := ep.status()
		require.Equal(t, dsr.StatusOpen, r.Status)
		require.Empty(t, r.Restriction.Until)
		refusals["ground: say why the processing is to be restricted: accuracy (Art. 18(1)(a)), unlawful"] = approve("crm", "")
		refusals["ground: say why"] = approve("crm", "whim")
		require.Equal(t, on, crm.values(record.Key()), "nothing is restricted without a ground")
		approve("crm", dsr.GroundObjection)
	})
	ep.at(2*time.Hour, func() {
		r := ep.status()
		require.Equal(t, off, crm.values(record.Key()))
		require.Equal(t, on, chat.values(own.Key()), "this one is not approved")
		require.True(t, r.Restriction.InForceSince.IsZero())
		refusals["this restriction is on another one, objection (Art. 18(1)(d))"] = approve("chat", dsr.GroundClaims)
		refusals["no such system"] = ep.update(workflows.UpdateApprove, workflows.Approve{Operator: "Sam", Ground: dsr.GroundObjection})
		approve("chat", dsr.GroundObjection)
	})
	ep.at(100*day, func() {
		r := ep.status()
		require.Greater(t, ep.runs, 1, "it has gone on in a new run")
		require.Equal(t, dsr.StatusRestricted, r.Status)
		require.Equal(t, "Sam", r.Restriction.NamedBy)
		ep.update(workflows.UpdateLift, lift())
	})
	ep.at(101*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })

	r := ep.run()

	for want, got := range refusals {
		require.ErrorContains(t, *got, want)
	}
	for _, r := range []dsr.Report{ep.archive.reports[0], r} {
		require.Equal(t, dsr.GroundObjection, r.Restriction.Ground)
		require.Equal(t, dsr.GroundObjection.Expectation(), r.Restriction.Until)
		require.Equal(t, "Sam", r.Restriction.NamedBy)
		require.Equal(t, ep.start.Add(time.Hour), r.Restriction.NamedAt.UTC())
	}
	require.Equal(t, dsr.StatusCompleted, r.Status, r.Exceptions)
	require.Equal(t, on, crm.values(record.Key()))
}

// Where nothing is found nothing waits for approval, and the ground is asked for all the
// same, for as long as it takes.
func TestARestrictionDoesNotComeIntoForceWithoutAGround(t *testing.T) {
	t.Parallel()
	ep := byMail(t, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": newOffice()})
	ep.at(60*day, func() {
		r := ep.status()
		require.Equal(t, dsr.NotFound, outcome(t, r, "crm").State)
		require.True(t, r.Restriction.InForceSince.IsZero())
		require.Empty(t, ep.archive.reports)
		ep.update(workflows.UpdateApprove, workflows.Approve{Operator: "Sam", Ground: dsr.GroundAccuracy})
	})
	ep.at(60*day+time.Hour, func() {
		require.Equal(t, dsr.StatusRestricted, ep.status().Status)
		require.Len(t, ep.archive.reports, 1)
		ep.update(workflows.UpdateLift, lift())
	})
	ep.at(61*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	require.Equal(t, dsr.GroundAccuracy, ep.run().Restriction.Ground)
}

func TestARestrictionWithoutAGroundCanBeCancelled(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	ep := byMail(t, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.at(day, func() { ep.update(workflows.UpdateCancel, cancel()) })
	r := ep.run()
	require.Equal(t, dsr.StatusCancelled, r.Status)
	require.Empty(t, r.Restriction.Ground)
	require.Equal(t, on, crm.values(record.Key()))
}

func TestOnlyARestrictionIsApprovedOnAGround(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.request.ApprovalRequired = true
	var refused *error
	tr.at(time.Hour, func() {
		refused = tr.update(workflows.UpdateApprove, workflows.Approve{System: "crm", Operator: "Sam", Records: []string{"contact/1"}, Ground: dsr.GroundClaims})
		tr.update(workflows.UpdateApprove, workflows.Approve{System: "crm", Operator: "Sam", Records: []string{"contact/1"}})
	})
	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
	require.ErrorContains(t, *refused, "ground: is for restrictions only")
}

// A restriction of the same person whose ground nobody has named may be one for which
// the data must be kept: the erasure waits until that is known, and no longer.
func TestAnErasureWaitsForTheGroundOfARestriction(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.request.ApprovalRequired = true
	tr.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, workflows.SignalMeeting, mock.Anything).Return(nil)
	restriction := dsr.Meeting{Kind: dsr.Restriction, RequestID: "R-2", StartedAt: received.Add(2 * time.Hour), Run: "1"}
	tr.at(2*time.Hour, func() { tr.env.SignalWorkflow(workflows.SignalMeeting, restriction) })
	tr.at(3*time.Hour, func() {
		question := outcome(t, tr.status(), "crm").Question
		require.Equal(t, dsr.QuestionConflict, question.Kind)
		require.Contains(t, question.Text, "whose ground nobody has named yet")
		restriction.Ground = dsr.GroundAccuracy
		tr.env.SignalWorkflow(workflows.SignalMeeting, restriction)
	})
	tr.at(4*time.Hour, func() {
		question := outcome(t, tr.status(), "crm").Question
		require.Equal(t, dsr.QuestionApproval, question.Kind)
		tr.update(workflows.UpdateApprove, workflows.Approve{System: "crm", Operator: "Sam", Records: question.Records()})
	})
	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
	require.Equal(t, []string{"1"}, crm.erasedIDs())
}

func TestARestrictionTellsErasuresOfTheGroundThatWasNamed(t *testing.T) {
	t.Parallel()
	ep := byMail(t, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": newOffice(person("1", email))})
	ep.others = acquaintances{{Kind: dsr.Erasure, RequestID: "E-1", StartedAt: received}}
	ep.at(time.Hour, func() {
		require.Len(t, ep.signals, 1)
		require.Empty(t, ep.signals[0].Ground)
		ep.update(workflows.UpdateApprove, workflows.Approve{
			System: "crm", Operator: "Sam", Records: outcome(t, ep.status(), "crm").Question.Records(), Ground: dsr.GroundClaims,
		})
	})
	ep.at(2*time.Hour, func() {
		require.Len(t, ep.signals, 2)
		require.Equal(t, dsr.GroundClaims, ep.signals[1].Ground)
		ep.update(workflows.UpdateLift, lift())
	})
	ep.at(3*time.Hour, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	ep.run()
}
