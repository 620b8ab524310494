package mail_test

import (
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mail/mailtest"
)

var paris = time.FixedZone("", 2*60*60)

// notice is what a workflow tells, a week before the deadline.
func notice() activities.Notice {
	return activities.Notice{
		RequestID: "ticket-4711", Kind: dsr.Erasure, Event: activities.DeadlineNear,
		DueAt: time.Date(2026, 6, 15, 23, 59, 59, 0, paris), At: time.Date(2026, 6, 8, 21, 59, 59, 0, time.UTC),
		Missing: []string{"alore", "landbot"}, NeedsOperator: []string{"alore"},
	}
}

func aWeekBefore() time.Time { return time.Date(2026, 6, 8, 22, 10, 0, 0, time.UTC) }

func send(t *testing.T, s mail.Settings, n activities.Notice) error {
	t.Helper()
	senders, err := mail.Senders(s)
	require.NoError(t, err)
	require.Len(t, senders, 1)
	return senders[0].Notify(t.Context(), n)
}

func body(t *testing.T, m *netmail.Message) string {
	t.Helper()
	require.Equal(t, "quoted-printable", m.Header.Get("Content-Transfer-Encoding"))
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	require.NoError(t, err)
	return string(text)
}

func subject(t *testing.T, m *netmail.Message) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	require.NoError(t, err)
	return text
}

func TestAMailServerDeliversTheMessageOnceItKnowsWhoSends(t *testing.T) {
	t.Parallel()
	for name, security := range map[string]mail.Security{"STARTTLS": mail.STARTTLS, "TLS from the first byte": mail.Implicit} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, security, false)
			server.Settings.Now = aWeekBefore
			require.NoError(t, mail.Check(t.Context(), server.Settings))
			require.NoError(t, send(t, server.Settings, notice()))

			message := server.Delivered(t, 1)[0]
			require.Equal(t, `"Lethe" <lethe@example.com>`, message.Header.Get("From"))
			require.Equal(t, "privacy@example.com", message.Header.Get("Envelope-To"))
			require.Equal(t, "auto-generated", message.Header.Get("Auto-Submitted"))
			require.Equal(t, "Lethe: erasure request ticket-4711 is due in 6 days", subject(t, message))
			require.Contains(t, body(t, message), "alore: waits for a person")
			require.Contains(t, message.Header.Get("Received"), "with esmtpsa", "encrypted, and signed in (RFC 3848)")
		})
	}
}

func TestAServerOnTheSameMachineNeedsNeitherTLSNorALogin(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mail.Plain, true)
	require.NoError(t, mail.Check(t.Context(), server.Settings))
	require.NoError(t, send(t, server.Settings, notice()))
	require.Contains(t, server.Delivered(t, 1)[0].Header.Get("Received"), "with esmtp (")
}

func TestARepeatedMessageIsRecognisedAndAnotherReminderIsAnotherMessage(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mail.STARTTLS, false)
	later := notice()
	later.At = later.At.AddDate(0, 0, 6)
	for _, n := range []activities.Notice{notice(), notice(), later} {
		require.NoError(t, send(t, server.Settings, n))
	}
	ids, threads := map[string]int{}, map[string]int{}
	for _, m := range server.Delivered(t, 3) {
		ids[m.Header.Get("Message-Id")]++
		threads[m.Header.Get("References")]++
		require.Regexp(t, `^<lethe\.[0-9a-f]{32}@example\.com>$`, m.Header.Get("Message-Id"))
	}
	require.Len(t, ids, 2)
	require.Len(t, threads, 1)
}

func TestEveryReceiverHasAMessageOfTheirOwn(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mail.STARTTLS, false)
	server.Settings.To = []*netmail.Address{{Address: "gone@example.com"}, {Name: "Zoë", Address: "zoe+gdpr@example.com"}}
	senders, err := mail.Senders(server.Settings)
	require.NoError(t, err)
	require.NotEqual(t, senders[0].Name(), senders[1].Name())
	require.NotContains(t, senders[0].Name(), "gone")
	requireClass(t, senders[0].Notify(t.Context(), notice()), connectors.Rejected, "RCPT TO", 550)
	require.NoError(t, senders[1].Notify(t.Context(), notice()))
	to, err := server.Delivered(t, 1)[0].Header.AddressList("To")
	require.NoError(t, err)
	require.Equal(t, server.Settings.To[1:], to)
}

func TestNothingThatIsToldBecomesAHeader(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mail.STARTTLS, false)
	injected := notice()
	injected.RequestID = "R-1\r\nBcc: eve@example.com\r\n\r\nhello"
	injected.Missing = []string{"crm\r\n.\r\nMAIL FROM:<eve@example.com>"}
	server.Settings.From.Name = "Lethe\r\nX-Evil: yes"
	require.NoError(t, send(t, server.Settings, injected))
	message := server.Delivered(t, 1)[0]
	for name := range message.Header {
		require.NotContains(t, []string{"Bcc", "X-Evil", "Cc"}, name)
	}
	require.Contains(t, subject(t, message), "R-1  Bcc: eve@example.com")
	require.Contains(t, body(t, message), "crm  .  MAIL FROM:<eve@example.com>: in work")
}

func TestAServerThatRefusesIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mail.STARTTLS, false)
	for name, c := range map[string]struct {
		change  func(*mail.Settings)
		class   connectors.Class
		command string
		status  int
	}{
		"a wrong password":          {func(s *mail.Settings) { s.Password = "wrong" }, connectors.CredentialsRejected, "connect", 535},
		"no login":                  {func(s *mail.Settings) { s.Username, s.Password = "", "" }, connectors.Rejected, "RCPT TO", 550},
		"a receiver elsewhere":      {func(s *mail.Settings) { s.To[0].Address = "eve@example.net" }, connectors.Rejected, "RCPT TO", 550},
		"an authority not believed": {func(s *mail.Settings) { s.RootCAs = nil }, connectors.Misconfigured, "", 0},
		"another host":              {func(s *mail.Settings) { s.Host = "127.0.0.1" }, connectors.Misconfigured, "", 0},
		"TLS at the wrong port":     {func(s *mail.Settings) { s.Security = mail.Implicit }, connectors.Misconfigured, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := server.Settings
			changed.To = []*netmail.Address{{Address: "privacy@example.com"}}
			c.change(&changed)
			requireClass(t, send(t, changed, notice()), c.class, c.command, c.status)
		})
	}
	t.Run("no TLS", func(t *testing.T) {
		t.Parallel()
		changed := mailtest.Start(t, mail.Plain, true).Settings
		changed.Security = mail.STARTTLS
		requireClass(t, mail.Check(t.Context(), changed), connectors.Misconfigured, "", 0)
	})
}

func TestAPasswordIsNeverSentInClear(t *testing.T) {
	t.Parallel()
	s := mail.Settings{Host: "localhost", Port: 1, Security: mail.Plain, Username: mailtest.Username, Password: mailtest.Password}
	_, err := mail.Senders(s)
	require.ErrorContains(t, err, "in clear")
	require.ErrorContains(t, mail.Check(t.Context(), s), "in clear")
}

func requireClass(t *testing.T, err error, class connectors.Class, command string, status int) {
	t.Helper()
	var known *connectors.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, class, known.Class, known.Error())
	require.Equal(t, command, known.Path, known.Error())
	require.Equal(t, status, known.Status, known.Error())
	require.NotContains(t, known.Error(), "example.")
	require.NotContains(t, known.Error(), mailtest.Password)
}
