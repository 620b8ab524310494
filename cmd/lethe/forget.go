package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ite.digital/lethe/requests"
)

func newForget(s *streams) *cobra.Command {
	var reach *access
	var yes bool
	var asJSON *bool
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
			typed, err := requestName(cmd, args[0])
			if err != nil {
				return err
			}
			return reach.atRequest(cmd.Context(), typed, func(desk *requests.Desk, r requests.Name) error {
				return s.forget(cmd.Context(), desk, r, yes, *asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	asJSON = jsonFlag(cmd)
	reach = s.accessFlags(cmd)
	return cmd
}

func (s *streams) forget(ctx context.Context, desk *requests.Desk, r requests.Name, yes, asJSON bool) error {
	if err := desk.CheckOver(ctx, r.Kind, r.ID); err != nil {
		return err
	}
	if !yes {
		if err := s.confirm(ctx, r); err != nil {
			return err
		}
	}
	already, err := desk.Forget(ctx, r.Kind, r.ID)
	if err != nil {
		return err
	}
	words := "request " + r.ID + " is forgotten; its report stays: lethe report " + r.String() + "\n"
	if already {
		words = "request " + r.ID + " was forgotten before\n"
	}
	return s.printEffect(asJSON, effectOn(r, "", "forget", outcome{Already: already}), words)
}

// errNotConfirmed says that the user did not mean it.
var errNotConfirmed = errors.New("not confirmed; nothing was done")

// confirm asks for the request's id, which nobody types by accident.
func (s *streams) confirm(ctx context.Context, r requests.Name) error {
	fmt.Fprintf(s.err, "What Temporal holds of request %s can never be read again. Type its id to go on: ", r)
	line, err := whileWaiting(ctx, func() (string, error) {
		return bufio.NewReader(io.LimitReader(s.in, 1000)).ReadString('\n')
	})
	if err != nil {
		fmt.Fprintln(s.err) // the line is not ended by who was asked
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the confirmation: %w", err)
	}
	if typed := strings.TrimSpace(line); typed != r.ID && typed != r.Full() {
		return errNotConfirmed
	}
	return nil
}
