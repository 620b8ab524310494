package httpapi_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
)

func TestBaseURLs(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"https://api.example.com", "https://api.example.com/", "https://api.example.com:8443/v1/", "https://api.example.com/a%2Fb/",
		"http://127.0.0.1:8080", "http://localhost", "http://[::1]:8080", "https://10.0.0.1",
	} {
		base, err := httpapi.ParseBaseURL("shop", raw)
		require.NoError(t, err, raw)
		require.Equal(t, strings.TrimRight(raw, "/"), base.String())
	}
	for _, raw := range []string{
		"", "api.example.com", "https://", "https:///v1", "http://api.example.com", "http://127.0.0.1.example.com", "http://10.0.0.1",
		"ftp://api.example.com", "https://user:pass@api.example.com", "https://user@api.example.com", "https://api.example.com/?a=b",
		"https://api.example.com/v1?", "https://api.example.com/#top", "https://api.example.com/#", "https:api.example.com",
		"https://api.example.com:port", "https://api.example.com/%zz", "//api.example.com",
	} {
		_, err := httpapi.New(connectors.Settings{System: "shop", BaseURL: raw}, nil)
		known := classified(t, err)
		require.Equal(t, connectors.Misconfigured, known.Class, raw)
		require.NotContains(t, known.Error(), "pass@")
	}
}

func TestRedirectsWithinTheHostAreFollowed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		redirects int32
		class     connectors.Class
	}{
		{"three", 3, ""},
		{"four", 4, connectors.Misconfigured},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				require.NotEmpty(t, r.Header.Get("Authorization"))
				if calls.Add(1) <= test.redirects {
					http.Redirect(w, r, "/moved", http.StatusMovedPermanently)
					return
				}
				_, _ = io.WriteString(w, `{"id":"7"}`)
			})
			var ledger connectors.Ledger
			var into answer
			_, err := newClient(t, server.URL).Do(connectors.WithLedger(t.Context(), &ledger),
				httpapi.Request{Method: http.MethodGet, Path: "/contacts", Into: &into})
			if test.class != "" {
				known := classified(t, err)
				require.Equal(t, test.class, known.Class)
				require.Equal(t, 301, known.Status)
				return
			}
			require.NoError(t, err)
			require.Equal(t, "7", into.ID)
			require.Equal(t, []dsr.Call{
				{Method: "GET", Path: "/contacts", Status: 301, Count: 3}, {Method: "GET", Path: "/contacts", Status: 200, Count: 1},
			}, ledger.Calls())
		})
	}
}

func TestOtherRedirectsAreRefused(t *testing.T) {
	t.Parallel()
	var strangers atomic.Int32
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { strangers.Add(1) })
	tests := []struct {
		name, method string
		status       int
		location     func(home string) string
	}{
		{"a GET to another host", "GET", 302, func(string) string { return elsewhere.URL + "/" }},
		{"a GET to another name of the host", "GET", 307, func(home string) string { return strings.Replace(home, "127.0.0.1", "localhost", 1) }},
		{"a GET to another scheme", "GET", 308, func(home string) string { return strings.Replace(home, "http:", "https:", 1) }},
		{"a DELETE within the host", "DELETE", 303, func(string) string { return "/moved" }},
		{"a DELETE that keeps its method", "DELETE", 307, func(string) string { return "/moved" }},
		{"a POST within the host", "POST", 302, func(string) string { return "/moved" }},
		{"a POST that keeps its method", "POST", 308, func(string) string { return "/moved" }},
		{"a POST to another host", "POST", 307, func(string) string { return elsewhere.URL }},
		{"a PUT to another host", "PUT", 301, func(string) string { return elsewhere.URL }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				w.Header().Set("Location", test.location("http://"+r.Host))
				w.WriteHeader(test.status)
			}))
			server.Start()
			t.Cleanup(server.Close)
			_, err := newClient(t, server.URL).Do(t.Context(), httpapi.Request{Method: test.method, Path: "/contacts", Repeatable: true, Body: 1})
			known := classified(t, err)
			require.Equal(t, connectors.Misconfigured, known.Class)
			require.Equal(t, test.status, known.Status)
			require.EqualValues(t, 1, calls.Load())
			require.Zero(t, strangers.Load())
		})
	}
}

func TestAPlainClientCallsNoOtherHost(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	base, err := url.Parse("https://api.example.com")
	require.NoError(t, err)
	_, err = httpapi.PlainClient(base, 0).Get(elsewhere.URL) //nolint:bodyclose // there is no response
	class, _ := httpapi.ClassifyFailure(t.Context(), err)
	require.Equal(t, connectors.Misconfigured, class)
}

