package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
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
do. With --watch the picture is redrawn until the request ends; if the output is
no terminal, only what changes is written.

The identifiers by which the person is known are shown only with --identifiers,
for operators who do a task by hand.`,
		Example: `  lethe show ticket-4711
  lethe show ticket-4711 --watch
  lethe show ticket-4711 --identifiers`,
		Args: arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := requestID(cmd, args[0])
			if err != nil {
				return err
			}
			w.id, w.json = id, *asJSON
			return reach.atDesk(cmd.Context(), func(desk *requests.Desk) error {
				if watch {
					return s.follow(cmd.Context(), desk, w)
				}
				return s.show(cmd.Context(), desk, w)
			})
		},
	}
	cmd.Flags().BoolVar(&watch, "watch", false, "follow the request until it ends")
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
}

// look asks for everything that is to be shown. How the workflow runs is asked
// first: if it has ended, what is asked later is final.
func look(ctx context.Context, d desk, w watching) (view, error) {
	var v view
	var err error
	if v.line, err = d.Line(ctx, dsr.Erasure, w.id); err != nil {
		return view{}, err
	}
	v.report, v.notes, err = d.Status(ctx, dsr.Erasure, w.id)
	if err == nil && w.identifiers {
		v.subject, err = d.Subject(ctx, dsr.Erasure, w.id)
	}
	if errors.Is(err, requests.ErrNoWorker) && !v.line.Running() {
		err = fmt.Errorf("%w; the request has ended, and 'lethe report %s' needs no worker", err, w.id)
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
	r := v.report
	fmt.Fprintf(&b, "%s request %s: %s\n", r.Kind, r.RequestID, v.state())
	fmt.Fprintf(&b, "received %s, due %s%s\n", day(r.ReceivedAt), day(r.DueAt), v.late(t.Now))
	for _, id := range v.subject.Identifiers {
		fmt.Fprintf(&b, "%-10s %s\n", id.Type, id.Value)
	}
	fmt.Fprintf(&b, "\n%s\n", report.Table(r, v.notes, t))
	for _, o := range r.Systems {
		if o.Question != nil {
			b.WriteString(todo(r.RequestID, o))
		}
	}
	if !v.line.Running() && r.Status != dsr.StatusOpen {
		fmt.Fprintf(&b, "\nthe report: lethe report %s\n", r.RequestID)
	}
	return b.String()
}

// state says how the request as a whole stands.
func (v view) state() string {
	if v.report.Status == dsr.StatusOpen && !v.line.Running() {
		return "ended without a report (" + v.line.Temporal + ")"
	}
	return fmt.Sprintf("%s, %d of %d systems done", report.StatusText(v.report.Status), done(v.report), len(v.report.Systems))
}

// late warns of an answer that is overdue.
func (v view) late(now time.Time) string {
	if v.report.Status == dsr.StatusOpen && now.After(v.report.DueAt) {
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

// waiting names the systems that wait for a person.
func waiting(r dsr.Report) []string {
	names := []string{}
	for _, o := range r.Systems {
		if o.State == dsr.NeedsOperator {
			names = append(names, o.Name)
		}
	}
	return names
}

// doubt says why a record may be somebody else's.
func doubt(c dsr.Candidate) string {
	if len(c.Contradicts) == 0 {
		if c.Shared {
			return ", by nothing else, and it leads to somebody else as well"
		}
		return ""
	}
	names := make([]string, len(c.Contradicts))
	for i, t := range c.Contradicts {
		names[i] = string(t)
	}
	return ", has another " + strings.Join(names, ", ")
}

// todo tells a person what to do about a system that waits for one.
func todo(id string, o dsr.Outcome) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s waits for a person since %s\n", o.Name, o.Question.Since.Format("2006-01-02 15:04"))
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
	for _, c := range o.Question.Candidates {
		fmt.Fprintf(&b, "  %s, found by %s%s\n", c.Record, c.FoundBy, doubt(c))
	}
	switch {
	case o.Question.Kind == dsr.QuestionTask:
		fmt.Fprintf(&b, "  lethe complete-task %s %s --evidence \"…\"\n", id, o.Name)
	case o.Question.Kind == dsr.QuestionIdentity:
		fmt.Fprintf(&b, "  lethe confirm-identity %s --evidence \"…\"\n", id)
	case o.Question.Kind == dsr.QuestionApproval:
		fmt.Fprintf(&b, "  lethe approve %s %s\n", id, o.Name)
	case len(o.Question.Candidates) > 0:
		fmt.Fprintf(&b, "  lethe resolve-match %s %s --erase … --keep … --reason \"…\"\n", id, o.Name)
		fallthrough
	default:
		fmt.Fprintf(&b, "  lethe retry-system %s %s\n", id, o.Name)
	}
	fmt.Fprintf(&b, "  lethe skip-system %s %s --reason \"…\"\n", id, o.Name)
	return b.String()
}
