package main

import (
	"github.com/spf13/cobra"

	"ite.digital/lethe/workflows"
)

func newResolveMatch(s *streams) *cobra.Command {
	var a *action
	var reason string
	var erase, keep []string
	cmd := &cobra.Command{
		Use:   "resolve-match ID SYSTEM --erase RECORD --keep RECORD --reason TEXT",
		Short: "Say which of the held records are the person's",
		Long: `Say which of the records that a system is held for are the person's, after looking
at them at the vendor: they are erased, or restricted. Those that are somebody else's are kept,
also when they are found again. Each record that 'lethe show' names is decided on
once. The reason stays in the report and must not name anybody.`,
		Example: `  lethe resolve-match ticket-4711 landbot --erase customer/17 --keep customer/18 --reason "18 is a colleague at the same switchboard, asked by phone"`,
		Args:    actionArguments(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" || len(erase)+len(keep) == 0 {
				return usagef(cmd, "--reason and a decision on each record, --erase or --keep, are needed")
			}
			if err := a.prepare(cmd, args); err != nil {
				return err
			}
			return s.decideSystem(cmd.Context(), a, workflows.UpdateResolveMatch, workflows.ResolveMatch{
				System: a.system, Operator: a.operator, Erase: erase, Keep: keep, Reason: reason,
			}, "goes on")
		},
	}
	s.recordsFlag(cmd, &erase, "erase", "a `RECORD` that is the person's")
	s.recordsFlag(cmd, &keep, "keep", "a `RECORD` that is somebody else's")
	s.textFlag(cmd, &reason, "reason", "`TEXT` that says how you know; stays in the report and must not name anybody")
	a = s.newAction(cmd)
	return cmd
}
