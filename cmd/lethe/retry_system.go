package main

import (
	"github.com/spf13/cobra"

	"ite.digital/lethe/workflows"
)

func newRetrySystem(s *streams) *cobra.Command {
	var a *action
	cmd := &cobra.Command{
		Use:   "retry-system ID SYSTEM",
		Short: "Try a system again now",
		Long: `Try a system of a request again now, after what kept it from going on has been
repaired; or go on with records that you have looked at.`,
		Example: `  lethe retry-system ticket-4711 gist`,
		Args:    actionArguments(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.prepare(cmd, args); err != nil {
				return err
			}
			return s.decideSystem(cmd.Context(), a, workflows.UpdateRetrySystem,
				workflows.RetrySystem{System: a.system, Operator: a.operator}, "is tried again now")
		},
	}
	a = s.newAction(cmd)
	return cmd
}
