package worker

import (
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"
)

// MadeBy has the workers of task queues made by something else than the SDK.
func (p Parts) MadeBy(hire func(client.Client, string, sdkworker.Options) sdkworker.Worker) Parts {
	p.make = hire
	return p
}
