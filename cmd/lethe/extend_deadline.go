package main

import (
	"time"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

func newExtendDeadline(s *streams) *cobra.Command {
	var a *action
	var reason, notice string
	cmd := &cobra.Command{
		Use:   "extend-deadline ID --reason TEXT --notice-sent DATE",
		Short: "Give the answer to a request more time, once",
		Long: `Give the answer to a request more time, as far as the regulation allows: under
the GDPR two further months, because of the complexity or number of requests. The
subject must have been told, with the reasons, within the first month; the reason
stays in the report and must not name the person.`,
		Example: `  lethe extend-deadline ticket-4711 --reason "records in 14 systems" --notice-sent 2026-11-20`,
		Args:    arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" || notice == "" {
				return usagef(cmd, "--reason and --notice-sent are needed: the subject must have been told why")
			}
			sent, err := s.sentAt(notice)
			if err != nil {
				return usagef(cmd, "--notice-sent %v", err)
			}
			if err := a.prepareRequest(cmd, args[0]); err != nil {
				return err
			}
			params := workflows.ExtendDeadline{Operator: a.operator, Reason: reason, NoticeSentAt: sent}
			return s.decideTime(cmd.Context(), a, workflows.UpdateExtendDeadline, params, func(r dsr.Report) string {
				return "request " + r.RequestID + " must now be answered by " + r.DueAt.Format(time.DateOnly) + "\n"
			})
		},
	}
	s.textFlag(cmd, &reason, "reason", "`TEXT` that says why; stays in the report and must not name the person")
	cmd.Flags().StringVar(&notice, "notice-sent", "", "`DATE` on which the subject was told, or an RFC 3339 time")
	a = s.newAction(cmd)
	return cmd
}

// sentAt reads when something was sent. A day counts to its end, or until now.
func (s *streams) sentAt(text string) (time.Time, error) {
	at, err := s.moment(text)
	if _, isMoment := time.Parse(time.RFC3339, text); err != nil || isMoment == nil {
		return at, err
	}
	if end, now := at.AddDate(0, 0, 1).Add(-time.Second), s.now(); end.Before(now) {
		return end, nil
	} else if at.Before(now) {
		return now, nil
	}
	return at, nil
}
