package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/dsr"
)

// Lift asks for a restriction to be lifted. Nothing is lifted before the subject
// was told (GDPR Art. 18(3)).
type Lift struct {
	Operator string `json:"operator"`
	// Reason is why, as the subject is told. It stays in the report and must not
	// name the subject.
	Reason string `json:"reason"`
}

// ConfirmNotice says that the subject was told that the restriction is lifted.
type ConfirmNotice struct {
	Operator string `json:"operator"`
	// Evidence says how anybody can know. It stays in the report and must not name
	// the subject.
	Evidence string `json:"evidence"`
	// SentAt is when the subject was told.
	SentAt time.Time `json:"sent_at"`
}

// answerLifting registers what operators can tell a restriction only.
func (e *process) answerLifting(ctx workflow.Context) error {
	return errors.Join(
		accept(ctx, e, UpdateLift, "ask for the restriction to be lifted; the subject has to be told first", e.checkLift, e.lift),
		accept(ctx, e, UpdateConfirmNotice, "say that the subject was told that the restriction is lifted; it is lifted then", e.checkNotice, e.confirmNotice),
	)
}

func (e *process) checkLift(_ workflow.Context, p Lift) error {
	if err := e.checkOpen(p.Operator); err != nil {
		return err
	}
	switch {
	case e.restriction.Lift != nil:
		return fmt.Errorf("lifting was asked for before; tell the subject, then %s", UpdateConfirmNotice)
	case !e.inForce():
		return errors.New("the restriction is not in force yet: some systems have no outcome")
	}
	return e.checkText("reason", p.Reason)
}

// lift asks for the subject to be told.
func (e *process) lift(ctx workflow.Context, p Lift) error {
	e.restriction.Lift = &dsr.LiftRecord{Operator: p.Operator, Reason: p.Reason, At: workflow.Now(ctx)}
	return nil
}

func (e *process) checkNotice(ctx workflow.Context, p ConfirmNotice) error {
	if err := e.checkOpen(p.Operator); err != nil {
		return err
	}
	switch lift := e.restriction.Lift; {
	case lift == nil:
		return fmt.Errorf("nobody has asked for the restriction to be lifted; %s comes first", UpdateLift)
	case lift.Noticed():
		return errors.New("the notice is on record already")
	case p.SentAt.Before(lift.At.Add(-clockSkew)):
		return errors.New("sent_at: say when the subject was told, after lifting was asked for")
	case p.SentAt.After(workflow.Now(ctx).Add(clockSkew)):
		return errors.New("sent_at: lies in the future")
	}
	return e.checkText("evidence", p.Evidence)
}

// confirmNotice puts the notice on record, upon which the restriction is lifted.
func (e *process) confirmNotice(_ workflow.Context, p ConfirmNotice) error {
	noticed := *e.restriction.Lift
	noticed.NoticeBy, noticed.NoticeEvidence, noticed.NoticeSentAt = p.Operator, p.Evidence, p.SentAt
	e.restriction.Lift = &noticed
	return nil
}

// awaitsNotice reports whether an operator has to tell the subject.
func (e *process) awaitsNotice() bool {
	return e.restriction != nil && e.restriction.Lift != nil && !e.restriction.Lift.Noticed()
}
