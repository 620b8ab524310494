package main

import (
	"context"
	"encoding/json"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	querypb "go.temporal.io/api/query/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	updatepb "go.temporal.io/api/update/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors/catalogue"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/workflows"
)

// An engine speaks as much of Temporal's protocol as operators' commands need, with answers
// that a test chooses. What requests do is tested with the real server, in standalone/e2e.
type engine struct {
	workflowservice.UnimplementedWorkflowServiceServer
	t         *testing.T
	converter converter.DataConverter

	mu sync.Mutex
	// known are the requests that there are, by workflow id.
	known map[string]*standIn
	// updates are those that were sent.
	updates []string
	// refusal is what all updates are answered with, if it is set; mute has queries fail
	// as where no worker runs.
	refusal string
	mute    bool
}

// A standIn is a request as the engine has it.
type standIn struct {
	report dsr.Report
	ended  bool
	// attention are the systems that wait for a person.
	attention []string
}

// newEngine starts an engine for the site, with the site's vault.
func newEngine(t *testing.T, s *site, known map[string]*standIn) *engine {
	t.Helper()
	cfg, err := config.Load(s.path("lethe.yaml"), catalogue.Kinds(), config.Options{WithoutSecrets: true})
	require.NoError(t, err)
	keys, err := vault.Open(t.Context(), cfg.Vault.Options())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, keys.Close()) })
	options := client.Options{Namespace: client.DefaultNamespace}
	keys.Protect(&options)
	for id := range known {
		require.NoError(t, keys.Ensure(t.Context(), id))
	}
	e := &engine{t: t, converter: options.DataConverter, known: known}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer(grpc.UnaryInterceptor(asStatus))
	workflowservice.RegisterWorkflowServiceServer(server, e)
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // it ends with Stop
	t.Cleanup(func() {
		server.Stop()
		serving.Wait()
	})
	s.env["TEMPORAL_ADDRESS"] = listener.Addr().String()
	return e
}

// asStatus sends Temporal's errors as Temporal does.
func asStatus(ctx context.Context, r any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	answer, err := handle(ctx, r)
	if err != nil {
		return nil, serviceerror.ToStatus(err).Err()
	}
	return answer, nil
}

// payloads encrypts a value as the workflow would.
func (e *engine) payloads(workflowID string, value any) (*commonpb.Payloads, error) {
	return converter.WithDataConverterSerializationContext(e.converter, converter.WorkflowSerializationContext{
		Namespace: client.DefaultNamespace, WorkflowID: workflowID,
	}).ToPayloads(value)
}

// find finds a request. The caller holds the lock.
func (e *engine) find(execution *commonpb.WorkflowExecution) (*standIn, error) {
	if found := e.known[execution.GetWorkflowId()]; found != nil {
		return found, nil
	}
	return nil, serviceerror.NewNotFound("workflow not found")
}

// GetSystemInfo implements [workflowservice.WorkflowServiceServer].
func (*engine) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{Capabilities: &workflowservice.GetSystemInfoResponse_Capabilities{}}, nil
}

// DescribeTaskQueue implements [workflowservice.WorkflowServiceServer].
func (*engine) DescribeTaskQueue(context.Context, *workflowservice.DescribeTaskQueueRequest) (*workflowservice.DescribeTaskQueueResponse, error) {
	return &workflowservice.DescribeTaskQueueResponse{Pollers: []*taskqueuepb.PollerInfo{{LastAccessTime: timestamppb.New(noon)}}}, nil
}

// DescribeWorkflowExecution implements [workflowservice.WorkflowServiceServer].
func (e *engine) DescribeWorkflowExecution(
	_ context.Context, r *workflowservice.DescribeWorkflowExecutionRequest,
) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	found, err := e.find(r.GetExecution())
	if err != nil {
		return nil, err
	}
	info := &workflowpb.WorkflowExecutionInfo{
		Execution: r.GetExecution(), StartTime: timestamppb.New(noon), Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
	}
	if found.ended {
		info.Status, info.CloseTime = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, timestamppb.New(noon)
	}
	if found.attention != nil {
		field, err := converter.GetDefaultDataConverter().ToPayload(found.attention)
		if err != nil {
			return nil, err
		}
		info.SearchAttributes = &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{workflows.AttributeAttention: field}}
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: info}, nil
}

