package workflows

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/dsr"
)

// SignalMeeting carries a [dsr.Meeting]: another request of the same person is
// being carried out. Each tells the other one of itself.
const SignalMeeting = "meeting"

// ResolveConflict decides between an erasure and a restriction that has arrived
// while it was carried out, and for which the data must be kept.
type ResolveConflict struct {
	Operator string `json:"operator"`
	// Erase goes on with the erasure, which ends the restriction; otherwise the
	// erasure ends, and what it has done is reported.
	Erase bool `json:"erase"`
	// Reason says why. It stays in the report and must not name the subject.
	Reason string `json:"reason"`
}

// meet tells the other requests of the person that are being carried out of this
// one, and answers those that tell of themselves.
func (e *process) meet(ctx workflow.Context) {
	if e.request.DryRun {
		return // it changes nothing, and is in nobody's way
	}
	for _, other := range e.related {
		if other.Ended == "" {
			e.tell(ctx, other)
		}
	}
	listen(ctx, e, SignalMeeting, func(other dsr.Meeting) {
		e.encounter(other)
		if other.Ended == "" {
			e.tell(ctx, other)
		}
	})
}

// hasSignals reports whether a signal was not handled yet.
func (e *process) hasSignals(ctx workflow.Context) bool {
	return workflow.GetSignalChannel(ctx, SignalMeeting).Len() > 0 || workflow.GetSignalChannel(ctx, SignalRecordMessage).Len() > 0 || e.telling > 0
}

// tell tells another request of this one, once in each of its runs.
func (e *process) tell(ctx workflow.Context, other dsr.Meeting) {
	known := dsr.WorkflowID(other.Kind, other.RequestID) + " " + other.StartedAt.UTC().Format(time.RFC3339Nano) + " " + other.Run
	if e.met[known] {
		return
	}
	e.met[known] = true
	e.send(ctx, other, "")
}

// tellTheEnd tells the restrictions that were met that this erasure is over: they
// end if it was carried out.
func (e *process) tellTheEnd(ctx workflow.Context) {
	if e.restriction != nil || e.request.DryRun {
		return
	}
	ended := endedCarriedOut
	if e.cancellation != nil {
		ended = endedCancelled
	}
	for _, other := range e.related {
		if other.Kind == dsr.Restriction && other.Ended == "" {
			e.send(ctx, other, ended)
		}
	}
}

// How an erasure ends, as it tells restrictions.
const (
	endedCarriedOut = "completed"
	endedCancelled  = "cancelled"
)

func (e *process) send(ctx workflow.Context, other dsr.Meeting, ended string) {
	self := dsr.Meeting{
		Kind: e.request.Kind, RequestID: e.request.ID, StartedAt: e.begunAt, Run: workflow.GetInfo(ctx).WorkflowExecution.RunID,
		Ground: e.ground(), Ended: ended, Uncertain: other.Uncertain,
	}
	e.telling++
	err := workflow.SignalExternalWorkflow(ctx, dsr.WorkflowID(other.Kind, other.RequestID), "", SignalMeeting, self).Get(ctx, nil)
	if e.telling--; err != nil {
		workflow.GetLogger(ctx).Info("another request of the person has ended meanwhile")
	}
}

// encounter takes note of another request, and of what it means for this one.
func (e *process) encounter(other dsr.Meeting) {
	e.related = slices.Clone(e.related)
	at := slices.IndexFunc(e.related, other.Same)
	if at < 0 {
		e.related = append(e.related, other)
	} else {
		known := e.related[at]
		if known.StartedAt.Before(other.StartedAt) { // it was carried out again
			other.StartedAt = known.StartedAt
		}
		if other.Decision == nil {
			other.Decision = known.Decision
		}
		other.Uncertain = other.Uncertain || known.Uncertain
		e.related[at] = other
	}
	switch {
	case e.restriction != nil && other.Kind == dsr.Erasure:
		e.meetErasure(other)
	case e.restriction == nil && other.Kind == dsr.Restriction && other.Decision == nil && !e.holdsUp(other):
		e.letPass(other)
	case e.restriction == nil && other.Kind == dsr.Restriction && other.Decision == nil:
		e.conflicts = slices.DeleteFunc(slices.Clone(e.conflicts), other.Same)
		e.conflicts = append(e.conflicts, other)
		e.wake(dsr.QuestionTask, dsr.QuestionApproval, dsr.QuestionIdentity)
		e.callOff()
	}
}

// letPass goes on where a restriction was in the way whose ground was not known, and
// turns out to be one for which the data need not be kept.
func (e *process) letPass(restriction dsr.Meeting) {
	if !slices.ContainsFunc(e.conflicts, restriction.Same) {
		return
	}
	e.conflicts = slices.DeleteFunc(slices.Clone(e.conflicts), restriction.Same)
	e.wake(dsr.QuestionConflict)
}

// atOnce is how close together two requests count as having come at once: lists know
// the beginning of a workflow less exactly than its history.
const atOnce = 10 * time.Millisecond

// holdsUp reports whether the restriction has arrived after this erasure and needs
// the data to be kept. When both come at once, a person is asked; so is one if it
// may be a restriction of somebody else.
func (e *process) holdsUp(restriction dsr.Meeting) bool {
	later := !restriction.StartedAt.Truncate(atOnce).Before(e.begunAt.Truncate(atOnce))
	return restriction.Ground.Preserves() && (restriction.Uncertain || later)
}

// meetErasure ends this restriction once the erasure was carried out, if it is of
// the same person.
func (e *process) meetErasure(erasure dsr.Meeting) {
	if e.restriction.SupersededBy == "" && erasure.Ended == endedCarriedOut && !erasure.Uncertain {
		superseded := *e.restriction
		superseded.SupersededBy = erasure.RequestID
		e.restriction = &superseded
	}
}

// askConflict holds the system before anything more is erased.
func (s *system) askConflict() *dsr.Question {
	if len(s.request.conflicts) == 0 {
		return nil
	}
	conflict := s.request.conflicts[0]
	why := "on a ground for which the data must be kept (" + conflict.Ground.Article() + ")"
	if conflict.Ground == "" {
		why = "whose ground nobody has named yet, so that the data may have to be kept"
	}
	return &dsr.Question{Kind: dsr.QuestionConflict, Text: fmt.Sprintf("restriction %s of the same person has arrived, %s; nothing more is erased until %s",
		conflict.RequestID, why, UpdateResolveConflict)}
}

func (e *process) checkConflict(_ workflow.Context, p ResolveConflict) error {
	if err := e.checkOpen(p.Operator); err != nil {
		return err
	}
	if len(e.conflicts) == 0 {
		return errors.New("there is no restriction in the way")
	}
	return e.checkText("reason", p.Reason)
}

// resolveConflict decides about the restriction that is asked about. It goes on if no
// other one is in the way, or ends the erasure.
func (e *process) resolveConflict(ctx workflow.Context, p ResolveConflict) error {
	action := dsr.Action{Name: UpdateResolveConflict, Operator: p.Operator, Text: p.Reason, At: workflow.Now(ctx)}
	other := e.conflicts[0]
	e.conflicts = slices.Clone(e.conflicts[1:])
	e.related = slices.Clone(e.related)
	for i := range e.related {
		if e.related[i].Same(other) {
			decided := action
			e.related[i].Decision = &decided
		}
	}
	if !p.Erase {
		action.Text = "in favour of restriction " + other.RequestID + ": " + p.Reason
		e.leaveOff(ctx, action)
		return nil
	}
	e.wake(dsr.QuestionConflict)
	return nil
}
