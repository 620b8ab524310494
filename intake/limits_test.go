package intake_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/intake"
)

// from is a client that calls from an address of this machine.
func from(t *testing.T, address string) *http.Client {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	client := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// asks sends a call and returns its answer. Headers are names and values in turn.
func asks(t *testing.T, client *http.Client, method, url string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	got, err := client.Do(r)
	require.NoError(t, err)
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.NoError(t, got.Body.Close())
	return answer{status: got.StatusCode, header: got.Header, body: string(body)}
}

// guesses calls with tokens that are wrong until it is told to stop.
func guesses(t *testing.T, client *http.Client, method, url string, headers ...string) answer {
	t.Helper()
	for guess := range 1000 {
		a := asks(t, client, method, url, append([]string{"Authorization", fmt.Sprintf("Bearer guess %d", guess)}, headers...)...)
		if a.status != http.StatusUnauthorized {
			return a
		}
	}
	require.Fail(t, "nobody stops who guesses tokens")
	return answer{}
}

// shutOut makes sure that a right token opens nothing for whoever has just guessed. It is
// tried several times, for a test that is held up gives the guesser time.
func shutOut(t *testing.T, guess func() answer, right func() answer) {
	t.Helper()
	for range 20 {
		require.Equal(t, http.StatusTooManyRequests, guess().status)
		if right().status == http.StatusTooManyRequests {
			return
		}
	}
	require.Fail(t, "a right guess is told from a wrong one")
}

func TestWhoGuessesTokensIsStoppedAndNobodyElse(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	url := g.url + "/v2/requests/" + id

	a := guesses(t, from(t, "127.0.0.2"), http.MethodGet, url)

	require.Equal(t, http.StatusTooManyRequests, a.status)
	require.NotEmpty(t, a.header.Get("Retry-After"))
	guesser := from(t, "127.0.0.2")
	shutOut(t, func() answer { return guesses(t, guesser, http.MethodGet, url) }, func() answer {
		return asks(t, guesser, http.MethodGet, url, "Authorization", "Bearer "+token)
	})
	require.Equal(t, http.StatusNotFound, asks(t, from(t, "127.0.0.3"), http.MethodGet, url, "Authorization", "Bearer "+token).status)
	require.Equal(t, http.StatusOK, asks(t, from(t, "127.0.0.3"), http.MethodGet, g.url+"/v2/discovery").status)
	require.Equal(t, http.StatusOK, asks(t, from(t, "127.0.0.2"), http.MethodGet, g.url+"/v2/discovery").status, "what everybody may read is limited on its own")
	require.NotContains(t, g.log.String(), "guess")
}

// TestBehindAProxyCallersAreToldApart has a proxy that appends whom it saw, and one
// that tells nothing.
func TestBehindAProxyCallersAreToldApart(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(o *intake.Options) { o.BehindProxy = true })
	url, proxy := g.url+"/v2/requests/"+id, from(t, "127.0.0.1")
	right := []string{"Authorization", "Bearer " + token}

	saw := func(guessed, then string) {
		shutOut(t, func() answer { return guesses(t, proxy, http.MethodGet, url, "X-Forwarded-For", guessed) }, func() answer {
			return asks(t, proxy, http.MethodGet, url, append(right, "X-Forwarded-For", then)...)
		})
	}

	saw("203.0.113.1, 198.51.100.7", "203.0.113.99, 198.51.100.7") // what the caller wrote does not count
	require.Equal(t, http.StatusNotFound, asks(t, proxy, http.MethodGet, url, append(right, "X-Forwarded-For", "203.0.113.1")...).status)

	saw("198.51.100.8:50001", "198.51.100.8:50002") // a port tells nothing
	saw("2001:db8:1:2:3::4", "2001:db8:1:2::9")     // who has one has all of a /64
	require.Equal(t, http.StatusNotFound, asks(t, proxy, http.MethodGet, url, append(right, "X-Forwarded-For", "2001:db8:1:3::9")...).status)

	require.Equal(t, http.StatusTooManyRequests, guesses(t, proxy, http.MethodGet, url).status)
	require.Equal(t, http.StatusNotFound, asks(t, proxy, http.MethodGet, url, right...).status, "nobody is shut out for a caller that cannot be told from others")
}

