package workflows

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/deadlines"
	"ite.digital/lethe/dsr"
)

// A refusal is why an update is not taken. Nothing of it is stored, and the
// operator has to be able to read it in the Web UI.
type refusal struct {
	error
	plain string
}

// Plain is the text that may be read on its way.
func (r refusal) Plain() string { return r.plain }

// refusing has a validator's errors explained to operators.
func refusing[P any](e *erasure, check func(P) error) func(P) error {
	return func(p P) error { return e.refuse(check(p)) }
}

// refuse makes an error of a validator a refusal. A text that quotes what names
// the subject is not sent plainly.
func (e *erasure) refuse(err error) error {
	switch {
	case err == nil:
		return nil
	case e.known.all.MentionedIn(err.Error()):
		return refusal{error: err, plain: "refused: the input names the subject; leave the identifier out"}
	default:
		return refusal{error: err, plain: err.Error()}
	}
}

// answerOperators registers what operators can ask of and tell the request.
func (e *erasure) answerOperators(ctx workflow.Context) error {
	return errors.Join(
		workflow.SetQueryHandler(ctx, QueryStatus, func() (dsr.Report, error) { return e.report(), nil }),
		workflow.SetQueryHandler(ctx, QuerySubject, func() (dsr.Subject, error) { return e.known.all, nil }),
		workflow.SetUpdateHandlerWithOptions(ctx, UpdateRetrySystem, e.retrySystem,
			workflow.UpdateHandlerOptions{Validator: refusing(e, e.checkRetry), Description: "try a system again now"}),
		workflow.SetUpdateHandlerWithOptions(ctx, UpdateSkipSystem, e.skipSystem,
			workflow.UpdateHandlerOptions{Validator: refusing(e, e.checkSkip), Description: "leave a system out, with the reason"}),
		workflow.SetUpdateHandlerWithOptions(ctx, UpdateCompleteTask, e.completeTask,
			workflow.UpdateHandlerOptions{Validator: refusing(e, e.checkComplete), Description: "say that a manual task is done, with evidence"}),
		workflow.SetUpdateHandlerWithOptions(ctx, UpdateApprove, e.approve,
			workflow.UpdateHandlerOptions{Validator: refusing(e, e.checkApprove), Description: "let a system do what it has asked approval for"}),
		workflow.SetUpdateHandlerWithOptions(ctx, UpdateResolveMatch, e.resolveMatch,
			workflow.UpdateHandlerOptions{Validator: refusing(e, e.checkResolve), Description: "say which of the held records are the subject's"}),
		workflow.SetUpdateHandlerWithOptions(ctx, UpdateCancel, e.cancel,
			workflow.UpdateHandlerOptions{Validator: refusing(e, e.checkCancel), Description: "end the request; nothing is begun any more"}),
		workflow.SetUpdateHandlerWithOptions(ctx, UpdateExtendDeadline, e.extendDeadline,
			workflow.UpdateHandlerOptions{Validator: e.checkExtend, Description: "give the answer more time, once, as the law allows"}),
	)
}

func (e *erasure) checkRetry(p RetrySystem) error {
	s, err := e.openSystem(p.System, p.Operator)
	if err != nil {
		return err
	}
	if s.plan.Mode == dsr.Manual {
		return fmt.Errorf("%s is a manual task: do it, then %s", p.System, UpdateCompleteTask)
	}
	return nil
}

func (e *erasure) retrySystem(ctx workflow.Context, p RetrySystem) error {
	e.decide(ctx, p.System, decidedRetry, dsr.Action{Name: UpdateRetrySystem, Operator: p.Operator})
	return nil
}

func (e *erasure) checkSkip(p SkipSystem) error {
	if _, err := e.openSystem(p.System, p.Operator); err != nil {
		return err
	}
	return e.checkText("reason", p.Reason)
}

func (e *erasure) skipSystem(ctx workflow.Context, p SkipSystem) error {
	s := e.decide(ctx, p.System, decidedSkip, dsr.Action{Name: UpdateSkipSystem, Operator: p.Operator, Text: p.Reason})
	s.outcome.Explanation = "left out by an operator: " + p.Reason
	s.admitErasure(ctx)
	s.conclude(ctx, dsr.Skipped)
	return nil
}

