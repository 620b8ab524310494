package main

import (
	"context"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/worker"
)

func newWorker(s *streams) *cobra.Command {
	var connection *requests.Connection
	var configuration *configFlag
	var level, format string
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Carry out requests until interrupted",
		Long: `Carry out requests until interrupted. Any number of workers may run at once, on
any number of machines; requests wait while none does. On SIGINT and SIGTERM
running steps get ten seconds to finish.

The log goes to the standard error and names requests by their id only.`,
		Example: `  lethe worker --config lethe.yaml
  lethe worker --log-format console --log-level debug`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := s.logger(cmd, level, format)
			if err != nil {
				return err
			}
			return s.work(cmd.Context(), configuration, connection, log)
		},
	}
	cmd.Flags().StringVar(&level, "log-level", "info", "`LEVEL` of what is logged: debug, info, warn or error")
	cmd.Flags().StringVar(&format, "log-format", "json", "`FORMAT` of the log: json or console")
	configuration = newConfigFlag(s, cmd)
	connection = s.connectionFlags(cmd)
	return cmd
}

// work runs the workers until the context ends.
func (s *streams) work(ctx context.Context, f *configFlag, c *requests.Connection, log zerolog.Logger) error {
	cfg, err := f.load()
	if err != nil {
		return err
	}
	bucket, err := report.OpenBucket(ctx, cfg.Archive)
	if err != nil {
		return err
	}
	defer func() {
		if err := bucket.Close(); err != nil {
			log.Warn().Err(err).Msg("close the archive")
		}
	}()
	temporal, options, err := dial(ctx, c, log)
	if err != nil {
		return err
	}
	defer temporal.Close()
	fleet, err := worker.New(temporal, cfg, bucket, log)
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
