package main

import (
	"context"
	"errors"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/vault"
)

// An access is how a command reaches requests: Temporal, and the keys under
// which Temporal stores them.
type access struct {
	connection *requests.Connection
	config     *configFlag
}

// accessFlags adds the flags that say how to reach requests.
func (s *streams) accessFlags(cmd *cobra.Command) *access {
	return &access{connection: s.connectionFlags(cmd), config: newConfigFlag(s, cmd)}
}

// connectionFlags adds the flags that say how to reach Temporal.
func (s *streams) connectionFlags(cmd *cobra.Command) *requests.Connection {
	c := &requests.Connection{Env: s.env}
	cmd.Flags().StringVar(&c.Address, "address", "", "`HOST:PORT` of the Temporal server (TEMPORAL_ADDRESS)")
	cmd.Flags().StringVar(&c.Namespace, "namespace", "", "`NAMESPACE` in Temporal (TEMPORAL_NAMESPACE)")
	cmd.Flags().StringVar(&c.Profile, "profile", "", "`PROFILE` in temporal.toml (TEMPORAL_PROFILE)")
	return c
}

// withVault does something with the keys. Whoever only looks makes none.
func withVault(ctx context.Context, cfg *config.Config, looking bool, do func(*vault.Vault) error) (err error) {
	o := cfg.Vault.Options()
	o.Existing = looking
	keys, err := vault.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, keys.Close()) }()
	return do(keys)
}

// openDesk does something at the desk of the namespace that the flags lead to.
// looking says that no request is handed in.
func (a *access) openDesk(ctx context.Context, looking bool, do func(*requests.Desk) error) error {
	cfg, err := a.config.outline()
	if err != nil {
		return err
	}
	return withVault(ctx, cfg, looking, func(keys *vault.Vault) error {
		options, err := a.connection.Options(zerolog.Nop())
		if err != nil {
			return err
		}
		keys.Protect(&options)
		temporal, err := requests.Dial(ctx, options)
		if err != nil {
			return err
		}
		defer temporal.Close()
		return do(requests.NewDesk(temporal, options, keys))
	})
}

// atDesk is openDesk for those who look at requests that there are.
func (a *access) atDesk(ctx context.Context, do func(*requests.Desk) error) error {
	return a.openDesk(ctx, true, do)
}

// atRequest is atDesk for those who name a request: its kind is found out if only
// the id was typed.
func (a *access) atRequest(ctx context.Context, typed requests.Name, do func(*requests.Desk, requests.Name) error) error {
	return a.atDesk(ctx, func(desk *requests.Desk) error {
		found, err := desk.Find(ctx, typed)
		if err != nil {
			return err
		}
		err = do(desk, found)
		if errors.Is(err, vault.ErrNoKey) {
			// A request that is not known has no key; the other way round it is another key store.
			if _, lineErr := desk.Line(ctx, found.Kind, found.ID); errors.Is(lineErr, requests.ErrUnknown) {
				return lineErr
			}
		}
		return err
	})
}

// requestName reads which request the user means.
func requestName(cmd *cobra.Command, text string) (requests.Name, error) {
	n, err := requests.ParseName(text)
	if err != nil {
		return requests.Name{}, usagef(cmd, "%v", err)
	}
	return n, nil
}

// requestOfKind reads which request the user means by a command that only
// requests of one kind know, so that the id is enough.
func requestOfKind(cmd *cobra.Command, text string, kind dsr.Kind) (requests.Name, error) {
	n, err := requestName(cmd, text)
	if err != nil {
		return requests.Name{}, err
	}
	if n.Kind != "" && n.Kind != kind {
		return requests.Name{}, usagef(cmd, "this is for requests of the kind %s; the one that you name is not", kind)
	}
	n.Kind = kind
	return n, nil
}
