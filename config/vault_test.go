package config_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/vault"
)

func TestLoadReadsWhereKeysAreKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "lethe.yaml")
	write(t, filepath.Join(dir, "sam.token"), []byte("a token of more than 24 characters\n"))
	write(t, filepath.Join(dir, "jwks.json"), []byte(
		`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`))
	write(t, path, []byte(`
vault:
  store: s3://our-keys?region=eu-west-3
  key_encryption_key: awskms:///arn:aws:kms:eu-west-3:111122223333:key/1
  previous_key_encryption_keys: [file://./old.key]
  cache_for: 90s
  grace_period: 0s
codec_server:
  listen: 127.0.0.1:9000
  behind_proxy: true
  rate: 7
  ui_origins: [https://temporal.example.com]
  tokens: [{name: sam, token: "file:sam.token", reveal: true}]
  jwt: {keys: "file:jwks.json", issuer: "https://id.example.com", audience: lethe, reveal_claim: groups, reveal_value: privacy}
systems:
  - {name: old, connector: none, reason: retired}
`))

	c, err := config.Load(path, kinds(), config.Options{})

	require.NoError(t, err)
	require.Equal(t, config.Vault{
		Store: "s3://our-keys?region=eu-west-3", KEK: "awskms:///arn:aws:kms:eu-west-3:111122223333:key/1",
		PreviousKEKs: []string{"file://" + dir + "/old.key"}, CacheFor: 90 * time.Second,
	}, c.Vault)
	require.Equal(t, "127.0.0.1:9000", c.CodecServer.Listen)
	require.True(t, c.CodecServer.BehindProxy)
	require.InDelta(t, 7, c.CodecServer.Rate, 0)
	require.Equal(t, []string{"https://temporal.example.com"}, c.CodecServer.Origins)
	require.Equal(t, []vault.Token{{Name: "sam", Value: "a token of more than 24 characters", Reveal: true}}, c.CodecServer.Tokens)
	require.Len(t, c.CodecServer.JWT.Keys.Keys, 1)
	require.Equal(t, "privacy", c.CodecServer.JWT.RevealValue)
}
