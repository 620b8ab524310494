package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors/catalogue"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/standalone/engine"
	"ite.digital/lethe/standalone/host"
)

// demoTimeout bounds how long the sample requests may take together.
const demoTimeout = 3 * time.Minute

func newDemo() *cobra.Command {
	var exit bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Carry out sample requests against simulated vendors",
		Long: `Start the Temporal server, its Web UI, the workers and simulated vendors, carry
out four sample requests, print the report of the first, and stay up for you to
look around and to hand requests in through the gateway. The last sample is a
restriction, which stays in force. Nothing leaves this machine.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemo(cmd.Context(), cmd.OutOrStdout(), exit)
		},
	}
	cmd.Flags().BoolVar(&exit, "exit", false, "end after the report, with status 0 only if every sample ended as it should")
	return cmd
}

// runDemo carries out the samples. The error says what did not end as it
// should.
func runDemo(ctx context.Context, out io.Writer, exit bool) (err error) {
	dir, err := os.MkdirTemp("", "lethe-demo-")
	if err != nil {
		return fmt.Errorf("make the demo's folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Fprintln(out, "Starting the simulated vendors, Temporal, its Web UI and the workers…")
	town := population.New()
	stopVendors, err := serveVendors(town, dir)
	if err != nil {
		return err
	}
	defer stopVendors()
	load := func() (*config.Config, error) {
		return config.Load(filepath.Join(dir, "lethe.yaml"), catalogue.Kinds(), config.Options{})
	}
	h, err := host.Start(ctx, host.Options{Options: engine.Options{Log: zerolog.Nop()}, Demo: true}, load, zerolog.Nop())
	if err != nil {
		return err
	}
	serving, stopServing := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() {
		served <- h.Run(serving)
		stopServing() // nobody waits for samples that nobody carries out
	}()
	defer func() {
		stopServing()
		err = errors.Join(err, <-served, h.Close())
	}()
	d := demo{Host: h, out: out, town: town, shown: map[string]string{}}
	if err := d.run(serving); err != nil {
		return err
	}
	if !exit {
		d.invite(dir)
		return d.onDuty(serving)
	}
	return nil
}

// demo carries the sample requests out.
type demo struct {
	*host.Host
	out  io.Writer
	town *population.Town
	// shown is what was last said of each system of each request.
	shown map[string]string
}

func (d *demo) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, demoTimeout)
	defer cancel()
	samples := samples()
	for _, s := range samples {
		if _, err := d.Desk.Submit(ctx, s.request(time.Now())); err != nil {
			return fmt.Errorf("submit %s: %w", s.id, err)
		}
		d.say("%s  submitted: %s", s.id, s.story)
	}
	for _, s := range samples {
		if err := d.follow(ctx, s); err != nil {
			return err
		}
	}
	return d.judge(ctx, samples)
}

// follow watches a request until it ends, or a restriction until it is in force,
// and does what an operator would.
func (d *demo) follow(ctx context.Context, s sample) error {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		r, _, err := d.Desk.Status(ctx, s.kind, s.id)
		if err != nil {
			return fmt.Errorf("ask for %s: %w", s.id, err)
		}
		d.tell(r)
		if r.Status != dsr.StatusOpen {
			if done, err := d.reported(ctx, s); done || err != nil {
				return err
			}
		}
		if err := d.operate(ctx, r); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not end in time: %w", s.id, ctx.Err())
		case <-ticker.C:
		}
	}
}

// reported waits until a request has ended. A restriction stays open until somebody
// lifts it, so it is done as soon as its first report is there.
func (d *demo) reported(ctx context.Context, s sample) (bool, error) {
	if s.kind != dsr.Restriction {
		_, err := d.Desk.Completion(ctx, s.kind, s.id)
		return true, err
	}
	_, err := d.Archive.Latest(ctx, s.kind, s.id)
	if errors.Is(err, report.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// tell says which systems have moved on.
func (d *demo) tell(r dsr.Report) {
	for _, o := range r.Systems {
		state := report.StateText(o)
		if key := r.RequestID + "/" + o.Name; d.shown[key] != state {
			d.shown[key] = state
			d.say("%s  %-16s %s", r.RequestID, o.Name, state)
		}
	}
}

func (d *demo) say(format string, arguments ...any) {
	fmt.Fprintf(d.out, time.Now().Format("15:04:05")+"  "+format+"\n", arguments...)
}
