package main

import (
	"context"
	"errors"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ite.digital/lethe/intake"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/worker"
)

func newCodecServer(s *streams) *cobra.Command {
	var reach *access
	var level, format string
	cmd := &cobra.Command{
		Use:   "codec-server",
		Short: "Let the Temporal Web UI and CLI read what Temporal stores",
		Long: `Serve Temporal's protocol for codec servers until interrupted: the Temporal Web
UI and CLI ask it to decrypt what Temporal stores, for the person who looks.

Identifiers come back masked. Whoever holds the grant sees them whole under the
address …/reveal/REASON, where the reason is a ticket's number or words joined by
dashes; it is logged. lethe.yaml says in codec_server who may call.

It speaks plain HTTP: put it behind the proxy that serves the Web UI, and say so with
codec_server.behind_proxy, so that callers are told apart by X-Forwarded-For.`,
		Example: `  lethe codec-server --config lethe.yaml
  temporal workflow show -w erasure/ticket-4711 --codec-endpoint http://127.0.0.1:8234 --codec-auth "Bearer $TOKEN"`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := s.logger(cmd, level, format)
			if err != nil {
				return err
			}
			return serveCodec(cmd.Context(), reach, log)
		},
	}
	logFlags(cmd, &level, &format)
	reach = s.accessFlags(cmd)
	return cmd
}

// serveCodec serves until the context ends.
func serveCodec(ctx context.Context, a *access, log zerolog.Logger) error {
	cfg, err := a.config.load()
	if err != nil {
		return err
	}
	if len(cfg.CodecServer.Tokens) == 0 && cfg.CodecServer.JWT == nil {
		return errors.New("nobody may use the codec server; name tokens or a jwt in codec_server of lethe.yaml")
	}
	options, err := a.connection.Options(log)
	if err != nil {
		return err
	}
	return withVault(ctx, cfg, false, func(keys *vault.Vault) error {
		listener, err := intake.Listen(ctx, cfg.CodecServer.Listen, "codec_server.listen")
		if err != nil {
			return err
		}
		log.Info().Str("address", listener.Addr().String()).Msg("serving")
		return intake.Listening{Listener: listener, Log: log}.Serve(ctx, worker.NewCodecServer(cfg.CodecServer, worker.CodecParts{
			Vault: keys, Namespace: options.Namespace, Log: log,
		}))
	})
}
