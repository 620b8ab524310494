// Command standalone is Lethe in one process: the Temporal server, its Web UI
// and the workers. "demo" shows it with simulated vendors; "serve" is for small
// companies that run it on one machine.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // deadlines need time zones wherever this runs

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := newRoot().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "lethe-standalone: "+err.Error())
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "lethe-standalone",
		Short:         "Lethe, the Temporal server and its Web UI in one process",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(newDemo(), newServe())
	return root
}
