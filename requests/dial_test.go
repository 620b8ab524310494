package requests

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

// environment is an [envconfig.EnvLookup] for tests.
type environment map[string]string

func (e environment) LookupEnv(key string) (string, bool) { value, ok := e[key]; return value, ok }

func (e environment) Environ() []string {
	var all []string
	for key, value := range e {
		all = append(all, key+"="+value)
	}
	return all
}

func TestOptionsComeFromFlagsThenEnvironmentThenProfile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "temporal.toml")
	require.NoError(t, os.WriteFile(file, []byte(`
[profile.default]
address = "from-profile:7233"
namespace = "profile-namespace"

[profile.prod]
address = "prod:7233"
`), 0o600))

	for name, test := range map[string]struct {
		connection         Connection
		env                environment
		address, namespace string
	}{
		"nothing set":  {Connection{}, environment{"TEMPORAL_CONFIG_FILE": "/nonexistent/temporal.toml"}, "localhost:7233", "default"},
		"profile":      {Connection{}, environment{"TEMPORAL_CONFIG_FILE": file}, "from-profile:7233", "profile-namespace"},
		"environment":  {Connection{}, environment{"TEMPORAL_CONFIG_FILE": file, "TEMPORAL_ADDRESS": "from-env:7233"}, "from-env:7233", "profile-namespace"},
		"flags":        {Connection{Address: "flag:1", Namespace: "n"}, environment{"TEMPORAL_CONFIG_FILE": file, "TEMPORAL_ADDRESS": "from-env:7233"}, "flag:1", "n"},
		"profile flag": {Connection{Profile: "prod"}, environment{"TEMPORAL_CONFIG_FILE": file}, "prod:7233", "default"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.connection.Env = test.env
			options, err := test.connection.Options(zerolog.Nop())
			require.NoError(t, err)
			require.Equal(t, test.address, options.HostPort)
			require.Equal(t, test.namespace, options.Namespace)
		})
	}
}

func TestOptionsNameTheMissingProfile(t *testing.T) {
	t.Parallel()
	_, err := Connection{Profile: "prod", Env: environment{"TEMPORAL_CONFIG_FILE": "/nonexistent/temporal.toml"}}.Options(zerolog.Nop())
	require.EqualError(t, err, "read the Temporal connection: unable to find profile prod in config data")
}

func TestDialNamesTheAddressThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	connection := Connection{Address: "127.0.0.1:1", Timeout: 3 * time.Second, Env: environment{"TEMPORAL_CONFIG_FILE": "/nonexistent/temporal.toml"}}
	options, err := connection.Options(zerolog.Nop())
	require.NoError(t, err)
	_, err = Dial(t.Context(), options)
	require.ErrorIs(t, err, ErrUnreachable)
	require.EqualError(t, err, "the Temporal server cannot be reached at 127.0.0.1:1 (connection refused); start it, or set --address, TEMPORAL_ADDRESS or a profile in temporal.toml")
}

func TestDialSaysWhenItIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Dial(ctx, client.Options{HostPort: "127.0.0.1:1", Logger: Logger(zerolog.Nop())})
	require.ErrorIs(t, err, context.Canceled)
}

func TestExplainDial(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		says string
	}{
		"refused":      {serviceerror.NewUnavailable(`connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:1: connect: connection refused"`), "at a:1 (connection refused)"},
		"unknown host": {serviceerror.NewUnavailable("name resolver error: produced zero addresses"), "at a:1 (produced zero addresses)"},
		"silent":       {serviceerror.NewDeadlineExceeded("context deadline exceeded"), "at a:1 (no answer)"},
		"key refused":  {serviceerror.NewPermissionDenied("Request unauthorized.", ""), "does not accept the credentials"},
		"other":        {errors.New("failed reaching server: first line\nsecond line"), "at a:1 (first line)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, explainDial(t.Context(), test.err, "a:1"), test.says)
		})
	}
}
