package e2e

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/workflows"
)

// count says how many requests Temporal lists for a query.
func (s *site) count(c client.Client, query string) int {
	s.Helper()
	answer, err := c.CountWorkflow(s.Context(), &workflowservice.CountWorkflowExecutionsRequest{
		Namespace: "default", Query: "WorkflowType = 'Erasure' AND " + query,
	})
	require.NoError(s, err)
	return int(answer.GetCount())
}

// TestAScriptLearnsThatAPersonIsNeededAndAnswersAsJSON waits for a request that nothing but a
// manual task holds up.
func TestAScriptLearnsThatAPersonIsNeededAndAnswersAsJSON(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()
	waited := s.lethe("submit", "--id", "R-1", "--email", population.Zoe.Email, "--wait")
	require.Equal(t, 3, waited.code, waited.err)
	require.Contains(t, waited.err, "lethe: the request waits for a person: alore; see what to do with: lethe show R-1\n")

	refused := s.lethe("skip-system", "R-1", "alore", "--operator", "sam", "--reason", population.Zoe.Email, "--json")
	require.Equal(t, 1, refused.code)
	require.Empty(t, refused.out)
	done := s.must("complete-task", "R-1", "alore", "--erased", "1", "--operator", "sam", "--evidence", "ticket 4711", "--json")
	require.JSONEq(t, `{"request_id": "R-1", "kind": "erasure", "system": "alore", "update": "complete-task", "outcome": {"accepted": true}}`, done)
	s.conclude("R-1")
	require.Equal(t, 3, s.lethe("rerun", "R-1", "--wait").code)
}

// TestOperatorsFindWhatNeedsThem uses the saved views of docs/operators.md.
func TestOperatorsFindWhatNeedsThem(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()
	s.submit("R-1", population.Ben)
	s.must("submit", "--id", "R-2", "--email", population.Zoe.Email, "--received", time.Now().AddDate(0, -2, 0).Format(time.DateOnly))
	c := s.client(s.vault())
	for query, want := range map[string]int{
		"LetheAttention = 'alore'":                                                       2,
		"ExecutionStatus = 'Running' AND LetheAttention IS NOT NULL":                     2,
		"LetheStatus = 'overdue'":                                                        1,
		"LetheStatus = 'open' AND LetheKind = 'erasure'":                                 1,
		"LetheDueAt < '" + time.Now().AddDate(0, 0, 40).UTC().Format(time.RFC3339) + "'": 2,
		"LetheDueAt < '" + time.Now().AddDate(0, 0, 7).UTC().Format(time.RFC3339) + "'":  1,
	} {
		require.Eventually(t, func() bool { return s.count(c, query) == want }, patience, 200*time.Millisecond, query)
	}
	details := s.details(c, "R-1")
	require.Contains(t, details, "| system | state | records | attempts | question |")
	require.Contains(t, details, "| alore | **needs operator** | – | 0 | a person has to do this by hand; then complete-task |")
	require.NotContains(t, details, population.Ben.Email)

	tasks := s.must("tasks")
	require.Regexp(t, `(?s)R-2 +alore +task +\d minutes +\S+ overdue.*R-1 +alore +task`, tasks)

	quarter := []string{"stats", "--from", time.Now().AddDate(0, -3, 0).Format(time.DateOnly)}
	require.Contains(t, s.must(quarter...), "\n 2 open, 1 overdue, 2 waiting for a person\n")

	refused := s.lethe("extend-deadline", "R-2", "--reason", "records in 14 systems", "--notice-sent", time.Now().Format(time.DateOnly))
	require.Contains(t, refused.err, "had to be sent by")
	extended := s.must("extend-deadline", "R-1", "--operator", "sam", "--reason", "records in 14 systems", "--notice-sent", time.Now().Format(time.DateOnly))
	require.Contains(t, extended, "must now be answered by")
	for _, id := range []string{"R-1", "R-2"} {
		s.conclude(id)
	}

	require.Eventually(t, func() bool { return s.count(c, "LetheAttention IS NOT NULL OR LetheStatus = 'overdue'") == 0 }, patience, 200*time.Millisecond)
	require.Eventually(t, func() bool { return s.count(c, "LetheStatus = 'completed_with_exceptions'") == 1 }, patience, 200*time.Millisecond)
	text := s.must("report", "R-1")
	require.Contains(t, text, "Extended     by sam")
	require.Contains(t, text, "records in 14 systems")
	require.Contains(t, s.must("tasks"), "nothing waits for a person")
	counted := s.must(quarter...)
	require.Regexp(t, `\n erasure +2 +1 +1 +0 +0\n`, counted)
	require.Contains(t, counted, "\n 1 of 2 late (50.0 %)")
	require.Contains(t, counted, "\n extended          1\n")
	require.Contains(t, counted, "\n 0 open, 0 overdue, 0 waiting for a person\n")
	require.Contains(t, counted, "\n 2 requests of the archive, 2 with a signature that fits\n")
	require.Contains(t, s.log(), "a request is overdue")
}

// details are the current details of a request as the Web UI shows them.
func (s *site) details(c client.Client, id string) string {
	s.Helper()
	answer, err := c.QueryWorkflow(s.Context(), dsr.WorkflowID(dsr.Erasure, id), "", "__temporal_workflow_metadata")
	require.NoError(s, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(s, answer.Get(&metadata))
	return metadata.GetCurrentDetails()
}

func TestANamespaceIsSetUpOnceAndAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	require.Contains(t, s.must("setup", "--retention", "48h"), "was ready before")
	c, err := client.DialContext(t.Context(), client.Options{HostPort: s.engine.Address(), Logger: silent{}, DataConverter: converter.GetDefaultDataConverter()})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	described, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: "default"})
	require.NoError(t, err)
	require.Equal(t, 48*time.Hour, described.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration())
	require.Contains(t, s.lethe("setup", "--retention", "1h").err, "at least 24h")
}

