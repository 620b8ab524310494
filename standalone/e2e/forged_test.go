package e2e

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/durationpb"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/workflows"
)

// stranger is a program that reaches Temporal and has none of Lethe's keys.
type stranger struct {
	*site
	client.Client
}

func (s *site) stranger() stranger {
	s.Helper()
	c, err := client.DialContext(s.Context(), client.Options{HostPort: s.engine.Address(), Namespace: s.engine.Namespace(), Logger: silent{}})
	require.NoError(s, err)
	s.Cleanup(c.Close)
	return stranger{s, c}
}

// take waits for a step at a system, as a worker does.
func (s stranger) take(system string) *workflowservice.PollActivityTaskQueueResponse {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	for ctx.Err() == nil {
		polling, stop := context.WithTimeout(ctx, time.Minute)
		task, err := s.WorkflowService().PollActivityTaskQueue(polling, &workflowservice.PollActivityTaskQueueRequest{
			Namespace: s.engine.Namespace(), TaskQueue: &taskqueuepb.TaskQueue{Name: workflows.SystemTaskQueue(system)}, Identity: "stranger",
		})
		stop()
		if err == nil && len(task.GetTaskToken()) > 0 {
			return task
		}
	}
	require.FailNow(s, "nothing was asked of the system", system)
	return nil
}

func (s stranger) answer(task *workflowservice.PollActivityTaskQueueResponse, result ...*commonpb.Payload) {
	s.Helper()
	request := &workflowservice.RespondActivityTaskCompletedRequest{Namespace: s.engine.Namespace(), TaskToken: task.GetTaskToken()}
	if len(result) > 0 {
		request.Result = &commonpb.Payloads{Payloads: result}
	}
	_, err := s.WorkflowService().RespondActivityTaskCompleted(s.Context(), request)
	require.NoError(s, err)
}

func (s stranger) fail(task *workflowservice.PollActivityTaskQueueResponse, failure *failurepb.Failure) {
	s.Helper()
	_, err := s.WorkflowService().RespondActivityTaskFailed(s.Context(), &workflowservice.RespondActivityTaskFailedRequest{
		Namespace: s.engine.Namespace(), TaskToken: task.GetTaskToken(), Failure: failure,
	})
	require.NoError(s, err)
}

// refusal is the failure of a vendor that refuses, which nobody tries again.
func refusal(text *commonpb.Payload, details ...*commonpb.Payload) *failurepb.Failure {
	info := &failurepb.ApplicationFailureInfo{Type: "rejected", NonRetryable: true, NextRetryDelay: durationpb.New(time.Hour)}
	if len(details) > 0 {
		info.Details = &commonpb.Payloads{Payloads: details}
	}
	return &failurepb.Failure{
		Message: "the vendor refuses; skip-system", EncodedAttributes: text,
		FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: info},
	}
}

// input is what the request began with, encrypted as Lethe did it.
func (s stranger) input(id string) *commonpb.Payload {
	s.Helper()
	event, err := s.GetWorkflowHistory(s.Context(), id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT).Next()
	require.NoError(s, err)
	return event.GetWorkflowExecutionStartedEventAttributes().GetInput().GetPayloads()[0]
}

// strange are failures that Temporal takes for final, of a request whose input is given: not
// encrypted, and made of what lies encrypted in the history.
func strange(input *commonpb.Payload) map[string]*failurepb.Failure {
	return map[string]*failurepb.Failure{
		"failed":   refusal(nil),
		"replayed": refusal(input),
		"detailed": refusal(input, input),
	}
}

func plain(json string) *commonpb.Payload {
	return &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(json)}
}

// encode has the codec server encrypt a payload, as anybody can whom it lets in.
func (s stranger) encode(payload *commonpb.Payload) *commonpb.Payload {
	s.Helper()
	const token = "a-token-of-an-operator-who-may-look"
	server := httptest.NewServer(s.vault().NewCodecServer(vault.ServerOptions{
		Namespace: s.engine.Namespace(), Tokens: []vault.Token{{Name: "sam", Value: token}},
	}))
	s.Cleanup(server.Close)
	body, err := protojson.Marshal(&commonpb.Payloads{Payloads: []*commonpb.Payload{payload}})
	require.NoError(s, err)
	request, err := http.NewRequestWithContext(s.Context(), http.MethodPost, server.URL+"/encode", bytes.NewReader(body))
	require.NoError(s, err)
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	require.NoError(s, err)
	content, err := io.ReadAll(response.Body)
	require.NoError(s, err)
	require.NoError(s, response.Body.Close())
	var encoded commonpb.Payloads
	require.NoError(s, protojson.Unmarshal(content, &encoded))
	require.Len(s, encoded.GetPayloads(), 1)
	return encoded.GetPayloads()[0]
}

// another is the answer to another step of the request, encrypted as Lethe did it.
func (s stranger) another(id, step string) *commonpb.Payload {
	s.Helper()
	var scheduled int64
	history := s.GetWorkflowHistory(s.Context(), id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		require.NoError(s, err)
		if a := event.GetActivityTaskScheduledEventAttributes(); strings.HasPrefix(a.GetActivityId(), step) && scheduled == 0 {
			scheduled = event.GetEventId()
		}
		if a := event.GetActivityTaskCompletedEventAttributes(); a != nil && a.GetScheduledEventId() == scheduled {
			return a.GetResult().GetPayloads()[0]
		}
	}
	require.FailNow(s, "the step has no answer", step)
	return nil
}

