package worker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rs/zerolog"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/intake"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/vault"
)

// An end is that of a fleet of which a worker cannot go on.
type end struct {
	once    sync.Once
	reached chan struct{}
	err     error
}

func newEnd() *end { return &end{reached: make(chan struct{})} }

// of notes that the worker of a task queue cannot go on. The first one counts: what
// turns one away turns away the others, too.
func (e *end) of(queue string, err error) {
	e.once.Do(func() {
		text, _, _ := strings.Cut(err.Error(), "\n")
		e.err = fmt.Errorf("Temporal permanently rejects the worker of the task queue %s: %s; "+ //nolint:staticcheck // it is a name
			"correct that and start it again", queue, strings.TrimSuffix(text, "."))
		close(e.reached)
	})
}

// why says why the fleet cannot go on, if so.
func (e *end) why() error {
	select {
	case <-e.reached:
		return e.err
	default:
		return nil
	}
}

// A health says whether the workers live and can work.
type health struct {
	address string
	desk    *requests.Desk
	keys    *vault.Vault
	log     zerolog.Logger
	// working says that all workers have started, and none is asked to stop.
	working atomic.Bool
}

func newHealth(cfg *config.Config, p Parts) *health {
	return &health{address: cfg.Worker.Listen, desk: requests.NewDesk(p.Temporal, p.Options, p.Vault), keys: p.Vault, log: p.Log}
}

// listen takes the configured address; there is no listener if none is configured.
func (h *health) listen(ctx context.Context) (net.Listener, error) {
	if h.address == "" {
		return nil, nil //nolint:nilnil // nobody asks for it
	}
	return intake.Listen(ctx, h.address, "worker.listen")
}

// serve serves the fleet's health until the context ends.
func (h *health) serve(ctx context.Context, listener net.Listener, f *Fleet) error {
	answers := intake.Health{Ready: f.ready, Log: h.log}
	if f.follow != nil {
		answers.Outdated = f.follow.outdated.Load
	}
	h.log.Info().Str("address", listener.Addr().String()).Msg("serving health checks")
	return intake.Listening{Listener: listener, Log: h.log}.Serve(ctx, answers.Handler())
}

// errNotWorking says that there is nobody to carry requests out.
var errNotWorking = errors.New("the workers have not started yet, or stop")

// ready says why no request can be carried out, if so.
func (f *Fleet) ready(ctx context.Context) error {
	if err := f.end.why(); err != nil {
		return err
	}
	if !f.health.working.Load() {
		return errNotWorking
	}
	return reachable(ctx, f.health.desk, f.health.keys)
}

// reachable says why a process cannot work with requests, if so: Temporal, its
// namespace, or the keys cannot be reached.
func reachable(ctx context.Context, desk *requests.Desk, keys *vault.Vault) error {
	_, err := desk.Polling(ctx)
	if errors.Is(err, requests.ErrNoWorker) {
		err = requests.ErrUnreachable // only the server was asked: it is the one that does not answer
	}
	// To look a key up that is not there tells whether the keys can be reached.
	_, keysErr := keys.DestroyedAt(ctx, dsr.WorkflowID(dsr.Erasure, "ready"))
	return errors.Join(err, keysErr)
}
