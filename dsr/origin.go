package dsr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A MailOrigin says how the address of a request that came by mail was obtained, so that
// an operator can judge whose request it is. It holds codes and times: no address, and
// nothing that the sender wrote.
type MailOrigin struct {
	// Via is how the message reached the mailbox.
	Via MailRoute `json:"via"`
	// Authentication is what the company's own mail server found about the From line.
	Authentication MailAuthentication `json:"authentication"`
	// ReceivedBy is where [Request.ReceivedAt] was read.
	ReceivedBy MailClock `json:"received_by"`
	// DatedAt is the sender's own Date, if it differs from the day of receipt by more
	// than a day; zero otherwise. It proves nothing.
	DatedAt time.Time `json:"dated_at,omitzero"`
}

// A MailRoute is how a message reached the mailbox.
type MailRoute string

const (
	// MailDirect: the message was sent, or redirected unchanged, to the mailbox.
	MailDirect MailRoute = "direct"
	// MailGroup: one of the company's own groups distributed the message and kept its
	// From line.
	MailGroup MailRoute = "group"
)

// A MailAuthentication is the result of the checks on a From line (RFC 8601), by the
// company's own mail server.
type MailAuthentication string

const (
	// MailNotChecked: no result of a server that the configuration names is there.
	MailNotChecked MailAuthentication = "not_checked"
	// MailDMARC: the From line's domain vouches for the message by DMARC (RFC 7489).
	MailDMARC MailAuthentication = "dmarc_pass"
	// MailDKIM: a signature of the From line's domain is valid (RFC 6376).
	MailDKIM MailAuthentication = "dkim_pass"
	// MailUnproven: the checks neither passed nor failed.
	MailUnproven MailAuthentication = "unproven"
	// MailFailed: the message failed DMARC. Such a message never becomes a request by
	// itself.
	MailFailed MailAuthentication = "failed"
)

// Passed reports whether the From line's domain vouches for the message.
func (a MailAuthentication) Passed() bool { return a == MailDMARC || a == MailDKIM }

// A MailClock is the source of the time of receipt.
type MailClock string

const (
	// MailboxClock: the mail server's INTERNALDATE (RFC 3501 section 2.3.3).
	MailboxClock MailClock = "internaldate"
	// ReceivedClock: a Received line of a server of the company (RFC 5321 section
	// 4.4), which is earlier: the message was moved into the mailbox afterwards.
	ReceivedClock MailClock = "received_line"
)

// check says what is wrong with the origin, if anything.
func (o *MailOrigin) check(channel Channel) error {
	switch {
	case o == nil:
		return nil
	case channel != ChannelMail:
		return errors.New("is for what came by mail only")
	case !slices.Contains([]MailRoute{MailDirect, MailGroup}, o.Via):
		return errors.New("via is not known")
	case !slices.Contains([]MailAuthentication{MailNotChecked, MailDMARC, MailDKIM, MailUnproven, MailFailed}, o.Authentication):
		return errors.New("authentication is not known")
	case !slices.Contains([]MailClock{MailboxClock, ReceivedClock}, o.ReceivedBy):
		return errors.New("received_by is not known")
	}
	return nil
}

// Sentences say, for operators, how the address was obtained and when the message came.
// received is [Request.ReceivedAt], in the time zone in which days are counted.
func (o MailOrigin) Sentences(received time.Time) []string {
	via := "the address is in the From line of a message sent to the mailbox"
	if o.Via == MailGroup {
		via = "the address is in the From line of a message that a group of the company distributed"
	}
	from := map[MailAuthentication]string{
		MailDMARC: "From: passed DMARC", MailDKIM: "From: passed DKIM of its domain", MailUnproven: "From: neither passed nor failed",
		MailFailed: "From: failed DMARC",
	}[o.Authentication]
	if from == "" {
		from = "From: not checked"
	}
	came := "received on " + received.Format(time.DateOnly)
	if o.ReceivedBy == ReceivedClock {
		came += " by a server of the company, and moved into the mailbox later"
	}
	if !o.DatedAt.IsZero() {
		came += fmt.Sprintf("; the sender's Date says %s, which proves nothing", o.DatedAt.In(received.Location()).Format(time.DateOnly))
	}
	return []string{via, from, came}
}

// FollowUps are the messages with which the person answered the acknowledgement of their
// request. What they say is in the mailbox only.
type FollowUps struct {
	// Messages counts all, Unread those that no operator has read.
	Messages int `json:"messages"`
	Unread   int `json:"unread"`
	// LastAt is when the last one was received.
	LastAt time.Time `json:"last_at"`
	// ReadBy is the operator who last read them.
	ReadBy string `json:"read_by,omitempty"`
}

// Sentence says that the person has written and nobody has read it; empty if nothing is
// unread. zone is where days are counted.
func (f *FollowUps) Sentence(zone *time.Location) string {
	if f == nil || f.Unread == 0 {
		return ""
	}
	day := f.LastAt.In(zone).Format(time.DateOnly)
	if f.Unread == 1 {
		return "the person has written again on " + day + ", after the acknowledgement; read it in the mailbox"
	}
	return fmt.Sprintf("the person has written %d times after the acknowledgement, last on %s; read it in the mailbox", f.Unread, day)
}

// ApprovalNote is what an operator has to know before approving a request that came by
// mail, apart from its records: first what is unread, then how the address was obtained.
// It is empty for other requests.
func (r Report) ApprovalNote() string {
	zone := r.DueAt.Location()
	var parts []string
	if text := r.FollowUps.Sentence(zone); text != "" {
		parts = append(parts, text)
	}
	if r.Mail != nil {
		parts = append(parts, r.Mail.Sentences(r.ReceivedAt.In(zone))...)
	}
	return strings.Join(parts, "; ")
}
