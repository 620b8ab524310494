package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

func TestNothingIsErasedBeforeAPersonApproves(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email, phone)}}
	chat := &vendor{records: []dsr.Record{person("web", email), person("whatsapp", phone)}}
	free := &vendor{records: []dsr.Record{person("f", email)}}
	careful := func(name string, needs ...dsr.IdentifierType) dsr.System {
		s := automatic(name, needs...)
		s.ApprovalRequired = true
		return s
	}
	inbox := manual("inbox", dsr.Email)
	inbox.ApprovalRequired = true
	tr := newTrial(t, []dsr.System{careful("crm", dsr.Email), careful("chat", dsr.Email, dsr.Phone), automatic("free", dsr.Email), inbox},
		map[string]*vendor{"crm": crm, "chat": chat, "free": free})
	var tooMuch, unseen, early *error
	tr.at(time.Hour, func() {
		require.Empty(t, crm.erasedIDs())
		require.Empty(t, chat.erasedIDs())
		require.Equal(t, []string{"f"}, free.erasedIDs(), "this one asks nobody")
		plan := outcome(t, tr.status(), "chat")
		require.Equal(t, dsr.QuestionApproval, plan.Question.Kind)
		require.Equal(t, []dsr.Candidate{
			{Record: person("web").Key(), FoundBy: dsr.Email}, {Record: person("whatsapp").Key(), FoundBy: dsr.Phone},
		}, plan.Question.Candidates)
		early = tr.update(workflows.UpdateCompleteTask, done("inbox"))
		tr.update(workflows.UpdateApprove, workflows.Approve{System: "inbox", Operator: "Sam"})
		tooMuch = tr.update(workflows.UpdateApprove, workflows.Approve{System: "free", Operator: "Sam"})
		unseen = tr.update(workflows.UpdateApprove, workflows.Approve{System: "chat", Operator: "Sam", Records: []string{"contact/web"}})
		tr.update(workflows.UpdateApprove, workflows.Approve{System: "crm", Operator: "Sam", Records: []string{"contact/1"}})
	})
	tr.at(2*time.Hour, func() {
		require.Equal(t, []string{"1"}, crm.erasedIDs())
		require.Empty(t, chat.erasedIDs())
		chat.mu.Lock()
		chat.records = append(chat.records, person("late", email))
		chat.mu.Unlock()
		tr.update(workflows.UpdateApprove, workflows.Approve{System: "chat", Operator: "Sam", Records: []string{"contact/web", "contact/whatsapp"}})
	})
	tr.at(3*time.Hour, func() {
		require.Empty(t, chat.erasedIDs(), "a record that turned up after the approval is asked about")
		require.Len(t, outcome(t, tr.status(), "chat").Question.Candidates, 1)
		tr.update(workflows.UpdateApprove, workflows.Approve{System: "chat", Operator: "Sam", Records: []string{"contact/late"}})
		tr.update(workflows.UpdateCompleteTask, done("inbox"))
	})

	r := tr.run()

	require.ErrorContains(t, *tooMuch, "free is settled")
	require.ErrorContains(t, *unseen, "the plan is another one by now")
	require.ErrorContains(t, *early, "approve first")
	require.ElementsMatch(t, []string{"web", "whatsapp", "late"}, chat.erasedIDs())
	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Equal(t, "approve", outcome(t, r, "crm").Actions[0].Name)
}

func TestADryRunEndsWithThePlanAndChangesNothing(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email, phone, clientID)}}
	chat := &vendor{records: []dsr.Record{person("web", email), person("whatsapp", phone)}}
	shared := &vendor{records: []dsr.Record{person("mine", email), person("theirs", stranger, clientID)}}
	broken := &vendor{onLocate: func(*vendor) error {
		return &connectors.Error{Class: connectors.CredentialsRejected, System: "broken", Status: 401, Reason: "no"}
	}}
	tr := newTrial(t, []dsr.System{
		automatic("crm", dsr.Email), automatic("chat", dsr.Email, dsr.Phone), automatic("shared", dsr.Email, dsr.GAClientID),
		automatic("broken", dsr.Email), automatic("nobody", dsr.Email), manual("inbox", dsr.Email),
	}, map[string]*vendor{"crm": crm, "chat": chat, "shared": shared, "broken": broken, "nobody": {}})
	tr.request.DryRun = true

	r := tr.run()

	for _, v := range []*vendor{crm, chat, shared} {
		require.Empty(t, v.erasedIDs())
	}
	require.Equal(t, dsr.StatusPlanned, r.Status)
	states := map[string]dsr.State{}
	for _, o := range r.Systems {
		states[o.Name] = o.State
	}
	require.Equal(t, map[string]dsr.State{
		"crm": dsr.Planned, "chat": dsr.Planned, "shared": dsr.Planned, "broken": dsr.Skipped, "nobody": dsr.NotFound, "inbox": dsr.Planned,
	}, states)
	require.Equal(t, []dsr.RecordCount{{Kind: "contact", State: dsr.Planned, Count: 2}}, outcome(t, r, "chat").Records)
	require.Contains(t, outcome(t, r, "shared").Explanation, "this would wait for a person")
	require.Less(t, r.CompletedAt.Sub(received), 2*time.Hour, "nothing is waited for")
}
