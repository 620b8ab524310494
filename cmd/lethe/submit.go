package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/requests"
)

// submission is what the flags of submit say.
type submission struct {
	reach       *access
	identifiers *identifierFlags
	kind        string
	ground      string
	id          string
	received    string
	systems     []string
	region      *string
	approval    bool
	dryRun      bool
	wait        bool
	json        *bool
}

func newSubmit(s *streams) *cobra.Command {
	f := &submission{}
	cmd := &cobra.Command{
		Use:   "submit",
		Short: "Hand in a request",
		Long: `Hand in a data subject's request: an erasure (GDPR Art. 17), or a restriction of
processing (Art. 18), which says on which ground. The same request handed in twice is
one request. If no worker is running, a warning says so: the request is handed in, and
nothing happens before one is started.

A restriction stays open until it is lifted; --wait ends once it is in force. If nothing
goes on before a person has answered, --wait ends with exit code 3: answer, then follow
with 'lethe show ID --watch'.

Identifiers given as flags stay in the history of your shell and are visible to
others on this machine while the command runs. To avoid that, give them in a
file, or through a pipe. All commands that take identifiers, or a text that may name
a person, have such a flag:

    {"identifiers":[{"type":"email","value":"ann@example.com"}]}`,
		Example: `  lethe submit --kind erasure --email ann@example.com --phone "06 39 98 00 00" --region FR
  lethe submit --kind restriction --ground accuracy --id ticket-4712 --email ann@example.com
  lethe submit --id ticket-4711 --received 2026-03-02 --subject-file subject.json
  lethe submit --subject-file - --wait < subject.json`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return s.submit(cmd.Context(), f) },
	}
	f.add(s, cmd)
	return cmd
}

// add makes the flags.
func (f *submission) add(s *streams, cmd *cobra.Command) {
	f.identifiers = s.identifierFlags(cmd, "")
	flags := cmd.Flags()
	flags.StringVar(&f.kind, "kind", string(dsr.Erasure), "`KIND` of request: erasure or restriction")
	flags.StringVar(&f.ground, "ground", "", groundHelp())
	flags.StringVar(&f.id, "id", "", "the request's `ID`, which must not name the person (default: a random one)")
	flags.StringVar(&f.received, "received", "", "`DATE` on which the request was received, or an RFC 3339 time (default: now)")
	flags.StringArrayVar(&f.systems, "system", nil, "only the configured system of this `NAME` (repeatable; default: all)")
	flags.BoolVar(&f.approval, "approval", false, "let a person approve what is to be done: lethe approve")
	flags.BoolVar(&f.dryRun, "dry-run", false, "locate the person, report what would be done, and change nothing")
	flags.BoolVar(&f.wait, "wait", false, waitHelp)
	f.region = regionFlag(cmd)
	f.json = jsonFlag(cmd)
	f.reach = s.accessFlags(cmd)
}

// waitHelp explains --wait.
const waitHelp = "follow the request until it ends, a restriction is in force, or nothing goes on without a person (exit code 3)"

// groundHelp names the grounds of a restriction with their articles.
func groundHelp() string {
	names := make([]string, len(dsr.Grounds()))
	for i, g := range dsr.Grounds() {
		names[i] = fmt.Sprintf("%s (%s)", g, g.Article())
	}
	return "`GROUND` of a restriction by GDPR " + strings.Join(names, ", ")
}

func (s *streams) submit(ctx context.Context, f *submission) error {
	request, err := s.request(f)
	if err != nil {
		return err
	}
	return f.reach.openDesk(ctx, false, func(desk *requests.Desk) error {
		already, err := desk.Submit(ctx, request)
		if err != nil {
			return err
		}
		if err := s.printSubmitted(f, request, already); err != nil {
			return err
		}
		if text := s.unattended(ctx, desk); text != "" {
			s.mind("submitted; %s", text)
		}
		if !f.wait {
			return nil
		}
		return s.follow(ctx, desk, watching{request: requests.Name{Kind: request.Kind, ID: request.ID}, json: *f.json, wait: true})
	})
}

// unattended says that no worker is running, if that is known. What was handed in is
// safe all the same, so that this is no failure.
func (s *streams) unattended(ctx context.Context, d poll) string {
	polling, err := d.Polling(ctx)
	if err != nil || !polling.Nobody(s.now()) {
		return ""
	}
	return nobodyWorks(polling.Namespace)
}

// A poll tells who polls; it is a [requests.Desk].
type poll interface {
	Polling(ctx context.Context) (requests.Polling, error)
}

