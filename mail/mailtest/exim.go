// Package mailtest runs a real mail server, Exim, for tests: each connection in a
// process of the test's own, on loopback, with its files in a temporary folder.
package mailtest

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	netmail "net/mail"
	"net/smtp"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/mail"
)

// The login that the server accepts.
const (
	Username = "lethe"
	Password = "correct horse: battery"
)

// eximConfig delivers mail for example.com into a Maildir, from whoever has
// signed in, and refuses everybody else. OPEN lets all in, as a server on the
// same machine does.
const eximConfig = `
primary_hostname = mail.example.com
exim_user = %[2]d
exim_group = %[3]d
spool_directory = %[1]s/spool
log_file_path = %[1]s/log/%%slog
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts = %[5]s
tls_certificate = %[1]s/cert.pem
tls_privatekey = %[1]s/key.pem
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny !domains = example.com : *.example.com
       message = relay not permitted
  deny local_parts = gone
       message = no such user here
  accept condition = %[4]s
  accept authenticated = *
  deny message = sign in first
begin routers
%[6]sall:
  driver = accept
  transport = maildir
begin transports
%[7]smaildir:
  driver = appendfile
  directory = %[1]s/maildir
  maildir_format
  envelope_to_add
  return_path_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{` + Username + `}}{eq{$auth3}{` + Password + `}}}}
  server_advertise_condition = ${if def:tls_in_cipher}
`

// inbox is where mail for one local part goes instead.
const (
	inboxRouter = `inbox:
  driver = accept
  local_parts = privacy
  transport = inbox
`
	inboxTransport = `inbox:
  driver = appendfile
  directory = %s
  maildir_format
  return_path_add
`
)

// An Exim is a real mail server. Each connection has a process of its own, as inetd
// would start it.
type Exim struct {
	// Settings lead to the server, as those of a sender who may send.
	Settings mail.Settings

	dir         string
	connections atomic.Int64
}

// An Inbox is the Maildir of another server, into which mail for privacy@example.com
// goes. Owner is the user that it belongs to; empty is whoever runs the tests.
type Inbox struct{ Dir, Owner string }

// Start starts a server with a certificate of its own authority. What is open lets
// everybody send, and has no TLS.
func Start(t *testing.T, security mail.Security, open bool) *Exim {
	t.Helper()
	return StartFor(t, security, open, Inbox{})
}

// StartFor starts a server that delivers into another one's Maildir as well.
func StartFor(t *testing.T, security mail.Security, open bool, inbox Inbox) *Exim {
	t.Helper()
	program := findExim(t)
	s := &Exim{dir: t.TempDir()}
	owner := ownerOfMail(t, inbox.Owner)
	require.NoError(t, os.Chmod(filepath.Dir(s.dir), 0o711)) //nolint:gosec // the server's user passes through
	for _, folder := range []string{"spool", "log", "maildir"} {
		path := filepath.Join(s.dir, folder)
		require.NoError(t, os.Mkdir(path, 0o750))
		owner.own(t, path)
	}
	config := filepath.Join(s.dir, "exim.conf")
	require.NoError(t, os.WriteFile(config, configuration(s.dir, owner, open, inbox), 0o600))
	roots := writeCertificate(t, s.dir, owner)
	owner.own(t, config)
	if os.Geteuid() == 0 { // only root may own the configuration that root runs by
		require.NoError(t, os.Chown(config, 0, 0))
		require.NoError(t, os.Chmod(config, 0o644)) //nolint:gosec // deliveries, by the server's user, read it
	}
	// It delivers before it ends, so that nothing outlives the test.
	arguments := []string{"-C", config, "-bs", "-odi"}
	if security == mail.Implicit {
		arguments = append(arguments, "-tls-on-connect")
	}
	port := Serve(t, func(conn net.Conn) {
		s.connections.Add(1)
		handOver(t, conn, exec.Command(program, arguments...)) //nolint:gosec,noctx // it ends with its connection
	})
	s.Settings = mail.Settings{
		Host: "localhost", Port: port, Security: security, RootCAs: roots, Timeout: 30 * time.Second,
		From: &netmail.Address{Name: "Lethe", Address: "lethe@example.com"},
		To:   []*netmail.Address{{Address: "privacy@example.com"}},
	}
	if !open {
		s.Settings.Username, s.Settings.Password = Username, Password
	}
	return s
}

