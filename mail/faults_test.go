package mail_test

import (
	"bufio"
	"context"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/mail"
	"ite.digital/lethe/mail/mailtest"
	"ite.digital/lethe/simulators/simtest"
)

// faulty is a mail server that answers as a script says: a line for each
// command, by its first word, "" for the greeting and "." for the end of a
// message. It hangs where the answer is "hang" and breaks off where it is
// "drop".
type faulty map[string]string

// healthy are the answers of a server without faults.
var healthy = faulty{
	"": "220 mail.example.com", "EHLO": "250 mail.example.com", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on",
	".": "250 taken", "QUIT": "221 bye", "RSET": "250 ok", "NOOP": "250 ok",
}

func (f faulty) answer(word string) string {
	if answer, ok := f[word]; ok {
		return answer
	}
	return healthy[word]
}

func (f faulty) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	lines := bufio.NewScanner(conn)
	word := ""
	for {
		answer := f.answer(word)
		if answer == "drop" {
			return
		}
		for answer == "hang" && lines.Scan() { // until the other end gives up
		}
		if _, err := conn.Write([]byte(answer + "\r\n")); err != nil || word == "QUIT" {
			return
		}
		inData := word == "DATA" && strings.HasPrefix(answer, "354")
		for lines.Scan() && inData && lines.Text() != "." {
		}
		if lines.Err() != nil || lines.Text() == "" {
			return
		}
		word = strings.ToUpper(strings.Fields(lines.Text())[0])
	}
}

func (f faulty) start(t *testing.T) mail.Settings {
	t.Helper()
	return mail.Settings{
		Host: "127.0.0.1", Port: mailtest.Serve(t, f.serve), Security: mail.Plain, Timeout: 30 * time.Second,
		From: &netmail.Address{Address: "lethe@example.com"}, To: []*netmail.Address{{Address: "privacy@example.com"}},
	}
}

func TestWhatPassesIsTriedAgainAndWhatLastsIsNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   faulty
		class   connectors.Class
		command string
		status  int
	}{
		"busy":                          {faulty{"": "421 ana@example.com is busy"}, connectors.Transient, "connect", 421},
		"closed to us":                  {faulty{"": "554 ana@example.com: no"}, connectors.Rejected, "connect", 554},
		"no mail server":                {faulty{"": "HTTP/1.1 400 Bad Request"}, connectors.Malformed, "", 0},
		"hung up on":                    {faulty{"": "drop"}, connectors.Transient, "", 0},
		"sender put off":                {faulty{"MAIL": "451 later"}, connectors.Transient, "MAIL FROM", 451},
		"sender refused":                {faulty{"MAIL": "553 no"}, connectors.Rejected, "MAIL FROM", 553},
		"who sends":                     {faulty{"MAIL": "530 5.7.0 sign in"}, connectors.CredentialsRejected, "MAIL FROM", 530},
		"greylisted":                    {faulty{"RCPT": "450 4.2.0 greylisted"}, connectors.Transient, "RCPT TO", 450},
		"receiver refused":              {faulty{"RCPT": "550 ana@example.com: unknown"}, connectors.Rejected, "RCPT TO", 550},
		"no room":                       {faulty{"DATA": "452 full"}, connectors.Transient, "DATA", 452},
		"content put off":               {faulty{".": "451 scanner down"}, connectors.Transient, "DATA", 451},
		"content refused":               {faulty{".": "554 spam"}, connectors.Rejected, "DATA", 554},
		"broken off before the message": {faulty{"DATA": "drop"}, connectors.Transient, "", 0},
		"broken off after the message":  {faulty{".": "drop"}, connectors.Transient, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireClass(t, send(t, c.fault.start(t), notice()), c.class, c.command, c.status)
		})
	}
}

func TestAMessageThatWasTakenIsSentWhateverComesAfter(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]faulty{"drop": {"QUIT": "drop"}, "refusal": {"QUIT": "500 what"}, "garbage": {"QUIT": "?"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, send(t, fault.start(t), notice()))
		})
	}
}

func TestNobodyListening(t *testing.T) {
	t.Parallel()
	s := healthy.start(t)
	s.Port = simtest.ReservePort(t).Number
	requireClass(t, send(t, s, notice()), connectors.Transient, "", 0)
}

func TestAServerThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"", "EHLO", "MAIL", "RCPT", "DATA", "."} {
		t.Run("at "+at, func(t *testing.T) {
			t.Parallel()
			s := faulty{at: "hang"}.start(t)
			s.Timeout = 100 * time.Millisecond
			requireClass(t, send(t, s, notice()), connectors.Transient, "", 0)

			s.Timeout = time.Hour
			senders, err := mail.Senders(s)
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			require.Error(t, senders[0].Notify(ctx, notice()))
		})
	}
}

func TestAServerThatNeverStopsTalkingIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, greeting := range map[string]string{
		"one line": "220 " + strings.Repeat("x", 1<<20), "many lines": strings.Repeat("220-mail.example.com\r\n", 1<<16) + "220 end",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireClass(t, send(t, faulty{"": greeting}.start(t), notice()), connectors.Malformed, "", 0)
		})
	}
}
