package config_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
)

// FuzzLoad makes sure that no file brings Load down, that every message says
// where and what, and that none repeats a secret: neither what a reference
// leads to nor what was written where a reference should be.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(full))
	archives, err := filepath.Glob("testdata/refused/*.txtar")
	require.NoError(f, err)
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		require.NoError(f, err)
		f.Add(archive.Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "lethe.yaml")
		write(t, path, content)

		c, err := config.Load(path, kinds(), config.Options{Env: func(string) (string, bool) { return secret, true }})

		if err == nil {
			require.NotEmpty(t, c.Systems)
			return
		}
		var refused *config.Error
		require.ErrorAs(t, err, &refused)
		for _, problem := range refused.Problems {
			require.NotEmpty(t, problem.Text)
			if !secretPath.Match(content) {
				require.NotContains(t, problem.Field+problem.Text, secret)
			}
		}
	})
}

// secretPath matches a reference to a file whose name is like the secret: the
// name of a file may be repeated.
var secretPath = regexp.MustCompile(`file:\S*S3cr3t`)
