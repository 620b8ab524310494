package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/standalone/engine"
	"ite.digital/lethe/vault"
)

// A spy is a codec that notes which texts it was given for which workflow.
type spy struct {
	seen       *sync.Map
	workflowID string
}

func (s spy) WithSerializationContext(sc converter.SerializationContext) converter.PayloadCodec {
	switch sc := sc.(type) {
	case converter.WorkflowSerializationContext:
		s.workflowID = "workflow " + sc.WorkflowID
	case converter.ActivitySerializationContext:
		s.workflowID = "activity " + sc.WorkflowID
	}
	return s
}

func (s spy) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	for _, payload := range payloads {
		for _, class := range classes() {
			if strings.Contains(string(payload.GetData()), "the "+class+";") {
				s.seen.Store(class+" of "+s.workflowID, true)
			}
		}
	}
	return payloads, nil
}

func (spy) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) { return payloads, nil }

// classes are the sorts of payload that Temporal stores. A local activity's input
// is none of them: it stays in the process.
func classes() []string {
	return []string{
		"input", "result", "memo", "static summary", "static details", "current details", "activity input", "activity result",
		"activity summary", "activity failure", "activity failure detail", "heartbeat",
		"local activity result", "side effect", "mutable side effect", "signal", "query input", "query result", "update input",
		"update result", "update failure", "timer summary", "child input", "child result", "child summary", "upserted memo",
		"workflow failure", "continued input",
	}
}

func say(class string) string { return "the " + class + ";" }

// everything makes a payload of every class.
func everything(ctx workflow.Context, _ string) (string, error) {
	done := false
	err := errors.Join(
		workflow.SetQueryHandler(ctx, "query", func(string) (string, error) { return say("query result"), nil }),
		workflow.SetUpdateHandler(ctx, "update", func(_ workflow.Context, text string) (string, error) {
			if text == "fail" {
				return "", errors.New(say("update failure"))
			}
			done = true
			return say("update result"), nil
		}),
		workflow.UpsertMemo(ctx, map[string]any{"more": say("upserted memo")}),
	)
	if err != nil {
		return "", err
	}
	workflow.SetCurrentDetails(ctx, say("current details"))
	var text string
	once := workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute, Summary: say("activity summary"), RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1},
	}
	ctx = workflow.WithActivityOptions(ctx, once)
	if err := workflow.ExecuteActivity(ctx, "act", say("activity input")).Get(ctx, &text); err != nil {
		return "", err
	}
	if err := workflow.ExecuteActivity(ctx, "act", "fail").Get(ctx, &text); err == nil {
		return "", errors.New("it did not fail")
	}
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: time.Minute})
	if err := workflow.ExecuteLocalActivity(local, actLocally, "").Get(ctx, &text); err != nil {
		return "", err
	}
	err = workflow.SideEffect(ctx, func(workflow.Context) any { return say("side effect") }).Get(&text)
	err = errors.Join(err, workflow.MutableSideEffect(ctx, "id", func(workflow.Context) any { return say("mutable side effect") },
		func(a, b any) bool { return a == b }).Get(&text))
	if err != nil {
		return "", err
	}
	if err := workflow.NewTimerWithOptions(ctx, time.Millisecond, workflow.TimerOptions{Summary: say("timer summary")}).Get(ctx, nil); err != nil {
		return "", err
	}
	child := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: "the-child", StaticSummary: say("child summary")})
	if err := workflow.ExecuteChildWorkflow(child, "small", say("child input")).Get(ctx, &text); err != nil {
		return "", err
	}
	workflow.GetSignalChannel(ctx, "signal").Receive(ctx, &text)
	if err := workflow.Await(ctx, func() bool { return done }); err != nil {
		return "", err
	}
	return say("result"), nil
}

func small(ctx workflow.Context, text string) (string, error) {
	switch text {
	case "fail":
		return "", errors.New(say("workflow failure"))
	case "continue":
		return "", workflow.NewContinueAsNewError(ctx, "small", say("continued input"))
	case say("continued input"):
		return "", nil
	}
	return say("child result"), nil
}

func act(ctx context.Context, text string) (string, error) {
	activity.RecordHeartbeat(ctx, say("heartbeat"))
	if text == "fail" {
		return "", temporal.NewApplicationError(say("activity failure"), "failed", say("activity failure detail"))
	}
	return say("activity result"), nil
}

func actLocally(context.Context, string) (string, error) { return say("local activity result"), nil }

// TestEveryPayloadReachesTheCodecWithItsWorkflow pins which payloads the SDK
// hands to the codec for which workflow, so that an upgrade of the SDK cannot
// open a gap unseen.
func TestEveryPayloadReachesTheCodecWithItsWorkflow(t *testing.T) {
	t.Parallel()
	e, err := engine.Start(t.Context(), engine.Options{NoUI: true})
	require.NoError(t, err)
	t.Cleanup(e.Stop)
	seen := &sync.Map{}
	data := converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), spy{seen: seen})
	options := client.Options{HostPort: e.Address(), Logger: silent{}, DataConverter: data, FailureConverter: vault.NewFailureConverter(data)}
	c, err := client.DialContext(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	w := worker.New(c, "everything", worker.Options{})
	w.RegisterWorkflow(everything)
	w.RegisterWorkflow(small)
	w.RegisterActivity(act)
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)

	start := client.StartWorkflowOptions{
		ID: "the-workflow", TaskQueue: "everything", Memo: map[string]any{"memo": say("memo")},
		StaticSummary: say("static summary"), StaticDetails: say("static details"),
	}
	run, err := c.ExecuteWorkflow(t.Context(), start, "everything", say("input"))
	require.NoError(t, err)
	_, err = c.QueryWorkflow(t.Context(), "the-workflow", "", "query", say("query input"))
	require.NoError(t, err)
	_, err = c.QueryWorkflow(t.Context(), "the-workflow", "", "__temporal_workflow_metadata")
	require.NoError(t, err)
	require.NoError(t, c.SignalWorkflow(t.Context(), "the-workflow", "", "signal", say("signal")))
	for _, input := range []string{"fail", say("update input")} {
		handle, err := c.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
			WorkflowID: "the-workflow", UpdateName: "update", Args: []any{input}, WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		require.NoError(t, err)
		_ = handle.Get(t.Context(), nil) // one of them fails
	}
	require.NoError(t, run.Get(t.Context(), nil))
	for _, input := range []string{"fail", "continue"} {
		run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "the-small-one", TaskQueue: "everything"}, "small", input)
		require.NoError(t, err)
		_ = run.Get(t.Context(), nil) // one of them fails
	}

	found := map[string][]string{}
	seen.Range(func(key, _ any) bool {
		class, of, _ := strings.Cut(key.(string), " of ")
		found[class] = append(found[class], of)
		return true
	})
	expected := map[string][]string{}
	for _, class := range classes() {
		expected[class] = []string{"workflow the-workflow"}
	}
	for _, class := range []string{
		"activity input", "activity result", "activity failure", "activity failure detail", "heartbeat", "local activity result",
	} {
		expected[class] = []string{"activity the-workflow"}
	}
	for _, class := range []string{"child input", "child result"} {
		expected[class] = []string{"workflow the-child"}
	}
	for _, class := range []string{"workflow failure", "continued input"} {
		expected[class] = []string{"workflow the-small-one"}
	}
	want, err := json.MarshalIndent(expected, "", " ")
	require.NoError(t, err)
	got, err := json.MarshalIndent(found, "", " ")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}
