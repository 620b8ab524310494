package vault_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/vault"
)

func TestAKeyIsMadeOnceHoweverManyMakeIt(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.open(t)
	for round := range 10 {
		name := fmt.Sprintf("erasure/R-%d", round)
		var makers sync.WaitGroup
		vaults := make([]*vault.Vault, 8)
		for i := range vaults {
			vaults[i] = p.open(t)
			makers.Go(func() {
				if err := vaults[i].Ensure(context.Background(), name); err != nil {
					t.Error(err)
				}
			})
		}
		makers.Wait()
		written, err := of(vaults[0], name).ToPayload(address)
		require.NoError(t, err)
		for _, v := range vaults {
			var read string
			require.NoError(t, of(v, name).FromPayload(written, &read))
			require.Equal(t, address, read)
		}
	}
}

func TestAnIDIsClaimedOnceHoweverManyClaimIt(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.open(t)
	for round := range 10 {
		id := fmt.Sprintf("a7551968-d5d6-44b2-9831-815ac901779%d", round)
		owners := make([]vault.Claim, 8)
		var claimers sync.WaitGroup
		for i := range owners {
			v := p.open(t)
			claimers.Go(func() {
				var err error
				if owners[i], err = v.Claim(context.Background(), id, vault.Claim{Owner: "erasure", By: fmt.Sprintf("name-%d", i)}); err != nil {
					t.Error(err)
				}
			})
		}
		claimers.Wait()
		for _, owner := range owners {
			require.Equal(t, owners[0], owner)
		}
		again, err := p.open(t).Claim(t.Context(), id, owners[0])
		require.NoError(t, err)
		require.Equal(t, owners[0], again)
		claimed, err := p.open(t).Claimed(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, owners[0], claimed)
	}
	nobody, err := p.open(t).Claimed(t.Context(), "b7551968-d5d6-44b2-9831-815ac9017790")
	require.NoError(t, err)
	require.Zero(t, nobody)
}

func TestADestroyedKeyIsGoneForGood(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.open(t)
	require.NoError(t, v.Ensure(t.Context(), workflowID))
	require.NoError(t, v.SetDue(t.Context(), workflowID, today()))
	written, err := of(v, workflowID).ToPayload(address)
	require.NoError(t, err)

	already, err := v.Destroy(t.Context(), workflowID)
	require.NoError(t, err)
	require.False(t, already)

	var read string
	require.ErrorIs(t, of(v, workflowID).FromPayload(written, &read), vault.ErrDestroyed)
	_, err = of(v, workflowID).ToPayload(address)
	require.ErrorIs(t, err, vault.ErrDestroyed)
	require.ErrorIs(t, v.Ensure(t.Context(), workflowID), vault.ErrDestroyed, "it is never made again")
	at, err := v.DestroyedAt(t.Context(), workflowID)
	require.NoError(t, err)
	require.Equal(t, today(), at)
	already, err = v.Destroy(t.Context(), workflowID)
	require.NoError(t, err)
	require.True(t, already)
	require.Empty(t, names(t, v))
	require.Equal(t, []string{"destroyed/erasure/R-1.json"}, files(t, p.store()), "nothing else is left")
}

func TestAKeyThatNobodyMadeIsNotDestroyed(t *testing.T) {
	t.Parallel()
	v := newPlace(t).open(t)
	_, err := v.Destroy(t.Context(), workflowID)
	require.ErrorIs(t, err, vault.ErrNoKey)
	require.NoError(t, v.Ensure(t.Context(), workflowID), "a slip of the pen burns no id")
}

// TestWhoeverIsInterruptedLeavesNothingThatCannotBeFinished stops destroying
// after each of its steps.
func TestWhoeverIsInterruptedLeavesNothingThatCannotBeFinished(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.open(t, uncached)
	require.NoError(t, v.Ensure(t.Context(), workflowID))
	require.NoError(t, v.SetDue(t.Context(), workflowID, today()))
	written, err := of(v, workflowID).ToPayload(address)
	require.NoError(t, err)
	tombstone := filepath.Join(p.store(), "destroyed", "erasure", "R-1.json")
	require.NoError(t, os.MkdirAll(filepath.Dir(tombstone), 0o700))
	require.NoError(t, os.WriteFile(tombstone, []byte(`{"destroyed_at":"2026-11-24T12:00:00Z"}`), 0o600))

	var read string
	require.ErrorIs(t, of(v, workflowID).FromPayload(written, &read), vault.ErrDestroyed, "the tombstone counts at once")
	require.Equal(t, []string{workflowID}, names(t, v), "the next sweep finds it")
	_, err = v.Rewrap(t.Context(), nil)
	require.NoError(t, err)
	_, err = v.Destroy(t.Context(), workflowID)
	require.NoError(t, err)
	require.Equal(t, []string{"destroyed/erasure/R-1.json"}, files(t, p.store()))
}

