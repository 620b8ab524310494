package requests

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
)

// dialTimeout is how long a Temporal server may take to answer for the first
// time, unless said otherwise.
const dialTimeout = 5 * time.Second

// A Connection says how to reach Temporal. What is empty comes from the
// TEMPORAL_… environment variables, then from the profile in temporal.toml,
// then from Temporal's own defaults: the standard of all Temporal tools.
type Connection struct {
	// Address is the server's host and port.
	Address   string
	Namespace string
	// Profile is the section of temporal.toml to use.
	Profile string
	// Env looks environment variables up; nil means the process's own.
	Env envconfig.EnvLookup
	// Timeout is how long the server may take to answer; 0 means five seconds.
	Timeout time.Duration
}

// Options resolves the connection into the options of a Temporal client, with
// address and namespace filled in. It is for the caller to have the client
// encrypt what it sends.
func (c Connection) Options(log zerolog.Logger) (client.Options, error) {
	profile, err := envconfig.LoadClientConfigProfile(envconfig.LoadClientConfigProfileOptions{
		ConfigFileProfile: c.Profile, EnvLookup: c.Env,
	})
	if err != nil {
		return client.Options{}, fmt.Errorf("read the Temporal connection: %w", err)
	}
	profile.Address = cmp.Or(c.Address, profile.Address, client.DefaultHostPort)
	profile.Namespace = cmp.Or(c.Namespace, profile.Namespace, client.DefaultNamespace)
	options, err := profile.ToClientOptions(envconfig.ToClientOptionsRequest{})
	if err != nil {
		return client.Options{}, fmt.Errorf("read the Temporal connection: %w", err)
	}
	options.ConnectionOptions.GetSystemInfoTimeout = cmp.Or(c.Timeout, dialTimeout)
	options.Logger = Logger(log)
	return options, nil
}

// Dial connects to Temporal and makes sure that the server answers. The error
// names the address that was tried and what to do. The caller closes the client.
func Dial(ctx context.Context, options client.Options) (client.Client, error) {
	c, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, explainDial(ctx, err, options.HostPort)
	}
	return c, nil
}

// explainDial turns a failure to connect into a sentence for people.
func explainDial(ctx context.Context, err error, address string) error {
	var (
		unavailable *serviceerror.Unavailable
		denied      *serviceerror.PermissionDenied
	)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &denied), strings.Contains(err.Error(), "Request unauthorized"):
		return fmt.Errorf("the Temporal server at %s does not accept the credentials; check the API key or the client certificate", address)
	case errors.As(err, &unavailable):
		return unreachable(address, cause(unavailable.Message))
	case errors.Is(err, context.DeadlineExceeded), isDeadline(err):
		return unreachable(address, "no answer")
	default:
		return unreachable(address, cause(err.Error()))
	}
}

func isDeadline(err error) bool {
	var deadline *serviceerror.DeadlineExceeded
	return errors.As(err, &deadline)
}

// unreachable says which address was tried and how another one is set.
func unreachable(address, cause string) error {
	return fmt.Errorf("%w at %s (%s); start it, or set --address, TEMPORAL_ADDRESS or a profile in temporal.toml", ErrUnreachable, address, cause)
}

// cause is the last link of an error chain in words, where the news is.
func cause(message string) string {
	message = strings.Trim(firstLine(message), `"`)
	if at := strings.LastIndex(message, ": "); at >= 0 {
		message = message[at+2:]
	}
	return strings.Trim(message, `" `)
}
