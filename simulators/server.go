package simulators

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// maxRequest bounds what a simulator reads of one request.
const maxRequest = 4 << 20

// Behaviour is what a vendor brings to the shared server.
type Behaviour struct {
	// Handler answers as the vendor's documentation says. It also checks the credentials.
	Handler http.Handler
	// AuthOK says whether the request carries the right credentials, for the ledger.
	AuthOK func(r *http.Request, body []byte) bool
	// Destroys names the records that the request asks to destroy; nil where it asks for none.
	Destroys func(r *http.Request, body []byte) []Target
	// Person finds whom an error message would quote; PersonIn where nil.
	Person func(r *http.Request, body []byte) string
	// Failure is the vendor's error body for a status code, quoting the person where the vendor might. With status
	// 200 it is the error that the vendor hides inside a success.
	Failure func(status int, r *http.Request, person string) []byte
	// FailureHeader adds headers that the vendor sends with an error; may be nil.
	FailureHeader func(status int, r *http.Request, h http.Header)
	// Header adds headers that the vendor sends with every answer to the nth request; may be nil.
	Header func(n int, r *http.Request, body []byte, h http.Header)
}

// Server puts the ledger and the faults around a vendor's behaviour. Vendors embed it.
type Server struct {
	behaviour Behaviour
	clock     Clock
	ledger    Ledger
	faults    *Faults
	answered  atomic.Int64
}

// NewServer returns a server without faults. A nil clock is the wall clock; the seed is that of the faults.
func NewServer(b Behaviour, clock Clock, seed uint64) *Server {
	if b.Person == nil {
		b.Person = PersonIn
	}
	return &Server{behaviour: b, clock: clock.Or(), faults: NewFaults(seed)}
}

// Wrap puts a handler around the vendor's own behaviour, inside the faults: it sees what the vendor is asked and what it
// answers of its own accord, and nothing that a fault makes of it. It has to be called before the server serves.
func (s *Server) Wrap(around func(http.Handler) http.Handler) {
	s.behaviour.Handler = around(s.behaviour.Handler)
}

// Ledger returns what clients asked of this server.
func (s *Server) Ledger() *Ledger { return &s.ledger }

// Faults returns the switchboard of this server.
func (s *Server) Faults() *Faults { return s.faults }

// Now returns the simulated time.
func (s *Server) Now() time.Time { return s.clock() }

// ServeHTTP answers one request. The ledger knows of it before the client does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "request body unreadable", http.StatusBadRequest)
		return
	}
	p := s.faults.plan(r)
	notes := &notes{stale: p.stale}
	r = r.WithContext(context.WithValue(r.Context(), notesKey{}, notes))
	r.Body = io.NopCloser(bytes.NewReader(body))
	if p.formPaths {
		r.URL = asForm(r.URL)
	}

	for _, act := range p.meanwhile {
		act()
	}
	var asked []Target
	if s.behaviour.Destroys != nil {
		asked = s.behaviour.Destroys(r, body)
	}
	wait(r.Context(), p.delay)
	reply := s.decide(r, body, p.fault)
	if s.behaviour.Header != nil {
		s.behaviour.Header(int(s.answered.Add(1)), r, body, reply.header)
	}
	s.ledger.record(Call{
		At:       s.clock(),
		Method:   r.Method,
		Path:     r.URL.Path,
		RawQuery: r.URL.RawQuery,
		AuthOK:   s.behaviour.AuthOK(r, body),
		Body:     body,
		Status:   reply.ledgerStatus(),
		Fault:    strings.Join(p.names, ", "),
	}, notes.deletions(asked, s.clock()))
	reply.send(w, r)
}

// asForm reads the path of an address as forms are read.
func asForm(address *url.URL) *url.URL {
	read := *address
	read.RawPath = strings.ReplaceAll(address.EscapedPath(), "+", "%20")
	path, err := url.PathUnescape(read.RawPath)
	if err != nil {
		return address
	}
	read.Path = path
	return &read
}

// carryOut lets the vendor answer as documented.
func (s *Server) carryOut(r *http.Request) *reply {
	answer := newReply(http.StatusOK)
	s.behaviour.Handler.ServeHTTP(answer, r)
	return answer
}

// wait returns early when the client hangs up: a vendor does not notice that.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
