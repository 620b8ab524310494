package storage_test

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/storage"
	"ite.digital/lethe/storage/storagetest"
	"ite.digital/lethe/vault"
)

// openStore opens the store for writing.
func openStore(t *testing.T, s *storagetest.Store) *storage.Bucket {
	t.Helper()
	b, err := storage.Open(t.Context(), s.URL())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

// TestAStoreThatIgnoresIfNoneMatchIsRefused has case E17: four writers, 100 successes,
// 25 entries left.
func TestAStoreThatIgnoresIfNoneMatchIsRefused(t *testing.T) {
	t.Parallel()
	for name, lack := range map[string]storagetest.Lack{
		"ignores the condition":                   storagetest.Conditions,
		"looks first and writes then":             storagetest.Atomicity,
		"does not implement it":                   storagetest.Implementation,
		"does not show what was just written yet": storagetest.Consistency,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storagetest.New(t, lack)
			_, err := storage.Open(t.Context(), s.URL())
			require.ErrorIs(t, err, storage.ErrOverwrites)
			require.ErrorContains(t, err, "does not support conditional writes")
			require.Empty(t, s.Names(), "the probe was removed")
		})
	}
}

func TestAReaderOfAStoreThatIgnoresIfNoneMatchCreatesNothing(t *testing.T) {
	t.Parallel()
	s := storagetest.New(t, storagetest.Conditions)
	s.Put("keys/a.json", []byte("first"))
	b, err := storage.OpenExisting(t.Context(), s.URL())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	content, err := b.Read(t.Context(), "keys/a.json", 10)
	require.NoError(t, err)
	require.Equal(t, "first", string(content))
	require.Zero(t, s.Count(http.MethodPut), "to read needs no probe")
	require.ErrorIs(t, b.Create(t.Context(), "keys/a.json", []byte("second")), storage.ErrOverwrites)
	require.Equal(t, "first", string(s.Get("keys/a.json")))
}

func TestAStoreWithConditionalWritesCreatesEachObjectOnce(t *testing.T) {
	t.Parallel()
	for name, lack := range map[string]storagetest.Lack{
		"decides at once":              storagetest.Nothing,
		"asks for the write once more": storagetest.Decision,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := openStore(t, storagetest.New(t, lack))
			var created atomic.Int32
			var creators sync.WaitGroup
			for i := range 8 {
				creators.Go(func() {
					if err := b.Create(t.Context(), "keys/a.json", fmt.Append(nil, i)); err == nil {
						created.Add(1)
					} else if !errors.Is(err, storage.ErrExists) {
						t.Error(err)
					}
				})
			}
			creators.Wait()
			require.EqualValues(t, 1, created.Load())
		})
	}
}

func TestAStoreIsProbedOnceByAProcess(t *testing.T) {
	t.Parallel()
	s := storagetest.New(t, storagetest.Nothing)
	openStore(t, s)
	probe := s.Count(http.MethodPut)
	require.Positive(t, probe)
	require.LessOrEqual(t, probe, 5)
	var opening sync.WaitGroup
	for range 8 {
		opening.Go(func() {
			b, err := storage.Open(t.Context(), s.URL())
			if err != nil {
				t.Error(err)
				return
			}
			if err := b.Create(t.Context(), "keys/a.json", nil); err != nil && !errors.Is(err, storage.ErrExists) {
				t.Error(err)
			}
			_ = b.Close()
		})
	}
	opening.Wait()
	require.Equal(t, probe+8, s.Count(http.MethodPut))
	require.Equal(t, []string{"keys/a.json"}, s.Names())
}

func TestProcessesThatProbeAtOnceDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	s := storagetest.New(t, storagetest.Nothing)
	var opening sync.WaitGroup
	for i := range 8 {
		// A URL of its own makes a process of its own.
		opening.Go(func() {
			b, err := storage.Open(t.Context(), s.URL()+fmt.Sprintf("&rate_limiter_capacity=%d", 1000+i))
			if err != nil {
				t.Error(err)
				return
			}
			_ = b.Close()
		})
	}
	opening.Wait()
	require.Empty(t, s.Names())
}

