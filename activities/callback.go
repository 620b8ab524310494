package activities

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"go.temporal.io/sdk/activity"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// A Callback tells the intake system that handed a request in where it stands. It
// holds nothing by which the subject could be recognised.
type Callback struct {
	RequestID string   `json:"request_id"`
	Kind      dsr.Kind `json:"kind"`
	// Controller is the id under which the gateway knows the receiver.
	Controller string `json:"controller"`
	// URLs are told, all of them and each on its own.
	URLs []string `json:"urls"`
	// Unused are the identities by which nothing could be searched.
	Unused   []dsr.UnusedIdentity `json:"unused,omitempty"`
	Progress dsr.Progress         `json:"progress"`
}

// NewCallback is what the request's intake is to be told. There is nobody to tell if
// it has no URLs.
func NewCallback(r dsr.Request, p dsr.Progress) Callback {
	c := Callback{RequestID: r.ID, Kind: r.Kind, Progress: p}
	if r.Intake != nil {
		c.Controller, c.URLs, c.Unused = r.Intake.Controller, r.Intake.Callbacks, r.Intake.Unused
	}
	return c
}

// A CallbackSender tells one of the URLs. To be told twice does no harm. The error
// is a [*connectors.Error].
type CallbackSender func(ctx context.Context, url string, c Callback) error

// Callbacks are the steps that tell intake systems.
type Callbacks struct {
	// Send is nil if the configuration has no gateway.
	Send CallbackSender
}

// CallBack tells every URL, side by side. The next attempt leaves out those that
// were told, or have refused for good. The error is about the URLs that refused; it
// comes when all others were told.
func (s *Callbacks) CallBack(ctx context.Context, c Callback) error {
	if s.Send == nil {
		return failure(ctx, &connectors.Error{Class: connectors.Misconfigured, System: callbackSystem,
			Reason: "lethe.yaml has no gateway, whose key signs callbacks"}, Trace{Attempts: attempt(ctx)})
	}
	called := resumeCalling(ctx)
	var calling sync.WaitGroup
	for i, url := range c.URLs {
		if !called.settled(i) {
			calling.Go(func() { called.note(ctx, i, s.send(ctx, url, c)) })
		}
	}
	calling.Wait()
	if err := called.err(); err != nil {
		return failure(ctx, err, Trace{Attempts: attempt(ctx)})
	}
	return nil
}

// callbackSystem is what receivers of callbacks are called in errors.
const callbackSystem = "callback"

// send turns a panic into an error: the text of a panic may hold anything.
func (s *Callbacks) send(ctx context.Context, url string, c Callback) (err error) {
	defer func() {
		if recover() != nil {
			err = errUnexpected
		}
	}()
	return s.Send(ctx, url, c)
}

// called is what an attempt leaves for the next one, in its heartbeats. URLs are
// known by their places in the list.
type called struct {
	Told []int `json:"told,omitempty"`
	// Refused holds why, for those that another attempt would not change.
	Refused map[int]refusal `json:"refused,omitempty"`
}

type refusal struct {
	Class  connectors.Class `json:"class"`
	Reason string           `json:"reason"`
}

// calls is one attempt to tell everybody.
type calls struct {
	mu     sync.Mutex
	called called
	// again are the errors that pass.
	again []*connectors.Error
}

// resumeCalling goes on where the last attempt ended. What cannot be read is none: to
// be told twice does no harm.
func resumeCalling(ctx context.Context) *calls {
	c := &calls{}
	if activity.HasHeartbeatDetails(ctx) && activity.GetHeartbeatDetails(ctx, &c.called) != nil {
		c.called = called{}
	}
	if c.called.Refused == nil {
		c.called.Refused = map[int]refusal{}
	}
	return c
}

func (c *calls) settled(i int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, refused := c.called.Refused[i]
	return refused || slices.Contains(c.called.Told, i)
}

// note keeps what came of a URL, and tells Temporal at once.
func (c *calls) note(ctx context.Context, i int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := errUnexpected
	switch {
	case err == nil:
		c.called.Told = append(c.called.Told, i)
	case ctx.Err() != nil: // says nothing of the receiver
		return
	case errors.As(err, &known) && known.Class == connectors.Transient:
		c.again = append(c.again, known)
		return
	default:
		c.called.Refused[i] = refusal{Class: known.Class, Reason: known.Error()}
	}
	activity.RecordHeartbeat(ctx, c.called)
}

// err is the error that passes first, if any, so that there is another attempt; then
// those that last.
func (c *calls) err() error {
	if len(c.again) > 0 {
		return slices.MinFunc(c.again, func(a, b *connectors.Error) int { return cmp.Compare(a.RetryAfter, b.RetryAfter) })
	}
	var last *connectors.Error
	for _, i := range slices.Sorted(maps.Keys(c.called.Refused)) {
		refused := c.called.Refused[i]
		if last == nil {
			last = &connectors.Error{Class: refused.Class, System: callbackSystem, Reason: refused.Reason}
			continue
		}
		last.Reason += "; " + refused.Reason
	}
	if last == nil {
		return nil
	}
	return last
}
