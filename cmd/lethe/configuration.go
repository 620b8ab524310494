package main

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors/catalogue"
)

// defaultConfig is where the configuration is looked for.
const defaultConfig = "lethe.yaml"

// A configFlag is the flag that names the configuration.
type configFlag struct {
	streams *streams
	cmd     *cobra.Command
	path    string
}

func newConfigFlag(s *streams, cmd *cobra.Command) *configFlag {
	f := &configFlag{streams: s, cmd: cmd}
	cmd.Flags().StringVar(&f.path, "config", defaultConfig, "configuration `FILE`")
	return f
}

// load reads the configuration with the secrets, to reach the systems.
func (f *configFlag) load() (*config.Config, error) {
	return config.Load(f.path, catalogue.Kinds(), config.Options{Env: f.streams.env.LookupEnv})
}

// outline reads the configuration without the secrets, to know what there is.
func (f *configFlag) outline() (*config.Config, error) {
	return config.Load(f.path, catalogue.Kinds(), config.Options{WithoutSecrets: true})
}

// optional reads the outline, or returns nil if no configuration was named and
// there is none.
func (f *configFlag) optional() (*config.Config, error) {
	if _, err := os.Stat(f.path); errors.Is(err, fs.ErrNotExist) && !f.cmd.Flags().Changed("config") {
		return nil, nil //nolint:nilnil // to have no configuration is no error here
	}
	return f.outline()
}
