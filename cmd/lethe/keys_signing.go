package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"ite.digital/lethe/report"
	"ite.digital/lethe/vault"
)

func newKeysReportSigning(s *streams) *cobra.Command {
	var configuration *configFlag
	cmd := &cobra.Command{
		Use:   "report-signing",
		Short: "Make a new key that signs reports",
		Long: `Make a new key that signs reports. The first one is made by the first worker; a
new one is for when the old one may be known to somebody. It is kept as all keys
are, wrapped with the key-encryption key. New reports are signed with it; older
reports stay verifiable with the older public keys, so publish the new one beside
them: 'lethe keys export' prints all.`,
		Example: `  lethe keys report-signing`,
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := configuration.outline()
			if err != nil {
				return err
			}
			return withVault(cmd.Context(), cfg, false, func(keys *vault.Vault) error {
				key, err := keys.RotateReportKey(cmd.Context())
				if err != nil {
					return err
				}
				return s.print("new reports are signed with the key " + report.KeyID(key) + "; 'lethe keys export' prints its public part\n")
			})
		},
	}
	configuration = newConfigFlag(s, cmd)
	return cmd
}

func newKeysExport(s *streams) *cobra.Command {
	var configuration *configFlag
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print the public keys that reports are verified with",
		Long: `Print the public parts of all keys that sign reports or have done, in PEM form.
They are no secret. Give them to whoever has to verify reports, by another way
than the reports themselves.`,
		Example: `  lethe keys export > report-keys.pem`,
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := configuration.outline()
			if err != nil {
				return err
			}
			return withVault(cmd.Context(), cfg, true, func(keys *vault.Vault) error {
				public, err := keys.ReportKeys(cmd.Context())
				if err != nil {
					return err
				}
				var all bytes.Buffer
				for _, key := range public {
					encoded, err := report.EncodeKey(key)
					if err != nil {
						return err
					}
					all.Write(encoded)
				}
				return s.print(all.String())
			})
		},
	}
	configuration = newConfigFlag(s, cmd)
	return cmd
}
