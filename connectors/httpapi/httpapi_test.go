package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators/simtest"
)

// canary stands for everything that must never be logged or quoted.
const canary = "canary.person@example.com"

// settings are those of a system at the given address, with hardly any wait
// between quick tries.
func settings(baseURL string) connectors.Settings {
	return connectors.Settings{
		System: "shop", BaseURL: baseURL, Log: zerolog.Nop(),
		Pace: connectors.Pace{Min: time.Millisecond, Max: 2 * time.Millisecond},
	}
}

func bearer(r *http.Request, _ []byte) { r.Header.Set("Authorization", "Bearer secret-"+canary) }

func newClient(t testing.TB, baseURL string) *httpapi.Client {
	t.Helper()
	client, err := httpapi.New(settings(baseURL), bearer)
	require.NoError(t, err)
	return client
}

// serve runs a vendor that lives as long as the test.
func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func classified(t *testing.T, err error) *connectors.Error {
	t.Helper()
	var known *connectors.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, "shop", known.System)
	return known
}

type answer struct {
	ID string `json:"id"`
}

var get = httpapi.Request{Method: http.MethodGet, Path: "/contacts"}

func TestStatusesAreClassified(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status int
		class  connectors.Class
	}{
		{301, connectors.Misconfigured},
		{304, connectors.Misconfigured},
		{400, connectors.Rejected},
		{401, connectors.CredentialsRejected},
		{402, connectors.Rejected},
		{403, connectors.CredentialsRejected},
		{404, connectors.Misconfigured},
		{405, connectors.Rejected},
		{408, connectors.Transient},
		{409, connectors.Rejected},
		{410, connectors.Misconfigured},
		{412, connectors.Rejected},
		{422, connectors.Rejected},
		{425, connectors.Transient},
		{429, connectors.Transient},
		{500, connectors.Transient},
		{501, connectors.Transient},
		{502, connectors.Transient},
		{503, connectors.Transient},
		{504, connectors.Transient},
		{599, connectors.Transient},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.status), func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				if test.status != http.StatusNotModified {
					_, _ = io.WriteString(w, `{"error":"`+canary+`"}`)
				}
			})
			_, err := newClient(t, server.URL).Do(t.Context(), get)
			known := classified(t, err)
			require.Equal(t, test.class, known.Class)
			require.Equal(t, test.status, known.Status)
			require.Equal(t, "GET", known.Method)
			require.Equal(t, "/contacts", known.Path)
			require.NotContains(t, known.Error(), canary)
		})
	}
}

func TestAnswersAreDecoded(t *testing.T) {
	t.Parallel()
	var seen *http.Request
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r
		_, _ = io.WriteString(w, " {\"id\":\"7\"}\n")
	})
	var into answer
	response, err := newClient(t, server.URL+"/v1/").Do(t.Context(), httpapi.Request{
		Method: http.MethodPost, Path: "/contacts", Body: map[string]string{"a": "b"}, Into: &into,
	})
	require.NoError(t, err)
	require.Equal(t, httpapi.Response{Status: 200}, response)
	require.Equal(t, answer{ID: "7"}, into)
	require.Equal(t, "/v1/contacts", seen.URL.Path)
	require.Equal(t, "application/json", seen.Header.Get("Content-Type"))
	require.Equal(t, "application/json", seen.Header.Get("Accept"))
	require.Equal(t, "lethe", seen.Header.Get("User-Agent"))
	require.EqualValues(t, len(`{"a":"b"}`), seen.ContentLength)
}

func TestARequestWithoutBodyAnnouncesNone(t *testing.T) {
	t.Parallel()
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		require.Zero(t, r.ContentLength)
		require.Empty(t, r.TransferEncoding)
		require.Empty(t, r.Header.Get("Content-Type"))
	})
	for _, method := range []string{http.MethodDelete, http.MethodPost} {
		_, err := newClient(t, server.URL).Do(t.Context(), httpapi.Request{Method: method, Path: "/contacts"})
		require.NoError(t, err)
	}
}

func TestAnswersThatAreNotUnderstoodAreNoSuccess(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
	}{
		{"a web page", "<!DOCTYPE html><p>" + canary},
		{"no body", ""},
		{"half of the JSON", `{"id":"` + canary},
		{"garbage after the JSON", `{"id":"7"} ` + canary},
		{"a closing brace too many", `{"id":"7"}}`},
		{"a second value", `{"id":"7"}{"id":"8"}`},
		{"another type", `{"id":7}`},
		{"a list for an object", `[]`},
		{"null", ` null `},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, test.body) })
			_, err := newClient(t, server.URL).Do(t.Context(), httpapi.Request{Method: http.MethodGet, Path: "/contacts", Into: new(answer)})
			known := classified(t, err)
			require.Equal(t, connectors.Malformed, known.Class)
			require.Equal(t, 200, known.Status)
			require.NotContains(t, known.Error(), canary)
		})
	}
}

