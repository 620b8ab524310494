package googleanalytics

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	analytics "google.golang.org/api/analyticsadmin/v1alpha"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
)

// tokenTimeout bounds a call that fetches a token.
const tokenTimeout = 30 * time.Second

// tokens yields access tokens. Application Default Credentials are looked for
// at the first use, because that may ask the network.
type tokens struct {
	system string
	find   func() (oauth2.TokenSource, error)

	mu     sync.Mutex
	source oauth2.TokenSource
}

// newTokens chooses where tokens come from: the configuration, or else where
// Google's libraries look by default.
func newTokens(s connectors.Settings) (*tokens, error) {
	key, token := s.Credentials[credentialJSON], s.Credentials[credentialToken]
	found := &tokens{system: s.System}
	switch {
	case key != "" && token != "":
		return nil, misconfigured(s.System, "credentials_json and access_token exclude each other")
	case token != "":
		found.source = oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
	case key != "":
		source, err := serviceAccount([]byte(key))
		if err != nil {
			return nil, misconfigured(s.System, err.Error())
		}
		found.source = source
	default:
		found.find = defaultCredentials
	}
	return found, nil
}

// serviceAccount reads the key file of a service account. Other kinds of
// credentials file may name addresses and programs to call and are refused.
func serviceAccount(content []byte) (oauth2.TokenSource, error) {
	var file struct {
		PrivateKey string `json:"private_key"`
	}
	credentials, err := google.CredentialsFromJSONWithType(tokenContext(), content, google.ServiceAccount, analytics.AnalyticsEditScope)
	if err != nil || json.Unmarshal(content, &file) != nil || !isPrivateKey(file.PrivateKey) {
		return nil, errors.New("credentials_json is not the key file of a Google service account")
	}
	return credentials.TokenSource, nil
}

func isPrivateKey(text string) bool {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return false
	}
	_, pkcs8 := x509.ParsePKCS8PrivateKey(block.Bytes)
	_, pkcs1 := x509.ParsePKCS1PrivateKey(block.Bytes)
	return pkcs8 == nil || pkcs1 == nil
}

func defaultCredentials() (oauth2.TokenSource, error) {
	credentials, err := google.FindDefaultCredentials(tokenContext(), analytics.AnalyticsEditScope)
	if err != nil {
		return nil, err
	}
	return credentials.TokenSource, nil
}

// tokenContext is what Google's libraries fetch tokens in, for as long as the
// process lives.
func tokenContext() context.Context {
	return context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{
		Timeout:       tokenTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
}

// bearer returns the value of the header Authorization. It returns at once
// when ctx ends, although fetching a token goes on.
func (t *tokens) bearer(ctx context.Context) (string, *connectors.Error) {
	if ctx.Err() != nil {
		return "", t.classified(ctx, ctx.Err())
	}
	type result struct {
		token *oauth2.Token
		err   error
	}
	fetched := make(chan result, 1)
	go func() {
		token, err := t.token()
		fetched <- result{token, err}
	}()
	select {
	case <-ctx.Done():
		return "", t.classified(ctx, ctx.Err())
	case r := <-fetched:
		if r.err != nil {
			return "", t.classified(ctx, r.err)
		}
		return r.token.Type() + " " + r.token.AccessToken, nil
	}
}

// errNoCredentials marks credentials that could not be found.
var errNoCredentials = errors.New("no credentials")

func (t *tokens) token() (*oauth2.Token, error) {
	t.mu.Lock()
	if t.source == nil {
		source, err := t.find()
		if err != nil {
			t.mu.Unlock()
			return nil, errNoCredentials
		}
		t.source = source
	}
	source := t.source
	t.mu.Unlock()
	return source.Token()
}

// classified says why there is no token, in our own words.
func (t *tokens) classified(ctx context.Context, err error) *connectors.Error {
	known := &connectors.Error{System: t.system}
	var refused *oauth2.RetrieveError
	switch {
	case errors.Is(err, errNoCredentials):
		known.Class = connectors.Misconfigured
		known.Reason = "no Google credentials were found; set credentials_json, or GOOGLE_APPLICATION_CREDENTIALS in the worker's environment"
	case errors.As(err, &refused) && refused.Response != nil:
		known.Class, known.Reason = httpapi.Classify(refused.Response.StatusCode)
		if known.Class == connectors.Rejected { // "invalid_grant": the key is revoked, or the account is gone
			known.Class = connectors.CredentialsRejected
		}
		known.Reason = "no access token was issued: " + known.Reason
	default:
		known.Class, known.Reason = httpapi.ClassifyFailure(ctx, err)
		known.Reason = "no access token could be fetched: " + known.Reason
	}
	return known
}
