package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// update rewrites what is compared: the scripts' expectations, the golden
// files and the pages in docs/cli.
var update = flag.Bool("update", false, "rewrite golden files and docs/cli")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"lethe": func() { os.Exit(run(systemStreams(), os.Args[1:])) },
	})
}

// nobody is a profile that leads nowhere, so that a Temporal server on the
// developer's machine is left alone.
const nobody = `[profile.default]
address = "127.0.0.1:1"
`

// TestScripts runs the command lines in testdata. They reach no Temporal
// server; what needs one is tested with the embedded server.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			profile := filepath.Join(env.WorkDir, ".temporal.toml")
			env.Setenv("TZ", "UTC")
			env.Setenv("TEMPORAL_CONFIG_FILE", profile)
			return os.WriteFile(profile, []byte(nobody), 0o600)
		},
	})
}