func TestWithoutAProxyNobodyChoosesTheirAddress(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	client := from(t, "127.0.0.1")
	for guess := range 1000 {
		a := asks(t, client, http.MethodGet, g.url+"/v2/requests/"+id, "Authorization", "Bearer guess", "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", guess%250))
		if a.status == http.StatusTooManyRequests {
			return
		}
	}
	require.Fail(t, "a header that anybody can write leads around the limit")
}

func TestUsersOfTheCodecServerAreLimited(t *testing.T) {
	t.Parallel()
	const known = "Bearer the token of somebody who may"
	g := newGateway(t, func(o *intake.Options) {
		o.CodecRate, o.Codec = 0.5, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.Header.Get("Authorization"), known) {
				http.Error(w, "a stranger", http.StatusUnauthorized)
			}
		})
	})
	url := g.url + "/codec/decode"
	calls := 0
	for asks(t, from(t, "127.0.0.2"), http.MethodPost, url, "Authorization", known).status == http.StatusOK {
		calls++
		require.Less(t, calls, 1000)
	}
	require.GreaterOrEqual(t, calls, 5, "ten seconds' worth may come at once")
	require.Equal(t, http.StatusOK, asks(t, from(t, "127.0.0.2"), http.MethodPost, url, "Authorization", known+", too").status, "each has a rate of their own")

	a := guesses(t, from(t, "127.0.0.3"), http.MethodPost, url)
	require.Equal(t, http.StatusTooManyRequests, a.status)
	require.NotContains(t, a.body, "a stranger")
	guesser := from(t, "127.0.0.3")
	guess := func() answer { return guesses(t, guesser, http.MethodPost, url) }
	shutOut(t, guess, func() answer { return asks(t, guesser, http.MethodPost, url, "Authorization", known+" again") })
	shutOut(t, guess, func() answer {
		return asks(t, guesser, http.MethodGet, g.url+"/v2/requests/"+id, "Authorization", "Bearer "+token)
	})
	require.Equal(t, http.StatusOK, asks(t, from(t, "127.0.0.4"), http.MethodPost, url, "Authorization", known+" as well").status)
	calls = 0
	for asks(t, from(t, "127.0.0.5"), http.MethodPost, url).status == http.StatusUnauthorized {
		calls++
		require.Less(t, calls, 10_000, "nobody stops calls without a token")
	}
	require.NotEqual(t, http.StatusTooManyRequests, asks(t, from(t, "127.0.0.5"), http.MethodOptions, url).status, "browsers ask before each call")
}

// TestWrongTokensAtTheCodecServerAreToldSoBehindAProxy has a proxy that tells nothing.
func TestWrongTokensAtTheCodecServerAreToldSoBehindAProxy(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(o *intake.Options) {
		o.BehindProxy, o.CodecRate = true, 100
		o.Codec = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer right" {
				http.Error(w, "a stranger", http.StatusUnauthorized)
			}
		})
	})
	client := from(t, "127.0.0.1")
	a := guesses(t, client, http.MethodPost, g.url+"/codec/decode")
	require.Equal(t, http.StatusTooManyRequests, a.status)
	require.NotContains(t, a.body, "a stranger", "one answer is given")
	require.Equal(t, http.StatusOK, asks(t, client, http.MethodPost, g.url+"/codec/decode", "Authorization", "Bearer right").status)
}

func TestNobodyTakesAllConnections(t *testing.T) {
	t.Parallel()
	ca, certificate := ownTLS(t)
	address, _, _, _ := served(t, intake.Listening{ReadTimeout: time.Minute, Log: zerolog.Nop(), TLS: &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate},
	}})
	dial := func(from string) net.Conn {
		dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		connection, err := dialer.DialContext(t.Context(), "tcp", address)
		require.NoError(t, err)
		t.Cleanup(func() { _ = connection.Close() })
		return connection
	}
	greets := func(connection net.Conn) error {
		return tls.Client(connection, &tls.Config{RootCAs: ca.Pool(), ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}).HandshakeContext(t.Context())
	}
	held := make([]net.Conn, 0, 100)
	for range 100 {
		held = append(held, dial("127.0.0.2"))
	}

	require.Error(t, greets(dial("127.0.0.2")), "one address has its share")
	require.NoError(t, greets(dial("127.0.0.3")))
	for _, connection := range held {
		require.NoError(t, connection.Close())
	}
	require.Eventually(t, func() bool { return greets(dial("127.0.0.2")) == nil }, 30*time.Second, 10*time.Millisecond, "what was closed is free again")
}
