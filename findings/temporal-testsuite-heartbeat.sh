#!/usr/bin/env bash
# The Temporal SDK's test environment times an activity out that no server would.
#
# Versions: go.temporal.io/sdk v1.50.0.
# Input: in TestWorkflowEnvironment, which skips time, an activity with a heartbeat timeout of
#   one second. Each attempt takes a hundredth of a second and records no heartbeat; the first
#   150 fail, a minute apart by the workflow's clock; the next one succeeds.
# Guess: the heartbeat timeout is that of one attempt, as on the server, so that the activity
#   succeeds.
# Seen: the environment watches the time since the last heartbeat by the wall clock and over
#   all attempts. After the first second the result of whichever attempt comes last, a success
#   here, is replaced by a heartbeat timeout. On a busy machine a test of long outages fails
#   therefore although nothing is wrong; recording a heartbeat as an attempt fails helps.
# Needs: bash, go; takes a minute, with the download.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod

cat >outage_test.go <<'GO'
package outage

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

const failures = 150

func Ask(ctx context.Context, beats bool) (int, error) {
	time.Sleep(10 * time.Millisecond)
	n := int(activity.GetInfo(ctx).Attempt)
	if n > failures {
		return n, nil
	}
	if beats {
		activity.RecordHeartbeat(ctx)
	}
	return 0, errors.New("away")
}

func Workflow(ctx workflow.Context, beats bool) (n int, err error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute, HeartbeatTimeout: time.Second,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Minute, BackoffCoefficient: 1, MaximumAttempts: 1000},
	})
	err = workflow.ExecuteActivity(ctx, Ask, beats).Get(ctx, &n)
	return n, err
}

func run(beats bool) (int, error) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute)
	env.RegisterActivity(Ask)
	env.ExecuteWorkflow(Workflow, beats)
	if err := env.GetWorkflowError(); err != nil {
		return 0, err
	}
	var n int
	return n, env.GetWorkflowResult(&n)
}

func TestWithoutHeartbeats(t *testing.T) {
	n, err := run(false)
	var timeout *temporal.TimeoutError
	if !errors.As(err, &timeout) {
		t.Fatalf("expected a timeout, got attempt %d, %v", n, err)
	}
	t.Log("no attempt took longer than its hundredth of a second: ", timeout)
}

func TestWithHeartbeatsOfFailedAttempts(t *testing.T) {
	if n, err := run(true); err != nil || n != failures+1 {
		t.Fatalf("expected attempt %d, got %d, %v", failures+1, n, err)
	}
}
GO
cat >go.mod <<'MOD'
module example.com/outage

go 1.26

require go.temporal.io/sdk v1.50.0
MOD

go mod tidy >tidy.log 2>&1
go test -v -count=1 . >test.log 2>&1
grep -q 'no attempt took longer' test.log
grep 'no attempt took longer' test.log
echo "as described: without heartbeats the environment times out, with them the activity succeeds"
