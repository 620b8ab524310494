package intake_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/intake"
	"ite.digital/lethe/simulators/authority"
)

// raw sends bytes over a connection of its own, and returns the answer.
func raw(t *testing.T, address, sent string) string {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer func() { _ = connection.Close() }()
	_, err = connection.Write([]byte(sent))
	require.NoError(t, err)
	answer, err := io.ReadAll(connection)
	require.True(t, err == nil || errors.Is(err, io.EOF) || strings.Contains(err.Error(), "reset"), "%v", err)
	return string(answer)
}

// TestUnusualCallsAreAnsweredAsUsual has the host in the request line, which says
// nothing of where the gateway is, and an old client.
func TestUnusualCallsAreAnsweredAsUsual(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	address := strings.TrimPrefix(g.url, "http://")
	absolute := raw(t, address, "GET http://evil.example/v2/discovery HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
	require.Contains(t, absolute, "https://"+domain+"/opendsr-certificate.pem")
	require.NotContains(t, absolute, "evil")
	require.Contains(t, raw(t, address, "GET /v2/discovery HTTP/1.0\r\n\r\n"), "HTTP/1.0 200 OK")
	posted := fmt.Sprintf("POST http://evil.example/v2/requests HTTP/1.0\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		token, len(example), example)
	require.Contains(t, raw(t, address, posted), "HTTP/1.0 201 Created")
	require.NotContains(t, g.log.String(), "evil")
}

func TestHeadersAreNotInjected(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	address := strings.TrimPrefix(g.url, "http://")
	for name, sent := range map[string]string{
		"in the path":            "GET /v2/requests/" + id + "%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer " + token + "\r\n\r\n",
		"in an unknown path":     "GET /johndoe@example.com%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"in a header":            "GET /v2/requests/" + id + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer a\rX-Evil: 1\r\n\r\n",
		"two lengths":            "POST /v2/requests HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
		"length and chunks":      "POST /v2/requests HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked, identity\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
		"method of another kind": "TRACE /v2/requests HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Evil: 1\r\n\r\n",
		"space before a colon":   "POST /v2/requests HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
		"chunks of another kind": "POST /v2/requests HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"chunks of chunks":       "POST /v2/requests HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"negative length":        "POST /v2/requests HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: -1\r\n\r\n",
		"length with a sign":     "POST /v2/requests HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: +4\r\n\r\nabcd",
		"two hosts":              "GET /v2/discovery HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
		"no host":                "GET /v2/discovery HTTP/1.1\r\nConnection: close\r\n\r\n",
		"two tokens":             "GET /v2/requests/" + id + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer " + token + "\r\nAuthorization: Bearer X-Evil\r\n\r\n",
		"NUL in the path":        "GET /v2/requests/" + id + "%00johndoe HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer " + token + "\r\n\r\n",
		"a tunnel":               "CONNECT X-Evil.example:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		"a roundabout path":      "GET //X-Evil.example/v2/../johndoe@example.com HTTP/1.1\r\nHost: X-Evil.example\r\nConnection: close\r\n\r\n",
		"HTTP/2 in clear text":   "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"HTTP/0.9":               "GET /v2/discovery HTTP/0.9\r\n\r\n",
		"a huge header":          "GET /v2/discovery HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Evil: " + strings.Repeat("a", 2<<20) + "\r\n\r\n",
	} {
		answer := raw(t, address, sent)
		require.Regexp(t, `^HTTP/1\.1 [45]\d\d `, answer, name)
		require.NotContains(t, answer, "X-Evil", name)
		require.NotContains(t, answer, "johndoe", name)
	}
	require.NotContains(t, g.log.String(), "vil")
	require.NotContains(t, g.log.String(), "johndoe")
}

func TestHugeBodiesAreRefused(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	a := g.call(http.MethodPost, "/v2/requests", with(t, `"foo-other-processor-custom-id":654321`, `"a": "`+strings.Repeat("a", 128<<10)+`"`))
	require.Equal(t, http.StatusRequestEntityTooLarge, a.status, a.body)
	require.Empty(t, g.desk.taken)
}

// An endless body is made of so many bytes. The client may still send it when it is
// answered.
type endless struct {
	left int
	read atomic.Int64
}

// Read implements [io.Reader].
func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), e.left)
	for i := range n {
		p[i] = ' '
	}
	e.left -= n
	e.read.Add(int64(n))
	return n, nil
}

