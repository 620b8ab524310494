package intake

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"code.dny.dev/ssrf"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
)

const (
	// callbackTimeout bounds one call, from resolving the host to the last byte.
	callbackTimeout = 20 * time.Second
	// maxCallbackAnswer bounds what is read of an answer, in bytes. Nothing in it
	// matters.
	maxCallbackAnswer = 4 << 10
	// maxCallbackHeader bounds the answer's header, in bytes.
	maxCallbackHeader = 16 << 10
	// maxURL is how long a callback's URL may be, in bytes.
	maxURL = 1024
)

// Destinations are where callbacks may go.
type Destinations struct {
	// Hosts are the receivers' host names; with ":port" for any port but 443.
	Hosts []string
	// Networks are those that may be reached although they are not public.
	Networks []netip.Prefix
	// Authorities vouch for receivers' certificates; nil means the system's.
	Authorities *x509.CertPool
}

// Check says why callbacks do not go to the URL, if so, without repeating it.
func (d Destinations) Check(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case len(raw) > maxURL:
		return errors.New("is too long")
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "":
		return errors.New("is not a URL that begins with https://")
	case u.User != nil:
		return errors.New("must not hold a user or password")
	case strings.Contains(raw, "#"):
		return errors.New("must not hold a fragment")
	case !slices.Contains(d.Hosts, hostOf(u)):
		return errors.New("leads to a host that is not on the gateway's list of receivers")
	}
	return nil
}

// hostOf is the URL's host in small letters, with its port unless that is 443.
func hostOf(u *url.URL) string {
	return strings.TrimSuffix(strings.ToLower(u.Host), ":443")
}

// guard refuses connections to addresses that are not public. It looks at the
// address that is dialled, so that a name may resolve to what it likes.
func (d Destinations) guard() *ssrf.Guardian {
	var v4, v6 []netip.Prefix
	for _, network := range d.Networks {
		if network.Addr().Is4() {
			v4 = append(v4, network)
		} else {
			v6 = append(v6, network)
		}
	}
	return ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...), ssrf.WithDeniedV4Prefixes(azureHost))
}

// azureHost is a public address at which Azure's machines reach their host.
// https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
var azureHost = netip.MustParsePrefix("168.63.129.16/32")

// A Sender sends callbacks.
type Sender struct {
	to     Destinations
	signer *Signer
	dialer *net.Dialer
	client *http.Client
	now    func() time.Time
}

// NewSender returns what sends callbacks to the destinations, signed.
func NewSender(to Destinations, signer *Signer) *Sender {
	dialer := &net.Dialer{Timeout: callbackTimeout, Control: to.guard().Safe}
	return &Sender{to: to, signer: signer, dialer: dialer, now: time.Now, client: &http.Client{
		Timeout: callbackTimeout,
		// No proxy: it would resolve names where the guard does not look.
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: to.Authorities},
			TLSHandshakeTimeout:    callbackTimeout,
			MaxResponseHeaderBytes: maxCallbackHeader,
			DisableKeepAlives:      true, // changes of status are rare
			DisableCompression:     true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Send tells one URL where a request stands (OpenDSR 2.0, section 8.6). It is an
// [activities.CallbackSender].
func (s *Sender) Send(ctx context.Context, to string, c activities.Callback) error {
	if err := s.to.Check(to); err != nil {
		return &connectors.Error{Class: connectors.Misconfigured, System: system, Reason: "the URL " + err.Error()}
	}
	told := statusOf(s.signer.Domain(), c.Controller, c.RequestID, c.Kind, c.Progress, c.Reading)
	told.CallbackURL = to
	body, err := json.Marshal(told)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "lethe")
	if err := s.signer.sign(r.Header, body); err != nil {
		return err
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return s.failed(ctx, r, err)
	}
	defer func() { _ = answer.Body.Close() }()                                 // nothing is expected of it
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxCallbackAnswer)) // its status says it all
	return s.judge(r, answer)
}

// system is what receivers of callbacks are called in errors.
const system = "callback"

func refused(r *http.Request, class connectors.Class, reason string) *connectors.Error {
	// The path is the controller's own and may hold anything; the host is on a list.
	return &connectors.Error{Class: class, System: system, Method: r.Method, Path: hostOf(r.URL), Reason: reason}
}

// failed says what a call without an answer means.
func (s *Sender) failed(ctx context.Context, r *http.Request, err error) error {
	class, _ := httpapi.ClassifyFailure(ctx, err)
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return refused(r, connectors.Misconfigured, "the host has an address that is not public; if it is meant, name its network in gateway.callbacks.networks")
	case class == connectors.Misconfigured:
		return refused(r, class, "the receiver's TLS certificate is not valid for its host, or it does not speak TLS")
	default:
		return refused(r, connectors.Transient, "the receiver did not answer")
	}
}

// judge says what an answer means. Section 8.7 of the guidelines wants 202; any
// other success is one, too.
func (s *Sender) judge(r *http.Request, answer *http.Response) error {
	if answer.StatusCode >= http.StatusOK && answer.StatusCode < http.StatusMultipleChoices {
		return nil
	}
	class, _ := httpapi.Classify(answer.StatusCode)
	reason := "the receiver refuses the callback"
	switch class {
	case connectors.Transient:
		reason = "the receiver has a fault or is busy"
	case connectors.CredentialsRejected:
		reason = "the receiver does not accept the domain, the certificate or the signature"
	case connectors.Misconfigured:
		reason = "the receiver redirects elsewhere, which is not followed"
	}
	failed := refused(r, class, reason)
	failed.Status, failed.RetryAfter = answer.StatusCode, httpapi.RetryAfter(answer.Header, s.now())
	return failed
}
