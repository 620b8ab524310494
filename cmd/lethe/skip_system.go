package main

import (
	"github.com/spf13/cobra"

	"ite.digital/lethe/workflows"
)

func newSkipSystem(s *streams) *cobra.Command {
	var a *action
	var why string
	cmd := &cobra.Command{
		Use:   "skip-system ID SYSTEM --reason TEXT",
		Short: "Leave a system out of a request, for good",
		Long: `Leave a system out of a request, for good. The reason stays in the report and
must not name the person. The request then completes with exceptions.`,
		Example: `  lethe skip-system ticket-4711 convertful --reason "account closed in March, see INC-93"`,
		Args:    actionArguments(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if why == "" {
				return usagef(cmd, "--reason is needed: it stays in the report")
			}
			if err := a.prepare(cmd, args); err != nil {
				return err
			}
			return s.decideSystem(cmd.Context(), a, workflows.UpdateSkipSystem,
				workflows.SkipSystem{System: a.system, Operator: a.operator, Reason: why}, "is left out")
		},
	}
	s.textFlag(cmd, &why, "reason", "`TEXT` that says why; stays in the report and must not name the person")
	a = s.newAction(cmd)
	return cmd
}
