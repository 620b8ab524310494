package vault_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/vault"
)

const (
	looker   = "a token that only looks, long enough"
	revealer = "a token that reveals, also long enough"
	ui       = "https://temporal.example.com"
)

// codec is a codec server under test.
type codec struct {
	*testing.T
	vault *vault.Vault
	url   string
	log   *bytes.Buffer
}

func serveCodec(t *testing.T, change ...func(*vault.ServerOptions)) *codec {
	t.Helper()
	c := &codec{T: t, vault: newPlace(t).open(t, uncached), log: &bytes.Buffer{}}
	o := vault.ServerOptions{
		Namespace: namespace, Origins: []string{ui}, Log: zerolog.New(zerolog.SyncWriter(c.log)),
		Tokens: []vault.Token{{Name: "sam", Value: looker}, {Name: "kim", Value: revealer, Reveal: true}},
	}
	for _, f := range change {
		f(&o)
	}
	server := httptest.NewServer(c.vault.NewCodecServer(o))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// call posts payloads and returns the answer.
func (c *codec) call(path, token string, payloads []*commonpb.Payload, headers ...string) (int, []*commonpb.Payload, string) {
	c.Helper()
	body, err := protojson.Marshal(&commonpb.Payloads{Payloads: payloads})
	require.NoError(c, err)
	return c.post(path, token, bytes.NewReader(body), headers...)
}

func (c *codec) post(path, token string, body io.Reader, headers ...string) (int, []*commonpb.Payload, string) {
	c.Helper()
	r, err := http.NewRequestWithContext(c.Context(), http.MethodPost, c.url+path, body)
	require.NoError(c, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(c, err)
	defer func() { require.NoError(c, answer.Body.Close()) }()
	content, err := io.ReadAll(answer.Body)
	require.NoError(c, err)
	var decoded commonpb.Payloads
	if answer.StatusCode == http.StatusOK {
		require.NoError(c, protojson.Unmarshal(content, &decoded))
	}
	return answer.StatusCode, decoded.GetPayloads(), string(content)
}

// subject is a payload that holds identifiers in every way.
func (c *codec) subject() *commonpb.Payload {
	c.Helper()
	require.NoError(c, c.vault.Ensure(c.Context(), workflowID))
	payload, err := of(c.vault, workflowID).ToPayload(map[string]any{
		"identifiers": []dsr.Identifier{{Type: dsr.Email, Value: address}, {Type: dsr.GAClientID, Value: "1234567890.1700000000"}},
		"records":     []dsr.Record{{Kind: "client_id", ID: "1234567890.1700000000"}},
		"note":        "JANE.DOE@EXAMPLE.COM called from +33 6 39 98 00 00, or was it bob@example.org?",
		"count":       12345678901234567,
	})
	require.NoError(c, err)
	return payload
}

func TestIdentifiersComeBackMasked(t *testing.T) {
	t.Parallel()
	c := serveCodec(t)
	status, decoded, _ := c.call("/decode", looker, []*commonpb.Payload{c.subject()})
	require.Equal(t, http.StatusOK, status)
	require.JSONEq(t, `{
		"identifiers": [{"type": "email", "value": "j***@e***.com"}, {"type": "ga_client_id", "value": "1***"}],
		"records": [{"kind": "client_id", "id": "1***", "found_by": {"type": "", "value": ""}}],
		"note": "j***@e***.com called from +3***00, or was it b***@e***.org?",
		"count": 12345678901234567
	}`, string(decoded[0].GetData()))
	require.Contains(t, c.log.String(), `"caller":"sam","requests":["erasure/R-1"],"payloads":1,"revealed":false`)
	require.NotContains(t, strings.ToLower(c.log.String()), "jane")
}

func TestDecodingsOfRestrictionsAreLoggedByTheirRequest(t *testing.T) {
	t.Parallel()
	c := serveCodec(t)
	const restriction = "restriction/R-2"
	require.NoError(t, c.vault.Ensure(t.Context(), restriction))
	payload, err := of(c.vault, restriction).ToPayload(address)
	require.NoError(t, err)
	status, _, _ := c.call("/decode", looker, []*commonpb.Payload{payload})
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, c.log.String(), `"caller":"sam","requests":["restriction/R-2"]`)
}

func TestWholeIdentifiersNeedAGrantAndAReason(t *testing.T) {
	t.Parallel()
	c := serveCodec(t)
	payloads := []*commonpb.Payload{c.subject()}
	status, decoded, _ := c.call("/reveal/ticket-4711/decode", revealer, payloads)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, string(decoded[0].GetData()), address)
	require.Contains(t, c.log.String(), `"caller":"kim","requests":["erasure/R-1"],"payloads":1,"revealed":true,"reason":"ticket-4711"`)

	status, _, _ = c.call("/reveal/ticket-4711/decode", looker, payloads)
	require.Equal(t, http.StatusForbidden, status)
	for _, reason := range []string{"x", address, "a%0Ab"} {
		status, _, _ = c.call("/reveal/"+reason+"/decode", revealer, payloads)
		require.Equal(t, http.StatusBadRequest, status, reason)
	}
	require.NotContains(t, c.log.String(), address)
	status, decoded, _ = c.call("/decode", revealer, payloads)
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, string(decoded[0].GetData()), address, "the grant alone reveals nothing")
}

