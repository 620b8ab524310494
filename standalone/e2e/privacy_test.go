package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/render"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/standalone/engine"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/workflows"
)

// A served site is one that 'lethe-standalone serve' runs.
type served struct {
	*site
	process     *process
	address, ui string
}

var uiAt = regexp.MustCompile(`Web UI +(http://127\.0\.0\.1:\d+)`)

func (s *site) served() *served {
	s.Helper()
	before := len(s.log())
	p, address := s.serve()
	return &served{site: s, process: p, address: address, ui: uiAt.FindStringSubmatch(s.log()[before:])[1]}
}

// do runs a command against the served Temporal.
func (s *served) do(arguments ...string) result {
	s.Helper()
	return s.lethe(append(arguments, "--address", s.address)...)
}

// until repeats a command until it prints what is wished for; the manual task is
// done whenever it waits.
func (s *served) until(id, wish string) {
	s.Helper()
	var last result
	require.Eventually(s, func() bool {
		last = s.do("show", id)
		if strings.Contains(last.out, "complete-task "+id+" alore") {
			s.do("complete-task", id, "alore", "--erased", "1", "--operator", "sam", "--evidence", "ticket 4711")
		}
		return strings.Contains(last.out, wish)
	}, patience, 300*time.Millisecond, "last:\n%s\nlog:\n%s", lazily(func() string { return last.out + last.err }), lazily(s.log))
}

func (s *served) dial(keys *vault.Vault) client.Client {
	s.Helper()
	options := client.Options{HostPort: s.address, Logger: silent{}, Namespace: "default"}
	if keys != nil {
		keys.ProtectWorker(&options)
	}
	c, err := client.DialContext(s.Context(), options)
	require.NoError(s, err)
	s.Cleanup(c.Close)
	return c
}

// TestNothingNamesThePerson takes a request through success, retries, failures,
// operators' updates and a crash, and then searches everything that was written.
func TestNothingNamesThePerson(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write("landbot.key", "the-wrong-key")
	s.town.Gist.Faults().Set(simulators.Rule{Kind: simulators.Down})
	first := s.served()
	out := first.do("submit", "--id", "R-1", "--email", population.Ana.Email)
	require.Zero(t, out.code, out.err)
	require.Eventually(t, func() bool {
		shown := first.do("show", "R-1").out
		return strings.Contains(shown, "try 2") || strings.Contains(shown, "attempt")
	}, patience, 200*time.Millisecond, "log:\n%s", lazily(s.log))
	first.process.end(syscall.SIGKILL)
	s.town.Gist.Faults().Clear()
	s.write("landbot.key", landbot.DefaultToken)

	again := s.served()
	again.until("R-1", "retry-system R-1 landbot")
	refused := again.do("skip-system", "R-1", "landbot", "--reason", "asked by "+population.Ana.Email)
	require.Contains(t, refused.err, "names the subject")
	require.Zero(t, again.do("retry-system", "R-1", "landbot").code)
	again.until("R-1", "completed, 7 of 7")
	s.forgotten(population.Ana)
	found := again.do("list", "--email", strings.ToUpper(population.Ana.Email))
	require.Contains(t, found.out, "R-1")
	require.NotContains(t, again.do("list", "--email", population.Ben.Email).out, "R-1")

	s.rendered("erasure/R-1", "--address", again.address)
	require.Empty(t, s.named(s.dir, population.Ana))
	s.plant()
	raw := again.history("R-1", false)
	require.Contains(t, raw, base64.StdEncoding.EncodeToString([]byte("binary/encrypted")))
	decoded := again.history("R-1", true)
	require.Contains(t, decoded, "a***@e***.com", "operators read what is masked")
	for form, text := range canaries(population.Ana) {
		require.NotContains(t, raw, text, form)
		require.NotContains(t, decoded, text, form)
	}

	require.Zero(t, again.do("forget", "R-1", "--yes").code)
	require.Empty(t, s.named(s.dir, population.Ana))

	// The search finds what is not encrypted.
	_, err := again.dial(nil).ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "plain", TaskQueue: "nobody"}, "Plain", population.Ana)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(s.named(filepath.Join(s.dir, "data"), population.Ana)) > 0 }, patience, 200*time.Millisecond)
}

