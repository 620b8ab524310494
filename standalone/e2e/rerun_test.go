package e2e

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/batch/v1"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/storage"
	"ite.digital/lethe/workflows"
)

// A clerk is somebody who answers whatever a request asks, in the same way each
// time.
type clerk struct {
	*site
	client client.Client
	desk   *requests.Desk
}

func (s *site) clerk() *clerk {
	s.Helper()
	keys := s.vault()
	options := client.Options{HostPort: s.engine.Address(), Namespace: s.engine.Namespace(), Logger: silent{}}
	keys.Protect(&options)
	c, err := client.DialContext(s.Context(), options)
	require.NoError(s, err)
	s.Cleanup(c.Close)
	return &clerk{site: s, client: c, desk: requests.NewDesk(c, options, keys)}
}

// answer answers what the system asks, if it asks. What is refused is asked again.
func (o *clerk) answer(id string, outcome dsr.Outcome) { o.answerOf(dsr.Erasure, id, outcome) }

// answerOf is answer for a request of another kind.
func (o *clerk) answerOf(kind dsr.Kind, id string, outcome dsr.Outcome) {
	if outcome.Question == nil {
		return
	}
	var name string
	var params any
	switch outcome.Question.Kind { //nolint:exhaustive // the others wait for a repair
	case dsr.QuestionTask:
		done := workflows.CompleteTask{System: outcome.Name, Operator: "sam", Outcome: dsr.TaskErased, Records: 1, Evidence: "ticket 4711"}
		if kind == dsr.Restriction {
			done.Outcome = dsr.TaskRestricted
			if o.desk.Update(o.Context(), kind, id, workflows.UpdateCompleteTask, done) == nil {
				return
			}
			done.Outcome, done.Records = dsr.TaskLifted, 0 // it is being lifted
		}
		name, params = workflows.UpdateCompleteTask, done
	case dsr.QuestionMatch:
		name, params = workflows.UpdateResolveMatch, workflows.ResolveMatch{
			System: outcome.Name, Operator: "sam", Keep: outcome.Question.Records(), Reason: "somebody else at the same number",
		}
	case dsr.QuestionIrreversible:
		name, params = workflows.UpdateApprove, workflows.Approve{System: outcome.Name, Operator: "sam", Records: outcome.Question.Records()}
	default:
		return
	}
	_ = o.desk.Update(o.Context(), kind, id, name, params)
}

// until answers what the request asks until it is as wished for.
func (o *clerk) until(id string, wish func(dsr.Report) bool) dsr.Report {
	o.Helper()
	var r dsr.Report
	require.Eventually(o, func() bool {
		var err error
		if r, _, err = o.desk.Status(o.Context(), dsr.Erasure, id); err != nil {
			return false
		}
		for _, outcome := range r.Systems {
			o.answer(id, outcome)
		}
		return wish(r)
	}, patience, 20*time.Millisecond, "state:\n%s\nlog:\n%s", lazily(func() string { return o.lethe("show", id).out }), lazily(o.log))
	return r
}

// ended waits for the end and returns the report in the archive.
func (o *clerk) ended(id string) dsr.Report {
	o.Helper()
	o.until(id, func(r dsr.Report) bool {
		line, err := o.desk.Line(o.Context(), dsr.Erasure, id)
		return err == nil && !line.Running() && concluded(r)
	})
	bucket, err := storage.Open(o.Context(), "file://"+o.dir+"/reports")
	require.NoError(o, err)
	defer func() { require.NoError(o, bucket.Close()) }()
	r, err := report.NewArchive(bucket).Latest(o.Context(), dsr.Erasure, id)
	require.NoError(o, err)
	return r
}

// finding is what a report says came of a system, without when and how often.
type finding struct {
	State       dsr.State
	Evidence    dsr.EvidenceKind
	Records     []dsr.RecordCount
	Explanation string
	Verified    bool
}

