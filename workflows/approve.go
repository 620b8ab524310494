package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/dsr"
)

// taskApproval stands for a manual system's task among what was approved.
const taskApproval = "task"

// needsApproval reports whether a person wants to see the plan first.
func (s *system) needsApproval() bool {
	return s.request.request.ApprovalRequired || s.plan.ApprovalRequired
}

// askApproval asks a person before records are erased for the first time.
func (s *system) askApproval(records []dsr.Record) *dsr.Question {
	if !s.needsApproval() {
		return nil
	}
	var candidates []dsr.Candidate
	for _, record := range records {
		if !s.approved[record.Key()] {
			candidates = append(candidates, dsr.Candidate{Record: record.Key(), FoundBy: record.FoundBy.Type})
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	return &dsr.Question{
		Kind: dsr.QuestionApproval, Candidates: candidates,
		Text: s.approvalText(candidates),
	}
}

// deed is what the request has done to records.
func (e *process) deed() string {
	if e.restriction != nil {
		return "restricted"
	}
	return "erased"
}

// askTaskApproval asks a person before a task is handed to one.
func (s *system) askTaskApproval() *dsr.Question {
	if !s.needsApproval() || s.approved[taskApproval] {
		return nil
	}
	return &dsr.Question{Kind: dsr.QuestionApproval, Text: s.approvalText(nil)}
}

// approvalText is what a question for approval says; without candidates it is about a
// task. What the person has written since comes first.
func (s *system) approvalText(candidates []dsr.Candidate) string {
	text := "a person is to look here, for records to be " + s.request.deed() + "; approve, or skip-system with the reason"
	if len(candidates) > 0 {
		text = fmt.Sprintf("records to be %s: %d; approve, or skip-system with the reason", s.request.deed(), len(candidates))
	}
	r := s.request.report()
	if unread := r.FollowUps.Sentence(r.DueAt.Location()); unread != "" {
		text = unread + "; " + text
	}
	if r.Mail != nil {
		text += "; came by mail: " + strings.Join(r.Mail.Sentences(r.ReceivedAt.In(r.DueAt.Location())), "; ")
	}
	return text
}

// planOnly settles a system of a dry run with what would be done.
func (s *system) planOnly(ctx workflow.Context, records []dsr.Record) {
	var planned []dsr.RecordEffect
	for _, record := range records {
		planned = append(planned, dsr.RecordEffect{Kind: record.Kind, ID: record.ID, State: dsr.Planned})
	}
	s.outcome.Records = dsr.CountRecords(planned)
	state := dsr.Planned
	if len(records) == 0 {
		state = dsr.NotFound
	}
	s.conclude(ctx, state)
}

// answerDryRun settles a system of a dry run that would ask a person.
func (s *system) answerDryRun(ctx workflow.Context, question *dsr.Question) {
	s.outcome.Explanation = "this would wait for a person: " + question.Text
	state := dsr.Planned
	if question.Kind == dsr.QuestionError {
		state = dsr.Skipped
	}
	s.conclude(ctx, state)
}

func (e *process) checkApprove(_ workflow.Context, p Approve) error {
	if err := e.checkRead(p); err != nil {
		return err
	}
	if p.onlyNamesGround() && e.restriction.LacksGround() {
		return cmp.Or(e.checkOpen(p.Operator), e.checkNamedGround(p))
	}
	s, err := e.openSystem(p.System, p.Operator)
	if err = cmp.Or(err, e.checkNamedGround(p)); err != nil {
		return err
	}
	question := s.outcome.Question
	if question == nil || question.Kind != dsr.QuestionApproval && question.Kind != dsr.QuestionIrreversible {
		return fmt.Errorf("%s does not wait for approval", p.System)
	}
	if p.WithoutIrreversible && question.Kind != dsr.QuestionIrreversible {
		return fmt.Errorf("without_irreversible: %s has asked about nothing that cannot be undone", p.System)
	}
	asked := slices.Sorted(slices.Values(s.outcome.Question.Records()))
	if !slices.Equal(asked, slices.Sorted(slices.Values(p.Records))) {
		return fmt.Errorf("records: the plan is another one by now; look at it again: %s", strings.Join(asked, ", "))
	}
	return nil
}

func (e *process) approve(ctx workflow.Context, p Approve) error {
	e.markRead(p)
	e.nameGround(ctx, p)
	if p.onlyNamesGround() {
		return nil
	}
	text := fmt.Sprintf("records: %d", len(p.Records))
	asked := e.system(p.System)
	if irreversible := asked.outcome.Question.Kind == dsr.QuestionIrreversible; irreversible {
		for _, record := range p.Records {
			asked.accepted[record], asked.declined[record] = !p.WithoutIrreversible, p.WithoutIrreversible
		}
		text += ", including what cannot be undone"
	}
	if p.WithoutIrreversible {
		text = fmt.Sprintf("records: %d, without what cannot be undone", len(p.Records))
	}
	s := e.decide(ctx, p.System, decidedRetry, dsr.Action{Name: UpdateApprove, Operator: p.Operator, Text: text})
	s.approved[taskApproval] = true
	for _, record := range p.Records {
		s.approved[record] = true
	}
	return nil
}
