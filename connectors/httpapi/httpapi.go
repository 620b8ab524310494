// Package httpapi is the HTTP client that all connectors share. It adds to
// go-retryablehttp what a tool that erases people needs: nothing about a person
// is logged or quoted in an error, nothing waits or reads without a limit, an
// answer counts as success only if it is understood, and credentials go to the
// configured host over TLS and nowhere else.
//
// A call makes a few quick tries and then gives up with a classified
// [connectors.Error]; the patience of days is Temporal's.
package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"ite.digital/lethe/connectors"
)

const (
	// attemptTimeout bounds one try, from dialling to the last byte of the body.
	attemptTimeout = 30 * time.Second
	// maxBody bounds an answer's body, in bytes.
	maxBody = 8 << 20
	// quickTries is how often a call is repeated before it gives up.
	quickTries = 3
	// longestQuickWait is the longest Retry-After that is waited for in place.
	longestQuickWait = 3 * time.Second
	// maxRedirects bounds the redirects a GET follows within its host.
	maxRedirects = 3
)

// A Client calls one vendor's API. It is safe for concurrent use.
type Client struct {
	system string
	base   *url.URL
	auth   func(*http.Request, []byte)
	http   *retryablehttp.Client
	log    zerolog.Logger
}

// New makes the client of the system in s. auth puts the credentials on a
// request; it is given the body so that it can sign it.
func New(s connectors.Settings, auth func(r *http.Request, body []byte)) (*Client, error) {
	base, err := ParseBaseURL(s.System, s.BaseURL)
	if err != nil {
		return nil, err
	}
	retrying := retryablehttp.NewClient()
	retrying.Logger = nil
	retrying.HTTPClient = PlainClient(base, s.Rate)
	retrying.RetryMax = quickTries
	retrying.RetryWaitMin, retrying.RetryWaitMax = 200*time.Millisecond, longestQuickWait
	if s.Pace.Max > 0 {
		retrying.RetryWaitMin, retrying.RetryWaitMax = s.Pace.Min, s.Pace.Max
	}
	retrying.CheckRetry = worthAQuickTry
	retrying.ErrorHandler = retryablehttp.PassthroughErrorHandler
	return &Client{system: s.System, base: base, auth: auth, http: retrying, log: s.Log}, nil
}

