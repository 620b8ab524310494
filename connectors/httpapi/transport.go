package httpapi

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

const (
	// attemptTimeout bounds one try, from dialling to the last byte of the body.
	attemptTimeout = 30 * time.Second
	// maxBody bounds an answer's body, in bytes after decompression.
	maxBody = 8 << 20
	// maxRedirects bounds the redirects a GET follows within its host.
	maxRedirects = 3
)

// What the transport refuses or gives up.
var (
	errElsewhere   = errors.New("the request leads to another host")
	errCredentials = errors.New("the credentials are not fit for a header")
	errPace        = errors.New("no time left at this pace")
	errTooLarge    = errors.New("the answer is too large")
)

// ParseBaseURL checks the root of an API: https, or http on the loopback
// interface; no query, no user information.
func ParseBaseURL(system, raw string) (*url.URL, error) {
	misconfigured := func(reason string) error {
		return &connectors.Error{Class: connectors.Misconfigured, System: system, Reason: reason}
	}
	// Cut before parsing: an escaped path is kept in two forms.
	base, err := url.Parse(strings.TrimRight(raw, "/"))
	if err != nil || base.Hostname() == "" {
		return nil, misconfigured("base_url is not a URL such as https://api.example.com")
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !isLoopback(base.Hostname())) {
		return nil, misconfigured("base_url must start with https://; plain http is for the loopback interface only")
	}
	if base.User != nil || strings.ContainsAny(raw, "?#") {
		return nil, misconfigured("base_url must not hold a user, a query or a fragment")
	}
	return base, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// PlainClient is an HTTP client with all the safeguards and no retries, for
// vendors' own client libraries: at most perSecond tries a second (0 means no
// limit), a time limit, a limit on answers, the calls noted in the context's
// ledger, and no request to any other host than that of base.
func PlainClient(base *url.URL, perSecond float64) *http.Client {
	return newTransport(base, perSecond, nil).client()
}

// transport makes single tries: each waits for its turn, carries credentials
// to the base's host only, is bounded in time and size, and is noted in the
// ledger.
type transport struct {
	next    http.RoundTripper
	base    *url.URL
	auth    func(*http.Request, []byte)
	limiter *rate.Limiter
	timeout time.Duration
}

func newTransport(base *url.URL, perSecond float64, auth func(*http.Request, []byte)) *transport {
	limit := rate.Inf
	if perSecond > 0 {
		limit = rate.Limit(perSecond)
	}
	next := http.DefaultTransport.(*http.Transport).Clone()
	// Whatever the process has done to the default: certificates are verified.
	next.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	next.MaxResponseHeaderBytes = 1 << 18
	return &transport{next: next, base: base, auth: auth, limiter: rate.NewLimiter(limit, 1), timeout: attemptTimeout}
}

// client follows a GET's redirects within the host. Any other redirect is
// returned as the answer: a redirected DELETE or POST would become a GET, whose
// success would be taken for that of the deletion.
func (t *transport) client() *http.Client {
	return &http.Client{
		Transport: t,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if via[0].Method != http.MethodGet || !t.isHome(r.URL) || len(via) > maxRedirects {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

func (t *transport) isHome(target *url.URL) bool {
	return target.Scheme == t.base.Scheme && target.Host == t.base.Host
}

// RoundTrip implements [http.RoundTripper]. The time limit starts when it is
// the try's turn, so that a busy system's queue does not eat it up.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.admit(r); err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // required of a RoundTripper; there is nothing to lose
		}
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), t.timeout)
	// net/http repeats a GET by itself if a connection that was kept open breaks before there
	// is an answer; the vendor may have received it.
	var sent atomic.Int32
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GetConn: func(string) { sent.Add(1) }})
	r = r.Clone(ctx)
	if t.auth != nil {
		t.auth(r, callOf(ctx).body)
	}
	if !fitForHeader(r.Header) {
		cancel()
		return nil, errCredentials
	}
	response, err := t.next.RoundTrip(r)
	for range sent.Load() - 1 {
		t.note(r, nil)
	}
	if err != nil {
		cancel()
		t.note(r, nil)
		return nil, err
	}
	t.note(r, response)
	response.Body = &boundedBody{ReadCloser: response.Body, left: maxBody, done: cancel}
	return response, nil
}

// admit waits for the try's turn.
func (t *transport) admit(r *http.Request) error {
	if !t.isHome(r.URL) {
		return errElsewhere
	}
	if t.limiter.Wait(r.Context()) == nil {
		return nil
	}
	if err := r.Context().Err(); err != nil {
		return err
	}
	return errPace
}

// note enters the try into the ledger; no response means that none came.
func (t *transport) note(r *http.Request, response *http.Response) {
	made := callOf(r.Context())
	noted := dsr.Call{Method: r.Method, Path: cmp.Or(made.template, "(unnamed)"), Count: 1}
	if response != nil {
		noted.Status = response.StatusCode
		if id := requestID(response.Header); id != "" && !echoes(id, r, made) {
			noted.RequestIDs = []string{id}
		}
	}
	connectors.RecordCall(r.Context(), noted)
}

// fitForHeader reports whether all values can be sent: a secret pasted with a
// line break cannot.
func fitForHeader(header http.Header) bool {
	for _, values := range header {
		for _, value := range values {
			if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
				return false
			}
		}
	}
	return true
}

// boundedBody ends the try's time limit when it is closed and refuses to be
// read further than the limit of size.
type boundedBody struct {
	io.ReadCloser
	left int64
	done context.CancelFunc
}

// Read implements [io.Reader].
func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, errTooLarge
	}
	return n, err
}

// Close implements [io.Closer].
func (b *boundedBody) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}
