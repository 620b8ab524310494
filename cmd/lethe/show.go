package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

func newShow(s *streams) *cobra.Command {
	var reach *access
	var w watching
	var watch bool
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show where a request stands",
		Long: `Show where a request stands: a line for each system, and what a person has to
do. With --watch the picture is redrawn until the request ends, or a restriction is
in force; if the output is no terminal, only what changes is written.

The identifiers by which the person is known are shown only with --identifiers,
for operators who do a task by hand.`,
		Example: `  lethe show ticket-4711
  lethe show ticket-4711 --watch
  lethe show ticket-4711 --identifiers`,
		Args: arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			typed, err := requestName(cmd, args[0])
			if err != nil {
				return err
			}
			return reach.atRequest(cmd.Context(), typed, func(desk *requests.Desk, r requests.Name) error {
				w.request, w.json = r, *asJSON
				if watch {
					return s.follow(cmd.Context(), desk, w)
				}
				return s.show(cmd.Context(), desk, w)
			})
		},
	}
	cmd.Flags().BoolVar(&watch, "watch", false, "follow the request until it ends, or a restriction until it is in force")
	cmd.Flags().BoolVar(&w.identifiers, "identifiers", false, "show the identifiers by which the person is known")
	asJSON = jsonFlag(cmd)
	reach = s.accessFlags(cmd)
	return cmd
}

// show prints where the request stands now.
func (s *streams) show(ctx context.Context, desk desk, w watching) error {
	v, err := look(ctx, desk, w)
	switch {
	case err != nil:
		return err
	case w.json:
		return s.printJSON(v.json())
	default:
		return s.print(v.text(s.view()))
	}
}

// A desk tells how a request stands; it is a [requests.Desk].
type desk interface {
	Line(ctx context.Context, kind dsr.Kind, id string) (requests.Line, error)
	Status(ctx context.Context, kind dsr.Kind, id string) (dsr.Report, map[string]report.Note, error)
	Subject(ctx context.Context, kind dsr.Kind, id string) (dsr.Subject, error)
	Completion(ctx context.Context, kind dsr.Kind, id string) (dsr.Completion, error)
}

// A view is what is known of a request at one moment.
type view struct {
	line    requests.Line
	report  dsr.Report
	notes   map[string]report.Note
	subject dsr.Subject
	// masked says that of the subject only the address is shown, masked.
	masked bool
}

// look asks for everything that is to be shown. How the workflow runs is asked
// first: if it has ended, what is asked later is final.
func look(ctx context.Context, d desk, w watching) (view, error) {
	var v view
	var err error
	if v.line, err = d.Line(ctx, w.request.Kind, w.request.ID); err != nil {
		return view{}, err
	}
	v.report, v.notes, err = d.Status(ctx, w.request.Kind, w.request.ID)
	// Whoever approves a request that came by mail has to see whose address it is for.
	v.masked = !w.identifiers && v.report.Mail != nil && !w.json
	if err == nil && (w.identifiers || v.masked) {
		v.subject, err = d.Subject(ctx, w.request.Kind, w.request.ID)
	}
	if errors.Is(err, requests.ErrNoWorker) && !v.line.Running() {
		err = fmt.Errorf("%w; the request has ended, and 'lethe report %s' needs no worker", err, w.request)
	}
	return v, err
}

// json is the view as JSON: the report, and the identifiers if asked for.
func (v view) json() any {
	return struct {
		dsr.Report
		Identifiers []dsr.Identifier `json:"identifiers,omitempty"`
	}{v.report, v.subject.Identifiers}
}

// text is the view for people.
func (v view) text(t report.View) string {
	var b strings.Builder
	v.report = dsr.Paragraphs(v.report)
	r := v.report
	fmt.Fprintf(&b, "%s request %s: %s\n", r.Kind, r.RequestID, v.state())
	fmt.Fprintf(&b, "received %s, due %s%s\n", day(r.ReceivedAt), day(r.DueAt), v.late(t.Now))
	b.WriteString(v.mailText() + restrictionText(r) + relatedText(r))
	if v.masked {
		v.subject.Identifiers = nil
	}
	for _, id := range v.subject.Identifiers {
		fmt.Fprintf(&b, "%-10s %s\n", id.Type, id.Value)
	}
	fmt.Fprintf(&b, "\n%s\n%s", report.Table(r, v.notes, t), driftText(r))
	name := requests.Name{Kind: r.Kind, ID: r.RequestID}
	for _, o := range r.Systems {
		if o.Question != nil && o.Question.Kind != dsr.QuestionConflict {
			b.WriteString(todo(name, o, approveCommand(r), taskOutcome(r)))
		}
	}
	b.WriteString(conflictText(r) + groundText(r) + noticeText(r) + archiveText(r))
	if !v.line.Running() && r.Status != dsr.StatusOpen || r.Answered() {
		fmt.Fprintf(&b, "\nthe report: lethe report %s\n", name)
	}
	if inForce(r) && v.line.Running() && r.Restriction.Lift == nil {
		fmt.Fprintf(&b, "to end it: lethe lift %s --reason \"…\"\n", name)
	}
	return b.String()
}

// mailText says what to know of a request that came by mail before it is approved: what
// the person has written since, whose address it is for, and how that was obtained.
func (v view) mailText() string {
	var b strings.Builder
	zone := v.report.DueAt.Location()
	if unread := v.report.FollowUps.Sentence(zone); unread != "" {
		fmt.Fprintf(&b, "! %s, then approve with --read\n", unread)
	}
	if v.report.Mail == nil {
		return b.String()
	}
	b.WriteString("came by mail")
	if ids := v.subject.Identifiers; len(ids) > 0 {
		address := ids[0].Value
		if v.masked {
			address = identity.Mask(ids[0])
		}
		b.WriteString(", for " + address)
	}
	b.WriteString("\n")
	for _, sentence := range v.report.Mail.Sentences(v.report.ReceivedAt.In(zone)) {
		b.WriteString("  " + sentence + "\n")
	}
	return b.String()
}

