package intake

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"
)

const (
	// readyTimeout bounds the look whether the process can work.
	readyTimeout = 5 * time.Second
	// probesRate and probesBurst bound the looks, a second, whether the process can
	// work.
	probesRate, probesBurst = 2, 4
)

// A Health says at /healthz that a process lives, and at /readyz whether it can work.
type Health struct {
	// Ready says why the process cannot work, if so.
	Ready func(context.Context) error
	// Outdated, if not nil, reports whether the configuration was changed into one that
	// cannot be used, so that what was there before is still in force.
	Outdated func() bool
	// Log is told why the process cannot work.
	Log zerolog.Logger
}

// Handler serves the health and nothing else, for processes that take no calls.
func (h Health) Handler() http.Handler {
	mux := http.NewServeMux()
	h.routes(mux)
	return mux
}

// routes adds those of the health.
func (h Health) routes(mux *http.ServeMux) {
	last := probe{turn: rate.NewLimiter(probesRate, probesBurst), ready: h.Ready}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		send(w, http.StatusOK, []byte(`{"status":"ok"}`))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := last.look(r.Context()); err != nil {
			h.Log.Warn().Err(err).Msg("not ready")
			refuse(w, http.StatusServiceUnavailable, "the process cannot work at the moment; its log says why")
			return
		}
		if h.Outdated != nil && h.Outdated() {
			send(w, http.StatusOK, []byte(`{"status":"ready","configuration":"outdated"}`))
			return
		}
		send(w, http.StatusOK, []byte(`{"status":"ready","configuration":"current"}`))
	})
}

// A probe is the last look whether the process can work. Looks are limited on their
// own, and what the last one saw is told between them: strangers who call all the
// time must not make a process look as if it could not work.
type probe struct {
	ready func(context.Context) error

	mu   sync.Mutex
	turn *rate.Limiter
	err  error
}

// look looks, if it is time to. Whoever asked may have gone: others are told the same.
func (p *probe) look(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.turn.Allow() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
		defer cancel()
		p.err = p.ready(ctx)
	}
	return p.err
}
