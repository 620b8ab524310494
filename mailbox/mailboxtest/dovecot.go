// Package mailboxtest runs a real mail server, Dovecot, for tests: a process of
// the test's own, on loopback, with its files in a temporary folder.
package mailboxtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/mail"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/simulators/simtest"
)

// The login that the server accepts.
const (
	Username = "privacy"
	Password = "correct+horse:battery"
)

// patience is how long anything may take before a test gives up on it.
const patience = time.Minute

// configuration is for Dovecot 2.3, which runs as whoever runs the tests, or as
// Debian's users for it if that is root. It looks for news while it idles, too: the
// kernel's word of them is bounded, and many servers may run at once.
const configuration = `
base_dir = %[1]s/run
state_dir = %[1]s/run
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
default_process_limit = 1000
default_internal_user = %[2]s
default_internal_group = %[3]s
default_login_user = %[4]s
first_valid_uid = 1
mail_location = maildir:%[1]s/mail/%%u
mail_fsync = never
mailbox_idle_check_interval = 1 secs
ssl = yes
ssl_cert = <%[1]s/cert.pem
ssl_key = <%[1]s/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
passdb {
  driver = static
  args = user=` + Username + ` password=` + Password + `
}
userdb {
  driver = static
  args = uid=%[5]s gid=%[6]s home=%[1]s/mail/%%u
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[7]d
  }
  inet_listener imaps {
    port = %[8]d
  }
}
protocol imap {
  imap_capability = %[9]s
  mail_max_userip_connections = 500
}
`

// A Dovecot is a real mail server with one mailbox.
type Dovecot struct {
	// Roots are whom to believe about the server's certificate, CAFile is the same
	// in a file.
	Roots  *x509.CertPool
	CAFile string

	t        testing.TB
	dir      string
	port     int
	implicit int
	master   *exec.Cmd
}

// Start starts a server; it ends with the test. Of its capabilities those are left
// that are given, or all.
func Start(t testing.TB, capabilities string) *Dovecot {
	t.Helper()
	if testing.Short() {
		t.Skip("short: needs a mail server")
	}
	// The paths of its sockets are bounded, and those of t.TempDir are long.
	dir, err := os.MkdirTemp("", "dovecot") //nolint:usetesting // see above
	require.NoError(t, err)
	d := &Dovecot{t: t, dir: dir, port: simtest.ServerPort(t), implicit: simtest.ServerPort(t)}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // the server's users pass through
	internal, login, owner := accounts(t)
	group, err := user.LookupGroupId(internal.Gid)
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "mail"), 0o700))
	if os.Geteuid() == 0 {
		uid, err := strconv.Atoi(owner.Uid)
		require.NoError(t, err)
		require.NoError(t, os.Chown(filepath.Join(dir, "mail"), uid, -1))
	}
	d.writeCertificate(time.Now().Add(time.Hour))
	text := fmt.Sprintf(configuration, dir, internal.Username, group.Name, login.Username, owner.Uid, owner.Gid, d.port, d.implicit, capabilities)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "dovecot.conf"), []byte(text), 0o600))
	d.Start()
	t.Cleanup(d.Stop)
	return d
}

// accounts are the users that the server needs: for itself, for who is not signed
// in, and for the owner of mail. Only root can give it several.
func accounts(t testing.TB) (internal, login, owner *user.User) {
	t.Helper()
	current, err := user.Current()
	require.NoError(t, err)
	if os.Geteuid() != 0 {
		return current, current, current
	}
	find := func(name string) *user.User {
		account, err := user.Lookup(name)
		require.NoError(t, err)
		return account
	}
	return find("dovecot"), find("dovenull"), find("mail")
}

// Start starts the server again, with the mail that it has.
func (d *Dovecot) Start() {
	d.t.Helper()
	program, err := exec.LookPath("dovecot")
	if err != nil {
		program = "/usr/sbin/dovecot"
	}
	if _, err := os.Stat(program); err != nil {
		require.FailNow(d.t, "no mail server to test with: install Dovecot 2.3, as with apt-get install --no-install-recommends dovecot-imapd")
	}
	d.master = exec.Command(program, "-F", "-c", filepath.Join(d.dir, "dovecot.conf")) //nolint:gosec,noctx // it ends with the test
	d.master.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	said, err := os.Create(filepath.Join(d.dir, "said"))
	require.NoError(d.t, err)
	d.master.Stderr = said
	require.NoError(d.t, d.master.Start())
	require.NoError(d.t, said.Close(), "the server has it")
	require.Eventually(d.t, func() bool {
		conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(d.port))) //nolint:noctx // it is on this machine
		if err != nil {
			return false
		}
		return conn.Close() == nil
	}, patience, 20*time.Millisecond, "the mail server does not start: %s", lazily(d.log))
}

// log is what the server has said and written by now.
func (d *Dovecot) log() string {
	said, _ := os.ReadFile(filepath.Join(d.dir, "said")) // what is missing says nothing
	content, _ := os.ReadFile(filepath.Join(d.dir, "log"))
	return string(said) + string(content)
}

// lazily is formatted when it is needed.
type lazily func() string

func (l lazily) String() string { return l() }

// Stop kills the server with all its processes, and so every connection.
func (d *Dovecot) Stop() {
	d.t.Helper()
	if d.master == nil {
		return
	}
	require.NoError(d.t, syscall.Kill(-d.master.Process.Pid, syscall.SIGKILL))
	var killed *exec.ExitError
	require.ErrorAs(d.t, d.master.Wait(), &killed)
	d.master = nil
}