func TestAWebPageIsNeitherSuccessNorAbsence(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 202, 404, 410} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = io.WriteString(w, "\ufeff\r\n <html>Welcome to nginx!</html>")
			})
			_, err := newClient(t, server.URL).Do(t.Context(), httpapi.Request{
				Method: http.MethodDelete, Path: "/contacts/{id}", Params: map[string]string{"id": "7"},
				Absent: httpapi.Absence{Statuses: []int{404, 410}, Meaning: always(httpapi.AboutRecord)},
			})
			want := map[bool]connectors.Class{true: connectors.Malformed, false: connectors.Misconfigured}[status < 300]
			require.Equal(t, want, classified(t, err).Class)
			require.ErrorContains(t, err, "check base_url")
		})
	}
}

func TestAbsenceIsReportedLikeASuccess(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"error":"not found"}`)
	})
	response, err := newClient(t, server.URL).Do(t.Context(), httpapi.Request{
		Method: http.MethodGet, Path: "/contacts", Into: new(answer),
		Absent: httpapi.Absence{Statuses: []int{404}, Meaning: always(httpapi.AboutRecord)},
	})
	require.NoError(t, err)
	require.Equal(t, httpapi.Response{Status: 404, Absent: true}, response)
}

func TestQuickTries(t *testing.T) {
	t.Parallel()
	const all = 4 // one call and three quick tries
	tests := []struct {
		name       string
		method     string
		repeatable bool
		status     int
		retryAfter string
		calls      int32
		wait       time.Duration
	}{
		{name: "429 of a GET", method: "GET", status: 429, calls: all},
		{name: "429 of a GET that asks for no time", method: "GET", status: 429, retryAfter: "0", calls: all},
		{name: "429 of a GET that asks for long", method: "GET", status: 429, retryAfter: "60", calls: 1, wait: time.Minute},
		{name: "429 of a POST", method: "POST", status: 429, retryAfter: "60", calls: 1, wait: time.Minute},
		{name: "500 of a GET", method: "GET", status: 500, calls: all},
		{name: "501 of a GET", method: "GET", status: 501, calls: 1},
		{name: "502 of a DELETE", method: "DELETE", status: 502, calls: all},
		{name: "503 of a PUT", method: "PUT", status: 503, calls: all},
		{name: "503 of a GET that asks for long", method: "GET", status: 503, retryAfter: "3600", calls: 1, wait: time.Hour},
		{name: "504 of a HEAD", method: "HEAD", status: 504, calls: all},
		{name: "500 of a POST", method: "POST", status: 500, calls: 1},
		{name: "502 of a PATCH", method: "PATCH", status: 502, calls: 1},
		{name: "503 of a POST that may be repeated", method: "POST", repeatable: true, status: 503, calls: all},
		{name: "400 of a GET", method: "GET", status: 400, calls: 1},
		{name: "401 of a GET", method: "GET", status: 401, calls: 1},
		{name: "an absurd Retry-After", method: "GET", status: 429, retryAfter: "9223372036854775807", calls: 1, wait: 48 * time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				body, _ := io.ReadAll(r.Body)
				require.Equal(t, `{"n":1}`, string(body), "each try carries the body")
				if test.retryAfter != "" {
					w.Header().Set("Retry-After", test.retryAfter)
				}
				w.WriteHeader(test.status)
			})
			var ledger connectors.Ledger
			_, err := newClient(t, server.URL).Do(connectors.WithLedger(t.Context(), &ledger), httpapi.Request{
				Method: test.method, Path: "/contacts", Body: map[string]int{"n": 1}, Repeatable: test.repeatable,
			})
			known := classified(t, err)
			require.Equal(t, test.status, known.Status)
			require.Equal(t, test.wait, known.RetryAfter)
			require.Equal(t, test.calls, calls.Load())
			require.Equal(t, []dsr.Call{{Method: test.method, Path: "/contacts", Status: test.status, Count: int(test.calls)}}, ledger.Calls())
		})
	}
}

func TestAVendorThatRecoversIsNotAnError(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		switch calls.Add(1) {
		case 1:
			panic(http.ErrAbortHandler) // the connection breaks without an answer
		case 2:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			_, _ = io.WriteString(w, `{"id":"7"}`)
		}
	})
	var ledger connectors.Ledger
	var into answer
	started := time.Now()
	_, err := newClient(t, server.URL).Do(connectors.WithLedger(t.Context(), &ledger), httpapi.Request{
		Method: http.MethodGet, Path: "/contacts/{id}", Params: map[string]string{"id": canary}, Into: &into,
	})
	require.NoError(t, err)
	require.Equal(t, "7", into.ID)
	require.GreaterOrEqual(t, time.Since(started), time.Second, "a short Retry-After is waited for")
	require.Equal(t, []dsr.Call{
		{Method: "GET", Path: "/contacts/{id}", Status: 0, Count: 1},
		{Method: "GET", Path: "/contacts/{id}", Status: 429, Count: 1},
		{Method: "GET", Path: "/contacts/{id}", Status: 200, Count: 1},
	}, ledger.Calls())
}

func TestABrokenConnectionIsTransient(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	server := serve(t, func(http.ResponseWriter, *http.Request) {
		calls.Add(1)
		panic(http.ErrAbortHandler)
	})
	_, err := newClient(t, server.URL).Do(t.Context(), httpapi.Request{Method: http.MethodPost, Path: "/contacts"})
	require.Equal(t, connectors.Transient, classified(t, err).Class)
	require.EqualValues(t, 1, calls.Load(), "a POST is not repeated")

	_, err = newClient(t, server.URL).Do(t.Context(), httpapi.Request{Method: http.MethodDelete, Path: "/contacts"})
	require.Equal(t, connectors.Transient, classified(t, err).Class)
	require.EqualValues(t, 5, calls.Load())
}

func TestAVendorThatIsNotThereIsTransient(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, "http://"+simtest.ReservePort(t).Address).Do(t.Context(), get)
	known := classified(t, err)
	require.Equal(t, connectors.Transient, known.Class)
	require.Zero(t, known.Status)
}

func TestABodyThatBreaksOffIsTransient(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"id":"7"}`)
	})
	_, err := newClient(t, server.URL).Do(t.Context(), httpapi.Request{Method: http.MethodGet, Path: "/contacts", Into: new(answer)})
	known := classified(t, err)
	require.Equal(t, connectors.Transient, known.Class)
	require.Equal(t, 200, known.Status)
	require.Equal(t, "the answer broke off", known.Reason)
}

