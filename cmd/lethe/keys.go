package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"ite.digital/lethe/vault"
)

func newKeys(s *streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "keys",
		Short:   "Look after the keys under which requests are stored and reports are signed",
		Example: `  lethe keys rotate`,
		Args:    subcommands,
		RunE:    help,
	}
	cmd.AddCommand(newKeysRotate(s), newKeysRotateSubject(s), newKeysReportSigning(s), newKeysExport(s))
	return cmd
}

func newKeysRotate(s *streams) *cobra.Command {
	var configuration *configFlag
	var asJSON *bool
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Wrap all keys with the current key-encryption key",
		Long: `Wrap the keys of all requests with the key-encryption key that lethe.yaml names
now. The one before goes into vault.previous_key_encryption_keys first, in the
configuration of every process, and can be taken out and destroyed afterwards.

No history is touched, requests go on meanwhile, and what was interrupted is
finished by running it again.`,
		Example: `  lethe keys rotate`,
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := configuration.outline()
			if err != nil {
				return err
			}
			return withVault(cmd.Context(), cfg, false, func(keys *vault.Vault) error {
				return s.rotate(cmd.Context(), keys, *asJSON)
			})
		},
	}
	asJSON = jsonFlag(cmd)
	configuration = newConfigFlag(s, cmd)
	return cmd
}

// progressEvery is after how many keys progress is told.
const progressEvery = 100

func (s *streams) rotate(ctx context.Context, keys *vault.Vault, asJSON bool) error {
	r, err := keys.Rewrap(ctx, func(r vault.Rewrapped) {
		if n := r.Done + r.Current; n%progressEvery == 0 && s.errTerminal {
			fmt.Fprintf(s.err, "%d keys…\r", n)
		}
	})
	if err != nil {
		return fmt.Errorf("%w; %d keys were rewrapped, run it again for the others", err, r.Done)
	}
	if asJSON {
		return s.printJSON(r)
	}
	return s.print(fmt.Sprintf("%d keys rewrapped, %d were current\n", r.Done, r.Current))
}

func newKeysRotateSubject(s *streams) *cobra.Command {
	var configuration *configFlag
	cmd := &cobra.Command{
		Use:   "rotate-subject",
		Short: "Make a new key for looking up subjects",
		Long: `Make a new key for the hashes by which 'lethe list --email' finds requests. New
requests are noted under it; those noted under older keys are still found.`,
		Example: `  lethe keys rotate-subject`,
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := configuration.outline()
			if err != nil {
				return err
			}
			return withVault(cmd.Context(), cfg, false, func(keys *vault.Vault) error {
				name, err := keys.RotateSubjectKey(cmd.Context())
				if err != nil {
					return err
				}
				return s.print("new requests are noted under the key " + name + "\n")
			})
		},
	}
	configuration = newConfigFlag(s, cmd)
	return cmd
}
