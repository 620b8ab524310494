// Package host runs all of Lethe in one process: the Temporal server with its
// Web UI, the workers beside it, and the gateway if there is one.
package host

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/netip"

	"github.com/rs/zerolog"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"ite.digital/lethe/config"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/standalone/engine"
	"ite.digital/lethe/storage"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/worker"
	"ite.digital/lethe/workflows"
)

// A Host is Lethe in one process.
type Host struct {
	// Config is the configuration with which it was started.
	Config *config.Config
	// Engine is the Temporal server.
	Engine *engine.Engine
	// Desk is where requests are handed in.
	Desk *requests.Desk
	// Archive keeps the reports.
	Archive *report.Archive
	// Gateway takes requests in over HTTP; nil if lethe.yaml has none.
	Gateway *worker.Gateway

	vault    *vault.Vault
	temporal client.Client // for the workers
	asking   client.Client // for the desk
	bucket   *storage.Bucket
	fleet    *worker.Fleet
}

// Options say how a host runs.
type Options struct {
	engine.Options
	// Demo says that the data are nobody's, so that the Web UI needs no token to send what
	// operators type.
	Demo bool
}

// Start starts the engine and connects to it. The workers and the gateway start with
// Run, and follow what load reads meanwhile.
func Start(ctx context.Context, o Options, load func() (*config.Config, error), log zerolog.Logger) (_ *Host, err error) {
	cfg, err := load()
	if err != nil {
		return nil, err
	}
	h := &Host{Config: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
		}
	}()
	if h.bucket, err = storage.Open(ctx, cfg.Archive); err != nil {
		return nil, err
	}
	h.Archive = report.NewArchive(h.bucket)
	if h.vault, err = vault.Open(ctx, cfg.Vault.Options()); err != nil {
		return nil, err
	}
	o.Codec = h.codec(o, cfg, log)
	o.SearchAttributes = requests.SearchAttributes()
	if h.Engine, err = engine.Start(ctx, o.Options); err != nil {
		return nil, err
	}
	connection := requests.Connection{Address: h.Engine.Address(), Namespace: h.Engine.Namespace(), Env: noEnvironment{}}
	options, err := connection.Options(log)
	if err != nil {
		return nil, err
	}
	forDesk := options
	h.vault.ProtectWorker(&options, workflows.Queries()...)
	if h.temporal, err = requests.Dial(ctx, options); err != nil {
		return nil, err
	}
	h.vault.Protect(&forDesk)
	if h.asking, err = requests.Dial(ctx, forDesk); err != nil {
		return nil, err
	}
	h.Desk = requests.NewDesk(h.asking, forDesk, h.vault)
	h.fleet, err = worker.New(cfg, worker.Parts{
		Temporal: h.temporal, Options: options, Archive: h.bucket, Vault: h.vault, Log: log, Load: load,
	})
	if err != nil || cfg.Gateway == nil {
		return h, err
	}
	h.Gateway, err = worker.NewGateway(ctx, cfg, worker.GatewayParts{Temporal: h.asking, Options: forDesk, Vault: h.vault, Load: load, Log: log})
	return h, err
}

// codec lets the Web UI of this process show what Temporal stores. The Web UI has
// no login; as long as it is for this machine only, whoever reaches it sees
// masked values without a token. What is sent to a request needs one, but for the demo:
// other programs of the machine reach the codec server as well.
func (h *Host) codec(o Options, cfg *config.Config, log zerolog.Logger) func(origins []string) http.Handler {
	anonymous := ""
	if ip, err := netip.ParseAddr(o.IP); o.IP == "" || err == nil && ip.IsLoopback() {
		anonymous = "web-ui"
	}
	return func(origins []string) http.Handler {
		return worker.NewCodecServer(cfg.CodecServer, worker.CodecParts{
			Vault: h.vault, Namespace: cmp.Or(o.Namespace, client.DefaultNamespace), Origins: origins, Log: log,
			Anonymous: anonymous, AnonymousEncodes: o.Demo,
		})
	}
}

// Run serves requests until the context ends, or one of the parts does.
func (h *Host) Run(ctx context.Context) error {
	parts, ctx := errgroup.WithContext(ctx)
	parts.Go(func() error { return h.fleet.Run(ctx) })
	if h.Gateway != nil {
		parts.Go(func() error { return h.Gateway.Serve(ctx) })
	}
	return parts.Wait()
}

// Close stops the engine and lets go of everything. Run must have returned.
func (h *Host) Close() error {
	if h.Gateway != nil {
		_ = h.Gateway.Close() // it has let go of its address already if it has served
	}
	for _, c := range []client.Client{h.temporal, h.asking} {
		if c != nil {
			c.Close()
		}
	}
	if h.Engine != nil {
		h.Engine.Stop()
	}
	var problems []error
	if h.vault != nil {
		problems = append(problems, h.vault.Close())
	}
	if h.bucket != nil {
		problems = append(problems, h.bucket.Close())
	}
	return errors.Join(problems...)
}

// noEnvironment keeps a Temporal connection that is configured for other tools
// from redirecting this process's own.
type noEnvironment struct{}

// LookupEnv knows no variable.
func (noEnvironment) LookupEnv(string) (string, bool) { return "", false }

// Environ lists no variable.
func (noEnvironment) Environ() []string { return nil }
