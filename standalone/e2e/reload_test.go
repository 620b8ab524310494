package e2e

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators/authority"
	"ite.digital/lethe/simulators/population"
)

// as calls with a token and returns the status.
func (g *gateway) as(token string) int {
	g.Helper()
	r, err := http.NewRequestWithContext(g.Context(), http.MethodGet, g.scheme+"://"+g.address.Load().(string)+"/v2/requests/"+uuid.NewString(), http.NoBody)
	require.NoError(g, err)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := g.client.Do(r)
	require.NoError(g, err)
	require.NoError(g, answer.Body.Close())
	return answer.StatusCode
}

// shown is the serial number of the certificate that a new connection is shown.
func (g *gateway) shown() string {
	g.Helper()
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: g.authority.Pool(), MinVersion: tls.VersionTLS12}, NetDialer: &net.Dialer{}}
	connection, err := dialer.DialContext(g.Context(), "tcp", g.address.Load().(string))
	require.NoError(g, err)
	defer func() { _ = connection.Close() }()
	return connection.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.String()
}

// follows sends SIGHUP and waits until the program has done as wished for.
func (g *gateway) follows(p *process, wish func() bool) {
	g.Helper()
	require.NoError(g, p.cmd.Process.Signal(syscall.SIGHUP))
	require.Eventually(g, wish, patience, 50*time.Millisecond, "log:\n%s", lazily(g.log))
}

// read returns what stands in a file.
func (s *site) read(name string) string {
	s.Helper()
	content, err := os.ReadFile(filepath.Join(s.dir, name))
	require.NoError(s, err)
	return string(content)
}

// configuration is what /readyz says of it.
func (g *gateway) configuration() string {
	g.Helper()
	a := g.call(g.Context(), http.MethodGet, "/readyz", "")
	require.Equal(g, http.StatusOK, a.status)
	return a.field("configuration")
}

const secondToken = "the token that comes after it"

// TestTokensComeAndGoWithoutARestart changes a token in the way of docs/intake.md. The
// new one is found by the gateway itself, the old one is revoked with SIGHUP.
func TestTokensComeAndGoWithoutARestart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	g := s.newGateway(ownTLS)
	p := g.up()
	require.Equal(t, http.StatusNotFound, g.as(gatewayToken))
	require.Equal(t, http.StatusUnauthorized, g.as(secondToken))

	second := sha256.Sum256([]byte(secondToken))
	s.edit("lethe.yaml", "clients: [", "clients: [{name: dsar-2, controller_id: acme, token_sha256: "+hex.EncodeToString(second[:])+"}, ")
	require.Eventually(t, func() bool { return strings.Contains(s.log(), "were read anew") }, patience, 100*time.Millisecond)
	require.Equal(t, http.StatusNotFound, g.as(secondToken))
	require.Equal(t, http.StatusNotFound, g.as(gatewayToken), "both are known meanwhile")

	first := sha256.Sum256([]byte(gatewayToken))
	s.edit("lethe.yaml", "{name: dsar, controller_id: acme, rate: 100000, token_sha256: "+hex.EncodeToString(first[:])+"}", "")
	g.follows(p, func() bool { return g.as(gatewayToken) == http.StatusUnauthorized })
	require.Equal(t, http.StatusNotFound, g.as(secondToken))
	p.end(syscall.SIGTERM)
	require.Contains(t, s.log(), `"message":"stopped"`)
}

// renew writes another certificate in place of one.
func (g *gateway) renew(file string, issue func() (authority.Pair, error)) {
	g.Helper()
	pair, err := issue()
	require.NoError(g, err)
	g.write(file+".key", string(pair.Key))
	g.write(file+".pem", string(pair.Certificate))
}

// TestCertificatesAreRenewedWithoutARestart renews the one of TLS and the one that
// signs, which workers need as well.
func TestCertificatesAreRenewedWithoutARestart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit("lethe.yaml", "systems:", "approval: required\nsystems:")
	c := s.newController(nil)
	w := s.worker()
	id := c.post(erasureOf, population.Ana.Email, "/renewed")
	c.told("/renewed", dsr.StagePending)
	c.genuine("/renewed", id, population.Ana)
	before := c.shown()
	certificate := string(c.call(t.Context(), http.MethodGet, "/opendsr-certificate.pem", "").body)

	c.renew("tls", func() (authority.Pair, error) { return c.authority.Issue("127.0.0.1") })
	// A program that looks between the two files of a pair leaves the one before in force, so each reads each pair once.
	bothRead := func(times int) {
		for _, p := range []*process{c.program, w} {
			c.follows(p, func() bool { return strings.Count(p.own.log(), "were read anew") == times })
		}
	}
	bothRead(1)
	require.NotEqual(t, before, c.shown())
	c.renew("sign", func() (authority.Pair, error) { return c.authority.Issue(gatewayHost) })
	bothRead(2)
	require.NotEqual(t, certificate, string(c.call(t.Context(), http.MethodGet, "/opendsr-certificate.pem", "").body))
	require.Equal(t, http.StatusAccepted, c.verified(c.call(t.Context(), http.MethodDelete, "/v2/requests/"+id, "")).status)

	c.told("/renewed", dsr.StageCancelled)
	last := c.callbacks("/renewed")[len(c.callbacks("/renewed"))-1]
	c.vouched(last.header, last.body)
}

// TestABrokenConfigurationLeavesTheOneBefore breaks it in several ways.
func TestABrokenConfigurationLeavesTheOneBefore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	g := s.newGateway(ownTLS)
	p := g.up()
	require.Equal(t, "current", g.configuration())
	before := g.shown()
	for _, broken := range []struct{ part, by, says string }{
		{"gateway:", "gateway: nonsense\nbefore:", "lethe.yaml"},
		{"listen: 127.0.0.1:0", "listen: 127.0.0.1:1", "are read at the start only; restart the gateway"},
		{ownTLS, "behind_proxy: true", "are read at the start only; restart the gateway"},
		{"  signing:", "  behind_proxy: true\n  signing:", "leave one of them out"},
	} {
		content := s.read("lethe.yaml")
		seen := len(s.log()) // the gateway may see the edit before it is asked to look
		s.edit("lethe.yaml", broken.part, broken.by)
		g.follows(p, func() bool {
			said := s.log()[seen:]
			return g.configuration() == "outdated" && strings.Contains(said, "stays in force") && strings.Contains(said, broken.says)
		})
		require.Equal(t, http.StatusNotFound, g.as(gatewayToken))
		s.write("lethe.yaml", content)
		g.follows(p, func() bool { return g.configuration() == "current" })
	}

	s.write("tls.pem", "no certificate")
	g.follows(p, func() bool { return g.configuration() == "outdated" })
	require.Equal(t, before, g.shown(), "the one before is used on")
	g.renew("tls", func() (authority.Pair, error) { return g.authority.Issue("127.0.0.1") })
	g.follows(p, func() bool { return g.configuration() == "current" })
	require.NotEqual(t, before, g.shown())

	g.renew("sign", func() (authority.Pair, error) { return g.authority.IssueExpired(gatewayHost) })
	g.follows(p, func() bool { return g.configuration() == "outdated" && strings.Contains(s.log(), "only; renew it") })
	g.verified(g.call(t.Context(), http.MethodGet, "/v2/requests/"+uuid.NewString(), ""))
}
