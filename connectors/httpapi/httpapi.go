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
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/rs/zerolog"

	"ite.digital/lethe/connectors"
)

const (
	// quickTries is how often a call is repeated before it gives up.
	quickTries = 3
	// longestQuickWait is the longest Retry-After that is waited for in place.
	longestQuickWait = 3 * time.Second
	// glance is how much is read of a body that is of no interest.
	glance = 64 << 10
)

// A Client calls one vendor's API. It is safe for concurrent use.
type Client struct {
	system    string
	base      *url.URL
	transport *transport
	http      *retryablehttp.Client
	explain   []Explain
	log       zerolog.Logger
}

// An Explain reads the beginning of the body of a refusal (a status that is neither of
// success nor one of the request's Absent), and may sharpen the error's Reason and Hint.
// The body may quote the subject: nothing of it is to reach the error unless its shape
// shows that it cannot be of a person.
type Explain func(refused *connectors.Error, body []byte)

// New makes the client of the system in s. auth puts the credentials on a
// request, right before each try; it is given the body so that it can sign it.
// Nil means that the API asks for none. Each explain is given every refusal.
func New(s connectors.Settings, auth func(r *http.Request, body []byte), explain ...Explain) (*Client, error) {
	base, err := ParseBaseURL(s.System, s.BaseURL)
	if err != nil {
		return nil, err
	}
	transport := newTransport(base, s.Rate, auth)
	retrying := retryablehttp.NewClient()
	retrying.Logger = nil
	retrying.HTTPClient = transport.client()
	retrying.RetryMax = quickTries
	retrying.RetryWaitMin, retrying.RetryWaitMax = 200*time.Millisecond, longestQuickWait
	if s.Pace.Max > 0 {
		retrying.RetryWaitMin, retrying.RetryWaitMax = s.Pace.Min, s.Pace.Max
	}
	retrying.Backoff = quickWait
	retrying.CheckRetry = worthAQuickTry
	retrying.ErrorHandler = retryablehttp.PassthroughErrorHandler
	return &Client{system: s.System, base: base, transport: transport, http: retrying, explain: explain, log: s.Log}, nil
}

// A Request is one call of an API.
type Request struct {
	Method string
	// Path is a template below the base URL, such as "/contacts/{id}". Its
	// parameters are filled from Params, escaped. An empty one, or one that
	// climbs to another path, is refused, so that a missing id never turns into
	// a call on the whole collection.
	Path   string
	Params map[string]string
	// Query is sent escaped. An empty value is refused: vendors take it for the
	// absence of a condition and answer with everybody.
	Query url.Values
	// Body is sent as JSON, unless nil.
	Body any
	// Into receives the JSON answer of a 2xx status. If it is nil only the
	// status counts, unless the answer is a web page.
	Into any
	// Absent is how the vendor says that what was asked for does not exist. That is
	// returned like a success.
	Absent Absence
	// Repeatable says that making the call twice does no harm, whatever its
	// method. GET, HEAD, PUT and DELETE always are.
	Repeatable bool
}

// A Response is an answer that was understood.
type Response struct {
	Status int
	// Absent says that what was asked for does not exist, by the request's Absent.
	Absent bool
	// Body is the beginning of the body of a success of which only the status counts, for
	// vendors that may say there that it is none. It may quote the subject.
	Body []byte
}

// call is what the transport has to know of a request beyond HTTP.
type call struct {
	template   string
	body       []byte
	repeatable bool
}

type callKey struct{}

func callOf(ctx context.Context) call {
	made, _ := ctx.Value(callKey{}).(call)
	return made
}

// WithTemplate names, for the ledger, the path of the calls made in the context.
func WithTemplate(ctx context.Context, template string) context.Context {
	return context.WithValue(ctx, callKey{}, call{template: template})
}