// QueryWorkflow implements [workflowservice.WorkflowServiceServer].
func (e *engine) QueryWorkflow(_ context.Context, r *workflowservice.QueryWorkflowRequest) (*workflowservice.QueryWorkflowResponse, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	found, err := e.find(r.GetExecution())
	if err != nil {
		return nil, err
	}
	if e.mute {
		return nil, serviceerror.NewFailedPrecondition("no poller seen for task queue recently")
	}
	if r.GetQuery().GetQueryType() != workflows.QueryStatus {
		return &workflowservice.QueryWorkflowResponse{QueryRejected: &querypb.QueryRejected{}}, nil
	}
	result, err := e.payloads(r.GetExecution().GetWorkflowId(), found.report)
	return &workflowservice.QueryWorkflowResponse{QueryResult: result}, err
}

// UpdateWorkflowExecution implements [workflowservice.WorkflowServiceServer].
func (e *engine) UpdateWorkflowExecution(
	_ context.Context, r *workflowservice.UpdateWorkflowExecutionRequest,
) (*workflowservice.UpdateWorkflowExecutionResponse, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, err := e.find(r.GetWorkflowExecution()); err != nil {
		return nil, err
	}
	outcome := &updatepb.Outcome{Value: &updatepb.Outcome_Success{}}
	if e.refusal != "" {
		failure := &failurepb.Failure{Message: e.refusal, FailureInfo: &failurepb.Failure_ApplicationFailureInfo{
			ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{NonRetryable: true},
		}}
		outcome = &updatepb.Outcome{Value: &updatepb.Outcome_Failure{Failure: failure}}
	} else {
		e.updates = append(e.updates, r.GetRequest().GetInput().GetName())
	}
	return &workflowservice.UpdateWorkflowExecutionResponse{
		UpdateRef: &updatepb.UpdateRef{WorkflowExecution: r.GetWorkflowExecution(), UpdateId: r.GetRequest().GetMeta().GetUpdateId()},
		Outcome:   outcome, Stage: enumspb.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED,
	}, nil
}

// GetWorkflowExecutionHistory implements [workflowservice.WorkflowServiceServer].
func (e *engine) GetWorkflowExecutionHistory(
	_ context.Context, r *workflowservice.GetWorkflowExecutionHistoryRequest,
) (*workflowservice.GetWorkflowExecutionHistoryResponse, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	found, err := e.find(r.GetExecution())
	if err != nil {
		return nil, err
	}
	input, err := e.payloads(r.GetExecution().GetWorkflowId(), dsr.Request{
		ID: found.report.RequestID, Kind: found.report.Kind, ReceivedAt: noon,
		Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "ann@example.com"}}},
	})
	return &workflowservice.GetWorkflowExecutionHistoryResponse{History: &historypb.History{Events: []*historypb.HistoryEvent{{
		EventId: 1, EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
			WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{Input: input},
		},
	}}}}, err
}

// StartWorkflowExecution implements [workflowservice.WorkflowServiceServer].
func (e *engine) StartWorkflowExecution(
	_ context.Context, r *workflowservice.StartWorkflowExecutionRequest,
) (*workflowservice.StartWorkflowExecutionResponse, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if found := e.known[r.GetWorkflowId()]; found != nil {
		found.ended = false
	} else {
		kind, id, _ := strings.Cut(r.GetWorkflowId(), "/")
		e.known[r.GetWorkflowId()] = &standIn{report: held(dsr.Kind(kind), id)}
	}
	return &workflowservice.StartWorkflowExecutionResponse{RunId: "run", Started: true}, nil
}

// SetWorkerDeploymentCurrentVersion implements [workflowservice.WorkflowServiceServer].
func (*engine) SetWorkerDeploymentCurrentVersion(
	context.Context, *workflowservice.SetWorkerDeploymentCurrentVersionRequest,
) (*workflowservice.SetWorkerDeploymentCurrentVersionResponse, error) {
	return &workflowservice.SetWorkerDeploymentCurrentVersionResponse{}, nil
}

