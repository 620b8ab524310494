package mailbox

import (
	"time"

	"ite.digital/lethe/dsr"
)

// StopAfter returns the options with something that is told which step of a request
// was taken last.
func (o Options) StopAfter(after func(step string)) Options {
	o.after = after
	return o
}

// Steps are the steps of a request, in their order.
func Steps() []string { return []string{stepSubmitted, stepAcknowledged, stepMarked, stepMoved} }

// Judge says what comes of a message with these header fields, and of whom it would be
// acknowledged: "unrelated", "automatic", "person" with the reason, or "request".
func Judge(o Options, fields string, received time.Time) (what string, r dsr.Request, reason error) {
	judged, l, reason := newKeeper(o).judge(newMessage(1, received, []byte(fields)))
	return map[verdict]string{unrelated: "unrelated", automatic: "automatic", forPerson: "person", isRequest: "request"}[judged], l.request, reason
}
