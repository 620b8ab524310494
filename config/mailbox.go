package config

import (
	"net"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

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
	// Groups are the addresses of the company's own groups that hand mail on to the
	// mailbox, Domains the company's own, and ReceivedBy its mail servers.
	Groups, Domains, ReceivedBy []string
	// AuthservID is the id of the company's mail server in Authentication-Results; empty if
	// nothing checks who sends.
	AuthservID string
	// Others is what becomes of messages that are not of the announced form: flag, leave or
	// all.
	Others string
}

// othersWords are what others may be; the first is the default.
var othersWords = []string{"flag", "leave", "all"}

// domainName matches a domain or a host, as it stands in the DNS (RFC 1035 section 2.3.1,
// RFC 5890).
var domainName = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{2,63}$`)

// authservID matches the id of a server in Authentication-Results (RFC 8601 section 2.5):
// as a rule its name.
var authservID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,200}$`)

// mailbox reads from which mailbox requests are taken; nil from none.
func (l *loader) mailbox(entries map[string]entry, notify Notify) *Mailbox {
	e, ok := entries["mailbox"]
	if !ok {
		return nil
	}
	parts := e.value.entries()
	e.value.refuseUnknown(parts, []string{"server", "tls", "username", "password", "folder", "done", "poll", "since", "max_per_day", "acknowledge", "from",
		"groups", "domains", "received_by", "authserv_id", "others"}, nil)
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
	senders(parts, m)
	return m
}

// senders reads how it is known whose request a message is, and what becomes of those of
// no announced form.
func senders(parts map[string]entry, m *Mailbox) {
	if part, ok := parts["groups"]; ok {
		for _, item := range part.value.items() {
			if a := address(item); a != nil {
				m.Groups = append(m.Groups, a.Address)
			}
		}
		part.value.needsItems("addresses of groups, such as [privacy-group@example.com]")
	}
	if part, ok := parts["domains"]; ok {
		m.Domains = part.value.domains("is not a domain, such as example.com, without @, one of other letters in its xn-- form")
		part.value.needsItems("domains of the company, such as [example.com]")
	}
	if part, ok := parts["received_by"]; ok {
		m.ReceivedBy = part.value.domains("is not the name of a mail server, such as mx.example.com, as it stands after by in Received lines")
		part.value.needsItems("names of the company's mail servers, such as [mx.example.com]")
	}
	if part, ok := parts["authserv_id"]; ok {
		m.AuthservID = part.value.line()
		if m.AuthservID != "" && !authservID.MatchString(m.AuthservID) {
			part.value.refuse("is not the id of a server; write what stands first in the Authentication-Results lines of your mail server, such as mx.example.com")
		}
	}
	m.Others = othersWords[0]
	if part, ok := parts["others"]; ok {
		text, ok := part.value.text()
		if m.Others = text; ok && !slices.Contains(othersWords, text) {
			part.value.refuse("is none of %s; leave it out for flag: a person is asked about what may be a request", strings.Join(othersWords, ", "))
		}
	}
}

// domains reads a list of domains or hosts, in small letters.
func (v value) domains(refusal string) (names []string) {
	for _, item := range v.items() {
		text, ok := item.text()
		if !ok {
			continue
		}
		if !domainName.MatchString(text) {
			item.refuse("%s", refusal)
			continue
		}
		names = append(names, strings.ToLower(text))
	}
	return names
}

// needsItems refuses an empty list.
func (v value) needsItems(what string) {
	if v.node.Kind == yaml.SequenceNode && len(v.node.Content) == 0 {
		v.refuse("is empty; write %s, or leave the key out", what)
	}
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
