package workflows

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/deadlines"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// A refusal is why an update is not taken. Nothing of it is stored, and the
// operator has to be able to read it in the Web UI.
type refusal struct {
	error
	plain string
}

// Plain is the text that may be read on its way.
func (r refusal) Plain() string { return r.plain }

// refuse makes an error of a validator a refusal. A text that quotes what names
// the subject is not sent plainly.
func (e *process) refuse(err error) error {
	switch {
	case err == nil:
		return nil
	case identity.MentionedIn(e.known.judged.Searchable(), err.Error()):
		return refusal{error: err, plain: "refused: the input names the subject; leave the identifier out"}
	default:
		return refusal{error: err, plain: err.Error()}
	}
}

// answerOperators registers what operators can ask of and tell the request.
func (e *process) answerOperators(ctx workflow.Context) error {
	return errors.Join(
		workflow.SetQueryHandler(ctx, QueryStatus, func() (dsr.Report, error) { return e.report(), nil }),
		workflow.SetQueryHandler(ctx, QuerySubject, func() (dsr.Subject, error) { return e.known.judged.Certain(), nil }),
		accept(ctx, e, UpdateRetrySystem, "try a system again now", e.checkRetry, e.retrySystem),
		accept(ctx, e, UpdateSkipSystem, "leave a system out, with the reason", e.checkSkip, e.skipSystem),
		accept(ctx, e, UpdateRetainSystem, "keep data in a system on a legal ground", e.checkRetain, e.retainSystem),
		accept(ctx, e, UpdateCompleteTask, "say what came of a manual task, with evidence, or with the reason if it was not done", e.checkComplete, e.completeTask),
		accept(ctx, e, UpdateResolveHash, "hand in what a hashed identifier is the hash of", e.checkHash, e.resolveHash),
		accept(ctx, e, UpdateApprove, "let a system do what it has asked approval for", e.checkApprove, e.approve),
		accept(ctx, e, UpdateResolveMatch, "say which of the held records are the subject's", e.checkResolve, e.resolveMatch),
		accept(ctx, e, UpdateCancel, "end the request; nothing is begun any more", e.checkCancel, e.cancel),
		accept(ctx, e, UpdateExtendDeadline, "give the answer more time, once, as the law allows", e.checkExtend, e.extendDeadline),
		accept(ctx, e, UpdateAskIdentity, "hold the request until the subject has proved who they are", e.checkAskIdentity, e.askIdentity),
		accept(ctx, e, UpdateResolveConflict, "decide between this erasure and a restriction of the same person", e.checkConflict, e.resolveConflict),
		accept(ctx, e, UpdateConfirmIdentity, "say that the subject has proved who they are", e.checkConfirmIdentity, e.confirmIdentity),
	)
}

// accept registers an update. One that comes before the plan is made waits for it
// and is checked then: a reset hands all later updates over at once. One that came
// unencrypted is refused before anything of it is compared with the request.
func accept[P any](
	ctx workflow.Context, e *process, name, description string,
	check func(workflow.Context, P) error, act func(workflow.Context, P) error,
) error {
	validate := func(ctx workflow.Context, in input[P]) error {
		if err := in.check(); err != nil {
			return err
		}
		p := in.content
		if v, ok := any(p).(validated); ok {
			if err := v.validate(); err != nil {
				return e.refuse(err)
			}
		}
		if len(e.systems) == 0 {
			return nil
		}
		return e.refuse(check(ctx, p))
	}
	handle := func(ctx workflow.Context, in input[P]) error {
		if err := in.check(); err != nil {
			return err
		}
		p := in.content
		if len(e.systems) == 0 {
			if err := workflow.Await(ctx, func() bool { return len(e.systems) > 0 }); err != nil {
				return fmt.Errorf("wait for the plan: %w", err)
			}
			if err := check(ctx, p); err != nil {
				return err
			}
		}
		return act(ctx, p)
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, name, handle, workflow.UpdateHandlerOptions{Validator: validate, Description: description})
}

func (e *process) checkRetry(_ workflow.Context, p RetrySystem) error {
	s, err := e.openSystem(p.System, p.Operator)
	if err != nil {
		return err
	}
	if s.byHand() {
		return fmt.Errorf("%s is a manual task: do it, then %s", p.System, UpdateCompleteTask)
	}
	return nil
}

func (e *process) retrySystem(ctx workflow.Context, p RetrySystem) error {
	e.decide(ctx, p.System, decidedRetry, dsr.Action{Name: UpdateRetrySystem, Operator: p.Operator})
	return nil
}

