package main

import (
	"context"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
)

// connectionFlags adds the flags that say how to reach Temporal.
func (s *streams) connectionFlags(cmd *cobra.Command) *requests.Connection {
	c := &requests.Connection{Env: s.env}
	cmd.Flags().StringVar(&c.Address, "address", "", "`HOST:PORT` of the Temporal server (TEMPORAL_ADDRESS)")
	cmd.Flags().StringVar(&c.Namespace, "namespace", "", "`NAMESPACE` in Temporal (TEMPORAL_NAMESPACE)")
	cmd.Flags().StringVar(&c.Profile, "profile", "", "`PROFILE` in temporal.toml (TEMPORAL_PROFILE)")
	return c
}

// dial connects to Temporal. The caller closes the client.
func dial(ctx context.Context, c *requests.Connection, log zerolog.Logger) (client.Client, client.Options, error) {
	options, err := c.Options(log)
	if err != nil {
		return nil, options, err
	}
	temporal, err := requests.Dial(ctx, options)
	return temporal, options, err
}

// atDesk does something at the desk of the namespace the connection leads to.
func atDesk(ctx context.Context, c *requests.Connection, do func(*requests.Desk) error) error {
	temporal, options, err := dial(ctx, c, zerolog.Nop())
	if err != nil {
		return err
	}
	defer temporal.Close()
	return do(requests.NewDesk(temporal, options.Namespace, options.DataConverter))
}

// requestID checks an id that the user typed.
func requestID(cmd *cobra.Command, id string) (string, error) {
	if err := dsr.CheckRequestID(id); err != nil {
		return "", usagef(cmd, "the request id %v", err)
	}
	return id, nil
}
