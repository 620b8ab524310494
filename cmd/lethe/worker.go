package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/storage"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/worker"
	"ite.digital/lethe/workflows"
)

func newWorker(s *streams) *cobra.Command {
	var reach *access
	var level, format, buildID string
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Carry out requests until interrupted",
		Long: `Carry out requests until interrupted. Any number of workers may run at once, on
any number of machines; requests wait while none does. On SIGINT and SIGTERM
running steps get ten seconds to finish. A renewed certificate that signs callbacks is
taken up within a quarter of a minute, on SIGHUP at once.

With worker.listen in lethe.yaml it answers /healthz while it lives, and /readyz with
200 while it can work. If Temporal permanently rejects a worker, such as after its
namespace was deleted, all of them stop and the command fails.

The log goes to the standard error and names requests by their id only.`,
		Example: `  lethe worker --config lethe.yaml
  lethe worker --log-format console --log-level debug`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := s.logger(cmd, level, format)
			if err != nil {
				return err
			}
			return work(cmd.Context(), reach, buildID, log)
		},
	}
	logFlags(cmd, &level, &format)
	cmd.Flags().StringVar(&buildID, "build-id", "", "`RELEASE` for worker versioning (default: as this program was built)")
	reach = s.accessFlags(cmd)
	return cmd
}

// work runs the workers until the context ends.
func work(ctx context.Context, a *access, buildID string, log zerolog.Logger) (err error) {
	cfg, err := a.config.load()
	if err != nil {
		return err
	}
	archive, err := storage.Open(ctx, cfg.Archive)
	if err != nil {
		return fmt.Errorf("the archive: %w", err)
	}
	defer func() { err = errors.Join(err, archive.Close()) }()
	return withVault(ctx, cfg, false, func(keys *vault.Vault) error {
		return runFleet(ctx, a, cfg, worker.Parts{Archive: archive, Vault: keys, Log: log, BuildID: buildID, Load: a.config.load})
	})
}

// runFleet connects the workers to Temporal and runs them until the context ends.
func runFleet(ctx context.Context, a *access, cfg *config.Config, parts worker.Parts) error {
	log := parts.Log
	options, err := a.connection.Options(log)
	if err != nil {
		return err
	}
	parts.Vault.ProtectWorker(&options, workflows.Queries()...)
	temporal, err := requests.Dial(ctx, options)
	if err != nil {
		return err
	}
	defer temporal.Close()
	parts.Temporal, parts.Options = temporal, options
	fleet, err := worker.New(cfg, parts)
	if err != nil {
		return err
	}
	log.Info().Str("address", options.HostPort).Str("namespace", options.Namespace).Int("systems", len(cfg.Systems)).Msg("working")
	if err := fleet.Run(ctx); err != nil {
		return err
	}
	log.Info().Msg("stopped")
	return nil
}

// logFlags adds the flags that say what is logged, and how.
func logFlags(cmd *cobra.Command, level, format *string) {
	cmd.Flags().StringVar(level, "log-level", "info", "`LEVEL` of what is logged: debug, info, warn or error")
	cmd.Flags().StringVar(format, "log-format", "json", "`FORMAT` of the log: json or console")
}

// logger writes to the standard error, as the flags say.
func (s *streams) logger(cmd *cobra.Command, level, format string) (zerolog.Logger, error) {
	parsed, err := zerolog.ParseLevel(level)
	if err != nil || level == "" {
		return zerolog.Logger{}, usagef(cmd, "--log-level must be debug, info, warn or error")
	}
	switch format {
	case "json":
		return zerolog.New(s.err).Level(parsed).With().Timestamp().Logger(), nil
	case "console":
		console := zerolog.ConsoleWriter{Out: s.err, TimeFormat: "15:04:05", NoColor: !s.errTerminal}
		return zerolog.New(console).Level(parsed).With().Timestamp().Logger(), nil
	default:
		return zerolog.Logger{}, usagef(cmd, "--log-format must be json or console")
	}
}