// dueAt is until when the request must be answered, by the configuration.
func (f *submission) dueAt(r dsr.Request) (time.Time, error) {
	cfg, err := f.reach.config.outline()
	if err != nil {
		return time.Time{}, err
	}
	d, err := cfg.Regulation.Deadlines(r.ReceivedAt)
	return d.Due, err
}

// printSubmitted says what happened and what comes next.
func (s *streams) printSubmitted(f *submission, r dsr.Request, already bool) error {
	if *f.json {
		return s.printJSON(map[string]any{"request_id": r.ID, "kind": r.Kind, "already_submitted": already})
	}
	var text string
	due, err := f.dueAt(r)
	if err != nil {
		return err
	}
	if already {
		text = fmt.Sprintf("request %s was submitted before; it is the same request\n", r.ID)
	} else {
		text = fmt.Sprintf("request %s is submitted; the answer is due on %s\n", r.ID, day(due))
	}
	if !f.wait {
		text += fmt.Sprintf("follow it with: lethe show %s --watch\n", requests.Name{Kind: r.Kind, ID: r.ID})
	}
	return s.print(text)
}

// request makes the request that the flags describe, or says everything that
// is wrong with them at once.
func (s *streams) request(f *submission) (dsr.Request, error) {
	cfg, err := f.reach.config.optional()
	if err != nil {
		return dsr.Request{}, err
	}
	entries := f.identifiers.entries()
	subject, problems := normalise(entries, normalizer(*f.region, cfg))
	request := dsr.Request{
		ID: cmp.Or(f.id, uuid.NewString()), Kind: dsr.Kind(f.kind), Subject: subject, Systems: f.systems,
		ApprovalRequired: f.approval, DryRun: f.dryRun, Ground: dsr.Ground(f.ground),
	}
	request.ReceivedAt, err = s.receivedAt(f.received)
	if err != nil {
		problems = append(problems, dsr.Problem{Field: "--received", Text: err.Error()})
		request.ReceivedAt = s.now()
	}
	problems = append(problems, s.invalid(request, len(entries) > 0)...)
	if f.id != "" && identity.MentionedIn(dsr.Subject{Identifiers: subject.Of(dsr.Email, dsr.Phone)}, f.id) {
		problems = append(problems, dsr.Problem{Field: "--id", Text: "names the person; it is shown everywhere, so choose another one"})
	}
	problems = append(problems, unknownSystems("--system", f.systems, cfg)...)
	if len(problems) > 0 {
		return dsr.Request{}, wrongValues(problems)
	}
	return request, nil
}

// receivedAt is when the request was received: now, unless it is said.
func (s *streams) receivedAt(text string) (time.Time, error) {
	if text == "" {
		return s.now(), nil
	}
	return s.moment(text)
}

// moment reads a date, in the local time zone, or a point in time.
func (s *streams) moment(text string) (time.Time, error) {
	if date, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return date, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, errors.New("is neither a date, such as 2026-03-02, nor a time, such as 2026-03-02T09:30:00Z")
	}
	return at, nil
}

// flagOf names the flag behind a field of a request.
var flagOf = map[string]string{
	"id": "--id", "kind": "--kind", "received_at": "--received", "identifiers": "identifiers (--email, --phone, …)",
	"ground": "--ground",
}

// invalid says what is wrong with the request as a whole. If identifiers were
// given, what is wrong with them has been said.
func (s *streams) invalid(r dsr.Request, identifiersGiven bool) dsr.Problems {
	var found, problems dsr.Problems
	errors.As(r.Validate(s.now(), identity.Check), &found)
	for _, p := range found {
		if p.Field == "identifiers" && identifiersGiven && len(r.Subject.Identifiers) == 0 {
			continue
		}
		p.Field = cmp.Or(flagOf[p.Field], strings.Replace(p.Field, "systems", "--system", 1))
		problems = append(problems, p)
	}
	return problems
}

// unknownSystems says which of the named systems are not configured.
func unknownSystems(field string, names []string, cfg *config.Config) dsr.Problems {
	if len(names) == 0 {
		return nil
	}
	if cfg == nil {
		return dsr.Problems{{Field: field, Text: "needs the configuration, to know which systems there are; set --config"}}
	}
	configured := namesOf(cfg)
	var problems dsr.Problems
	for _, name := range names {
		if !slices.Contains(configured, name) {
			problems = append(problems, dsr.Problem{Field: field, Text: fmt.Sprintf("%q is not configured; there is %s", name, strings.Join(configured, ", "))})
		}
	}
	return problems
}
