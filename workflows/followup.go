package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/dsr"
)

// SignalRecordMessage carries a [RecordMessage]. It is a signal and no update: the message
// must be on record even if no worker answers at the moment.
const SignalRecordMessage = "record-message"

// RecordMessage says that the person has answered the acknowledgement of their request. It
// holds nothing of what they wrote.
type RecordMessage struct {
	// Message tells the message from all others and names nobody; the same message
	// recorded twice counts once.
	Message string `json:"message"`
	// ReceivedAt is when a server of the company received it.
	ReceivedAt time.Time `json:"received_at"`
}

// maxRecorded bounds the names of messages that a request keeps, by which it knows one
// that is recorded twice.
const maxRecorded = 100

// recordMessages takes note of the person's answers until the request is finished.
func (e *process) recordMessages(ctx workflow.Context) {
	signals := workflow.GetSignalChannel(ctx, SignalRecordMessage)
	for {
		if err := workflow.Await(ctx, func() bool { return e.finished || signals.Len() > 0 }); err != nil {
			return // the request is cancelled
		}
		var message RecordMessage
		if !signals.ReceiveAsync(&message) {
			return // the request is finished
		}
		e.recordMessage(message)
	}
}

// recordMessage counts a message and puts it before what operators are asked.
func (e *process) recordMessage(m RecordMessage) {
	if slices.Contains(e.recorded, m.Message) {
		return
	}
	e.recorded = append(slices.Clone(e.recorded), m.Message)
	if len(e.recorded) > maxRecorded {
		e.recorded = e.recorded[1:]
	}
	var now dsr.FollowUps
	if e.followUps != nil {
		now = *e.followUps
	}
	now.Messages++
	now.Unread++
	if m.ReceivedAt.After(now.LastAt) {
		now.LastAt = m.ReceivedAt
	}
	e.followUps = &now
	e.renewApprovalTexts()
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
	written := 0
	if e.followUps != nil {
		written = e.followUps.Messages
	}
	if p.MessagesRead < 0 || p.MessagesRead > written {
		return fmt.Errorf("messages_read: the person has answered the acknowledgement %d times", written)
	}
	if e.followUps == nil || e.followUps.Unread == 0 || p.MessagesRead == written {
		return nil
	}
	return fmt.Errorf("messages_read: %s, then approve with messages_read %d (lethe approve --read)", e.followUps.Sentence(e.deadlines.Due.Location()), written)
}

// markRead puts on record who has read the person's answers.
func (e *process) markRead(p Approve) {
	if e.followUps == nil || e.followUps.Unread == 0 {
		return
	}
	read := *e.followUps
	read.Unread, read.ReadBy = 0, p.Operator
	e.followUps = &read
	e.renewApprovalTexts()
}