func TestDestroyingWinsAgainstMakingAndRewrapping(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	old := p.open(t)
	for i := range 30 {
		require.NoError(t, old.Ensure(t.Context(), fmt.Sprintf("erasure/R-%d", i)))
	}
	renewed := p.open(t, func(o *vault.Options) { o.KEK, o.PreviousKEKs = p.kek("new"), []string{p.kek("kek")} }, allowMaking(p))
	var busy sync.WaitGroup
	busy.Go(func() {
		if _, err := renewed.Rewrap(context.Background(), nil); err != nil {
			t.Error(err)
		}
	})
	for i := range 30 {
		name := fmt.Sprintf("erasure/R-%d", i)
		busy.Go(func() {
			if _, err := old.Destroy(context.Background(), name); err != nil {
				t.Error(err)
			}
		})
		busy.Go(func() { _ = old.Ensure(context.Background(), name) }) // ErrDestroyed or not, by chance
	}
	busy.Wait()
	require.Empty(t, names(t, old))
}

// allowMaking makes the new key-encryption key as an operator would: a store
// that holds keys already makes none.
func allowMaking(p place) func(*vault.Options) {
	return func(o *vault.Options) {
		content := []byte("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
		_ = os.WriteFile(strings.TrimPrefix(o.KEK, "file://"), content, 0o600)
	}
}

func TestKeysAreWrappedAnewAndTheOldKeyEncryptionKeyIsNotNeededAnyMore(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	before := p.open(t)
	written := map[string]any{}
	for i := range 7 {
		name := fmt.Sprintf("erasure/R-%d", i)
		require.NoError(t, before.Ensure(t.Context(), name))
		payload, err := of(before, name).ToPayload(address)
		require.NoError(t, err)
		written[name] = payload
	}
	_, err := before.SubjectTokens(t.Context(), []dsr.Identifier{{Type: dsr.Email, Value: address}})
	require.NoError(t, err)
	both := func(o *vault.Options) { o.KEK, o.PreviousKEKs = p.kek("new"), []string{p.kek("kek")} }
	between := p.open(t, both, allowMaking(p), uncached)

	// It is interrupted after three, and run again.
	ctx, cancel := context.WithCancel(t.Context())
	first, err := between.Rewrap(ctx, func(r vault.Rewrapped) {
		if r.Done == 3 {
			cancel()
		}
	})
	require.Error(t, err)
	require.Equal(t, 3, first.Done)
	for name := range written {
		_, err := of(between, name).ToPayload(address)
		require.NoError(t, err, "both open meanwhile")
	}
	second, err := between.Rewrap(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, vault.Rewrapped{Done: 5, Current: 3}, second)

	require.NoError(t, os.Remove(filepath.Join(p.dir, "kek")))
	after := p.open(t, func(o *vault.Options) { o.KEK = p.kek("new") })
	third, err := after.Rewrap(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, vault.Rewrapped{Current: 8}, third)
	for name := range written {
		_, err := of(after, name).ToPayload(address)
		require.NoError(t, err)
	}
}

func TestAKeyThatIsWrappedWithAnotherKeyEncryptionKeyIsWaitedFor(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	require.NoError(t, p.open(t).Ensure(t.Context(), workflowID))
	other := p.open(t, func(o *vault.Options) { o.KEK = p.kek("new") }, allowMaking(p))
	_, err := of(other, workflowID).ToPayload(address)
	require.ErrorIs(t, err, vault.ErrUnavailable, "somebody can repair it")
	require.ErrorIs(t, err, vault.ErrWrongKEK)
}

func TestAKeyDoesNotServeAnotherRequest(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.open(t)
	for _, name := range []string{"erasure/R-1", "erasure/R-2"} {
		require.NoError(t, v.Ensure(t.Context(), name))
	}
	folder := filepath.Join(p.store(), "keys", "erasure")
	require.NoError(t, os.Rename(filepath.Join(folder, "R-1.json"), filepath.Join(folder, "R-2.json")))
	_, err := of(v, "erasure/R-2").ToPayload(address)
	require.ErrorContains(t, err, "another request's key")
}

func TestDamagedKeysAreWaitedFor(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.open(t)
	require.NoError(t, v.Ensure(t.Context(), workflowID))
	object := filepath.Join(p.store(), "keys", "erasure", "R-1.json")
	content, err := os.ReadFile(object)
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(content, &fields))
	fields["key"] = "AAAA"
	short, err := json.Marshal(fields)
	require.NoError(t, err)
	for _, damaged := range [][]byte{nil, []byte("{"), short} {
		require.NoError(t, os.WriteFile(object, damaged, 0o600))
		_, err := of(v, workflowID).ToPayload(address)
		require.ErrorIs(t, err, vault.ErrUnavailable)
	}
}

