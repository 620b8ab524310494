package mailbox

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/mail"
)

// Name is what logs and errors call the mailbox: its place in lethe.yaml.
const Name = "mailbox"

// A Server says where the mailbox is (IMAP4rev1, RFC 3501, or later).
type Server struct {
	// Host and Port are the server's. The host is the name in its certificate.
	Host string
	Port int
	// Security protects the connection. Without it the password is sent in clear,
	// which is for a server on this machine.
	Security mail.Security
	// Username and Password sign in.
	Username, Password string
	// Folder is where messages arrive; empty means INBOX.
	Folder string
	// Done is the folder to which messages go whose request is handed in; it is made
	// if need be. Empty leaves them where they are, with the keyword LetheDone.
	Done string
	// RootCAs are whom to believe about the server; nil means the system's.
	RootCAs *x509.CertPool
	// Timeout bounds each exchange with the server; 0 means a minute.
	Timeout time.Duration
}

const (
	defaultTimeout = time.Minute
	// maxAnswer bounds what the server may say in one exchange, in bytes: a batch of
	// headers, or the numbers of half a million messages.
	maxAnswer = 8 << 20
	// batch is how many headers are fetched at once.
	batch = 100
)

// noFolder is said of a folder that cannot be opened.
const noFolder = "the mail server does not open the folder; check folder"

// The keywords by which messages are known that were dealt with.
const (
	keywordDone   imap.Flag = "LetheDone"
	keywordPerson imap.Flag = "LethePerson"
)

// A session is a connection to the server, signed in, with the folder selected.
// It is used by one goroutine.
type session struct {
	server Server
	conn   *boundedConn
	client *imapclient.Client
	// validity is the folder's UIDVALIDITY: under another one the numbers of
	// messages mean others.
	validity uint32
	// keywords says that the server keeps keywords of ours on messages.
	keywords bool
	// flags says that the server keeps the flag by which a person sees a message.
	flags bool
	// changed has a word when the server tells of a new message.
	changed chan struct{}
}

// open connects, signs in and selects the folder. The caller closes the session.
// The error is a [*connectors.Error].
func (s Server) open(ctx context.Context) (*session, error) {
	session := &session{server: s, changed: make(chan struct{}, 1)}
	return session, session.take(ctx, session.connect, session.login, session.selectFolder, session.prepareDone)
}

// take takes steps one after the other. It closes the session where one fails.
func (s *session) take(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := s.within(ctx, func() error { return step(ctx) }); err != nil {
			s.close()
			return err
		}
	}
	return nil
}

// close lets go of the connection. There is nothing left to be said to the server.
func (s *session) close() {
	if s.client != nil {
		_ = s.client.Close() // it waits for the goroutine that reads
	} else if s.conn != nil {
		_ = s.conn.Close()
	}
}

// within does something with the server that ends with the context or the time
// limit: the connection is then closed, for the library waits without end.
func (s *session) within(outer context.Context, do func() error) error {
	ctx, cancel := context.WithTimeout(outer, cmp.Or(s.server.Timeout, defaultTimeout))
	defer cancel()
	if s.conn != nil {
		defer s.interruptible(ctx)()
	}
	err := do()
	if err == nil {
		return nil
	}
	var known *connectors.Error
	switch {
	case outer.Err() != nil:
		return outer.Err()
	case ctx.Err() != nil:
		return failed(connectors.Transient, "the mail server did not answer in time")
	case s.conn != nil && s.conn.spent():
		return failed(connectors.Malformed, "the mail server says more than makes sense")
	case errors.As(err, &known):
		return known
	default:
		return unreached(err)
	}
}

// interruptible closes the connection when the context ends, until it is undone.
func (s *session) interruptible(ctx context.Context) (undo func()) {
	s.conn.left.Store(maxAnswer)
	conn := s.conn
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	return func() { stop() }
}

func (s *session) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(s.server.Timeout, defaultTimeout))
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(s.server.Host, strconv.Itoa(s.server.Port)))
	if err != nil {
		return err
	}
	s.conn = &boundedConn{Conn: conn}
	defer s.interruptible(ctx)()
	config := &tls.Config{ServerName: s.server.Host, RootCAs: s.server.RootCAs, MinVersion: tls.VersionTLS12}
	options := &imapclient.Options{TLSConfig: config, UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: s.notice}}
	switch s.server.Security {
	case mail.Implicit:
		encrypted := tls.Client(s.conn, config)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return err
		}
		s.client = imapclient.New(encrypted, options)
	case mail.Plain:
		s.client = imapclient.New(s.conn, options)
	default:
		client, err := imapclient.NewStartTLS(s.conn, options)
		if err != nil {
			return err
		}
		s.client = client
	}
	return s.client.WaitGreeting()
}