func TestAPlainClientNotesItsCalls(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	base, err := httpapi.ParseBaseURL("shop", server.URL)
	require.NoError(t, err)
	client := httpapi.PlainClient(base, 0)
	var ledger connectors.Ledger
	ctx := connectors.WithLedger(t.Context(), &ledger)
	named := httpapi.WithTemplate(ctx, "/contacts/{id}")
	for _, ctx := range []func() *http.Request{
		func() *http.Request {
			r, _ := http.NewRequestWithContext(named, http.MethodGet, server.URL+"/contacts/7", nil)
			return r
		},
		func() *http.Request {
			r, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/secret", nil)
			return r
		},
	} {
		response, err := client.Do(ctx())
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
	}
	require.Equal(t, []dsr.Call{
		{Method: "GET", Path: "/contacts/{id}", Status: 200, Count: 1}, {Method: "GET", Path: "(unnamed)", Status: 200, Count: 1},
	}, ledger.Calls())
}

// It changes the process's default transport, so it does not run in parallel.
func TestCertificatesAreAlwaysVerified(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("called") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the server complains of the handshake
	server.StartTLS()
	defer server.Close()

	changed := http.DefaultTransport.(*http.Transport)
	before := changed.TLSClientConfig
	changed.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // to see that it has no effect
	defer func() { changed.TLSClientConfig = before }()

	_, err := newClient(t, server.URL).Do(t.Context(), get)
	known := classified(t, err)
	require.Equal(t, connectors.Misconfigured, known.Class)
	require.Equal(t, "the vendor's TLS certificate is not valid for base_url", known.Reason)
}

func TestAVendorWithoutTLSIsMisconfigured(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	_, err := newClient(t, strings.Replace(server.URL, "http:", "https:", 1)).Do(t.Context(), get)
	require.Equal(t, connectors.Misconfigured, classified(t, err).Class)
}

func TestCredentialsWithALineBreakAreMisconfigured(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	client, err := httpapi.New(settings(server.URL), func(r *http.Request, _ []byte) { r.Header.Set("X-Key", "secret\n") })
	require.NoError(t, err)
	_, err = client.Do(t.Context(), get)
	known := classified(t, err)
	require.Equal(t, connectors.Misconfigured, known.Class)
	require.NotContains(t, known.Error(), "secret")
}

func TestEachTryIsSignedAnew(t *testing.T) {
	t.Parallel()
	var seen []string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("X-Signature"))
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	var tries atomic.Int32
	client, err := httpapi.New(settings(server.URL), func(r *http.Request, body []byte) {
		r.Header.Set("X-Signature", fmt.Sprintf("%d %s", tries.Add(1), body))
	})
	require.NoError(t, err)
	_, err = client.Do(t.Context(), httpapi.Request{Method: http.MethodPost, Path: "/contacts", Body: "b", Repeatable: true})
	require.Error(t, err)
	require.Equal(t, []string{`1 "b"`, `2 "b"`, `3 "b"`, `4 "b"`}, seen)
}

func TestTheRateIsRespected(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	server := serve(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	slow := settings(server.URL)
	slow.Rate = 50
	client, err := httpapi.New(slow, nil)
	require.NoError(t, err)
	started := time.Now()
	for range 6 {
		_, err := client.Do(t.Context(), get)
		require.NoError(t, err)
	}
	require.EqualValues(t, 6, calls.Load())
	require.GreaterOrEqual(t, time.Since(started), 95*time.Millisecond, "five waits of 20 ms")
}

func TestWaitingForATurnDoesNotUseUpTheTimeLimit(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	slow := settings(server.URL)
	slow.Rate = 0.3
	client, err := httpapi.New(slow, nil)
	require.NoError(t, err)
	client.SetTimeout(3 * time.Second)
	for range 2 {
		_, err := client.Do(t.Context(), get)
		require.NoError(t, err)
	}
}

func TestACallWithoutTimeForItsTurnIsNotMade(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	server := serve(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	slow := settings(server.URL)
	slow.Rate = 0.001
	client, err := httpapi.New(slow, nil)
	require.NoError(t, err)
	_, err = client.Do(t.Context(), get)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = client.Do(ctx, get)
	known := classified(t, err)
	require.Equal(t, connectors.Transient, known.Class)
	require.Equal(t, "the system's rate leaves no time for the call", known.Reason)
	require.EqualValues(t, 1, calls.Load())
}