func TestAnswersAreBoundedInSize(t *testing.T) {
	t.Parallel()
	tooLarge := func(w io.Writer) {
		_, _ = io.WriteString(w, `{"id":"`)
		blank := bytes.Repeat([]byte(" "), 1<<16)
		for range httpapi.MaxBody/len(blank) + 1 {
			_, _ = w.Write(blank)
		}
		_, _ = io.WriteString(w, `"}`)
	}
	tests := []struct {
		name  string
		write http.HandlerFunc
	}{
		{"plain", func(w http.ResponseWriter, _ *http.Request) { tooLarge(w) }},
		{"compressed", func(w http.ResponseWriter, r *http.Request) {
			require.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
			w.Header().Set("Content-Encoding", "gzip")
			zip := gzip.NewWriter(w)
			tooLarge(zip)
			_ = zip.Close()
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, test.write)
			_, err := newClient(t, server.URL).Do(t.Context(), httpapi.Request{Method: http.MethodGet, Path: "/contacts", Into: new(answer)})
			require.Equal(t, connectors.Malformed, classified(t, err).Class)

			_, err = newClient(t, server.URL).Do(t.Context(), get)
			require.NoError(t, err, "nobody reads it")
		})
	}
}

func TestAnAnswerOfTheLargestSizeIsRead(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"id":"`+strings.Repeat("7", httpapi.MaxBody-len(`{"id":""}`))+`"}`)
	})
	_, err := newClient(t, server.URL).Do(t.Context(), httpapi.Request{Method: http.MethodGet, Path: "/contacts", Into: new(answer)})
	require.NoError(t, err)
}

func TestASlowVendorIsGivenUp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		slow http.HandlerFunc
	}{
		{"that does not answer", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"whose answer does not end", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"id":"7`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, test.slow)
			client := newClient(t, server.URL)
			client.SetTimeout(20 * time.Millisecond)
			request := httpapi.Request{Method: http.MethodPost, Path: "/contacts", Into: new(answer)}
			_, err := client.Do(t.Context(), request)
			known := classified(t, err)
			require.Equal(t, connectors.Transient, known.Class)
			require.Equal(t, "the vendor did not answer in time", known.Reason)

			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			_, err = newClient(t, server.URL).Do(ctx, request)
			known = classified(t, err)
			require.Equal(t, connectors.Transient, known.Class)
			require.Equal(t, "the call was cancelled", known.Reason)
		})
	}
}

