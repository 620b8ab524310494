package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

const (
	// maxAsked is how many of the listed requests are asked how they stand.
	maxAsked = 50
	// askedAtOnce is how many of them at a time.
	askedAtOnce = 8
)

func newList(s *streams) *cobra.Command {
	var reach *access
	var who identifierFlags
	var region *string
	var open, archived bool
	var limit int
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List requests, the newest first",
		Long: fmt.Sprintf(`List requests, the newest first. The first %d of them are asked how they stand;
of the others, and if no worker answers, only what Temporal knows is shown.

With identifiers only the requests of that person are listed. Lethe stores no
identifier for that, but a keyed hash of each that a request was handed in with.

With --archived the requests with a report are listed from the archive, those
included that Temporal has dropped. No Temporal is needed.`, maxAsked),
		Example: `  lethe list --open
  lethe list --email ann@example.com
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
				return problems
			}
			return reach.atDesk(cmd.Context(), func(desk *requests.Desk) error {
				return s.list(cmd.Context(), desk, requests.Filter{OpenOnly: open, Subject: subject}, limit, *asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&open, "open", false, "leave out requests that have ended")
	cmd.Flags().BoolVar(&archived, "archived", false, "list the requests with a report, from the archive")
	cmd.Flags().IntVar(&limit, "limit", 50, "list at most `N` requests")
	asJSON = jsonFlag(cmd)
	who = newIdentifierFlags(cmd, "", "only requests that were handed in with ")
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
	// inForce says that it is a restriction that waits to be lifted.
	inForce bool
}

func (s *streams) list(ctx context.Context, desk *requests.Desk, filter requests.Filter, limit int, asJSON bool) error {
	lines, err := desk.List(ctx, filter, limit)
	if err != nil {
		return err
	}
	all := make([]listed, len(lines))
	for i, line := range lines {
		all[i].Line = line
	}
	unanswered := askAll(ctx, desk, all[:min(len(all), maxAsked)])
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if asJSON {
		return s.printJSON(all)
	}
	if len(all) == 0 {
		return s.print("there are no requests\n")
	}
	if err := s.printTable(table.Row{"request", "kind", "state", "systems", "needs", "received", "due"}, rows(all), map[string]int{"needs": 30}); err != nil {
		return err
	}
	if errors.Is(unanswered, requests.ErrNoWorker) {
		return s.print("\nonly what Temporal knows is shown: " + unanswered.Error() + "\n")
	}
	return nil
}

// askAll asks the requests how they stand, some at a time.
func askAll(ctx context.Context, d desk, all []listed) error {
	return sideBySide(ctx, len(all), func(ctx context.Context, i int) error { return all[i].ask(ctx, d) })
}

// sideBySide asks n questions, some at a time. The first one that no worker answers
// ends the asking: each such question takes long.
func sideBySide(ctx context.Context, n int, ask func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tickets := make(chan struct{}, askedAtOnce)
	var asking sync.WaitGroup
	for i := range n {
		tickets <- struct{}{}
		asking.Go(func() {
			defer func() { <-tickets }()
			if ctx.Err() != nil {
				return
			}
			if err := ask(ctx, i); errors.Is(err, requests.ErrNoWorker) {
				cancel(err)
			}
		})
	}
	asking.Wait()
	return context.Cause(ctx)
}

// ask fills in what the request's workflow says.
func (l *listed) ask(ctx context.Context, d desk) error {
	r, _, err := d.Status(ctx, l.Kind, l.ID)
	if err != nil {
		return err
	}
	l.Status, l.Done, l.Systems, l.Needs = r.Status, done(r), len(r.Systems), waiting(r)
	l.ReceivedAt, l.DueAt, l.inForce = r.ReceivedAt, r.DueAt, inForce(r)
	return nil
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
	case l.Status == "", l.Status == dsr.StatusOpen && !l.Running():
		return l.Temporal
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
