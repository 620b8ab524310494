package config

import (
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"ite.digital/lethe/vault"
)

const (
	// DefaultKeyStore and DefaultKEK are where keys are kept unless configured:
	// beside the configuration.
	DefaultKeyStore = "file://./data/keys"
	DefaultKEK      = "file://./data/key-encryption.key"
	// DefaultCacheFor is how long unwrapped keys stay in memory unless
	// configured.
	DefaultCacheFor = time.Minute
	// DefaultGracePeriod is how long after its report a request's key is kept
	// unless configured: the time for a complaint about the report.
	DefaultGracePeriod = 30 * 24 * time.Hour
	// DefaultCodecListen is where the codec server listens unless configured.
	DefaultCodecListen = "127.0.0.1:8234"
	// DefaultCodecRate is how many calls a second somebody may make of the codec server
	// unless configured.
	DefaultCodecRate = 100

	// shortestCache bridges the moment between a step's input and its summary.
	shortestCache = time.Second
	longestCache  = 24 * time.Hour
	longestGrace  = 2 * 365 * 24 * time.Hour
)

// A Vault says where the keys of requests are kept, and for how long.
type Vault struct {
	// Store is the gocloud.dev/blob URL of the bucket with the wrapped keys.
	Store string
	// KEK is the URL of the key-encryption key, PreviousKEKs those that it
	// replaces.
	KEK          string
	PreviousKEKs []string
	// CacheFor is how long unwrapped keys stay in memory.
	CacheFor time.Duration
	// GracePeriod is how long after its report a request's key is kept.
	GracePeriod time.Duration
}

// Options are the settings in the form that [vault.Open] takes.
func (v Vault) Options() vault.Options {
	return vault.Options{Store: v.Store, KEK: v.KEK, PreviousKEKs: v.PreviousKEKs, CacheFor: v.CacheFor}
}

// A CodecServer says who may read what Temporal stores, and from where.
type CodecServer struct {
	// Listen is the address to listen on.
	Listen string
	// Origins are the Web UIs whose pages may call.
	Origins []string
	// Tokens let people in; their values are "-" if the configuration was loaded
	// without secrets.
	Tokens []vault.Token
	// JWT lets in whom an identity provider vouches for; nil if nobody does.
	JWT *vault.JWT
	// BehindProxy says that a proxy stands in front, which tells callers' addresses.
	BehindProxy bool
	// Rate is how many calls a second each of them may make; ten times as many at once,
	// as the Web UI opens a page with a call for each event.
	Rate float64
}

// Options are those of the codec server of a namespace, but for its log.
func (c CodecServer) Options(namespace string) vault.ServerOptions {
	return vault.ServerOptions{Namespace: namespace, Origins: c.Origins, Tokens: c.Tokens, JWT: c.JWT}
}

func (l *loader) vault(root value, entries map[string]entry) Vault {
	config := Vault{CacheFor: DefaultCacheFor, GracePeriod: DefaultGracePeriod}
	parts := map[string]entry{}
	at := root
	if e, ok := entries["vault"]; ok {
		at, parts = e.value, e.value.entries()
		at.refuseUnknown(parts, []string{"store", "key_encryption_key", "previous_key_encryption_keys", "cache_for", "grace_period"}, nil)
	}
	if e, ok := parts["store"]; ok {
		config.Store = l.bucket(e.value)
	} else {
		config.Store = l.bucketURL(DefaultKeyStore, at)
	}
	if e, ok := parts["key_encryption_key"]; ok {
		config.KEK = l.kek(e.value)
	} else {
		config.KEK = l.kekURL(DefaultKEK, at)
	}
	if e, ok := parts["previous_key_encryption_keys"]; ok {
		for _, item := range e.value.items() {
			config.PreviousKEKs = append(config.PreviousKEKs, l.kek(item))
		}
	}
	if e, ok := parts["cache_for"]; ok {
		config.CacheFor = duration(e.value, shortestCache, longestCache, "such as 5m")
	}
	if e, ok := parts["grace_period"]; ok {
		config.GracePeriod = duration(e.value, 0, longestGrace, "such as 720h; 0s destroys keys at once")
	}
	return config
}

// kek reads the URL of a key-encryption key.
func (l *loader) kek(v value) string {
	text, ok := v.text()
	if !ok {
		return ""
	}
	return l.kekURL(text, v)
}

func (l *loader) kekURL(text string, v value) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme == "" || u.Opaque != "":
		v.refuse("is not the URL of a key; write file://./name.key for a file beside this one, or that of a key in a key service")
	case u.User != nil:
		v.refuse("must not hold a user or password; give credentials to the key service's own environment variables")
	case u.Scheme == "base64key":
		v.refuse("holds the key itself; put it into a file, in base64, and write file://./name.key")
	case !slices.Contains(vault.KEKSchemes(), u.Scheme):
		v.refuse("names a key service that is not built in; use a URL that begins with file://, awskms://, gcpkms://, azurekeyvault:// or hashivault://")
	case u.Scheme != "file":
		return text
	case u.Path == "" || strings.HasSuffix(u.Path, "/"), !slices.Contains([]string{"", ".", "localhost"}, u.Host):
		v.refuse("is not the URL of a file; after file:// write /folder/name.key for an absolute path or ./name.key for one beside this file")
	default:
		return l.pathURL(u)
	}
	return ""
}

