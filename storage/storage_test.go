package storage_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/storage"
)

func open(t *testing.T) (*storage.Bucket, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data", "objects")
	b, err := storage.Open(t.Context(), "file://"+dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b, dir
}

func TestAFolderIsOpenToItsOwnerOnly(t *testing.T) {
	t.Parallel()
	b, dir := open(t)
	require.NoError(t, b.Create(t.Context(), "erasure/R-1/001.json", []byte("{}")))
	require.NoError(t, b.Replace(t.Context(), "erasure/R-1/002.json", []byte("{}")))
	for name, want := range map[string]fs.FileMode{
		"": 0o700, "erasure": 0o700, "erasure/R-1": 0o700, "erasure/R-1/001.json": 0o600, "erasure/R-1/002.json": 0o600,
	} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, want, info.Mode().Perm(), name)
	}
	files, err := os.ReadDir(filepath.Join(dir, "erasure", "R-1"))
	require.NoError(t, err)
	require.Len(t, files, 2, "nothing else is left there")
}

func TestOfManyThatCreateAnObjectOneSucceeds(t *testing.T) {
	t.Parallel()
	b, _ := open(t)
	for round := range 20 {
		name := fmt.Sprintf("keys/%d.json", round)
		var created atomic.Int32
		var winner atomic.Value
		var creators sync.WaitGroup
		for i := range 16 {
			creators.Go(func() {
				content := fmt.Sprint(i)
				if err := b.Create(t.Context(), name, []byte(content)); err == nil {
					created.Add(1)
					winner.Store(content)
				} else if !errors.Is(err, storage.ErrExists) {
					t.Error(err)
				}
			})
		}
		creators.Wait()
		require.EqualValues(t, 1, created.Load())
		stored, err := b.Read(t.Context(), name, 100)
		require.NoError(t, err)
		require.Equal(t, winner.Load(), string(stored))
	}
}

func TestObjectsAreReplacedRemovedAndListed(t *testing.T) {
	t.Parallel()
	b, dir := open(t)
	_, err := b.Read(t.Context(), "a/1", 10)
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.NoError(t, b.Remove(t.Context(), "a/1"), "what is not there is removed")
	require.NoError(t, b.Replace(t.Context(), "a/1", []byte("one")))
	require.NoError(t, b.Replace(t.Context(), "a/1", []byte("two")))
	require.NoError(t, b.Create(t.Context(), "a/2", []byte("three")))
	require.NoError(t, b.Create(t.Context(), "b/1", []byte("four")))
	content, err := b.Read(t.Context(), "a/1", 3)
	require.NoError(t, err)
	require.Equal(t, "two", string(content))
	_, err = b.Read(t.Context(), "a/1", 2)
	require.ErrorContains(t, err, "larger than 2 bytes")
	// A process that was killed while it wrote leaves this behind.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a", "3.123.tmp"), nil, 0o600))
	require.Equal(t, []string{"a/1", "a/2"}, list(t, b, "a/"))
	require.NoError(t, b.Remove(t.Context(), "a/1"))
	require.Equal(t, []string{"a/2"}, list(t, b, "a/"))
	there, err := b.Exists(t.Context(), "a/1")
	require.NoError(t, err)
	require.False(t, there)
}

func TestWhatAKilledWriterLeftGoesWithTheObject(t *testing.T) {
	t.Parallel()
	b, dir := open(t)
	require.NoError(t, b.Create(t.Context(), "a/1", []byte("one")))
	left := filepath.Join(dir, "a", "1.123.tmp")
	require.NoError(t, os.WriteFile(left, []byte("one"), 0o600))
	require.NoError(t, b.Remove(t.Context(), "a/1"))
	require.NoFileExists(t, left)
}

func TestWritersAndRemoversOfOneObjectDoNotFail(t *testing.T) {
	t.Parallel()
	b, _ := open(t)
	var busy sync.WaitGroup
	for range 4 {
		busy.Go(func() {
			for range 50 {
				if err := b.Replace(context.Background(), "a/1", []byte("one")); err != nil {
					t.Error(err)
				}
			}
		})
		busy.Go(func() {
			for range 50 {
				if err := b.Remove(context.Background(), "a/1"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	busy.Wait()
}

func list(t *testing.T, b *storage.Bucket, prefix string) []string {
	t.Helper()
	var names []string
	for name, err := range b.List(t.Context(), prefix) {
		require.NoError(t, err)
		names = append(names, name)
	}
	return names
}

func TestNamesThatLeadOutOfTheFolderAreRefused(t *testing.T) {
	t.Parallel()
	b, _ := open(t)
	for _, name := range []string{"", "../a", "a/../b", "/a", "a/", "a//b", "a\x00", "a/..", ".a"} {
		require.Error(t, b.Create(t.Context(), name, nil), name)
		require.Error(t, b.Replace(t.Context(), name, nil), name)
	}
}

func TestAStorageThatCannotBeOpenedIsRefused(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"://", "nowhere://reports", ""} {
		_, err := storage.Open(t.Context(), url)
		require.Error(t, err, url)
	}
	missing := filepath.Join(t.TempDir(), "reports")
	_, err := storage.OpenExisting(t.Context(), "file://"+missing)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoDirExists(t, missing)
}