// state says how the request as a whole stands.
func (v view) state() string {
	if v.report.Status == dsr.StatusOpen && !v.line.Running() {
		return "ended without a report (" + v.line.Temporal + ")"
	}
	status := report.StatusText(v.report.Status)
	if v.line.Running() && inForce(v.report) {
		status = inForceText(v.report.Status)
	}
	return fmt.Sprintf("%s, %d of %d systems done", status, done(v.report), len(v.report.Systems))
}

// late warns of an answer that is overdue.
func (v view) late(now time.Time) string {
	if v.report.Overdue(now) {
		return ": overdue"
	}
	return ""
}

// done counts the systems that have an outcome.
func done(r dsr.Report) int {
	n := 0
	for _, o := range r.Systems {
		if !o.State.Open() {
			n++
		}
	}
	return n
}

// archiveText says why a request is not completed though all its systems are done.
func archiveText(r dsr.Report) string {
	if r.Unarchived == nil {
		return ""
	}
	return fmt.Sprintf("\n%s\n  since %s; it is tried again until it works, and the request is completed then\n", r.Unarchived, minute(r.Unarchived.Since))
}

// candidates shows the records that a person decides on, and what is known of the subject,
// masked.
func candidates(q dsr.Question) string {
	var b strings.Builder
	for _, c := range q.Candidates {
		fmt.Fprintf(&b, "  %s, found by %s", c.Record, c.FoundBy)
		if doubt := c.Doubt(); doubt != "" {
			fmt.Fprintf(&b, ", %s", doubt)
		}
		b.WriteString("\n")
		if len(c.Carries) > 0 {
			fmt.Fprintf(&b, "    on the record: %s\n", dsr.List(c.Carries))
		}
	}
	if len(q.Subject) > 0 {
		fmt.Fprintf(&b, "    the subject:   %s\n", dsr.List(q.Subject))
	}
	return b.String()
}

// approveCommand is what approves what a system of the request asks.
func approveCommand(r dsr.Report) string {
	command := "approve" + readFlag(r)
	if r.AwaitsGround() {
		command += " --ground …"
	}
	return command
}

// readFlag is the flag that an approval needs while the person's answers are unread.
func readFlag(r dsr.Report) string {
	if r.FollowUps != nil && r.FollowUps.Unread > 0 {
		return " --read"
	}
	return ""
}

// taskOutcome is the flag for a task of the request that was done.
func taskOutcome(r dsr.Report) string {
	done := r.TaskOutcomes()[0]
	if done.Counts() {
		return "--" + taskFlag[done] + " N"
	}
	return "--" + taskFlag[done]
}

// todo tells a person what to do about a system that waits for one. approve is the command
// that approves what it asks, and done the flag for a task that was done.
func todo(id requests.Name, o dsr.Outcome, approve, done string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s waits for a person since %s\n", o.Name, minute(o.Question.Since))
	if task := o.Question.Task; task != nil {
		for i, step := range task.Steps {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, step)
		}
		if task.Link != "" {
			fmt.Fprintf(&b, "  at %s\n", task.Link)
		}
		if task.Evidence != "" {
			fmt.Fprintf(&b, "  hand in: %s\n", task.Evidence)
		}
	}
	b.WriteString(candidates(*o.Question))
	switch {
	case o.Question.Kind == dsr.QuestionTask:
		fmt.Fprintf(&b, "  lethe complete-task %s %s %s --evidence \"…\"\n", id, o.Name, done)
		fmt.Fprintf(&b, "  lethe complete-task %s %s --nothing-found --evidence \"…\"\n", id, o.Name)
		fmt.Fprintf(&b, "  lethe complete-task %s %s --not-done --reason \"…\"\n", id, o.Name)
		return b.String() // that leaves the system out
	case o.Question.Kind == dsr.QuestionIdentity:
		fmt.Fprintf(&b, "  lethe confirm-identity %s --evidence \"…\"\n", id)
	case o.Question.Kind == dsr.QuestionApproval:
		fmt.Fprintf(&b, "  lethe %s %s %s\n", approve, id, o.Name)
	case o.Question.Kind == dsr.QuestionIrreversible:
		fmt.Fprintf(&b, "  lethe approve %s %s\n  lethe approve %s %s --without-irreversible\n", id, o.Name, id, o.Name)
	case o.Question.Kind == dsr.QuestionHash:
		fmt.Fprintf(&b, "  lethe resolve-hash %s --email …\n  lethe resolve-hash %s --unknown --reason \"…\"\n", id, id)
	case o.Question.Kind == dsr.QuestionRetention:
		fmt.Fprintf(&b, "  lethe retain-system %s %s --ground … --categories … --reason \"…\" --review-on …\n  lethe retry-system %s %s\n", id, o.Name, id, o.Name)
	case len(o.Question.Candidates) > 0:
		fmt.Fprintf(&b, "  lethe resolve-match %s %s --erase … --keep … --reason \"…\"\n", id, o.Name)
		fallthrough
	default:
		fmt.Fprintf(&b, "  lethe retry-system %s %s\n", id, o.Name)
	}
	fmt.Fprintf(&b, "  lethe skip-system %s %s --reason \"…\"\n", id, o.Name)
	return b.String()
}
