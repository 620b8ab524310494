package main

import (
	"github.com/spf13/cobra"

	"ite.digital/lethe/requests"
	"ite.digital/lethe/workflows"
)

func newCancel(s *streams) *cobra.Command {
	var a *action
	var reason string
	cmd := &cobra.Command{
		Use:   "cancel ID --reason TEXT",
		Short: "End a request before it is done",
		Long: `End a request: nothing is begun any more, in any system. What was erased by then
stays erased, what was restricted stays restricted, and the report says what was
done and what was not. To end a restriction that is in force, use 'lethe lift': only
that gives back what was before. The reason stays in the report and must not name
the person.`,
		Example: `  lethe cancel ticket-4711 --reason "the person withdrew the request on 2026-11-20"`,
		Args:    arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" {
				return usagef(cmd, "--reason is needed: it stays in the report")
			}
			if err := a.prepareRequest(cmd, args[0]); err != nil {
				return err
			}
			params := workflows.Cancel{Operator: a.operator, Reason: reason}
			return s.decide(cmd.Context(), a, workflows.UpdateCancel, params, func(r requests.Name) string {
				return "request " + r.ID + " is cancelled; what was done by then: lethe report " + r.String() + "\n"
			})
		},
	}
	s.textFlag(cmd, &reason, "reason", "`TEXT` that says why; stays in the report and must not name the person")
	a = s.newAction(cmd)
	return cmd
}
