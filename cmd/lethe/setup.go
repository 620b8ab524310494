package main

import (
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ite.digital/lethe/requests"
)

// leastRetention is Temporal's own limit.
const leastRetention = 24 * time.Hour

func newSetup(s *streams) *cobra.Command {
	var connection *requests.Connection
	var retention time.Duration
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Prepare a Temporal namespace",
		Long: `Give a Temporal namespace the search attributes that Lethe needs, and say for how
long Temporal keeps requests that have ended. It can be run again at any time;
'lethe-standalone' does it by itself.`,
		Example: `  lethe setup --address temporal.example.com:7233 --namespace privacy --retention 720h`,
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if retention != 0 && retention < leastRetention {
				return usagef(cmd, "--retention must be at least %s", leastRetention)
			}
			options, err := connection.Options(zerolog.Nop())
			if err != nil {
				return err
			}
			temporal, err := requests.Dial(cmd.Context(), options)
			if err != nil {
				return err
			}
			defer temporal.Close()
			added, err := requests.SetUp(cmd.Context(), temporal, options.Namespace, retention)
			if err != nil {
				return err
			}
			if len(added) == 0 {
				return s.print("the namespace " + options.Namespace + " was ready before\n")
			}
			return s.print("the namespace " + options.Namespace + " is ready; added: " + strings.Join(added, ", ") + "\n")
		},
	}
	cmd.Flags().DurationVar(&retention, "retention", 0, "how long Temporal keeps what has ended, at least 24h (default: as it is)")
	connection = s.connectionFlags(cmd)
	return cmd
}
