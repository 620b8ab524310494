package activities_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/testsuite"
	"google.golang.org/protobuf/types/known/timestamppb"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/vault"
)

type noReports struct{}

func (noReports) Sweep(context.Context, time.Duration) (report.Swept, error) {
	return report.Swept{}, nil
}

// A restriction archives a report when it comes into force, and notes that its key
// is due a grace period later. It goes on for months; if it is then terminated, the next
// sweep destroys the key at once, with the only copy of the undo record.
func TestARestrictionThatIsTerminatedKeepsItsKeyForTheGracePeriod(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)
	const id, grace = "restriction/R-1", 30 * 24 * time.Hour
	v, err := vault.Open(t.Context(), vault.Options{Store: "file://" + filepath.Join(dir, "keys"), KEK: "file://" + filepath.Join(dir, "kek"), CacheFor: time.Minute})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, v.Close()) })
	require.NoError(t, v.Ensure(t.Context(), id))
	inForce := now.AddDate(0, -6, 0)
	require.NoError(t, v.SetDue(t.Context(), id, inForce.Add(grace))) // as ArchiveReport does
	c := &mocks.Client{}
	c.On("DescribeWorkflowExecution", mock.Anything, id, "").Return(&workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{CloseTime: timestamppb.New(now.Add(-time.Hour))}, // terminated by mistake
	}, nil)
	keys := &activities.Keys{Vault: v, Temporal: c, Namespace: "default", Grace: grace, Now: func() time.Time { return now }, Archive: noReports{}}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(keys)
	_, err = env.ExecuteActivity(keys.Sweep, activities.SweepParams{})
	require.NoError(t, err)
	at, err := v.DestroyedAt(t.Context(), id)
	require.NoError(t, err)
	require.Zero(t, at, "it ended an hour ago: a reset, which needs the key, must be possible for the grace period")
}

// A restriction that went on in more than 200 runs cannot archive its report.
func TestARestrictionOfManyRunsEndsWithAReport(t *testing.T) {
	t.Parallel()
	var runs []*workflowpb.WorkflowExecutionInfo
	for i := range 201 {
		runs = append(runs, &workflowpb.WorkflowExecutionInfo{
			Execution: &commonpb.WorkflowExecution{WorkflowId: "restriction/R-1", RunId: fmt.Sprint(i)},
			Status:    enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, StartTime: timestamppb.New(time.Unix(int64(i), 0)), CloseTime: timestamppb.New(time.Unix(int64(i+1), 0)),
		})
	}
	history := &mocks.HistoryEventIterator{}
	history.On("HasNext").Return(false)
	c := &mocks.Client{}
	c.On("ListWorkflow", mock.Anything, mock.Anything).Return(&workflowservice.ListWorkflowExecutionsResponse{Executions: runs}, nil)
	c.On("GetWorkflowHistory", mock.Anything, mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(history)
	store := &lastReport{}
	requests := &activities.Requests{Past: activities.NewHistories(c, client.Options{}), Archive: store, Keys: store, Now: time.Now}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(requests)
	_, err := env.ExecuteActivity(requests.ArchiveReport, activities.ArchiveParams{})
	require.NoError(t, err, "it is tried again for ever, and nobody is told")
}

type lastReport struct{}

func (lastReport) Put(context.Context, dsr.Report) (string, error) { return "archived", nil }
func (lastReport) SetDue(context.Context, string, time.Time) error { return nil }