// notice notes that the server told of a change in the folder.
func (s *session) notice(data *imapclient.UnilateralDataMailbox) {
	if data.NumMessages == nil {
		return
	}
	select {
	case s.changed <- struct{}{}:
	default: // it is known already
	}
}

func (s *session) login(context.Context) error {
	var err error
	if s.client.Caps().Has(imap.AuthCap(sasl.Plain)) {
		err = s.client.Authenticate(sasl.NewPlainClient("", s.server.Username, s.server.Password))
	} else {
		err = s.client.Login(s.server.Username, s.server.Password).Wait()
	}
	var refused *imap.Error
	switch {
	case !errors.As(err, &refused):
		return err
	case refused.Code == imap.ResponseCodeUnavailable, refused.Code == imap.ResponseCodeInUse, refused.Code == imap.ResponseCodeServerBug:
		return failed(connectors.Transient, "the mail server asks to try again later")
	default:
		return failed(connectors.CredentialsRejected, "the mail server does not accept username and password")
	}
}

func (s *session) selectFolder(context.Context) error {
	folder := cmp.Or(s.server.Folder, "INBOX")
	selected, err := s.client.Select(folder, nil).Wait()
	var refused *imap.Error
	if errors.As(err, &refused) {
		return failed(connectors.Misconfigured, noFolder)
	}
	if err != nil {
		return err
	}
	s.validity = selected.UIDValidity
	// A server that says nothing of it keeps every flag, and no keywords (RFC 3501 section
	// 7.1).
	s.flags = selected.PermanentFlags == nil
	for _, flag := range selected.PermanentFlags {
		s.keywords = s.keywords || flag == imap.FlagWildcard
		s.flags = s.flags || strings.EqualFold(string(flag), string(imap.FlagFlagged))
	}
	if !s.keywords && s.server.Done == "" {
		return failed(connectors.Misconfigured, "the mail server keeps no keywords on messages, by which those are known that are done; name a folder for them in done")
	}
	return nil
}

// prepareDone makes the folder for what is done.
func (s *session) prepareDone(context.Context) error {
	if s.server.Done == "" {
		return nil
	}
	if err := s.canMove(); err != nil {
		return err
	}
	err := s.client.Create(s.server.Done, nil).Wait()
	var refused *imap.Error
	if errors.As(err, &refused) { // as a rule because it is there; otherwise to move says so
		return nil
	}
	return err
}

// canMove is an error if the server cannot move a message alone: what others have
// marked as deleted would go with it.
func (s *session) canMove() error {
	if caps := s.client.Caps(); !caps.Has(imap.CapMove) && !caps.Has(imap.CapUIDPlus) {
		return failed(connectors.Misconfigured, "the mail server can move no single message (it has neither MOVE nor UIDPLUS); leave done out")
	}
	return nil
}

// search returns the numbers of the messages that are open, from the floor on, and of
// those that are done and were not moved yet. It may return the last message below the
// floor as well.
func (s *session) search(ctx context.Context, floor imap.UID, since time.Time) (open, unmoved []imap.UID, err error) {
	criteria := &imap.SearchCriteria{
		UID: []imap.UIDSet{{imap.UIDRange{Start: floor}}}, NotFlag: []imap.Flag{imap.FlagDeleted}, Since: since,
	}
	if s.keywords {
		criteria.NotFlag = append(criteria.NotFlag, keywordDone, keywordPerson)
	}
	if open, err = s.uids(ctx, criteria); err != nil || s.server.Done == "" || !s.keywords {
		return open, nil, err
	}
	unmoved, err = s.uids(ctx, &imap.SearchCriteria{Flag: []imap.Flag{keywordDone}, NotFlag: []imap.Flag{imap.FlagDeleted}})
	return open, unmoved, err
}

func (s *session) uids(ctx context.Context, criteria *imap.SearchCriteria) (uids []imap.UID, err error) {
	err = s.within(ctx, func() error {
		found, err := s.client.UIDSearch(criteria, nil).Wait()
		if err == nil {
			uids = found.AllUIDs()
		}
		return err
	})
	return uids, err
}

