package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	netmail "net/mail"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/mail"
)

// The login that the server accepts.
const (
	username = "lethe"
	password = "correct horse: battery"
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
  deny domains = !example.com
       message = relay not permitted
  deny local_parts = gone
       message = no such user here
  accept condition = %[4]s
  accept authenticated = *
  deny message = sign in first
begin routers
all:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = %[1]s/maildir
  maildir_format
  envelope_to_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{` + username + `}}{eq{$auth3}{` + password + `}}}}
  server_advertise_condition = ${if def:tls_in_cipher}
`

// exim is a real mail server. Each connection has a process of its own, as
// inetd would start it.
type exim struct {
	settings mail.Settings
	dir      string
}

// startExim starts a server with a certificate of its own authority. What is
// open lets everybody send, and has no TLS.
func startExim(t *testing.T, security mail.Security, open bool) *exim {
	t.Helper()
	program := findExim(t)
	s := &exim{dir: t.TempDir()}
	owner := ownerOfMail(t)
	require.NoError(t, os.Chmod(filepath.Dir(s.dir), 0o711)) // the server's user passes through
	for _, folder := range []string{"spool", "log", "maildir"} {
		path := filepath.Join(s.dir, folder)
		require.NoError(t, os.Mkdir(path, 0o750))
		owner.own(t, path)
	}
	advertise := "*"
	if open {
		advertise = ":"
	}
	config := filepath.Join(s.dir, "exim.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, eximConfig, s.dir, owner.uid, owner.gid, strconv.FormatBool(open), advertise), 0o600))
	roots := writeCertificate(t, s.dir, owner)
	owner.own(t, config)
	if os.Geteuid() == 0 { // only root may own the configuration that root runs by
		require.NoError(t, os.Chown(config, 0, 0))
		require.NoError(t, os.Chmod(config, 0o644)) // deliveries, by the server's user, read it
	}
	// It delivers before it ends, so that nothing outlives the test.
	arguments := []string{"-C", config, "-bs", "-odi"}
	if security == mail.Implicit {
		arguments = append(arguments, "-tls-on-connect")
	}
	port := serve(t, func(conn *os.File) *exec.Cmd {
		cmd := exec.Command(program, arguments...)
		cmd.Stdin, cmd.Stdout = conn, conn
		return cmd
	})
	s.settings = mail.Settings{
		Host: "localhost", Port: port, Security: security, RootCAs: roots, Timeout: 30 * time.Second,
		From: &netmail.Address{Name: "Lethe", Address: "lethe@example.com"},
		To:   []*netmail.Address{{Address: "privacy@example.com"}},
	}
	if !open {
		s.settings.Username, s.settings.Password = username, password
	}
	return s
}

func findExim(t *testing.T) string {
	t.Helper()
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

// ownerOfMail is Debian's user for Exim if root runs the tests, for Exim never
// delivers as root, and whoever runs them otherwise.
func ownerOfMail(t *testing.T) mailOwner {
	t.Helper()
	account, err := user.Current()
	require.NoError(t, err)
	if os.Geteuid() == 0 {
		account, err = user.Lookup("Debian-exim")
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

// serve gives every connection to a process and returns the port. It ends with
// the test, the processes with it.
func serve(t *testing.T, process func(conn *os.File) *exec.Cmd) int {
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
			running.Go(func() { handOver(t, conn, process) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		running.Wait()
	})
	return listener.Addr().(*net.TCPAddr).Port
}

func handOver(t *testing.T, conn net.Conn, process func(conn *os.File) *exec.Cmd) {
	t.Helper()
	file, err := conn.(*net.TCPConn).File()
	if err != nil {
		t.Error(err)
		return
	}
	cmd := process(file)
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

// delivered waits for so many messages and returns them.
func (s *exim) delivered(t *testing.T, count int) []*netmail.Message {
	t.Helper()
	var paths []string
	require.Eventually(t, func() bool {
		var err error
		paths, err = filepath.Glob(filepath.Join(s.dir, "maildir", "new", "*"))
		return err == nil && len(paths) >= count
	}, 30*time.Second, 20*time.Millisecond, "not delivered")
	require.Len(t, paths, count)
	messages := make([]*netmail.Message, len(paths))
	for i, path := range paths {
		file, err := os.Open(path)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, file.Close()) })
		messages[i], err = netmail.ReadMessage(file)
		require.NoError(t, err)
	}
	return messages
}