func (e *erasure) checkComplete(p CompleteTask) error {
	s, err := e.openSystem(p.System, p.Operator)
	if err != nil {
		return err
	}
	if s.plan.Mode != dsr.Manual {
		return fmt.Errorf("%s is not a manual task; %s or %s may be meant", p.System, UpdateRetrySystem, UpdateSkipSystem)
	}
	for i, id := range p.Found {
		normal, err := dsr.Normalizer{}.Identifier(id.Type, id.Value)
		if err != nil {
			return fmt.Errorf("found[%d]: %w", i, err)
		}
		if normal != id {
			return fmt.Errorf("found[%d]: is not in its normal form", i)
		}
	}
	known := e.known
	if !known.share(p.Found) {
		return fmt.Errorf("found: more than %d identifiers cannot be one person's", maxKnown)
	}
	return e.checkText("evidence", p.Evidence)
}

func (e *erasure) completeTask(ctx workflow.Context, p CompleteTask) error {
	s := e.decide(ctx, p.System, decidedComplete, dsr.Action{Name: UpdateCompleteTask, Operator: p.Operator, Text: p.Evidence})
	s.outcome.ActedAt = workflow.Now(ctx)
	s.outcome.Evidence = dsr.PersonsWord
	s.outcome.Explanation = ""
	s.conclude(ctx, dsr.Attested)
	e.known.share(p.Found)
	// What this very system disclosed was before the operator's eyes.
	s.markSearched(dsr.Subject{Identifiers: p.Found})
	return nil
}

func (e *erasure) checkExtend(ctx workflow.Context, p ExtendDeadline) error {
	err := e.checkOpen(p.Operator)
	if err == nil {
		err = e.checkText("reason", p.Reason)
	}
	if err == nil {
		_, err = e.deadlines.Extend(extension(ctx, p))
	}
	return e.refuse(err)
}

func (e *erasure) extendDeadline(ctx workflow.Context, p ExtendDeadline) error {
	extended, err := e.deadlines.Extend(extension(ctx, p))
	if err != nil {
		return err // the validator has refused it
	}
	e.deadlines = extended
	e.extension = &dsr.Extension{Operator: p.Operator, Reason: p.Reason, At: workflow.Now(ctx), NoticeSentAt: p.NoticeSentAt}
	return nil
}

func extension(ctx workflow.Context, p ExtendDeadline) deadlines.Extension {
	return deadlines.Extension{Reason: p.Reason, NoticeSentAt: p.NoticeSentAt, RecordedAt: workflow.Now(ctx)}
}

// checkOpen makes sure that somebody stands for a decision, and that there is a
// plan to decide on.
func (e *erasure) checkOpen(operator string) error {
	if strings.TrimSpace(operator) == "" {
		return errors.New("operator: say who decides this")
	}
	if err := e.checkText("operator", operator); err != nil {
		return err
	}
	if len(e.systems) == 0 {
		return errors.New("the request has only just started; try again in a moment")
	}
	return nil
}

// openSystem finds the system an update is about and makes sure that it still
// is open.
func (e *erasure) openSystem(name, operator string) (*system, error) {
	if err := e.checkOpen(operator); err != nil {
		return nil, err
	}
	names := make([]string, len(e.systems))
	for i, s := range e.systems {
		names[i] = s.plan.Name
		if s.plan.Name != name {
			continue
		}
		if !s.outcome.State.Open() {
			return nil, fmt.Errorf("%s is settled: %s", name, s.outcome.State)
		}
		return s, nil
	}
	return nil, fmt.Errorf("system: this request has no such system; it has %s", strings.Join(names, ", "))
}

// maxText bounds what operators write, in bytes.
const maxText = 4000

// checkText makes sure that a text which stays in the report can stay there.
func (e *erasure) checkText(field, text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("%s: is needed, it stays in the report", field)
	case len(text) > maxText:
		return fmt.Errorf("%s: is longer than %d bytes", field, maxText)
	case e.known.all.MentionedIn(text):
		return fmt.Errorf("%s: names the subject; leave the identifier out, for the text stays in the report", field)
	}
	return nil
}

// decide records an operator's action and wakes the system up.
func (e *erasure) decide(ctx workflow.Context, name string, d decision, action dsr.Action) *system {
	for _, s := range e.systems {
		if s.plan.Name != name {
			continue
		}
		action.At = workflow.Now(ctx)
		s.outcome.Actions = append(s.outcome.Actions, action)
		s.decision = d
		s.interrupt()
		return s
	}
	return nil // the validator has made sure that the system exists
}