func (e *process) checkSkip(_ workflow.Context, p SkipSystem) error {
	if _, err := e.openSystem(p.System, p.Operator); err != nil {
		return err
	}
	return e.checkText("reason", p.Reason)
}

func (e *process) skipSystem(ctx workflow.Context, p SkipSystem) error {
	s := e.decide(ctx, p.System, decidedSkip, dsr.Action{Name: UpdateSkipSystem, Operator: p.Operator, Text: p.Reason})
	s.outcome.Explanation = "left out by an operator: " + p.Reason
	s.admitErasure(ctx)
	s.conclude(ctx, dsr.Skipped)
	return nil
}

func (e *process) checkComplete(_ workflow.Context, p CompleteTask) error {
	s, err := e.openSystem(p.System, p.Operator)
	if err != nil {
		return err
	}
	if !s.byHand() {
		return fmt.Errorf("%s is not a manual task; %s or %s may be meant", p.System, UpdateRetrySystem, UpdateSkipSystem)
	}
	if err := s.checkTaskIsDue(); err != nil {
		return err
	}
	if err := p.checkOutcome(dsr.TaskOutcomes(e.request.Kind, e.lifting)); err != nil {
		return err
	}
	if e.known.found(p.System, p.Found).tooMuch() {
		return fmt.Errorf("found: more than %d identifiers cannot be one person's", maxKnown)
	}
	if p.Outcome == dsr.TaskNotDone {
		return e.checkText("reason", p.Reason)
	}
	return e.checkText("evidence", p.Evidence)
}

// checkTaskIsDue makes sure that nothing comes before the system's task, whether a person was
// asked about that already or not.
func (s *system) checkTaskIsDue() error {
	if s.request.lifting {
		return nil
	}
	if first := s.askFirst(); first != nil {
		return fmt.Errorf("nothing is to be done at %s yet: %s", s.plan.Name, first.Text)
	}
	if s.askTaskApproval() != nil {
		return fmt.Errorf("nothing is to be done at %s before it is approved; %s first", s.plan.Name, UpdateApprove)
	}
	return nil
}

// maxByHand bounds how many records one person can have dealt with by hand.
const maxByHand = 1_000_000

// checkOutcome makes sure that the task has one outcome, and what belongs to that only.
func (p CompleteTask) checkOutcome(possible []dsr.TaskOutcome) error {
	words := make([]string, len(possible))
	for i, outcome := range possible {
		words[i] = strconv.Quote(string(outcome))
	}
	switch {
	case !slices.Contains(possible, p.Outcome):
		return fmt.Errorf("outcome: must be one of %s", strings.Join(words, ", "))
	case p.Outcome.Counts() && p.Records < 1:
		return fmt.Errorf("records: say how many records were %s, 1 at least; where there was none, the outcome is %q", p.Outcome, dsr.TaskNothingFound)
	case p.Outcome.Counts() && p.Records > maxByHand:
		return fmt.Errorf("records: more than %d are not erased or restricted by hand", maxByHand)
	case !p.Outcome.Counts() && p.Records != 0:
		return fmt.Errorf("records: are counted for %s only", words[0])
	case p.Outcome == dsr.TaskNotDone && p.Evidence != "":
		return errors.New("evidence: is for a task that was done; say in reason why this one was not")
	case p.Outcome != dsr.TaskNotDone && p.Reason != "":
		return errors.New("reason: is for a task that could not be done; say in evidence how anybody can know")
	}
	return nil
}

// validate makes sure that identifiers are in their normal form. What that is
// changes with releases, so it is asked once only, before anything is recorded.
func (p CompleteTask) validate() error { return checkNormal("found", p.Found) }

func checkNormal(field string, ids []dsr.Identifier) error {
	for i, id := range ids {
		normal, err := identity.Parser{}.Parse(id.Type, id.Value)
		if err != nil {
			return fmt.Errorf("%s[%d]: %w", field, i, err)
		}
		if normal != id {
			return fmt.Errorf("%s[%d]: is not in its normal form", field, i)
		}
	}
	return nil
}

// A validated update has something to check that must not be asked again when the
// workflow is replayed.
type validated interface{ validate() error }

func (e *process) completeTask(ctx workflow.Context, p CompleteTask) error {
	asked := e.system(p.System).outcome.Question != nil
	action := dsr.Action{Name: UpdateCompleteTask, Operator: p.Operator, Outcome: p.Outcome, Records: p.Records, Text: cmp.Or(p.Evidence, p.Reason)}
	s := e.decide(ctx, p.System, decidedComplete, action)
	s.concludeTask(ctx, p)
	if !asked { // it was asked in a run before this one
		s.markSearched(s.searchable(e.known))
	}
	e.known = e.known.found(p.System, p.Found)
	// What this very system disclosed was before the operator's eyes.
	s.markSearched(dsr.Subject{Identifiers: p.Found})
	return nil
}