// TestBodiesWithoutEndAreNotReadToIt sends 100 MB, with their length and in chunks.
func TestBodiesWithoutEndAreNotReadToIt(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	const huge = 100 << 20
	for _, length := range []int64{huge, -1} {
		body := &endless{left: huge}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.url+"/v2/requests", body)
		require.NoError(t, err)
		r.ContentLength = length
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		if got, err := http.DefaultClient.Do(r); err == nil { // the connection may be gone before the answer is read
			require.Equal(t, http.StatusRequestEntityTooLarge, got.StatusCode)
			require.NoError(t, got.Body.Close())
		}
		require.Less(t, body.read.Load(), int64(huge/2))
	}
	require.Empty(t, g.desk.taken)
}

// TestCompressedBodiesAreRefused sends 100 MB in a hundred kilobytes.
func TestCompressedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	var bomb bytes.Buffer
	packer := gzip.NewWriter(&bomb)
	_, err := io.Copy(packer, &endless{left: 100 << 20})
	require.NoError(t, err)
	require.NoError(t, packer.Close())
	require.Less(t, bomb.Len(), 128<<10)
	for _, encoding := range []string{"gzip", "deflate", "br", "identity, gzip"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.url+"/v2/requests", bytes.NewReader(bomb.Bytes()))
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Content-Encoding", encoding)
		a := g.do(r, bomb.String())
		require.Equal(t, http.StatusUnsupportedMediaType, a.status, encoding)
		require.Contains(t, a.body, "not compressed")
		require.Equal(t, "identity", a.header.Get("Accept-Encoding"))
	}
}

func TestOnlyJSONIsTaken(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", ";"} {
		r, err := http.NewRequest(http.MethodPost, g.url+"/v2/requests", strings.NewReader(example))
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", kind)
		require.Equal(t, http.StatusUnsupportedMediaType, g.do(r, example).status, kind)
	}
	twice := fmt.Sprintf("POST /v2/requests HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", token)
	require.Contains(t, raw(t, strings.TrimPrefix(g.url, "http://"), twice), "415 Unsupported Media Type")
}

// served serves a gateway's handler as the program does, until the test ends.
func served(t *testing.T, l intake.Listening, change ...func(*intake.Options)) (address string, d *desk, stop context.CancelFunc, ended <-chan error) {
	t.Helper()
	ca, err := authority.New()
	require.NoError(t, err)
	pair, err := ca.Issue(domain)
	require.NoError(t, err)
	d = &desk{taken: map[string]dsr.Request{}}
	o := intake.Options{
		URL: &url.URL{Scheme: "https", Host: domain}, Signer: newSigner(t, pair), Desk: d, Due: due, Now: func() time.Time { return now },
		Clients: []intake.Client{{Name: "dsar", Controller: "acme", Token: sha256.Sum256([]byte(token)), Rate: 1000}},
		Ready:   func(context.Context) error { return nil }, Log: zerolog.Nop(),
	}
	for _, c := range change {
		c(&o)
	}
	handler, err := intake.NewServer(o)
	require.NoError(t, err)
	l.Listener, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx, handler) }()
	t.Cleanup(cancel)
	return l.Listener.Addr().String(), d, cancel, done
}

// slow is when a call is cut off. A handshake on a busy machine takes far less.
const slow = 3 * time.Second

func TestSlowCallsAreCutOff(t *testing.T) {
	t.Parallel()
	address, d, _, _ := served(t, intake.Listening{ReadTimeout: slow, Log: zerolog.Nop()})
	head := fmt.Sprintf("POST /v2/requests HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n", token)
	require.NotContains(t, raw(t, address, head), "201", "the header never ends")
	answer := raw(t, address, head+"\r\n{")
	require.Contains(t, answer, "the body did not arrive as a whole")
	require.Empty(t, d.taken)
}

// TestSlowCallsAreCutOffInHTTP2 begins a call and never ends it.
func TestSlowCallsAreCutOffInHTTP2(t *testing.T) {
	t.Parallel()
	ca, certificate := ownTLS(t)
	address, d, _, _ := served(t, intake.Listening{ReadTimeout: slow, Log: zerolog.Nop(), TLS: &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate},
	}})
	client := &http.Client{Transport: &http.Transport{
		ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12},
	}}
	t.Cleanup(client.CloseIdleConnections)
	body, writer := io.Pipe()
	t.Cleanup(func() { _ = writer.Close() })
	go func() { _, _ = writer.Write([]byte("{")) }()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+address+"/v2/requests", body)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	if answer, err := client.Do(r); err == nil { // or the stream was reset
		require.Equal(t, 2, answer.ProtoMajor)
		require.Equal(t, http.StatusBadRequest, answer.StatusCode)
		require.NoError(t, answer.Body.Close())
	}
	require.Empty(t, d.taken)
	answer, err := client.Get("https://" + address + "/v2/discovery")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, 2, answer.ProtoMajor)
}

