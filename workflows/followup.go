package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

// SignalRecordMessage carries a [RecordMessage].
const SignalRecordMessage = activities.SignalRecordMessage

// RecordMessage says that the person has answered the acknowledgement of their request.
type RecordMessage = activities.RecordMessage

// recordMessages takes note of the person's answers until the request is finished.
func (e *process) recordMessages(ctx workflow.Context) {
	listen(ctx, e, SignalRecordMessage, func(message RecordMessage) {
		e.correspondence = e.correspondence.Record(message)
		e.renewApprovalTexts()
	})
}

// renewApprovalTexts has open questions for approval say what is unread now.
func (e *process) renewApprovalTexts() {
	for _, s := range e.systems {
		if q := s.outcome.Question; q != nil && q.Kind == dsr.QuestionApproval {
			renewed := *q
			renewed.Text = s.approvalText(q.Candidates)
			s.outcome.Question = &renewed
		}
	}
}

// checkRead makes sure that nothing is approved before the person's answers are read.
func (e *process) checkRead(p Approve) error {
	followUps := e.correspondence.FollowUps
	written := 0
	if followUps != nil {
		written = followUps.Messages
	}
	if p.MessagesRead < 0 || p.MessagesRead > written {
		return fmt.Errorf("messages_read: the person has answered the acknowledgement %d times", written)
	}
	if followUps == nil || followUps.Unread == 0 || p.MessagesRead == written {
		return nil
	}
	return fmt.Errorf("messages_read: %s, then approve with messages_read %d (lethe approve --read)", followUps.Sentence(e.deadlines.Due.Location()), written)
}

// markRead puts on record who has read the person's answers.
func (e *process) markRead(p Approve) {
	e.correspondence = e.correspondence.Read(p.Operator)
	e.renewApprovalTexts()
}
