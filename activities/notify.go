package activities

import (
	"context"
	"maps"
	"time"

	"go.temporal.io/sdk/activity"

	"ite.digital/lethe/dsr"
)

// A Notifier passes a notice on to people, outside of Lethe. Being told twice
// does no harm. The error is a [*connectors.Error].
type Notifier func(ctx context.Context, n Notice) error

// An Event is what a notice is about.
type Event string

const (
	// DeadlineNear: the request is due soon.
	DeadlineNear Event = "deadline_near"
	// Overdue: it was due and is not done.
	Overdue Event = "overdue"
	// Extended: it is due later than before.
	Extended Event = "extended"
	// Waiting: systems have been waiting for a person for days.
	Waiting Event = "waiting"
	// Discarded: answers to steps were discarded, for no worker of Lethe gave them.
	Discarded Event = "discarded"
	// Unarchived: every system has an outcome, and the report cannot be archived.
	Unarchived Event = "unarchived"
	// InForce: a restriction has been in force for long; is its ground still given?
	InForce Event = "in_force"
)

// A Notice says what people have to know of a request's deadline.
type Notice struct {
	RequestID string   `json:"request_id"`
	Kind      dsr.Kind `json:"kind"`
	// Event is what happened; empty in what workflows of before there were events
	// say, where Overdue decides.
	Event Event     `json:"event,omitempty"`
	DueAt time.Time `json:"due_at"`
	// Overdue is true for the event [Overdue], and for no other.
	Overdue bool `json:"overdue"`
	// At is when the workflow asked to tell people of it. It is the same in every
	// repetition, and differs between two notices of the same event.
	At time.Time `json:"at,omitzero"`
	// Missing names the systems that are not done, NeedsOperator those of them
	// that wait for a person.
	Missing       []string `json:"missing"`
	NeedsOperator []string `json:"needs_operator,omitempty"`
}

// complete fills in what the workflow left open.
func (n Notice) complete(asked time.Time) Notice {
	switch {
	case n.Event != "":
	case n.Overdue:
		n.Event = Overdue
	default:
		n.Event = DeadlineNear
	}
	n.Overdue = n.Event == Overdue
	if n.At.IsZero() {
		n.At = asked.UTC()
	}
	return n
}

// text is the notice's line in the log.
func (n Notice) text() string {
	switch n.Event {
	case Overdue:
		return "a request is overdue"
	case Extended:
		return "a request's deadline was extended"
	case InForce:
		return "a restriction is in force; see whether its ground is still given"
	case Unarchived:
		return "a request's report cannot be archived; lethe show says why"
	case Waiting:
		return "a request waits for a person"
	case Discarded:
		return "answers to a request's steps were discarded: no worker of Lethe gave them; see in Temporal who polls its task queues"
	default:
		return "a request's deadline comes near"
	}
}

// inLog is the name under which it is remembered that the log was told.
const inLog = "log"

// NotifyParams are the notice to pass on.
type NotifyParams struct {
	Binding
	Notice Notice `json:"notice"`
}

// Delivered is the answer of steps that pass something on.
type Delivered struct {
	Binding
}

// Notify tells people of a deadline: in the log, and through all notifiers side
// by side. The next attempt leaves out those that have passed the notice on, or
// have failed for good.
func (r *Requests) Notify(ctx context.Context, p NotifyParams) (Delivered, error) {
	n := p.Notice.complete(activity.GetInfo(ctx).ScheduledTime)
	all := map[string]Notifier{inLog: r.log}
	maps.Copy(all, r.Notifiers)
	told := resumeTelling(ctx, p.Binding, "")
	for name, notifier := range all {
		told.tell(ctx, name, func() error { return notifier(ctx, n) })
	}
	return Delivered{p.Binding}, told.failure(ctx)
}

func (r *Requests) log(_ context.Context, n Notice) error {
	r.Log.Warn().Str("request", n.RequestID).Str("kind", string(n.Kind)).Time("due", n.DueAt).
		Strs("missing", n.Missing).Strs("needs_operator", n.NeedsOperator).Msg(n.text())
	return nil
}