// Settings lead to the server's mailbox.
func (d *Dovecot) Settings(security mail.Security) mailbox.Server {
	port := d.port
	if security == mail.Implicit {
		port = d.implicit
	}
	return mailbox.Server{Host: "localhost", Port: port, Security: security, Username: Username, Password: Password, RootCAs: d.Roots, Timeout: patience}
}

// Maildir is where the mailbox's messages lie, and whose it is: mail can be delivered
// there by another server.
func (d *Dovecot) Maildir() (dir, owner string) {
	d.t.Helper()
	if os.Geteuid() == 0 {
		_, _, account := accounts(d.t)
		owner = account.Username
	}
	return filepath.Join(d.dir, "mail", Username), owner
}

// Client signs in, for a test to look and to act as people do. It ends with the
// test.
func (d *Dovecot) Client() *imapclient.Client {
	d.t.Helper()
	// Connections may be those of processes that are dying, after the server was killed.
	for end := time.Now().Add(patience); ; {
		client, err := d.signIn()
		if err == nil {
			d.t.Cleanup(func() { _ = client.Close() }) // the server may have ended it
			return client
		}
		if time.Now().After(end) {
			require.NoError(d.t, err, d.log())
		}
		<-time.After(20 * time.Millisecond)
	}
}

func (d *Dovecot) signIn() (*imapclient.Client, error) {
	client, err := imapclient.DialTLS(net.JoinHostPort("localhost", strconv.Itoa(d.implicit)), &imapclient.Options{
		TLSConfig: &tls.Config{RootCAs: d.Roots, MinVersion: tls.VersionTLS12},
	})
	if err != nil {
		return nil, err
	}
	if err := client.Login(Username, Password).Wait(); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

// Deliver puts messages into a folder, as received at that time.
func (d *Dovecot) Deliver(folder string, at time.Time, messages ...string) {
	d.t.Helper()
	client := d.Client()
	for _, text := range messages {
		text = strings.ReplaceAll(text, "\n", "\r\n")
		cmd := client.Append(folder, int64(len(text)), &imap.AppendOptions{Time: at})
		_, err := cmd.Write([]byte(text))
		require.NoError(d.t, errors.Join(err, cmd.Close()))
		_, err = cmd.Wait()
		require.NoError(d.t, err)
	}
	require.NoError(d.t, client.Close())
}

// Drop puts a message into the Maildir as it is, byte by byte, as a mail server that
// delivers there does. flags are Maildir's, such as "S"; "T" marks it as deleted.
func (d *Dovecot) Drop(name, flags string, content []byte) {
	d.t.Helper()
	dir, owner := d.Maildir()
	folder := "new"
	if flags != "" {
		folder, name = "cur", name+":2,"+flags
	}
	for _, path := range []string{dir, filepath.Join(dir, "tmp"), filepath.Join(dir, "new"), filepath.Join(dir, "cur")} {
		if err := os.Mkdir(path, 0o700); err == nil {
			d.own(path, owner)
		}
	}
	written := filepath.Join(dir, "tmp", name)
	require.NoError(d.t, os.WriteFile(written, content, 0o600))
	d.own(written, owner)
	require.NoError(d.t, os.Rename(written, filepath.Join(dir, folder, name)))
}

func (d *Dovecot) own(path, owner string) {
	d.t.Helper()
	if owner == "" {
		return
	}
	account, err := user.Lookup(owner)
	require.NoError(d.t, err)
	uid, err := strconv.Atoi(account.Uid)
	require.NoError(d.t, err)
	gid, err := strconv.Atoi(account.Gid)
	require.NoError(d.t, err)
	require.NoError(d.t, os.Chown(path, uid, gid))
}

// Subjects are the subjects of the messages in a folder that have the flag, or all.
func (d *Dovecot) Subjects(folder string, flag imap.Flag) []string {
	d.t.Helper()
	client := d.Client()
	selected, err := client.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	require.NoError(d.t, err)
	subjects := []string{}
	if selected.NumMessages == 0 {
		return subjects
	}
	var all imap.SeqSet
	all.AddRange(1, selected.NumMessages)
	messages, err := client.Fetch(all, &imap.FetchOptions{Envelope: true, Flags: true}).Collect()
	require.NoError(d.t, err)
	for _, m := range messages {
		for _, has := range m.Flags {
			if flag != "" && strings.EqualFold(string(has), string(flag)) {
				subjects = append(subjects, m.Envelope.Subject)
			}
		}
		if flag == "" {
			subjects = append(subjects, m.Envelope.Subject)
		}
	}
	require.NoError(d.t, client.Close())
	return subjects
}

// Expire starts the server anew with a certificate that has expired.
func (d *Dovecot) Expire() {
	d.t.Helper()
	d.Stop()
	d.writeCertificate(time.Now().Add(-time.Minute))
	d.Start()
}

// writeCertificate makes a certificate for localhost of its own authority, that is
// valid until the time given.
func (d *Dovecot) writeCertificate(until time.Time) {
	d.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(d.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(d.t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(d.t, err)
	d.CAFile = filepath.Join(d.dir, "cert.pem")
	for path, block := range map[string]*pem.Block{
		d.CAFile: {Type: "CERTIFICATE", Bytes: der}, filepath.Join(d.dir, "key.pem"): {Type: "PRIVATE KEY", Bytes: private},
	} {
		require.NoError(d.t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	}
	certificate, err := x509.ParseCertificate(der)
	require.NoError(d.t, err)
	d.Roots = x509.NewCertPool()
	d.Roots.AddCert(certificate)
}