// held is a report in which gist waits for approval, and nothing else is open.
func held(kind dsr.Kind, id string) dsr.Report {
	r := standing(dsr.StatusOpen, dsr.NeedsOperator)
	r.RequestID, r.Kind = id, kind
	if kind == dsr.Restriction {
		r.Restriction = &dsr.RestrictionRecord{Ground: dsr.GroundAccuracy}
	}
	r.Systems[0].Question = &dsr.Question{Kind: dsr.QuestionApproval, Since: noon, Candidates: []dsr.Candidate{{Record: "contact/1"}}}
	return r
}

// known are requests of both kinds, and one that has ended.
func known() map[string]*standIn {
	all := map[string]*standIn{"erasure/R-1": {}, "restriction/L-1": {}, "erasure/E-1": {ended: true}}
	for name, one := range all {
		kind, id, _ := strings.Cut(name, "/")
		one.report = held(dsr.Kind(kind), id)
	}
	return all
}

// versioned is the configuration that promote needs.
const versioned = "worker: {versioning: auto-upgrade, deployment: lethe}\n"

// deciding are the commands by which operators change something: those that somebody stands
// for, and those that concern no open request.
func deciding(t *testing.T) []string {
	t.Helper()
	paths := []string{"rerun", "forget", "promote"}
	for path, cmd := range commands(t) {
		if cmd.Flags().Lookup("operator") != nil {
			paths = append(paths, path)
		}
	}
	return paths
}

func TestEveryUpdateHasItsCommand(t *testing.T) {
	t.Parallel()
	for _, update := range []string{
		workflows.UpdateRetrySystem, workflows.UpdateSkipSystem, workflows.UpdateRetainSystem, workflows.UpdateCompleteTask,
		workflows.UpdateResolveMatch, workflows.UpdateApprove, workflows.UpdateResolveHash, workflows.UpdateExtendDeadline,
		workflows.UpdateCancel, workflows.UpdateAskIdentity, workflows.UpdateConfirmIdentity, workflows.UpdateLift,
		workflows.UpdateConfirmNotice, workflows.UpdateResolveConflict,
	} {
		require.Contains(t, deciding(t), update)
	}
}

// TestEveryDecisionSaysAsJSONWhatCameOfIt has the same fields read whatever was decided.
func TestEveryDecisionSaysAsJSONWhatCameOfIt(t *testing.T) {
	t.Parallel()
	for _, path := range deciding(t) {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.write("lethe.yaml", oneSystem+versioned)
			e := newEngine(t, s, known())
			r := s.lethe(s.line(path, "--json")...)
			require.Zero(t, r.code, r.err)
			require.Empty(t, r.err)
			decoder := json.NewDecoder(strings.NewReader(r.out))
			decoder.DisallowUnknownFields()
			var got effect
			require.NoError(t, decoder.Decode(&got), r.out)
			require.False(t, decoder.More())
			require.Equal(t, path, got.Update)
			require.True(t, got.Outcome.Accepted)
			if path != "promote" {
				typed := commandLines[path][0]
				require.Equal(t, typed, got.Request)
				require.Contains(t, e.known, string(got.Kind)+"/"+typed)
				require.Equal(t, slices.Contains(commandLines[path], "gist"), got.System == "gist")
			}
			if !slices.Contains([]string{"rerun", "forget", "promote"}, path) {
				require.Equal(t, []string{path}, e.updates)
			}
		})
	}
}

// TestARefusalIsNoJSON is about errors: they are one sentence on the standard error.
func TestARefusalIsNoJSON(t *testing.T) {
	t.Parallel()
	for _, path := range deciding(t) {
		if slices.Contains([]string{"rerun", "forget", "promote"}, path) {
			continue
		}
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			e := newEngine(t, s, known())
			e.refusal = "gist is settled: erased"
			r := s.lethe(s.line(path, "--json")...)
			require.Equal(t, exitFailed, r.code)
			require.Empty(t, r.out)
			require.Equal(t, "lethe: gist is settled: erased\n", r.err)
		})
	}
}

