package main

import (
	"github.com/spf13/cobra"

	"ite.digital/lethe/workflows"
)

func newCompleteTask(s *streams) *cobra.Command {
	var a *action
	var evidence string
	var found *identifierFlags
	var region *string
	cmd := &cobra.Command{
		Use:   "complete-task ID SYSTEM --evidence TEXT",
		Short: "Say that a task done by hand is done",
		Long: `Say that a person has done what no connector can do. The evidence says how
anybody can know; it stays in the report and must not name the person.

What the system disclosed and the request did not know, such as a phone number,
is handed on with the --found-… flags: other systems are searched by it. --found-file
keeps it off the command line, in the form of 'lethe submit --subject-file'.`,
		Example: `  lethe show ticket-4711 --identifiers
  lethe complete-task ticket-4711 alore --evidence "deleted, screenshot in INC-97"
  lethe complete-task ticket-4711 alore --evidence "deleted" --found-phone "+33 6 39 98 00 00"
  lethe complete-task ticket-4711 alore --evidence "deleted" --found-file - < found.json`,
		Args: actionArguments(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if evidence == "" {
				return usagef(cmd, "--evidence is needed: it says how anybody can know, and stays in the report")
			}
			if err := a.prepare(cmd, args); err != nil {
				return err
			}
			cfg, err := a.reach.config.optional()
			if err != nil {
				return err
			}
			subject, problems := normalise(found.entries(), normalizer(*region, cfg))
			if len(problems) > 0 {
				return wrongValues(problems)
			}
			return s.decideSystem(cmd.Context(), a, workflows.UpdateCompleteTask, workflows.CompleteTask{
				System: a.system, Operator: a.operator, Evidence: evidence, Found: subject.Identifiers,
			}, "is attested")
		},
	}
	s.textFlag(cmd, &evidence, "evidence", "`TEXT` that says how anybody can know; stays in the report and must not name the person")
	found = s.foundFlags(cmd, "disclosed by the system: ")
	region = regionFlag(cmd)
	a = s.newAction(cmd)
	return cmd
}