func TestCallsThatHaveBegunAreFinished(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	address, _, stop, ended := served(t, intake.Listening{Log: zerolog.Nop()}, func(o *intake.Options) {
		o.Ready = func(context.Context) error {
			close(begun)
			<-goOn
			return nil
		}
	})
	answered := make(chan string, 1)
	go func() {
		answer, err := http.Get("http://" + address + "/readyz")
		if err != nil {
			answered <- err.Error()
			return
		}
		_ = answer.Body.Close()
		answered <- answer.Status
	}()
	<-begun
	stop()
	close(goOn)
	require.Equal(t, "200 OK", <-answered)
	require.NoError(t, <-ended)
}

func TestClientsMayHaveToShowACertificate(t *testing.T) {
	t.Parallel()
	ca, certificate := ownTLS(t)
	address, _, _, _ := served(t, intake.Listening{Log: zerolog.Nop(), TLS: &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: ca.Pool(),
	}}, func(o *intake.Options) { o.ClientAuthorities = ca.Pool() })
	status := func(certificates ...tls.Certificate) int {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool(), Certificates: certificates, MinVersion: tls.VersionTLS12}}}
		defer client.CloseIdleConnections()
		r, err := http.NewRequest(http.MethodGet, "https://"+address+"/v2/requests/"+id, http.NoBody)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := client.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.StatusCode
	}
	require.Equal(t, http.StatusUnauthorized, status())
	require.Equal(t, http.StatusNotFound, status(certificate))
}

func TestAPanicTellsNothing(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(o *intake.Options) {
		o.Due = func(string, time.Time) (time.Time, error) { panic("johndoe@example.com") }
	})
	a := g.call(http.MethodPost, "/v2/requests", example)
	require.Equal(t, http.StatusInternalServerError, a.status)
	require.NotContains(t, a.body+g.log.String(), "johndoe")
	require.Contains(t, g.log.String(), `"status":500`)
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	ready := errors.New("no answer from Temporal")
	outdated := false
	g := newGateway(t, func(o *intake.Options) {
		o.Ready, o.Outdated = func(context.Context) error { return ready }, func() bool { return outdated }
	})
	require.Equal(t, http.StatusOK, g.as("", http.MethodGet, "/healthz", "").status)
	require.Equal(t, http.StatusServiceUnavailable, g.as("", http.MethodGet, "/readyz", "").status)
	ready = nil
	require.JSONEq(t, `{"status": "ready", "configuration": "current"}`, g.as("", http.MethodGet, "/readyz", "").body)
	outdated = true
	a := g.as("", http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusOK, a.status, "requests can be taken in")
	require.JSONEq(t, `{"status": "ready", "configuration": "outdated"}`, a.body)
}

func TestStrangersCannotMakeAGatewayLookBroken(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	for calls := 0; g.as("", http.MethodGet, "/v2/discovery", "").status != http.StatusTooManyRequests; calls++ {
		require.Less(t, calls, 10_000, "strangers are not slowed down")
	}
	require.Equal(t, http.StatusOK, g.as("", http.MethodGet, "/readyz", "").status)
	require.Equal(t, http.StatusOK, g.as("", http.MethodGet, "/healthz", "").status)
	require.Equal(t, http.StatusNotFound, g.call(http.MethodGet, "/v2/requests/"+id, "").status, "clients have a rate of their own")
}

func TestTheCodecServerIsThereIfItIsAsked(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(o *intake.Options) {
		o.Codec = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) })
	})
	answer, err := http.Post(g.url+"/codec/decode", "application/json", http.NoBody)
	require.NoError(t, err)
	path, err := bufio.NewReader(answer.Body).ReadString(0)
	require.ErrorIs(t, err, io.EOF)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, "/decode", path)
	require.Equal(t, http.StatusNotFound, newGateway(t).as("", http.MethodGet, "/codec/decode", "").status)
}

func TestCertificatesThatOpenDSRForbids(t *testing.T) {
	t.Parallel()
	ca, err := authority.New()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		issue func() (authority.Pair, error)
		says  string
	}{
		"another domain": {func() (authority.Pair, error) { return ca.Issue("other.example.com") }, "is not for the domain example-processor.com"},
		"expired":        {func() (authority.Pair, error) { return ca.IssueExpired(domain) }, "renew it"},
		"self-signed":    {func() (authority.Pair, error) { return authority.SelfSigned(domain) }, "is self-signed, which OpenDSR forbids"},
		"short":          {func() (authority.Pair, error) { return ca.IssueRSA(1024, domain) }, "neither ECDSA nor RSA of at least 2048 bits"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pair, err := c.issue()
			require.NoError(t, err)
			certificate, err := pair.TLS()
			require.NoError(t, err)
			_, err = intake.NewSigner(domain, certificate, time.Now())
			require.ErrorContains(t, err, c.says)
		})
	}
}