// ParseBaseURL checks the root of an API: https, or http on the loopback
// interface; no query, no user information.
func ParseBaseURL(system, raw string) (*url.URL, error) {
	misconfigured := func(reason string) error {
		return &connectors.Error{Class: connectors.Misconfigured, System: system, Reason: reason}
	}
	base, err := url.Parse(raw)
	if err != nil || base.Hostname() == "" {
		return nil, misconfigured("base_url is not a URL such as https://api.example.com")
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !isLoopback(base.Hostname())) {
		return nil, misconfigured("base_url must start with https://; plain http is for the loopback interface only")
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, misconfigured("base_url must not hold a user, a query or a fragment")
	}
	base.Path = strings.TrimSuffix(base.Path, "/")
	return base, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// PlainClient is an HTTP client with all the safeguards and no retries, for
// vendors' own client libraries: at most perSecond tries a second (0 means no
// limit), a time limit, the calls noted in the context's ledger, and no
// redirect away from base.
func PlainClient(base *url.URL, perSecond float64) *http.Client {
	limit := rate.Inf
	if perSecond > 0 {
		limit = rate.Limit(perSecond)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = attemptTimeout
	transport.MaxResponseHeaderBytes = 1 << 18
	return &http.Client{
		Timeout:   attemptTimeout,
		Transport: &meter{next: transport, limiter: rate.NewLimiter(limit, 1)},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			first := via[0]
			// A redirected DELETE or POST becomes a GET, whose success would be
			// taken for that of the deletion.
			if first.Method != http.MethodGet || r.URL.Scheme != base.Scheme || r.URL.Host != base.Host || len(via) > maxRedirects {
				return errRedirect
			}
			return nil
		},
	}
}

var errRedirect = errors.New("redirect refused")

// meter limits the pace of tries and notes each in the ledger.
type meter struct {
	next    http.RoundTripper
	limiter *rate.Limiter
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := m.limiter.Wait(r.Context()); err != nil {
		return nil, err
	}
	response, err := m.next.RoundTrip(r)
	status := 0
	if err == nil {
		status = response.StatusCode
	}
	template, ok := r.Context().Value(templateKey{}).(string)
	if !ok {
		template = "(unnamed)"
	}
	connectors.RecordCall(r.Context(), r.Method, template, status)
	return response, err
}

type (
	templateKey   struct{}
	idempotentKey struct{}
)

// WithTemplate names, for the ledger, the path of the calls made in the context.
func WithTemplate(ctx context.Context, template string) context.Context {
	return context.WithValue(ctx, templateKey{}, template)
}

// A Request is one call of an API.
type Request struct {
	Method string
	// Path is a template below the base URL, such as "/contacts/{id}". Its
	// parameters are filled from Params, escaped; an empty one is refused, so
	// that a missing id never turns into a call on the whole collection.
	Path   string
	Params map[string]string
	Query  url.Values
	// Body is sent as JSON, unless nil.
	Body any
	// Into receives the JSON answer of a 2xx status. If it is nil the answer is
	// not read, only its status counts.
	Into any
	// Absent lists statuses that mean that what was asked for does not exist.
	// They are returned like a success.
	Absent []int
	// Repeatable says that making the call twice does no harm, whatever its
	// method. GET, HEAD, PUT and DELETE always are.
	Repeatable bool
}

// A Response is an answer that was understood.
type Response struct {
	Status int
	// Absent says that the status is one of the request's Absent.
	Absent bool
}

// Do makes the call. Any error is a *[connectors.Error].
func (c *Client) Do(ctx context.Context, request Request) (Response, error) {
	target, err := c.resolve(request)
	if err != nil {
		return Response{}, err
	}
	var body []byte
	if request.Body != nil {
		if body, err = json.Marshal(request.Body); err != nil {
			return Response{}, c.fail(request, connectors.Misconfigured, 0, "the request could not be encoded")
		}
	}
	ctx = WithTemplate(ctx, request.Path)
	ctx = context.WithValue(ctx, idempotentKey{}, request.Repeatable || idempotentMethod(request.Method))
	var raw any // a nil []byte would be sent as an empty, chunked body
	if body != nil {
		raw = body
	}
	call, err := retryablehttp.NewRequestWithContext(ctx, request.Method, target, raw)
	if err != nil {
		return Response{}, c.fail(request, connectors.Misconfigured, 0, "the request could not be built")
	}
	call.Header.Set("Accept", "application/json")
	if body != nil {
		call.Header.Set("Content-Type", "application/json")
	}
	call.Header.Set("User-Agent", "lethe")
	c.auth(call.Request, body)
	answer, err := c.http.Do(call)
	if err != nil {
		return Response{}, c.unanswered(ctx, request, err)
	}
	defer answer.Body.Close()
	return c.read(request, answer)
}

func (c *Client) resolve(request Request) (string, error) {
	path := request.Path
	for name, value := range request.Params {
		if value == "" || value == "." || value == ".." {
			return "", c.fail(request, connectors.Misconfigured, 0, "the path parameter {"+name+"} is empty; the call was not made")
		}
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
	}
	if strings.Contains(path, "{") {
		return "", c.fail(request, connectors.Misconfigured, 0, "a path parameter is missing; the call was not made")
	}
	target := c.base.String() + path
	if len(request.Query) > 0 {
		target += "?" + request.Query.Encode()
	}
	return target, nil
}

// read turns an answer into a Response or an error.
func (c *Client) read(request Request, answer *http.Response) (Response, error) {
	status := answer.StatusCode
	for _, absent := range request.Absent {
		if status == absent {
			drain(answer.Body)
			return Response{Status: status, Absent: true}, nil
		}
	}
	if status < 200 || status > 299 {
		drain(answer.Body)
		return Response{}, c.refused(request, answer)
	}
	if request.Into == nil {
		drain(answer.Body)
		return Response{Status: status}, nil
	}
	content, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	switch {
	case err != nil:
		return Response{}, c.fail(request, connectors.Transient, status, "the answer broke off")
	case len(content) > maxBody:
		return Response{}, c.fail(request, connectors.Malformed, status, fmt.Sprintf("the answer is larger than %d bytes", maxBody))
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	if decoder.Decode(request.Into) != nil || decoder.More() {
		return Response{}, c.fail(request, connectors.Malformed, status, "the answer is not the JSON that the vendor documents")
	}
	return Response{Status: status}, nil
}

// drain lets the connection be used again, within bounds.
func drain(body io.Reader) { _, _ = io.Copy(io.Discard, io.LimitReader(body, 64<<10)) }

// Malformed is the error for an answer whose JSON is valid and makes no sense.
func (c *Client) Malformed(request Request, status int, reason string) error {
	return c.fail(request, connectors.Malformed, status, reason)
}

// Rejected is the error for an answer that says no with a status that says yes.
func (c *Client) Rejected(request Request, status int, reason string) error {
	return c.fail(request, connectors.Rejected, status, reason)
}

func (c *Client) refused(request Request, answer *http.Response) error {
	class, reason := Classify(answer.StatusCode)
	err := c.fail(request, class, answer.StatusCode, reason)
	err.RetryAfter = RetryAfter(answer.Header, time.Now())
	return err
}

// Classify says what a status that is not 2xx means, in our own words.
func Classify(status int) (connectors.Class, string) {
	switch {
	case status == http.StatusUnauthorized:
		return connectors.CredentialsRejected, "the vendor does not accept the credentials"
	case status == http.StatusForbidden:
		return connectors.CredentialsRejected, "the vendor does not permit this with the credentials"
	case status == http.StatusTooManyRequests:
		return connectors.Transient, "the vendor asks for fewer requests"
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return connectors.Transient, "the vendor asks to try again"
	case status >= 500:
		return connectors.Transient, "the vendor has a fault"
	case status >= 300 && status < 400:
		return connectors.Misconfigured, "the vendor redirects elsewhere, which is not followed; check base_url"
	case status == http.StatusNotFound, status == http.StatusGone:
		return connectors.Rejected, "the vendor does not know this address"
	default:
		return connectors.Rejected, "the vendor refuses the request"
	}
}

// unanswered turns a failure without an answer into an error that quotes
// neither the URL nor the vendor.
func (c *Client) unanswered(ctx context.Context, request Request, err error) error {
	class, reason := ClassifyFailure(ctx, err)
	return c.fail(request, class, 0, reason)
}

// ClassifyFailure says what a call without an answer means, in our own words.
// The error itself holds the URL and is not for anybody's eyes.
func ClassifyFailure(ctx context.Context, err error) (connectors.Class, string) {
	var timeout net.Error
	var dns *net.DNSError
	switch {
	case errors.Is(err, errRedirect):
		return connectors.Misconfigured, "the vendor redirects elsewhere, which is not followed; check base_url"
	case ctx.Err() != nil:
		return connectors.Transient, "the call was cancelled"
	case isCertificate(err):
		return connectors.Misconfigured, "the vendor's TLS certificate is not valid for base_url"
	case errors.As(err, &dns) && dns.IsNotFound:
		return connectors.Transient, "the vendor's host name is not known"
	case errors.As(err, &timeout) && timeout.Timeout():
		return connectors.Transient, "the vendor did not answer in time"
	default:
		return connectors.Transient, "the vendor could not be reached"
	}
}

func (c *Client) fail(request Request, class connectors.Class, status int, reason string) *connectors.Error {
	err := &connectors.Error{
		Class: class, System: c.system, Method: request.Method, Path: request.Path, Status: status, Reason: reason,
	}
	c.log.Debug().Str("system", c.system).Str("class", string(class)).Str("method", request.Method).
		Str("path", request.Path).Int("status", status).Msg(reason)
	return err
}

// RetryAfter reads the header Retry-After, in seconds or as a date; 0 if there
// is none or it is not valid.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return min(at.Sub(now), maxRetryAfter)
	}
	return 0
}

// maxRetryAfter keeps a vendor's mistake from silencing a system for ever.
const maxRetryAfter = 48 * time.Hour

func idempotentMethod(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	default:
		return false
	}
}

// worthAQuickTry decides whether to repeat a call in place: for connection
// errors and 500, 502, 503 and 504, and when the vendor asks for a short wait;
// only if repeating does no harm.
func worthAQuickTry(ctx context.Context, response *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if repeatable, _ := ctx.Value(idempotentKey{}).(bool); !repeatable {
		return false, err
	}
	if err != nil {
		class, _ := ClassifyFailure(ctx, err)
		return class == connectors.Transient, err
	}
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return RetryAfter(response.Header, time.Now()) <= longestQuickWait, nil
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return true, nil
	}
	return false, nil
}