func TestStrangersAreRefused(t *testing.T) {
	t.Parallel()
	c := serveCodec(t)
	payloads := []*commonpb.Payload{c.subject()}
	for _, path := range []string{"/decode", "/encode", "/reveal/ticket-4711/decode"} {
		for _, token := range []string{"", "wrong", looker + " ", looker[1:]} {
			status, _, content := c.call(path, token, payloads)
			if token == looker+" " { // the header's space is no part of it
				continue
			}
			require.Equal(t, http.StatusUnauthorized, status, path)
			require.NotContains(t, content, "jane")
		}
		status, _, _ := c.call(path, revealer, payloads, "Origin", "https://elsewhere.example")
		require.Equal(t, http.StatusForbidden, status, path)
	}
	status, _, _ := c.call("/decode", looker, payloads, "Origin", ui)
	require.Equal(t, http.StatusOK, status)
	status, _, _ = c.call("/elsewhere", revealer, payloads)
	require.Equal(t, http.StatusNotFound, status)
}

func TestOnlyTheWebUIsPagesMayCall(t *testing.T) {
	t.Parallel()
	c := serveCodec(t)
	for origin, allowed := range map[string]string{ui: ui, "https://elsewhere.example": "", "null": ""} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, c.url+"/decode", http.NoBody)
		require.NoError(t, err)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", http.MethodPost)
		r.Header.Set("Access-Control-Request-Headers", "authorization,content-type,x-namespace")
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, allowed, answer.Header.Get("Access-Control-Allow-Origin"), origin)
	}
}

func TestNonsenseAndTooMuchAreRefused(t *testing.T) {
	t.Parallel()
	c := serveCodec(t)
	status, _, _ := c.post("/decode", looker, strings.NewReader(`{"payloads": 1}`))
	require.Equal(t, http.StatusBadRequest, status)
	status, _, _ = c.post("/decode", looker, strings.NewReader(strings.Repeat(" ", 9<<20)))
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
}

func TestWhatAnOperatorTypesIsEncryptedUnderTheKeyOfTheMonthAndUnderstood(t *testing.T) {
	t.Parallel()
	c := serveCodec(t)
	require.NoError(t, c.vault.Ensure(t.Context(), workflowID))
	text := &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(`{"system":"gist","reason":"asked by jane"}`)}
	status, encoded, content := c.call("/encode", looker, []*commonpb.Payload{text})
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, content, "jane")
	require.Equal(t, "operator/2026-11", string(encoded[0].GetMetadata()["lethe-key"]))
	var read typed
	require.NoError(t, of(c.vault, workflowID).FromPayload(encoded[0], &read))
	require.Equal(t, typed{System: "gist"}, read)
}

// TestNobodyTypesForAnOperatorWithoutACredential asks for what passes for an operator's
// words. Masked values are for everybody who reaches the Web UI of one machine; this is not.
func TestNobodyTypesForAnOperatorWithoutACredential(t *testing.T) {
	t.Parallel()
	text := []*commonpb.Payload{{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(`{"system":"gist"}`)}}
	for name, demo := range map[string]bool{"demo": true, "elsewhere": false} {
		c := serveCodec(t, func(o *vault.ServerOptions) { o.Anonymous, o.AnonymousEncodes = "web-ui", demo })
		for _, path := range []string{"/encode", "/reveal/ticket-4711/encode"} {
			status, encoded, content := c.call(path, "", text)
			if demo {
				require.Equal(t, http.StatusOK, status, name)
				continue
			}
			require.Equal(t, http.StatusUnauthorized, status, name)
			require.Empty(t, encoded, name)
			require.Contains(t, content, "codec_server.tokens", name)
			status, _, _ = c.call(path, looker, text)
			require.Equal(t, http.StatusOK, status, name)
		}
		status, _, _ := c.call("/decode", "", text)
		require.Equal(t, http.StatusOK, status, name)
	}
}

