package intake

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// leastRSA is how short an RSA key may be, in bits (NIST SP 800-131A).
const leastRSA = 2048

// A Signer signs messages with the key of a certificate that a certificate authority
// has issued for the domain.
type Signer struct {
	domain string
	key    crypto.Signer
	chain  []byte
}

// NewSigner returns the signer of the domain under which requests come in. The error
// says in which way the certificate is not what OpenDSR 2.0, section 4, asks for.
func NewSigner(domain string, c tls.Certificate, now time.Time) (*Signer, error) {
	leaf, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		return nil, errors.New("the certificate cannot be read")
	}
	key, ok := c.PrivateKey.(crypto.Signer)
	if !ok || !fit(key) {
		return nil, fmt.Errorf("the key is neither ECDSA nor RSA of at least %d bits", leastRSA)
	}
	switch {
	case leaf.VerifyHostname(domain) != nil:
		return nil, fmt.Errorf("the certificate is not for the domain %s; its subject alternative names must hold it", domain)
	case now.Before(leaf.NotBefore), now.After(leaf.NotAfter):
		return nil, fmt.Errorf("the certificate is valid from %s to %s only; renew it", leaf.NotBefore.Format(time.DateOnly), leaf.NotAfter.Format(time.DateOnly))
	case leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil:
		return nil, errors.New("the certificate is self-signed, which OpenDSR forbids; have a certificate authority issue one")
	}
	s := &Signer{domain: domain, key: key}
	for _, der := range c.Certificate {
		s.chain = append(s.chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return s, nil
}

func fit(key crypto.Signer) bool {
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		return public.Size()*8 >= leastRSA
	case *ecdsa.PublicKey:
		return true
	default:
		return false
	}
}

// Certificate is the certificate with its chain, in PEM, for those who verify.
func (s *Signer) Certificate() []byte { return s.chain }

// Domain is what the signature vouches for.
func (s *Signer) Domain() string { return s.domain }

// sign adds the headers that vouch for the body: the base64 of the signature of its
// SHA-256, by RSASSA-PKCS1-v1_5 or ECDSA (FIPS 186-4).
func (s *Signer) sign(header http.Header, body []byte) error {
	digest := sha256.Sum256(body)
	signature, err := s.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return errors.New("the message could not be signed")
	}
	encoded := base64.StdEncoding.EncodeToString(signature)
	// Written as the specification spells them, for receivers that compare letters.
	header[HeaderDomain], header[HeaderOldDomain] = []string{s.domain}, []string{s.domain}
	header[HeaderSignature], header[HeaderOldSignature] = []string{encoded}, []string{encoded}
	return nil
}
