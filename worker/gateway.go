package worker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/config"
	"ite.digital/lethe/intake"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/vault"
)

// GatewayParts are what a gateway works with. The caller closes them after it has
// stopped.
type GatewayParts struct {
	// Temporal is a client of the namespace, protected by [vault.Vault.Protect], and
	// Options what it was made with.
	Temporal client.Client
	Options  client.Options
	Vault    *vault.Vault
	// Load reads the configuration again while the gateway serves.
	Load func() (*config.Config, error)
	Log  zerolog.Logger
}

// A Gateway takes requests in over HTTP. Certificates, clients, receivers of callbacks
// and the users of the codec server follow the configuration while it serves.
type Gateway struct {
	GatewayParts
	// first is the configuration with which it was started.
	first    *config.Config
	listener net.Listener
	handler  atomic.Pointer[http.Handler]
	tls      atomic.Pointer[tls.Config]
	follow   *reload
}

// NewGateway makes the gateway that the configuration describes, and listens. [Serve]
// lets go of the address; so does Close, for a gateway that is not served.
func NewGateway(ctx context.Context, cfg *config.Config, p GatewayParts) (*Gateway, error) {
	g := &Gateway{GatewayParts: p, first: cfg}
	g.follow = &reload{load: p.Load, apply: g.apply, log: p.Log, applied: cfg.Fingerprint}
	if err := g.apply(cfg); err != nil {
		return nil, err
	}
	var err error
	if g.listener, err = intake.Listen(ctx, cfg.Gateway.Listen, "gateway.listen"); err != nil {
		return nil, err
	}
	return g, nil
}

// URL is how this machine reaches the gateway.
func (g *Gateway) URL() string {
	scheme := "https"
	if g.first.Gateway.TLS == nil {
		scheme = "http"
	}
	return scheme + "://" + g.listener.Addr().String()
}

// Close lets go of the address of a gateway that is not served.
func (g *Gateway) Close() error { return g.listener.Close() }

// Serve serves until the context ends, then lets calls finish that have begun.
func (g *Gateway) Serve(ctx context.Context) error {
	following, stop := context.WithCancel(ctx)
	followed := make(chan struct{})
	go func() {
		g.follow.run(following)
		close(followed)
	}()
	defer func() {
		stop()
		<-followed
	}()
	l := intake.Listening{Listener: g.listener, Log: g.Log}
	if g.first.Gateway.TLS != nil {
		l.TLS = &tls.Config{
			MinVersion:         tls.VersionTLS12,
			GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return g.tls.Load(), nil },
		}
	}
	g.Log.Info().Str("address", g.listener.Addr().String()).Str("url", g.first.Gateway.URL.String()).Bool("tls", l.TLS != nil).Msg("serving")
	err := l.Serve(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*g.handler.Load()).ServeHTTP(w, r) }))
	if err == nil {
		g.Log.Info().Msg("stopped")
	}
	return err
}

// apply puts a configuration into force: its gateway and codec server, and nothing
// else, for workers read the rest at their start.
func (g *Gateway) apply(next *config.Config) error {
	cfg := *g.first
	cfg.Gateway, cfg.CodecServer = next.Gateway, next.CodecServer
	if err := g.check(&cfg); err != nil {
		return err
	}
	o, err := g.options(&cfg)
	if err != nil {
		return err
	}
	handler, err := intake.NewServer(o)
	if err != nil {
		return err
	}
	if cfg.Gateway.TLS != nil {
		g.tls.Store(tlsOf(cfg.Gateway))
	}
	g.handler.Store(&handler)
	return nil
}

// check says why a configuration cannot be served, or not without a restart.
func (g *Gateway) check(cfg *config.Config) error {
	now, before := cfg.Gateway, g.first.Gateway
	switch {
	case now == nil:
		return errors.New("lethe.yaml has no gateway; lethe.example.yaml shows how to write one")
	case now.Codec && len(cfg.CodecServer.Tokens) == 0 && cfg.CodecServer.JWT == nil:
		return errors.New("nobody may use the codec server; name tokens or a jwt in codec_server of lethe.yaml, or leave gateway.codec_server out")
	case now.Listen != before.Listen, (now.TLS == nil) != (before.TLS == nil), now.URL.String() != before.URL.String():
		return errors.New("gateway.url, gateway.listen and who speaks TLS are read at the start only; restart the gateway")
	}
	return nil
}

