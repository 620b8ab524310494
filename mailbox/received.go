package mailbox

import (
	"net/mail"
	"strings"
	"time"

	"ite.digital/lethe/dsr"
)

// aDay is from when on the sender's own Date counts as another one than the day of
// receipt.
const aDay = 24 * time.Hour

// received is when a server of the company first had the message: the legal clock starts
// there. INTERNALDATE is later for a message that was moved here from another account. The
// topmost Received line is of the last server that took the message, which is ours or
// works for us; below it, lines count as long as they are of servers that the
// configuration names. Anything below is the sender's word.
func (m message) received(receivedBy []string, now time.Time) (time.Time, dsr.MailClock) {
	at, clock := m.receivedAt, dsr.MailboxClock
	if at.IsZero() || at.After(now) { // the server's clock is ahead
		at = now
	}
	for i, line := range m.trace.Values("Received") {
		by, when := readReceived(line)
		if i > 0 && !inDomains(by, func(host string) bool { return contains(receivedBy, host) }) {
			break
		}
		if !when.IsZero() && when.Before(at) {
			at, clock = when, dsr.ReceivedClock
		}
	}
	// A server writes INTERNALDATE moments after its line: that is the same receipt.
	if m.receivedAt.Sub(at) < time.Hour {
		clock = dsr.MailboxClock
	}
	return at, clock
}

// dated is the sender's own Date if it is more than a day from the time of receipt.
func (m message) dated(received time.Time) time.Time {
	date, err := mail.ParseDate(m.header.Get("Date"))
	if err != nil || date.Sub(received).Abs() <= aDay {
		return time.Time{}
	}
	return date.UTC()
}

// readReceived reads the server's name and the time of a Received line (RFC 5321 section
// 4.4); either is empty where it is not understood.
func readReceived(line string) (by string, at time.Time) {
	line = withoutComments(line)
	clauses, date := line, ""
	if end := strings.LastIndexByte(line, ';'); end >= 0 {
		clauses, date = line[:end], line[end+1:]
	}
	words := strings.Fields(clauses)
	for i := 0; i+1 < len(words); i += 2 {
		if strings.EqualFold(words[i], "by") {
			by = strings.ToLower(strings.TrimSuffix(words[i+1], "."))
			break
		}
	}
	at, err := mail.ParseDate(strings.TrimSpace(date))
	if err != nil {
		return by, time.Time{}
	}
	return by, at
}

// withoutComments leaves out what is in brackets, which may be nested.
func withoutComments(text string) string {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && depth > 0:
			i++
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			if depth--; depth == 0 {
				b.WriteByte(' ')
			}
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}