func TestACancelledCallIsNotMade(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var ledger connectors.Ledger
	_, err := newClient(t, server.URL).Do(connectors.WithLedger(ctx, &ledger), get)
	require.Equal(t, "the call was cancelled", classified(t, err).Reason)
	require.Empty(t, ledger.Calls())
}

func TestCancellingEndsTheWaitBetweenTries(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		cancel()
	})
	patient := settings(server.URL)
	patient.Pace = connectors.Pace{Min: time.Hour, Max: time.Hour}
	client, err := httpapi.New(patient, bearer)
	require.NoError(t, err)
	_, err = client.Do(ctx, get)
	require.Equal(t, "the call was cancelled", classified(t, err).Reason)
}

func TestParametersAreEscaped(t *testing.T) {
	t.Parallel()
	values := []string{
		"plain", "a+b@example.com", "a b", `"quoted"`, "o'neil", "a/b", "a/b/", `a\b`, "münchen", "日本", "50%", "%2e%2e", "a?b=c&d",
		"#x", "{id}", "a;b", "..a", "a..b", "\x00", "line\nbreak", "🙂", "=", "a,b", "*", ":", "<b>",
	}
	for _, value := range values {
		t.Run(fmt.Sprintf("%q", value), func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				raw, found := strings.CutPrefix(r.URL.EscapedPath(), "/v1/contacts/")
				require.True(t, found)
				require.Equal(t, 1, strings.Count(raw, "/"), "the value is one segment")
				param, err := url.PathUnescape(strings.TrimSuffix(raw, "/notes"))
				require.NoError(t, err)
				_ = json.NewEncoder(w).Encode([]string{param, r.URL.Query().Get("q"), r.URL.Query().Get("page")})
			})
			var into []string
			_, err := newClient(t, server.URL+"/v1").Do(t.Context(), httpapi.Request{
				Method: http.MethodGet, Path: "/contacts/{id}/notes",
				Params: map[string]string{"id": value},
				Query:  url.Values{"q": {value}, "page": {"2"}},
				Into:   &into,
			})
			require.NoError(t, err)
			require.Equal(t, []string{value, value, "2"}, into)
		})
	}
}

// A plus sign is a space to some servers, in paths too.
func TestEveryReservedCharacterOfAPathIsEscaped(t *testing.T) {
	t.Parallel()
	var asked string
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { asked = r.RequestURI })
	_, err := newClient(t, server.URL).Do(t.Context(), httpapi.Request{
		Method: http.MethodGet, Path: "/contacts/{id}", Params: map[string]string{"id": "a+b c@example.com;x=1&y:$,"},
	})
	require.NoError(t, err)
	require.Equal(t, "/contacts/a%2Bb%20c%40example.com%3Bx%3D1%26y%3A%24%2C", asked)
}

