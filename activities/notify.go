package activities

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

	"ite.digital/lethe/connectors"
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
	case Waiting:
		return "a request waits for a person"
	default:
		return "a request's deadline comes near"
	}
}

// inLog is the name under which it is remembered that the log was told.
const inLog = "log"

// Notify tells people of a deadline: in the log, and through all notifiers side
// by side. The next attempt leaves out those that have passed the notice on, or
// have failed for good.
func (r *Requests) Notify(ctx context.Context, n Notice) error {
	n = n.complete(activity.GetInfo(ctx).ScheduledTime)
	all := map[string]Notifier{inLog: r.log}
	maps.Copy(all, r.Notifiers)
	told := resumeTelling(ctx)
	var telling sync.WaitGroup
	for name, notifier := range all {
		if !told.settled(name) {
			telling.Go(func() { told.note(ctx, name, tell(ctx, notifier, n)) })
		}
	}
	telling.Wait()
	if err := told.err(); err != nil {
		return failure(ctx, err, Trace{Attempts: attempt(ctx)})
	}
	return nil
}

func (r *Requests) log(_ context.Context, n Notice) error {
	r.Log.Warn().Str("request", n.RequestID).Str("kind", string(n.Kind)).Time("due", n.DueAt).
		Strs("missing", n.Missing).Strs("needs_operator", n.NeedsOperator).Msg(n.text())
	return nil
}

// tell turns a panic into an error: the text of a panic may hold anything.
func tell(ctx context.Context, notifier Notifier, n Notice) (err error) {
	defer func() {
		if recover() != nil {
			err = errUnexpected
		}
	}()
	return notifier(ctx, n)
}

// progress is what an attempt leaves for the next one, in its heartbeats.
type progress struct {
	// Told names the notifiers that have passed the notice on.
	Told []string `json:"told,omitempty"`
	// Failed holds the errors of those that will not, by name.
	Failed map[string]lasting `json:"failed,omitempty"`
}

// A lasting error is one that another attempt would only repeat.
type lasting struct {
	Class  connectors.Class `json:"class"`
	System string           `json:"system"`
	Reason string           `json:"reason"`
}

// telling is one attempt to tell everybody.
type telling struct {
	mu       sync.Mutex
	progress progress
	// again are the errors that pass.
	again []*connectors.Error
}

// resumeTelling goes on where the last attempt ended. What cannot be read is
// none: to be told twice does no harm.
func resumeTelling(ctx context.Context) *telling {
	t := &telling{}
	if activity.HasHeartbeatDetails(ctx) && activity.GetHeartbeatDetails(ctx, &t.progress) != nil {
		t.progress = progress{}
	}
	if t.progress.Failed == nil {
		t.progress.Failed = map[string]lasting{}
	}
	return t
}

// settled reports whether there is nothing left to do for the notifier.
func (t *telling) settled(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, failed := t.progress.Failed[name]
	return failed || slices.Contains(t.progress.Told, name)
}

// note keeps what came of a notifier, and tells Temporal at once.
func (t *telling) note(ctx context.Context, name string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := errUnexpected
	switch {
	case err == nil:
		t.progress.Told = append(t.progress.Told, name)
	case ctx.Err() != nil: // says nothing of the notifier
		return
	case errors.As(err, &known) && known.Class == connectors.Transient:
		t.again = append(t.again, known)
		return
	default:
		t.progress.Failed[name] = lasting{Class: known.Class, System: known.System, Reason: known.Error()}
	}
	activity.RecordHeartbeat(ctx, t.progress)
}

// err is the error that passes first, if any, so that there is another attempt;
// then those that last.
func (t *telling) err() error {
	if len(t.again) > 0 {
		return slices.MinFunc(t.again, func(a, b *connectors.Error) int { return cmp.Compare(a.RetryAfter, b.RetryAfter) })
	}
	var last *connectors.Error
	for _, name := range slices.Sorted(maps.Keys(t.progress.Failed)) {
		failed := t.progress.Failed[name]
		if last == nil {
			last = &connectors.Error{Class: failed.Class, System: failed.System, Reason: failed.Reason}
			continue
		}
		last.Reason += "; " + failed.Reason
	}
	if last == nil {
		return nil
	}
	return last
}
