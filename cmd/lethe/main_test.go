package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors/catalogue"
	"ite.digital/lethe/report"
	"ite.digital/lethe/storage"
	"ite.digital/lethe/vault"
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
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"archive": archive},
		Setup: func(env *testscript.Env) error {
			profile := filepath.Join(env.WorkDir, ".temporal.toml")
			env.Setenv("TZ", "UTC")
			env.Setenv("TEMPORAL_CONFIG_FILE", profile)
			return os.WriteFile(profile, []byte(nobody), 0o600)
		},
	})
}

// archive stores the report in a file as a worker does, with the configuration
// lethe.yaml.
func archive(ts *testscript.TestScript, _ bool, args []string) {
	for _, path := range args {
		ts.Check(store(ts.MkAbs("lethe.yaml"), []byte(ts.ReadFile(path))))
	}
}

func store(configuration string, content []byte) (err error) {
	ctx := context.Background()
	r, err := report.Decode(content)
	if err != nil {
		return err
	}
	cfg, err := config.Load(configuration, catalogue.Kinds(), config.Options{WithoutSecrets: true})
	if err != nil {
		return err
	}
	bucket, err := storage.Open(ctx, cfg.Archive)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bucket.Close()) }()
	return withVault(ctx, cfg, false, func(keys *vault.Vault) error {
		_, err := report.NewArchive(bucket).SignedBy(keys, time.Now).Put(ctx, r)
		return err
	})
}
