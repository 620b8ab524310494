package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/workflows"
)

// record adds the histories to those that every later release has to replay.
var record = flag.Bool("record", false, "store the histories in workflows/testdata/replay")

// TestTheHistoriesReplay carries out requests that take every turn there is,
// and replays what Temporal has recorded of them.
func TestTheHistoriesReplay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.write("landbot.key", "the-wrong-key")
	s.town.Gist.Faults().Set(simulators.Rule{Kind: simulators.ServiceUnavailable, Times: 9})
	s.worker()
	for id, person := range map[string]population.Person{"complete": population.Ana, "exceptions": population.Ben, "shared-phone": population.Dora} {
		s.submit(id, person)
		s.report(id, in("landbot", dsr.NeedsOperator))
		s.completeTask(id)
		s.must("retry-system", id, "landbot") // in vain
		s.report(id, in("landbot", dsr.NeedsOperator))
		s.must("skip-system", id, "landbot", "--reason", "the contract has ended")
		s.conclude(id)
	}
	keys := s.vault()
	c := s.client(keys)
	for _, id := range []string{"complete", "exceptions", "shared-phone"} {
		s.replays(keys, c, dsr.Erasure, id)
	}
}

// TestTheHistoriesOfWhatCameLaterReplay does the same with a request that is carried
// out again, one whose subject has to prove who they are, and restrictions: one that
// is lifted, one that an erasure ends, and one that came without a ground.
func TestTheHistoriesOfWhatCameLaterReplay(t *testing.T) {
	t.Parallel()
	s := restricting(t)
	o := s.clerk()
	keys, c := s.vault(), o.client
	hand := func(kind dsr.Kind, id string, person population.Person, ground dsr.Ground, approval bool) {
		require.NoError(t, o.handFor(person, dsr.Request{ID: id, Kind: kind, Ground: ground, ApprovalRequired: approval}))
	}
	restricted := func(id string) {
		require.Eventually(t, func() bool {
			r, _, err := o.desk.Status(t.Context(), dsr.Restriction, id)
			for _, outcome := range r.Systems {
				o.answerOf(dsr.Restriction, id, outcome)
			}
			return err == nil && inForce(r)
		}, patience, 50*time.Millisecond)
	}
	ended := func(kind dsr.Kind, id string) {
		require.Eventually(t, func() bool {
			r, _, err := o.desk.Status(t.Context(), kind, id)
			for _, outcome := range r.Systems {
				o.answerOf(kind, id, outcome)
				if q := outcome.Question; q != nil && q.Kind == dsr.QuestionApproval {
					_ = o.desk.Update(t.Context(), kind, id, workflows.UpdateApprove, workflows.Approve{System: outcome.Name, Operator: "sam", Records: q.Records()})
				}
			}
			line, lineErr := o.desk.Line(t.Context(), kind, id)
			return err == nil && lineErr == nil && !line.Running()
		}, patience, 50*time.Millisecond, "%s %s", kind, id)
	}

	hand(dsr.Erasure, "carried-out-again", population.Dora, "", false)
	ended(dsr.Erasure, "carried-out-again")
	require.NoError(t, o.desk.Rerun(t.Context(), dsr.Erasure, "carried-out-again"))
	ended(dsr.Erasure, "carried-out-again")

	hand(dsr.Erasure, "identity", population.Ben, "", true)
	now := time.Now()
	require.NoError(t, o.desk.Update(t.Context(), dsr.Erasure, "identity", workflows.UpdateAskIdentity, workflows.AskIdentity{Operator: "sam", Reason: "new address", AskedAt: now.Add(time.Minute)}))
	require.NoError(t, o.desk.Update(t.Context(), dsr.Erasure, "identity", workflows.UpdateConfirmIdentity, workflows.ConfirmIdentity{Operator: "sam", Evidence: "seen", AnsweredAt: now.Add(2 * time.Minute)}))
	ended(dsr.Erasure, "identity")

	hand(dsr.Restriction, "lifted", population.Ana, dsr.GroundAccuracy, false)
	restricted("lifted")
	require.NoError(t, o.desk.Update(t.Context(), dsr.Restriction, "lifted", workflows.UpdateLift, workflows.Lift{Operator: "sam", Reason: "corrected"}))
	require.NoError(t, o.desk.Update(t.Context(), dsr.Restriction, "lifted", workflows.UpdateConfirmNotice, workflows.ConfirmNotice{Operator: "sam", Evidence: "letter", SentAt: time.Now()}))
	ended(dsr.Restriction, "lifted")

	hand(dsr.Restriction, "superseded", population.Zoe, dsr.GroundClaims, false)
	restricted("superseded")
	hand(dsr.Erasure, "supersedes", population.Zoe, "", false)
	ended(dsr.Erasure, "supersedes")
	ended(dsr.Restriction, "superseded")

	require.NoError(t, o.handFor(population.Oneil, dsr.Request{ID: "ground-named", Kind: dsr.Restriction, Channel: dsr.ChannelMail, ApprovalRequired: true}))
	o.report("ground-named", func(r dsr.Report) bool {
		return r.Restriction.LacksGround() && states(r)["hubspot"] == dsr.NeedsOperator
	})
	o.must("approve", "ground-named", "--ground", "unlawful")
	(&mailroom{clerk: o}).approve(dsr.Restriction, "ground-named", inForce)
	require.NoError(t, o.desk.Update(t.Context(), dsr.Restriction, "ground-named", workflows.UpdateLift, workflows.Lift{Operator: "sam", Reason: "they agree"}))
	require.NoError(t, o.desk.Update(t.Context(), dsr.Restriction, "ground-named", workflows.UpdateConfirmNotice, workflows.ConfirmNotice{Operator: "sam", Evidence: "letter", SentAt: time.Now()}))
	ended(dsr.Restriction, "ground-named")

	for id, kind := range map[string]dsr.Kind{
		"ground-named": dsr.Restriction, "carried-out-again": dsr.Erasure, "identity": dsr.Erasure, "supersedes": dsr.Erasure, "lifted": dsr.Restriction, "superseded": dsr.Restriction,
	} {
		s.replays(keys, c, kind, id)
	}
}

