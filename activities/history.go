package activities

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	updatepb "go.temporal.io/api/update/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"ite.digital/lethe/dsr"
)

const (
	// maxRuns bounds how many runs of one request are read.
	maxRuns = 200
	// maxEvents bounds how many events of one run are read; Temporal ends
	// workflows at 50 Ki.
	maxEvents = 60_000
)

var errTooMuch = errors.New("the request has more history than can be read")

// Histories read the past of requests from Temporal, which keeps the histories of
// earlier runs for as long as the namespace's retention says.
type Histories struct {
	temporal  client.Client
	namespace string
	payloads  converter.DataConverter
	failures  converter.FailureConverter
}

var _ Past = (*Histories)(nil)

// NewHistories returns what reads with the client, which was made with the
// options; their converters decrypt.
func NewHistories(c client.Client, o client.Options) *Histories {
	h := &Histories{temporal: c, namespace: o.Namespace, payloads: o.DataConverter, failures: o.FailureConverter}
	if h.payloads == nil {
		h.payloads = converter.GetDefaultDataConverter()
	}
	if h.failures == nil {
		h.failures = temporal.GetDefaultFailureConverter()
	}
	return h
}

// Of implements [Past].
func (h *Histories) Of(ctx context.Context, workflowID, runID string, continued bool) ([]EarlierRun, error) {
	executions, err := h.others(ctx, workflowID, runID, continued)
	if err != nil || len(executions) == 0 {
		return nil, err
	}
	taken, err := h.events(ctx, workflowID, runID)
	if err != nil {
		return nil, err
	}
	seen := map[moment]bool{}
	for _, event := range taken {
		seen[momentOf(event)] = true
	}
	var runs []EarlierRun
	for _, execution := range executions {
		events, err := h.events(ctx, workflowID, execution.GetExecution().GetRunId())
		if err != nil {
			return nil, err
		}
		r := h.reader(workflowID, execution)
		for _, event := range events {
			if err := r.read(event, seen[momentOf(event)]); err != nil {
				return nil, err
			}
			seen[momentOf(event)] = true
		}
		runs = append(runs, r.finish())
	}
	return runs, nil
}

// moment identifies an event across runs: a reset copies events as they are.
type moment struct {
	id int64
	at time.Time
}

func momentOf(event *historypb.HistoryEvent) moment {
	return moment{id: event.GetEventId(), at: event.GetEventTime().AsTime()}
}

// others lists the workflow's other runs, the oldest first.
func (h *Histories) others(ctx context.Context, workflowID, runID string, continued bool) ([]*workflowpb.WorkflowExecutionInfo, error) {
	query := fmt.Sprintf("WorkflowId = '%s'", workflowID)
	if !continued {
		query += " AND ExecutionStatus != 'ContinuedAsNew'"
	}
	var found []*workflowpb.WorkflowExecutionInfo
	var page []byte
	for range maxRuns {
		answer, err := h.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			Namespace: h.namespace, Query: query, NextPageToken: page,
		})
		if err != nil {
			return nil, err
		}
		for _, execution := range answer.GetExecutions() {
			goesOn := execution.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW
			if execution.GetExecution().GetRunId() != runID && (continued || !goesOn) {
				found = append(found, execution)
			}
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			break
		}
	}
	if len(page) > 0 || len(found) > maxRuns {
		return nil, errTooMuch
	}
	slices.SortFunc(found, func(a, b *workflowpb.WorkflowExecutionInfo) int {
		return cmp.Or(a.GetStartTime().AsTime().Compare(b.GetStartTime().AsTime()), strings.Compare(a.GetExecution().GetRunId(), b.GetExecution().GetRunId()))
	})
	return found, nil
}

func (h *Histories) events(ctx context.Context, workflowID, runID string) ([]*historypb.HistoryEvent, error) {
	var events []*historypb.HistoryEvent
	history := h.temporal.GetWorkflowHistory(ctx, workflowID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		if err != nil {
			return nil, err
		}
		if events = append(events, event); len(events) > maxEvents {
			return nil, errTooMuch
		}
	}
	return events, nil
}

