package intake

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"math"
	"mime"
	"net/http"
	"net/url"
	"path"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

const (
	// callTimeout bounds what the gateway does for one call.
	callTimeout = 25 * time.Second
	// retryAfter is when to come back while the gateway cannot work, in seconds.
	retryAfter = "30"
)

// A Desk is where requests are handed in and asked after; it is a
// [requests.Desk].
type Desk interface {
	// Submit returns once Temporal has the request durably.
	Submit(ctx context.Context, r dsr.Request) (already bool, err error)
	// Belongs says whether the controller has handed in the request of the id.
	Belongs(ctx context.Context, id, controller string) (requests.Belonging, error)
	Request(ctx context.Context, kind dsr.Kind, id string) (dsr.Request, error)
	Status(ctx context.Context, kind dsr.Kind, id string) (dsr.Report, map[string]report.Note, error)
	Line(ctx context.Context, kind dsr.Kind, id string) (requests.Line, error)
	Update(ctx context.Context, kind dsr.Kind, id, name string, params any) error
}

var _ Desk = (*requests.Desk)(nil)

// Options are what a gateway works with.
type Options struct {
	// URL is where controllers reach the gateway, without a path.
	URL *url.URL
	// Signer signs answers, for the domain of URL.
	Signer *Signer
	// Clients may call.
	Clients []Client
	// ClientAuthorities, if not nil, makes them prove themselves by a certificate as
	// well, which the server's TLS configuration asks for.
	ClientAuthorities *x509.CertPool
	// BehindProxy says that a proxy stands in front, which tells callers' addresses in
	// X-Forwarded-For.
	BehindProxy bool
	Desk        Desk
	// Parser brings identities into their normal form.
	Parser identity.Parser
	// Due is until when a request under a regulation, gdpr or ccpa, has to be
	// answered. The error says why requests under it are not taken.
	Due func(regulation string, receivedAt time.Time) (time.Time, error)
	// Destinations are where callbacks may go.
	Destinations Destinations
	// Codec, if not nil, is served under /codec; each of its users may make CodecRate
	// calls a second.
	Codec     http.Handler
	CodecRate float64
	// Ready says why no request can be taken in, if so.
	Ready func(context.Context) error
	// Outdated, if not nil, reports whether the configuration was changed into one that
	// cannot be used, so that what was there before is still in force.
	Outdated func() bool
	// Now is the clock.
	Now func() time.Time
	// Log is told of every call, without a word about people.
	Log zerolog.Logger
}

type server struct {
	Options
	*gate
	openAPI  []byte
	limiters map[string]*rate.Limiter
}

// NewServer returns the gateway's handler.
func NewServer(o Options) (http.Handler, error) {
	document, err := openAPI(o.URL)
	if err != nil {
		return nil, err
	}
	s := &server{Options: o, gate: newGate(o.BehindProxy), openAPI: document, limiters: map[string]*rate.Limiter{}}
	for _, c := range o.Clients {
		s.limiters[c.Name] = rate.NewLimiter(rate.Limit(c.Rate), int(math.Ceil(c.Rate)))
	}
	mux := http.NewServeMux()
	s.routes(mux, "/v2", "/requests", version2)
	s.routes(mux, "/v1", "/opengdpr_requests", version1)
	mux.HandleFunc("GET /v2/openapi.json", s.open(s.serveOpenAPI))
	mux.HandleFunc("GET "+certificatePath, s.open(s.serveCertificate))
	Health{Ready: o.Ready, Outdated: o.Outdated, Log: o.Log}.routes(mux)
	if o.Codec != nil {
		mux.Handle("/codec/", s.codec(http.StripPrefix("/codec", o.Codec), CodecLimits{Rate: o.CodecRate}))
	}
	mux.HandleFunc("/", s.open(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, nothingThere)
	}))
	return s.watch(s.plain(mux)), nil
}

// plain refuses addresses that are written in a roundabout way. The mux would redirect
// to the plain one, and repeat what stands in it.
func (s *server) plain(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect && path.Clean(r.URL.Path) == r.URL.Path {
			next.ServeHTTP(w, r)
		} else if s.stranger(w, r) {
			refuse(w, http.StatusNotFound, nothingThere)
		}
	})
}

// nothingThere answers who calls an address that leads nowhere.
const nothingThere = "there is nothing at this address; see /v2/openapi.json"

// certificatePath is where the certificate is that signs; discovery names it.
const certificatePath = "/opendsr-certificate.pem"

