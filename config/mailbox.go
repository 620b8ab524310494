package config

import (
	"net"
	netmail "net/mail"
	"slices"
	"time"

	"ite.digital/lethe/mail"
)

const (
	// DefaultPoll is how often the mailbox is looked through, unless configured,
	// where the server tells nothing.
	DefaultPoll = 5 * time.Minute

	shortestPoll = 10 * time.Second
	// DefaultMaxPerDay is how many requests are handed in within 24 hours, unless
	// configured: more than people write to a company of some size, and fewer than
	// operators could look at.
	DefaultMaxPerDay = 100

	mostPerDay = 100_000
	// longestPoll ends IDLE before servers take the connection for abandoned (RFC
	// 2177: after 29 minutes).
	longestPoll = 25 * time.Minute

	// imapsPort is the port on which servers speak TLS from the first byte (RFC 8314
	// section 3.2).
	imapsPort = 993
)

// A Mailbox says from which mailbox requests are taken.
type Mailbox struct {
	// Host and Port are the server's, Security protects the connection.
	Host     string
	Port     int
	Security mail.Security
	// Username and Password sign in.
	Username, Password string
	// Folder is where messages arrive, and Done where those go that are dealt with;
	// empty leaves them where they are.
	Folder, Done string
	// Poll is how often the folder is looked through if the server tells nothing.
	Poll time.Duration
	// Since leaves out what was received on earlier days; zero leaves out nothing.
	Since time.Time
	// MaxPerDay is how many requests are handed in within 24 hours; the others wait in
	// the folder.
	MaxPerDay int
	// Acknowledge says that people are told of the arrival of their request.
	Acknowledge bool
	// From is the sender of what they are told; nil means that of notify.email.
	From *netmail.Address
}

// mailbox reads from which mailbox requests are taken; nil from none.
func (l *loader) mailbox(entries map[string]entry, notify Notify) *Mailbox {
	e, ok := entries["mailbox"]
	if !ok {
		return nil
	}
	parts := e.value.entries()
	e.value.refuseUnknown(parts, []string{"server", "tls", "username", "password", "folder", "done", "poll", "since", "max_per_day", "acknowledge", "from"}, nil)
	for _, need := range [][2]string{
		{"server", "the IMAP server's host and port, such as imap.example.com:993"}, {"username", "the name to sign in with"},
		{"password", "a reference to the password of username"},
	} {
		if _, ok := parts[need[0]]; !ok {
			e.value.needed(need[0], need[1])
		}
	}
	m := &Mailbox{
		Security: mail.STARTTLS, Folder: "INBOX", Poll: DefaultPoll, MaxPerDay: DefaultMaxPerDay, Acknowledge: notify.Email != nil,
		Username: lineOf(parts, "username"), Done: lineOf(parts, "done"),
	}
	l.mailboxServer(parts, m)
	if part, ok := parts["folder"]; ok {
		m.Folder = part.value.line()
	}
	if part, ok := parts["done"]; ok && m.Done != "" && m.Done == m.Folder {
		part.value.refuse("is the folder in which messages arrive; name another one, or leave it out")
	}
	if part, ok := parts["poll"]; ok {
		m.Poll = duration(part.value, shortestPoll, longestPoll, "such as 5m")
	}
	if part, ok := parts["since"]; ok {
		m.Since = since(part.value)
	}
	if part, ok := parts["max_per_day"]; ok {
		m.MaxPerDay = part.value.count(mostPerDay, "how many requests are handed in within 24 hours")
	}
	acknowledging(parts, m, notify)
	return m
}

// mailboxServer reads how to reach the server and to sign in. Its port says how the
// connection is protected, unless the key tls does.
func (l *loader) mailboxServer(parts map[string]entry, m *Mailbox) {
	server, named := parts["server"]
	if named {
		text, _ := server.value.text()
		var err error
		if m.Host, m.Port, err = mail.ParseServer(text); err != nil && text != "" {
			server.value.refuse("is not the address of a mail server; write host:port, such as imap.example.com:993")
		}
		if m.Port == imapsPort {
			m.Security = mail.Implicit
		}
	}
	if part, ok := parts["tls"]; ok {
		text, ok := part.value.text()
		m.Security = mail.Security(text)
		switch known := []mail.Security{mail.STARTTLS, mail.Implicit, mail.Plain}; {
		case ok && !slices.Contains(known, m.Security):
			part.value.refuse("is none of starttls, implicit, none; leave it out: port 993 is implicit, every other one starttls; none is for a server on this machine")
		case m.Security == mail.Plain && !onThisMachine(m.Host):
			part.value.refuse("the password would be sent in clear; none is for a server on this machine, such as localhost:143")
		}
	}
	if part, ok := parts["password"]; ok {
		part.value.secret = true
		m.Password, _ = l.secret(part.value)
	}
}

func onThisMachine(host string) bool {
	return host == "" || host == "localhost" || net.ParseIP(host).IsLoopback()
}

func since(v value) time.Time {
	text, ok := v.text()
	if !ok {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		v.refuse("is not a date, such as 2026-11-01")
	}
	return day
}

// acknowledging reads whether people are told that their request has arrived, and by
// whom.
func acknowledging(parts map[string]entry, m *Mailbox, notify Notify) {
	if part, ok := parts["from"]; ok {
		m.From = address(part.value)
	}
	part, ok := parts["acknowledge"]
	if !ok {
		return
	}
	if m.Acknowledge = part.value.yes(); m.Acknowledge && notify.Email == nil {
		part.value.refuse("needs a mail server to send by; fill in notify.email")
	}
}
