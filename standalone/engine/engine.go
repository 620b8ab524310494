// Package engine runs Temporal inside this process: the server with its tables in one SQLite file (or in memory) and
// the Web UI, so that a single program is a whole installation. It knows nothing about erasure requests; workers and
// clients reach it over its address as they would reach any other Temporal.
//
// One file serves one process at a time. It survives a kill or a power cut: a change is on the disk before it is
// acknowledged. Its tables are those of the server version that made it, since Temporal ships no migrations for SQLite.
//
// Nothing here calls out: version check and news feed are off, and there is no metrics or profiling port. There is no
// authentication either, which is why the default is to listen on the loopback interface only.
package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"github.com/temporalio/ui-server/v2/server/rpc"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
)

const (
	defaultIP        = "127.0.0.1"
	defaultPort      = 7233
	defaultUIPort    = 8233
	defaultNamespace = "default"
	defaultRetention = 7 * 24 * time.Hour
	minimumRetention = 24 * time.Hour

	readyTimeout = 30 * time.Second
	stopTimeout  = 15 * time.Second
)

// Options says what to run and where. The zero value is an in-memory engine with the Web UI on the loopback interface.
type Options struct {
	// File is the SQLite file that holds all state; it and its folder are made when missing. Empty keeps everything in
	// memory, gone when the process ends.
	File string

	// IP is the address to listen on, 127.0.0.1 by default. Anything but a loopback address opens an engine without
	// authentication to the network. Connections between the server's own parts stay on 127.0.0.1 in any case.
	IP string

	// Port is where clients and workers connect. A port given here must be free; 0 means 7233, or any free port when
	// that one is taken.
	Port int

	// UIPort is where the Web UI answers, with the same rule around 8233.
	UIPort int

	// UIHosts are further names, without port, under which browsers may ask for the Web UI, such as that of a reverse
	// proxy which passes its own on. Loopback names and IP addresses are always answered. All others are refused: a page
	// of somebody else's can point its own name at this machine and would read what the UI shows (DNS rebinding).
	UIHosts []string

	// NoUI leaves the Web UI out.
	NoUI bool

	// Namespace is created when the file does not hold it yet; "default" by default.
	Namespace string

	// Retention is how long Temporal keeps the history of a closed workflow: at least a day, 7 days by default. An
	// existing namespace keeps its own unless one is given here.
	Retention time.Duration

	// SearchAttributes that the namespace shall have, by name. Those that exist already are left alone; one that exists
	// with another type is an error. SQLite has room for 10 Keyword and 3 of every other type.
	SearchAttributes map[string]enums.IndexedValueType

	// Codec makes the codec server that the Web UI asks to decode payloads for the person looking at them; nil shows them
	// as stored. It is served beside the UI, below /codec, and told the origins of the UI's pages.
	Codec func(origins []string) http.Handler

	// Log receives the warnings and errors of server and UI. The zero value discards them.
	Log zerolog.Logger
}

// An Engine is a running Temporal server. Stop it when done.
type Engine struct {
	address   string
	uiURL     string
	namespace string

	store  *store
	server *server
	conn   *grpc.ClientConn
	ui     *webUI
	log    zerolog.Logger
	stop   sync.Once
}

// Start runs a Temporal server and, unless switched off, the Web UI in this process. It returns once both answer; ctx
// bounds the starting and no more.
func Start(ctx context.Context, o Options) (*Engine, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	e := &Engine{namespace: o.Namespace, log: o.Log}
	if err := e.start(ctx, o); err != nil {
		e.Stop()
		return nil, err
	}
	return e, nil
}

// complete fills in the defaults and refuses what cannot work.
func (o *Options) complete() error {
	if o.IP == "" {
		o.IP = defaultIP
	}
	if _, err := netip.ParseAddr(o.IP); err != nil {
		return fmt.Errorf("%q is not an IP address to listen on", o.IP)
	}
	if o.Namespace == "" {
		o.Namespace = defaultNamespace
	}
	if o.Retention != 0 && o.Retention < minimumRetention {
		return fmt.Errorf("a retention of %s is too short: Temporal keeps closed workflows for at least %s", o.Retention,
			minimumRetention)
	}
	return nil
}

func (e *Engine) start(ctx context.Context, o Options) (err error) {
	// The ports come first: a taken one is the likeliest mistake, and is refused before the file is touched.
	port, err := choosePort(o.IP, o.Port, defaultPort)
	if err != nil {
		return err
	}
	if !o.NoUI {
		if e.ui, err = listenUI(o); err != nil {
			return err
		}
		e.uiURL = "http://" + dialable(o.IP, e.ui.port())
	}
	if e.store, err = openStore(ctx, o); err != nil {
		return err
	}
	if e.server, err = startServer(o, e.store, port); err != nil {
		return err
	}
	e.address = dialable(o.IP, e.server.port)
	if e.conn, err = rpc.Dial(e.address, nil); err != nil {
		return fmt.Errorf("connect to the Temporal server: %w", err)
	}
	if err = e.awaitReady(ctx); err != nil {
		return err
	}
	if e.ui != nil {
		return e.ui.serve(o, e.address, e.conn)
	}
	return nil
}

// awaitReady returns once the server answers for the namespace.
func (e *Engine) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	frontend := workflowservice.NewWorkflowServiceClient(e.conn)
	request := &workflowservice.DescribeNamespaceRequest{Namespace: e.namespace}
	for {
		_, err := frontend.DescribeNamespace(ctx, request, grpc.WaitForReady(true))
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the Temporal server did not become ready: %w", errors.Join(ctx.Err(), err))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Address is where clients and workers connect, as host:port.
func (e *Engine) Address() string { return e.address }

// UIURL is where a browser finds the Web UI; empty when it was left out.
func (e *Engine) UIURL() string { return e.uiURL }

// Namespace is the namespace that the engine was started with.
func (e *Engine) Namespace() string { return e.namespace }

// Stop ends the Web UI and the server and lets go of ports and file, within seconds. Workers and clients should be
// stopped before. Further calls do nothing.
func (e *Engine) Stop() {
	e.stop.Do(func() {
		if e.ui != nil {
			e.ui.stop()
		}
		if e.conn != nil {
			// The error says only that it was closed before.
			_ = e.conn.Close()
		}
		if e.server != nil && !e.server.stop(stopTimeout) {
			// What still runs may still write, so the file stays locked until the process ends.
			e.log.Error().Dur("waited", stopTimeout).Msg("the Temporal server did not stop in time")
			return
		}
		if e.store != nil {
			e.store.close()
		}
	})
}

// dialable is the address under which this machine reaches what listens on ip and port.
func dialable(ip string, port int) string {
	if addr, err := netip.ParseAddr(ip); err == nil && addr.IsUnspecified() {
		ip = defaultIP
		if addr.Is6() {
			ip = "::1"
		}
	}
	return net.JoinHostPort(ip, fmt.Sprint(port))
}
