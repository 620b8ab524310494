package requests

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"
)

func TestExplainSaysWhatPeopleNeedToKnow(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		is   error
		says string
	}{
		"unknown id":        {err: serviceerror.NewNotFound("workflow not found for ID: erasure/1"), is: ErrUnknown},
		"update after end":  {err: serviceerror.NewNotFound("workflow execution already completed"), is: ErrEnded},
		"no namespace":      {err: serviceerror.NewNamespaceNotFound("prod"), says: `the Temporal namespace "prod" does not exist`},
		"not permitted":     {err: serviceerror.NewPermissionDenied("secret", ""), says: "the Temporal server does not permit this"},
		"server gone":       {err: serviceerror.NewUnavailable("connection refused\nmore"), is: ErrUnreachable, says: "the Temporal server cannot be reached: connection refused"},
		"no answer":         {err: serviceerror.NewDeadlineExceeded("slow"), is: ErrNoWorker},
		"own deadline":      {err: fmt.Errorf("call: %w", context.DeadlineExceeded), is: ErrNoWorker},
		"nobody polls":      {err: serviceerror.NewFailedPrecondition("no poller seen for task queue recently, worker may be down"), is: ErrNoWorker},
		"never started":     {err: serviceerror.NewWorkflowNotReady("workflow is not ready"), is: ErrNoWorker},
		"update refused":    {err: temporal.NewApplicationError("gist is settled: erased", "refused"), says: "gist is settled: erased"},
		"query failed":      {err: serviceerror.NewQueryFailed("unknown query\nstack"), says: "the request's workflow cannot answer: unknown query"},
		"anything else":     {err: errors.New("odd"), says: "odd"},
		"call interrupted":  {err: serviceerror.NewCanceled("context canceled"), is: context.Canceled},
		"interrupted":       {err: context.Canceled, is: context.Canceled},
		"too many requests": {err: serviceerror.NewResourceExhausted(enumspb.RESOURCE_EXHAUSTED_CAUSE_RPS_LIMIT, "rate limit"), says: "rate limit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := explain(test.err)
			if test.is != nil {
				require.ErrorIs(t, got, test.is)
			}
			if test.says != "" {
				require.EqualError(t, got, test.says)
			}
		})
	}
	require.NoError(t, explain(nil))
}
