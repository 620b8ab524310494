package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// CertificateProblem says what is wrong with a mail server's TLS certificate, if that
// is why err came about.
func CertificateProblem(err error) (reason string, ok bool) {
	var (
		verification *tls.CertificateVerificationError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the mail server's TLS certificate has expired or is not valid yet; have it renewed, or set this machine's clock", true
	case errors.As(err, &hostname):
		return "the mail server's TLS certificate is not valid for the host in server; write the name that is in the certificate", true
	case errors.As(err, &verification):
		return "the mail server's TLS certificate is of nobody whom this machine believes; a company's own authority is named by the environment variable SSL_CERT_FILE", true
	default:
		return "", false
	}
}
