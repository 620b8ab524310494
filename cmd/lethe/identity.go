package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

func newAskIdentity(s *streams) *cobra.Command {
	var a *action
	var reason, asked string
	cmd := &cobra.Command{
		Use:   "ask-identity ID --reason TEXT --asked DATE",
		Short: "Hold a request until the subject has proved who they are",
		Long: `Say that the subject was asked for proof of identity, because there are reasonable
doubts (GDPR Art. 12(6)). Nothing more is erased or restricted before
'lethe confirm-identity'. The time to answer stands still meanwhile, if the subject
was asked soon enough and the regulation knows a pause; the command says so. The
reason stays in the report and must not name the person.`,
		Example: `  lethe ask-identity ticket-4711 --reason "the address is new to us" --asked 2026-11-20`,
		Args:    arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" || asked == "" {
				return usagef(cmd, "--reason and --asked are needed: what the doubts are, and when the subject was asked")
			}
			at, err := s.sentAt(asked)
			if err != nil {
				return usagef(cmd, "--asked %v", err)
			}
			if err := a.prepareRequest(cmd, args[0]); err != nil {
				return err
			}
			params := workflows.AskIdentity{Operator: a.operator, Reason: reason, AskedAt: at}
			return s.decideTime(cmd.Context(), a, workflows.UpdateAskIdentity, params, identityText)
		},
	}
	s.textFlag(cmd, &reason, "reason", "`TEXT` that says what the doubts are; stays in the report and must not name the person")
	cmd.Flags().StringVar(&asked, "asked", "", "`DATE` on which the subject was asked, or an RFC 3339 time")
	a = s.newAction(cmd)
	return cmd
}

func newConfirmIdentity(s *streams) *cobra.Command {
	var a *action
	var evidence, answered string
	cmd := &cobra.Command{
		Use:   "confirm-identity ID --evidence TEXT [--answered DATE]",
		Short: "Say that the subject has proved who they are",
		Long: `Say that the proof of identity was received that 'lethe ask-identity' asked for. The
systems go on, and the time to answer runs again: the days of waiting are added. The
evidence stays in the report and must not name the person.`,
		Example: `  lethe confirm-identity ticket-4711 --evidence "answered from the address on file, ticket 4711"`,
		Args:    arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if evidence == "" {
				return usagef(cmd, "--evidence is needed: how anybody can know")
			}
			at := s.now()
			if answered != "" {
				var err error
				if at, err = s.sentAt(answered); err != nil {
					return usagef(cmd, "--answered %v", err)
				}
			}
			if err := a.prepareRequest(cmd, args[0]); err != nil {
				return err
			}
			params := workflows.ConfirmIdentity{Operator: a.operator, Evidence: evidence, AnsweredAt: at}
			return s.decideTime(cmd.Context(), a, workflows.UpdateConfirmIdentity, params, identityText)
		},
	}
	s.textFlag(cmd, &evidence, "evidence", "`TEXT` that says how anybody can know; stays in the report and must not name the person")
	cmd.Flags().StringVar(&answered, "answered", "", "`DATE` on which the proof was received, or an RFC 3339 time (default: now)")
	a = s.newAction(cmd)
	return cmd
}

// identityText says what a wait for proof of identity means for the request.
func identityText(r dsr.Report) string {
	due := day(r.DueAt)
	switch c := r.Identity; {
	case !c.Open():
		return fmt.Sprintf("request %s goes on; it must be answered by %s\n", r.RequestID, due)
	case c.ClockRunsOn != "":
		return fmt.Sprintf("request %s is held until confirm-identity, but must be answered by %s all the same: %s\n", r.RequestID, due, c.ClockRunsOn)
	default:
		return fmt.Sprintf("request %s is held until confirm-identity, and the time to answer stands still\n", r.RequestID)
	}
}
