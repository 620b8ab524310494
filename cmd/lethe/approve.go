package main

import (
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
			params := workflows.Approve{Operator: a.operator}
			if len(args) == 2 {
				params.System = args[1]
			}
			return a.reach.atDesk(cmd.Context(), func(desk *requests.Desk) error {
				if err := desk.Update(cmd.Context(), dsr.Erasure, a.id, workflows.UpdateApprove, params); err != nil {
					return err
				}
				return s.print("approved; see it with: lethe show " + a.id + "\n")
			})
		},
	}
	a = s.newAction(cmd)
	return cmd
}
