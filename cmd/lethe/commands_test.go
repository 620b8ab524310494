package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/vault"
)

// commandLines has a command line of each command that makes sense: with it, a command
// gets as far as its configuration and Temporal let it. What begins with ./ is a file of
// the [site].
var commandLines = map[string][]string{
	"submit":              {"--email", "ann@example.com"},
	"import":              {"./people.csv"},
	"list":                {},
	"show":                {"R-1"},
	"report":              {"R-1"},
	"report verify":       {"./R-1.json"},
	"report schema":       {},
	"stats":               {},
	"tasks":               {},
	"retry-system":        {"R-1", "gist"},
	"skip-system":         {"R-1", "gist", "--reason", "closed"},
	"retain-system":       {"R-1", "gist", "--ground", "legal_claims"},
	"resolve-hash":        {"R-1", "--email", "ann@example.com"},
	"complete-task":       {"R-1", "gist", "--erased", "1", "--evidence", "ticket 4711"},
	"approve":             {"R-1", "gist"},
	"resolve-match":       {"R-1", "gist", "--keep", "contact/1", "--reason", "asked"},
	"extend-deadline":     {"R-1", "--reason", "complex", "--notice-sent", "2026-03-09"},
	"ask-identity":        {"R-1", "--reason", "new address", "--asked", "2026-03-09"},
	"confirm-identity":    {"R-1", "--evidence", "ticket 4711"},
	"lift":                {"L-1", "--reason", "corrected"},
	"lifting-notice":      {"L-1"},
	"confirm-notice":      {"L-1", "--evidence", "letter"},
	"resolve-conflict":    {"R-1", "--stop", "--reason", "claims"},
	"cancel":              {"R-1", "--reason", "withdrawn"},
	"rerun":               {"E-1"},
	"forget":              {"E-1", "--yes"},
	"worker":              {},
	"gateway":             {},
	"mailbox":             {"--once"},
	"promote":             {"--build-id", "v1"},
	"setup":               {},
	"systems":             {},
	"systems check":       {},
	"systems coverage":    {"./recipients.yaml"},
	"keys rotate":         {},
	"keys rotate-subject": {},
	"keys report-signing": {},
	"keys export":         {},
	"archive verify":      {},
	"codec-server":        {},
	"version":             {},
	"exit-codes":          {},

	"completion bash":       {},
	"completion zsh":        {},
	"completion fish":       {},
	"completion powershell": {},
}

// anyNumber are the commands that take any number of arguments.
var anyNumber = []string{"report verify", "systems check"}

// commands are all commands that do something, by their names without the root's.
func commands(t *testing.T) map[string]*cobra.Command {
	t.Helper()
	s, _ := testStreams(t)
	all := map[string]*cobra.Command{}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		// Those that only have others below them explain themselves, as does the help.
		if cmd.Runnable() && cmd.Name() != "help" && (!cmd.HasSubCommands() || cmd.Flags().Lookup("config") != nil) {
			all[strings.TrimPrefix(cmd.CommandPath(), "lethe ")] = cmd
		}
		for _, child := range cmd.Commands() {
			walk(child)
		}
	}
	walk(newRoot(s))
	return all
}

// A site is a folder with a configuration, in which commands run.
type site struct {
	testing.TB
	dir string
	env map[string]string
	in  string
	// reader, if it is not nil, is the standard input in place of in.
	reader io.Reader
	// interrupted, if it is not nil, ends a command like a signal.
	interrupted context.Context //nolint:containedctx // it stands for the process's signals
}

// oneSystem is a configuration that needs nothing from elsewhere.
const oneSystem = `
mailbox: {server: "127.0.0.1:1", username: privacy@example.com, password: "${PASSWORD}"}
systems:
  - name: search-console
    connector: none
    reason: It holds statistics only.
`

