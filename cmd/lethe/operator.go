package main

import (
	"context"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
)

// An action is what the operators' commands have in common: a request, one of
// its systems, who decides, and how to say what came of it.
type action struct {
	reach    *access
	operator string
	// request and system are the command's arguments.
	request requests.Name
	system  string
	json    *bool
}

// actionArguments are the arguments of the operators' commands.
func actionArguments() cobra.PositionalArgs { return arguments("ID", "SYSTEM") }

func (s *streams) newAction(cmd *cobra.Command) *action {
	a := &action{reach: s.accessFlags(cmd), json: jsonFlag(cmd)}
	cmd.Flags().StringVar(&a.operator, "operator", "", "`NAME` of who decides this; stays in the report (default: your user name)")
	return a
}

// prepare checks the arguments and fills in the operator.
func (a *action) prepare(cmd *cobra.Command, args []string) error {
	a.system = args[1]
	return a.prepareRequest(cmd, args[0])
}

// prepareRequest is prepare for what concerns the request as a whole.
func (a *action) prepareRequest(cmd *cobra.Command, name string) error {
	var err error
	if a.request, err = requestName(cmd, name); err != nil {
		return err
	}
	return a.prepareOperator(cmd)
}

// prepareOfKind is prepareRequest for what is done to requests of one kind only.
func (a *action) prepareOfKind(cmd *cobra.Command, name string, kind dsr.Kind) error {
	var err error
	if a.request, err = requestOfKind(cmd, name, kind); err != nil {
		return err
	}
	return a.prepareOperator(cmd)
}

// prepareOperator fills in the operator.
func (a *action) prepareOperator(cmd *cobra.Command) error {
	if a.operator != "" {
		return nil
	}
	account, err := user.Current()
	if err != nil || account.Username == "" {
		return usagef(cmd, "--operator is needed: your user name is not known")
	}
	a.operator = account.Username
	return nil
}

// An effect is what came of an operator's command that was accepted, as JSON. One that was
// refused prints nothing but the error.
type effect struct {
	// Request and Kind are empty for what concerns no request.
	Request string   `json:"request_id,omitempty"`
	Kind    dsr.Kind `json:"kind,omitempty"`
	// System is empty for what concerns the request as a whole.
	System string `json:"system,omitempty"`
	// Update is the name of the update, or of the command where it sends none.
	Update  string  `json:"update"`
	Outcome outcome `json:"outcome"`
}

// An outcome is what was accepted, and what follows from it that the command line did not
// say.
type outcome struct {
	// Accepted is always true.
	Accepted bool `json:"accepted"`
	// Records are those that were approved.
	Records []string `json:"records,omitempty"`
	// Categories and ReviewOn say what is retained, and until when.
	Categories []string `json:"categories,omitempty"`
	ReviewOn   string   `json:"review_on,omitempty"`
	// DueAt is until when the request must be answered, where that may have changed.
	DueAt time.Time `json:"due_at,omitzero"`
	// ClockRunsOn says why the time to answer does not stand still.
	ClockRunsOn string `json:"clock_runs_on,omitempty"`
	// Release is what was promoted.
	Release string `json:"release,omitempty"`
	// Already says that it had been done before.
	Already bool `json:"already,omitempty"`
}

// effectOn is the effect of an update on a request, or on one of its systems.
func effectOn(r requests.Name, system, update string, o outcome) effect {
	return effect{Request: r.ID, Kind: r.Kind, System: system, Update: update, Outcome: o}
}

// printEffect says what came of a command: as JSON, or in the words given.
func (s *streams) printEffect(asJSON bool, e effect, words string) error {
	if !asJSON {
		return s.print(words)
	}
	e.Outcome.Accepted = true
	return s.printJSON(e)
}

// A decision is what an operator's command sends to a request.
type decision struct {
	// system is empty for what concerns the request as a whole.
	system string
	name   string
	params any
}

// decide finds the request and sends it the update of the action. words say what that
// does.
func (s *streams) decide(ctx context.Context, a *action, name string, params any, words func(requests.Name) string) error {
	return a.reach.atRequest(ctx, a.request, func(desk *requests.Desk, r requests.Name) error {
		return s.send(ctx, desk, a, r, decision{a.system, name, params}, outcome{}, words(r))
	})
}

// decideSystem is decide for what concerns a system; effect says what becomes of it.
func (s *streams) decideSystem(ctx context.Context, a *action, name string, params any, effect string) error {
	return s.decide(ctx, a, name, params, func(r requests.Name) string {
		return a.system + " " + effect + "; see it with: lethe show " + r.String() + "\n"
	})
}

// decideTime is decide for what moves the time to answer. words and the outcome are made of
// how the request stands afterwards. That this cannot be told undoes nothing.
func (s *streams) decideTime(ctx context.Context, a *action, name string, params any, words func(dsr.Report) string) error {
	return a.reach.atRequest(ctx, a.request, func(desk *requests.Desk, n requests.Name) error {
		if err := desk.Update(ctx, n.Kind, n.ID, name, params); err != nil {
			return err
		}
		r, _, err := desk.Status(ctx, n.Kind, n.ID)
		if err != nil {
			s.mind("the current status of the request is not available: %s", oneLine(err.Error()))
			return s.printEffect(*a.json, effectOn(n, "", name, outcome{}), name+" is accepted; see it with: lethe show "+n.String()+"\n")
		}
		o := outcome{DueAt: r.DueAt}
		if r.Identity.Open() {
			o.ClockRunsOn = r.Identity.ClockRunsOn
		}
		return s.printEffect(*a.json, effectOn(n, "", name, o), words(r))
	})
}

// send sends an update to a request, and says what came of it.
func (s *streams) send(ctx context.Context, desk *requests.Desk, a *action, r requests.Name, d decision, o outcome, words string) error {
	if err := desk.Update(ctx, r.Kind, r.ID, d.name, d.params); err != nil {
		return err
	}
	return s.printEffect(*a.json, effectOn(r, d.system, d.name, o), words)
}
