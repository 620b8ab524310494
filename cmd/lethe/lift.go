package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/workflows"
)

func newLift(s *streams) *cobra.Command {
	var a *action
	var reason string
	cmd := &cobra.Command{
		Use:   "lift ID --reason TEXT",
		Short: "Ask for a restriction to be lifted",
		Long: `Ask for a restriction to be lifted that is in force. Nothing is lifted yet: the
person has to be told first (GDPR Art. 18(3)), and 'lethe confirm-notice' says that
they were. The reason is told to the person, stays in the report and must not name
anybody.`,
		Example: `  lethe lift ticket-4711 --reason "the address has been corrected on 2026-11-20"`,
		Args:    arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" {
				return usagef(cmd, "--reason is needed: the person is told why, and it stays in the report")
			}
			if err := a.prepareOfKind(cmd, args[0], dsr.Restriction); err != nil {
				return err
			}
			params := workflows.Lift{Operator: a.operator, Reason: reason}
			return s.decide(cmd.Context(), a, workflows.UpdateLift, params, liftText)
		},
	}
	s.textFlag(cmd, &reason, "reason", "`TEXT` that says why; the person is told, and it stays in the report")
	a = s.newAction(cmd)
	return cmd
}

// liftText says what comes after lifting was asked for.
func liftText(r requests.Name) string {
	return fmt.Sprintf(`restriction %s is to be lifted; nothing is lifted before the person was told (GDPR Art. 18(3))
  1. write to the person: lethe lifting-notice %s
  2. say that you did:    lethe confirm-notice %s --evidence "…"
`, r.ID, r, r)
}

func newConfirmNotice(s *streams) *cobra.Command {
	var a *action
	var evidence, sent string
	cmd := &cobra.Command{
		Use:   "confirm-notice ID --evidence TEXT [--sent DATE]",
		Short: "Say that the person was told; the restriction is lifted then",
		Long: `Say that the person was told that the restriction is lifted, after 'lethe lift'. Every
system is then given back what was before the restriction, and no more: who had
unsubscribed on their own stays unsubscribed. The evidence stays in the report and
must not name the person.`,
		Example: `  lethe confirm-notice ticket-4711 --evidence "letter of 2026-11-21, ticket 4711" --sent 2026-11-21`,
		Args:    arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if evidence == "" {
				return usagef(cmd, "--evidence is needed: how anybody can know that the person was told")
			}
			at := s.now()
			if sent != "" {
				var err error
				if at, err = s.sentAt(sent); err != nil {
					return usagef(cmd, "--sent %v", err)
				}
			}
			if err := a.prepareOfKind(cmd, args[0], dsr.Restriction); err != nil {
				return err
			}
			params := workflows.ConfirmNotice{Operator: a.operator, Evidence: evidence, SentAt: at}
			return s.decide(cmd.Context(), a, workflows.UpdateConfirmNotice, params, func(r requests.Name) string {
				return "restriction " + r.ID + " is being lifted\nfollow it with: lethe show " + r.String() + " --watch\n"
			})
		},
	}
	s.textFlag(cmd, &evidence, "evidence", "`TEXT` that says how anybody can know; stays in the report and must not name the person")
	cmd.Flags().StringVar(&sent, "sent", "", "`DATE` on which the person was told, or an RFC 3339 time (default: now)")
	a = s.newAction(cmd)
	return cmd
}
