package main

import (
	"context"
	"os/user"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
)

// An action is what the operators' commands have in common: a request, one of
// its systems, and who decides.
type action struct {
	reach    *access
	operator string
	// request and system are the command's arguments.
	request requests.Name
	system  string
}

// actionArguments are the arguments of the operators' commands.
func actionArguments() cobra.PositionalArgs { return arguments("ID", "SYSTEM") }

func (s *streams) newAction(cmd *cobra.Command) *action {
	a := &action{reach: s.accessFlags(cmd)}
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

// send sends the update to the request and says that it took effect.
func (s *streams) send(ctx context.Context, a *action, update string, params any, effect string) error {
	return a.update(ctx, update, params, func(_ *requests.Desk, r requests.Name) error {
		return s.print(a.system + " " + effect + "; see it with: lethe show " + r.String() + "\n")
	})
}

// update sends the update to the request, and then does what comes next.
func (a *action) update(ctx context.Context, update string, params any, then func(*requests.Desk, requests.Name) error) error {
	return a.reach.atRequest(ctx, a.request, func(desk *requests.Desk, r requests.Name) error {
		if err := desk.Update(ctx, r.Kind, r.ID, update, params); err != nil {
			return err
		}
		return then(desk, r)
	})
}
