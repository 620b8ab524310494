package config

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"ite.digital/lethe/deadlines"
)

const (
	// DefaultGatewayListen is where the gateway listens unless configured.
	DefaultGatewayListen = "127.0.0.1:8235"
	// DefaultClientRate is how many calls a second a client may make unless
	// configured.
	DefaultClientRate = 20
)

// A Gateway says how requests come in over HTTP, from whom, and who is called back.
// What is read from secrets is empty if the configuration was loaded without them.
type Gateway struct {
	// URL is where controllers reach the gateway: https, without a path. Its host is
	// the domain for which the gateway signs.
	URL *url.URL
	// Listen is the address to listen on.
	Listen string
	// TLS is the gateway's own certificate with its key; nil if a proxy speaks TLS in
	// front of it.
	TLS *tls.Certificate
	// ClientAuthorities vouch for the certificates that clients have to show; nil if
	// they need none.
	ClientAuthorities *x509.CertPool
	// Signing is the certificate whose key signs, with its chain.
	Signing *tls.Certificate
	// Clients may call.
	Clients []GatewayClient
	// Callbacks says who may be called back.
	Callbacks Callbacks
	// Codec serves the codec server as well, under /codec.
	Codec bool
}

// A GatewayClient is a system that may hand requests in.
type GatewayClient struct {
	Name string
	// Controller is the id that answers give it.
	Controller string
	// Token is the SHA-256 of its bearer token.
	Token [sha256.Size]byte
	// Rate is how many calls a second it may make.
	Rate float64
}

// Callbacks say where callbacks may go.
type Callbacks struct {
	// Hosts are the receivers' host names, in small letters; with ":port" for any
	// port but 443.
	Hosts []string
	// Networks are those that may be reached although they are not public.
	Networks []netip.Prefix
	// Authorities vouch for the receivers' certificates; nil means the system's.
	Authorities *x509.CertPool
}

// gateway reads how requests come in; nil if they do not.
func (l *loader) gateway(entries map[string]entry) *Gateway {
	e, ok := entries["gateway"]
	if !ok {
		return nil
	}
	resolving := *l
	resolving.without = l.without && !l.gatewaySecrets
	return resolving.gatewayOf(e.value)
}

func (l *loader) gatewayOf(v value) *Gateway {
	parts := v.entries()
	v.refuseUnknown(parts, []string{"url", "listen", "tls", "behind_proxy", "signing", "clients", "callbacks", "codec_server"}, nil)
	config := &Gateway{Listen: DefaultGatewayListen, URL: &url.URL{}}
	if part, ok := parts["url"]; ok {
		config.URL = gatewayURL(part.value)
	} else {
		v.needed("url", "the address at which controllers reach the gateway, such as https://opendsr.example.com")
	}
	if part, ok := parts["listen"]; ok {
		config.Listen = listenAddress(part.value)
	}
	l.transport(v, parts, config)
	if part, ok := parts["signing"]; ok {
		config.Signing = l.pair(part.value, nil)
	} else {
		v.needed("signing", "certificate and key that sign answers and callbacks")
	}
	if part, ok := parts["clients"]; ok {
		config.Clients = clients(part.value)
	} else {
		v.needed("clients", "the systems that may hand requests in, each with name and token_sha256")
	}
	if part, ok := parts["callbacks"]; ok {
		config.Callbacks = l.callbacks(part.value)
	}
	if part, ok := parts["codec_server"]; ok {
		config.Codec = part.value.yes()
	}
	return config
}

func gatewayURL(v value) *url.URL {
	text, ok := v.text()
	u, err := url.Parse(text)
	if ok && (err != nil || u.Scheme != "https" || u.Hostname() == "" || text != "https://"+u.Host || strings.ContainsAny(text, `"\ `)) {
		v.refuse("is not the gateway's address; write https:// and a host without a path, such as https://opendsr.example.com")
	}
	if err != nil {
		return &url.URL{}
	}
	return u
}

// transport reads who speaks TLS.
func (l *loader) transport(v value, parts map[string]entry, config *Gateway) {
	part, own := parts["tls"]
	if own {
		config.TLS = l.pair(part.value, func(entries map[string]entry) {
			if e, ok := entries["client_authorities"]; ok {
				config.ClientAuthorities = l.pool(e.value)
			}
		})
	}
	behind := false
	if part, ok := parts["behind_proxy"]; ok {
		behind = part.value.yes()
		if behind && own {
			part.value.refuse("is for a gateway without tls of its own; leave one of them out")
		}
	}
	if !own && !behind {
		v.needed("tls", "certificate and key of the gateway; or behind_proxy: true, if a proxy speaks TLS in front of it")
	}
}

// pair reads a certificate and its key. more reads what else there may be.
func (l *loader) pair(v value, more func(map[string]entry)) *tls.Certificate {
	entries := v.entries()
	known := []string{"certificate", "key"}
	if more != nil {
		known = append(known, "client_authorities")
		more(entries)
	}
	v.refuseUnknown(entries, known, nil)
	contents := map[string]string{}
	for _, key := range []string{"certificate", "key"} {
		e, ok := entries[key]
		if !ok {
			v.needed(key, "file:/path of a file in PEM")
			continue
		}
		e.value.secret = true
		if content, ok := l.secret(e.value); ok {
			contents[key] = content
		}
	}
	if len(contents) < 2 {
		return &tls.Certificate{}
	}
	pair, err := tls.X509KeyPair([]byte(contents["certificate"]), []byte(contents["key"]))
	if err != nil {
		v.refuse("certificate and key are not a pair in PEM; give the certificate with its chain, and the key that it was issued for, without a passphrase")
	}
	return &pair
}

