package main

import (
	"strings"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ite.digital/lethe/requests"
)

func newSetup(s *streams) *cobra.Command {
	var connection *requests.Connection
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Prepare a Temporal namespace",
		Long: `Give a Temporal namespace the search attributes that Lethe needs. It can be run
again at any time; 'lethe-standalone' does it by itself.`,
		Example: `  lethe setup --address temporal.example.com:7233 --namespace privacy`,
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := connection.Options(zerolog.Nop())
			if err != nil {
				return err
			}
			temporal, err := requests.Dial(cmd.Context(), options)
			if err != nil {
				return err
			}
			defer temporal.Close()
			added, err := requests.SetUp(cmd.Context(), temporal, options.Namespace)
			if err != nil {
				return err
			}
			if len(added) == 0 {
				return s.print("the namespace " + options.Namespace + " was ready before\n")
			}
			return s.print("the namespace " + options.Namespace + " is ready; added: " + strings.Join(added, ", ") + "\n")
		},
	}
	connection = s.connectionFlags(cmd)
	return cmd
}
