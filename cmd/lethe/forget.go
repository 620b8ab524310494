package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
)

func newForget(s *streams) *cobra.Command {
	var reach *access
	var yes bool
	cmd := &cobra.Command{
		Use:   "forget ID",
		Short: "Destroy a request's key now",
		Long: `Destroy the key of a request that is over, before its grace period ends. What
Temporal, its backups and downloaded histories hold of the request can never be
read again; it cannot be re-run, reset or looked into. Its report stays.

Other processes may hold the key in memory for as long as vault.cache_for says.`,
		Example: `  lethe forget ticket-4711
  lethe forget ticket-4711 --yes`,
		Args: arguments("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := requestID(cmd, args[0])
			if err != nil {
				return err
			}
			return reach.atDesk(cmd.Context(), func(desk *requests.Desk) error {
				return s.forget(cmd.Context(), desk, id, yes)
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	reach = s.accessFlags(cmd)
	return cmd
}

func (s *streams) forget(ctx context.Context, desk *requests.Desk, id string, yes bool) error {
	if err := desk.CheckOver(ctx, dsr.Erasure, id); err != nil {
		return err
	}
	if !yes {
		if err := s.confirm(id); err != nil {
			return err
		}
	}
	already, err := desk.Forget(ctx, dsr.Erasure, id)
	if err != nil {
		return err
	}
	if already {
		return s.print("request " + id + " was forgotten before\n")
	}
	return s.print("request " + id + " is forgotten; its report stays: lethe report " + id + "\n")
}

// errNotConfirmed says that the user did not mean it.
var errNotConfirmed = errors.New("not confirmed; nothing was done")

// confirm asks for the request's id, which nobody types by accident.
func (s *streams) confirm(id string) error {
	fmt.Fprintf(s.err, "What Temporal holds of request %s can never be read again. Type its id to go on: ", id)
	line, err := bufio.NewReader(io.LimitReader(s.in, 1000)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the confirmation: %w", err)
	}
	if strings.TrimSpace(line) != id {
		return errNotConfirmed
	}
	return nil
}
