package worker

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"ite.digital/lethe/config"
)

// reloadEvery is how often it is looked whether the configuration has changed: a token
// that is taken out of it opens nothing any more after that time at the most.
const reloadEvery = 15 * time.Second

// A reload follows changes of lethe.yaml and of the secrets that it names. Certificates
// are renewed by programs that tell nobody, so it looks by itself; SIGHUP makes it look
// at once.
type reload struct {
	// load reads the configuration.
	load func() (*config.Config, error)
	// apply puts a configuration into force, or says why that cannot be.
	apply func(*config.Config) error
	log   zerolog.Logger

	// applied is the fingerprint of what is in force, and problem what was last said
	// about what is not.
	applied  [32]byte
	problem  string
	outdated atomic.Bool
}

// run follows changes until the context ends.
func (r *reload) run(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	ticker := time.NewTicker(reloadEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		case <-ticker.C:
		}
		r.look()
	}
}

// look puts a configuration that has changed into force. What cannot be used leaves
// the one before in force, which is said once.
func (r *reload) look() {
	next, err := r.load()
	if err == nil && next.Fingerprint == r.applied && r.problem == "" {
		return
	}
	if err == nil {
		err = r.apply(next)
	}
	r.outdated.Store(err != nil)
	if err == nil {
		r.applied, r.problem = next.Fingerprint, ""
		r.log.Info().Msg("the gateway's certificates and clients were read anew")
		return
	}
	if text := err.Error(); text != r.problem {
		r.problem = text
		r.log.Error().Err(err).Msg("the configuration has changed and cannot be used; what was read before stays in force")
	}
}
