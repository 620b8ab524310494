package activities

import (
	"context"
	"slices"
	"time"

	"go.temporal.io/sdk/activity"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// evidence is what the attempts of a step so far have done. Temporal keeps the failure of
// the last attempt only, and none of them in the history; heartbeats outlive attempts.
type evidence struct {
	Binding
	// Calls are those of all attempts, as far as they are known.
	Calls []dsr.Call `json:"calls,omitempty"`
	// Attempts counts the attempts that have ended and are in here as a whole. The others
	// were cut off: their worker died, or Temporal gave them up.
	Attempts int `json:"attempts,omitempty"`
	// Outage is the time in which attempts have failed.
	Outage *dsr.Outage `json:"outage,omitempty"`
}

// soFar is the evidence of the attempts before this one.
func soFar(ctx context.Context, step Binding) evidence {
	e := lastHeartbeat[evidence](ctx, step)
	e.Binding = step
	return e
}

// with is the evidence with calls of the attempt that is running.
func (e evidence) with(calls []dsr.Call) evidence {
	e.Calls = dsr.AddCalls(slices.Clone(e.Calls), calls...)
	return e
}

// failed is the evidence with this attempt, which began at the given time.
func (e evidence) failed(calls []dsr.Call, began time.Time) evidence {
	e = e.with(calls)
	e.Attempts++
	outage := dsr.Outage{From: began}
	if e.Outage != nil {
		outage = *e.Outage
	}
	outage.LastFailed = began
	outage.Attempts++
	e.Outage = &outage
	return e
}

// trace is what the step leaves for the report, with the calls of the attempt that has
// come to an end.
func (e evidence) trace(ctx context.Context, calls []dsr.Call, earlier *Earlier) Trace {
	info := activity.GetInfo(ctx)
	t := Trace{
		Binding: e.Binding, Calls: e.with(calls).Calls, Attempts: int(info.Attempt), Earlier: earlier,
		CutOff: int(info.Attempt) - 1 - e.Attempts,
	}
	if e.Outage != nil {
		over := *e.Outage
		over.Until = info.StartedTime
		t.Outage = &over
	}
	return t
}

// failure is what the step leaves if this attempt is its last.
func (e evidence) failure(ctx context.Context, earlier *Earlier) Trace {
	attempts := int(activity.GetInfo(ctx).Attempt)
	return Trace{Binding: e.Binding, Calls: e.Calls, Attempts: attempts, Outage: e.Outage, Earlier: earlier, CutOff: attempts - e.Attempts}
}

// keepEvidence records heartbeats with the evidence until the returned function is called:
// what is known of an attempt whose worker dies is what it had recorded by then.
func keepEvidence(ctx context.Context, before evidence, ledger *connectors.Ledger) (stop func()) {
	return beat(ctx, func() []any { return []any{before.with(ledger.Calls())} })
}