func TestARefusalIsExplained(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"missing":"read"}`)
	})
	var log bytes.Buffer
	s := settings(server.URL)
	s.Log = zerolog.New(&log)
	client, err := httpapi.New(s, bearer, func(refused *connectors.Error, body []byte) {
		require.Equal(t, http.StatusForbidden, refused.Status)
		require.Equal(t, "/contacts", refused.Path)
		require.JSONEq(t, `{"missing":"read"}`, string(body))
		refused.Reason, refused.Hint = "the key may not read", "let the key read"
	})
	require.NoError(t, err)
	_, err = client.Do(t.Context(), get)
	known := classified(t, err)
	require.Equal(t, connectors.CredentialsRejected, known.Class)
	require.EqualError(t, known, "shop: GET /contacts: status 403: the key may not read")
	require.Equal(t, "let the key read", known.Advice())
	require.Contains(t, log.String(), "the key may not read")
}

func TestParametersThatWouldHitMoreThanOneRecordAreRefused(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	tests := []struct {
		name    string
		request httpapi.Request
	}{
		{"an empty id", httpapi.Request{Params: map[string]string{"id": ""}}},
		{"a blank id", httpapi.Request{Params: map[string]string{"id": " \t"}}},
		{"a dot", httpapi.Request{Params: map[string]string{"id": "."}}},
		{"two dots", httpapi.Request{Params: map[string]string{"id": ".."}}},
		{"two dots after a slash", httpapi.Request{Params: map[string]string{"id": "a/../.."}}},
		{"two dots after a backslash", httpapi.Request{Params: map[string]string{"id": `..\a`}}},
		{"a missing id", httpapi.Request{}},
		{"another parameter's id", httpapi.Request{Params: map[string]string{"name": "7"}}},
		{"an empty query value", httpapi.Request{Params: map[string]string{"id": "7"}, Query: url.Values{"email": {""}}}},
		{"no query value", httpapi.Request{Params: map[string]string{"id": "7"}, Query: url.Values{"email": {}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.request.Method, test.request.Path = http.MethodDelete, "/contacts/{id}"
			var ledger connectors.Ledger
			_, err := newClient(t, server.URL).Do(connectors.WithLedger(t.Context(), &ledger), test.request)
			require.Equal(t, connectors.Misconfigured, classified(t, err).Class)
			require.Empty(t, ledger.Calls())
		})
	}
}

func TestABodyThatCannotBeEncodedIsRefused(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, "http://127.0.0.1:1").Do(t.Context(), httpapi.Request{Method: "POST", Path: "/contacts", Body: func() {}})
	require.Equal(t, connectors.Misconfigured, classified(t, err).Class)
	_, err = newClient(t, "http://127.0.0.1:1").Do(t.Context(), httpapi.Request{Method: "BAD METHOD", Path: "/contacts"})
	require.Equal(t, connectors.Misconfigured, classified(t, err).Class)
}

func TestNothingButTemplatesAndOurOwnWordsIsLogged(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	vendors := map[string]http.HandlerFunc{
		"refuses": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Person", canary)
			http.Error(w, r.URL.String()+canary, http.StatusBadRequest)
		},
		"fails": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, canary, http.StatusBadGateway) },
		"breaks off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "999")
			_, _ = io.WriteString(w, canary)
		},
		"resets":   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"garbles":  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"id":`+canary) },
		"mistypes": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"`+canary+`":1,"id":1}`) },
		"redirects": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/"+canary, http.StatusFound)
		},
		"redirects nowhere": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://%zz"+canary)
			w.WriteHeader(http.StatusFound)
		},
	}
	for name, vendor := range vendors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, vendor)
			var log bytes.Buffer
			loud := settings(server.URL)
			loud.Log = zerolog.New(&log).Level(zerolog.TraceLevel)
			client, err := httpapi.New(loud, bearer)
			require.NoError(t, err)
			var ledger connectors.Ledger
			_, err = client.Do(connectors.WithLedger(t.Context(), &ledger), httpapi.Request{
				Method: http.MethodGet, Path: "/contacts/{email}", Params: map[string]string{"email": canary},
				Query: url.Values{"q": {canary}}, Body: canary, Into: new(answer),
			})
			known := classified(t, err)
			require.NotContains(t, fmt.Sprintf("%#v %s %s", known, known, known.Advice()), "canary")
			require.NoError(t, errors.Unwrap(known), "no cause that could quote")
			require.NotContains(t, fmt.Sprint(ledger.Calls()), "canary")
			require.NotContains(t, log.String(), "canary")
			require.NotContains(t, log.String(), "Bearer")
			require.Equal(t, 1, strings.Count(log.String(), "\n"))
			require.Contains(t, log.String(), `"path":"/contacts/{email}"`)
		})
	}
}

func TestMalformedAndRejectedNameTheCall(t *testing.T) {
	t.Parallel()
	client := newClient(t, "https://api.example.com")
	require.Equal(t, connectors.Malformed, classified(t, client.Malformed(get, 200, "no id")).Class)
	rejected := classified(t, client.Rejected(get, 200, "no"))
	require.Equal(t, connectors.Rejected, rejected.Class)
	require.EqualError(t, rejected, "shop: GET /contacts: status 200: no")
}

func ExampleClient_Do() {
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"id": %q}`, r.URL.Query().Get("email"))
	}))
	defer vendor.Close()

	client, err := httpapi.New(connectors.Settings{System: "shop", BaseURL: vendor.URL}, func(r *http.Request, _ []byte) {
		r.Header.Set("Authorization", "Bearer token")
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var contact struct {
		ID string `json:"id"`
	}
	_, err = client.Do(context.Background(), httpapi.Request{
		Method: http.MethodGet, Path: "/contacts", Query: url.Values{"email": {"a+b@example.com"}}, Into: &contact,
	})
	fmt.Println(contact.ID, err)
	// Output: a+b@example.com <nil>
}