// Do makes the call. Any error is a *[connectors.Error].
func (c *Client) Do(ctx context.Context, request Request) (Response, error) {
	target, err := c.resolve(request)
	if err != nil {
		return Response{}, err
	}
	var body []byte
	var raw any // a nil []byte would be sent as an empty, chunked body
	if request.Body != nil {
		if body, err = json.Marshal(request.Body); err != nil {
			return Response{}, c.fail(request, connectors.Misconfigured, 0, "the request could not be encoded")
		}
		raw = body
	}
	ctx = context.WithValue(ctx, callKey{}, call{
		template: request.Path, body: body, repeatable: request.Repeatable || idempotentMethod(request.Method),
	})
	prepared, err := retryablehttp.NewRequestWithContext(ctx, request.Method, target, raw)
	if err != nil {
		return Response{}, c.fail(request, connectors.Misconfigured, 0, "the request could not be built")
	}
	prepared.Header.Set("Accept", "application/json")
	if body != nil {
		prepared.Header.Set("Content-Type", "application/json")
	}
	prepared.Header.Set("User-Agent", "lethe")
	answer, err := c.http.Do(prepared)
	if err != nil {
		return Response{}, c.unanswered(ctx, request, 0, err)
	}
	defer func() { _ = answer.Body.Close() }() // what counts of it was read
	return c.read(ctx, request, answer)
}

func (c *Client) resolve(request Request) (string, error) {
	path := request.Path
	for name, value := range request.Params {
		if strings.TrimSpace(value) == "" || climbs(value) {
			return "", c.fail(request, connectors.Misconfigured, 0, "the path parameter {"+name+"} is empty or leads elsewhere; the call was not made")
		}
		path = strings.ReplaceAll(path, "{"+name+"}", escape(value))
	}
	if strings.Contains(path, "{") {
		return "", c.fail(request, connectors.Misconfigured, 0, "a path parameter is missing; the call was not made")
	}
	for name, values := range request.Query {
		if len(values) == 0 || slices.Contains(values, "") {
			return "", c.fail(request, connectors.Misconfigured, 0, "the query parameter "+name+" is empty; the call was not made")
		}
	}
	target := c.base.String() + path
	if len(request.Query) > 0 {
		target += "?" + spaces.Replace(request.Query.Encode())
	}
	return target, nil
}

// escape makes a value one segment of a path. Unlike [url.PathEscape] it leaves no
// reserved character as it is: some servers take a plus sign for a space in paths too.
func escape(value string) string { return spaces.Replace(url.QueryEscape(value)) }

// spaces writes the space of what is encoded like a form as %20, which servers read alike
// whether they decode forms or URIs. A plus sign of a value is %2B by then.
var spaces = strings.NewReplacer("+", "%20")

// climbs reports whether a path parameter holds a dot segment. Escaped slashes
// do not hold everywhere: proxies unescape them.
func climbs(value string) bool {
	segments := strings.FieldsFunc(value, func(r rune) bool { return r == '/' || r == '\\' })
	return slices.Contains(segments, ".") || slices.Contains(segments, "..")
}

// read turns an answer into a Response or an error.
func (c *Client) read(ctx context.Context, request Request, answer *http.Response) (Response, error) {
	status := answer.StatusCode
	success := status >= 200 && status <= 299
	var content []byte
	if success && request.Into != nil {
		var err error
		if content, err = io.ReadAll(answer.Body); err != nil {
			return Response{}, c.unanswered(ctx, request, status, err)
		}
	} else {
		content = glanceAt(answer.Body)
	}
	switch absent, err := c.absent(ctx, request, status, content); {
	case err != nil:
		return Response{}, err
	case absent:
		return Response{Status: status, Absent: true}, nil
	case !success:
		return Response{}, c.refused(request, answer, content)
	case request.Into == nil && isWebPage(content):
		return Response{}, c.fail(request, connectors.Malformed, status, "the answer is a web page, not that of an API; check base_url")
	case request.Into == nil:
		return Response{Status: status, Body: content}, nil
	}
	// null decodes into anything and would look like an empty result.
	if json.Unmarshal(content, request.Into) != nil || bytes.Equal(bytes.TrimSpace(content), []byte("null")) {
		return Response{}, c.fail(request, connectors.Malformed, status, "the answer is not the JSON that the vendor documents")
	}
	return Response{Status: status}, nil
}

