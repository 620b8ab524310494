package mailbox

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
)

// headerFields are what is read of a message; its text never is.
func headerFields() []string {
	return []string{
		"From", "Subject", "Message-ID", "Date",
		// By these it is told whether a person wrote it.
		"Auto-Submitted", "Precedence", "List-Id", "List-Post", "List-Unsubscribe", "Return-Path", "Content-Type", "X-Autoreply", "X-Autorespond",
	}
}

// maxHeader bounds what is read of a message, in bytes.
const maxHeader = 16 << 10

// A message is what is known of a message in the folder.
type message struct {
	uid imap.UID
	// receivedAt is when the server received it (INTERNALDATE): the legal clock
	// starts there.
	receivedAt time.Time
	header     textproto.MIMEHeader
	// broken says that the header could not be read to its end.
	broken bool
}

// newMessage reads the fields of a header.
func newMessage(uid imap.UID, receivedAt time.Time, fields []byte) message {
	reader := textproto.NewReader(bufio.NewReader(bytes.NewReader(fields)))
	header, err := reader.ReadMIMEHeader()
	truncated := errors.Is(err, io.EOF) && len(fields) >= maxHeader
	return message{uid: uid, receivedAt: receivedAt, header: header, broken: truncated || err != nil && !errors.Is(err, io.EOF)}
}

// from is the address that the message says it comes from. It proves nothing.
func (m message) from() (string, error) {
	fields := m.header.Values("From")
	if len(fields) != 1 {
		return "", errors.New("it has no From line, or several")
	}
	parser := mail.AddressParser{WordDecoder: wordDecoder()}
	addresses, err := parser.ParseList(utf8Of(fields[0]))
	if err != nil || len(addresses) != 1 {
		return "", errors.New("its From line does not name one address")
	}
	return addresses[0].Address, nil
}

// subject is the subject as it stands in the header, if there is one.
func (m message) subject() string {
	fields := m.header.Values("Subject")
	if len(fields) != 1 {
		return ""
	}
	return fields[0]
}

// identity is what tells the message from all others, also after it was moved or
// delivered twice. Whoever takes the Message-ID of somebody else's message is still
// not them.
func (m message) identity() []string {
	if id := strings.TrimSpace(m.header.Get("Message-Id")); id != "" {
		return []string{"message-id", id, m.header.Get("From")}
	}
	return []string{"header", m.header.Get("From"), m.header.Get("Subject"), m.header.Get("Date"), m.receivedAt.UTC().Format(time.RFC3339)}
}

// automatic reports whether no person wrote the message, so that nothing may
// answer it (RFC 3834 section 2, RFC 2919, RFC 3464). ours are the addresses of
// Lethe itself.
func (m message) automatic(from string, ours []string) bool {
	is := func(field string, words ...string) bool {
		value := strings.ToLower(strings.TrimSpace(m.header.Get(field)))
		for _, word := range words {
			if strings.HasPrefix(value, word) {
				return true
			}
		}
		return false
	}
	submitted := m.header.Get("Auto-Submitted")
	local, _, _ := strings.Cut(strings.ToLower(from), "@")
	switch {
	case submitted != "" && !is("Auto-Submitted", "no"),
		is("Precedence", "bulk", "list", "junk", "auto_reply"),
		is("Return-Path", "<>"),
		is("Content-Type", "multipart/report"),
		local == "mailer-daemon", local == "postmaster":
		return true
	}
	for _, field := range []string{"List-Id", "List-Post", "List-Unsubscribe", "X-Autoreply", "X-Autorespond"} {
		if m.header.Get(field) != "" {
			return true
		}
	}
	for _, address := range ours {
		if strings.EqualFold(address, from) {
			return true
		}
	}
	return false
}
