// Package simtest asks simulators without a network, for their own tests.
package simtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Answer is what a simulator said.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Ask sends one request; a body is JSON unless a header says otherwise. Headers are given in pairs of name and value.
func Ask(t testing.TB, vendor http.Handler, method, target, body string, headers ...string) Answer {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	vendor.ServeHTTP(recorder, request)
	return Answer{Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.String()}
}

// Into decodes the answer's JSON.
func (a Answer) Into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), v); err != nil {
		t.Fatalf("%d answer is no JSON: %v: %s", a.Status, err, a.Body)
	}
}

// Want fails the test unless the status is as given and the body contains the text.
func (a Answer) Want(t testing.TB, status int, text string) {
	t.Helper()
	if a.Status != status || !strings.Contains(a.Body, text) {
		t.Fatalf("got %d %s, want %d with %q", a.Status, a.Body, status, text)
	}
}

// Clock is a time that tests move.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands still at a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now returns the time of the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