// routes adds those of one version of the protocol.
func (s *server) routes(mux *http.ServeMux, prefix, name, version string) {
	known := func(serve func(*call)) http.HandlerFunc { return s.known(version, serve) }
	mux.HandleFunc("GET "+prefix+"/discovery", s.open(func(w http.ResponseWriter, r *http.Request) { s.serveDiscovery(w, r, version) }))
	mux.HandleFunc("POST "+prefix+name, known((*call).create))
	mux.HandleFunc("GET "+prefix+name+"/{id}", known((*call).status))
	mux.HandleFunc("DELETE "+prefix+name+"/{id}", known((*call).cancel))
	for path, allowed := range map[string]string{
		prefix + "/discovery": "GET, HEAD", prefix + name: "POST", prefix + name + "/{id}": "GET, HEAD, DELETE",
	} {
		mux.HandleFunc(path, s.open(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", allowed)
			refuse(w, http.StatusMethodNotAllowed, "this address takes "+allowed+" only")
		}))
	}
}

// A seen answer remembers its status and what is known of the call, for the log.
type seen struct {
	http.ResponseWriter
	status          int
	client, request string
}

// WriteHeader implements [http.ResponseWriter].
func (w *seen) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *seen) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// watch logs every call, bounds its time, and answers for handlers that panic: the
// text of a panic may hold anything, and is dropped.
func (s *server) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(r.Context(), callTimeout)
		defer cancel()
		r = r.WithContext(ctx)
		answer := &seen{ResponseWriter: w}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		defer func() {
			if recover() != nil {
				refuse(answer, http.StatusInternalServerError, "the gateway has a fault; it is logged")
			}
			level := zerolog.InfoLevel
			if answer.status >= http.StatusInternalServerError {
				level = zerolog.ErrorLevel
			}
			// The path itself may hold anything.
			s.Log.WithLevel(level).Str("route", r.Pattern).Int("status", answer.status).Str("client", answer.client).
				Str("request", answer.request).Dur("took", time.Since(began)).Msg("call")
		}()
		next.ServeHTTP(answer, r)
	})
}

// open is for what everybody may read.
func (s *server) open(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.stranger(w, r) {
			serve(w, r)
		}
	}
}

// A call is one by a client that is known.
type call struct {
	*server
	w       *seen
	r       *http.Request
	client  Client
	version string
}

// known is for clients only.
func (s *server) known(version string, serve func(*call)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.guessing(w, r) {
			return
		}
		client, ok := s.authenticate(r)
		if !ok {
			if s.unknown(w, r) {
				w.Header().Set("WWW-Authenticate", "Bearer")
				refuse(w, http.StatusUnauthorized, "give the bearer token of a client of this gateway, and its certificate if one is asked for")
			}
			return
		}
		answer, _ := w.(*seen) // it was put there by watch
		answer.client = client.Name
		if admit(w, s.limiters[client.Name]) {
			serve(&call{server: s, w: answer, r: r, client: client, version: version})
		}
	}
}

// answer sends what is signed.
func (c *call) answer(code int, content any) {
	body, err := json.Marshal(content)
	if err == nil {
		err = c.Signer.sign(c.w.Header(), body)
	}
	if err != nil {
		c.Log.Error().Err(err).Msg("an answer could not be signed")
		refuse(c.w, http.StatusInternalServerError, "the answer could not be signed")
		return
	}
	send(c.w, code, body)
}

// fail answers a known client that something is wrong, signed.
func (c *call) fail(code int, message string, details ...faultDetail) {
	c.answer(code, fault{Error: faultBody{Code: code, Message: message, Errors: details}})
}

// busy answers that the gateway cannot work at the moment.
func (c *call) busy(message string) {
	c.w.Header().Set("Retry-After", retryAfter)
	c.fail(http.StatusServiceUnavailable, message)
}

// refuse sends an error without a signature.
func refuse(w http.ResponseWriter, code int, message string) {
	body, _ := json.Marshal(fault{Error: faultBody{Code: code, Message: message}}) // texts and a number
	send(w, code, body)
}

func send(w http.ResponseWriter, code int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(body) // nobody is left to be told
}

func (s *server) serveDiscovery(w http.ResponseWriter, _ *http.Request, version string) {
	d := discovery{
		APIVersion: version, RequestTypes: dsr.Kinds(), Certificate: s.URL.JoinPath(certificatePath).String(),
		Identities: formatsOf(searchable), Extensions: map[string]discoveryExtension{s.Signer.Domain(): {Identities: formatsOf(extended)}},
	}
	body, _ := json.Marshal(d) // texts only
	send(w, http.StatusOK, body)
}

// serveOpenAPI describes the interface for tools.
func (s *server) serveOpenAPI(w http.ResponseWriter, _ *http.Request) {
	send(w, http.StatusOK, s.openAPI)
}

func (s *server) serveCertificate(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = w.Write(s.Signer.Certificate()) // nobody is left to be told
}

// isJSON reports whether the call says that it brings JSON.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json" && len(r.Header.Values("Content-Type")) == 1
}

// isOverloaded tells errors that pass from the others.
func isOverloaded(err error) bool {
	return errors.Is(err, requests.ErrUnreachable) || errors.Is(err, requests.ErrNoWorker) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