// plant writes a PDF and a page that name the person, and makes sure that the search
// finds both.
func (s *site) plant() {
	s.Helper()
	folder := s.TempDir()
	r := dsr.Report{
		Version: dsr.ReportVersion, RequestID: "planted", Kind: dsr.Erasure, Status: dsr.StatusExceptions,
		Exceptions: []string{"kept for " + population.Ana.Email},
	}
	for name, write := range map[string]func(io.Writer, dsr.Report, render.Options) error{"planted.pdf": render.PDF, "planted.html": render.HTML} {
		var b bytes.Buffer
		require.NoError(s, write(&b, r, render.Options{Language: render.Arabic}))
		path := filepath.Join(folder, name)
		require.NoError(s, os.WriteFile(path, b.Bytes(), 0o600))
		if filepath.Ext(name) == ".pdf" {
			s.printed(path)
		}
	}
	hits := strings.Join(s.named(folder, population.Ana), "\n")
	require.Contains(s, hits, "planted.pdf.txt: e-mail")
	require.Contains(s, hits, "planted.html: e-mail")
}

// history is what the Web UI is told of a request, decoded by the codec server
// beside it if asked for.
func (s *served) history(id string, decode bool) string {
	s.Helper()
	answer := s.fetch(http.MethodGet, s.ui+"/api/v1/namespaces/default/workflows/erasure%2F"+id+"/history", nil)
	if !decode {
		return answer
	}
	var payloads []any
	collectPayloads(answer, &payloads)
	require.NotEmpty(s, payloads)
	body, err := json.Marshal(map[string]any{"payloads": payloads})
	require.NoError(s, err)
	coded := s.fetch(http.MethodPost, s.ui+"/codec/decode", body)
	var texts strings.Builder
	var decoded struct{ Payloads []struct{ Data []byte } }
	require.NoError(s, json.Unmarshal([]byte(coded), &decoded))
	for _, payload := range decoded.Payloads {
		fmt.Fprintln(&texts, string(payload.Data))
	}
	return texts.String()
}

func (s *served) fetch(method, url string, body []byte) string {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), method, url, bytes.NewReader(body))
	require.NoError(s, err)
	r.Header.Set("X-Namespace", "default")
	r.Header.Set("Origin", s.ui)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(s, err)
	defer func() { require.NoError(s, answer.Body.Close()) }()
	content, err := io.ReadAll(answer.Body)
	require.NoError(s, err)
	require.Equal(s, http.StatusOK, answer.StatusCode, string(content))
	return string(content)
}

// collectPayloads finds the payloads in a JSON document.
func collectPayloads(document string, into *[]any) {
	var value any
	if json.Unmarshal([]byte(document), &value) != nil {
		return
	}
	var walk func(any)
	walk = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			if value["metadata"] != nil && value["data"] != nil {
				*into = append(*into, value)
				return
			}
			for _, part := range value {
				walk(part)
			}
		case []any:
			for _, part := range value {
				walk(part)
			}
		}
	}
	walk(value)
}

// TestAForgottenRequestSaysSo destroys a request's key and then tries to get at
// the request in every way.
func TestAForgottenRequestSaysSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()
	s.submit("R-1", population.Ana)
	running := s.lethe("forget", "R-1", "--yes")
	require.NotZero(t, running.code)
	require.Contains(t, running.err, "is not over yet")
	elsewhere, err := engine.Start(t.Context(), engine.Options{NoUI: true, SearchAttributes: requests.SearchAttributes()})
	require.NoError(t, err)
	t.Cleanup(elsewhere.Stop)
	astray := s.lethe("forget", "R-1", "--yes", "--address", elsewhere.Address())
	require.NotZero(t, astray.code)
	require.Contains(t, astray.err, "nobody has noted its end; nothing was destroyed")
	s.conclude("R-1")
	s.must("show", "R-1", "--watch") // ends with the workflow
	keys := s.vault()
	c := s.client(keys)
	history := download(t, c, "R-1")
	require.NoError(t, s.replay(keys, history, "R-1"))

	unsure := s.lethe("forget", "R-1")
	require.NotZero(t, unsure.code)
	require.Contains(t, unsure.err, "not confirmed")
	require.Contains(t, s.must("show", "R-1"), "completed")
	require.Contains(t, s.must("forget", "R-1", "--yes"), "is forgotten")
	require.Contains(t, s.must("forget", "R-1", "--yes"), "was forgotten before")

	for _, command := range [][]string{
		{"show", "R-1"}, {"show", "R-1", "--identifiers"}, {"retry-system", "R-1", "gist"},
		{"submit", "--id", "R-1", "--email", population.Ana.Email},
	} {
		r := s.lethe(command...)
		require.NotZero(t, r.code, command)
		require.Contains(t, r.err, "is forgotten: its key was destroyed", command)
		require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
	}
	require.Contains(t, s.must("report", "R-1"), "3 customers erased", "the report stays readable")
	require.Contains(t, s.must("list"), "R-1")

	// Once no process remembers the key, a reset ends at once and a query and a
	// replay say why they cannot.
	var refusal error
	require.Eventually(t, func() bool {
		_, refusal = c.QueryWorkflow(t.Context(), "erasure/R-1", "", workflows.QueryStatus)
		return refusal != nil && strings.Contains(refusal.Error(), vault.ErrDestroyed.Error())
	}, 20*time.Second, 200*time.Millisecond, "last: %v", lazily(func() string { return fmt.Sprint(refusal) }))
	reset, err := c.ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: "default", WorkflowExecution: executionOf(history, "R-1"), Reason: "try again", RequestId: "reset-1", WorkflowTaskFinishEventId: 4,
	})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		described, err := c.DescribeWorkflowExecution(t.Context(), "erasure/R-1", reset.GetRunId())
		return err == nil && described.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_FAILED
	}, patience, 200*time.Millisecond, "log:\n%s", lazily(s.log))
	err = c.GetWorkflow(t.Context(), "erasure/R-1", reset.GetRunId()).Get(t.Context(), nil)
	require.ErrorContains(t, err, vault.ErrDestroyed.Error())

	require.ErrorContains(t, s.replay(s.vault(), history, "R-1"), vault.ErrDestroyed.Error())
}