func TestAProbeThatWasKilledIsNoObjectAndGoesLater(t *testing.T) {
	t.Parallel()
	s := storagetest.New(t, storagetest.Nothing)
	probe := func(age time.Duration) string {
		return fmt.Sprintf("probe/%010d-ABCDEFGHIJKLMNOPQRSTUVWXYZ", time.Now().Add(-age).Unix())
	}
	old, running := probe(2*time.Hour), probe(time.Minute)
	for _, name := range []string{old, running, "probe/other", "keys/a.json"} {
		s.Put(name, []byte("1"))
	}
	b := openStore(t, s)
	require.ElementsMatch(t, []string{running, "probe/other", "keys/a.json"}, s.Names())
	require.Equal(t, []string{"keys/a.json", "probe/other"}, list(t, b, ""), "what is no probe is shown")
}

func TestAStoreThatCannotBeAskedNowIsProbedBeforeTheFirstObject(t *testing.T) {
	t.Parallel()
	s := storagetest.New(t, storagetest.Conditions)
	s.TakeDown(true)
	b := openStore(t, s)
	err := b.Create(t.Context(), "keys/a.json", nil)
	require.ErrorContains(t, err, "probe the storage for conditional writes")
	require.NotErrorIs(t, err, storage.ErrOverwrites)
	s.TakeDown(false)
	require.ErrorIs(t, b.Create(t.Context(), "keys/a.json", nil), storage.ErrOverwrites)
	require.Empty(t, s.Names())
}

// TestKeysTombstonesAndClaimsAreNotKeptWhereTheyCanBeOverwritten has the second half of
// case E17: the vault rests on the same promise.
func TestKeysTombstonesAndClaimsAreNotKeptWhereTheyCanBeOverwritten(t *testing.T) {
	t.Parallel()
	s := storagetest.New(t, storagetest.Conditions)
	o := vault.Options{Store: s.URL(), KEK: "file://" + filepath.Join(t.TempDir(), "kek")}
	_, err := vault.Open(t.Context(), o)
	require.ErrorIs(t, err, storage.ErrOverwrites)
	require.ErrorContains(t, err, "the key store: the storage cannot be used")
	require.NoFileExists(t, strings.TrimPrefix(o.KEK, "file://"))

	good := storagetest.New(t, storagetest.Nothing)
	o.Store = good.URL()
	made, err := vault.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, made.Close()) })
	require.NoError(t, made.Ensure(t.Context(), "erasure/R-1"))
	for _, name := range good.Names() {
		s.Put(name, good.Get(name))
	}
	// Whoever only looks needs no probe, until they create an object.
	o.Store, o.Existing = s.URL(), true
	looking, err := vault.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, looking.Close()) })
	before := s.Names()
	_, err = looking.Destroy(t.Context(), "erasure/R-1")
	require.ErrorIs(t, err, storage.ErrOverwrites)
	_, err = looking.Claim(t.Context(), "ticket-1", vault.Claim{})
	require.ErrorIs(t, err, storage.ErrOverwrites)
	require.ErrorIs(t, looking.Ensure(t.Context(), "erasure/R-2"), storage.ErrOverwrites)
	require.Equal(t, before, s.Names())
}

func TestAPrefixOfAStoreIsABucketOfItsOwn(t *testing.T) {
	t.Parallel()
	s := storagetest.New(t, storagetest.Nothing)
	s.Put("keys/a.json", []byte("another's"))
	b, err := storage.Open(t.Context(), s.URL()+"&prefix=reports/")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	require.NoError(t, b.Create(t.Context(), "keys/a.json", []byte("one")))
	require.ErrorIs(t, b.Create(t.Context(), "keys/a.json", []byte("two")), storage.ErrExists)
	require.Equal(t, []string{"keys/a.json"}, list(t, b, ""))
	content, err := b.Read(t.Context(), "keys/a.json", 10)
	require.NoError(t, err)
	require.Equal(t, "one", string(content))
	require.Equal(t, []string{"keys/a.json", "reports/keys/a.json"}, s.Names())

	careless := storagetest.New(t, storagetest.Conditions)
	_, err = storage.Open(t.Context(), careless.URL()+"&prefix=reports/")
	require.ErrorIs(t, err, storage.ErrOverwrites)
}
