package main

import (
	"cmp"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(s *streams) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which release this is",
		Long:    "Say which release this is, from which revision and with which Go it was built.",
		Example: "  lethe version",
		Args:    arguments(),
		RunE: func(*cobra.Command, []string) error {
			return s.print("lethe " + version() + "\n")
		},
	}
}

// version names the release, its revision and the Go it was built with.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	text := cmp.Or(info.Main.Version, "(devel)")
	if revision := settings["vcs.revision"]; revision != "" {
		text += fmt.Sprintf(" revision %.12s", revision)
	}
	if settings["vcs.modified"] == "true" {
		text += " with local changes"
	}
	return text + " " + info.GoVersion
}