// replays replays the last run of a request, and records it
// if the tests are told to.
func (s *site) replays(keys *vault.Vault, c client.Client, kind dsr.Kind, id string) {
	s.Helper()
	history := downloadOf(s.T, c, dsr.WorkflowID(kind, id))
	require.NoError(s, s.replayOf(keys, history, kind, id))
	if !*record {
		return
	}
	decrypt(s.T, history, keys, dsr.WorkflowID(kind, id))
	content, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(history)
	require.NoError(s, err)
	path := filepath.Join("..", "..", "workflows", "testdata", "replay", id+".json")
	if _, err := os.Stat(path); err == nil {
		return // recorded histories are added to only
	}
	require.NoError(s, os.MkdirAll(filepath.Dir(path), 0o750))
	require.NoError(s, os.WriteFile(path, content, 0o600))
}

// vault opens the site's keys.
func (s *site) vault() *vault.Vault {
	s.Helper()
	keys, err := vault.Open(s.Context(), vault.Options{
		Store: "file://" + s.dir + "/data/keys", KEK: "file://" + s.dir + "/data/key-encryption.key", CacheFor: time.Minute, Existing: true,
	})
	require.NoError(s, err)
	s.Cleanup(func() { require.NoError(s, keys.Close()) })
	return keys
}

// client connects to the site's Temporal server as workers do.
func (s *site) client(keys *vault.Vault) client.Client {
	s.Helper()
	options := client.Options{HostPort: s.engine.Address(), Namespace: s.engine.Namespace(), Logger: silent{}}
	keys.ProtectWorker(&options)
	c, err := client.DialContext(s.Context(), options)
	require.NoError(s, err)
	s.Cleanup(c.Close)
	return c
}

// replay says why a history does not replay, if it does not.
func (s *site) replay(keys *vault.Vault, history *historypb.History, id string) error {
	s.Helper()
	return s.replayOf(keys, history, dsr.Erasure, id)
}

func (s *site) replayOf(keys *vault.Vault, history *historypb.History, kind dsr.Kind, id string) error {
	s.Helper()
	options := client.Options{Namespace: s.engine.Namespace()}
	keys.ProtectReplay(&options)
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		DataConverter: options.DataConverter, FailureConverter: options.FailureConverter,
	})
	require.NoError(s, err)
	replayer.RegisterWorkflow(workflows.Erasure)
	replayer.RegisterWorkflow(workflows.Restriction)
	return replayer.ReplayWorkflowHistoryWithOptions(silent{}, history, worker.ReplayWorkflowHistoryOptions{
		OriginalExecution: workflow.Execution{ID: dsr.WorkflowID(kind, id)},
	})
}

// decrypt makes a history readable, to be stored without its key. Fixtures hold
// invented people only.
func decrypt(t *testing.T, history *historypb.History, keys *vault.Vault, workflowID string) {
	t.Helper()
	require.NoError(t, proxy.VisitPayloads(t.Context(), history, proxy.VisitPayloadsOptions{
		Visitor: func(_ *proxy.VisitPayloadsContext, payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
			var plain []*commonpb.Payload
			for _, payload := range payloads {
				of := workflowID
				if key := string(payload.GetMetadata()["lethe-key"]); dsr.CheckKind(dsr.Kind(strings.Split(key, "/")[0])) == nil {
					of = key // a signal to another workflow is encrypted under that one's key
				}
				codec := keys.NewCodec("default").WithSerializationContext(converter.WorkflowSerializationContext{WorkflowID: of})
				decoded, err := codec.Decode([]*commonpb.Payload{payload})
				if err != nil {
					return nil, err
				}
				plain = append(plain, decoded...)
			}
			return plain, nil
		},
	}))
}

func download(t *testing.T, c client.Client, id string) *historypb.History {
	t.Helper()
	return downloadOf(t, c, dsr.WorkflowID(dsr.Erasure, id))
}

// downloadOf downloads the history of a workflow's last run.
func downloadOf(t *testing.T, c client.Client, workflowID string) *historypb.History {
	t.Helper()
	var history historypb.History
	events := c.GetWorkflowHistory(t.Context(), workflowID, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		history.Events = append(history.Events, event)
	}
	return &history
}

// executionOf names the run that a history is of.
func executionOf(history *historypb.History, id string) *commonpb.WorkflowExecution {
	started := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
	return &commonpb.WorkflowExecution{WorkflowId: dsr.WorkflowID(dsr.Erasure, id), RunId: started.GetOriginalExecutionRunId()}
}

// silent drops the SDK's logs.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
