package intake

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
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
	credentials := r.Header.Values("Authorization")
	if len(credentials) != 1 || !s.vouched(r) {
		return Client{}, false // readers differ on which of several counts
	}
	scheme, token, _ := strings.Cut(credentials[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
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

// vouched reports whether the caller has shown a certificate of the authorities, if
// they are asked for. TLS has made sure that the key is the caller's. Each call is
// looked at anew: connections live long, and authorities are exchanged meanwhile.
func (s *server) vouched(r *http.Request) bool {
	if s.ClientAuthorities == nil {
		return true
	}
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return false
	}
	between := x509.NewCertPool()
	for _, c := range r.TLS.PeerCertificates[1:] {
		between.AddCert(c)
	}
	_, err := r.TLS.PeerCertificates[0].Verify(x509.VerifyOptions{
		Roots: s.ClientAuthorities, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	return err == nil
}
