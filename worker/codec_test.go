package worker_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/worker"
)

const codecToken = "a token that is long enough"

// A codec is a codec server with one user.
type codec struct {
	*testing.T
	http.Handler
}

func newCodec(t *testing.T, c config.CodecServer, anonymous string) codec {
	t.Helper()
	dir := t.TempDir()
	keys, err := vault.Open(t.Context(), vault.Options{Store: "file://" + filepath.Join(dir, "keys"), KEK: "file://" + filepath.Join(dir, "kek")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, keys.Close()) })
	c.Tokens = []vault.Token{{Name: "sam", Value: codecToken}}
	return codec{t, worker.NewCodecServer(c, worker.CodecParts{Vault: keys, Namespace: "privacy", Anonymous: anonymous, Log: zerolog.Nop()})}
}

// decodes asks to decode nothing, and returns the status. forwarded is what stands in
// X-Forwarded-For.
func (c codec) decodes(token, forwarded string) int {
	r := httptest.NewRequestWithContext(c.Context(), http.MethodPost, "/decode", strings.NewReader(`{"payloads":[]}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Namespace", "privacy")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	answer := httptest.NewRecorder()
	c.ServeHTTP(answer, r)
	return answer.Code
}

// stopped reports whether somebody who guesses tokens is stopped, whatever address they
// claim.
func (c codec) stopped(address func(guess int) string) bool {
	for guess := range 1000 {
		if c.decodes(fmt.Sprint("guess ", guess), address(guess)) == http.StatusTooManyRequests {
			return true
		}
	}
	return false
}

func TestCallersOfTheCodecServerDoNotChooseTheirAddress(t *testing.T) {
	t.Parallel()
	c := newCodec(t, config.CodecServer{Rate: 100}, "")
	require.True(t, c.stopped(func(guess int) string { return fmt.Sprintf("203.0.113.%d", guess%250) }))
}

func TestBehindAProxyCallersOfTheCodecServerAreToldApart(t *testing.T) {
	t.Parallel()
	c := newCodec(t, config.CodecServer{Rate: 100, BehindProxy: true}, "")
	require.True(t, c.stopped(func(guess int) string { return fmt.Sprintf("203.0.113.%d, 198.51.100.7", guess%250) }))
	require.Equal(t, http.StatusOK, c.decodes(codecToken, "198.51.100.8"))
}

// TestCallersWithoutATokenAreLimitedLikeUsers has a Web UI without a login, which opens a
// page with a call for each event.
func TestCallersWithoutATokenAreLimitedLikeUsers(t *testing.T) {
	t.Parallel()
	c := newCodec(t, config.CodecServer{Rate: 100}, "web-ui")
	for range 1000 {
		require.Equal(t, http.StatusOK, c.decodes("", ""), "ten seconds' worth may come at once")
	}
	slow := newCodec(t, config.CodecServer{Rate: 0.01}, "web-ui")
	require.Equal(t, http.StatusOK, slow.decodes("", ""))
	require.Equal(t, http.StatusTooManyRequests, slow.decodes("", ""))
}
