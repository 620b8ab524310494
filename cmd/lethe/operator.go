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
	// id and system are the command's arguments.
	id, system string
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
func (a *action) prepareRequest(cmd *cobra.Command, id string) error {
	id, err := requestID(cmd, id)
	if err != nil {
		return err
	}
	a.id = id
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
	return a.reach.atDesk(ctx, func(desk *requests.Desk) error {
		if err := desk.Update(ctx, dsr.Erasure, a.id, update, params); err != nil {
			return err
		}
		return s.print(a.system + " " + effect + "; see it with: lethe show " + a.id + "\n")
	})
}
