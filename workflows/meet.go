package workflows

import (
	"errors"
	"fmt"
	"slices"

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
			e.tell(ctx, other, nil)
		}
	}
	signals := workflow.GetSignalChannel(ctx, SignalMeeting)
	for {
		if err := workflow.Await(ctx, func() bool { return e.finished || signals.Len() > 0 }); err != nil {
			return // the request is cancelled
		}
		var other dsr.Meeting
		if !signals.ReceiveAsync(&other) {
			return // the request is finished
		}
		e.encounter(other)
		e.tell(ctx, other, nil)
	}
}

// tell tells another request of this one, once, or of a decision.
func (e *process) tell(ctx workflow.Context, other dsr.Meeting, decision *dsr.Action) {
	id := dsr.WorkflowID(other.Kind, other.RequestID)
	if e.met[id] && decision == nil {
		return
	}
	e.met[id] = true
	self := dsr.Meeting{Kind: e.request.Kind, RequestID: e.request.ID, StartedAt: e.startedAt, Ground: e.request.Ground, Decision: decision}
	if err := workflow.SignalExternalWorkflow(ctx, id, "", SignalMeeting, self).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Info("another request of the person has ended meanwhile")
	}
}

// encounter takes note of another request, and of what it means for this one.
func (e *process) encounter(other dsr.Meeting) {
	at := slices.IndexFunc(e.related, func(m dsr.Meeting) bool { return m.Kind == other.Kind && m.RequestID == other.RequestID })
	if at < 0 {
		e.related = append(e.related, other)
	} else {
		e.related = slices.Clone(e.related)
		e.related[at] = other
	}
	switch {
	case e.restriction != nil && other.Kind == dsr.Erasure:
		e.meetErasure(other)
	case e.restriction == nil && other.Kind == dsr.Restriction && e.conflict == nil && e.holdsUp(other):
		e.conflict = &other
		e.wake(dsr.QuestionTask, dsr.QuestionApproval, dsr.QuestionIdentity)
	}
}

// holdsUp reports whether the restriction has arrived after this erasure and needs
// the data to be kept. When both come at once, a person is asked.
func (e *process) holdsUp(restriction dsr.Meeting) bool {
	return restriction.Ground.Preserves() && !restriction.StartedAt.Before(e.startedAt)
}

// meetErasure ends this restriction for the erasure, unless the erasure waits for
// a person's decision because of it.
func (e *process) meetErasure(erasure dsr.Meeting) {
	waits := e.restriction.Ground.Preserves() && !e.startedAt.Before(erasure.StartedAt)
	if e.restriction.SupersededBy == "" && (!waits || erasure.Decision != nil) {
		superseded := *e.restriction
		superseded.SupersededBy = erasure.RequestID
		e.restriction = &superseded
	}
}

// askConflict holds the system before anything more is erased.
func (s *system) askConflict() *dsr.Question {
	conflict := s.request.conflict
	if conflict == nil {
		return nil
	}
	return &dsr.Question{Kind: dsr.QuestionConflict, Text: fmt.Sprintf("restriction %s of the same person has arrived, on a ground for which the "+
		"data must be kept (%s); nothing more is erased until %s", conflict.RequestID, conflict.Ground.Article(), UpdateResolveConflict)}
}

func (e *process) checkConflict(_ workflow.Context, p ResolveConflict) error {
	if err := e.checkOpen(p.Operator); err != nil {
		return err
	}
	if e.conflict == nil {
		return errors.New("there is no restriction in the way")
	}
	return e.checkText("reason", p.Reason)
}

// resolveConflict goes on, and tells the restriction so, or ends the erasure.
func (e *process) resolveConflict(ctx workflow.Context, p ResolveConflict) error {
	action := dsr.Action{Name: UpdateResolveConflict, Operator: p.Operator, Text: p.Reason, At: workflow.Now(ctx)}
	other := *e.conflict
	e.related = slices.Clone(e.related)
	for i := range e.related {
		if e.related[i].RequestID == other.RequestID && e.related[i].Kind == other.Kind {
			e.related[i].Decision = &action
		}
	}
	e.conflict = nil
	if !p.Erase {
		stop := action
		stop.Text = "in favour of restriction " + other.RequestID + ": " + p.Reason
		e.leaveOff(ctx, stop)
		return nil
	}
	e.wake(dsr.QuestionConflict)
	e.tell(ctx, other, &action)
	return nil
}
