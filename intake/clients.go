package intake

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// A Client is a system that may call the gateway.
type Client struct {
	// Name stands in the log, and in reports of requests that it has cancelled.
	Name string
	// Controller is the id that answers give it. Clients with the same one see the
	// same requests.
	Controller string
	// Token is the SHA-256 of its bearer token, which is long and random, so that a
	// hash without salt protects it.
	Token [sha256.Size]byte
	// Rate is how many calls a second it may make.
	Rate float64
}

// authenticate says who calls. It compares with every token, in a time that tells
// nothing.
func (s *server) authenticate(r *http.Request) (found Client, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || s.ClientCertificates && (r.TLS == nil || len(r.TLS.VerifiedChains) == 0) {
		return Client{}, false
	}
	given := sha256.Sum256([]byte(strings.TrimSpace(token)))
	for _, client := range s.Clients {
		if subtle.ConstantTimeCompare(given[:], client.Token[:]) == 1 {
			found, ok = client, true
		}
	}
	return found, ok
}
