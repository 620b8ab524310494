package simulators

import (
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"
)

// send puts the answer on the wire in its manner.
func (a *reply) send(w http.ResponseWriter, r *http.Request) {
	if a.manner == reset {
		abort(w)
	}
	maps.Copy(w.Header(), a.header)
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	// A client that hung up is no fault of the simulator, so errors of writing are dropped.
	switch a.manner {
	case cutShort:
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case dribbled:
		a.dribble(w, r)
	default:
		if len(a.body) > 0 {
			_, _ = w.Write(a.body)
		}
	}
}

func (a *reply) dribble(w http.ResponseWriter, r *http.Request) {
	size := max(1, (len(a.body)+dribbles-1)/dribbles)
	for rest := a.body; len(rest) > 0; {
		n := min(size, len(rest))
		wait(r.Context(), a.over/time.Duration(dribbles))
		if _, err := w.Write(rest[:n]); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		rest = rest[n:]
	}
}

// abort ends the connection with a reset instead of an orderly close, and the handler with it.
func abort(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}
