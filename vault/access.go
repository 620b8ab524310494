package vault

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// A Token lets somebody use the codec server.
type Token struct {
	// Name says whose it is; it stands in the log.
	Name string
	// Value is the secret.
	Value string
	// Reveal grants the sight of whole identifiers.
	Reveal bool
}

// JWT says which tokens of an identity provider let somebody use the codec
// server: those that the Web UI passes on.
type JWT struct {
	// Keys verify the signatures.
	Keys *jose.JSONWebKeySet
	// Issuer and Audience must be those of the token.
	Issuer, Audience string
	// RevealClaim and RevealValue grant the sight of whole identifiers: the claim
	// is or holds the value. Empty grants it to nobody.
	RevealClaim, RevealValue string
}

// A caller is somebody who uses the codec server.
type caller struct {
	name   string
	reveal bool
	// anonymous says that nobody vouches for the name.
	anonymous bool
}

// errAnonymousText says that a caller without credentials wants a text encrypted, which
// would pass for an operator's.
var errAnonymousText = errors.New("give a bearer token of this codec server (codec_server.tokens in lethe.yaml) to have texts encrypted, or send the update with lethe")

// errNameless says that a token names nobody.
var errNameless = errors.New("the token has no sub claim, and so names nobody; have the identity provider set it")

// errStranger says that a caller gave no credentials, or wrong ones.
var errStranger = errors.New("give a bearer token of this codec server")

// signatures are the algorithms by which tokens may be signed: none with a
// shared secret, which a public key could be mistaken for.
var signatures = []jose.SignatureAlgorithm{
	jose.EdDSA, jose.ES256, jose.ES384, jose.ES512, jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
}

// clockSkew is how far the clocks of identity provider and codec server may be
// apart.
const clockSkew = time.Minute

// authenticate says who calls.
func (s *codecServer) authenticate(r *http.Request) (caller, error) {
	scheme, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if credential == "" {
		if s.Anonymous != "" && r.Header.Get("Authorization") == "" {
			return caller{name: s.Anonymous, anonymous: true}, nil
		}
		return caller{}, errStranger
	}
	if !strings.EqualFold(scheme, "Bearer") {
		return caller{}, errStranger
	}
	if known, ok := s.byToken(strings.TrimSpace(credential)); ok {
		return known, nil
	}
	if s.JWT == nil {
		return caller{}, errStranger
	}
	return s.JWT.verify(strings.TrimSpace(credential), s.now())
}

// byToken compares with every token, in a time that tells nothing.
func (s *codecServer) byToken(value string) (found caller, ok bool) {
	given := sha256.Sum256([]byte(value))
	for _, token := range s.Tokens {
		known := sha256.Sum256([]byte(token.Value))
		if subtle.ConstantTimeCompare(given[:], known[:]) == 1 {
			found, ok = caller{name: token.Name, reveal: token.Reveal}, true
		}
	}
	return found, ok
}

// verify checks signature, issuer, audience and time.
func (j *JWT) verify(token string, now time.Time) (caller, error) {
	parsed, err := jwt.ParseSigned(token, signatures)
	if err != nil {
		return caller{}, errStranger
	}
	var claims jwt.Claims
	var all map[string]any
	if err := parsed.Claims(j.Keys, &claims, &all); err != nil {
		return caller{}, errStranger
	}
	expected := jwt.Expected{Issuer: j.Issuer, AnyAudience: jwt.Audience{j.Audience}, Time: now}
	if err := claims.ValidateWithLeeway(expected, clockSkew); err != nil || claims.Expiry == nil {
		return caller{}, fmt.Errorf("%w; this one is not for it, or not any more", errStranger)
	}
	if strings.TrimSpace(claims.Subject) == "" {
		return caller{}, errNameless // whoever sees identifiers stands in the log
	}
	return caller{name: claims.Subject, reveal: j.grants(all)}, nil
}

// grants reports whether the claims grant the sight of whole identifiers.
func (j *JWT) grants(claims map[string]any) bool {
	if j.RevealClaim == "" || j.RevealValue == "" {
		return false
	}
	switch value := claims[j.RevealClaim].(type) {
	case string:
		return slices.Contains(strings.Fields(value), j.RevealValue)
	case []any:
		return slices.Contains(value, any(j.RevealValue))
	default:
		return false
	}
}
