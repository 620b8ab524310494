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
)

// progress is what an attempt leaves for the next one, in its heartbeats.
type progress struct {
	Binding
	// Told names the receivers that were told.
	Told []string `json:"told,omitempty"`
	// Failed holds the errors of those that will not be, by name.
	Failed map[string]lasting `json:"failed,omitempty"`
}

// A lasting error is one that another attempt would only repeat.
type lasting struct {
	Class  connectors.Class `json:"class"`
	System string           `json:"system"`
	Reason string           `json:"reason"`
}

// telling is one attempt to tell several receivers, side by side. The next attempt
// leaves out those that were told, or have failed for good.
type telling struct {
	mu       sync.Mutex
	progress progress
	// system is what receivers are called in errors; empty: by their own names.
	system string
	// running are the receivers that are being told.
	running sync.WaitGroup
	// again are the errors that pass.
	again []*connectors.Error
}

// resumeTelling goes on where the last attempt of the step ended. To be told twice does no harm.
func resumeTelling(ctx context.Context, step Binding, system string) *telling {
	t := &telling{system: system, progress: lastHeartbeat[progress](ctx, step)}
	t.progress.Binding = step
	if t.progress.Failed == nil {
		t.progress.Failed = map[string]lasting{}
	}
	return t
}

// tell tells one receiver, unless that is settled. A panic becomes an error: its text
// may hold anything.
func (t *telling) tell(ctx context.Context, name string, do func() error) {
	if t.settled(name) {
		return
	}
	t.running.Go(func() {
		_, err := guarded(func() (struct{}, error) { return struct{}{}, do() })
		t.note(ctx, name, err)
	})
}

// failure waits for all receivers and returns why there has to be another attempt, or
// what failed for good.
func (t *telling) failure(ctx context.Context) error {
	t.running.Wait()
	if err := t.err(); err != nil {
		return failure(ctx, err, Trace{Binding: t.progress.Binding, Attempts: attempt(ctx)})
	}
	return nil
}

// settled reports whether there is nothing left to do for the receiver.
func (t *telling) settled(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, failed := t.progress.Failed[name]
	return failed || slices.Contains(t.progress.Told, name)
}

// note keeps what came of a receiver, and tells Temporal at once.
func (t *telling) note(ctx context.Context, name string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := errUnexpected
	switch {
	case err == nil:
		t.progress.Told = append(t.progress.Told, name)
	case ctx.Err() != nil: // says nothing of the receiver
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
			last = &connectors.Error{Class: failed.Class, System: cmp.Or(t.system, failed.System), Reason: failed.Reason}
			continue
		}
		last.Reason += "; " + failed.Reason
	}
	if last == nil {
		return nil
	}
	return last
}
