package googleanalytics_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	analytics "ite.digital/lethe/simulators/googleanalytics"
)

// keyFile is that of a service account whose tokens come from the address.
func keyFile(t *testing.T, tokenURL string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	content, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "lethe@project.iam.gserviceaccount.com", "token_uri": tokenURL,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	require.NoError(t, err)
	return string(content)
}

// issuer answers requests for tokens.
func issuer(t *testing.T, status int, answer string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.NoError(t, r.ParseForm())
		require.NotEmpty(t, r.Form.Get("assertion"))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server
}

func TestAServiceAccountFetchesItsTokens(t *testing.T) {
	t.Parallel()
	tokens := issuer(t, 200, `{"access_token":"`+analytics.DefaultToken+`","token_type":"Bearer","expires_in":3600}`)
	sim, s := google(t, analytics.Options{})
	s.Credentials = map[string]string{"credentials_json": keyFile(t, tokens.URL)}
	connector := connect(t, s)
	require.NoError(t, connector.Check(t.Context()))
	require.NoError(t, eraseOne(t, connector))
	require.Len(t, sim.Submissions(), 1)
}

func TestATokenThatIsNotIssuedIsClassified(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		answer string
		class  connectors.Class
	}{
		{"a revoked key", 400, `{"error":"invalid_grant","error_description":"secret-words"}`, connectors.CredentialsRejected},
		{"an unknown account", 401, `{"error":"invalid_client"}`, connectors.CredentialsRejected},
		{"a fault", 503, `secret-words`, connectors.Transient},
		{"a redirect", 302, ``, connectors.Misconfigured},
		{"a web page", 200, `<html>secret-words`, connectors.Transient},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sim, s := google(t, analytics.Options{})
			s.Credentials = map[string]string{"credentials_json": keyFile(t, issuer(t, test.status, test.answer).URL)}
			known := classified(t, connect(t, s).Check(t.Context()))
			require.Equal(t, test.class, known.Class)
			require.NotContains(t, known.Error(), "secret-words")
			require.Empty(t, sim.Ledger().Calls())
		})
	}
}

func TestDefaultCredentialsAreLookedForAtTheFirstCall(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.json")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
	_, s := google(t, analytics.Options{})
	s.Credentials = nil
	connector := connect(t, s)

	known := classified(t, connector.Check(t.Context()))
	require.Equal(t, connectors.Misconfigured, known.Class)
	require.Contains(t, known.Reason, "GOOGLE_APPLICATION_CREDENTIALS")
	require.Equal(t, connectors.Misconfigured, classified(t, eraseOne(t, connector)).Class)

	tokens := issuer(t, 200, `{"access_token":"`+analytics.DefaultToken+`","token_type":"Bearer","expires_in":3600}`)
	require.NoError(t, os.WriteFile(file, []byte(keyFile(t, tokens.URL)), 0o600))
	require.NoError(t, connector.Check(t.Context()), "they are found without a restart")
}

func TestWaitingForATokenEndsWithTheCall(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	tokens := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	t.Cleanup(tokens.CloseClientConnections)
	_, s := google(t, analytics.Options{})
	s.Credentials = map[string]string{"credentials_json": keyFile(t, tokens.URL)}
	ctx, cancel := contextCancelledBy(t, asked)
	defer cancel()
	require.Equal(t, connectors.Transient, classified(t, connect(t, s).Check(ctx)).Class)
}

// contextCancelledBy ends when the channel is closed.
func contextCancelledBy(t *testing.T, done <-chan struct{}) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-done
		cancel()
	}()
	return ctx, cancel
}
