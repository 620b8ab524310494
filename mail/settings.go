package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Name is how logs and errors call the way by e-mail: its place in lethe.yaml.
const Name = "notify.email"

// Security says how a connection to the server is protected.
type Security string

const (
	// STARTTLS begins in clear and refuses to go on without TLS (RFC 3207).
	STARTTLS Security = "starttls"
	// Implicit speaks TLS from the first byte (RFC 8314).
	Implicit Security = "implicit"
	// Plain speaks in clear: for a server on the same machine or in a lab.
	Plain Security = "none"
)

// ImplicitPort is the port on which servers speak TLS from the first byte (RFC
// 8314 section 3.3).
const ImplicitPort = 465

// Settings say through which server, from whom and to whom messages go.
type Settings struct {
	// Host and Port are the server's. The host is the name in its certificate.
	Host string
	Port int
	// Security protects the connection.
	Security Security
	// Username and Password sign in to the server; both empty if it asks for
	// neither. They are never sent in clear.
	Username, Password string
	// From is the sender and To are the receivers. Each gets a message of their
	// own: that one address is refused keeps nothing from the others.
	From *mail.Address
	To   []*mail.Address
	// RootCAs are whom to believe about the server; nil means the system's.
	RootCAs *x509.CertPool
	// Timeout bounds one delivery or check in all; 0 means 40 seconds, which is
	// below the minute that an attempt of a workflow's step has.
	Timeout time.Duration
	// Now is the clock, for the number of days left; nil means time.Now.
	Now func() time.Time

	// beyondASCII says that the receiver's address asks for SMTPUTF8 (RFC 6531).
	beyondASCII bool
}

const defaultTimeout = 40 * time.Second

func (s Settings) timeout() time.Duration {
	if s.Timeout > 0 {
		return s.Timeout
	}
	return defaultTimeout
}

func (s Settings) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s Settings) tls() *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: s.RootCAs, MinVersion: tls.VersionTLS12}
}

// check says what no message can be sent with: a password in clear.
func (s Settings) check() error {
	if s.Security == Plain && s.Username != "" {
		return misconfigured("the password would be sent in clear; leave tls out, or username and password")
	}
	return nil
}

var errAddress = errors.New("it cannot be used")

// ParseServer reads the address of a server, "host:port".
func ParseServer(text string) (host string, port int, err error) {
	host, number, err := net.SplitHostPort(text)
	if err != nil {
		return "", 0, fmt.Errorf("no host and port: %w", err)
	}
	parsed, err := strconv.ParseUint(number, 10, 16)
	if err != nil || parsed == 0 || host == "" {
		return "", 0, fmt.Errorf("no host and port: %w", errAddress)
	}
	return host, int(parsed), nil
}

// ParseAddress reads an address, with a name before it or without: "Lethe
// <lethe@example.com>". The address itself must be ASCII: not every server on
// the way takes others (RFC 6531).
func ParseAddress(text string) (*mail.Address, error) {
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		return nil, fmt.Errorf("no e-mail address: %w", err)
	}
	if !ascii(parsed.Address) || strings.ContainsFunc(parsed.Address, unicode.IsControl) {
		return nil, fmt.Errorf("no e-mail address in ASCII: %w", errAddress)
	}
	return parsed, nil
}

func ascii(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}
