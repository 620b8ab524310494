package config_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/deadlines"
	"ite.digital/lethe/simulators/authority"
)

// gatewayYAML is a whole gateway, but for the hash of the token.
const gatewayYAML = `
gateway:
  url: https://opendsr.example.com
  listen: 127.0.0.1:9001
  tls: {certificate: "file:tls.pem", key: "file:tls.key", client_authorities: "file:ca.pem"}
  signing: {certificate: "file:tls.pem", key: "file:tls.key"}
  clients:
    - {name: dsar, controller_id: acme, token_sha256: HASH, rate: 0.5}
    - {name: shop, token_sha256: "0000000000000000000000000000000000000000000000000000000000000001"}
  callbacks:
    hosts: [DSAR.example.com:443, "dsar.example.com:8443"]
    networks: [10.1.0.0/16]
    authorities: file:ca.pem
  codec_server: true
systems:
  - {name: sales, connector: crm, credentials: {token: "${UNSET}"}}
`

// gatewayFolder is one with the files that gatewayYAML names.
func gatewayFolder(t *testing.T, content string) string {
	t.Helper()
	dir := t.TempDir()
	ca, err := authority.New()
	require.NoError(t, err)
	pair, err := ca.Issue("opendsr.example.com")
	require.NoError(t, err)
	write(t, filepath.Join(dir, "tls.pem"), pair.Certificate)
	write(t, filepath.Join(dir, "tls.key"), pair.Key)
	write(t, filepath.Join(dir, "ca.pem"), ca.PEM)
	path := filepath.Join(dir, "lethe.yaml")
	write(t, path, []byte(content))
	return path
}

func TestLoadReadsTheGatewayWithoutTheVendorsKeys(t *testing.T) {
	t.Parallel()
	hash := sha256.Sum256([]byte("token"))
	path := gatewayFolder(t, strings.ReplaceAll(gatewayYAML, "HASH", hex.EncodeToString(hash[:])))

	c, err := config.Load(path, kinds(), config.Options{WithoutSecrets: true, GatewaySecrets: true, Env: env})

	require.NoError(t, err, "the vendor's key is not set, and not needed")
	g := c.Gateway
	require.Equal(t, "opendsr.example.com", g.URL.Hostname())
	require.Equal(t, "127.0.0.1:9001", g.Listen)
	require.NotEmpty(t, g.TLS.Certificate)
	require.NotEmpty(t, g.Signing.Certificate)
	require.NotNil(t, g.ClientAuthorities)
	require.Equal(t, []config.GatewayClient{
		{Name: "dsar", Controller: "acme", Token: hash, Rate: 0.5}, {Name: "shop", Controller: "shop", Token: [32]byte{31: 1}, Rate: config.DefaultClientRate},
	}, g.Clients)
	require.Equal(t, []string{"dsar.example.com", "dsar.example.com:8443"}, g.Callbacks.Hosts)
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, g.Callbacks.Networks)
	require.NotNil(t, g.Callbacks.Authorities)
	require.True(t, g.Codec)

	_, err = config.Load(path, kinds(), config.Options{Env: env})
	require.ErrorContains(t, err, "the environment variable UNSET is not set")
	c, err = config.Load(path, kinds(), config.Options{WithoutSecrets: true})
	require.NoError(t, err)
	require.Empty(t, c.Gateway.Signing.Certificate)
}

func TestWithoutAGatewayThereIsNone(t *testing.T) {
	t.Parallel()
	require.Nil(t, load(t, full, config.Options{}).Gateway)
}

func TestALawThatWantsAnAnswerSoonerIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		profile, law string
		refused      bool
	}{
		{"gdpr", "gdpr", false}, {"gdpr", "ccpa", false}, {"uk", "gdpr", false}, {"lgpd", "gdpr", false}, {"ccpa", "ccpa", false},
		{"ccpa", "gdpr", true},
	} {
		profile, err := deadlines.Lookup(c.profile)
		require.NoError(t, err)
		r := config.Regulation{Profile: profile, Location: time.UTC}
		refused := false
		for day := range 365 {
			_, err := r.DueUnder(c.law, time.Date(2026, 1, 1+day, 12, 0, 0, 0, time.UTC))
			refused = refused || err != nil
		}
		require.Equal(t, c.refused, refused, "%s under %s", c.law, c.profile)
	}
}