func TestADecisionSaysWhatTheCommandLineDidNot(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	e := newEngine(t, s, known())
	require.Contains(t, s.lethe(s.line("approve", "--json")...).out, `"contact/1"`)
	require.Contains(t, s.lethe(s.line("extend-deadline", "--json")...).out, `"due_at": "2026-04-10T12:00:00Z"`)
	rule := s.lethe(s.line("retain-system", "--json", "--categories", "invoices", "--reason", "disputed", "--review-on", "2036-12-31")...)
	require.Contains(t, rule.out, `"review_on": "2036-12-31"`)

	// What was decided stays so where nobody can say how the request stands since.
	e.mute = true
	r := s.lethe(s.line("extend-deadline", "--json")...)
	require.Zero(t, r.code)
	require.Contains(t, r.out, `"accepted": true`)
	require.NotContains(t, r.out, "due_at")
	require.Equal(t, "lethe: the current status of the request is not available: no worker answers; start one with 'lethe worker'\n", r.err)
}

func TestCommandsEndWithTheCodeOfWhatTheyMet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments []string
		mute      bool
		code      int
		says      string
	}{
		"submit --wait":        {[]string{"submit", "--id", "S-1", "--email", "ann@example.com", "--wait"}, false, exitPerson, "the request waits for a person: gist; "},
		"submit --wait --json": {[]string{"submit", "--id", "S-2", "--email", "ann@example.com", "--wait", "--json"}, false, exitPerson, "the request waits for a person: gist; "},
		"submit":               {[]string{"submit", "--id", "S-3", "--email", "ann@example.com"}, false, exitDone, ""},
		"rerun --wait":         {[]string{"rerun", "E-1", "--wait"}, false, exitPerson, "the request waits for a person: gist; "},
		"show":                 {[]string{"show", "R-1"}, false, exitDone, ""},
		"show, no worker":      {[]string{"show", "R-1"}, true, exitUnreached, "no worker answers"},
		"report, waiting":      {[]string{"report", "R-1"}, false, exitPerson, "the request waits for a person, so there is no report yet; "},
		"report, open":         {[]string{"report", "L-1"}, false, exitFailed, "the request is still open"},
		"unknown":              {[]string{"show", "R-404"}, false, exitFailed, "no request of this id"},
		"still running":        {[]string{"rerun", "R-1"}, false, exitFailed, "still being carried out"},
		"mailbox --once":       {[]string{"mailbox", "--once"}, false, exitUnreached, "the connection to the mail server failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			all := known()
			all["erasure/R-1"].attention = []string{"gist"}
			e := newEngine(t, s, all)
			e.mute = test.mute
			r := s.lethe(test.arguments...)
			require.Equal(t, test.code, r.code, r.err)
			require.Contains(t, r.err, test.says)
		})
	}
}

// TestATemporalThatSaysNothingIsNotWaitedFor is about a server that accepts and is silent;
// [site.lethe] fails if the command does not end.
func TestATemporalThatSaysNothingIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	s := newSite(t)
	require.Zero(t, s.lethe("keys", "rotate-subject").code, "the vault is there")
	r := s.lethe("show", "R-1", "--address", listener.Addr().String())
	require.Equal(t, exitUnreached, r.code, r.err)
	require.Contains(t, r.err, "(no answer)")
}

// TestARequestThatNobodyKnowsIsUnknownWhateverIsDecided is about typing errors: that the key
// of such a request is missing is no news.
func TestARequestThatNobodyKnowsIsUnknownWhateverIsDecided(t *testing.T) {
	t.Parallel()
	for _, path := range deciding(t) {
		if path == "promote" {
			continue
		}
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			newEngine(t, s, known())
			arguments := s.line(path)
			arguments[len(strings.Fields(path))] = "R-2"
			r := s.lethe(arguments...)
			require.Equal(t, exitFailed, r.code, r.err)
			require.Regexp(t, `^lethe: no request of this id is known to Temporal\b[^;]*(; nothing was destroyed)?\n$`, r.err)
		})
	}
}

// A request that Temporal knows without its key is another matter: a process has another key
// store.
func TestARequestWithoutItsKeyIsNotUnknown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	e := newEngine(t, s, known())
	e.known["erasure/R-2"] = &standIn{report: held(dsr.Erasure, "R-2")}
	r := s.lethe("cancel", "R-2", "--reason", "withdrawn")
	require.Equal(t, exitFailed, r.code, r.err)
	require.Contains(t, r.err, "there is no key for this workflow")
}
