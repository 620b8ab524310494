package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

// byMail makes the trial's request one that came by mail.
func (tr *trial) byMail() {
	tr.request.Channel, tr.request.ApprovalRequired = dsr.ChannelMail, true
	tr.request.Mail = &dsr.MailOrigin{
		Via: dsr.MailGroup, Authentication: dsr.MailDMARC, ReceivedBy: dsr.ReceivedClock, DatedAt: received.AddDate(0, 0, -5),
	}
}

// TestAPersonsAnswerIsReadBeforeAnythingIsApproved is case I13 at the request.
func TestAPersonsAnswerIsReadBeforeAnythingIsApproved(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	inbox := manual("inbox", dsr.Email)
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), inbox}, map[string]*vendor{"crm": crm})
	tr.byMail()
	approve := workflows.Approve{System: "crm", Operator: "Sam", Records: []string{"contact/1"}}
	record := func(name string, days int) {
		tr.env.SignalWorkflow(workflows.SignalRecordMessage, workflows.RecordMessage{Message: name, ReceivedAt: received.AddDate(0, 0, days)})
	}
	var unread, tooMany, stale, read, task *error
	tr.at(time.Hour, func() {
		require.Nil(t, tr.status().FollowUps)
		require.Equal(t, "records to be erased: 1; approve, or skip-system with the reason; came by mail: the address is in the From line of a message "+
			"that a group of the company distributed; From: passed DMARC; received on 2026-03-02 by a server of the company, and moved into the mailbox "+
			"later; the sender's Date says 2026-02-25, which proves nothing", outcome(t, tr.status(), "crm").Question.Text)
		record("a", 1)
		record("a", 1)
		record("b", 2)
	})
	tr.at(2*time.Hour, func() {
		require.Equal(t, &dsr.FollowUps{Messages: 2, Unread: 2, LastAt: received.AddDate(0, 0, 2)}, tr.status().FollowUps, "one was recorded twice")
		for _, system := range []string{"crm", "inbox"} {
			require.Regexp(t, "^the person has written 2 times after the acknowledgement, last on 2026-03-04; read it in the mailbox; ", outcome(t, tr.status(), system).Question.Text)
		}
		unread = tr.update(workflows.UpdateApprove, approve)
		approve.MessagesRead = 3
		tooMany = tr.update(workflows.UpdateApprove, approve)
		record("c", 3)
	})
	tr.at(3*time.Hour, func() {
		approve.MessagesRead = 2
		stale = tr.update(workflows.UpdateApprove, approve)
		require.Empty(t, crm.erasedIDs())
		approve.MessagesRead = 3
		read = tr.update(workflows.UpdateApprove, approve)
		task = tr.update(workflows.UpdateApprove, workflows.Approve{System: "inbox", Operator: "Sam"})
	})
	tr.at(4*time.Hour, func() {
		require.NotContains(t, outcome(t, tr.status(), "inbox").Question.Text, "written")
		tr.update(workflows.UpdateCompleteTask, done("inbox"))
	})

	r := tr.run()

	require.ErrorContains(t, *unread, "read it in the mailbox, then approve with messages_read 2 (lethe approve --read)")
	require.ErrorContains(t, *tooMany, "the person has answered the acknowledgement 2 times")
	require.ErrorContains(t, *stale, "messages_read 3", "one came after the operator had read the others")
	require.NoError(t, *read)
	require.NoError(t, *task, "what is read need not be read for each system")
	require.Equal(t, []string{"1"}, crm.erasedIDs())
	require.Equal(t, &dsr.FollowUps{Messages: 3, LastAt: received.AddDate(0, 0, 3), ReadBy: "Sam"}, r.FollowUps)
	require.Equal(t, tr.request.Mail, r.Mail)
}

// TestTheGroundIsNotNamedUnread has an answer come that may say what the ground is. What is
// on record goes over to later runs.
func TestTheGroundIsNotNamedUnread(t *testing.T) {
	t.Parallel()
	ep := byMail(t, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": newOffice()})
	record := func(name string) {
		ep.env.SignalWorkflow(workflows.SignalRecordMessage, workflows.RecordMessage{Message: name, ReceivedAt: received.Add(time.Hour)})
	}
	named := workflows.Approve{Operator: "Sam", Ground: dsr.GroundAccuracy}
	var unread *error
	ep.at(day, func() { record("a") })
	ep.at(2*day, func() {
		unread = ep.update(workflows.UpdateApprove, named)
		named.MessagesRead = 1
		ep.update(workflows.UpdateApprove, named)
	})
	ep.at(3*day, func() { require.Equal(t, dsr.StatusRestricted, ep.status().Status) })
	ep.at(4*day, func() { record("b") })
	ep.at(250*day, func() {
		require.Greater(t, ep.runs, 1, "it has gone on in a new run")
		record("b")
		record("c")
	})
	ep.at(251*day, func() {
		require.Equal(t, &dsr.FollowUps{Messages: 3, Unread: 2, LastAt: received.Add(time.Hour), ReadBy: "Sam"}, ep.status().FollowUps)
		ep.update(workflows.UpdateLift, lift())
	})
	ep.at(252*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	ep.run()
	require.ErrorContains(t, *unread, "the person has written again on 2026-03-02, after the acknowledgement; read it in the mailbox")
}

// TestWhatIsUnreadIsUnreadWhenTheRequestIsCarriedOutAgain has earlier runs that were told
// of answers.
func TestWhatIsUnreadIsUnreadWhenTheRequestIsCarriedOutAgain(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.byMail()
	message := func(name string, hour int) activities.EarlierMessage {
		at := received.Add(time.Duration(hour) * time.Minute)
		return activities.EarlierMessage{RecordMessage: activities.RecordMessage{Message: name, ReceivedAt: at}, At: at}
	}
	read := activities.Decision{Name: workflows.UpdateApprove, System: "crm", Operator: "Sam", MessagesRead: 1, At: received.Add(2 * time.Minute)}
	tr.past = past{
		{Messages: []activities.EarlierMessage{message("a", 1), message("b", 3)}, Decisions: []activities.Decision{read}},
		{Messages: []activities.EarlierMessage{message("b", 3)}},
	}
	var unread *error
	tr.at(time.Hour, func() {
		// A reset hands signals over again.
		tr.env.SignalWorkflow(workflows.SignalRecordMessage, message("b", 3).RecordMessage)
	})
	tr.at(2*time.Hour, func() {
		require.Equal(t, &dsr.FollowUps{Messages: 2, Unread: 1, LastAt: received.Add(3 * time.Minute), ReadBy: "Sam"}, tr.status().FollowUps)
		approve := workflows.Approve{System: "crm", Operator: "Sam", Records: []string{"contact/1"}}
		unread = tr.update(workflows.UpdateApprove, approve)
		approve.MessagesRead = 2
		tr.update(workflows.UpdateApprove, approve)
	})
	require.Zero(t, tr.run().FollowUps.Unread)
	require.ErrorContains(t, *unread, "the person has written again on 2026-03-02")
}
