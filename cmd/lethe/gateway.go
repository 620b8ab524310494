package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/config"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/worker"
)

func newGateway(s *streams) *cobra.Command {
	var reach *access
	var level, format string
	cmd := &cobra.Command{
		Use:   "gateway",
		Short: "Take requests in over HTTP, by OpenDSR 2.0",
		Long: `Take requests in over HTTP until interrupted, by OpenDSR 2.0 and its forerunner
OpenGDPR 1.0, from the systems that lethe.yaml names in gateway. A request is
confirmed once Temporal has it durably; while Temporal cannot be reached, none is.

It needs no vendor's key: only the settings of gateway and vault, and Temporal. Any
number of gateways may run at once. Certificates, clients, receivers of callbacks and
the codec server's users follow lethe.yaml and the files that it names: within a
quarter of a minute, at once on SIGHUP. On SIGINT and SIGTERM calls that have begun
are finished. The log goes to the standard error and names requests by their id only.

Temporal need not be there when the gateway starts; /readyz tells.`,
		Example: `  lethe gateway --config lethe.yaml
  curl https://opendsr.example.com/v2/discovery`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := s.logger(cmd, level, format)
			if err != nil {
				return err
			}
			return serveGateway(cmd.Context(), reach, log)
		},
	}
	logFlags(cmd, &level, &format)
	reach = s.accessFlags(cmd)
	return cmd
}

// serveGateway serves until the context ends.
func serveGateway(ctx context.Context, a *access, log zerolog.Logger) error {
	cfg, err := a.config.gateway()
	if err != nil {
		return err
	}
	if cfg.Gateway == nil {
		return errors.New("lethe.yaml has no gateway; lethe.example.yaml shows how to write one")
	}
	return withVault(ctx, cfg, false, func(keys *vault.Vault) error { return atGateway(ctx, a, cfg, keys, log) })
}

// atGateway connects the gateway with Temporal and serves it.
func atGateway(ctx context.Context, a *access, cfg *config.Config, keys *vault.Vault, log zerolog.Logger) error {
	options, err := a.connection.Options(log)
	if err != nil {
		return err
	}
	keys.Protect(&options)
	// It connects when it is needed: the gateway comes up before Temporal does.
	temporal, err := client.NewLazyClient(options)
	if err != nil {
		return fmt.Errorf("the Temporal connection: %w", err)
	}
	defer temporal.Close()
	gateway, err := worker.NewGateway(ctx, cfg, worker.GatewayParts{Temporal: temporal, Options: options, Vault: keys, Load: a.config.gateway, Log: log})
	if err != nil {
		return err
	}
	return gateway.Serve(ctx)
}
