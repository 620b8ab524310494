package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

// compose writes the message for the receiver.
func (s *Sender) compose(n activities.Notice) *gomail.Msg {
	now := s.settings.now()
	message := s.begin(n.At.UTC().Format(time.RFC3339Nano), string(n.Event), n.DueAt.UTC().Format(time.RFC3339), n.RequestID, string(n.Kind))
	message.Subject(Subject(n, now))
	// The messages of a request stand together, and nobody's absence answers them
	// (RFC 3834 section 5).
	message.SetGenHeader("References", "<"+s.messageID(n.RequestID, string(n.Kind))+">")
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetBodyString(gomail.TypeTextPlain, Text(n, now))
	return message
}

// begin begins a message to the receiver, which is the same by its Message-ID as any
// other of the same parts.
func (s *Sender) begin(parts ...string) *gomail.Msg {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	message.FromMailAddress(s.settings.From)
	message.ToMailAddress(s.to)
	message.SetDateWithValue(s.settings.now())
	message.SetMessageIDWithValue(s.messageID(parts...))
	return message
}

// messageID is the same for the same parts, receiver and sender.
func (s *Sender) messageID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(append(parts, s.to.Address), "\x00")))
	_, domain, _ := strings.Cut(s.settings.From.Address, "@")
	return "lethe." + hex.EncodeToString(sum[:16]) + "@" + domain
}

// SealLength is how many hexadecimal digits a seal has.
const SealLength = 16

// A SentID is the Message-ID of a message that Lethe sent. That of an acknowledgement names
// the request, so that an answer is known to be about it, and holds a seal by which those
// who made it know that it is theirs.
type SentID struct {
	// Kind, RequestID and Seal are an acknowledgement's; empty for other messages.
	Kind            dsr.Kind
	RequestID, Seal string
	// Domain is the sender's, in small letters.
	Domain string
}

// String is an acknowledgement's Message-ID without its angle brackets.
func (id SentID) String() string {
	return "lethe." + string(id.Kind) + "." + id.RequestID + "." + id.Seal + "@" + id.Domain
}

var (
	noticeID          = regexp.MustCompile(`^<lethe\.[0-9a-f]{32}@([^<>@\s]{1,255})>$`)
	acknowledgementID = regexp.MustCompile(`^<lethe\.([a-z]{1,20})\.([A-Za-z0-9._-]{1,64})\.([0-9a-f]{16})@([^<>@\s]{1,255})>$`)
)

// ReadSentID reads a Message-ID, in its angle brackets, that has the form of those that
// Lethe gives. Whether Lethe gave it the seal says, or the domain.
func ReadSentID(text string) (SentID, bool) {
	if parts := acknowledgementID.FindStringSubmatch(text); parts != nil {
		return SentID{Kind: dsr.Kind(parts[1]), RequestID: parts[2], Seal: parts[3], Domain: strings.ToLower(parts[4])}, true
	}
	if parts := noticeID.FindStringSubmatch(text); parts != nil {
		return SentID{Domain: strings.ToLower(parts[1])}, true
	}
	return SentID{}, false
}

// Subject is the line by which people see what a notice is about.
func Subject(n activities.Notice, now time.Time) string {
	request := "Lethe: " + line(string(n.Kind)) + " request " + line(n.RequestID)
	switch n.Event {
	case activities.Overdue:
		return request + " is overdue"
	case activities.Extended:
		return request + " is extended, now due on " + date(n.DueAt)
	case activities.InForce:
		return request + " is in force"
	case activities.Waiting:
		return request + " waits for a person"
	case activities.Unarchived:
		return request + " is not completed: its report cannot be archived"
	case activities.Discarded:
		return request + " receives answers that are not Lethe's"
	default:
		return request + " is due " + left(n.DueAt, now)
	}
}