func TestAfterDestructionAPlaceholderIsReadable(t *testing.T) {
	t.Parallel()
	c := serveCodec(t)
	payloads := []*commonpb.Payload{c.subject(), {Metadata: map[string][]byte{"encoding": []byte("binary/null")}}}
	_, err := c.vault.Destroy(t.Context(), workflowID)
	require.NoError(t, err)
	altered := []byte("altered")
	payloads = append(payloads, &commonpb.Payload{Metadata: payloads[0].GetMetadata(), Data: altered})
	status, decoded, _ := c.call("/reveal/ticket-4711/decode", revealer, payloads)
	require.Equal(t, http.StatusOK, status)
	var text string
	require.NoError(t, json.Unmarshal(decoded[0].GetData(), &text))
	require.Equal(t, "("+vault.ErrDestroyed.Error()+")", text)
	require.Equal(t, "binary/null", string(decoded[1].GetMetadata()["encoding"]))
}

func TestAnIdentityProviderCanVouchForPeople(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	_, strangers, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	c := serveCodec(t, func(o *vault.ServerOptions) {
		o.JWT = &vault.JWT{
			Keys:   &jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: "1", Algorithm: "EdDSA"}}},
			Issuer: "https://id.example.com", Audience: "lethe", RevealClaim: "groups", RevealValue: "privacy",
		}
	})
	payloads := []*commonpb.Payload{c.subject()}
	good := map[string]any{
		"iss": "https://id.example.com", "aud": []string{"lethe"}, "sub": "sam", "exp": jwt.NewNumericDate(today().Add(time.Hour)), "groups": []string{"privacy"},
	}
	signed := func(key ed25519.PrivateKey, change map[string]any) string {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
		require.NoError(t, err)
		claims := map[string]any{}
		for _, from := range []map[string]any{good, change} {
			for name, value := range from {
				claims[name] = value
			}
		}
		token, err := jwt.Signed(signer).Claims(claims).Serialize()
		require.NoError(t, err)
		return token
	}
	status, decoded, _ := c.call("/reveal/ticket-4711/decode", signed(private, nil), payloads)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, string(decoded[0].GetData()), address)
	status, _, _ = c.call("/reveal/ticket-4711/decode", signed(private, map[string]any{"groups": []string{"support"}}), payloads)
	require.Equal(t, http.StatusForbidden, status)
	for name, token := range map[string]string{
		"another key":      signed(strangers, nil),
		"another issuer":   signed(private, map[string]any{"iss": "https://elsewhere.example"}),
		"another audience": signed(private, map[string]any{"aud": "temporal"}),
		"expired":          signed(private, map[string]any{"exp": jwt.NewNumericDate(today().Add(-time.Hour))}),
		"without an end":   signed(private, map[string]any{"exp": nil}),
		"without a name":   signed(private, map[string]any{"sub": nil}),
		"a blank name":     signed(private, map[string]any{"sub": " "}),
		"unsigned":         "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzYW0ifQ.",
	} {
		status, _, _ := c.call("/decode", token, payloads)
		require.Equal(t, http.StatusUnauthorized, status, name)
	}
}

func TestAWebUIWithoutALoginSeesMaskedValuesOnly(t *testing.T) {
	t.Parallel()
	c := serveCodec(t, func(o *vault.ServerOptions) { o.Anonymous = "web-ui" })
	payloads := []*commonpb.Payload{c.subject()}
	status, decoded, _ := c.call("/decode", "", payloads)
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, string(decoded[0].GetData()), "jane")
	status, _, _ = c.call("/reveal/ticket-4711/decode", "", payloads)
	require.Equal(t, http.StatusForbidden, status)
	status, _, _ = c.call("/decode", "wrong", payloads)
	require.Equal(t, http.StatusUnauthorized, status)
}