func TestTheLocalKeyEncryptionKeyIsMadeOnceForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	var openers sync.WaitGroup
	for range 8 {
		openers.Go(func() {
			v, err := vault.Open(context.Background(), p.options())
			if err == nil {
				err = v.Ensure(context.Background(), workflowID)
			}
			if err == nil {
				err = v.Close()
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	openers.Wait()
	file := filepath.Join(p.dir, "kek")
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	_, err = of(p.open(t), workflowID).ToPayload(address)
	require.NoError(t, err)

	require.NoError(t, os.Remove(file))
	_, err = vault.Open(t.Context(), p.options())
	require.ErrorContains(t, err, "is missing")
	require.NoFileExists(t, file, "a new one would open nothing")
	require.NoError(t, os.WriteFile(file, []byte("not a key"), 0o600))
	_, err = vault.Open(t.Context(), p.options())
	require.ErrorContains(t, err, "does not hold a key-encryption key")
}

func TestWhoeverOnlyLooksMakesNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	o := p.options()
	o.Existing = true
	_, err := vault.Open(t.Context(), o)
	require.ErrorContains(t, err, "the key store does not exist")
	require.Empty(t, files(t, p.dir))
}

func TestSubjectsAreFoundByHashesThatNobodyCanReverse(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.open(t)
	id := dsr.Identifier{Type: dsr.Email, Value: "Jane.Doe@example.com"}
	same := dsr.Identifier{Type: dsr.Email, Value: "jane.doe@example.com"}
	none, err := v.LookupTokens(t.Context(), id)
	require.NoError(t, err)
	require.Empty(t, none, "nobody was noted yet")
	first, err := v.SubjectTokens(t.Context(), []dsr.Identifier{id})
	require.NoError(t, err)
	require.Len(t, first, 1)
	again, err := p.open(t).LookupTokens(t.Context(), same)
	require.NoError(t, err)
	require.Equal(t, first, again)
	elsewhere, err := newPlace(t).open(t).SubjectTokens(t.Context(), []dsr.Identifier{id})
	require.NoError(t, err)
	require.NotEqual(t, first, elsewhere, "another company's are others")

	name, err := v.RotateSubjectKey(t.Context())
	require.NoError(t, err)
	require.Equal(t, "subject/2", name)
	renewed, err := v.SubjectTokens(t.Context(), []dsr.Identifier{id})
	require.NoError(t, err)
	require.NotEqual(t, first, renewed)
	both, err := v.LookupTokens(t.Context(), id)
	require.NoError(t, err)
	require.ElementsMatch(t, append(first, renewed...), both)
}

func names(t *testing.T, v *vault.Vault) []string {
	t.Helper()
	var all []string
	for name, err := range v.Names(t.Context()) {
		require.NoError(t, err)
		all = append(all, name)
	}
	return all
}

// files lists the files below a folder.
func files(t *testing.T, folder string) []string {
	t.Helper()
	var all []string
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			relative, relErr := filepath.Rel(folder, path)
			all, err = append(all, filepath.ToSlash(relative)), relErr
		}
		return err
	}))
	return all
}
