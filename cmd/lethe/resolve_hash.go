package main

import (
	"github.com/spf13/cobra"

	"ite.digital/lethe/requests"
	"ite.digital/lethe/workflows"
)

func newResolveHash(s *streams) *cobra.Command {
	var a *action
	var p workflows.ResolveHash
	var handed *identifierFlags
	var region *string
	cmd := &cobra.Command{
		Use:   "resolve-hash ID",
		Short: "Hand in what a hashed identifier is the hash of",
		Long: `Hand in what is behind the hashed identifiers of a request. Systems are searched by
what they store, which seldom is a hash. What is handed in is hashed and compared: what
does not fit is refused, so that nobody else is searched for.

--unknown says that nobody can tell: all systems go on without, and those that cannot
be searched by anything else end as "cannot identify" (GDPR Art. 11).`,
		Example: `  lethe resolve-hash ticket-4711 --email ann@example.com
  lethe resolve-hash ticket-4711 --subject-file - < subject.json
  lethe resolve-hash ticket-4711 --unknown --reason "the controller has deleted the address"`,
		Args: arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			entries := handed.entries()
			switch {
			case p.Unknown == (len(entries) > 0):
				return usagef(cmd, "hand in what is behind the hash, such as --email, or say --unknown")
			case p.Unknown && p.Reason == "":
				return usagef(cmd, "--reason is needed: it stays in the report")
			}
			if err := a.prepareRequest(cmd, args[0]); err != nil {
				return err
			}
			cfg, err := a.reach.config.optional()
			if err != nil {
				return err
			}
			if len(entries) > 0 {
				subject, problems := normalise(entries, normalizer(*region, cfg))
				if len(problems) > 0 {
					return wrongValues(problems)
				}
				p.Identifiers = subject.Identifiers
			}
			p.Operator = a.operator
			return s.decide(cmd.Context(), a, workflows.UpdateResolveHash, p, func(r requests.Name) string {
				return string(r.Kind) + " " + r.ID + " goes on; follow it with: lethe show " + r.String() + " --watch\n"
			})
		},
	}
	handed = s.identifierFlags(cmd, "what is behind the hash: ")
	cmd.Flags().BoolVar(&p.Unknown, "unknown", false, "nobody can tell what is behind the hash")
	s.textFlag(cmd, &p.Reason, "reason", "`TEXT` that says why it is unknown; stays in the report and must not name the person")
	region = regionFlag(cmd)
	a = s.newAction(cmd)
	return cmd
}
