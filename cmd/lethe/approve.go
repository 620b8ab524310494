package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/workflows"
)

func newApprove(s *streams) *cobra.Command {
	var a *action
	cmd := &cobra.Command{
		Use:   "approve ID [SYSTEM]",
		Short: "Approve what is to be erased",
		Long: `Approve what is to be erased, in one system or in all that wait for approval;
'lethe show' names the records. Records that turn up later are asked about again.`,
		Example: `  lethe show ticket-4711
  lethe approve ticket-4711
  lethe approve ticket-4711 hubspot`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				return nil
			}
			return arguments("ID")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.prepareRequest(cmd, args[0]); err != nil {
				return err
			}
			if len(args) == 2 {
				a.system = args[1]
			}
			return a.reach.atDesk(cmd.Context(), func(desk *requests.Desk) error {
				return s.approve(cmd.Context(), desk, a)
			})
		},
	}
	a = s.newAction(cmd)
	return cmd
}

// approve approves what waits for it, and says what that is.
func (s *streams) approve(ctx context.Context, desk *requests.Desk, a *action) error {
	r, _, err := desk.Status(ctx, dsr.Erasure, a.id)
	if err != nil {
		return err
	}
	approved := 0
	for _, o := range r.Systems {
		if o.Question == nil || o.Question.Kind != dsr.QuestionApproval || a.system != "" && a.system != o.Name {
			continue
		}
		params := workflows.Approve{System: o.Name, Operator: a.operator, Records: o.Question.Records()}
		if err := desk.Update(ctx, dsr.Erasure, a.id, workflows.UpdateApprove, params); err != nil {
			return err
		}
		approved++
		if err := s.print(strings.TrimSuffix("approved: "+o.Name+": "+strings.Join(params.Records, ", "), ": ") + "\n"); err != nil {
			return err
		}
	}
	if approved == 0 {
		return errors.New("nothing waits for approval; see it with: lethe show " + a.id)
	}
	return nil
}
