package mailbox

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-imap/v2"
)

// headerFields are what is read of a message; its text never is.
func headerFields() []string {
	return []string{
		"From", "Subject", "Message-ID", "Date",
		// By these it is told whether a person wrote it.
		"Auto-Submitted", "Precedence", "List-Id", "List-Post", "List-Unsubscribe", "Return-Path", "Content-Type", "X-Autoreply",
		"X-Auto-Reply", "X-Autorespond", "X-Auto-Response-Suppress", "X-Failed-Recipients", "X-Loop",
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
	for name, values := range header {
		if trimmed := strings.TrimRight(name, " \t"); trimmed != name { // as old programs write it (RFC 5322 section 4.5)
			for _, value := range values {
				header.Add(trimmed, value)
			}
		}
	}
	return message{uid: uid, receivedAt: receivedAt, header: header, broken: truncated || err != nil && !errors.Is(err, io.EOF)}
}

// from is the address that the message says it comes from. It proves nothing. A group
// (RFC 6854) is nobody.
func (m message) from() (string, error) {
	fields := m.header.Values("From")
	if len(fields) != 1 {
		return "", errors.New("it has no From line, or several")
	}
	parser := mail.AddressParser{WordDecoder: wordDecoder()}
	addresses, err := parser.ParseList(utf8Of(fields[0]))
	if err != nil || len(addresses) != 1 || strings.Contains(quoted.ReplaceAllString(fields[0], ""), ";") {
		return "", errors.New("its From line does not name one address")
	}
	return addresses[0].Address, nil
}

// quoted matches a quoted string of a header field (RFC 5322 section 3.2.4).
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// wish is what the message asks for, by its subject. A message with several subjects
// is not what anybody's program writes; what one of them asks for is for a person.
func (m message) wish() (wish Wish, french bool) {
	subjects := m.header.Values("Subject")
	for _, subject := range subjects {
		if wish, french = ReadSubject(subject); wish != Nothing {
			break
		}
	}
	if wish != Nothing && len(subjects) > 1 || m.broken && len(subjects) == 0 {
		return Unclear, french
	}
	return wish, french
}

// identity is what tells the message from all others, also after it was moved or
// delivered twice. Whoever takes the Message-ID of somebody else's message is still
// not them, and a program that gives all its messages the same one says when it wrote
// them.
func (m message) identity() []string {
	date := m.header.Get("Date")
	if id := strings.TrimSpace(m.header.Get("Message-Id")); id != "" {
		return []string{"message-id", id, m.header.Get("From"), date}
	}
	if date == "" {
		date = m.receivedAt.UTC().Format(time.RFC3339)
	}
	return []string{"header", m.header.Get("From"), m.header.Get("Subject"), date}
}

// automatic reports whether no person wrote the message, so that nothing may
// answer it (RFC 3834 section 2, RFC 2919, RFC 3464). ours are the addresses of
// Lethe itself.
func (m message) automatic(from string, ours []string) bool {
	local, _, _ := strings.Cut(strings.ToLower(from), "@")
	switch {
	case slices.ContainsFunc(m.words("Auto-Submitted"), func(word string) bool { return word != "no" }),
		m.says("Precedence", "bulk", "list", "junk", "auto_reply", "auto-reply"),
		m.says("Return-Path", "<>"),
		m.says("Content-Type", "multipart/report", "message/delivery-status"),
		// Of Exchange's values these speak of answers, the others of receipts only
		// ([MS-OXCMAIL] section 2.2.3.2.14).
		m.says("X-Auto-Response-Suppress", "all", "autoreply", "oof"),
		local == "mailer-daemon", local == "postmaster":
		return true
	}
	for _, field := range []string{
		"List-Id", "List-Post", "List-Unsubscribe", "X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Failed-Recipients", "X-Loop",
	} {
		if m.header.Get(field) != "" {
			return true
		}
	}
	return slices.ContainsFunc(ours, func(address string) bool { return strings.EqualFold(address, from) })
}

// words are the values of a field, in small letters, without comments and parameters.
func (m message) words(field string) []string {
	var words []string
	for _, value := range m.header.Values(field) {
		words = append(words, strings.FieldsFunc(strings.ToLower(cut(cut(value, ";"), "(")), func(r rune) bool { return r == ',' || unicode.IsSpace(r) })...)
	}
	return words
}

// says reports whether the field holds one of the words.
func (m message) says(field string, words ...string) bool {
	return slices.ContainsFunc(m.words(field), func(word string) bool { return slices.Contains(words, word) })
}

func cut(text, at string) string {
	before, _, _ := strings.Cut(text, at)
	return before
}

// unanswered reports whether the address is one that programs write from: a form on a
// website, or a shop, may pass on what a person asked.
func unanswered(from string) bool {
	local, _, _ := strings.Cut(strings.ToLower(from), "@")
	return slices.Contains([]string{"noreply", "donotreply", "nepasrepondre"}, strings.NewReplacer("-", "", "_", "", ".", "").Replace(local))
}