// reader reads one run's history.
type reader struct {
	run      EarlierRun
	payloads converter.DataConverter
	failures converter.FailureConverter
	// scheduled are the steps that have not ended, by their events.
	scheduled map[int64]*scheduled
	// admitted are the updates that a reset has handed over, by their ids.
	admitted map[string]*updatepb.Request
	// decided are the updates that were let through and did not fail.
	decided map[string]Decision
}

type scheduled struct {
	step EarlierStep
	// bound is the name that the workflow gave the step.
	bound string
	name  string
	// taken says that the order was taken over by the run that asks.
	taken bool
}

func (h *Histories) reader(workflowID string, execution *workflowpb.WorkflowExecutionInfo) *reader {
	in := converter.WorkflowSerializationContext{Namespace: h.namespace, WorkflowID: workflowID}
	run := EarlierRun{StartedAt: execution.GetStartTime().AsTime(), Ended: strings.ToLower(execution.GetStatus().String())}
	if closed := execution.GetCloseTime(); closed != nil {
		run.EndedAt = closed.AsTime()
	}
	return &reader{
		run:       run,
		payloads:  converter.WithDataConverterSerializationContext(h.payloads, in),
		failures:  converter.WithFailureConverterSerializationContext(h.failures, in),
		scheduled: map[int64]*scheduled{}, admitted: map[string]*updatepb.Request{}, decided: map[string]Decision{},
	}
}

// read takes in one event. Events that the run that asks has taken over are needed
// to understand later ones only.
func (r *reader) read(event *historypb.HistoryEvent, taken bool) error {
	switch event.GetEventType() { //nolint:exhaustive // the others say nothing of systems
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
		return r.schedule(event, taken)
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
		completed := event.GetActivityTaskCompletedEventAttributes()
		return r.end(completed.GetScheduledEventId(), event, taken, completed.GetResult(), nil)
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_FAILED:
		failed := event.GetActivityTaskFailedEventAttributes()
		return r.end(failed.GetScheduledEventId(), event, taken, nil, failed.GetFailure())
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
		timedOut := event.GetActivityTaskTimedOutEventAttributes()
		return r.end(timedOut.GetScheduledEventId(), event, taken, nil, timedOut.GetFailure().GetCause())
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
		r.signal(event, taken)
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED:
		request := event.GetWorkflowExecutionUpdateAdmittedEventAttributes().GetRequest()
		r.admitted[request.GetMeta().GetUpdateId()] = request
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
		return r.decide(event, taken)
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
		completed := event.GetWorkflowExecutionUpdateCompletedEventAttributes()
		if completed.GetOutcome().GetFailure() != nil {
			delete(r.decided, completed.GetMeta().GetUpdateId())
		}
	}
	return nil
}

// The steps whose parameters and results are read.
const (
	stepErase    = "Erase"
	stepSettings = "Settings"
	stepApply    = "Apply"
	stepArchive  = "ArchiveReport"
)

func (r *reader) schedule(event *historypb.HistoryEvent, taken bool) error {
	attributes := event.GetActivityTaskScheduledEventAttributes()
	system, _, ofSystem := strings.Cut(attributes.GetActivityId(), ".")
	order := &scheduled{name: attributes.GetActivityType().GetName(), taken: taken, step: EarlierStep{At: event.GetEventTime().AsTime()}}
	if ofSystem {
		order.step.System = system
	}
	if ofSystem || order.name == stepArchive {
		var params struct {
			Binding
			// Records are those of an [EraseParams], Changes those of an [ApplyParams].
			Records []dsr.Record         `json:"records"`
			Changes []dsr.RecordSettings `json:"changes"`
		}
		if err := r.payloads.FromPayloads(attributes.GetInput(), &params); err != nil {
			return err
		}
		order.bound = params.Step
		switch order.name {
		case stepErase:
			order.step.Ordered = params.Records
		case stepApply:
			order.step.Applied = params.Changes
		}
	}
	r.scheduled[event.GetEventId()] = order
	return nil
}

