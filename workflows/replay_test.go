package workflows_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"

	"ite.digital/lethe/workflows"
)

// TestRecordedHistoriesReplay fails when a change to a workflow would break
// requests that are in flight. Version the change with workflow.GetVersion
// instead of recording the histories anew; CONTRIBUTING.md says how new ones
// are added.
func TestRecordedHistoriesReplay(t *testing.T) {
	t.Parallel()
	histories, err := filepath.Glob(filepath.Join("testdata", "replay", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, histories)
	for _, history := range histories {
		t.Run(filepath.Base(history), func(t *testing.T) {
			t.Parallel()
			replayer := worker.NewWorkflowReplayer()
			replayer.RegisterWorkflow(workflows.Erasure)
			replayer.RegisterWorkflow(workflows.Restriction)
			require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(quiet{}, history))
		})
	}
}

// TestAHistoryThatDoesNotFitIsNoticed makes sure that the test above can fail.
func TestAHistoryThatDoesNotFitIsNoticed(t *testing.T) {
	t.Parallel()
	histories, err := filepath.Glob(filepath.Join("testdata", "replay", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, histories)
	content, err := os.ReadFile(histories[0])
	require.NoError(t, err)
	changed := filepath.Join(t.TempDir(), "changed.json")
	require.NoError(t, os.WriteFile(changed, []byte(strings.ReplaceAll(string(content), "MakePlan", "MakeHaste")), 0o600))
	replayer := worker.NewWorkflowReplayer()
	replayer.RegisterWorkflow(workflows.Erasure)
	require.ErrorContains(t, replayer.ReplayWorkflowHistoryFromJSONFile(quiet{}, changed), "nondeterministic")
}
