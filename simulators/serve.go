package simulators

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Serve runs a simulator on a free port of 127.0.0.1. Stop closes it and every connection at once.
func Serve(handler http.Handler) (url string, stop func(), err error) {
	return ServeAt("127.0.0.1:0", handler)
}

// ServeAt is Serve on a given address, for demonstrations that are looked at with a browser.
func ServeAt(address string, handler http.Handler) (url string, stop func(), err error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("simulators: listen: %w", err)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		// Resets are what simulators are for; the standard logger would only repeat them.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() { _ = server.Close() }, nil
}