// tlsOf is how connections are made.
func tlsOf(g *config.Gateway) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*g.TLS}, NextProtos: []string{"h2", "http/1.1"}}
	if g.ClientAuthorities != nil {
		// Discovery and the certificate are for everybody: the handler asks for the
		// client's where it is needed.
		c.ClientAuth, c.ClientCAs = tls.VerifyClientCertIfGiven, g.ClientAuthorities
	}
	return c
}

// options are those of a configuration.
func (g *Gateway) options(cfg *config.Config) (intake.Options, error) {
	signer, err := Signer(cfg.Gateway, time.Now())
	if err != nil {
		return intake.Options{}, err
	}
	desk := requests.NewDesk(g.Temporal, g.Options, g.Vault)
	o := intake.Options{
		URL: cfg.Gateway.URL, Signer: signer, ClientAuthorities: cfg.Gateway.ClientAuthorities, BehindProxy: cfg.Gateway.TLS == nil,
		Parser: cfg.Parser(), Due: cfg.Regulation.DueUnder, Destinations: destinations(cfg.Gateway),
		Desk: desk, Ready: func(ctx context.Context) error { return reachable(ctx, desk, g.Vault) }, Outdated: g.follow.outdated.Load, Now: time.Now, Log: g.Log,
	}
	for _, c := range cfg.Gateway.Clients {
		o.Clients = append(o.Clients, intake.Client{Name: c.Name, Controller: c.Controller, Token: c.Token, Rate: c.Rate})
	}
	if cfg.Gateway.Codec {
		codec := cfg.CodecServer.Options(g.Options.Namespace)
		codec.Log = g.Log
		o.CodecRate, o.Codec = cfg.CodecServer.Rate, g.Vault.NewCodecServer(codec)
	}
	return o, nil
}

// Signer makes what signs for the gateway's domain.
func Signer(g *config.Gateway, now time.Time) (*intake.Signer, error) {
	signer, err := intake.NewSigner(g.URL.Hostname(), *g.Signing, now)
	if err != nil {
		return nil, fmt.Errorf("gateway.signing in lethe.yaml: %w", err)
	}
	return signer, nil
}

// destinations are where the gateway's callbacks may go.
func destinations(g *config.Gateway) intake.Destinations {
	return intake.Destinations{Hosts: g.Callbacks.Hosts, Networks: g.Callbacks.Networks, Authorities: g.Callbacks.Authorities}
}

// A caller calls intake systems back, by what the configuration now says of the
// gateway.
type caller struct {
	sender atomic.Pointer[intake.Sender]
}

// callerOf makes what calls back.
func callerOf(cfg *config.Config) (*caller, error) {
	c := &caller{}
	if cfg.Gateway == nil {
		return c, nil
	}
	return c, c.apply(cfg)
}

// apply puts a configuration into force.
func (c *caller) apply(cfg *config.Config) error {
	if cfg.Gateway == nil {
		return errors.New("lethe.yaml has no gateway any more; restart the worker if that is meant")
	}
	signer, err := Signer(cfg.Gateway, time.Now())
	if err != nil {
		return err
	}
	c.sender.Store(intake.NewSender(destinations(cfg.Gateway), signer))
	return nil
}

// steps are those that tell intake systems; they say what is missing if there is no
// gateway.
func (c *caller) steps() *activities.Callbacks {
	if c.sender.Load() == nil {
		return &activities.Callbacks{}
	}
	return &activities.Callbacks{Send: func(ctx context.Context, url string, told activities.Callback) error {
		return c.sender.Load().Send(ctx, url, told)
	}}
}
