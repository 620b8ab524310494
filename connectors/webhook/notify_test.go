package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/webhook"
)

func TestAMessageIsSignedAndItsReceiptIsRequired(t *testing.T) {
	t.Parallel()
	const secret = "a secret of the receiver's"
	status := http.StatusNoContent
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.URL.Path != "/lethe/notify" {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(r.Header.Get("Lethe-Timestamp") + "."))
		mac.Write(body)
		if r.Header.Get("Lethe-Signature") != "v1="+hex.EncodeToString(mac.Sum(nil)) || string(body) != `{"request_id":"R-1"}` {
			t.Error("the signature is not that of the body")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	settings := connectors.Settings{System: "notify", BaseURL: server.URL + "/lethe", Credentials: map[string]string{"secret": secret}}
	notifier, err := webhook.NewNotifier(settings)
	require.NoError(t, err)
	message := map[string]string{"request_id": "R-1"}
	require.NoError(t, notifier.Notify(t.Context(), message))
	status = http.StatusForbidden
	var refused *connectors.Error
	require.ErrorAs(t, notifier.Notify(t.Context(), message), &refused)
	require.Equal(t, connectors.CredentialsRejected, refused.Class)

	settings.Credentials = map[string]string{"secret": "short"}
	_, err = webhook.NewNotifier(settings)
	require.ErrorContains(t, err, "at least 16 bytes")
}
