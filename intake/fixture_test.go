package intake_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/intake"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators/authority"
)

// The clients of the tests.
const (
	token      = "a token that is long enough"
	otherToken = "another token, of somebody else"
)

// now is the gateway's clock.
var now = time.Date(2026, 3, 2, 15, 0, 1, 5, time.UTC)

// desk keeps requests in memory as the real one does in Temporal.
type desk struct {
	mu    sync.Mutex
	taken map[string]dsr.Request
	// status and line are how every request stands.
	status dsr.Report
	line   requests.Line
	// belongs says whose requests are, by their controllers.
	belongs map[string]requests.Belonging
	// err, if set, is what everything answers.
	err error
	// refusal is what updates answer, and after is the status from then on.
	refusal error
	after   *dsr.Report
}

func (d *desk) Submit(_ context.Context, r dsr.Request) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return false, d.err
	}
	first, ok := d.taken[r.WorkflowID()]
	if ok && !first.Intake.Same(r.Intake) {
		return false, requests.ErrTaken
	}
	for _, kind := range dsr.Kinds() {
		if _, other := d.taken[dsr.WorkflowID(kind, r.ID)]; other && kind != r.Kind {
			return false, requests.ErrTaken
		}
	}
	if !ok {
		d.taken[r.WorkflowID()] = r
	}
	return ok, nil
}

func (d *desk) Belongs(_ context.Context, _, controller string) (requests.Belonging, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.belongs[controller], nil
}

func (d *desk) Request(_ context.Context, kind dsr.Kind, id string) (dsr.Request, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, ok := d.taken[dsr.WorkflowID(kind, id)]
	if d.err == nil && !ok {
		return dsr.Request{}, requests.ErrUnknown
	}
	return r, d.err
}

func (d *desk) Status(context.Context, dsr.Kind, string) (dsr.Report, map[string]report.Note, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status, nil, d.err
}

func (d *desk) Line(context.Context, dsr.Kind, string) (requests.Line, error) { return d.line, d.err }

func (d *desk) Update(context.Context, dsr.Kind, string, string, any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.after != nil {
		d.status = *d.after
	}
	return d.refusal
}

// gateway is one that is served, with everything that is sent and answered held to
// its OpenAPI document.
type gateway struct {
	*testing.T
	desk      *desk
	authority *authority.Authority
	signing   authority.Pair
	log       *lines
	url       string
	routes    routers.Router
}

// lines is a log that may be read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

const domain = "example-processor.com"

func newGateway(t *testing.T, change ...func(*intake.Options)) *gateway {
	t.Helper()
	ca, err := authority.New()
	require.NoError(t, err)
	pair, err := ca.IssueRSA(2048, domain)
	require.NoError(t, err)
	g := &gateway{T: t, desk: &desk{taken: map[string]dsr.Request{}}, authority: ca, signing: pair, log: &lines{}}
	o := intake.Options{
		URL: &url.URL{Scheme: "https", Host: domain}, Signer: newSigner(t, pair), Desk: g.desk,
		Clients: []intake.Client{
			{Name: "dsar", Controller: "example_controller_id", Token: sha256.Sum256([]byte(token)), Rate: 1000},
			{Name: "stranger", Controller: "somebody_else", Token: sha256.Sum256([]byte(otherToken)), Rate: 1000},
		},
		Parser:       identity.Parser{Region: "FR"},
		Due:          due,
		Destinations: intake.Destinations{Hosts: []string{"examplecontroller.com", "dsar.example.com:8443"}},
		Ready:        func(context.Context) error { return nil },
		Now:          func() time.Time { return now },
		Log:          zerolog.New(g.log),
	}
	for _, c := range change {
		c(&o)
	}
	handler, err := intake.NewServer(o)
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	g.url = server.URL
	g.routes = g.described()
	return g
}

func due(regulation string, receivedAt time.Time) (time.Time, error) {
	if regulation == "ccpa" {
		return time.Time{}, errors.New("is not served here")
	}
	return receivedAt.AddDate(0, 1, 0), nil
}

func newSigner(t *testing.T, pair authority.Pair) *intake.Signer {
	t.Helper()
	c, err := pair.TLS()
	require.NoError(t, err)
	signer, err := intake.NewSigner(domain, c, time.Now())
	require.NoError(t, err)
	return signer
}

// document loads the one that the gateway serves.
func (g *gateway) document() *openapi3.T {
	g.Helper()
	answer, err := http.Get(g.url + "/v2/openapi.json")
	require.NoError(g, err)
	defer func() { require.NoError(g, answer.Body.Close()) }()
	document, err := openapi3.NewLoader().LoadFromIoReader(answer.Body)
	require.NoError(g, err)
	require.NoError(g, document.Validate(g.Context()))
	require.Equal(g, "https://"+domain, document.Servers[0].URL)
	return document
}

// described finds what the document says of a call.
func (g *gateway) described() routers.Router {
	g.Helper()
	document := g.document()
	document.Servers = openapi3.Servers{{URL: g.url}}
	router, err := gorillamux.NewRouter(document)
	require.NoError(g, err)
	return router
}

// An answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// call sends with the token of the first client.
func (g *gateway) call(method, path, body string) answer {
	g.Helper()
	return g.as(token, method, path, body)
}

func (g *gateway) as(token, method, path, body string) answer {
	g.Helper()
	r, err := http.NewRequestWithContext(g.Context(), method, g.url+path, strings.NewReader(body))
	require.NoError(g, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return g.do(r, body)
}

// do sends, and holds both sides to the document: what the gateway takes is as
// described, and so is what it answers.
func (g *gateway) do(r *http.Request, body string) answer {
	g.Helper()
	got, err := http.DefaultClient.Do(r)
	require.NoError(g, err)
	content, err := io.ReadAll(got.Body)
	require.NoError(g, err)
	require.NoError(g, got.Body.Close())
	a := answer{status: got.StatusCode, header: got.Header, body: string(content)}
	route, parameters, err := g.routes.FindRoute(r)
	if err != nil {
		require.Contains(g, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, a.status, "%s %s is not described", r.Method, r.URL.Path)
		return a
	}
	r.Body = io.NopCloser(strings.NewReader(body))
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: parameters, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	if a.status < 300 {
		require.NoError(g, openapi3filter.ValidateRequest(g.Context(), input), "what was taken is not as described")
	}
	require.NoError(g, openapi3filter.ValidateResponse(g.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(content)), Options: input.Options,
	}), "%d %s", a.status, a.body)
	return a
}

// networks are loopback ones, which tests' receivers are in.
func networks() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

func TestMain(m *testing.M) {
	openapi3filter.RegisterBodyDecoder("application/x-pem-file", openapi3filter.PlainBodyDecoder)
	m.Run()
}

// ownTLS makes an authority, and its certificate for this machine.
func ownTLS(t *testing.T) (*authority.Authority, tls.Certificate) {
	t.Helper()
	ca, err := authority.New()
	require.NoError(t, err)
	own, err := ca.Issue("127.0.0.1")
	require.NoError(t, err)
	certificate, err := own.TLS()
	require.NoError(t, err)
	return ca, certificate
}
