// Package host runs all of Lethe in one process: the Temporal server with its
// Web UI, and the workers beside it.
package host

import (
	"context"
	"errors"
	"fmt"

	"github.com/rs/zerolog"
	"go.temporal.io/sdk/client"
	"gocloud.dev/blob"

	"ite.digital/lethe/config"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/standalone/engine"
	"ite.digital/lethe/worker"
)

// A Host is Lethe in one process.
type Host struct {
	// Engine is the Temporal server.
	Engine *engine.Engine
	// Desk is where requests are handed in.
	Desk *requests.Desk
	// Archive keeps the reports.
	Archive *report.Archive

	temporal client.Client
	bucket   *blob.Bucket
	fleet    *worker.Fleet
}

// Start starts the engine and connects to it. The workers start with Run.
func Start(ctx context.Context, o engine.Options, cfg *config.Config, log zerolog.Logger) (_ *Host, err error) {
	h := &Host{}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
		}
	}()
	if h.bucket, err = report.OpenBucket(ctx, cfg.Archive); err != nil {
		return nil, err
	}
	h.Archive = report.NewArchive(h.bucket)
	if h.Engine, err = engine.Start(ctx, o); err != nil {
		return nil, err
	}
	connection := requests.Connection{Address: h.Engine.Address(), Namespace: h.Engine.Namespace(), Env: noEnvironment{}}
	options, err := connection.Options(log)
	if err != nil {
		return nil, err
	}
	if h.temporal, err = requests.Dial(ctx, options); err != nil {
		return nil, err
	}
	h.Desk = requests.NewDesk(h.temporal, h.Engine.Namespace(), options.DataConverter)
	h.fleet, err = worker.New(h.temporal, cfg, h.bucket, log)
	return h, err
}

// Run serves requests until the context ends.
func (h *Host) Run(ctx context.Context) error { return h.fleet.Run(ctx) }

// Close stops the engine and lets go of everything. Run must have returned.
func (h *Host) Close() error {
	if h.temporal != nil {
		h.temporal.Close()
	}
	if h.Engine != nil {
		h.Engine.Stop()
	}
	if h.bucket == nil {
		return nil
	}
	if err := h.bucket.Close(); err != nil {
		return fmt.Errorf("close the archive: %w", err)
	}
	return nil
}

// noEnvironment keeps a Temporal connection that is configured for other tools
// from redirecting this process's own.
type noEnvironment struct{}

// LookupEnv knows no variable.
func (noEnvironment) LookupEnv(string) (string, bool) { return "", false }

// Environ lists no variable.
func (noEnvironment) Environ() []string { return nil }
