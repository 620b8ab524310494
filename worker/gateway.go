package worker

import (
	"fmt"
	"time"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/config"
	"ite.digital/lethe/intake"
)

// Signer makes what signs for the gateway's domain.
func Signer(g *config.Gateway, now time.Time) (*intake.Signer, error) {
	signer, err := intake.NewSigner(g.URL.Hostname(), *g.Signing, now)
	if err != nil {
		return nil, fmt.Errorf("gateway.signing in lethe.yaml: %w", err)
	}
	return signer, nil
}

// Destinations are where the gateway's callbacks may go.
func Destinations(g *config.Gateway) intake.Destinations {
	return intake.Destinations{Hosts: g.Callbacks.Hosts, Networks: g.Callbacks.Networks, Authorities: g.Callbacks.Authorities}
}

// callbacksOf makes the step that tells intake systems, which says what is missing if
// there is no gateway.
func callbacksOf(cfg *config.Config) (*activities.Callbacks, error) {
	if cfg.Gateway == nil {
		return &activities.Callbacks{}, nil
	}
	signer, err := Signer(cfg.Gateway, time.Now())
	if err != nil {
		return nil, err
	}
	return &activities.Callbacks{Send: intake.NewSender(Destinations(cfg.Gateway), signer).Send}, nil
}