// TestASweepForgetsWhatIsOverAndNothingElse lets the schedule destroy keys.
func TestASweepForgetsWhatIsOverAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit("lethe.yaml", "vault: {cache_for: 1s}", "vault: {cache_for: 1s, grace_period: 0s}")
	s.worker()
	s.submit("over", population.Ana)
	s.submit("open", population.Ben)
	s.submit("terminated", population.Zoe)
	s.conclude("over")
	s.report("open", in("alore", dsr.NeedsOperator))
	keys := s.vault()
	c := s.client(keys)
	require.NoError(t, c.TerminateWorkflow(t.Context(), "erasure/terminated", "", "by mistake"))
	require.NoError(t, keys.Ensure(t.Context(), "erasure/never-started"))
	require.NoError(t, keys.Ensure(t.Context(), "operator/2020-01"))

	schedule := c.ScheduleClient().GetHandle(t.Context(), workflows.SweepID)
	require.NoError(t, schedule.Trigger(t.Context(), client.ScheduleTriggerOptions{}))
	for _, name := range []string{"erasure/over", "erasure/terminated", "operator/2020-01"} {
		require.Eventually(t, func() bool {
			at, err := keys.DestroyedAt(t.Context(), name)
			return err == nil && !at.IsZero()
		}, patience, 200*time.Millisecond, "log:\n%s", lazily(s.log))
	}
	require.NoError(t, schedule.Trigger(t.Context(), client.ScheduleTriggerOptions{}))
	require.Eventually(t, func() bool { return strings.Contains(s.sweeps(c), `"unknown":["erasure/never-started"]`) }, patience, 200*time.Millisecond)

	require.Contains(t, s.lethe("show", "over").err, "is forgotten")
	require.Contains(t, s.must("report", "over"), "Status       completed\n")
	s.conclude("open") // it goes on with its key
	at, err := keys.DestroyedAt(t.Context(), "erasure/never-started")
	require.NoError(t, err)
	require.True(t, at.IsZero(), "what Temporal does not know is kept")
}

// sweeps are the results of the sweeps that have ended.
func (s *site) sweeps(c client.Client) string {
	s.Helper()
	listed, err := c.ListWorkflow(s.Context(), &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: "default", Query: "WorkflowType = 'Sweep' AND ExecutionStatus = 'Completed'",
	})
	require.NoError(s, err)
	var all strings.Builder
	for _, execution := range listed.GetExecutions() {
		var result json.RawMessage
		require.NoError(s, c.GetWorkflow(s.Context(), execution.GetExecution().GetWorkflowId(), "").Get(s.Context(), &result))
		all.Write(result)
	}
	return all.String()
}

// TestAKeyStoreThatIsAwayForAWhileIsWaitedFor takes the key store away in the
// middle of a request.
func TestAKeyStoreThatIsAwayForAWhileIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.town.Gist.Faults().Set(simulators.Rule{Kind: simulators.Down})
	first := s.worker()
	s.submit("R-1", population.Ana)
	s.report("R-1", in("website", dsr.Erased))
	store, away := filepath.Join(s.dir, "data", "keys"), filepath.Join(s.dir, "away")
	require.NoError(t, os.Rename(store, away))
	require.NoError(t, os.MkdirAll(store, 0o700)) // as if it were not mounted
	first.end(syscall.SIGTERM)
	s.town.Gist.Faults().Clear()
	s.worker()
	require.Eventually(t, func() bool { return strings.Contains(s.log(), "there is no key for this workflow") }, patience, 200*time.Millisecond)
	require.NotZero(t, s.lethe("show", "R-1").code)

	require.NoError(t, os.RemoveAll(store))
	require.NoError(t, os.Rename(away, store))

	r := s.conclude("R-1")
	require.Equal(t, complete(), states(r))
	s.forgotten(population.Ana)
}
