package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/intake"
	"ite.digital/lethe/requests"
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
number of gateways may run at once. On SIGINT and SIGTERM calls that have begun are
finished. The log goes to the standard error and names requests by their id only.

Temporal need not be there when the gateway starts; /readyz tells.`,
		Example: `  lethe gateway --config lethe.yaml
  curl https://opendsr.example.com/v2/discovery`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := s.logger(cmd, level, format)
			if err != nil {
				return err
			}
			return s.serveGateway(cmd.Context(), reach, log)
		},
	}
	logFlags(cmd, &level, &format)
	reach = s.accessFlags(cmd)
	return cmd
}

// serveGateway serves until the context ends.
func (s *streams) serveGateway(ctx context.Context, a *access, log zerolog.Logger) error {
	cfg, err := a.config.gateway()
	if err != nil {
		return err
	}
	if cfg.Gateway == nil {
		return errors.New("lethe.yaml has no gateway; lethe.example.yaml shows how to write one")
	}
	if cfg.Gateway.Codec && len(cfg.CodecServer.Tokens) == 0 && cfg.CodecServer.JWT == nil {
		return errors.New("nobody may use the codec server; name tokens or a jwt in codec_server of lethe.yaml, or leave gateway.codec_server out")
	}
	return withVault(ctx, cfg, false, func(keys *vault.Vault) error { return s.atGateway(ctx, a, cfg, keys, log) })
}

// atGateway connects the gateway with Temporal and serves it.
func (s *streams) atGateway(ctx context.Context, a *access, cfg *config.Config, keys *vault.Vault, log zerolog.Logger) error {
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
	o, err := s.gatewayOptions(cfg, log)
	if err != nil {
		return err
	}
	o.Desk = requests.NewDesk(temporal, options, keys)
	o.Ready = func(ctx context.Context) error {
		_, err := temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
		// To look a key up that is not there tells whether the keys can be reached.
		_, keysErr := keys.DestroyedAt(ctx, dsr.WorkflowID(dsr.Erasure, "ready"))
		return errors.Join(err, keysErr)
	}
	if cfg.Gateway.Codec {
		o.Codec = keys.NewCodecServer(vault.ServerOptions{
			Namespace: options.Namespace, Origins: cfg.CodecServer.Origins, Tokens: cfg.CodecServer.Tokens, JWT: cfg.CodecServer.JWT, Log: log,
		})
	}
	handler, err := intake.NewServer(o)
	if err != nil {
		return err
	}
	return listenGateway(ctx, cfg.Gateway, handler, log)
}

// gatewayOptions are those that the configuration holds.
func (s *streams) gatewayOptions(cfg *config.Config, log zerolog.Logger) (intake.Options, error) {
	g := cfg.Gateway
	signer, err := worker.Signer(g, s.now())
	if err != nil {
		return intake.Options{}, err
	}
	o := intake.Options{
		URL: g.URL, Signer: signer, ClientCertificates: g.ClientAuthorities != nil, Normalizer: cfg.Normalizer(), Due: cfg.Regulation.DueUnder,
		Destinations: worker.Destinations(g), Now: s.now, Log: log,
	}
	for _, c := range g.Clients {
		o.Clients = append(o.Clients, intake.Client{Name: c.Name, Controller: c.Controller, Token: c.Token, Rate: c.Rate})
	}
	return o, nil
}

// listenGateway serves at the configured address until the context ends.
func listenGateway(ctx context.Context, g *config.Gateway, handler http.Handler, log zerolog.Logger) error {
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", g.Listen)
	if err != nil {
		return fmt.Errorf("the address %s cannot be listened on; set gateway.listen to another one", g.Listen)
	}
	l := intake.Listening{Listener: listener, Log: log}
	if g.TLS != nil {
		l.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*g.TLS}}
	}
	if g.ClientAuthorities != nil {
		// Discovery and the certificate are for everybody: the handler asks for the
		// client's where it is needed.
		l.TLS.ClientAuth, l.TLS.ClientCAs = tls.VerifyClientCertIfGiven, g.ClientAuthorities
	}
	log.Info().Str("address", listener.Addr().String()).Str("url", g.URL.String()).Bool("tls", g.TLS != nil).Msg("serving")
	if err := l.Serve(ctx, handler); err != nil {
		return err
	}
	log.Info().Msg("stopped")
	return nil
}