func configuration(dir string, owner mailOwner, open bool, inbox Inbox) []byte {
	advertise, router, transport := "*", "", ""
	if open {
		advertise = ":"
	}
	if inbox.Dir != "" {
		router, transport = inboxRouter, fmt.Sprintf(inboxTransport, inbox.Dir)
	}
	return fmt.Appendf(nil, eximConfig, dir, owner.uid, owner.gid, strconv.FormatBool(open), advertise, router, transport)
}

func findExim(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short: needs a mail server")
	}
	for _, name := range []string{"exim4", "exim", "/usr/sbin/exim4", "/usr/sbin/exim"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	require.FailNow(t, "no mail server to test with: install Exim, as with apt-get install --no-install-recommends exim4-daemon-light")
	return ""
}

// mailOwner is the user that owns the server's files.
type mailOwner struct{ uid, gid int }

// ownerOfMail is the user named, or Debian's for Exim, if root runs the tests, for Exim
// never delivers as root and cannot change to yet another user. It is whoever runs the
// tests otherwise.
func ownerOfMail(t *testing.T, name string) mailOwner {
	t.Helper()
	account, err := user.Current()
	require.NoError(t, err)
	if os.Geteuid() == 0 {
		account, err = user.Lookup(cmp.Or(name, "Debian-exim"))
		require.NoError(t, err)
	}
	uid, err := strconv.Atoi(account.Uid)
	require.NoError(t, err)
	gid, err := strconv.Atoi(account.Gid)
	require.NoError(t, err)
	return mailOwner{uid: uid, gid: gid}
}

func (o mailOwner) own(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() == 0 {
		require.NoError(t, os.Chown(path, o.uid, o.gid))
	}
}

// Serve has every connection served, each on its own, and returns the port. It ends
// with the test, and so does what is served.
func Serve(t *testing.T, serve func(conn net.Conn)) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { serve(conn) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		running.Wait()
	})
	return listener.Addr().(*net.TCPAddr).Port
}

// handOver gives a connection to a process, and waits for its end.
func handOver(t *testing.T, conn net.Conn, cmd *exec.Cmd) {
	t.Helper()
	file, err := conn.(*net.TCPConn).File()
	if err != nil {
		t.Error(err)
		return
	}
	cmd.Stdin, cmd.Stdout = file, file
	if err := cmd.Start(); err != nil {
		t.Error(err)
	}
	_, _ = conn.Close(), file.Close() // the process has its own
	var ended *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &ended) {
		t.Error(err)
	}
}

// writeCertificate makes a certificate for localhost, and returns whom to
// believe about it.
func writeCertificate(t *testing.T, dir string, owner mailOwner) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: private},
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
		owner.own(t, path)
	}
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return roots
}

// Connections is how many connections the server has had.
func (s *Exim) Connections() int { return int(s.connections.Load()) }

// Deliver hands a message in by SMTP, from the envelope's sender, who may be nobody, to
// the receiver.
func (s *Exim) Deliver(t *testing.T, from, to, message string) {
	t.Helper()
	client, err := smtp.Dial(net.JoinHostPort(s.Settings.Host, strconv.Itoa(s.Settings.Port)))
	require.NoError(t, err)
	require.NoError(t, client.Mail(from))
	require.NoError(t, client.Rcpt(to))
	writer, err := client.Data()
	require.NoError(t, err)
	_, err = io.WriteString(writer, strings.ReplaceAll(message, "\n", "\r\n"))
	require.NoError(t, errors.Join(err, writer.Close(), client.Quit()))
}

// Taken are the messages that were delivered by now, but for those for an [Inbox].
func (s *Exim) Taken(t *testing.T) []*netmail.Message {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.dir, "maildir", "new", "*"))
	require.NoError(t, err)
	messages := make([]*netmail.Message, len(paths))
	for i, path := range paths {
		file, err := os.Open(path) //nolint:gosec // it is the test's own
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, file.Close()) })
		messages[i], err = netmail.ReadMessage(file)
		require.NoError(t, err)
	}
	return messages
}

// Delivered waits for so many messages and returns them.
func (s *Exim) Delivered(t *testing.T, count int) []*netmail.Message {
	t.Helper()
	var messages []*netmail.Message
	require.Eventually(t, func() bool {
		messages = s.Taken(t)
		return len(messages) >= count
	}, 30*time.Second, 20*time.Millisecond, "not delivered")
	require.Len(t, messages, count)
	return messages
}
