package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ite.digital/lethe/config"
)

// The exit codes. 3 is kept for what waits for a person.
const (
	exitFailed = 1
	// exitUsage: the command line makes no sense.
	exitUsage = 2
	// exitUnreached: what was asked for is printed, but requests could not be asked, so
	// that nobody can say that all is well.
	exitUnreached = 4
	// exitInterrupted is what shells report for a process ended by SIGINT.
	exitInterrupted = 130
)

// A statusError is why a command does not end with 0, and what it ends with instead.
// Errors of any other type end it with exitFailed.
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

// exitCode says on stderr why a command failed, and returns the
// exit code.
func (s *streams) exitCode(err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) {
		_, _ = fmt.Fprintln(s.err, "lethe: interrupted")
		return exitInterrupted
	}
	for _, line := range sentences(err) {
		_, _ = fmt.Fprintln(s.err, "lethe: "+line)
	}
	var known statusError
	if errors.As(err, &known) {
		return known.status
	}
	return exitFailed
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
		lines[i] = strings.TrimSpace(line)
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
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return statusError{exitUsage, fmt.Sprintf("unknown command; did you mean '%s %s'?", cmd.CommandPath(), near[0])}
	}
	return usagef(cmd, "unknown command")
}