// concludeTask settles the system by the word of whoever did its task, and claims no more than
// they did. What they had said of an earlier search stays: it was true.
func (s *system) concludeTask(ctx workflow.Context, p CompleteTask) {
	s.outcome.Explanation, s.outcome.Evidence = "", dsr.PersonsWord
	state := dsr.Attested
	switch p.Outcome {
	case dsr.TaskNotDone:
		s.outcome.Explanation, s.outcome.Evidence = "the task could not be done: "+p.Reason, ""
		s.conclude(ctx, dsr.Skipped)
		return
	case dsr.TaskNothingFound:
		if s.request.lifting { // what was restricted is there no more
			s.outcome.Records = nil
		}
		if len(s.outcome.Records) == 0 {
			state = dsr.NotFound
		}
	case dsr.TaskLifted:
		s.outcome.ActedAt, s.outcome.Records = workflow.Now(ctx), byHand(dsr.Lifted, s.outcome.Records, 0)
	case dsr.TaskErased, dsr.TaskRestricted:
		s.outcome.ActedAt, s.outcome.Records = workflow.Now(ctx), byHand(dsr.State(p.Outcome), s.outcome.Records, p.Records)
	default: // of a release in which nobody said what came of a task
		s.outcome.ActedAt = workflow.Now(ctx)
	}
	if len(s.outcome.Retained) > 0 { // what is kept still is
		state = dsr.Retained
		s.explainRetained()
	}
	s.conclude(ctx, state)
}

// byHand counts the records that people have dealt with, those of before included.
func byHand(state dsr.State, before []dsr.RecordCount, more int) []dsr.RecordCount {
	for _, count := range before {
		more += count.Count
	}
	if more == 0 {
		return nil
	}
	return []dsr.RecordCount{{Kind: dsr.HandCounted, State: state, Count: more}}
}

func (e *process) checkExtend(ctx workflow.Context, p ExtendDeadline) error {
	if err := e.checkOpen(p.Operator); err != nil {
		return err
	}
	if err := e.checkText("reason", p.Reason); err != nil {
		return err
	}
	if e.resuming {
		return errors.New("the deadline is being reckoned; try again in a moment")
	}
	_, err := e.deadlines.Extend(extension(ctx, p))
	return err
}

func (e *process) extendDeadline(ctx workflow.Context, p ExtendDeadline) error {
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

// checkOpen makes sure that somebody stands for a decision.
func (e *process) checkOpen(operator string) error {
	if strings.TrimSpace(operator) == "" {
		return errors.New("operator: say who decides this")
	}
	if err := e.checkText("operator", operator); err != nil {
		return err
	}
	return nil
}

// system returns the system of that name, or nil.
func (e *process) system(name string) *system {
	for _, s := range e.systems {
		if s.plan.Name == name {
			return s
		}
	}
	return nil
}

// openSystem finds the system an update is about and makes sure that it still
// is open.
func (e *process) openSystem(name, operator string) (*system, error) {
	if err := e.checkOpen(operator); err != nil {
		return nil, err
	}
	s := e.system(name)
	if s == nil {
		names := make([]string, len(e.systems))
		for i, s := range e.systems {
			names[i] = s.plan.Name
		}
		return nil, fmt.Errorf("system: this request has no such system; it has %s", strings.Join(names, ", "))
	}
	if !s.outcome.State.Open() && e.cancellation != nil {
		return nil, fmt.Errorf("the request was cancelled, and %s is settled: %s", name, s.outcome.State)
	}
	if !s.outcome.State.Open() {
		return nil, fmt.Errorf("%s is settled: %s", name, s.outcome.State)
	}
	return s, nil
}

// maxText bounds what operators write, in bytes.
const maxText = 4000

// checkText makes sure that a text which stays in the report can stay there.
func (e *process) checkText(field, text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("%s: is needed, it stays in the report", field)
	case len(text) > maxText:
		return fmt.Errorf("%s: is longer than %d bytes", field, maxText)
	case identity.MentionedIn(e.known.judged.Searchable(), text):
		return fmt.Errorf("%s: names the subject; leave the identifier out, for the text stays in the report", field)
	}
	return nil
}

// decide records an operator's action and wakes the system up. The validator has
// made sure that the system exists.
func (e *process) decide(ctx workflow.Context, name string, d decision, action dsr.Action) *system {
	s := e.system(name)
	action.At = workflow.Now(ctx)
	s.outcome.Actions = append(s.outcome.Actions, action)
	s.decision = d
	s.interrupt()
	return s
}
