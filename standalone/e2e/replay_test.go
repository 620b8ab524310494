package e2e

import (
	"flag"
	"os"
	"path/filepath"
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
		history := download(t, c, id)
		require.NoError(t, s.replay(keys, history, id))
		if *record {
			decrypt(t, history, keys, dsr.WorkflowID(dsr.Erasure, id))
			content, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(history)
			require.NoError(t, err)
			path := filepath.Join("..", "..", "workflows", "testdata", "replay", id+".json")
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
			require.NoError(t, os.WriteFile(path, content, 0o600))
		}
	}
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
	options := client.Options{Namespace: s.engine.Namespace()}
	keys.ProtectReplay(&options)
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		DataConverter: options.DataConverter, FailureConverter: options.FailureConverter,
	})
	require.NoError(s, err)
	replayer.RegisterWorkflow(workflows.Erasure)
	return replayer.ReplayWorkflowHistoryWithOptions(silent{}, history, worker.ReplayWorkflowHistoryOptions{
		OriginalExecution: workflow.Execution{ID: dsr.WorkflowID(dsr.Erasure, id)},
	})
}

// decrypt makes a history readable, to be stored without its key. Fixtures hold
// invented people only.
func decrypt(t *testing.T, history *historypb.History, keys *vault.Vault, workflowID string) {
	t.Helper()
	codec := keys.NewCodec("default").WithSerializationContext(converter.WorkflowSerializationContext{WorkflowID: workflowID})
	require.NoError(t, proxy.VisitPayloads(t.Context(), history, proxy.VisitPayloadsOptions{
		Visitor: func(_ *proxy.VisitPayloadsContext, payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
			return codec.Decode(payloads)
		},
	}))
}

func download(t *testing.T, c client.Client, id string) *historypb.History {
	t.Helper()
	var history historypb.History
	events := c.GetWorkflowHistory(t.Context(), dsr.WorkflowID(dsr.Erasure, id), "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
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
