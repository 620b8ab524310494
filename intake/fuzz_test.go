package intake_test

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/intake"
	"ite.digital/lethe/simulators/authority"
)

// knownField matches the places that a message may name.
var knownField = regexp.MustCompile(`^(regulation|submitted_time|api_version|subject_request_(id|type)|status_callback_urls(\[\d+\])?|` +
	`(subject_identities|extensions\.example-processor\.com\.identities)(\[\d+\](\.identity_(type|value|format)| \(\w+\))?)?|extensions(\.example-processor\.com)?)$`)

// FuzzRequests makes sure that no body brings the gateway down, that what is taken is
// valid, and that what is refused is named by places that are known, so that
// nothing of the body is repeated.
func FuzzRequests(f *testing.F) {
	handler, d := fuzzed(f)
	for _, seed := range []string{
		example, strings.Replace(example, "gdpr", "ccpa", 1), strings.Replace(example, "raw", "sha1", 1), strings.Replace(example, "email", "phone", 1),
		strings.Replace(example, "example-other-processor.com", domain, 1), strings.Replace(example, "https", "ftp", 1),
		strings.Replace(example, `"example-other-processor.com": {`, `"example-processor.com": {"identities": [{"identity_type": "phone", "identity_value": "06 39 98 00 01"}],`, 1),
		`{"subject_identities": [{}, 1, null]}`, `{"a": [[[[[[1]]]]]]}`, `{"extensions": null}`, "{", "\xff", "[]", `{"a":1,"a":2}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		clear(d.taken)
		r := httptest.NewRequest(http.MethodPost, "/v2/requests", strings.NewReader(string(body)))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()

		handler.ServeHTTP(answer, r)

		switch answer.Code {
		case http.StatusCreated:
			for _, taken := range d.taken {
				require.NoError(t, taken.Validate(now, identity.Check))
			}
			require.Len(t, d.taken, 1)
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			requireDiscreet(t, answer.Body.Bytes())
			require.Empty(t, d.taken)
		default:
			t.Errorf("status %d", answer.Code)
		}
	})
}

// FuzzDestinations makes sure that whatever is let through is called at a host on the
// list, by TLS, with nothing of a user in it.
func FuzzDestinations(f *testing.F) {
	listed := []string{"examplecontroller.com", "dsar.example.com:8443", "[2001:db8::1]"}
	for _, seed := range []string{
		"https://examplecontroller.com/opendsr/callbacks", "https://EXAMPLECONTROLLER.com:443/?a=b", "https://dsar.example.com:8443", "https://dsar.example.com",
		"https://examplecontroller.com@evil.example/", `https://examplecontroller.com\@evil.example/`, "https://examplecontroller.com./", "https://[2001:db8::1]/",
		"https://examplecontroller.com:0443/", "https:examplecontroller.com", "https://examplecontroller.com#a", "https://examplecontroller%2ecom/", "//examplecontroller.com",
		"https://examplecontroller.com:443:443/", "https://examplecontroller.com%00.evil.example/", "https://[::ffff:169.254.169.254]/", "https://exampl\u212a.com/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if (intake.Destinations{Hosts: listed}).Check(raw) != nil {
			return
		}
		r, err := http.NewRequest(http.MethodPost, raw, http.NoBody)
		require.NoError(t, err)
		require.Equal(t, "https", r.URL.Scheme)
		require.Nil(t, r.URL.User)
		require.Contains(t, []string{"", "443", "8443"}, r.URL.Port())
		require.Contains(t, []string{"examplecontroller.com", "dsar.example.com", "2001:db8::1"}, strings.ToLower(r.URL.Hostname()))
		require.Equal(t, r.URL.Host, r.Host)
	})
}

// fuzzed is a gateway without a network.
func fuzzed(f *testing.F) (http.Handler, *desk) {
	f.Helper()
	ca, err := authority.New()
	require.NoError(f, err)
	pair, err := ca.Issue(domain)
	require.NoError(f, err)
	certificate, err := pair.TLS()
	require.NoError(f, err)
	signer, err := intake.NewSigner(domain, certificate, time.Now())
	require.NoError(f, err)
	d := &desk{taken: map[string]dsr.Request{}}
	handler, err := intake.NewServer(intake.Options{
		URL: &url.URL{Scheme: "https", Host: domain}, Signer: signer, Desk: d, Due: due, Now: func() time.Time { return now }, Log: zerolog.Nop(),
		Clients:      []intake.Client{{Name: "dsar", Controller: "acme", Token: sha256.Sum256([]byte(token)), Rate: 1e9}},
		Destinations: intake.Destinations{Hosts: []string{"examplecontroller.com"}},
	})
	require.NoError(f, err)
	return handler, d
}

func requireDiscreet(t *testing.T, body []byte) {
	t.Helper()
	var refusal struct {
		Error struct {
			Errors []struct{ Reason, Message string }
		}
	}
	require.NoError(t, json.Unmarshal(body, &refusal))
	for _, detail := range refusal.Error.Errors {
		require.Regexp(t, knownField, detail.Reason)
		require.True(t, strings.HasPrefix(detail.Message, detail.Reason+" "))
	}
}
