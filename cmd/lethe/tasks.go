package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
)

func newTasks(s *streams) *cobra.Command {
	var reach *access
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "tasks",
		Short: "List what waits for a person",
		Long: `List what waits for a person in all open requests: what is due first comes first.
'lethe show' says how each task is done, step by step. "notice" stands for telling a
person that a restriction is lifted, which 'lethe confirm-notice' answers, "ground"
for the reason of a restriction that came by mail, which 'lethe approve' names, and
"archive" for a report that cannot be archived: the request is completed once it can.

Requests that have not begun, or do not answer, cannot say what they wait for. They
are named, and the exit code is 4.`,
		Example: `  lethe tasks
  lethe tasks --json`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return reach.atDesk(cmd.Context(), func(desk *requests.Desk) error {
				cfg, err := reach.config.outline()
				if err != nil {
					return err
				}
				return s.tasks(cmd.Context(), s.inquire(desk, maxOpenAsked, cfg), *asJSON)
			})
		},
	}
	asJSON = jsonFlag(cmd)
	reach = s.accessFlags(cmd)
	return cmd
}

// A task is one question that waits for a person.
type task struct {
	Request string `json:"request_id"`
	// Request is named for people as what they type.
	name        requests.Name
	RequestKind dsr.Kind `json:"request_kind"`
	// System is dsr.NoticeTask for the notice that a restriction is lifted,
	// dsr.GroundTask for the ground of one that came without, and dsr.ArchiveTask for a
	// report that cannot be archived.
	System string           `json:"system"`
	Kind   dsr.QuestionKind `json:"kind"`
	Text   string           `json:"text"`
	Since  time.Time        `json:"since"`
	// DueAt is zero where the request was answered: the restriction is in force.
	DueAt   time.Time `json:"due_at,omitzero"`
	Overdue bool      `json:"overdue"`
}

// tasks lists what waits for a person in all open requests, what is due first first,
// and those that cannot say so.
func (s *streams) tasks(ctx context.Context, q inquiry, asJSON bool) error {
	all, found, err := q.askOpen(ctx)
	if err != nil {
		return err
	}
	tasks := []task{}
	for _, h := range all {
		if h.hearing == answeredNow {
			tasks = append(tasks, tasksOf(h.report, s.now())...)
		}
	}
	slices.SortStableFunc(tasks, task.compare)
	return cmp.Or(s.printTasks(tasks, found, asJSON), found.verdict(s.now()))
}

// tasksOf lists what waits for a person in a request.
func tasksOf(r dsr.Report, now time.Time) []task {
	ask := task{name: requests.Name{Kind: r.Kind, ID: r.RequestID}, Request: r.RequestID, RequestKind: r.Kind, DueAt: r.DueAt, Overdue: r.Overdue(now)}
	if r.Answered() {
		ask.DueAt = time.Time{}
	}
	var tasks []task
	for _, o := range r.Systems {
		if o.Question != nil {
			ask.System, ask.Kind, ask.Text, ask.Since = o.Name, o.Question.Kind, o.Question.Text, o.Question.Since
			tasks = append(tasks, ask)
		}
	}
	if r.AwaitsGround() {
		ask.System, ask.Kind, ask.Since = dsr.GroundTask, dsr.GroundTask, r.StartedAt
		ask.Text = fmt.Sprintf("the restriction came without a ground; find out which it is; then: lethe approve %s%s --ground …", ask.name, readFlag(r))
		tasks = append(tasks, ask)
	}
	if r.AwaitsNotice() {
		ask.System, ask.Kind, ask.Since = dsr.NoticeTask, dsr.NoticeTask, r.Restriction.Lift.At
		ask.Text = fmt.Sprintf(`tell the person that the restriction is lifted; then: lethe confirm-notice %s --evidence "…"`, ask.name)
		tasks = append(tasks, ask)
	}
	if r.Unarchived != nil {
		ask.System, ask.Kind, ask.Since = dsr.ArchiveTask, dsr.ArchiveTask, r.Unarchived.Since
		ask.Text = fmt.Sprintf("%s; see to that: it is tried again until it works", r.Unarchived)
		tasks = append(tasks, ask)
	}
	return tasks
}

// compare puts what is due first first, and what is not due any more last.
func (t task) compare(other task) int {
	switch {
	case t.DueAt.IsZero() != other.DueAt.IsZero():
		if t.DueAt.IsZero() {
			return 1
		}
		return -1
	case !t.DueAt.Equal(other.DueAt):
		return t.DueAt.Compare(other.DueAt)
	default:
		return t.Since.Compare(other.Since)
	}
}

// A todoList is all that waits for a person, as JSON.
type todoList struct {
	Tasks  []task  `json:"tasks"`
	Silent silence `json:"silent"`
}

func (s *streams) printTasks(tasks []task, found silence, asJSON bool) error {
	if asJSON {
		return s.printJSON(todoList{tasks, found.forJSON()})
	}
	if len(tasks) > 0 {
		if err := s.printTaskTable(tasks); err != nil {
			return err
		}
	} else if found.verdict(s.now()) == nil {
		return s.print(found.allClear())
	}
	return s.printSilence(found)
}

func (s *streams) printTaskTable(tasks []task) error {
	rows := make([]table.Row, len(tasks))
	for i, t := range dsr.Paragraphs(tasks) {
		due := day(t.DueAt)
		if t.Overdue {
			due += " overdue"
		}
		rows[i] = table.Row{t.name, t.System, t.Kind, waitedSince(s.now(), t.Since), due, t.Text}
	}
	return s.printTable(table.Row{"request", "system", "waits for", "since", "due", "what"}, rows, map[string]int{"what": max(s.width()-taskColumns, 40)})
}

// taskColumns is about how wide the columns before the last one are.
const taskColumns = 80

// waitedSince says how long something has waited, in days or less.
func waitedSince(now, since time.Time) string {
	switch waited := now.Sub(since); {
	case waited >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(waited.Hours()/24))
	case waited >= 2*time.Hour:
		return fmt.Sprintf("%d hours", int(waited.Hours()))
	default:
		return fmt.Sprintf("%d minutes", max(int(waited.Minutes()), 0))
	}
}
