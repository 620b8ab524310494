package requests

import (
	"context"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"

	"ite.digital/lethe/workflows"
)

// livingWithin is how long ago a living worker can have asked Temporal for work. The
// server answers a long poll after a minute at the latest, and the SDK gives one up
// after 70 seconds; the rest is for connecting anew and for clocks that differ. That a
// worker is listed says nothing: one that was stopped stays on the list for minutes.
const livingWithin = 70*time.Second + 30*time.Second

// A Polling is when workers last asked Temporal for workflows to carry on.
type Polling struct {
	// Namespace is where they asked.
	Namespace string
	// Last is when the last of them did, by the server's clock; zero if none has for as
	// long as the server remembers, which is minutes.
	Last time.Time
	// Untold says that the server lists workers without their times, so that nothing
	// can be said of them.
	Untold bool
}

// Nobody reports whether no worker is running, as far as can be told.
func (p Polling) Nobody(now time.Time) bool {
	return !p.Untold && now.Sub(p.Last) > livingWithin
}

// Polling asks Temporal which workers have asked for workflows of the namespace.
func (d *Desk) Polling(ctx context.Context) (Polling, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := d.temporal.DescribeTaskQueue(ctx, workflows.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return Polling{}, explain(err)
	}
	return pollingOf(d.namespace, answer.GetPollers()), nil
}

func pollingOf(namespace string, pollers []*taskqueuepb.PollerInfo) Polling {
	p := Polling{Namespace: namespace}
	for _, poller := range pollers {
		at := poller.GetLastAccessTime()
		if at == nil {
			p.Untold = true
		} else if at.AsTime().After(p.Last) {
			p.Last = at.AsTime()
		}
	}
	return p
}
