package activities_test

import (
	"testing"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	updatepb "go.temporal.io/api/update/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"

	"ite.digital/lethe/activities"
)

func TestARunInWhichAConflictWasResolvedCanBeReadBack(t *testing.T) {
	t.Parallel()
	// as workflows.ResolveConflict is written
	input, err := converter.GetDefaultDataConverter().ToPayloads(map[string]any{"operator": "sam", "erase": true, "reason": "asked by phone"})
	require.NoError(t, err)
	event := &historypb.HistoryEvent{EventId: 9, EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionUpdateAcceptedEventAttributes{WorkflowExecutionUpdateAcceptedEventAttributes: &historypb.WorkflowExecutionUpdateAcceptedEventAttributes{
			ProtocolInstanceId: "1", AcceptedRequest: &updatepb.Request{Input: &updatepb.Input{Name: "resolve-conflict", Args: input}},
		}}}
	c := &mocks.Client{}
	c.On("ListWorkflow", mock.Anything, mock.Anything).Return(&workflowservice.ListWorkflowExecutionsResponse{Executions: []*workflowpb.WorkflowExecutionInfo{
		{Execution: &commonpb.WorkflowExecution{WorkflowId: "erasure/R-1", RunId: "first"}, Status: enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED},
	}}, nil)
	none, one := &mocks.HistoryEventIterator{}, &mocks.HistoryEventIterator{}
	none.On("HasNext").Return(false)
	one.On("HasNext").Return(true).Once()
	one.On("HasNext").Return(false)
	one.On("Next").Return(event, nil)
	c.On("GetWorkflowHistory", mock.Anything, "erasure/R-1", "second", mock.Anything, mock.Anything).Return(none)
	c.On("GetWorkflowHistory", mock.Anything, "erasure/R-1", "first", mock.Anything, mock.Anything).Return(one)

	runs, err := activities.NewHistories(c, client.Options{}).Of(t.Context(), "erasure/R-1", "second", true)

	require.NoError(t, err)
	require.Len(t, runs[0].Decisions, 1)
}

// TestTheAnswersThatARunWasToldOfCanBeReadBack has one of them that was not sealed as it
// should be, and some that came with nothing, which the run itself has passed over.
func TestTheAnswersThatARunWasToldOfCanBeReadBack(t *testing.T) {
	t.Parallel()
	signal := func(id int64, name string, input *commonpb.Payloads) *historypb.HistoryEvent {
		return &historypb.HistoryEvent{EventId: id, EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
			Attributes: &historypb.HistoryEvent_WorkflowExecutionSignaledEventAttributes{WorkflowExecutionSignaledEventAttributes: &historypb.WorkflowExecutionSignaledEventAttributes{
				SignalName: name, Input: input,
			}}}
	}
	input, err := converter.GetDefaultDataConverter().ToPayloads(activities.RecordMessage{Message: "a"})
	require.NoError(t, err)
	c := &mocks.Client{}
	c.On("ListWorkflow", mock.Anything, mock.Anything).Return(&workflowservice.ListWorkflowExecutionsResponse{Executions: []*workflowpb.WorkflowExecutionInfo{
		{Execution: &commonpb.WorkflowExecution{WorkflowId: "erasure/R-1", RunId: "first"}, Status: enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED},
	}}, nil)
	events := []*historypb.HistoryEvent{
		signal(4, activities.SignalRecordMessage, input), signal(5, "meeting", input),
		signal(6, activities.SignalRecordMessage, &commonpb.Payloads{Payloads: []*commonpb.Payload{{Data: []byte("{")}}}),
		signal(7, activities.SignalRecordMessage, nil), signal(8, activities.SignalRecordMessage, &commonpb.Payloads{}),
	}
	none, three := &mocks.HistoryEventIterator{}, &mocks.HistoryEventIterator{}
	none.On("HasNext").Return(false)
	three.On("HasNext").Return(true).Times(len(events))
	three.On("HasNext").Return(false)
	for _, event := range events {
		three.On("Next").Return(event, nil).Once()
	}
	c.On("GetWorkflowHistory", mock.Anything, "erasure/R-1", "second", mock.Anything, mock.Anything).Return(none)
	c.On("GetWorkflowHistory", mock.Anything, "erasure/R-1", "first", mock.Anything, mock.Anything).Return(three)

	runs, err := activities.NewHistories(c, client.Options{}).Of(t.Context(), "erasure/R-1", "second", true)

	require.NoError(t, err)
	require.Len(t, runs[0].Messages, 1)
	require.Equal(t, "a", runs[0].Messages[0].Message)
}
