package httpapi_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
)

func always(meaning httpapi.Meaning) func([]byte) httpapi.Meaning {
	return func([]byte) httpapi.Meaning { return meaning }
}

// V3: frameworks, proxies and paths that are one segment wrong answer 404, too.
func TestA404AboutSomethingElseIsNoAbsence(t *testing.T) {
	t.Parallel()
	about := func(body []byte) httpapi.Meaning {
		if strings.Contains(string(body), "contact not found") {
			return httpapi.AboutRecord
		}
		return httpapi.Foreign
	}
	for body, absent := range map[string]bool{
		`{"error":"contact not found"}`: true,
		``:                              false,
		`Not Found`:                     false,
		`404 page not found`:            false,
		`{"status":404,"error":"Not Found","path":"/contacts"}`: false,
		`{"detail":"Not found."}`:                               false,
		`<html>contact not found</html>`:                        false,
		`null`:                                                  false,
	} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, body)
		})
		for _, into := range []any{nil, new(answer)} {
			request := httpapi.Request{
				Method: http.MethodGet, Path: "/contacts", Into: into, Absent: httpapi.Absence{Statuses: []int{404}, Meaning: about},
			}
			response, err := newClient(t, server.URL).Do(t.Context(), request)
			require.Equal(t, absent, response.Absent, body)
			if absent {
				require.NoError(t, err)
				continue
			}
			known := classified(t, err)
			require.Equal(t, connectors.Misconfigured, known.Class, body)
			require.Equal(t, http.StatusNotFound, known.Status)
			require.ErrorContains(t, err, "check base_url")
			require.Contains(t, known.Advice(), "base_url")

			request.Absent.Meaning = nil // nobody can forget it
			_, err = newClient(t, server.URL).Do(t.Context(), request)
			require.Equal(t, connectors.Misconfigured, classified(t, err).Class, body)
		}
	}
}

func TestAnUnclearAbsenceIsProvenByTheSameCallForSomethingElse(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	proofs := 0
	ask := func(proof func(context.Context) error) (httpapi.Response, error) {
		return newClient(t, server.URL).Do(t.Context(), httpapi.Request{
			Method: http.MethodGet, Path: "/contacts",
			Absent: httpapi.Absence{Statuses: []int{404}, Meaning: always(httpapi.Unclear), Proof: proof},
		})
	}
	_, err := ask(nil)
	require.Equal(t, connectors.Misconfigured, classified(t, err).Class)
	failed := errors.New("the same call fails for others")
	_, err = ask(func(context.Context) error { return failed })
	require.ErrorIs(t, err, failed)
	once := httpapi.Once(func(context.Context) error { proofs++; return nil })
	for range 3 {
		response, err := ask(once)
		require.NoError(t, err)
		require.True(t, response.Absent)
	}
	require.Equal(t, 1, proofs)
}

func TestAnAbsenceWithAStatusOfSuccess(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"id":"7"}`) })
	for meaning, absent := range map[httpapi.Meaning]bool{httpapi.AboutRecord: true, httpapi.Foreign: false} {
		var into answer
		response, err := newClient(t, server.URL).Do(t.Context(), httpapi.Request{
			Method: http.MethodGet, Path: "/contacts", Into: &into, Absent: httpapi.Absence{Statuses: []int{200, 404}, Meaning: always(meaning)},
		})
		require.NoError(t, err)
		require.Equal(t, httpapi.Response{Status: 200, Absent: absent}, response)
		require.Equal(t, absent, into == answer{})
	}
}

// V5: the value arrives at a server that decodes paths like forms, and at one that does not.
func FuzzAValueInAPathArrives(f *testing.F) {
	for _, value := range []string{
		"jo+shop@example.com", "a&b=c", "a;b:c@d,e", "a/b", "a b", "%2B", "é", "e\u0301", "a?b#c", "!$'()*", "[::1]", "~-._", "{id}", "\x00",
	} {
		f.Add(value)
	}
	var path, query string
	server := serve(f, func(_ http.ResponseWriter, r *http.Request) {
		path = strings.TrimPrefix(r.URL.EscapedPath(), "/contacts/")
		query = strings.TrimPrefix(r.URL.RawQuery, "q=")
	})
	client := newClient(f, server.URL)
	f.Fuzz(func(t *testing.T, value string) {
		_, err := client.Do(t.Context(), httpapi.Request{
			Method: http.MethodGet, Path: "/contacts/{id}", Params: map[string]string{"id": value}, Query: url.Values{"q": {value}},
		})
		if err != nil {
			return // empty, or leading elsewhere
		}
		for _, sent := range []string{path, query} {
			for _, decode := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
				got, err := decode(sent)
				if err != nil || got != value {
					t.Errorf("%q is sent as %q and read as %q, %v", value, sent, got, err)
				}
			}
			if at := strings.IndexAny(sent, "+&=;:@,/?#[]!$'()*"); at >= 0 {
				t.Errorf("%q is sent as %q, with a reserved character as it is", value, sent)
			}
		}
	})
}
