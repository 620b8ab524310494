// Command lethe hands erasure requests to Temporal, runs the worker that
// carries them out, and says what came of them.
//
// Each subcommand lives in a file of its own. What they share: the streams in
// streams.go, the connection to Temporal in connection.go, the configuration
// in configuration.go, the tables in output.go. Decisions belong into the
// packages below; here is only what people type and read.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // deadlines need time zones wherever this runs
)

func main() {
	os.Exit(run(systemStreams(), os.Args[1:]))
}

// run carries out one command line until a signal comes, and returns the exit code.
func run(s *streams, arguments []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	return carryOut(ctx, s, arguments)
}

// carryOut carries out one command line until the context ends, and returns the exit code.
func carryOut(ctx context.Context, s *streams, arguments []string) int {
	root := newRoot(s)
	root.SetArgs(arguments)
	return s.exitCode(root.ExecuteContext(ctx))
}
