package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocsAreUpToDate compares docs/cli with the commands. If it fails, run
// "make generate" and look at what has changed.
func TestDocsAreUpToDate(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("..", "..", "docs", "cli")
	if *update {
		require.NoError(t, os.RemoveAll(folder))
		require.Zero(t, run(systemStreams(), []string{"docs", folder}))
	}
	expected := pages(newRoot(systemStreams()))
	for name, content := range expected {
		found, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err, "run: make generate")
		require.Equal(t, content, string(found), "%s is stale; run: make generate", name)
	}
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, len(expected), "docs/cli holds pages of commands that are gone; run: make generate")
}
