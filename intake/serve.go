package intake

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/net/netutil"
)

const (
	// defaultReadTimeout is how long a call may take to arrive.
	defaultReadTimeout = 10 * time.Second
	// writeTimeout is how long a call may take in all, beyond callTimeout.
	writeTimeout = callTimeout + 15*time.Second
	idleTimeout  = 2 * time.Minute
	// stopTimeout is how long calls may go on when the process is asked to stop.
	stopTimeout = callTimeout + 5*time.Second
	// maxHeader bounds a call's header, in bytes.
	maxHeader = 16 << 10
	// maxConnections bounds how many there are at once; others wait.
	maxConnections = 1000
	// maxFromAddress bounds how many of them come from one address, so that nobody takes
	// all of them; further ones are closed.
	maxFromAddress = 100
)

// Listen takes an address to serve at. The error names the key of lethe.yaml that says
// another one.
func Listen(ctx context.Context, address, key string) (net.Listener, error) {
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("the address %s cannot be listened on; set %s to another one", address, key)
	}
	return listener, nil
}

// A Listening is where something is served over HTTP.
type Listening struct {
	Listener net.Listener
	// TLS is nil if plain HTTP is spoken. All connections of a gateway come from the proxy
	// then that speaks TLS in front of it, and their number is up to it.
	TLS *tls.Config
	// ReadTimeout is how long a call may take to arrive; 0 means ten seconds.
	ReadTimeout time.Duration
	Log         zerolog.Logger
}

// Serve serves until the context ends, then lets calls finish that have begun.
func (l Listening) Serve(ctx context.Context, handler http.Handler) error {
	read := l.ReadTimeout
	if read == 0 {
		read = defaultReadTimeout
	}
	server := &http.Server{
		Handler: handler, TLSConfig: l.TLS, MaxHeaderBytes: maxHeader,
		ReadHeaderTimeout: read, ReadTimeout: read, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		// Handlers' panics do not come here: what is said is about connections.
		ErrorLog: log.New(l.Log.With().Str("from", "connections").Logger(), "", 0),
	}
	listener := l.Listener
	if l.TLS != nil {
		listener = &fairListener{Listener: listener, open: map[string]int{}}
	}
	listener = netutil.LimitListener(listener, maxConnections)
	served := make(chan error, 1)
	go func() {
		if l.TLS == nil {
			served <- server.Serve(listener)
			return
		}
		served <- server.ServeTLS(listener, "", "")
	}()
	select {
	case err := <-served:
		return fmt.Errorf("serve at %s: %w", l.Listener.Addr(), err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	err := server.Shutdown(stopping)
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// A fairListener gives each address its share of connections.
type fairListener struct {
	net.Listener
	mu   sync.Mutex
	open map[string]int
}

// Accept implements [net.Listener].
func (l *fairListener) Accept() (net.Conn, error) {
	for {
		connection, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := remote(connection)
		if l.enter(from) {
			return &fairConnection{Conn: connection, leave: sync.OnceFunc(func() { l.leave(from) })}, nil
		}
		_ = connection.Close() // nothing was said yet
	}
}

// remote is the address, or the network, that a connection comes from.
func remote(c net.Conn) string {
	address, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return ""
	}
	return networkOf(address.Addr())
}

func (l *fairListener) enter(from string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[from] >= maxFromAddress {
		return false
	}
	l.open[from]++
	return true
}

func (l *fairListener) leave(from string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[from]--; l.open[from] == 0 {
		delete(l.open, from)
	}
}

// A fairConnection leaves its place when it is closed.
type fairConnection struct {
	net.Conn
	leave func()
}

// Close implements [net.Conn].
func (c *fairConnection) Close() error {
	c.leave()
	return c.Conn.Close()
}
