package mailbox

import (
	"regexp"
	"slices"
	"strings"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
)

// Whether a message may be answered and whether it is looked at are two decisions.
// Marks of automation forbid answers, so that programs do not answer each other; they say
// nothing of whether a person has asked for something: groups, rules, forms and help desks
// set them on what people wrote. What need not be looked at has to show that it answers or
// reports on something that Lethe sent.

// mayBeAnswered reports whether a program may answer the message (RFC 3834 section 2, RFC
// 2919, RFC 3464). It does not say what the message is.
func (m message) mayBeAnswered(by distribution) bool {
	return m.programmed(by) == "" && m.header.Get("X-Loop") == "" &&
		// Of Exchange's values these speak of answers, the others of receipts only
		// ([MS-OXCMAIL] section 2.2.3.2.14).
		!m.says("X-Auto-Response-Suppress", "all", "autoreply", "oof")
}

// programmed says by which mark a program has written or passed on the message, or is
// empty. How a group of the company distributes mail is no such mark.
func (m message) programmed(by distribution) string {
	for _, field := range []string{"X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Failed-Recipients"} {
		if m.header.Get(field) != "" {
			return field
		}
	}
	precedence := []string{"bulk", "list", "junk", "auto_reply", "auto-reply"}
	if by == ownGroup {
		precedence = []string{"junk", "auto_reply", "auto-reply"}
	}
	switch {
	case slices.ContainsFunc(m.words("Auto-Submitted"), func(word string) bool { return word != "no" }):
		return "Auto-Submitted"
	case m.says("Precedence", precedence...):
		return "Precedence"
	case m.says("Return-Path", "<>"):
		return "Return-Path"
	case m.says("Content-Type", "multipart/report", "message/delivery-status"):
		return "Content-Type"
	default:
		return ""
	}
}

// A harmless message is one that is left alone, by the reason.
type harmless int

const (
	// notHarmless: the message is looked at.
	notHarmless harmless = iota
	// ownMessage: Lethe wrote it.
	ownMessage
	// reportOnOurs: a mail server or program reports on a message that Lethe sent.
	reportOnOurs
	// replyToOurs: a program answers a message that Lethe sent, as in somebody's absence.
	replyToOurs
)

// leftAlone says why a message need not be looked at: Lethe wrote it, or it carries the
// mark of a report or of an automatic answer and names a message that Lethe sent. Neither
// alone is enough: people answer Lethe's messages, and rules mark what people wrote.
func (k *keeper) leftAlone(m message) harmless {
	from, _ := m.from() // a report may have no sender that can be read
	if own, ok := k.sentID(m.header.Get("Message-Id")); ok && contains(k.Ours, from) && own.Domain == domainOf(from) {
		return ownMessage
	}
	if _, ok := k.answered(m); !ok {
		return notHarmless
	}
	local, _, _ := strings.Cut(strings.ToLower(from), "@")
	reading := m.reading()
	switch {
	case reading.Wish != Nothing || m.forwarded():
		return notHarmless
	case m.says("Content-Type", "multipart/report", "message/delivery-status"), m.header.Get("X-Failed-Recipients") != "",
		m.says("Return-Path", "<>") && (local == "mailer-daemon" || local == "postmaster"):
		return reportOnOurs
	case m.says("Auto-Submitted", "auto-replied"), m.says("Precedence", "auto_reply", "auto-reply"),
		m.header.Get("X-Autoreply") != "", m.header.Get("X-Auto-Reply") != "", m.header.Get("X-Autorespond") != "",
		// Exchange marks absences as it marks what its rules forward; the subject tells them
		// apart.
		m.says("Auto-Submitted", "auto-generated") && reading.Automatic:
		return replyToOurs
	default:
		return notHarmless
	}
}

// messageIDs matches the Message-IDs in a field (RFC 5322 section 3.6.4).
var messageIDs = regexp.MustCompile(`<[^<>\s]{1,300}>`)

// maxReferences bounds the Message-IDs that are read of a message.
const maxReferences = 200

// answered is the message of Lethe that a message names as the one that it answers or
// reports on; an acknowledgement before others.
func (k *keeper) answered(m message) (found mail.SentID, ok bool) {
	for _, field := range []string{"In-Reply-To", "References", "X-Ms-Exchange-Parent-Message-Id"} {
		for _, value := range m.header.Values(field) {
			for _, id := range messageIDs.FindAllString(value, maxReferences) {
				own, known := k.sentID(id)
				if known && (!ok || found.RequestID == "" && own.RequestID != "") {
					found, ok = own, true
				}
			}
		}
	}
	return found, ok
}

// sentID reads a Message-ID that Lethe gave: an acknowledgement's has a seal that nobody
// else can make, another one's is of a form and a domain of ours.
func (k *keeper) sentID(text string) (mail.SentID, bool) {
	id, ok := mail.ReadSentID(strings.TrimSpace(text))
	if !ok {
		return mail.SentID{}, false
	}
	if id.RequestID != "" {
		return id, id.Seal == k.seal(id.Kind, id.RequestID)
	}
	return id, slices.ContainsFunc(k.Ours, func(address string) bool { return domainOf(address) == id.Domain })
}

// seal is what an acknowledgement's Message-ID holds by which it is known to be ours.
func (k *keeper) seal(kind dsr.Kind, requestID string) string {
	return k.Namer("acknowledgement", string(kind), requestID)[:mail.SealLength]
}