// newSite makes a site whose Temporal is at a closed port, and whose vault has been made.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{TB: t, dir: t.TempDir()}
	s.env = map[string]string{
		"TEMPORAL_CONFIG_FILE": s.path(".temporal.toml"), "LETHE_CONFIG": s.path("lethe.yaml"), "PASSWORD": "secret",
	}
	s.write(".temporal.toml", nobody)
	s.write("lethe.yaml", oneSystem)
	s.write("people.csv", "received,email\n2026-03-02,ann@example.com\n")
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) write(name, content string) {
	s.Helper()
	require.NoError(s, os.WriteFile(s.path(name), []byte(content), 0o600))
}

// LookupEnv implements [envconfig.EnvLookup].
func (s *site) LookupEnv(name string) (string, bool) { value, ok := s.env[name]; return value, ok }

// Environ implements [envconfig.EnvLookup].
func (s *site) Environ() []string {
	var all []string
	for name, value := range s.env {
		all = append(all, name+"="+value)
	}
	return all
}

// A result is what came of a command.
type result struct {
	out, err string
	code     int
}

// ends is how long a command may take that cannot reach what it needs.
const ends = 30 * time.Second

// lethe runs a command to its end.
func (s *site) lethe(arguments ...string) result {
	s.Helper()
	var out, errOut strings.Builder
	in, ctx := io.Reader(strings.NewReader(s.in)), context.Background()
	if s.reader != nil {
		in = s.reader
	}
	if s.interrupted != nil {
		ctx = s.interrupted
	}
	ended := make(chan int, 1)
	go func() {
		ended <- carryOut(ctx, &streams{
			in: in, out: &out, err: &errOut, env: s, size: func() (int, int) { return 100, 30 },
			now: func() time.Time { return noon },
		}, arguments)
	}()
	select {
	case code := <-ended:
		return result{out.String(), errOut.String(), code}
	case <-time.After(ends):
		require.Fail(s, "the command does not end", "lethe %v", arguments)
		return result{}
	}
}

// line is a whole command line.
func (s *site) line(path string, more ...string) []string {
	arguments := slices.Concat(strings.Fields(path), commandLines[path], more)
	for i, argument := range arguments {
		if file, ok := strings.CutPrefix(argument, "./"); ok {
			arguments[i] = s.path(file)
		}
	}
	return arguments
}

// TestEveryCommandHasACommandLine keeps the table complete that the tests below go
// through.
func TestEveryCommandHasACommandLine(t *testing.T) {
	t.Parallel()
	for path := range commands(t) {
		require.Contains(t, commandLines, path)
	}
	require.Len(t, commandLines, len(commands(t)), "a command of the table is gone")
}

func TestEveryCommandEndsWith2IfTheCommandLineMakesNoSense(t *testing.T) {
	t.Parallel()
	for path := range commands(t) {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			unknown := s.lethe(s.line(path, "--no-such-flag=ann@example.com")...)
			require.Equal(t, 2, unknown.code, unknown.err)
			require.Regexp(t, `^lethe: unknown flag --no-such-flag; see 'lethe .*--help'\n$`, unknown.err)
			if slices.Contains(anyNumber, path) {
				return
			}
			surplus := s.lethe(s.line(path, "ann@example.com", "ann@example.com")...)
			require.Equal(t, 2, surplus.code, surplus.err)
			require.Regexp(t, `^lethe: .+\n$`, surplus.err, "one sentence")
			require.NotContains(t, surplus.err, "ann@example.com")
		})
	}
}

// aloneWithoutTemporal are the commands that know how to reach Temporal and do without:
// they come up before it does.
var aloneWithoutTemporal = []string{"gateway", "codec-server"}

func TestEveryCommandEndsWith4IfTemporalCannotBeReached(t *testing.T) {
	t.Parallel()
	for path, cmd := range commands(t) {
		if cmd.Flags().Lookup("address") == nil || slices.Contains(aloneWithoutTemporal, path) {
			continue
		}
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			require.Zero(t, s.lethe("keys", "rotate-subject").code, "the vault is there")
			r := s.lethe(s.line(path)...)
			require.Equal(t, 4, r.code, r.err)
			require.Regexp(t, `^(lethe: .+\n)+$`, r.err)
		})
	}
}

