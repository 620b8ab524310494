package intake_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/intake"
	"ite.digital/lethe/simulators/authority"
)

// callback is that of section 8.7.
var callback = activities.Callback{
	RequestID: id, Kind: dsr.Erasure, Controller: "example_controller_id",
	Reading: dsr.Reading{Understood: map[string]int{"email": 2}, IgnoredExtensions: 1},
	Progress: dsr.Progress{
		Stage: dsr.StagePending, ExpectedAt: time.Date(2018, 11, 1, 15, 0, 1, 0, time.UTC), Records: 340, Status: dsr.StatusOpen,
		Systems: []dsr.SystemProgress{{Name: "gist", State: dsr.Locating, Records: 340}},
	},
}

// receiver is a controller's receiver of callbacks, by TLS on the loopback
// interface.
type receiver struct {
	url  string
	host string
	ca   *authority.Authority
	pair authority.Pair
}

func newReceiver(t *testing.T, handler http.HandlerFunc, names ...string) *receiver {
	t.Helper()
	ca, err := authority.New()
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(handler)
	own, err := ca.Issue(append([]string{"localhost", "127.0.0.1"}, names...)...)
	require.NoError(t, err)
	certificate, err := own.TLS()
	require.NoError(t, err)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	require.NoError(t, err)
	pair, err := ca.IssueRSA(2048, domain)
	require.NoError(t, err)
	host := "localhost:" + at.Port()
	return &receiver{url: "https://" + host + "/opendsr/callbacks?tenant=7", host: host, ca: ca, pair: pair}
}

// sender sends to the receiver, through the networks.
func (r *receiver) sender(t *testing.T, networks ...netip.Prefix) *intake.Sender {
	t.Helper()
	return intake.NewSender(intake.Destinations{Hosts: []string{r.host}, Networks: networks, Authorities: r.ca.Pool()}, newSigner(t, r.pair))
}

func TestSection8Callback(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body string
	r := newReceiver(t, func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		got, body = r, string(content)
		w.WriteHeader(http.StatusAccepted)
	})

	require.NoError(t, r.sender(t, networks()...).Send(t.Context(), r.url, callback))

	require.Equal(t, http.MethodPost, got.Method)
	require.Equal(t, "application/json", got.Header.Get("Content-Type"))
	require.JSONEq(t, `{
		"controller_id": "example_controller_id",
		"expected_completion_time": "2018-11-01T15:00:01Z",
		"status_callback_url": "`+r.url+`",
		"subject_request_id": "a7551968-d5d6-44b2-9831-815ac9017798",
		"request_status": "pending",
		"api_version": "2.0",
		"results_count": 340,
		"extensions": {"example-processor.com": {"subject_request_type": "erasure", "result": "open",
			"systems": [{"name": "gist", "state": "locating", "records": 340}],
			"understood": {"email": 2}, "ignored_extensions": 1}}}`, body)
	require.Equal(t, []string{domain, domain}, []string{got.Header.Get(intake.HeaderDomain), got.Header.Get(intake.HeaderOldDomain)})
	opensslVerifies(t, string(r.pair.Certificate), string(r.ca.PEM), got.Header.Get(intake.HeaderSignature), body)
	opensslVerifies(t, string(r.pair.Certificate), string(r.ca.PEM), got.Header.Get(intake.HeaderOldSignature), body)
}

func TestCallbacksAreAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	var body []byte
	r := newReceiver(t, func(w http.ResponseWriter, r *http.Request) { body, _ = io.ReadAll(r.Body) })
	require.NoError(t, r.sender(t, networks()...).Send(t.Context(), r.url, callback), "any success is one")
	g := newGateway(t)
	document := g.document()
	var value any
	require.NoError(t, json.Unmarshal(body, &value))
	require.NoError(t, document.Components.Schemas["Callback"].Value.VisitJSON(value))
}

func TestWhatReceiversAnswer(t *testing.T) {
	t.Parallel()
	var status atomic.Int64
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(int(status.Load()))
		_, _ = io.WriteString(w, "johndoe@example.com")
	})
	sender := r.sender(t, networks()...)
	for code, class := range map[int]connectors.Class{
		400: connectors.Rejected, 401: connectors.CredentialsRejected, 403: connectors.CredentialsRejected, 404: connectors.Rejected,
		410: connectors.Rejected, 429: connectors.Transient, 500: connectors.Transient, 503: connectors.Transient,
	} {
		status.Store(int64(code))
		failed := fails(t, sender, r.url)
		require.Equal(t, class, failed.Class, code)
		require.Equal(t, code, failed.Status)
		require.Equal(t, 7*time.Second, failed.RetryAfter)
	}
}

// fails sends and returns the error, which says nothing of what stands in the URL
// but its host.
func fails(t *testing.T, s *intake.Sender, to string) *connectors.Error {
	t.Helper()
	var failed *connectors.Error
	require.ErrorAs(t, s.Send(t.Context(), to, callback), &failed)
	require.NotContains(t, failed.Error(), "tenant")
	require.NotContains(t, failed.Error(), "johndoe")
	return failed
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var followed atomic.Bool
	for _, code := range []int{301, 302, 303, 307, 308} {
		r := newReceiver(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				followed.Store(true)
			}
			http.Redirect(w, r, "/elsewhere", code)
		})
		failed := fails(t, r.sender(t, networks()...), r.url)
		require.Equal(t, connectors.Misconfigured, failed.Class)
		require.Equal(t, code, failed.Status)
	}
	require.False(t, followed.Load())
}

