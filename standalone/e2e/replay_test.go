package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
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
	c, err := client.Dial(client.Options{HostPort: s.engine.Address(), Logger: silent{}})
	require.NoError(t, err)
	defer c.Close()
	for _, id := range []string{"complete", "exceptions", "shared-phone"} {
		history := download(t, c, id)
		replayer := worker.NewWorkflowReplayer()
		replayer.RegisterWorkflow(workflows.Erasure)
		require.NoError(t, replayer.ReplayWorkflowHistory(silent{}, history))
		if *record {
			content, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(history)
			require.NoError(t, err)
			path := filepath.Join("..", "..", "workflows", "testdata", "replay", id+".json")
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
			require.NoError(t, os.WriteFile(path, content, 0o600))
		}
	}
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

// silent drops the SDK's logs.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