// end takes in what came of a step.
func (r *reader) end(id int64, event *historypb.HistoryEvent, taken bool, result *commonpb.Payloads, failed *failurepb.Failure) error {
	order, ok := r.scheduled[id]
	delete(r.scheduled, id)
	if !ok || taken {
		return nil
	}
	step := order.step
	step.At = event.GetEventTime().AsTime()
	if step.System == "" && order.name != stepArchive {
		return nil
	}
	var err error
	switch {
	case step.System == "" && result != nil:
		var archived Archived
		if err = r.take(order, result, &archived); err == nil {
			r.run.Report = archived.Key
		}
	case step.System == "":
	case result == nil:
		step.Trace = r.traceOf(order, failed)
	case order.name == stepErase:
		var done Done
		err = r.take(order, result, &done)
		step.Effects, step.Trace = done.Effect.Records, done.Trace
	case order.name == stepSettings:
		var found Settings
		err = r.take(order, result, &found)
		step.Settings, step.Trace = found.Settings, found.Trace
	default:
		var found Found
		err = r.take(order, result, &found)
		step.Trace = found.Trace
	}
	if errors.Is(err, errForeign) {
		step, err = order.step, nil // nobody knows what came of it
	}
	if err == nil && step.System != "" {
		r.run.Steps = append(r.run.Steps, step)
	}
	return err
}

// errForeign says that an answer is none of Lethe's to the step, which the run itself has
// discarded as well.
var errForeign = errors.New("the answer does not belong to the step")

// take reads the answer to a step.
func (r *reader) take(order *scheduled, result *commonpb.Payloads, into Answer) error {
	err := r.payloads.FromPayloads(result, into)
	if Foreign(err, into, order.bound) {
		return errForeign
	}
	return err
}

// traceOf is what a step that failed has left for the report.
func (r *reader) traceOf(order *scheduled, failed *failurepb.Failure) Trace {
	var known *temporal.ApplicationError
	if failed == nil || !errors.As(r.failures.FailureToError(failed), &known) || !known.HasDetails() {
		return Trace{}
	}
	var left Failure
	// Details that do not decode, or are those of another step, say nothing.
	if known.Details(&left) != nil || left.Step != order.bound {
		return Trace{}
	}
	return left.Trace
}

// decide takes in an operator's decision.
func (r *reader) decide(event *historypb.HistoryEvent, taken bool) error {
	attributes := event.GetWorkflowExecutionUpdateAcceptedEventAttributes()
	request := attributes.GetAcceptedRequest()
	if request.GetInput() == nil {
		request = r.admitted[attributes.GetProtocolInstanceId()]
	}
	if taken || request.GetInput() == nil {
		return nil
	}
	decision := sentDecision{Decision: Decision{Name: request.GetInput().GetName(), At: event.GetEventTime().AsTime()}}
	if err := r.payloads.FromPayloads(request.GetInput().GetArgs(), &decision); err != nil {
		return err
	}
	if !decision.refused {
		r.decided[attributes.GetProtocolInstanceId()] = decision.Decision
	}
	return nil
}

// sentDecision and sentMessage are read from what came from outside: it may be encrypted
// under an operator's key, and counts for nothing if it is not encrypted.
type (
	sentDecision struct {
		Decision
		sent
	}
	sentMessage struct {
		RecordMessage
		sent
	}
	sent struct{ refused bool }
)

// Refuse implements [vault.External].
func (s *sent) Refuse(error) { s.refused = true }

// signal takes in that the person has answered the acknowledgement. What does not decode, or
// came with nothing, the run itself has passed over as well.
func (r *reader) signal(event *historypb.HistoryEvent, taken bool) {
	attributes := event.GetWorkflowExecutionSignaledEventAttributes()
	if taken || attributes.GetSignalName() != SignalRecordMessage || len(attributes.GetInput().GetPayloads()) == 0 {
		return
	}
	var m sentMessage
	if r.payloads.FromPayloads(attributes.GetInput(), &m) == nil && !m.refused {
		r.run.Messages = append(r.run.Messages, EarlierMessage{At: event.GetEventTime().AsTime(), RecordMessage: m.RecordMessage})
	}
}

// finish adds what was decided, and the orders of which nobody knows what came of
// them.
func (r *reader) finish() EarlierRun {
	r.run.Decisions = slices.SortedFunc(maps.Values(r.decided), func(a, b Decision) int { return a.At.Compare(b.At) })
	for _, id := range slices.Sorted(maps.Keys(r.scheduled)) {
		if order := r.scheduled[id]; (order.name == stepErase || order.name == stepApply) && !order.taken {
			r.run.Steps = append(r.run.Steps, order.step)
		}
	}
	return r.run
}
