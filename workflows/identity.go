package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

// AskIdentity holds everything that would be erased until the subject has proved
// who they are.
type AskIdentity struct {
	Operator string `json:"operator"`
	// Reason is what the doubts are. It stays in the report and must not name the
	// subject.
	Reason string `json:"reason"`
	// AskedAt is when the subject was asked. The time to answer stands still from
	// then on, if that was soon enough.
	AskedAt time.Time `json:"asked_at"`
}

// ConfirmIdentity says that the subject has proved who they are.
type ConfirmIdentity struct {
	Operator string `json:"operator"`
	// Evidence says how anybody can know. It stays in the report and must not name
	// the subject.
	Evidence string `json:"evidence"`
	// AnsweredAt is when the proof was received.
	AnsweredAt time.Time `json:"answered_at"`
}

// clockSkew is how far clocks may differ.
const clockSkew = time.Hour

func (e *process) checkAskIdentity(ctx workflow.Context, p AskIdentity) error {
	if err := e.checkOpen(p.Operator); err != nil {
		return err
	}
	switch {
	case e.identity != nil:
		return errors.New("the subject was asked for proof of identity before; cancel the request if it does not come")
	case p.AskedAt.IsZero(), p.AskedAt.Before(e.request.ReceivedAt):
		return errors.New("asked_at: say when the subject was asked, after the request was received")
	case p.AskedAt.After(workflow.Now(ctx).Add(clockSkew)):
		return errors.New("asked_at: lies in the future")
	}
	return e.checkText("reason", p.Reason)
}

// askIdentity holds the systems that have not begun to erase.
func (e *process) askIdentity(_ workflow.Context, p AskIdentity) error {
	e.identity = &dsr.IdentityCheck{Operator: p.Operator, Reason: p.Reason, AskedAt: p.AskedAt}
	paused, err := e.deadlines.Pause(p.Reason, p.AskedAt)
	if err == nil {
		e.deadlines = paused
	} else {
		e.identity.ClockRunsOn = err.Error()
	}
	e.wake(dsr.QuestionTask, dsr.QuestionApproval)
	e.callOff()
	return nil
}

func (e *process) checkConfirmIdentity(ctx workflow.Context, p ConfirmIdentity) error {
	if err := e.checkOpen(p.Operator); err != nil {
		return err
	}
	switch {
	case !e.identity.Open() || e.resuming:
		return errors.New("the subject is not being asked for proof of identity")
	case p.AnsweredAt.Before(e.identity.AskedAt):
		return errors.New("answered_at: say when the proof was received, after the subject was asked")
	case p.AnsweredAt.After(workflow.Now(ctx).Add(clockSkew)):
		return errors.New("answered_at: lies in the future")
	}
	return e.checkText("evidence", p.Evidence)
}

// confirmIdentity lets the time run again and the systems go on.
func (e *process) confirmIdentity(ctx workflow.Context, p ConfirmIdentity) error {
	days := 0
	if e.deadlines.Waiting() {
		e.resuming = true
		var requests *activities.Requests
		params := activities.ResumeParams{Deadlines: e.deadlines, AnsweredAt: p.AnsweredAt}
		var resumed activities.Resumed
		err := insist(requestStep(ctx, "compute the deadlines"), "resume", requests.Resume, params, &resumed, e.noteDiscarded)
		e.resuming = false
		if err != nil {
			return fmt.Errorf("compute the deadlines: %w", err)
		}
		e.deadlines = resumed.Deadlines
		days = e.deadlines.Paused.WaitedDays
	}
	confirmed := *e.identity
	confirmed.ConfirmedBy, confirmed.Evidence, confirmed.AnsweredAt, confirmed.WaitedDays = p.Operator, p.Evidence, p.AnsweredAt, days
	e.identity = &confirmed
	e.wake(dsr.QuestionIdentity)
	return nil
}

// wake has the systems that ask one of the questions look at things anew.
func (e *process) wake(kinds ...dsr.QuestionKind) {
	for _, s := range e.systems {
		for _, kind := range kinds {
			if s.outcome.State == dsr.NeedsOperator && s.outcome.Question.Kind == kind && s.decision == undecided {
				s.decision = decidedRetry
			}
		}
	}
}

// callOff stops what was ordered and may not have been sent yet. What came of it is
// found out before anything else is done.
func (e *process) callOff() {
	for _, s := range e.systems {
		if s.outcome.State == dsr.Acting && s.decision == undecided {
			s.decision = decidedRetry
			s.interrupt()
		}
	}
}

// askForIdentity holds the system before it erases anything.
func (s *system) askForIdentity() *dsr.Question {
	if !s.request.identity.Open() {
		return nil
	}
	return &dsr.Question{Kind: dsr.QuestionIdentity, Text: fmt.Sprintf("the subject was asked for proof of identity on %s; nothing is erased "+
		"until confirm-identity, or cancel if the proof does not come", s.request.identity.AskedAt.Format(time.DateOnly))}
}
