package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

// maxAsked is how many of the listed requests are asked how they stand.
const maxAsked = 50

func newList(s *streams) *cobra.Command {
	var reach *access
	var who *identifierFlags
	var region *string
	var open, archived bool
	var limit int
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List requests, the newest first",
		Long: fmt.Sprintf(`List requests, the newest first. The first %d of them are asked how they stand;
of the others, and of those that do not answer, only what Temporal knows is shown.
Open ones that no worker has taken up are "not begun".

With identifiers only the requests of that person are listed; --subject-file keeps them
off the command line. Lethe stores no identifier for that, but a keyed hash of each that
a request was handed in with.

With --archived the requests with a report are listed from the archive, those
included that Temporal has dropped. No Temporal is needed.`, maxAsked),
		Example: `  lethe list --open
  lethe list --email ann@example.com
  lethe list --subject-file - < subject.json
  lethe list --limit 200 --json
  lethe list --archived`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 {
				return usagef(cmd, "--limit needs a number above 0")
			}
			if archived {
				if open || len(who.entries()) > 0 {
					return usagef(cmd, "--archived lists requests that are over and names nobody; leave --open and identifiers out")
				}
				return s.listArchived(cmd.Context(), reach.config, limit, *asJSON)
			}
			cfg, err := reach.config.optional()
			if err != nil {
				return err
			}
			subject, problems := normalise(who.entries(), normalizer(*region, cfg))
			if len(problems) > 0 {
				return wrongValues(problems)
			}
			return reach.atDesk(cmd.Context(), func(desk *requests.Desk) error {
				filter := requests.Filter{OpenOnly: open, Subject: subject}
				return s.list(cmd.Context(), s.inquire(desk, maxAsked, cfg), filter, limit, *asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&open, "open", false, "leave out requests that have ended")
	cmd.Flags().BoolVar(&archived, "archived", false, "list the requests with a report, from the archive")
	cmd.Flags().IntVar(&limit, "limit", 50, "list at most `N` requests")
	asJSON = jsonFlag(cmd)
	who = s.identifierFlags(cmd, "only requests that were handed in with ")
	region = regionFlag(cmd)
	reach = s.accessFlags(cmd)
	return cmd
}

// A listed request is a line of the list with what its workflow says, if asked.
type listed struct {
	requests.Line
	Status     dsr.Status `json:"status,omitempty"`
	Done       int        `json:"systems_done,omitempty"`
	Systems    int        `json:"systems,omitempty"`
	Needs      []string   `json:"needs_operator,omitempty"`
	ReceivedAt time.Time  `json:"received_at,omitzero"`
	DueAt      time.Time  `json:"due_at,omitzero"`
	// Overdue says that it is open and should have been answered by now.
	Overdue bool `json:"overdue,omitempty"`
	// Silent is why an open request does not say how it stands; empty if it does, or
	// was not asked.
	Silent silentReason `json:"silent,omitempty"`
	// inForce says that it is a restriction that waits to be lifted.
	inForce bool
}

// A listing is a list of requests, as JSON.
type listing struct {
	Requests []listed `json:"requests"`
	Silent   silence  `json:"silent"`
}

func (s *streams) list(ctx context.Context, q inquiry, filter requests.Filter, limit int, asJSON bool) error {
	lines, err := q.crowd.List(ctx, filter, limit)
	if err != nil {
		return err
	}
	heard, found, err := q.ask(ctx, lines)
	if err != nil {
		return err
	}
	all := listedOf(heard, found, s.now())
	if asJSON {
		return s.printJSON(listing{all, found.forJSON()})
	}
	if len(all) == 0 {
		return s.print("there are no requests\n")
	}
	if err := s.printTable(table.Row{"request", "kind", "state", "systems", "needs", "received", "due"}, rows(all), map[string]int{"needs": 30}); err != nil {
		return err
	}
	notes := found.sentences(s.now())
	if n, why := mute(heard); n > 0 {
		notes = append(notes, fmt.Sprintf("of %d that ended only what Temporal knows is shown: %s", n, oneLine(why.Error())))
	}
	if len(notes) == 0 {
		return nil
	}
	return s.print("\n" + strings.Join(notes, "\n") + "\n")
}

// mute counts the requests that have ended and do not say how, with the reason of the
// first.
func mute(all []heard) (n int, why error) {
	for _, h := range all {
		if !h.Running() && h.hearing == unanswered {
			n++
			why = cmp.Or(why, h.failure)
		}
	}
	return n, why
}

// listedOf makes the lines of the list, each of what is known of its own request.
func listedOf(all []heard, found silence, now time.Time) []listed {
	bySilence := map[string]silent{}
	for _, r := range found.Requests {
		bySilence[dsr.WorkflowID(r.Kind, r.ID)] = r
	}
	list := make([]listed, len(all))
	for i, h := range all {
		list[i].Line = h.Line
		if h.hearing == answeredNow {
			list[i].fill(h.report, now)
		} else if r, ok := bySilence[dsr.WorkflowID(h.Kind, h.ID)]; ok && h.Running() {
			list[i].Silent, list[i].DueAt = r.Why, r.DueAt
		}
	}
	return list
}

// fill fills in what the request's workflow says.
func (l *listed) fill(r dsr.Report, now time.Time) {
	l.Status, l.Done, l.Systems, l.Needs = r.Status, done(r), len(r.Systems), r.WaitsFor()
	l.ReceivedAt, l.DueAt, l.inForce = r.ReceivedAt, r.DueAt, inForce(r)
	l.Overdue = r.Overdue(now)
}

func rows(all []listed) []table.Row {
	restricted := map[string]bool{}
	for _, l := range all {
		restricted[l.ID] = restricted[l.ID] || l.Kind == dsr.Restriction
	}
	rows := make([]table.Row, len(all))
	for i, l := range all {
		name := requests.Name{Kind: l.Kind, ID: l.ID}
		typed := name.String()
		if restricted[l.ID] {
			typed = name.Full() // the id alone would be ambiguous
		}
		rows[i] = table.Row{typed, l.Kind, l.state(), l.progress(), strings.Join(l.Needs, ", "), day(l.ReceivedAt), day(l.DueAt)}
	}
	return rows
}

// state is the request's own word, or Temporal's where that says more.
func (l listed) state() string {
	switch {
	case l.Silent == silentNotBegun:
		return "not begun"
	case l.Silent == silentUnanswered:
		return "no answer"
	case l.Status == "", l.Status == dsr.StatusOpen && !l.Running():
		return l.Temporal
	case l.Overdue && l.Running():
		return report.StatusText(dsr.StatusOverdue)
	case l.inForce && l.Running():
		return inForceText(l.Status)
	default:
		return report.StatusText(l.Status)
	}
}

func (l listed) progress() string {
	if l.Status == "" {
		return ""
	}
	return fmt.Sprintf("%d/%d", l.Done, l.Systems)
}