// findings are what must be the same in the reports of all runs.
func findings(r dsr.Report) any {
	systems := map[string]finding{}
	for _, o := range r.Systems {
		records := slices.Clone(o.Records)
		if o.Evidence == dsr.PersonsWord { // as often as the task was done
			records = nil
		}
		slices.SortFunc(records, func(a, b dsr.RecordCount) int { return len(a.Kind) - len(b.Kind) })
		systems[o.Name] = finding{State: o.State, Evidence: o.Evidence, Records: records, Explanation: o.Explanation, Verified: !o.VerifiedAt.IsZero()}
	}
	return map[string]any{"status": r.Status, "exceptions": r.Exceptions, "systems": systems, "searched": r.Searched, "due": r.DueAt}
}

// deletions counts the deletions at a system that are on record and that the
// system carried out.
func deletions(r dsr.Report, system, path string) int {
	n := 0
	count := func(name string, calls []dsr.Call) {
		for _, call := range calls {
			if name == system && call.Path == path && call.Status < 300 {
				n += call.Count
			}
		}
	}
	for _, o := range r.Systems {
		count(o.Name, o.Calls)
	}
	for _, run := range r.Earlier {
		for _, a := range run.Systems {
			count(a.System, a.Calls)
		}
	}
	return n
}

// reset resets a run so that it goes on before the event. It reports false if
// Temporal knows no such point.
func (o *clerk) reset(id, run string, event int64) bool {
	o.Helper()
	_, err := o.client.ResetWorkflowExecution(o.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: "default", WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: dsr.WorkflowID(dsr.Erasure, id), RunId: run},
		Reason: "test", WorkflowTaskFinishEventId: event, RequestId: uuid.NewString(),
	})
	var invalid *serviceerror.InvalidArgument
	if errors.As(err, &invalid) {
		return false
	}
	require.NoError(o, err)
	return true
}

// TestAResetToAnyEventEndsWithTheSameReport goes over the history of requests that
// have ended, and resets each to every event of it in turn.
func TestAResetToAnyEventEndsWithTheSameReport(t *testing.T) {
	t.Parallel()
	for name, person := range map[string]population.Person{"with all systems": population.Ana, "with a record that is kept": population.Dora} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.edit("lethe.yaml", "recheck_after: 1s", "recheck_after: 0s")
			s.worker()
			s.submit("R-1", person)
			o := s.clerk()
			first := o.ended("R-1")
			kept := s.town.Remaining(population.Emil)
			history := download(t, o.client, "R-1")
			run, archived := executionOf(history, "R-1").GetRunId(), int64(0)
			for _, event := range history.GetEvents() {
				if event.GetEventType() == enums.EVENT_TYPE_ACTIVITY_TASK_COMPLETED {
					archived = event.GetEventId()
				}
			}

			resets := 0
			for event := int64(2); event <= int64(len(history.GetEvents())); event++ {
				if !o.reset("R-1", run, event) {
					continue
				}
				resets++
				again := o.ended("R-1")
				require.Equal(t, findings(first), findings(again), "reset to event %d", event)
				if event <= archived { // later runs have nothing left to report
					require.Len(t, again.Earlier, resets)
				}
				require.Equal(t, 1, deletions(again, "hubspot", "/crm/objects/2026-09/contacts/gdpr-delete"), "what was done once is on record once")
			}

			require.Greater(t, resets, 10)
			require.Equal(t, kept, s.town.Remaining(population.Emil))
			s.forgotten(person)
			t.Logf("%d events, %d resets", len(history.GetEvents()), resets)
		})
	}
}

