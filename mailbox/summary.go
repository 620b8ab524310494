package mailbox

import (
	"fmt"
	"strings"
)

// A Summary counts what became of the messages that were looked at.
type Summary struct {
	// Requests were handed in; Already had been handed in before.
	Requests, Already int
	// Person counts those that a person has to read, Untold those of them that could not be
	// flagged.
	Person, Untold int
	// Reports on, and automatic replies to, what Lethe sent are left alone, and its own
	// messages.
	Reports, Replies, Own int
	// NoRequest holds no word of a request.
	NoRequest int
	// Unacknowledged requests are handed in and not acknowledged yet; Waiting ones are not
	// handed in yet.
	Unacknowledged, Waiting int
}

func (s *Summary) leftAlone(why harmless) {
	switch why {
	case reportOnOurs:
		s.Reports++
	case replyToOurs:
		s.Replies++
	case ownMessage, notHarmless:
		s.Own++
	}
}

// String is one line that counts every message.
func (s Summary) String() string {
	var b strings.Builder
	b.WriteString(count(s.Requests+s.Already, "request", "requests"))
	var notes []string
	note := func(n int, one, many string) {
		if n > 0 {
			notes = append(notes, count(n, one, many))
		}
	}
	brackets := func() {
		if len(notes) > 0 {
			b.WriteString(" (" + strings.Join(notes, ", ") + ")")
		}
		notes = nil
	}
	note(s.Already, "known before", "known before")
	note(s.Unacknowledged, "not acknowledged yet", "not acknowledged yet")
	brackets()
	fmt.Fprintf(&b, ", %d for a person", s.Person)
	note(s.Untold, "could not be flagged", "could not be flagged")
	brackets()
	fmt.Fprintf(&b, ", %d left alone", s.Reports+s.Replies+s.Own)
	note(s.Reports, "report on our own mail", "reports on our own mail")
	note(s.Replies, "automatic reply to us", "automatic replies to us")
	note(s.Own, "message of our own", "messages of our own")
	brackets()
	fmt.Fprintf(&b, ", %d no request", s.NoRequest)
	if s.Waiting > 0 {
		fmt.Fprintf(&b, ", %d waiting", s.Waiting)
	}
	return b.String()
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// report logs what was found, if anything. Nothing in it is of a person.
func (k *keeper) report(s Summary) {
	if s == (Summary{}) {
		return
	}
	k.Log.Info().Int("submitted", s.Requests).Int("already_submitted", s.Already).Int("needs_person", s.Person).Int("not_flagged", s.Untold).
		Int("reports_on_ours", s.Reports).Int("replies_to_ours", s.Replies).Int("own", s.Own).Int("no_request", s.NoRequest).
		Int("acknowledged_later", s.Unacknowledged).Int("waiting", s.Waiting).Msg("looked through the mailbox")
}
