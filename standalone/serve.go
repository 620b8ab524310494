package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors/catalogue"
	"ite.digital/lethe/standalone/engine"
	"ite.digital/lethe/standalone/host"
)

// serving are the flags of serve.
type serving struct {
	config, data, ip string
	port, uiPort     int
	uiHosts          []string
}

func newServe() *cobra.Command {
	var s serving
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve requests on this machine, with all state below one folder",
		Long: `Serve requests on this machine: the Temporal server, its Web UI, the workers, and
the gateway if lethe.yaml has one, in one process. Requests in flight survive restarts and crashes; all state is in
the folder given with --data. For more than one machine run 'lethe worker'
against a Temporal cluster instead.`,
		Example: "  lethe-standalone serve --config lethe.yaml --data /var/lib/lethe",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&s.config, "config", "lethe.yaml", "the configuration `file`")
	flags.StringVar(&s.data, "data", "data", "the `folder` that holds all state")
	flags.StringVar(&s.ip, "ip", "127.0.0.1", "the `address` to listen on")
	flags.IntVar(&s.port, "port", 0, "the port of the Temporal server (default 7233, or a free one)")
	flags.IntVar(&s.uiPort, "ui-port", 0, "the port of the Web UI (default 8233, or a free one)")
	flags.StringSliceVar(&s.uiHosts, "ui-host", nil, "a further `name` of the Web UI, such as that of a reverse proxy")
	return cmd
}

func (s serving) run(ctx context.Context, out, errOut io.Writer) error {
	load := func() (*config.Config, error) { return config.Load(s.config, catalogue.Kinds(), config.Options{}) }
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	log := zerolog.New(errOut).With().Timestamp().Logger().Level(zerolog.InfoLevel)
	h, err := host.Start(ctx, host.Options{Options: engine.Options{
		File: filepath.Join(s.data, "temporal.db"), IP: s.ip, Port: s.port, UIPort: s.uiPort, UIHosts: s.uiHosts, Log: log,
	}}, load, log)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Lethe serves %d systems.\n  Web UI    %s\n  Temporal  %s\n  Reports   %s\n",
		len(h.Config.Systems), h.Engine.UIURL(), h.Engine.Address(), h.Config.Archive)
	if h.Gateway != nil {
		fmt.Fprintf(out, "  Gateway   %s\n", h.Gateway.URL())
	}
	if h.Engine.Address() != "127.0.0.1:7233" {
		fmt.Fprintf(out, "For the command line: export TEMPORAL_ADDRESS=%s\n", h.Engine.Address())
	}
	return errors.Join(h.Run(ctx), h.Close())
}