func (l *loader) codecServer(entries map[string]entry) CodecServer {
	config := CodecServer{Listen: DefaultCodecListen, Rate: DefaultCodecRate}
	e, ok := entries["codec_server"]
	if !ok {
		return config
	}
	resolving := *l
	resolving.without = l.without && !l.gatewaySecrets
	return resolving.codecServerOf(e.value, config)
}

func (l *loader) codecServerOf(v value, config CodecServer) CodecServer {
	parts := v.entries()
	v.refuseUnknown(parts, []string{"listen", "behind_proxy", "ui_origins", "tokens", "jwt", "rate"}, nil)
	if part, ok := parts["listen"]; ok {
		config.Listen = listenAddress(part.value)
	}
	if part, ok := parts["behind_proxy"]; ok {
		config.BehindProxy = part.value.yes()
	}
	if part, ok := parts["ui_origins"]; ok {
		for _, item := range part.value.items() {
			config.Origins = append(config.Origins, origin(item))
		}
	}
	if part, ok := parts["tokens"]; ok {
		config.Tokens = l.tokens(part.value)
	}
	if part, ok := parts["jwt"]; ok {
		config.JWT = l.jwt(part.value)
	}
	if part, ok := parts["rate"]; ok {
		config.Rate = part.value.number("calls a second")
	}
	return config
}

func listenAddress(v value) string {
	text, ok := v.text()
	if ok {
		if _, port, err := net.SplitHostPort(text); err != nil || !isPort(port) {
			v.refuse("is not an address to listen on; write host:port, such as 127.0.0.1:8234")
		}
	}
	return text
}

// isPort reports whether the text is a port, by number; 0 is any that is free.
func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// origin reads what browsers call the origin of a page.
func origin(v value) string {
	text, ok := v.text()
	if !ok {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || text != u.Scheme+"://"+u.Host {
		v.refuse("is not the origin of a Web UI; write scheme and host without a path, such as https://temporal.example.com")
	}
	return text
}

func (l *loader) tokens(v value) []vault.Token {
	var tokens []vault.Token
	firsts := map[string]int{}
	for _, item := range v.items() {
		entries := item.entries()
		item.refuseUnknown(entries, []string{"name", "token", "reveal"}, nil)
		token := vault.Token{Name: item.name(entries, "whose token it is, as the log is to say"), Value: "-"}
		item.refuseSecond(entries, firsts, "token")
		if e, ok := entries["token"]; ok {
			e.value.secret = true
			if secret, ok := l.secret(e.value); ok {
				token.Value = l.longEnough(e.value, secret)
			}
		} else {
			item.needed("token", "a reference to the secret")
		}
		if e, ok := entries["reveal"]; ok {
			token.Reveal = e.value.yes()
		}
		tokens = append(tokens, token)
	}
	return tokens
}

// leastToken is how short a token may be, in bytes: what can be guessed
// protects nothing.
const leastToken = 24

func (l *loader) longEnough(v value, secret string) string {
	if len(secret) < leastToken {
		v.refuse("is shorter than %d characters; make one with: openssl rand -base64 32", leastToken)
	}
	return secret
}

func (l *loader) jwt(v value) *vault.JWT {
	entries := v.entries()
	v.refuseUnknown(entries, []string{"keys", "issuer", "audience", "reveal_claim", "reveal_value"}, nil)
	config := &vault.JWT{}
	for key, into := range map[string]*string{
		"issuer": &config.Issuer, "audience": &config.Audience, "reveal_claim": &config.RevealClaim, "reveal_value": &config.RevealValue,
	} {
		if e, ok := entries[key]; ok {
			*into = e.value.line()
		}
	}
	for key, what := range map[string]string{"issuer": "who signs the tokens, as their claim iss says", "audience": "whom they are for, as their claim aud says"} {
		if _, ok := entries[key]; !ok {
			v.needed(key, what)
		}
	}
	if e, ok := entries["keys"]; ok {
		config.Keys = l.jwks(e.value)
	} else {
		v.needed("keys", "file:/path of the identity provider's JSON Web Key Set")
	}
	return config
}

// jwks reads a file that holds a JSON Web Key Set.
func (l *loader) jwks(v value) *jose.JSONWebKeySet {
	set := &jose.JSONWebKeySet{}
	content, ok := l.secret(v)
	if !ok {
		return set
	}
	if json.Unmarshal([]byte(content), set) != nil || len(set.Keys) == 0 || slices.ContainsFunc(set.Keys, func(k jose.JSONWebKey) bool { return !k.IsPublic() }) {
		v.refuse("is not a JSON Web Key Set of public keys, such as identity providers publish")
	}
	return set
}
