package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
)

var update = flag.Bool("update", false, "write the messages in testdata/refused and refused_registers anew")

// TestRefuses tries the configurations in testdata/refused. Each is an archive
// of lethe.yaml, the files it names, and the messages it is refused with.
func TestRefuses(t *testing.T) {
	t.Parallel()
	refusesAll(t, "testdata/refused/*.txtar", "lethe.yaml", func(_ *testing.T, path string) error {
		_, err := config.Load(path, kinds(), config.Options{Env: env})
		return err
	})
}

// refusesAll loads the file of the given name out of every archive that the
// pattern matches.
func refusesAll(t *testing.T, pattern, name string, load func(t *testing.T, path string) error) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			refuses(t, path, name, load)
		})
	}
}

// refuses loads the file of the given name out of the archive at path.
func refuses(t *testing.T, path, name string, load func(t *testing.T, path string) error) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	require.NoError(t, err)
	dir, golden := t.TempDir(), &archive.Files[len(archive.Files)-1]
	require.Equal(t, "messages", golden.Name, "the messages come last")
	for _, file := range archive.Files {
		write(t, filepath.Join(dir, file.Name), file.Data)
	}

	err = load(t, filepath.Join(dir, name))

	var refused *config.Error
	require.ErrorAs(t, err, &refused)
	got := strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "") + "\n"
	if *update {
		golden.Data = []byte(got)
		write(t, path, txtar.Format(archive))
	}
	require.Equal(t, string(golden.Data), got)
	require.NotContains(t, got, secret)
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, content, 0o600))
}

// secret must not be seen in any message.
const secret = "S3cr3t/+value"

// env is the environment of the tests.
func env(name string) (string, bool) {
	value, ok := map[string]string{"TOKEN": secret, "OTHER_TOKEN": "another " + secret, "EMPTY": " \n"}[name]
	return value, ok
}

func TestRefusesFilesThatAreNoConfiguration(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		content string
		want    string
	}{
		"empty":             {"", "lethe.yaml: the configuration is empty; lethe.example.yaml shows how to write one"},
		"only comments":     {"# nothing\n", "lethe.yaml: the configuration is empty; lethe.example.yaml shows how to write one"},
		"null":              {"~\n", "lethe.yaml: the configuration is empty; lethe.example.yaml shows how to write one"},
		"a list":            {"- a\n", "lethe.yaml:1: the configuration is not a mapping; write lines of the form key: value"},
		"a word":            {"\nlethe\n", "lethe.yaml:2: the configuration is not a mapping; write lines of the form key: value"},
		"not UTF-8":         {"default_region: \xff\n", "lethe.yaml: the configuration is not UTF-8; save it in that encoding"},
		"too large":         {strings.Repeat("#", 1<<20) + "\n", "lethe.yaml: the configuration is larger than 1 MiB; a configuration is a few kilobytes, so check that this is the right file"},
		"control character": {"a: \x00\n", "lethe.yaml:1: from about here on the file is not valid YAML: control characters are not allowed; check indentation, colons and quotes"},
		"tab":               {"systems:\n\t- name: a\n", "lethe.yaml:2: a tab indents the line; YAML takes spaces only"},
		"secret as alias":   {"a: *S3cr3t\n", "lethe.yaml: the file holds an alias (*) without its anchor; put values that begin with * in quotes"},
		"secret in quotes":  {"a: 1\nb: \"" + secret + "\n", "lethe.yaml:2: from about here on the file is not valid YAML: found unexpected end of stream; check indentation, colons and quotes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "lethe.yaml")
			write(t, path, []byte(c.content))
			_, err := config.Load(path, kinds(), config.Options{Env: env})
			require.EqualError(t, err, filepath.Dir(path)+string(filepath.Separator)+c.want)
		})
	}
}

func TestRefusesPathsThatAreNoFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	_, err := config.Load(folder, kinds(), config.Options{})
	require.EqualError(t, err, folder+": the configuration is not a regular file; lethe.example.yaml shows how to write one")

	missing := filepath.Join(folder, "lethe.yaml")
	_, err = config.Load(missing, kinds(), config.Options{})
	require.EqualError(t, err, missing+": the configuration does not exist; lethe.example.yaml shows how to write one")
}

func TestRefusesSecretFilesThatAreTooLarge(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	write(t, large, []byte(strings.Repeat("x", 64<<10+1)))
	path := filepath.Join(dir, "lethe.yaml")
	write(t, path, []byte("systems:\n  - {name: a, connector: crm, credentials: {token: \"file:large\"}}\n"))

	_, err := config.Load(path, kinds(), config.Options{})

	require.EqualError(t, err, path+`:2: systems[0].credentials.token: the secret's file "`+large+`" is too large; check the path`)
}
