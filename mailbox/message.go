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
		"From", "Reply-To", "Subject", "Message-ID", "In-Reply-To", "References", "Date",
		// What a program wrote, passed on or forwarded.
		"Auto-Submitted", "Precedence", "Return-Path", "Content-Type", "X-Autoreply", "X-Auto-Reply", "X-Autorespond",
		"X-Auto-Response-Suppress", "X-Failed-Recipients", "X-Loop", "X-Forwarded-Message-Id", "X-MS-Exchange-Parent-Message-Id",
		"X-Mailer", "X-PHP-Originating-Script", "X-PHP-Script", "X-JIRA-FingerPrint",
		// What a list distributed.
		"List-Id", "List-Post", "List-Unsubscribe", "Mailing-List", "X-BeenThere", "X-Google-Group-Id", "X-Original-From", "X-Original-Sender",
	}
}

// traceFields are what servers on the way wrote. They are read apart from the others:
// however many there are, the others are read to their end.
func traceFields() []string { return []string{"Received", "Authentication-Results"} }

// maxHeader bounds what is read of a message, of each of the two, in bytes.
const maxHeader = 16 << 10

// A message is what is known of a message in the folder.
type message struct {
	uid imap.UID
	// receivedAt is when the server received it (INTERNALDATE): the legal clock
	// starts there.
	receivedAt time.Time
	header     textproto.MIMEHeader
	// trace are the fields that servers wrote, the newest first.
	trace textproto.MIMEHeader
	// broken says that the header could not be read to its end.
	broken  bool
	subject Reading
	// flagged says that the message is flagged already.
	flagged bool
}

// newMessage reads the fields of a header, and those that servers wrote.
func newMessage(uid imap.UID, receivedAt time.Time, fields, trace []byte) message {
	header, broken := readHeader(fields)
	// The end of what servers wrote may be cut off, or be the sender's; what stands above is
	// read in any case.
	servers, _ := readHeader(whole(trace))
	return message{
		uid: uid, receivedAt: receivedAt, header: header, trace: servers, broken: broken, subject: readSubjects(header.Values("Subject"), broken),
	}
}

func readHeader(fields []byte) (header textproto.MIMEHeader, broken bool) {
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
	return header, truncated || err != nil && !errors.Is(err, io.EOF)
}

// whole leaves out a last field that was cut off.
func whole(fields []byte) []byte {
	if len(fields) < maxHeader {
		return fields
	}
	for end := len(fields); end > 0; {
		end = bytes.LastIndexByte(fields[:end], '\n')
		if end < 0 {
			break
		}
		if next := end + 1; next < len(fields) && fields[next] != ' ' && fields[next] != '\t' {
			return fields[:next]
		}
	}
	return nil
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

// reading is what the message's subject says. A message with several subjects is not what
// anybody's program writes; what one of them asks for is for a person.
func (m message) reading() Reading { return m.subject }

func readSubjects(subjects []string, broken bool) Reading {
	all := Reading{Empty: true}
	for _, subject := range subjects {
		r := ReadSubject(subject)
		if all.Wish == Nothing {
			all.Wish, all.French = r.Wish, r.French
		}
		all.Forwarded, all.Mentions, all.Automatic = all.Forwarded || r.Forwarded, all.Mentions || r.Mentions, all.Automatic || r.Automatic
		all.Empty = all.Empty && r.Empty
	}
	if all.Wish != Nothing && len(subjects) > 1 || broken && len(subjects) == 0 {
		all.Wish = Unclear
	}
	return all
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