// TestAResetOfAnOpenRequestLosesNothing resets while one system still holds the
// person and all that led to them is erased elsewhere.
func TestAResetOfAnOpenRequestLosesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write("landbot.key", "the-wrong-key")
	worker := s.worker()
	s.submit("R-1", population.Ana)
	o := s.clerk()
	waiting := func(r dsr.Report) bool {
		for name, state := range complete() {
			if got := states(r)[name]; name == "landbot" && got != dsr.NeedsOperator || name != "landbot" && got != state {
				return false
			}
		}
		return true
	}
	o.until("R-1", waiting)
	history := download(t, o.client, "R-1")
	run, resets := executionOf(history, "R-1").GetRunId(), 0
	for event := int64(2); event <= int64(len(history.GetEvents())); event++ {
		if o.reset("R-1", run, event) {
			resets++
			o.until("R-1", waiting)
		}
	}
	require.Greater(t, resets, 10)
	worker.end(syscall.SIGTERM)
	s.write("landbot.key", landbot.DefaultToken)
	s.worker()
	s.must("retry-system", "R-1", "landbot")

	r := o.ended("R-1")

	require.Equal(t, complete(), states(r))
	require.Len(t, r.Earlier, resets)
	require.Contains(t, s.must("report", "R-1"), "Earlier run")
	require.Equal(t, 1, deletions(r, "hubspot", "/crm/objects/2026-09/contacts/gdpr-delete"))
	s.forgotten(population.Ana)
}

// TestARequestIsCarriedOutAgain does so after a system was left out, and after the
// CRM has forgotten the number that leads there.
func TestARequestIsCarriedOutAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write("landbot.key", "the-wrong-key")
	worker := s.worker()
	s.submit("R-1", population.Ana)
	o := s.clerk()
	require.Contains(t, s.lethe("rerun", "R-1").err, "still being carried out")
	o.until("R-1", in("landbot", dsr.NeedsOperator))
	s.must("skip-system", "R-1", "landbot", "--reason", "the vendor is closed this month")
	first := o.ended("R-1")
	require.Equal(t, dsr.StatusExceptions, first.Status)
	require.NotEmpty(t, s.town.Remaining(population.Ana))
	worker.end(syscall.SIGTERM)
	s.write("landbot.key", landbot.DefaultToken)
	s.worker()

	require.Contains(t, s.must("rerun", "R-1"), "carried out again")
	second := o.ended("R-1")

	require.Equal(t, complete(), states(second))
	require.Equal(t, first.DueAt, second.DueAt)
	require.Len(t, second.Earlier, 1)
	require.Equal(t, "completed", second.Earlier[0].Ended)
	require.Equal(t, "erasure/R-1/001.json", second.Earlier[0].Report)
	s.forgotten(population.Ana)
	s.submit("R-1", population.Ana) // it still is the same request
	require.Contains(t, s.lethe("rerun", "R-404").err, "no request of this id")
	s.must("forget", "R-1", "--yes")
	require.Contains(t, s.lethe("rerun", "R-1").err, "forgotten")
}

// TestManyRequestsAreResetAtOnce uses Temporal's batch operation, as the Web UI
// does.
func TestManyRequestsAreResetAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()
	people := map[string]population.Person{"R-1": population.Ana, "R-2": population.Ben, "R-3": population.Dora}
	for id, person := range people {
		s.submit(id, person)
	}
	o := s.clerk()
	before := map[string]any{}
	for id := range people {
		before[id] = findings(o.ended(id))
	}
	_, err := o.client.WorkflowService().StartBatchOperation(t.Context(), &workflowservice.StartBatchOperationRequest{
		Namespace: "default", JobId: uuid.NewString(), Reason: "test", VisibilityQuery: "WorkflowType = 'Erasure'",
		Operation: &workflowservice.StartBatchOperationRequest_ResetOperation{ResetOperation: &batch.BatchOperationReset{
			Options: &commonpb.ResetOptions{Target: &commonpb.ResetOptions_FirstWorkflowTask{}},
		}},
	})
	require.NoError(t, err)
	for id := range people {
		require.Eventually(t, func() bool {
			return s.count(o.client, fmt.Sprintf("WorkflowId = '%s'", dsr.WorkflowID(dsr.Erasure, id))) == 2
		},
			patience, 50*time.Millisecond)
		require.Equal(t, before[id], findings(o.ended(id)))
	}
	for _, person := range people {
		require.Empty(t, s.town.Remaining(person))
		s.discreet(person)
	}
	require.NotEmpty(t, s.town.Remaining(population.Emil))
}
