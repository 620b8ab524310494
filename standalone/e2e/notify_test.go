package e2e

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/mail/mailtest"
	"ite.digital/lethe/simulators/population"
)

// mailServer takes every message and passes it on.
func mailServer(t *testing.T, messages chan<- string) (address string) {
	t.Helper()
	port := mailtest.Serve(t, func(conn net.Conn) { takeMessage(conn, messages) })
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

func takeMessage(conn net.Conn, messages chan<- string) {
	defer func() { _ = conn.Close() }()
	answer := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
	answer("220 mail.example.com")
	var message strings.Builder
	inMessage := false
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		switch line := lines.Text(); {
		case inMessage && line == ".":
			inMessage = false
			messages <- message.String()
			answer("250 taken")
		case inMessage:
			message.WriteString(line + "\n")
		case line == "DATA":
			inMessage = true
			answer("354 go on")
		case line == "QUIT":
			answer("221 bye")
			return
		default:
			answer("250 ok")
		}
	}
}

// TestPeopleAreToldByMailOnceWhileTheWebhookIsDown has Temporal keep, encrypted,
// who has been told.
func TestPeopleAreToldByMailOnceWhileTheWebhookIsDown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	messages, told := make(chan string, 100), make(chan map[string]any, 100)
	var calls atomic.Int32
	const refused = 5 // more than the four tries of one attempt
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) <= refused {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var notice map[string]any
		if err := json.NewDecoder(r.Body).Decode(&notice); err != nil {
			t.Error(err)
		}
		told <- notice
	}))
	t.Cleanup(receiver.Close)
	s.write("notify.key", "a secret of the receiver's")
	s.edit("lethe.yaml", "systems:\n", `notify:
  webhook: {base_url: `+receiver.URL+`, secret: "file:notify.key"}
  email: {server: "`+mailServer(t, messages)+`", tls: none, from: Lethe <lethe@example.com>, to: [privacy@example.com]}
systems:
`)
	s.worker()
	s.must("submit", "--id", "R-1", "--email", population.Zoe.Email, "--received", time.Now().AddDate(0, -2, 0).Format(time.DateOnly))

	select {
	case notice := <-told:
		require.Equal(t, "overdue", notice["event"])
		require.Equal(t, true, notice["overdue"])
		require.NotEmpty(t, notice["at"])
	case <-time.After(patience):
		require.Fail(t, "the webhook was not called until it took the notice")
	}
	require.Len(t, messages, 1, "one message, in several attempts")
	message := <-messages
	require.Contains(t, message, "Subject: Lethe: erasure request R-1 is overdue\n")
	require.NotContains(t, message, population.Zoe.Email)
	s.discreet(population.Zoe)
}
