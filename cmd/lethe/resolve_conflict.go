package main

import (
	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/workflows"
)

func newResolveConflict(s *streams) *cobra.Command {
	var a *action
	var reason string
	var erase, stop bool
	cmd := &cobra.Command{
		Use:   "resolve-conflict ID --erase|--stop --reason TEXT",
		Short: "Decide between an erasure and a restriction of the same person",
		Long: `Decide what becomes of an erasure during which a restriction of the same person has
arrived on a ground for which the data must be kept: legal claims, or unlawful
processing where the person wants no erasure (GDPR Art. 18(1)(b) and (c)). ID is that
of the erasure; 'lethe show' names the restriction. Nothing more is erased before the
decision.

--erase goes on with the erasure, which ends the restriction. --stop ends the erasure:
what was erased by then stays erased, and the report says so. The reason stays in the
report and must not name the person.`,
		Example: `  lethe resolve-conflict ticket-4711 --stop --reason "the person needs the data in court, letter of 2026-11-20"`,
		Args:    arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if erase == stop {
				return usagef(cmd, "decide for one of --erase, to go on with the erasure, and --stop, to end it")
			}
			if reason == "" {
				return usagef(cmd, "--reason is needed: it stays in the report")
			}
			if err := a.prepareOfKind(cmd, args[0], dsr.Erasure); err != nil {
				return err
			}
			params := workflows.ResolveConflict{Operator: a.operator, Erase: erase, Reason: reason}
			return s.decide(cmd.Context(), a, workflows.UpdateResolveConflict, params, func(r requests.Name) string {
				return resolvedText(r, erase)
			})
		},
	}
	cmd.Flags().BoolVar(&erase, "erase", false, "go on with the erasure, which ends the restriction")
	cmd.Flags().BoolVar(&stop, "stop", false, "end the erasure in favour of the restriction")
	s.textFlag(cmd, &reason, "reason", "`TEXT` that says why; stays in the report and must not name the person")
	a = s.newAction(cmd)
	return cmd
}

func resolvedText(r requests.Name, erase bool) string {
	if erase {
		return "erasure " + r.ID + " goes on; follow it with: lethe show " + r.String() + " --watch\n"
	}
	return "erasure " + r.ID + " ends in favour of the restriction; what was done by then: lethe report " + r.String() + "\n"
}
