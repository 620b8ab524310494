package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators/authority"
)

// TestAGatewayThatCannotBeServedSaysWhy needs certificates, which are made anew.
func TestAGatewayThatCannotBeServedSaysWhy(t *testing.T) {
	t.Parallel()
	ca, err := authority.New()
	require.NoError(t, err)
	right, err := ca.Issue("opendsr.example.com")
	require.NoError(t, err)
	wrong, err := ca.Issue("www.example.com")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		pair authority.Pair
		more string
		says string
	}{
		"another domain":    {wrong, "", "gateway.signing in lethe.yaml: the certificate is not for the domain opendsr.example.com; its subject alternative names must hold it"},
		"codec for nobody":  {right, "codec_server: true", "nobody may use the codec server; name tokens or a jwt in codec_server of lethe.yaml, or leave gateway.codec_server out"},
		"address of others": {right, "listen: 192.0.2.1:80", "the address 192.0.2.1:80 cannot be listened on; set gateway.listen to another one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for file, content := range map[string]string{"sign.pem": string(c.pair.Certificate), "sign.key": string(c.pair.Key), "lethe.yaml": `
gateway:
  url: https://opendsr.example.com
  behind_proxy: true
  ` + c.more + `
  signing: {certificate: "file:sign.pem", key: "file:sign.key"}
  clients: [{name: dsar, token_sha256: "0000000000000000000000000000000000000000000000000000000000000001"}]
systems:
  - {name: old, connector: none, reason: It holds no personal data.}
`} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600))
			}
			s := systemStreams()
			a := &access{connection: &requests.Connection{Env: s.env}, config: &configFlag{streams: s, path: filepath.Join(dir, "lethe.yaml")}}
			require.EqualError(t, serveGateway(t.Context(), a, zerolog.Nop()), c.says)
		})
	}
}
