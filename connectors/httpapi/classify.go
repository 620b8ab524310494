package httpapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"ite.digital/lethe/connectors"
)

// Classify says what a status that is not 2xx means, in our own words.
func Classify(status int) (connectors.Class, string) {
	switch {
	case status == http.StatusUnauthorized:
		return connectors.CredentialsRejected, "the vendor does not accept the credentials"
	case status == http.StatusForbidden:
		return connectors.CredentialsRejected, "the vendor does not permit this with the credentials"
	case status == http.StatusTooManyRequests:
		return connectors.Transient, "the vendor asks for fewer requests"
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return connectors.Transient, "the vendor asks to try again"
	case status >= 500:
		return connectors.Transient, "the vendor has a fault"
	case status >= 300 && status < 400:
		return connectors.Misconfigured, "the vendor redirects elsewhere, which is not followed; check base_url"
	case status == http.StatusNotFound, status == http.StatusGone:
		return connectors.Rejected, "the vendor does not know this address"
	default:
		return connectors.Rejected, "the vendor refuses the request"
	}
}

// ClassifyCall is [Classify] for a call of an API that has the call's address: one that is
// not known is not the API's.
func ClassifyCall(status int) (connectors.Class, string) {
	class, reason := Classify(status)
	if status == http.StatusNotFound || status == http.StatusGone {
		class = connectors.Misconfigured
	}
	return class, reason
}

// ClassifyFailure says what a call without a whole answer means, in our own
// words. The error itself holds the URL and is not for anybody's eyes.
func ClassifyFailure(ctx context.Context, err error) (connectors.Class, string) {
	var timeout net.Error
	var dns *net.DNSError
	switch {
	case ctx.Err() != nil:
		return connectors.Transient, "the call was cancelled"
	case errors.Is(err, errPace):
		return connectors.Transient, "the system's rate leaves no time for the call"
	case errors.Is(err, errCredentials):
		return connectors.Misconfigured, "the credentials hold characters that no header may carry, such as a line break"
	case errors.Is(err, errElsewhere):
		return connectors.Misconfigured, "the call leads to another host than base_url; it was not made"
	case errors.Is(err, errTooLarge):
		return connectors.Malformed, fmt.Sprintf("the answer is larger than %d bytes", maxBody)
	case isCertificate(err):
		return connectors.Misconfigured, "the vendor's TLS certificate is not valid for base_url"
	case errors.Is(err, http.ErrSchemeMismatch):
		return connectors.Misconfigured, "the vendor does not answer by TLS; check base_url"
	case errors.As(err, &dns) && dns.IsNotFound:
		return connectors.Transient, "the vendor's host name is not known"
	case errors.As(err, &timeout) && timeout.Timeout():
		return connectors.Transient, "the vendor did not answer in time"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return connectors.Transient, "the answer broke off"
	default:
		return connectors.Transient, "the connection to the vendor failed"
	}
}

// isCertificate reports whether a call failed because of the vendor's TLS
// certificate.
func isCertificate(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	return errors.As(err, &verification) || errors.As(err, &authority) ||
		errors.As(err, &hostname) || errors.As(err, &invalid)
}

// maxRetryAfter keeps a vendor's mistake from silencing a system for ever.
const maxRetryAfter = 48 * time.Hour

// RetryAfter reads the header Retry-After, in seconds or as a date: between 0
// and 48 hours, 0 if there is none or it is not valid.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) { // beyond the range it is the largest or smallest number
		seconds = min(max(seconds, 0), int64(maxRetryAfter/time.Second))
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	return 0
}