// glanceAt returns the beginning of a body. A short one is read to its end,
// which lets the connection be used again.
func glanceAt(body io.Reader) []byte {
	content, _ := io.ReadAll(io.LimitReader(body, glance)) // what was read before an error is as telling
	return content
}

// isWebPage reports whether an answer is markup: the page of a proxy, a portal
// or a wrong address, whose status says nothing about the person.
func isWebPage(content []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(content, "\ufeff \t\r\n"), []byte("<"))
}

// Malformed is the error for an answer whose JSON is valid and makes no sense.
func (c *Client) Malformed(request Request, status int, reason string) error {
	return c.fail(request, connectors.Malformed, status, reason)
}

// Misconfigured is the error for an answer by which the calls of the API do not get where
// they are to.
func (c *Client) Misconfigured(request Request, status int, reason string) error {
	return c.fail(request, connectors.Misconfigured, status, reason)
}

// Rejected is the error for an answer that says no with a status that says yes.
func (c *Client) Rejected(request Request, status int, reason string) error {
	return c.fail(request, connectors.Rejected, status, reason)
}

// Unsettled is the error for an answer that makes sense and is not final, such as a list
// that changed while it was read: another try gets a final one.
func (c *Client) Unsettled(request Request, status int, reason string) error {
	return c.fail(request, connectors.Transient, status, reason)
}

func (c *Client) refused(request Request, answer *http.Response, body []byte) error {
	class, reason := ClassifyCall(answer.StatusCode)
	err := c.fault(request, class, answer.StatusCode, reason)
	switch {
	case class == connectors.Transient:
		err.RetryAfter = RetryAfter(answer.Header, time.Now())
	case answer.StatusCode == http.StatusNotFound, answer.StatusCode == http.StatusGone:
		err.Hint = checkBaseURL
	}
	for _, explain := range c.explain {
		explain(err, body)
	}
	return c.logged(err)
}

const checkBaseURL = "see whether base_url leads to the vendor's API, to the last part of its path; repair it in " +
	"lethe.yaml, restart the worker, then retry-system"

// unanswered turns the failure of a call, or of reading its answer, into an
// error that quotes neither the URL nor the vendor.
func (c *Client) unanswered(ctx context.Context, request Request, status int, err error) error {
	class, reason := ClassifyFailure(ctx, err)
	return c.fail(request, class, status, reason)
}

func (c *Client) fail(request Request, class connectors.Class, status int, reason string) *connectors.Error {
	return c.logged(c.fault(request, class, status, reason))
}

func (c *Client) fault(request Request, class connectors.Class, status int, reason string) *connectors.Error {
	return &connectors.Error{
		Class: class, System: c.system, Method: request.Method, Path: request.Path, Status: status, Reason: reason,
	}
}

func (c *Client) logged(err *connectors.Error) *connectors.Error {
	c.log.Debug().Str("system", c.system).Str("class", string(err.Class)).Str("method", err.Method).
		Str("path", err.Path).Int("status", err.Status).Msg(err.Reason)
	return err
}

func idempotentMethod(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	default:
		return false
	}
}

// worthAQuickTry decides whether to repeat a call in place: for connection
// errors, 429, 500, 502, 503 and 504, unless the vendor asks for a longer wait;
// only if repeating does no harm.
func worthAQuickTry(ctx context.Context, response *http.Response, err error) (bool, error) {
	switch {
	case ctx.Err() != nil:
		if response != nil {
			_ = response.Body.Close() // nobody will read it
		}
		return false, ctx.Err()
	case !callOf(ctx).repeatable:
		return false, err
	case err != nil:
		class, _ := ClassifyFailure(ctx, err)
		return class == connectors.Transient && !errors.Is(err, errPace), err
	}
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return RetryAfter(response.Header, time.Now()) <= longestQuickWait, nil
	}
	return false, nil
}

// quickWait grows with each try and is never shorter than the vendor asks for.
func quickWait(shortest, longest time.Duration, try int, response *http.Response) time.Duration {
	wait := retryablehttp.DefaultBackoff(shortest, longest, try, nil)
	if response != nil {
		wait = max(wait, RetryAfter(response.Header, time.Now()))
	}
	return wait
}
