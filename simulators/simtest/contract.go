package simtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Requests says what becomes of requests that a contract does not allow.
type Requests int

const (
	// Allowed holds the client to the contract: a request that it does not allow fails the test.
	Allowed Requests = iota
	// Refused holds the simulator to it alone: a request that the contract does not allow has to be refused or sent
	// elsewhere, with a status of 300 to 499.
	Refused
)

// Contract returns a handler to put around a simulated vendor with its Wrap, so that injected faults are no part of it.
// It fails the test on every exchange that the OpenAPI document of that path does not allow: unknown paths, methods and
// query parameters, missing or mistyped fields, undocumented statuses. It is safe for concurrent use.
func Contract(t testing.TB, path string, requests Requests) func(http.Handler) http.Handler {
	t.Helper()
	routes, err := routesOf(path)
	if err != nil {
		t.Fatalf("contract: %v", err)
	}
	c := &contract{routes: routes, requests: requests, report: reporter(t)}
	return func(vendor http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.serve(w, r, vendor) })
	}
}

// Document reads and validates the OpenAPI document of a path.
func Document(path string) (*openapi3.T, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the path is a test's own
	if err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := document.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return document, nil
}

// contracts keeps what was read, because conformance suites open a vendor for every test.
var contracts sync.Map

func routesOf(path string) (routers.Router, error) {
	if known, ok := contracts.Load(path); ok {
		return known.(routers.Router), nil
	}
	document, err := Document(path)
	if err != nil {
		return nil, err
	}
	routes, err := gorillamux.NewRouter(document)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	contracts.Store(path, routes)
	return routes, nil
}

// reporter fails the test as long as it runs. A vendor that was asked to wait may answer later.
func reporter(t testing.TB) func(format string, args ...any) {
	t.Helper()
	var mu sync.Mutex
	over := false
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
	})
	return func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			t.Errorf(format, args...)
		}
	}
}

type contract struct {
	routes   routers.Router
	requests Requests
	report   func(format string, args ...any)
}

func (c *contract) serve(w http.ResponseWriter, r *http.Request, vendor http.Handler) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.report("contract: the body of a request cannot be read: %v", err)
	}
	input, forbidden := c.asked(r, body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	recorder := httptest.NewRecorder()
	vendor.ServeHTTP(recorder, r)
	c.judge(r, input, forbidden, recorder)
	for name, values := range recorder.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(recorder.Body.Bytes())
}

// asked finds the operation of a request and says why the document does not allow it, if it does not. Without an
// operation, there is no input.
func (c *contract) asked(r *http.Request, body []byte) (*openapi3filter.RequestValidationInput, error) {
	route, params, err := c.routes.FindRoute(r)
	if err != nil {
		return nil, err
	}
	for name, value := range params {
		// The router matches paths as they are encoded.
		if decoded, err := url.PathUnescape(value); err == nil {
			params[name] = decoded
		}
	}
	copied := r.Clone(r.Context())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	input := &openapi3filter.RequestValidationInput{
		Request: copied, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, MultiError: true,
		},
	}
	if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
		return input, err
	}
	parameters := slices.Concat(route.PathItem.Parameters, route.Operation.Parameters)
	for name := range r.URL.Query() {
		if parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			return input, fmt.Errorf("the query parameter %q is unknown", name)
		}
	}
	if len(body) > 0 && route.Operation.RequestBody == nil {
		return input, fmt.Errorf("the operation takes no body")
	}
	return input, nil
}

func (c *contract) judge(r *http.Request, input *openapi3filter.RequestValidationInput, forbidden error, got *httptest.ResponseRecorder) {
	called := r.Method + " " + r.URL.Path
	refused := got.Code >= 300 && got.Code < 500
	switch {
	case forbidden != nil && c.requests == Allowed:
		c.report("contract: the request %s is not allowed: %s", called, brief(forbidden))
	case forbidden != nil && !refused:
		c.report("contract: %s is answered %d and not refused: %s", called, got.Code, brief(forbidden))
	}
	if input == nil {
		return
	}
	err := openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: got.Code, Header: got.Header(),
		Body: io.NopCloser(bytes.NewReader(got.Body.Bytes())), Options: input.Options,
	})
	if err != nil {
		c.report("contract: the answer %d to %s is not allowed: %s\n%s", got.Code, called, brief(err), got.Body)
	}
}

// brief leaves out the schemas that a complaint repeats.
func brief(err error) string {
	var kept []string
	schema := false
	for line := range strings.Lines(err.Error()) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "Schema:"):
			schema = true
		case strings.HasPrefix(line, "Value:"):
			schema = false
		}
		if !schema && strings.TrimSpace(line) != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}
