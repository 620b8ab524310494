package main

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors/catalogue"
)

// The configuration is looked for where the environment says, or here.
const (
	configVariable = "LETHE_CONFIG"
	defaultConfig  = "lethe.yaml"
)

// A configFlag is the flag that names the configuration.
type configFlag struct {
	streams *streams
	// path is what the flag says; empty if it was not given.
	path string
	// read is the outline once it was read.
	read *config.Config
}

func newConfigFlag(s *streams, cmd *cobra.Command) *configFlag {
	f := &configFlag{streams: s}
	cmd.Flags().StringVar(&f.path, "config", "", "configuration `FILE` (default: $"+configVariable+", or "+defaultConfig+")")
	return f
}

// file is the configuration's path, and whether anybody named it.
func (f *configFlag) file() (path string, named bool) {
	if f.path != "" {
		return f.path, true
	}
	if path, _ := f.streams.env.LookupEnv(configVariable); path != "" {
		return path, true
	}
	return defaultConfig, false
}

// load reads the configuration with the secrets, to reach the systems.
func (f *configFlag) load() (*config.Config, error) {
	path, _ := f.file()
	return config.Load(path, catalogue.Kinds(), config.Options{Env: f.streams.env.LookupEnv})
}

// gateway reads the configuration with the secrets of the gateway, and no vendor's.
func (f *configFlag) gateway() (*config.Config, error) {
	path, _ := f.file()
	return config.Load(path, catalogue.Kinds(), config.Options{WithoutSecrets: true, GatewaySecrets: true, Env: f.streams.env.LookupEnv})
}

// outline reads the configuration, once, without the secrets, to know what there
// is.
func (f *configFlag) outline() (_ *config.Config, err error) {
	if f.read == nil {
		path, _ := f.file()
		f.read, err = config.Load(path, catalogue.Kinds(), config.Options{WithoutSecrets: true})
	}
	return f.read, err
}

// optional reads the outline, or returns nil if no configuration was named and
// there is none.
func (f *configFlag) optional() (*config.Config, error) {
	path, named := f.file()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil //nolint:nilnil // to have no configuration is no error here
	}
	return f.outline()
}