// TestASharedPhoneErasesNobodyElse decides on what a phone leads to that two
// people share, and looks at the vendors for what became of both.
func TestASharedPhoneErasesNobodyElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()
	s.submit("R-1", population.Dora)
	s.report("R-1", in("landbot", dsr.NeedsOperator))
	emils := s.town.Remaining(population.Emil)
	require.NotEmpty(t, emils)
	shown := s.must("show", "R-1")
	candidate := regexp.MustCompile(`(customer/\S+), found by phone, has another email`).FindStringSubmatch(shown)
	require.NotNil(t, candidate, shown)

	require.Contains(t, s.details(s.client(s.vault()), "R-1"), "Records: "+candidate[1]+" (has another email)")
	refused := s.lethe("resolve-match", "R-1", "landbot", "--erase", "customer/0", "--reason", "by guess")
	require.Contains(t, refused.err, "none of the records")
	s.must("resolve-match", "R-1", "landbot", "--operator", "sam", "--keep", candidate[1], "--reason", "another person at the same number")
	r := s.conclude("R-1")

	require.Equal(t, dsr.NotFound, states(r)["landbot"])
	require.Equal(t, emils, s.town.Remaining(population.Emil))
	s.forgotten(population.Dora)
	require.Contains(t, s.must("report", "R-1"), "resolve-match by sam")
}

func TestADryRunAndAnApprovalComeBeforeAnErasure(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()
	before := len(s.town.Remaining(population.Ana))
	s.must("submit", "--id", "plan", "--email", population.Ana.Email, "--dry-run")
	r := s.report("plan", concluded)
	require.Equal(t, dsr.StatusPlanned, r.Status)
	require.Len(t, s.town.Remaining(population.Ana), before, "nothing is changed")
	text := s.must("report", "plan")
	require.Contains(t, text, "Status       planned")
	require.Contains(t, text, "3 customers planned")

	s.must("submit", "--id", "R-1", "--email", population.Ana.Email, "--approval")
	s.report("R-1", in("hubspot", dsr.NeedsOperator))
	require.Len(t, s.town.Remaining(population.Ana), before)
	require.Contains(t, s.must("show", "R-1"), "lethe approve R-1 hubspot")
	require.Contains(t, s.lethe("resolve-match", "R-1", "hubspot", "--keep", "contact/1", "--reason", "r").err, "is not held")
	var done dsr.Report
	require.Eventually(t, func() bool {
		_ = s.lethe("approve", "R-1", "--operator", "sam")                                                       // refused while nothing waits for it
		_ = s.lethe("complete-task", "R-1", "alore", "--erased", "1", "--operator", "sam", "--evidence", "done") // likewise
		done = s.report("R-1", func(dsr.Report) bool { return true })
		return concluded(done)
	}, patience, 300*time.Millisecond)
	require.Equal(t, complete(), states(done))
	s.forgotten(population.Ana)
	require.Contains(t, s.must("report", "R-1"), "approve by sam")
	require.Contains(t, s.lethe("approve", "R-1").err, "nothing waits for approval")
}

func TestACancelledRequestIsReportedAsSuch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, server := range s.servers() {
		server.Faults().Set(simulators.Rule{Kind: simulators.Down})
	}
	s.worker()
	s.submit("R-1", population.Ana)
	s.report("R-1", in("alore", dsr.NeedsOperator))
	require.Contains(t, s.must("cancel", "R-1", "--operator", "sam", "--reason", "withdrawn"), "is cancelled")
	s.report("R-1", concluded)
	text := s.must("report", "R-1")
	require.Contains(t, text, "Status       cancelled")
	require.Contains(t, text, "Cancelled    by sam")
	require.Contains(t, s.lethe("cancel", "R-1", "--reason", "again").err, "has ended")
	require.NotEmpty(t, s.town.Remaining(population.Ana))
}

// TestWithoutAKeyNobodyTriesGuesses reaches Temporal and has no key.
func TestWithoutAKeyNobodyTriesGuesses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()
	s.submit("R-1", population.Ben)
	s.report("R-1", in("alore", dsr.NeedsOperator))
	c, err := client.DialContext(t.Context(), client.Options{HostPort: s.engine.Address(), Namespace: s.engine.Namespace(), Logger: silent{}})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	var answers []string
	for _, guess := range []string{population.Ben.Email, population.Zoe.Email, "nobody"} {
		handle, err := c.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
			WorkflowID: "erasure/R-1", UpdateName: workflows.UpdateSkipSystem, WaitForStage: client.WorkflowUpdateStageCompleted,
			Args: []any{workflows.SkipSystem{System: "alore", Operator: "sam", Reason: "asked by " + guess}},
		})
		if err == nil {
			err = handle.Get(t.Context(), nil)
		}
		require.ErrorContains(t, err, "the update is not encrypted with the keys of this Lethe; send it with lethe, or have the codec server encrypt it")
		answers = append(answers, err.Error())
	}
	require.Len(t, slices.Compact(answers), 1)
	require.Contains(t, s.lethe("skip-system", "R-1", "alore", "--reason", "asked by "+population.Ben.Email).err, "names the subject")
	s.conclude("R-1")
}