// TestAddressesThatAreNotPublicAreNotReached lets names and addresses stand on the
// list, and looks that they are not dialled all the same.
func TestAddressesThatAreNotPublicAreNotReached(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	r := newReceiver(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	require.Contains(t, fails(t, r.sender(t), r.url).Reason, "has an address that is not public")
	require.False(t, reached.Load(), "localhost is resolved before it is looked at")

	for _, host := range []string{
		"127.0.0.1", "[::1]", "0.0.0.0", "[::]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.100.100.200", "169.254.169.254", "168.63.129.16",
		"192.0.0.192", "[fd00:ec2::254]", "[fe80::1]", "[::ffff:169.254.169.254]", "[::ffff:127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]",
		"224.0.0.1", "255.255.255.255", "2130706433", "0x7f.1", "[64:ff9b:1::a9fe:a9fe]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[2001:0:a9fe:a9fe::1]",
		"[fec0::1]", "[::ffff:7f00:1]", "[2002:7f00:1::]", "198.18.0.1", "192.88.99.1", "0.0.0.0:8443", "[::1]:8443",
	} {
		sender := intake.NewSender(intake.Destinations{Hosts: []string{host}}, newSigner(t, r.pair))
		failed := fails(t, sender, "https://"+host+"/latest/meta-data?tenant=7")
		if host != "2130706433" && host != "0x7f.1" { // no addresses to Go, and no names to any resolver
			require.Contains(t, failed.Reason, "has an address that is not public", host)
			require.Equal(t, connectors.Misconfigured, failed.Class)
		}
	}
}

// A nameserver answers every question with the addresses of its turn; the last ones are
// given again.
type nameserver struct {
	turns [][4]byte
	asked atomic.Int64
}

// resolver asks the nameserver.
func (n *nameserver) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = socket.Close() })
	go n.serve(socket)
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
}

func (n *nameserver) serve(socket net.PacketConn) {
	packet := make([]byte, 1500)
	for {
		size, from, err := socket.ReadFrom(packet)
		if err != nil {
			return // the test is over
		}
		var m dnsmessage.Message
		if m.Unpack(packet[:size]) != nil || len(m.Questions) != 1 {
			continue
		}
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			turn := min(int(n.asked.Add(1)), len(n.turns)) - 1
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}, Body: &dnsmessage.AResource{A: n.turns[turn]},
			}}
		}
		if answer, err := m.Pack(); err == nil {
			_, _ = socket.WriteTo(answer, from)
		}
	}
}

// TestNamesThatResolveElsewhereTheSecondTime has a name lead to the receiver, to the
// addresses of clouds' metadata and of the machine itself, and back: the address that
// is dialled is the one that is looked at.
func TestNamesThatResolveElsewhereTheSecondTime(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { reached.Add(1) }, "dsar.example.com")
	to := strings.Replace(r.url, "localhost", "dsar.example.com", 1)
	r.host = strings.Replace(r.host, "localhost", "dsar.example.com", 1)
	names := &nameserver{turns: [][4]byte{{127, 0, 0, 1}, {169, 254, 169, 254}, {127, 0, 0, 2}, {10, 0, 0, 1}, {0, 0, 0, 0}}}
	// The receiver's own address stands for a public one.
	sender := r.sender(t, netip.MustParsePrefix("127.0.0.1/32"))
	sender.ResolveBy(names.resolver(t))
	require.NoError(t, sender.Send(t.Context(), to, callback))
	for range len(names.turns) - 1 {
		failed := fails(t, sender, to)
		require.Contains(t, failed.Reason, "has an address that is not public")
		require.Equal(t, connectors.Misconfigured, failed.Class)
	}
	require.EqualValues(t, 1, reached.Load())
	require.EqualValues(t, len(names.turns), names.asked.Load())
}

func TestOnlyReceiversOnTheListAreCalled(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	r := newReceiver(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	sender := r.sender(t, networks()...)
	for _, to := range []string{
		strings.Replace(r.url, "localhost", "127.0.0.1", 1), strings.Replace(r.url, "https", "http", 1), strings.Replace(r.url, "localhost", "a@localhost", 1),
		strings.Replace(r.url, "localhost", "localhost.", 1), "", "/", "file:///etc/passwd", r.url + "#a", "https:" + r.host,
	} {
		require.Equal(t, connectors.Misconfigured, fails(t, sender, to).Class, to)
	}
	require.False(t, reached.Load())
	require.NoError(t, sender.Send(t.Context(), strings.Replace(r.url, "localhost", "LOCALHOST", 1), callback))
}

func TestReceiversProveWhoTheyAre(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(http.ResponseWriter, *http.Request) {})
	sender := intake.NewSender(intake.Destinations{Hosts: []string{r.host}, Networks: networks()}, newSigner(t, r.pair))
	failed := fails(t, sender, r.url)
	require.Equal(t, connectors.Misconfigured, failed.Class)
	require.Contains(t, failed.Reason, "TLS certificate is not valid")
}

func TestReceiversThatAreAwayAreTriedAgain(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
	require.Equal(t, connectors.Transient, fails(t, r.sender(t, networks()...), r.url).Class)
}
