package main

import (
	"context"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ite.digital/lethe/requests"
	"ite.digital/lethe/worker"
)

// promoteTimeout bounds the talk with Temporal about a release.
const promoteTimeout = 30 * time.Second

func newPromote(s *streams) *cobra.Command {
	var reach *access
	var buildID string
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "promote",
		Short: "Make a release the one that carries out requests",
		Long: `Make a release the one on which new requests begin and, with worker.versioning
auto-upgrade, to which requests in flight go over. Start its workers first, beside
those of the release before it. With pinned, workers of a release must run until
the requests that began on it have ended; 'temporal worker deployment describe'
tells when.

The same can be done with Temporal's own tools.`,
		Example: `  lethe promote
  lethe promote --build-id v1.4.0`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			promoted, err := promote(cmd.Context(), reach, buildID)
			if err != nil {
				return err
			}
			done := effect{Update: "promote", Outcome: outcome{Release: promoted}}
			return s.printEffect(*asJSON, done, "release "+promoted+" carries out requests from now on\n")
		},
	}
	cmd.Flags().StringVar(&buildID, "build-id", "", "`RELEASE` to promote (default: that of this program)")
	asJSON = jsonFlag(cmd)
	reach = s.accessFlags(cmd)
	return cmd
}

func promote(ctx context.Context, a *access, buildID string) (string, error) {
	cfg, err := a.config.outline()
	if err != nil {
		return "", err
	}
	options, err := a.connection.Options(zerolog.Nop())
	if err != nil {
		return "", err
	}
	temporal, err := requests.Dial(ctx, options)
	if err != nil {
		return "", err
	}
	defer temporal.Close()
	ctx, cancel := context.WithTimeout(ctx, promoteTimeout)
	defer cancel()
	return worker.Promote(ctx, temporal, cfg.Worker, buildID)
}
