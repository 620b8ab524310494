package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"ite.digital/lethe/vault"
)

// A Binding ties what a step answers to the step that asked. The workflow names each
// step, the name travels encrypted with the parameters, and the step repeats it in its
// answer, encrypted as well: an answer to another step, run or request is not taken for
// this one's. Temporal itself lets everybody who polls a task queue answer.
type Binding struct {
	// Step is the step's name, unique within the request: no two steps of a workflow
	// have the same, whatever run they are in.
	Step string `json:"step"`
}

// An Order is the parameters of a step.
type Order interface {
	// Bind gives the step its name.
	Bind(step string)
}

// An Answer is the result of a step, or the details of its failure.
type Answer interface {
	// BoundTo is the name of the step that it answers.
	BoundTo() string
}

// Bind implements [Order].
func (b *Binding) Bind(step string) { b.Step = step }

// BoundTo implements [Answer].
func (b Binding) BoundTo() string { return b.Step }

// lastHeartbeat is what an attempt of the step before this one has left in its heartbeats. What
// cannot be read, or is of another step, is none: nobody knows who sent it.
func lastHeartbeat[D Answer](ctx context.Context, step Binding) D {
	var left, none D
	if !activity.HasHeartbeatDetails(ctx) || activity.GetHeartbeatDetails(ctx, &left) != nil || left.BoundTo() != step.Step {
		return none
	}
	return left
}

// Foreign reports whether what came back for a step was given by no worker of Lethe, or for
// another step. err is the error with which reading the answer ended; without one, answer
// holds what was read. What is foreign says nothing about the step: it is to be taken again.
func Foreign(err error, answer Answer, step string) bool {
	var failed *temporal.ApplicationError
	switch {
	case err == nil:
		return answer.BoundTo() != step
	case vault.Untrusted(err):
		return true
	case !errors.As(err, &failed):
		return false // Temporal's own: a timeout, a cancellation
	case failed.Type() == vault.TypeUnsealed:
		return true
	case !failed.HasDetails():
		// The SDK's, for parameters that it could not decode and for panics, is tried again.
		return failed.NonRetryable()
	}
	var details Failure
	if err := failed.Details(&details); err != nil {
		return vault.Untrusted(err)
	}
	return details.Step != step
}
