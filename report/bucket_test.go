package report_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/report"
)

func TestAnArchiveIsOpenToItsOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data", "reports")
	bucket, err := report.OpenBucket(t.Context(), "file://"+dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bucket.Close()) })
	_, err = report.NewArchive(bucket).Put(t.Context(), sample())
	require.NoError(t, err)
	for _, folder := range []string{dir, filepath.Join(dir, "erasure"), filepath.Join(dir, "erasure", "R-1")} {
		info, err := os.Stat(folder)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), folder)
	}
	require.NoFileExists(t, filepath.Join(dir, "erasure", "R-1", "001.json.attrs"), "the report is the only file")
}

func TestAnArchiveThatCannotBeOpenedIsRefused(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"://", "nowhere://reports", ""} {
		_, err := report.OpenBucket(t.Context(), url)
		require.Error(t, err, url)
	}
}