// pool reads the certificates of authorities.
func (l *loader) pool(v value) *x509.CertPool {
	pool := x509.NewCertPool()
	if content, ok := l.secret(v); ok && !pool.AppendCertsFromPEM([]byte(content)) {
		v.refuse("holds no certificate in PEM")
	}
	return pool
}

func clients(v value) []GatewayClient {
	var found []GatewayClient
	firsts, tokens := map[string]int{}, map[[sha256.Size]byte]int{}
	for _, item := range v.items() {
		entries := item.entries()
		item.refuseUnknown(entries, []string{"name", "controller_id", "token_sha256", "rate"}, nil)
		client := GatewayClient{Name: item.name(entries, "whose token it is, as the log is to say"), Rate: DefaultClientRate}
		item.refuseSecond(entries, firsts, "client")
		client.Controller = client.Name
		if e, ok := entries["controller_id"]; ok {
			client.Controller = e.value.line()
		}
		if e, ok := entries["rate"]; ok {
			client.Rate = e.value.number("calls a second")
		}
		if e, ok := entries["token_sha256"]; ok {
			client.Token = tokenHash(e.value, tokens)
		} else {
			item.needed("token_sha256", `the SHA-256 of its token: printf %s "$TOKEN" | sha256sum`)
		}
		found = append(found, client)
	}
	if len(found) == 0 && v.node.Content == nil {
		v.refuse("is empty; nobody could hand requests in")
	}
	return found
}

// tokenHash reads a hash. lines are those of the hashes before.
func tokenHash(v value, lines map[[sha256.Size]byte]int) (hash [sha256.Size]byte) {
	v.secret = true
	text, ok := v.text()
	if !ok {
		return hash
	}
	sum, err := hex.DecodeString(text)
	if err != nil || copy(hash[:], sum) != len(hash) || len(sum) != len(hash) {
		v.refuse(`is not a SHA-256 in hexadecimal; write that of the token and never the token: printf %%s "$TOKEN" | sha256sum`)
		return hash
	}
	if sha256.Sum256(nil) == hash {
		v.refuse("is the SHA-256 of nothing; the token was empty when it was made")
	}
	if line, ok := lines[hash]; ok {
		v.refuse("is that of the client in line %d; give each a token of its own", line)
	}
	lines[hash] = v.node.Line
	return hash
}

func (l *loader) callbacks(v value) Callbacks {
	entries := v.entries()
	v.refuseUnknown(entries, []string{"hosts", "networks", "authorities"}, nil)
	var config Callbacks
	if e, ok := entries["hosts"]; ok {
		for _, item := range e.value.items() {
			config.Hosts = append(config.Hosts, callbackHost(item))
		}
	} else {
		v.needed("hosts", "the host names that may be called back, such as dsar.example.com")
	}
	if e, ok := entries["networks"]; ok {
		for _, item := range e.value.items() {
			config.Networks = append(config.Networks, network(item))
		}
	}
	if e, ok := entries["authorities"]; ok {
		config.Authorities = l.pool(e.value)
	}
	return config
}

// hostPattern matches a host name or an address, with or without a port.
var hostPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?$`)

func callbackHost(v value) string {
	text, ok := v.text()
	text = strings.ToLower(text)
	if ok && !hostPattern.MatchString(text) {
		v.refuse("is not a host; write its name without scheme and path, such as dsar.example.com, or dsar.example.com:8443")
	}
	return strings.TrimSuffix(text, ":443")
}

func network(v value) netip.Prefix {
	text, ok := v.text()
	prefix, err := netip.ParsePrefix(text)
	switch {
	case !ok:
	case err != nil || prefix != prefix.Masked():
		v.refuse("is not a network; write it as address and length, such as 10.1.0.0/16")
	case prefix.Bits() == 0:
		v.refuse("is every address; name the networks that are meant, such as 10.1.0.0/16")
	}
	return prefix
}

// DueUnder is until when a request under a regulation in OpenDSR's word, gdpr or
// ccpa, is answered by these rules. It is an error if the named law wants an answer
// sooner. In the United Kingdom gdpr is the UK GDPR.
func (r Regulation) DueUnder(law string, receivedAt time.Time) (time.Time, error) {
	d, err := r.Deadlines(receivedAt)
	if err != nil || law == "gdpr" && r.Profile.Name == "uk" {
		return d.Due, err
	}
	named, err := deadlines.Lookup(law)
	if err != nil {
		return time.Time{}, err
	}
	wanted, err := deadlines.Compute(named, r.Country, r.Location, receivedAt)
	if err == nil && d.Due.After(wanted.Due) {
		err = fmt.Errorf("names a law that wants an answer sooner than the rules of this gateway, %s", r.Profile.Ref())
	}
	return d.Due, err
}
