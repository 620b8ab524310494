package vault_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/vault"
)

// transit answers as the transit engine of HashiCorp Vault does. There is one for
// all runs of the test, for its client is made once a process.
var transit struct {
	down  atomic.Bool
	asked atomic.Int32
}

var transitServer = sync.OnceValue(func() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		transit.asked.Add(1)
		if transit.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var given struct{ Plaintext, Ciphertext string }
		if json.NewDecoder(r.Body).Decode(&given) != nil || r.Header.Get("X-Vault-Token") != "a token" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		answer := map[string]string{}
		switch r.URL.Path {
		case "/v1/transit/encrypt/lethe":
			answer["ciphertext"] = "vault:v1:" + given.Plaintext
		case "/v1/transit/decrypt/lethe":
			answer["plaintext"] = strings.TrimPrefix(given.Ciphertext, "vault:v1:")
		default:
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": answer}) //nolint:errchkjson // the client has gone if this fails
	}))
})

func TestAKeyServiceWrapsKeys(t *testing.T) {
	t.Setenv("VAULT_SERVER_URL", transitServer().URL)
	t.Setenv("VAULT_SERVER_TOKEN", "a token")
	t.Setenv("VAULT_MAX_RETRIES", "0")
	p := newPlace(t)
	atService := func(o *vault.Options) { o.KEK = "hashivault://lethe" }
	v := p.open(t, atService)
	require.NoError(t, v.Ensure(t.Context(), workflowID))
	written, err := of(v, workflowID).ToPayload(address)
	require.NoError(t, err)
	before := transit.asked.Load()
	for range 20 {
		var read string
		require.NoError(t, of(v, workflowID).FromPayload(written, &read))
		require.Equal(t, address, read)
	}
	require.Equal(t, before, transit.asked.Load(), "the key is cached")
	require.NotContains(t, files(t, p.dir), "kek", "no local key is made")

	transit.down.Store(true)
	other := p.open(t, atService, uncached)
	var read string
	require.ErrorIs(t, of(other, workflowID).FromPayload(written, &read), vault.ErrUnavailable)
	require.ErrorIs(t, other.Ensure(t.Context(), "erasure/R-2"), vault.ErrUnavailable)
	transit.down.Store(false)
	require.NoError(t, of(other, workflowID).FromPayload(written, &read), "an outage passes")
}
