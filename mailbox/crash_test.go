package mailbox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mail/mailtest"
	"ite.digital/lethe/mailbox"
	"ite.digital/lethe/mailbox/mailboxtest"
)

// childVariable makes the test's program a process that looks through a mailbox
// and dies at a step.
const childVariable = "MAILBOX_TEST_CHILD"

// A child says what the process does.
type child struct {
	Port        int
	CAFile, Dir string
	DieAfter    string
}

func TestMain(m *testing.M) {
	if told := os.Getenv(childVariable); told != "" {
		if err := runChild(told); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func runChild(told string) error {
	var c child
	if err := json.Unmarshal([]byte(told), &c); err != nil {
		return err
	}
	if err := os.Setenv("SSL_CERT_FILE", c.CAFile); err != nil {
		return err
	}
	o := newOffice().options(mailbox.Server{
		Host: "localhost", Port: c.Port, Security: mail.Implicit, Username: mailboxtest.Username, Password: mailboxtest.Password, Done: "Lethe",
	})
	o.Desk, o.Log = folderDesk(c.Dir), zerolog.Nop()
	o.Acknowledge = func(_ context.Context, a mail.Acknowledgement) error {
		file, err := os.OpenFile(filepath.Join(c.Dir, "sent"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(file, a.RequestID)
		return errors.Join(err, file.Close())
	}
	_, err := mailbox.Once(context.Background(), o.StopAfter(func(step string) {
		if step == c.DieAfter {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until the signal is there
		}
	}))
	return err
}

// folderDesk is a desk that outlives its process.
type folderDesk string

// Submit implements [mailbox.Desk].
func (d folderDesk) Submit(_ context.Context, r dsr.Request) (bool, error) {
	file, err := os.OpenFile(filepath.Join(string(d), r.ID), os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return true, nil
	} else if err != nil {
		return false, err
	}
	return false, file.Close()
}

// ByMail implements [mailbox.Desk].
func (d folderDesk) ByMail(context.Context, time.Time) (int, error) { return 0, nil }

// ByMailFrom implements [mailbox.Desk].
func (d folderDesk) ByMailFrom(context.Context, time.Time, dsr.Subject) (int, error) { return 0, nil }

// RecordMessage implements [mailbox.Desk].
func (d folderDesk) RecordMessage(context.Context, dsr.Kind, string, string, time.Time) error {
	return nil
}

func TestAProcessThatIsKilledBetweenStepsLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	for _, step := range mailbox.Steps() {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			server := mailboxtest.Start(t, "")
			server.Deliver("INBOX", received(), letter("Invoice 4711"), letter("My information [forget]"))
			c := child{Port: server.Settings(mail.Implicit).Port, CAFile: server.CAFile, Dir: t.TempDir(), DieAfter: step}

			var killed *exec.ExitError
			require.ErrorAs(t, c.run(t), &killed)
			require.True(t, killed.Sys().(syscall.WaitStatus).Signaled())
			c.DieAfter = ""
			require.NoError(t, c.run(t))
			require.NoError(t, c.run(t), "there is nothing left to do")

			requests, err := filepath.Glob(filepath.Join(c.Dir, "mail-*"))
			require.NoError(t, err)
			require.Len(t, requests, 1)
			content, err := os.ReadFile(filepath.Join(c.Dir, "sent"))
			require.NoError(t, err)
			sent := strings.Fields(string(content))
			for _, id := range sent {
				require.Equal(t, filepath.Base(requests[0]), id)
			}
			// Between the mail server's word and ours nobody can say whether it was sent:
			// it is sent again, with the same Message-ID.
			want := 1
			if step == "acknowledged" {
				want = 2
			}
			require.Len(t, sent, want)
			require.Equal(t, []string{"Invoice 4711"}, server.Subjects("INBOX", ""))
			require.Equal(t, []string{"My information [forget]"}, server.Subjects("Lethe", ""))
		})
	}
}

func (c child) run(t *testing.T) error {
	t.Helper()
	told, err := json.Marshal(c)
	require.NoError(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(told))
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

// passing passes connections on to a server, and counts what it says. If cut is given,
// the first connection is closed after so many commands.
func passing(t *testing.T, port int, cut *int) (said *atomic.Int64, at int) {
	t.Helper()
	said = &atomic.Int64{}
	var first sync.Once
	return said, proxy(t, port, func(client, server net.Conn) {
		left := -1
		first.Do(func() {
			if cut != nil {
				left = *cut
			}
		})
		lines := bufio.NewReader(client)
		for line, err := lines.ReadString('\n'); err == nil && left != 0; line, err = lines.ReadString('\n') {
			_, _ = io.WriteString(server, line)
			left--
		}
		_ = client.Close()
		_ = server.Close()
	}, func(line string) string {
		said.Add(int64(len(line)))
		return line
	})
}

// withoutKeywords passes a connection on to a server, as one that keeps no keywords.
func withoutKeywords(t *testing.T, port int) int {
	t.Helper()
	return changed(t, port, func(line string) string { return strings.Replace(line, ` \*)]`, `)]`, 1) })
}

// changed passes a connection on to a server and changes its lines.
func changed(t *testing.T, port int, change func(line string) string) int {
	t.Helper()
	return proxy(t, port, func(client, server net.Conn) {
		_, _ = io.Copy(server, client) // it ends with the connection
		_ = server.Close()
	}, change)
}

// proxy passes connections on to a server. asked passes on what the client says, and
// said changes the lines of the server.
func proxy(t *testing.T, port int, asked func(client, server net.Conn), said func(line string) string) int {
	t.Helper()
	return mailtest.Serve(t, func(conn net.Conn) {
		server, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Error(err)
			return
		}
		var asking sync.WaitGroup
		asking.Go(func() { asked(conn, server) })
		lines := bufio.NewReader(server)
		for line, err := lines.ReadString('\n'); err == nil; line, err = lines.ReadString('\n') {
			_, _ = io.WriteString(conn, said(line))
		}
		_ = conn.Close()
		asking.Wait()
	})
}

func TestAServerThatKeepsNoKeywordsNeedsAFolder(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	server.Deliver("INBOX", received(), letter("My information [forget]"), letter("My information [access]"))
	settings := server.Settings(mail.Plain)
	settings.Port = withoutKeywords(t, settings.Port)
	o := newOffice()
	require.ErrorContains(t, once(t, o.options(settings)), "name a folder for them in done")

	settings.Done = "Lethe"
	require.NoError(t, once(t, o.options(settings)))
	require.True(t, o.has(1, 1)())
	require.Equal(t, []string{"My information [forget]"}, server.Subjects("Lethe", ""))
	require.Equal(t, []string{"My information [access]"}, server.Subjects("INBOX", "\\Flagged"))

	told := 0
	options := o.options(settings)
	options.NeedsPerson = func(context.Context, int) error {
		told++
		return nil
	}
	seen, err := mailbox.Once(t.Context(), options)
	require.NoError(t, err)
	require.Equal(t, 1, seen.Person, "it waits still")
	require.Equal(t, 1, strings.Count(o.log.all(), "a message needs a person"), "it was said once")
	require.Zero(t, told)
}

// TestWhatCannotBeFlaggedIsSaid has a server that keeps no flags, and one that refuses
// to set one.
func TestWhatCannotBeFlaggedIsSaid(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(line string) string{
		"it keeps no flags": func(line string) string {
			if begin := strings.Index(line, "[PERMANENTFLAGS ("); begin >= 0 {
				return line[:begin] + "[PERMANENTFLAGS (\\Seen)] limited\r\n"
			}
			return line
		},
		"it refuses them": func(line string) string {
			if tag, rest, _ := strings.Cut(line, " "); strings.HasPrefix(rest, "OK Store completed") {
				return tag + " NO [NOPERM] not here\r\n"
			}
			return line
		},
	} {
		server := mailboxtest.Start(t, "")
		server.Deliver("INBOX", received(), letter("My information [access]"))
		settings := server.Settings(mail.Plain)
		settings.Port, settings.Done = changed(t, settings.Port, change), "Lethe"
		o := newOffice()
		seen, err := mailbox.Once(t.Context(), o.options(settings))
		require.ErrorContains(t, err, "1 message needs a person and could not be flagged", name)
		require.ErrorIs(t, err, mailbox.ErrUnflagged, name)
		require.Equal(t, "0 requests, 1 for a person (1 could not be flagged), 0 left alone, 0 no request", seen.String(), name)
		require.Contains(t, o.log.all(), "look for it in the mailbox", name)
	}
}

// TestPeopleAreToldOfWhatNeedsThemOnceAnHour counts what was flagged in between.
func TestPeopleAreToldOfWhatNeedsThemOnceAnHour(t *testing.T) {
	t.Parallel()
	server := mailboxtest.Start(t, "")
	server.Deliver("INBOX", received(), letter("My information [access]"), letter("Delete me"))
	o := newOffice()
	var clock atomic.Int64
	clock.Store(received().Unix())
	told := make(chan int, 100)
	var fails atomic.Bool
	options := o.options(server.Settings(mail.Implicit))
	options.Poll = 10 * time.Millisecond
	options.Now = func() time.Time { return time.Unix(clock.Load(), 0) }
	options.NeedsPerson = func(_ context.Context, flagged int) error {
		if fails.Load() {
			return errors.New("the mail server is away")
		}
		told <- flagged
		return nil
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- mailbox.Run(ctx, options) }()
	require.Equal(t, 2, <-told)
	for i := range 3 {
		server.Deliver("INBOX", received(), letter("Delete me", fmt.Sprintf("X-Number: %d", i)))
		require.Eventually(t, func() bool { return len(server.Subjects("INBOX", "LethePerson")) == 3+i }, patience, 10*time.Millisecond)
	}
	require.Empty(t, told)
	fails.Store(true)
	clock.Add(60 * 60)
	require.Eventually(t, func() bool { return strings.Contains(o.log.all(), "nobody could be told of the messages") }, patience, 10*time.Millisecond)
	fails.Store(false)
	require.Equal(t, 3, <-told, "what could not be told is told later")
	stop()
	require.NoError(t, <-ended)
}
