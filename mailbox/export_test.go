package mailbox

import (
	"time"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/mail"
)

// StopAfter returns the options with something that is told which step of a request
// was taken last.
func (o Options) StopAfter(after func(step string)) Options {
	o.after = after
	return o
}

// Steps are the steps of a request, in their order.
func Steps() []string { return []string{stepSubmitted, stepAcknowledged, stepMarked, stepMoved} }

// Judge says what comes of a message with these header fields: "no request", "left alone",
// "person" with the reason, or "request".
func Judge(o Options, fields string, received time.Time) (what string, r dsr.Request, reason error) {
	j := newKeeper(o).judge(newMessage(1, received, []byte(fields), []byte(fields)))
	return map[verdict]string{noRequest: "no request", alone: "left alone", forPerson: "person", isRequest: "request"}[j.verdict], j.letter.request, j.reason
}

// MayBeAnswered reports whether a program may answer a message with these fields.
func MayBeAnswered(fields string) bool {
	return newMessage(1, time.Time{}, []byte(fields), nil).mayBeAnswered(noList)
}

// Authentication is what the fields say of the sender, by that server.
func Authentication(fields, authservID, from string) dsr.MailAuthentication {
	return newMessage(1, time.Time{}, nil, []byte(fields)).authentication(authservID, from)
}

// Sealed is the Message-ID of the acknowledgement of a request.
func Sealed(o Options, kind dsr.Kind, requestID, domain string) string {
	return "<" + mail.SentID{Kind: kind, RequestID: requestID, Seal: newKeeper(o).seal(kind, requestID), Domain: domain}.String() + ">"
}