// TestNothingIsBelievedThatNoWorkerOfLetheSaid has a program without keys answer for Gist
// in each way there is. Whatever it says, the person is erased there, or the report does
// not say so; it is counted, and a person is notified once it happens again.
func TestNothingIsBelievedThatNoWorkerOfLetheSaid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.town.Gist.Faults().Set(simulators.Rule{Kind: simulators.Down})
	type forgery struct {
		person population.Person
		forge  func(s stranger, id string, task *workflowservice.PollActivityTaskQueueResponse)
	}
	answers := map[string]forgery{
		"plain": {population.Ana, func(s stranger, _ string, task *workflowservice.PollActivityTaskQueueResponse) {
			s.answer(task, plain(`{"attempts":1}`))
		}},
		"empty": {population.Ben, func(s stranger, _ string, task *workflowservice.PollActivityTaskQueueResponse) { s.answer(task) }},
		"encoded": {population.Oneil, func(s stranger, _ string, task *workflowservice.PollActivityTaskQueueResponse) {
			s.answer(task, s.encode(plain(`{"attempts":1}`)))
		}},
		"another": {population.Zoe, func(s stranger, id string, task *workflowservice.PollActivityTaskQueueResponse) {
			s.answer(task, s.another("erasure/"+id, "landbot.locate"))
		}},
	}
	for name := range strange(nil) {
		answers[name] = forgery{population.Person{Email: name + "@example.com"}, func(s stranger, id string, task *workflowservice.PollActivityTaskQueueResponse) {
			s.fail(task, strange(s.input("erasure/" + id))[name])
		}}
	}
	w := s.worker()
	for id, a := range answers {
		s.submit(id, a.person)
		s.report(id, func(r dsr.Report) bool { return !states(r)["landbot"].Open() && states(r)["gist"] == dsr.Locating })
	}
	w.end(syscall.SIGTERM)
	forger := s.stranger()
	ids := map[string]string{}
	for range answers { // each is asked about Gist once, as the backoff of the step ends
		task := forger.take("gist")
		id := strings.TrimPrefix(task.GetWorkflowExecution().GetWorkflowId(), "erasure/")
		require.Empty(t, ids[id], "once each: nobody has discarded anything yet")
		ids[id] = task.GetActivityId()
		answers[id].forge(forger, id, task)
	}
	// The workflows discard that, and take the step again: as the stranger asks for steps at
	// Gist, and nobody else does.
	s.edit("lethe.yaml", "  - name: gist\n", "  - name: gist-elsewhere\n")
	w = s.worker()
	for range answers {
		task := forger.take("gist")
		id := strings.TrimPrefix(task.GetWorkflowExecution().GetWorkflowId(), "erasure/")
		require.NotEqual(t, ids[id], task.GetActivityId(), "it is another step")
		answers[id].forge(forger, id, task)
	}
	for id := range answers {
		r := s.report(id, in("gist", dsr.NeedsOperator))
		for _, o := range r.Systems {
			if o.Name == "gist" {
				require.Equal(t, 2, o.Discarded, id)
				require.Contains(t, o.Question.Text, "2 answers to a step were discarded", id)
				require.Contains(t, o.Question.Text, "lethe.gist", id)
			}
		}
		require.Eventually(t, func() bool {
			return strings.Count(s.log(), "answers to a request's steps were discarded") >= len(answers)
		}, patience, 100*time.Millisecond)
	}
	require.Equal(t, len(answers), strings.Count(s.log(), "answers to a request's steps were discarded"), "once a request")
	w.end(syscall.SIGTERM)

	// The stranger is stopped, and Gist is back.
	s.edit("lethe.yaml", "  - name: gist-elsewhere\n", "  - name: gist\n")
	s.town.Gist.Faults().Clear()
	s.worker()
	for id, a := range answers {
		s.must("retry-system", id, "gist", "--operator", "sam")
		r := s.conclude(id)
		want := dsr.Erased
		if _, unknown := strange(nil)[id]; unknown {
			want = dsr.NotFound
		}
		require.Equal(t, want, states(r)["gist"], id)
		require.Empty(t, s.town.Remaining(a.person), id)
	}
	s.must("archive", "verify")
}

// TestSignalsThatAreNotEncryptedAreDroppedAndCounted says, as anybody can who reaches
// Temporal, that another request of the person is in the way, and that the person has
// written.
func TestSignalsThatAreNotEncryptedAreDroppedAndCounted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()
	s.submit("R-1", population.Ana)
	s.report("R-1", in("alore", dsr.NeedsOperator))
	forger := s.stranger()
	ahead := time.Now().Add(time.Hour)
	for name, content := range map[string]any{
		workflows.SignalMeeting:       dsr.Meeting{Kind: dsr.Restriction, RequestID: "R-9", StartedAt: ahead, Ground: dsr.GroundClaims},
		workflows.SignalRecordMessage: workflows.RecordMessage{},
		"unknown":                     1,
	} {
		require.NoError(t, forger.SignalWorkflow(t.Context(), "erasure/R-1", "", name, content), name)
	}

	r := s.report("R-1", func(r dsr.Report) bool { return r.Discarded == 2 })
	require.Empty(t, r.Related)
	require.Nil(t, r.FollowUps)

	r = s.conclude("R-1")
	require.Equal(t, complete(), states(r))
	require.Equal(t, 2, r.Discarded)
	s.forgotten(population.Ana)
}
