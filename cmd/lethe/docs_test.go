package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/stretchr/testify/require"
)

// TestDocsAreUpToDate compares docs/cli with the commands. If it fails, run
// "make generate" and look at what has changed.
func TestDocsAreUpToDate(t *testing.T) {
	t.Parallel()
	written := filepath.Join("..", "..", "docs", "cli")
	if *update {
		require.NoError(t, os.RemoveAll(written))
		require.NoError(t, os.MkdirAll(written, 0o755))
		require.NoError(t, document(written))
	}
	expected := t.TempDir()
	require.NoError(t, document(expected))
	require.Equal(t, pages(t, expected), pages(t, written), "docs/cli is stale; run: make generate")
}

// document writes a page for each command.
func document(folder string) error {
	root := newRoot(systemStreams())
	root.DisableAutoGenTag = true
	root.CompletionOptions = cobra.CompletionOptions{DisableDefaultCmd: true}
	return doc.GenMarkdownTree(root, folder)
}

// pages reads a folder of pages, by name.
func pages(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	content := map[string]string{}
	for _, file := range files {
		page, err := os.ReadFile(filepath.Join(folder, file.Name()))
		require.NoError(t, err)
		content[file.Name()] = string(page)
	}
	return content
}
