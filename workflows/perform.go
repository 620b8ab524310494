package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
)

// maxDiscarded is how many answers to a step are discarded before a person is notified.
const maxDiscarded = 2

// errDiscarded says that what came back for a step was discarded: no worker of Lethe gave
// it, or it belongs to another step. Temporal lets everybody answer who reaches its task
// queues; nothing of such an answer is believed, failures included.
var errDiscarded = errors.New("what came back for the step was discarded")

// order is a pointer to the parameters of a step.
type order[P any] interface {
	*P
	activities.Order
}

// perform runs an activity and reads its answer. It returns [errDiscarded] if what came
// back is no answer to this step.
func perform[P any, O order[P]](ctx workflow.Context, name string, activity any, params P, answer activities.Answer) error {
	// The time tells the step from those of other runs: a reset copies what came before it,
	// and nothing that comes after it has the same.
	step := fmt.Sprintf("%s@%d", name, workflow.Now(ctx).UnixNano())
	O(&params).Bind(step)
	err := workflow.ExecuteActivity(ctx, activity, params).Get(ctx, answer)
	if ctx.Err() == nil && activities.Foreign(err, answer, step) {
		return errDiscarded
	}
	return err
}

// insist performs a step that the request, or Lethe itself, cannot do without: it is taken
// again, more and more slowly, until there is an answer to it. discarded is called for
// each that is none, with how many there were.
func insist[P any, O order[P]](
	ctx workflow.Context, name string, activity any, params P, answer activities.Answer, discarded func(n int),
) error {
	pause := time.Second
	for n := 1; ; n++ {
		err := perform[P, O](ctx, name, activity, params, answer)
		if !errors.Is(err, errDiscarded) || n == maxAttempts {
			return err
		}
		discarded(n)
		if err := workflow.Sleep(ctx, pause); err != nil {
			return fmt.Errorf("wait before the step is taken again: %w", err)
		}
		pause = min(2*pause, 15*time.Minute)
	}
}

// logDiscarded logs what is no answer to a step of Lethe's own workflows.
func logDiscarded(ctx workflow.Context, step string) func(n int) {
	return func(int) {
		workflow.GetLogger(ctx).Error("an answer to the " + step + " was discarded: no worker of Lethe gave it")
	}
}

// noteDiscarded counts an answer to one of the request's own steps that was discarded, and
// has a person notified once there are several.
func (e *process) noteDiscarded(n int) {
	e.discarded++
	e.alarmed = e.alarmed || n == maxDiscarded
}

// alarm notifies people, once and without delay, that answers are discarded: somebody
// answers Lethe's steps who is not Lethe.
func (e *process) alarm(ctx workflow.Context) {
	if err := workflow.Await(ctx, func() bool { return e.finished || e.alarmed }); err == nil && e.alarmed {
		e.notify(ctx, activities.Discarded)
	}
}
