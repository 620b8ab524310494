package mail

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"net"
	"net/mail"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
)

// A Sender sends messages to one receiver. It is safe for use by several
// goroutines.
type Sender struct {
	settings Settings
	to       *mail.Address
}

// Senders makes a sender for every receiver, in their order.
func Senders(s Settings) ([]*Sender, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	senders := make([]*Sender, len(s.To))
	for i, to := range s.To {
		senders[i] = &Sender{settings: s, to: to}
	}
	return senders, nil
}

// Name tells the sender from those to other receivers, without naming them. It
// stays the same for the same receiver.
func (s *Sender) Name() string {
	sum := sha256.Sum256([]byte(s.to.Address))
	return Name + "/" + hex.EncodeToString(sum[:8])
}

// Notify sends the notice. The error is a [*connectors.Error].
func (s *Sender) Notify(ctx context.Context, n activities.Notice) error {
	return s.settings.deliver(ctx, s.compose(n))
}

// deliver hands a message to the server. That the server took it is success, whatever
// becomes of the connection afterwards.
func (s Settings) deliver(ctx context.Context, message *gomail.Msg) error {
	err := s.session(ctx, func(client *gomail.Client, conn *smtp.Client) error {
		if known, _ := conn.Extension("SMTPUTF8"); s.beyondASCII && !known {
			return failed(connectors.Rejected, "the mail server cannot write to addresses beyond ASCII (it has no SMTPUTF8)")
		}
		return client.SendWithSMTPClient(conn, message)
	})
	if message.IsDelivered() {
		return nil
	}
	return err
}

// Check reaches the server, signs in and has it do nothing, and sends nothing. The
// error is a [*connectors.Error].
func Check(ctx context.Context, s Settings) error {
	return s.session(ctx, func(_ *gomail.Client, conn *smtp.Client) error { return conn.Noop() })
}

// session connects and signs in, has something done, and takes its leave. All of
// it ends with the context or the time limit: the library itself watches the
// context only while it dials, and leaves connections open where it fails.
func (s Settings) session(outer context.Context, do func(*gomail.Client, *smtp.Client) error) error {
	if err := s.check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(outer, s.timeout())
	defer cancel()
	client, err := gomail.NewClient(s.Host, s.options(ctx)...)
	if err != nil {
		return misconfigured("the mail server's address makes no sense; check server")
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err == nil {
		err = do(client, conn)
	}
	if err == nil {
		_ = conn.Quit() // what was to be done is done
		return nil
	}
	var known *connectors.Error
	if ctx.Err() == nil && errors.As(err, &known) {
		return known
	}
	return classify(ctx, err)
}

func (s Settings) options(ctx context.Context) []gomail.Option {
	policy := gomail.NoTLS // what is dialled speaks TLS already, or is not to
	if s.Security == STARTTLS {
		policy = gomail.TLSMandatory
	}
	options := []gomail.Option{
		gomail.WithPort(s.Port), gomail.WithTimeout(s.timeout()), gomail.WithTLSConfig(s.tls()), gomail.WithTLSPolicy(policy),
		gomail.WithDialContextFunc(s.dialer(ctx)),
		// A connection for one message needs neither.
		gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	if !s.beyondASCII { // not every server on the way takes UTF-8
		options = append(options, gomail.WithoutSMTPUTF8())
	}
	if s.Username == "" {
		return options
	}
	return append(options, gomail.WithUsername(s.Username), gomail.WithPassword(s.Password),
		gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
}

// dialer opens connections that are closed when the session's context ends.
func (s Settings) dialer(session context.Context) gomail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(session, func() { _ = conn.Close() })
		limited := &limitedConn{Conn: conn, left: maxAnswers}
		if s.Security != Implicit {
			return limited, nil
		}
		encrypted := tls.Client(limited, s.tls())
		return encrypted, encrypted.HandshakeContext(ctx)
	}
}

// maxAnswers bounds what a server may say during one session, in bytes, its
// certificates included.
const maxAnswers = 256 << 10

var errTooLarge = errors.New("the server says too much")

// A limitedConn is a connection whose other end may not talk for ever.
type limitedConn struct {
	net.Conn
	left int
}

func (c *limitedConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errTooLarge
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}