// Text is a notice for people: what it is about, what is missing, what to do.
func Text(n activities.Notice, now time.Time) string {
	var b strings.Builder
	request := "The " + line(string(n.Kind)) + " request " + line(n.RequestID)
	due := moment(n.DueAt)
	switch n.Event {
	case activities.Overdue:
		fmt.Fprintf(&b, "%s is overdue: it was due on %s.\n", request, due)
	case activities.Extended:
		fmt.Fprintf(&b, "The deadline of the %s request %s was extended.\nIt is now due on %s.\n", line(string(n.Kind)), line(n.RequestID), due)
	case activities.InForce:
		fmt.Fprintf(&b, "%s has been in force for months.\nSee whether its ground is still given; if not, lift it: lethe lift %s\n", request, line(n.RequestID))
	case activities.Waiting:
		fmt.Fprintf(&b, "%s has been waiting for a person for days. It is due on %s: %s.\n", request, due, left(n.DueAt, now))
	case activities.Unarchived:
		fmt.Fprintf(&b, "The report of the %s request %s cannot be archived. Every system is done, and the request is not completed before\n"+
			"its report is archived. That is tried again until it works: see to the archive, or to its credentials.\n"+
			"The request is due on %s: %s.\n", line(string(n.Kind)), line(n.RequestID), due, left(n.DueAt, now))
	case activities.Discarded:
		fmt.Fprintf(&b, "Answers to steps of the %s request %s were discarded: they are not encrypted with its key, or belong to other steps.\n"+
			"Nothing of them is believed. Somebody else answers Lethe's steps, or a worker runs with the keys of another installation:\n"+
			"see in Temporal who polls Lethe's task queues, and stop it. The request is due on %s: %s.\n", line(string(n.Kind)), line(n.RequestID), due, left(n.DueAt, now))
	default:
		fmt.Fprintf(&b, "%s is due on %s: %s.\n", request, due, left(n.DueAt, now))
	}
	b.WriteString(missing(n))
	b.WriteString(whatToDo(n))
	b.WriteString("\n-- \nSent by Lethe. Nobody reads answers to this message.\n")
	return b.String()
}

// maxNames bounds the systems that a message lists.
const maxNames = 100

// missing lists the systems that are not done.
func missing(n activities.Notice) string {
	if n.Event == activities.Unarchived {
		return ""
	}
	if len(n.Missing) == 0 {
		return "\nEvery system is done; the request waits for its last look.\n"
	}
	var b strings.Builder
	b.WriteString("\nNot done yet:\n")
	for i, name := range n.Missing {
		if i == maxNames {
			fmt.Fprintf(&b, "  and %d more\n", len(n.Missing)-maxNames)
			break
		}
		state := "in work; Lethe goes on by itself"
		if slices.Contains(n.NeedsOperator, name) {
			state = "waits for a person"
		}
		fmt.Fprintf(&b, "  %s: %s\n", line(name), state)
	}
	return b.String()
}

// whatToDo names the commands that lead on.
func whatToDo(n activities.Notice) string {
	text := "\nWhat to do:\n" +
		"  lethe show " + line(n.RequestID) + "   shows each system, what it asks and which command answers\n"
	if n.Event == activities.Unarchived {
		text = "\nWhat to do:\n  lethe show " + line(n.RequestID) + "   says why it cannot be archived\n"
	}
	if len(n.NeedsOperator) > 0 {
		text += "  lethe tasks   lists all that waits for a person, in every request\n"
	}
	return text
}

// left says how many days of the calendar are left, where the deadline is.
func left(due, now time.Time) string {
	switch days := daysBetween(now.In(due.Location()), due); {
	case now.After(due):
		return "since " + date(due)
	case days == 0:
		return "today"
	case days == 1:
		return "tomorrow"
	default:
		return fmt.Sprintf("in %d days", days)
	}
}

func daysBetween(from, to time.Time) int {
	midnight := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(midnight(to).Sub(midnight(from)) / (24 * time.Hour))
}

func date(t time.Time) string { return t.Format("Monday, 2 January 2006") }

func moment(t time.Time) string { return t.Format("Monday, 2 January 2006, 15:04 (UTC-07:00)") }

// maxLine bounds a name within a message, in bytes.
const maxLine = 200

// line keeps a text within its line, whoever wrote it.
func line(text string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	if len(clean) > maxLine {
		clean = strings.ToValidUTF8(clean[:maxLine], "") + "…"
	}
	return clean
}