func TestEveryCommandEndsWith1IfTheConfigurationIsMissingOrWrong(t *testing.T) {
	t.Parallel()
	for path, cmd := range commands(t) {
		if cmd.Flags().Lookup("config") == nil {
			continue
		}
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			missing := s.lethe(s.line(path, "--config", s.path("elsewhere.yaml"))...)
			require.Equal(t, 1, missing.code, missing.err)
			require.Contains(t, missing.err, "the configuration does not exist")
			s.write("lethe.yaml", "systems: 1")
			wrong := s.lethe(s.line(path)...)
			require.Equal(t, 1, wrong.code, wrong.err)
			require.Contains(t, wrong.err, "lethe.yaml:1:")
			require.Empty(t, wrong.out)
		})
	}
}

// TestAWrongValueIsAUsageErrorWhereverItStands is about values that only a closer look
// finds wrong.
func TestAWrongValueIsAUsageErrorWhereverItStands(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write("subject.json", `{"identifiers":[{"type":"email","value":"ann"}]}`)
	s.write("broken.json", `{"identifiers":`)
	for _, arguments := range [][]string{
		{"submit", "--email", "ann"},
		{"submit", "--email", "ann@example.com", "--received", "yesterday"},
		{"submit", "--email", "ann@example.com", "--system", "gist"},
		{"submit", "--subject-file", s.path("subject.json")},
		{"submit", "--subject-file", s.path("broken.json")},
		{"list", "--email", "ann"},
		{"resolve-hash", "R-1", "--email", "ann"},
		{"complete-task", "R-1", "alore", "--erased", "1", "--evidence", "done", "--found-email", "ann"},
		{"systems", "check", "gist"},
		{"extend-deadline", "R-1", "--reason", "complex", "--notice-sent", "yesterday"},
		{"help", "nonsense"},
		{"exit-codes", "nonsense"},
		{""},
	} {
		r := s.lethe(arguments...)
		require.Equal(t, 2, r.code, "%v: %s", arguments, r.err)
		require.NotContains(t, r.err, "did you mean", arguments)
	}
}

func TestErrorsHaveTheExitCodeOfWhatToDoAboutThem(t *testing.T) {
	t.Parallel()
	vendor := func(class connectors.Class) error { return &connectors.Error{Class: class, System: "gist"} }
	for _, test := range []struct {
		err  error
		code int
	}{
		{nil, exitDone},
		{errors.New("refused"), exitFailed},
		{vendor(connectors.CredentialsRejected), exitFailed},
		{fmt.Errorf("%w: %w", vault.ErrUnavailable, vault.ErrWrongKEK), exitFailed},
		{&net.OpError{Op: "listen", Err: errors.New("in use")}, exitFailed},
		{wrongValues(dsr.Problems{{Field: "--email", Text: "is wrong"}}), exitUsage},
		{errors.Join(nil, fmt.Errorf("1 message needs a person and %w", mailbox.ErrUnflagged)), exitPerson},
		{fmt.Errorf("line 2: %w", requests.ErrUnreachable), exitUnreached},
		{requests.ErrNoWorker, exitUnreached},
		{vault.ErrUnavailable, exitUnreached},
		{vendor(connectors.Transient), exitUnreached},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, exitUnreached},
		{context.DeadlineExceeded, exitUnreached},
		{fmt.Errorf("import: %w", context.Canceled), exitInterrupted},
	} {
		require.Equal(t, test.code, statusOf(test.err), test.err)
	}
	var documented []int
	for _, c := range exitCodes {
		documented = append(documented, c.code)
	}
	require.Equal(t, []int{exitDone, exitFailed, exitUsage, exitPerson, exitUnreached, exitInterrupted}, documented)
}
