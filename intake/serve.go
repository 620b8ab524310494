package intake

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
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
)

// A Listening is where a gateway is served.
type Listening struct {
	Listener net.Listener
	// TLS is nil if a proxy speaks TLS in front of the gateway.
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
	listener := netutil.LimitListener(l.Listener, maxConnections)
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
		return fmt.Errorf("serve the gateway: %w", err)
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