// fetch reads the headers of messages, without marking them as seen. Those that are
// gone meanwhile are left out.
func (s *session) fetch(ctx context.Context, uids []imap.UID) (messages []message, err error) {
	section := func(fields []string) *imap.FetchItemBodySection {
		return &imap.FetchItemBodySection{
			Specifier: imap.PartSpecifierHeader, HeaderFields: fields, Peek: true, Partial: &imap.SectionPartial{Size: maxHeader},
		}
	}
	options := &imap.FetchOptions{
		UID: true, InternalDate: true, Flags: true, BodySection: []*imap.FetchItemBodySection{section(headerFields()), section(traceFields())},
	}
	err = s.within(ctx, func() error {
		fetched, err := s.client.Fetch(imap.UIDSetNum(uids...), options).Collect()
		for _, f := range fetched {
			fields, trace, ok := bothSections(f.BodySection)
			if ok {
				m := newMessage(f.UID, f.InternalDate, fields, trace)
				m.flagged = slices.Contains(f.Flags, imap.FlagFlagged)
				messages = append(messages, m)
			}
		}
		return err
	})
	return messages, err
}

// bothSections tells the two sections that were asked for apart, in whatever order they
// come: servers may write their names in other letters than they were asked.
func bothSections(sections []imapclient.FetchBodySectionBuffer) (fields, trace []byte, ok bool) {
	if len(sections) != 2 {
		return nil, nil, false
	}
	first, second := sections[0], sections[1]
	if first.Section != nil && len(first.Section.HeaderFields) == len(traceFields()) {
		first, second = second, first
	}
	return first.Bytes, second.Bytes, true
}

// mark sets flags, which stay with the message.
func (s *session) mark(ctx context.Context, uid imap.UID, flags ...imap.Flag) error {
	return s.within(ctx, func() error {
		return s.client.Store(imap.UIDSetNum(uid), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: flags}, nil).Close()
	})
}

// move moves messages into the folder for what is done.
func (s *session) move(ctx context.Context, uids ...imap.UID) error {
	return s.within(ctx, func() error {
		_, err := s.client.Move(imap.UIDSetNum(uids...), s.server.Done).Wait()
		var refused *imap.Error
		if errors.As(err, &refused) {
			return failed(connectors.Misconfigured, "the mail server does not move messages into the folder in done; check it")
		}
		return err
	})
}

// wait returns when the server tells of a new message, when it is time to look
// anyway, or when the connection is lost. IDLE (RFC 2177) is ended by then, so that
// no server takes it for abandoned.
func (s *session) wait(ctx context.Context, poll time.Duration) error {
	if !s.client.Caps().Has(imap.CapIdle) {
		s.pause(ctx, poll)
		return s.within(ctx, func() error { return s.client.Noop().Wait() })
	}
	var idle *imapclient.IdleCommand
	err := s.within(ctx, func() (err error) {
		idle, err = s.client.Idle()
		return err
	})
	if err != nil {
		return err
	}
	s.conn.left.Store(maxAnswer)
	s.pause(ctx, poll)
	return s.within(context.WithoutCancel(ctx), func() error { return errors.Join(idle.Close(), idle.Wait()) })
}

func (s *session) pause(ctx context.Context, poll time.Duration) {
	timer := time.NewTimer(poll)
	defer timer.Stop()
	select {
	case <-s.changed:
	case <-timer.C:
	case <-s.client.Closed():
	case <-ctx.Done():
	}
}

// A boundedConn is a connection whose other end may say so much and no more.
type boundedConn struct {
	net.Conn
	left atomic.Int64
}

var errTooMuch = errors.New("the server says too much")

func (c *boundedConn) spent() bool { return c.left.Load() <= 0 }

// Read implements [net.Conn].
func (c *boundedConn) Read(p []byte) (int, error) {
	left := c.left.Load()
	if left <= 0 {
		return 0, errTooMuch
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), left)])
	c.left.Add(-int64(n))
	return n, err
}

// failed is an error of the mailbox. What the server says is for nobody's eyes: it
// may quote what it was sent.
func failed(class connectors.Class, reason string) *connectors.Error {
	return &connectors.Error{Class: class, System: Name, Reason: reason}
}

// unreached says why there was no conversation with the server.
func unreached(err error) *connectors.Error {
	var (
		record  tls.RecordHeaderError
		refused *imap.Error
		dns     *net.DNSError
	)
	if reason, ok := mail.CertificateProblem(err); ok {
		return failed(connectors.Misconfigured, reason)
	}
	switch {
	case errors.As(err, &record):
		return failed(connectors.Misconfigured, "the mail server does not answer by TLS; check server and tls")
	case errors.As(err, &refused):
		return failed(connectors.Rejected, "the mail server refuses a command of IMAP; check server and tls")
	case errors.As(err, &dns) && dns.IsNotFound:
		return failed(connectors.Transient, "the mail server's host name is not known")
	default:
		return failed(connectors.Transient, "the connection to the mail server failed")
	}
}
