package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/vault"
)

// The exit codes. exitCodes says what each means.
const (
	exitDone      = 0
	exitFailed    = 1
	exitUsage     = 2
	exitPerson    = 3
	exitUnreached = 4
	// exitInterrupted is what shells report for a process ended by SIGINT.
	exitInterrupted = 130
)

// exitCodes is the table of exit codes, for people. A meaning has one sentence a line.
var exitCodes = []struct {
	code    int
	meaning []string
}{
	{exitDone, []string{
		"Done.",
		"Commands that list or show end with 0 whatever they find: 'tasks' also if tasks are open.",
		"'submit --wait' and 'rerun --wait': the request has ended, also with exceptions, or the",
		"restriction is in force.",
		"Commands that run until they are interrupted end with 0 then: 'worker', 'gateway',",
		"'codec-server', 'mailbox', 'show --watch'.",
	}},
	{exitFailed, []string{
		"Failed.",
		"The request or Temporal has refused, a check or a verification has failed, a row of an",
		"import is wrong, a file cannot be read, the configuration is missing or wrong.",
		"'submit --wait' and 'rerun --wait': the request was cancelled, or ended without a report.",
	}},
	{exitUsage, []string{
		"The command line makes no sense: an unknown command or flag, an argument too few or too",
		"many, a value that is not well formed, also in a file that stands for a flag.",
		"Nothing was done.",
	}},
	{exitPerson, []string{
		"A person is needed first.",
		"'submit --wait' and 'rerun --wait': nothing goes on before somebody has answered.",
		"'report': there is no report yet, because the request waits for a person.",
		"'mailbox --once': a message needs a person and could not be flagged.",
	}},
	{exitUnreached, []string{
		"Temporal, a worker, the key store, a vendor or a mail server cannot be reached, or asks",
		"to try again later.",
		"'tasks' and 'stats': what is printed is true and may not be all.",
		"'systems check': every check that failed has failed for that reason.",
	}},
	{exitInterrupted, []string{
		"Interrupted by SIGINT or SIGTERM before it was done.",
	}},
}

// newExitCodes makes the command that explains the exit codes.
func newExitCodes() *cobra.Command {
	var b strings.Builder
	b.WriteString("The exit codes of all commands. Why one does not end with 0 is said on the standard\nerror, with --json as well.\n")
	for _, c := range exitCodes {
		fmt.Fprintf(&b, "\n    %3d  %s\n", c.code, strings.Join(c.meaning, "\n         "))
	}
	return &cobra.Command{
		Use: "exit-codes", Short: "List the exit codes of all commands", Long: b.String(),
		Args: arguments(), RunE: help,
	}
}

// A statusError is why a command does not end with 0, and what it ends with instead.
type statusError struct {
	status int
	text   string
}

// Error implements error.
func (e statusError) Error() string { return e.text }

// usagef makes a usage error that ends with where to read on. It must not
// quote what the user typed as a value: that may be a person's identifier.
func usagef(cmd *cobra.Command, format string, arguments ...any) error {
	return statusError{exitUsage, fmt.Sprintf(format, arguments...) + fmt.Sprintf("; see '%s --help'", cmd.CommandPath())}
}

// wrongValues makes a usage error of what is wrong with values that were given.
func wrongValues(problems dsr.Problems) error { return statusError{exitUsage, problems.Error()} }

// exitCode says on stderr why a command failed, and returns the
// exit code.
func (s *streams) exitCode(err error) int {
	status := statusOf(err)
	switch status {
	case exitDone:
	case exitInterrupted:
		_, _ = fmt.Fprintln(s.err, "lethe: interrupted")
	default:
		for _, line := range sentences(err) {
			_, _ = fmt.Fprintln(s.err, "lethe: "+line)
		}
	}
	return status
}

// statusOf is the exit code for an error.
func statusOf(err error) int {
	var known statusError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &known):
		return known.status
	case errors.Is(err, mailbox.ErrUnflagged):
		return exitPerson
	case unreached(err):
		return exitUnreached
	default:
		return exitFailed
	}
}

// unreached reports whether an error says that something cannot be reached at the moment,
// so that the same command may succeed later.
func unreached(err error) bool {
	var (
		vendor *connectors.Error
		dial   *net.OpError
	)
	switch {
	case errors.Is(err, requests.ErrUnreachable), errors.Is(err, requests.ErrNoWorker), errors.Is(err, context.DeadlineExceeded):
		return true
	case errors.Is(err, vault.ErrUnavailable):
		return !errors.Is(err, vault.ErrWrongKEK)
	case errors.As(err, &vendor):
		return vendor.Class == connectors.Transient
	default:
		return errors.As(err, &dial) && dial.Op == "dial"
	}
}

// sentences is what an error says: one line, except for the configuration file
// with its line a problem.
func sentences(err error) []string {
	var file *config.Error
	if errors.As(err, &file) {
		return strings.Split(file.Error(), "\n")
	}
	return []string{oneLine(err.Error())}
}

// oneLine joins the lines of a text.
func oneLine(content string) string {
	lines := strings.FieldsFunc(content, func(r rune) bool { return r == '\n' || r == '\r' })
	for i, line := range lines {
		lines[i] = dsr.OneParagraph(line)
	}
	return strings.Join(lines, "; ")
}

// explainFlag rewords what the flag parser says: it quotes values.
func explainFlag(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return usagef(cmd, "flags have two dashes, such as --json; there is no -%.1s", unknown.GetSpecifiedShortnames())
	case errors.As(err, &unknown):
		return usagef(cmd, "unknown flag --%s", unknown.GetSpecifiedName())
	case errors.As(err, &missing):
		return usagef(cmd, "--%s needs a value", missing.GetSpecifiedName())
	case errors.As(err, &invalid):
		return usagef(cmd, "--%s needs %s", invalid.GetFlag().Name, wants(invalid.GetFlag()))
	default:
		return usagef(cmd, "a flag is not well formed")
	}
}

// wants says which values a flag takes.
func wants(flag *pflag.Flag) string {
	if flag.Value.Type() == "bool" {
		return "true or false"
	}
	return "a whole number"
}

// arguments checks how many arguments a command got; names are those it needs.
func arguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) > len(names) && len(names) == 0:
			return usagef(cmd, "no arguments are expected")
		case len(args) > len(names):
			return usagef(cmd, "too many arguments: expected %s", strings.Join(names, " "))
		case len(args) < len(names):
			return usagef(cmd, "missing %s", strings.Join(names[len(args):], " and "))
		default:
			return nil
		}
	}
}

// subcommands is for commands that only have others below them.
func subcommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	// What is empty is the beginning of every command.
	if near := cmd.SuggestionsFor(args[0]); args[0] != "" && len(near) > 0 {
		return statusError{exitUsage, fmt.Sprintf("unknown command; did you mean '%s %s'?", cmd.CommandPath(), near[0])}
	}
	return usagef(cmd, "unknown command")
}
