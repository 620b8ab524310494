// Package workflowtest makes the environments in which workflows are tested.
package workflowtest

import (
	"time"

	"github.com/rs/zerolog"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"ite.digital/lethe/requests"
)

const (
	// deadlock is how long workflow code may take between two waits. The SDK's own second is
	// no deadlock on a busy machine.
	deadlock = time.Minute
	// stuck is how long nothing may happen before a test ends.
	stuck = 5 * time.Minute
)

// NewEnvironment returns an environment in which time is skipped, without a log.
func NewEnvironment() *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(requests.Logger(zerolog.Nop()))
	env := suite.NewTestWorkflowEnvironment()
	env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: deadlock})
	env.SetTestTimeout(stuck)
	return env
}
