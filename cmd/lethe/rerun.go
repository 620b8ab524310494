package main

import (
	"github.com/spf13/cobra"

	"ite.digital/lethe/requests"
)

func newRerun(s *streams) *cobra.Command {
	var reach *access
	var wait bool
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "rerun ID",
		Short: "Carry a request out again that has ended",
		Long: `Carry a request out again that has ended: every system is searched anew, those
included that were left out, as the configuration is now. What earlier runs found
is not forgotten: an identifier that the CRM disclosed before it erased the person
still leads to the chatbot, and a record that was kept as somebody else's stays
untouched. The deadline stays the same. The next report stands beside the earlier
ones, and names what earlier runs did.

A request can be carried out again for as long as Temporal keeps it and its key is
not destroyed. One that still runs is refused, and so is a restriction: while it is
open it sees to itself, and afterwards it is handed in anew.`,
		Example: `  lethe rerun ticket-4711
  lethe rerun ticket-4711 --wait`,
		Args: arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			typed, err := requestName(cmd, args[0])
			if err != nil {
				return err
			}
			return reach.atRequest(cmd.Context(), typed, func(desk *requests.Desk, r requests.Name) error {
				if err := desk.Rerun(cmd.Context(), r.Kind, r.ID); err != nil {
					return err
				}
				if text := s.unattended(cmd.Context(), desk); text != "" {
					s.mind("%s", text)
				}
				words := "request " + r.ID + " is carried out again\n"
				if !wait {
					words += "follow it with: lethe show " + r.String() + " --watch\n"
				}
				err := s.printEffect(*asJSON, effectOn(r, "", "rerun", outcome{}), words)
				if err != nil || !wait {
					return err
				}
				return s.follow(cmd.Context(), desk, watching{request: r, json: *asJSON, wait: true})
			})
		},
	}
	cmd.Flags().BoolVar(&wait, "wait", false, waitHelp)
	asJSON = jsonFlag(cmd)
	reach = s.accessFlags(cmd)
	return cmd
}
