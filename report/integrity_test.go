package report_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/storage"
)

// signer signs with a key of its own; a number gives always the same one.
type signer struct{ key ed25519.PrivateKey }

func newSigner(number byte) signer {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = number
	return signer{ed25519.NewKeyFromSeed(seed)}
}

func (s signer) public() ed25519.PublicKey {
	return append(ed25519.PublicKey{}, s.key[ed25519.SeedSize:]...)
}

func (s signer) SignReport(_ context.Context, message []byte) (ed25519.PublicKey, []byte, error) {
	return s.public(), ed25519.Sign(s.key, message), nil
}

// clock is the time at which the tests archive.
func clock() time.Time { return start.AddDate(0, 0, 2) }

// ring holds the key that the tests archive with.
func ring() report.Keyring { return report.NewKeyring(newSigner(1).public()) }

// store is an archive in a folder.
type store struct {
	*testing.T
	*report.Archive
	bucket *storage.Bucket
	dir    string
}

func newStore(t *testing.T) *store {
	t.Helper()
	dir := t.TempDir()
	bucket, err := storage.Open(t.Context(), "file://"+dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bucket.Close()) })
	return &store{T: t, Archive: report.NewArchive(bucket).SignedBy(newSigner(1), clock), bucket: bucket, dir: dir}
}

// fill archives reports on the requests R-1 to R-n.
func (s *store) fill(n int) *store {
	s.Helper()
	for i := 1; i <= n; i++ {
		_, err := s.Put(s.Context(), sampleOf(i))
		require.NoError(s, err)
	}
	return s
}

func sampleOf(number int) dsr.Report {
	r := sample()
	r.RequestID = fmt.Sprintf("R-%d", number)
	return r
}

func (s *store) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s *store) read(name string) []byte {
	s.Helper()
	content, err := os.ReadFile(s.path(name))
	require.NoError(s, err)
	return content
}

func (s *store) write(name string, content []byte) {
	s.Helper()
	require.NoError(s, os.MkdirAll(filepath.Dir(s.path(name)), 0o700))
	require.NoError(s, os.WriteFile(s.path(name), content, 0o600))
}

func (s *store) remove(name string) { s.Helper(); require.NoError(s, os.Remove(s.path(name))) }

func (s *store) swap(one, other string) {
	s.Helper()
	first, second := s.read(one), s.read(other)
	s.write(one, second)
	s.write(other, first)
}

func (s *store) verify(noted ...report.Head) report.Verification {
	s.Helper()
	v, err := s.Verify(s.Context(), ring(), noted...)
	require.NoError(s, err)
	return v
}

func TestAnArchiveThatNobodyTouchedVerifies(t *testing.T) {
	t.Parallel()
	empty := newStore(t).verify()
	require.Equal(t, report.Verification{Head: report.Head{SHA256: strings.Repeat("0", 64)}}, empty)

	v := newStore(t).fill(3).verify()
	require.True(t, v.OK())
	require.Equal(t, 3, v.Reports)
	require.Equal(t, 3, v.Entries)
	require.Equal(t, 3, v.Head.Sequence)
}

func TestWhatWasDoneToAnArchiveIsSaidInOneSentence(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm func(*store)
		says []string
	}{
		"a flipped byte in a report": {func(s *store) {
			content := s.read("erasure/R-2/001.json")
			content[100] ^= 1
			s.write("erasure/R-2/001.json", content)
		}, []string{"erasure/R-2/001.json was altered: it is not what was archived on 2026-03-04"}},
		"a removed report": {func(s *store) { s.remove("erasure/R-2/001.json") },
			[]string{"erasure/R-2/001.json, archived on 2026-03-04, is missing: it was taken away"}},
		"two swapped reports": {func(s *store) { s.swap("erasure/R-1/001.json", "erasure/R-2/001.json") },
			[]string{
				"erasure/R-1/001.json holds the report that belongs to erasure/R-2/001.json: reports were swapped",
				"erasure/R-2/001.json holds the report that belongs to erasure/R-1/001.json: reports were swapped",
			}},
		"an added report": {func(s *store) { s.write("erasure/R-9/001.json", s.read("erasure/R-1/001.json")) },
			[]string{"erasure/R-9/001.json holds the report that belongs to erasure/R-1/001.json: it was copied"}},
		"a forged report that pretends to wait": {func(s *store) {
			s.write("erasure/R-9/001.json", []byte(`{"version":"1"}`))
			s.write("pending/erasure/R-9/001.json", []byte(`{"since":"2026-03-04T09:00:00Z"}`))
		}, []string{"erasure/R-9/001.json is not in the chain: it bears no signature"}},
		"a removed entry": {func(s *store) { s.remove("chain/00000002.json") },
			[]string{
				"entry 2 of the chain is missing",
				"erasure/R-2/001.json is not in the chain: its entry was taken away, or it was copied from another archive",
			}},
		"removed entries and reports": {func(s *store) {
			for _, name := range []string{"chain/00000001.json", "chain/00000002.json", "erasure/R-1/001.json", "erasure/R-2/001.json"} {
				s.remove(name)
			}
		}, []string{"entries 1 to 2 of the chain are missing"}},
		"two swapped entries": {func(s *store) { s.swap("chain/00000001.json", "chain/00000002.json") },
			[]string{
				"entry 1 of the chain holds entry 2: entries were swapped",
				"entry 2 of the chain holds entry 1: entries were swapped",
				"erasure/R-1/001.json is not in the chain: its entry was taken away, or it was copied from another archive",
				"erasure/R-2/001.json is not in the chain: its entry was taken away, or it was copied from another archive",
			}},
		"a flipped byte in an entry": {func(s *store) {
			content := s.read("chain/00000003.json")
			content[10] ^= 1
			s.write("chain/00000003.json", content)
		}, []string{
			"entry 3 of the chain: it was altered after it was signed: its signature does not fit",
			"erasure/R-3/001.json is not in the chain: its entry was taken away, or it was copied from another archive",
		}},
		"a chain written anew with a key of one's own": {func(s *store) {
			for i := 1; i <= 3; i++ {
				s.remove(fmt.Sprintf("chain/%08d.json", i))
				s.remove(fmt.Sprintf("erasure/R-%d/001.json", i))
			}
			_, err := report.NewArchive(s.bucket).SignedBy(newSigner(2), clock).Put(s.Context(), sample())
			require.NoError(s, err)
		}, []string{
			"entry 1 of the chain: it is signed with the key e3c1b362c0df36f6, which is not among the public keys given; ask the company for it, which gets it from 'lethe keys export'",
			"erasure/R-1/001.json is not in the chain: it is signed with the key e3c1b362c0df36f6, which is not among the public keys given; ask the company for it, which gets it from 'lethe keys export'",
		}},
		"a stranger's file": {func(s *store) { s.write("chain/\u00e9.json", []byte("{}")) },
			[]string{"chain/?.json is not a name that Lethe gives: somebody else put it there"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t).fill(3)
			c.harm(s)
			v := s.verify()
			require.False(t, v.OK())
			require.Equal(t, c.says, v.Problems)
		})
	}
}

func TestAnEntryOfAnotherChainIsTold(t *testing.T) {
	t.Parallel()
	s, other := newStore(t).fill(3), newStore(t)
	other.fill(1)
	_, err := other.Put(t.Context(), sampleOf(2))
	require.NoError(t, err)
	r := sampleOf(7)
	_, err = other.Put(t.Context(), r)
	require.NoError(t, err)
	// Two companies' archives share no key; those of one company do.
	s.write("chain/00000003.json", other.read("chain/00000003.json"))
	require.Contains(t, s.verify().Problems[0], "erasure/R-3/001.json is not in the chain")

	s = newStore(t)
	_, err = s.Put(t.Context(), r)
	require.NoError(t, err)
	s.fill(2)
	s.write("chain/00000003.json", other.read("chain/00000003.json"))
	require.Contains(t, s.verify().Problems, "entry 3 of the chain does not follow from the one before: one of both was replaced")
}

func TestWhoNotedTheHeadSeesThatTheEndWasCutOff(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(3)
	head := s.verify().Head
	again, err := report.ParseHead(head.String())
	require.NoError(t, err)
	require.Equal(t, head, again)
	require.True(t, s.verify(head).OK())
	require.True(t, newStore(t).fill(3).verify(head).OK(), "signatures are the same each time, and so is the clock")

	s.remove("chain/00000003.json")
	s.remove("erasure/R-3/001.json")
	require.True(t, s.verify().OK(), "nothing else can tell")
	require.Equal(t, []string{"the chain ends at entry 2, but entry 3 was noted before: its end was cut off"}, s.verify(head).Problems)

	_, err = s.Put(t.Context(), sampleOf(4))
	require.NoError(t, err)
	require.Equal(t, []string{"entry 3 of the chain is not the one that was noted before: the chain was written anew"}, s.verify(head).Problems)

	_, err = report.ParseHead("3:4")
	require.ErrorContains(t, err, "is not the head of a chain")
}

func TestEveryFlippedByteOfAReportIsFound(t *testing.T) {
	t.Parallel()
	content := newStore(t).fill(1).read("erasure/R-1/001.json")
	_, key, err := report.Check(content, ring())
	require.NoError(t, err)
	require.Equal(t, report.KeyID(newSigner(1).public()), key)
	for i := range content {
		// 0x20 turns small letters into capitals: names and base64 alike.
		for _, bits := range []byte{1 << (i % 8), 0x20} {
			altered := append([]byte{}, content...)
			altered[i] ^= bits
			if _, _, err := report.Check(altered, ring()); err == nil {
				t.Fatalf("byte %d was changed by %#x, and nobody noticed", i, bits)
			}
		}
		if _, _, err := report.Check(content[:i], ring()); err == nil {
			t.Fatalf("the file was cut off at byte %d, and nobody noticed", i)
		}
	}
}

func TestAReportThatWasOnlyIndentedIsStillTheCompanys(t *testing.T) {
	t.Parallel()
	content := newStore(t).fill(1).read("erasure/R-1/001.json")
	var members map[string]any
	require.NoError(t, json.Unmarshal(content, &members))
	indented, err := json.MarshalIndent(members, "", "\t")
	require.NoError(t, err)
	r, _, err := report.Check(indented, ring())
	require.NoError(t, err)
	require.Equal(t, sampleOf(1), r)
}

func TestAFileThatIsNoSignedReportIsRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(1)
	signed := string(s.read("erasure/R-1/001.json"))
	unsigned, err := report.Encode(sample())
	require.NoError(t, err)
	for name, c := range map[string]struct {
		content string
		err     error
	}{
		"without a signature":      {string(unsigned), report.ErrUnsigned},
		"not JSON":                 {"%PDF-1.7", report.ErrNotJSON},
		"empty":                    {"", report.ErrNotJSON},
		"deep":                     {strings.Repeat("[", 1<<20), report.ErrNotJSON},
		"a member twice":           {strings.Replace(signed, `{"completed_at"`, `{"version":"1","completed_at"`, 1), report.ErrNotJSON},
		"another algorithm":        {strings.Replace(signed, `"Ed25519"`, `"none"`, 1), report.ErrAltered},
		"a signature of no object": {`{"signature":"x"}`, report.ErrAltered},
	} {
		_, _, err := report.Check([]byte(c.content), ring())
		require.ErrorIs(t, err, c.err, name)
	}
	_, _, err = report.Check([]byte(signed), report.NewKeyring(newSigner(2).public()))
	require.ErrorContains(t, err, "it is signed with the key "+report.KeyID(newSigner(1).public())+", which is not among the public keys given")
	_, _, err = report.Check(s.read("chain/00000001.json"), ring())
	require.ErrorContains(t, err, "version", "an entry of the chain is no report")
}

func TestPublicKeysReadBack(t *testing.T) {
	t.Parallel()
	one, two := newSigner(1).public(), newSigner(2).public()
	first, err := report.EncodeKey(one)
	require.NoError(t, err)
	second, err := report.EncodeKey(two)
	require.NoError(t, err)
	keys, err := report.ParseKeys(append(first, second...))
	require.NoError(t, err)
	require.Equal(t, report.NewKeyring(one, two), keys)
	for content, says := range map[string]string{
		"":  "it holds no public key in PEM form",
		"x": "it holds no public key in PEM form",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n": "it holds a private key instead of a public key",
		"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n":   "is not one of Ed25519",
	} {
		_, err := report.ParseKeys([]byte(content))
		require.ErrorContains(t, err, says)
	}
}

func TestAfterARotationOldReportsVerifyAndAreNotStoredAgain(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(2)
	rotated := report.NewArchive(s.bucket).SignedBy(newSigner(2), clock)
	key, err := rotated.Put(t.Context(), sampleOf(1))
	require.NoError(t, err)
	require.Equal(t, "erasure/R-1/001.json", key, "it says the same, whoever signed it")
	_, err = rotated.Put(t.Context(), sampleOf(3))
	require.NoError(t, err)
	v, err := s.Verify(t.Context(), report.NewKeyring(newSigner(1).public(), newSigner(2).public()))
	require.NoError(t, err)
	require.True(t, v.OK(), v.Problems)
	require.Equal(t, 3, v.Reports)
}

func TestManyWritersMakeOneChain(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	const writers, each = 8, 5
	var writing sync.WaitGroup
	for writer := range writers {
		// Each is a process of its own, with a bucket of its own.
		bucket, err := storage.Open(t.Context(), "file://"+s.dir)
		require.NoError(t, err)
		t.Cleanup(func() { _ = bucket.Close() })
		archive := report.NewArchive(bucket).SignedBy(newSigner(1), clock)
		writing.Go(func() {
			for i := range each {
				if _, err := archive.Put(context.Background(), sampleOf(writer*each+i)); err != nil {
					t.Error(err)
				}
				r := sampleOf(1000) // a request that all of them re-run
				r.CompletedAt = r.CompletedAt.Add(time.Duration(writer*each+i) * time.Second)
				if _, err := archive.Put(context.Background(), r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writing.Wait()
	v := s.verify()
	require.Empty(t, v.Problems)
	require.Empty(t, v.Pending)
	require.Equal(t, 2*writers*each, v.Reports)
	require.Equal(t, 2*writers*each, v.Entries)
}

func TestWritersOfTheSameReportStoreItOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var writing sync.WaitGroup
	for range 16 {
		writing.Go(func() {
			if _, err := s.Put(context.Background(), sample()); err != nil {
				t.Error(err)
			}
		})
	}
	writing.Wait()
	v := s.verify()
	require.Empty(t, v.Problems)
	require.Equal(t, 1, v.Reports)
}

func TestACrashBetweenAReportAndItsEntryIsMended(t *testing.T) {
	t.Parallel()
	mends := map[string]func(*store){
		"by the next try": func(s *store) {
			key, err := s.Put(s.Context(), sampleOf(3))
			require.NoError(s, err)
			require.Equal(s, "erasure/R-3/001.json", key)
		},
		"by the sweep": func(s *store) {
			swept, err := s.SignedBy(newSigner(1), func() time.Time { return clock().Add(time.Hour) }).Sweep(s.Context(), 0)
			require.NoError(s, err)
			require.Equal(s, report.Swept{Completed: 1}, swept)
		},
	}
	for name, mend := range mends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t).fill(3)
			s.remove("chain/00000003.json")
			s.write("pending/erasure/R-3/001.json", []byte(`{"since":"`+clock().Format(time.RFC3339)+`"}`))
			v := s.verify()
			require.True(t, v.OK())
			require.Equal(t, []string{"erasure/R-3/001.json"}, v.Pending)

			mend(s)

			v = s.verify()
			require.True(t, v.OK())
			require.Empty(t, v.Pending)
			require.Equal(t, 3, v.Entries)
		})
	}
}

func TestTheSweepLeavesAloneWhoeverIsStillWriting(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(1)
	s.write("pending/erasure/R-1/001.json", []byte(`{"since":"`+clock().Format(time.RFC3339)+`","entry":1}`))
	swept, err := s.Sweep(t.Context(), 0)
	require.NoError(t, err)
	require.Zero(t, swept)
	require.FileExists(t, s.path("pending/erasure/R-1/001.json"))

	// Later it counts as dead. Its entry was written; only the note is left.
	later := s.SignedBy(newSigner(1), func() time.Time { return clock().Add(time.Hour) })
	_, err = later.Sweep(t.Context(), 0)
	require.NoError(t, err)
	require.NoFileExists(t, s.path("pending/erasure/R-1/001.json"))
	require.Equal(t, 1, s.verify().Entries)
}

func TestReportsPastTheirTimeAreRemovedAndTheChainSaysSo(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	s := newStore(t).fill(2)
	at := func(after time.Duration) *report.Archive {
		return s.SignedBy(newSigner(1), func() time.Time { return clock().Add(after) })
	}
	_, err := at(year/2).Put(t.Context(), sampleOf(3))
	require.NoError(t, err)
	for range 2 { // to sweep twice is to sweep once
		_, err = at(year+time.Hour).Sweep(t.Context(), year)
		require.NoError(t, err)
	}

	v := s.verify()
	require.Empty(t, v.Problems)
	require.Equal(t, 1, v.Reports)
	require.Equal(t, 2, v.Removed)
	require.Equal(t, 5, v.Entries)
	require.NoFileExists(t, s.path("erasure/R-1/001.json"))
	_, err = s.Latest(t.Context(), dsr.Erasure, "R-1")
	require.ErrorIs(t, err, report.ErrNotFound)
	_, err = s.Latest(t.Context(), dsr.Erasure, "R-3")
	require.NoError(t, err)

	// A request that is carried out again later may take the number again.
	key, err := at(2*year).Put(t.Context(), sampleOf(1))
	require.NoError(t, err)
	require.Equal(t, "erasure/R-1/001.json", key)
	require.Empty(t, s.verify().Problems)
	require.Equal(t, 2, s.verify().Reports)
}

func TestTheNewestReportIsFoundWhereTheFirstWasRemoved(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(1)
	second := sampleOf(1)
	second.CompletedAt = second.CompletedAt.AddDate(0, 0, 1)
	_, err := s.Put(t.Context(), second)
	require.NoError(t, err)
	s.remove("erasure/R-1/001.json")
	latest, err := s.Latest(t.Context(), dsr.Erasure, "R-1")
	require.NoError(t, err)
	require.Equal(t, second, latest)
	third := second
	third.CompletedAt = third.CompletedAt.AddDate(0, 0, 1)
	key, err := s.Put(t.Context(), third)
	require.NoError(t, err)
	require.Equal(t, "erasure/R-1/003.json", key)
}

func TestARemovalThatWasInterruptedIsFinished(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	s := newStore(t).fill(1)
	content := s.read("erasure/R-1/001.json")
	later := s.SignedBy(newSigner(1), func() time.Time { return clock().Add(year + time.Hour) })
	_, err := later.Sweep(t.Context(), year)
	require.NoError(t, err)
	s.write("erasure/R-1/001.json", content)
	s.remove("retention/position.json")
	require.True(t, s.verify().OK(), "the entry came first, then the process died")

	swept, err := later.Sweep(t.Context(), year)
	require.NoError(t, err)
	require.Equal(t, 1, swept.Removed)
	require.NoFileExists(t, s.path("erasure/R-1/001.json"))
	require.Equal(t, 1, s.verify().Removed)
}

func TestNothingIsArchivedUnsigned(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	_, err := report.NewArchive(s.bucket).Put(t.Context(), sample())
	require.ErrorContains(t, err, "there is no key to sign it with")
	_, err = report.NewArchive(s.bucket).SignedBy(broken{}, clock).Put(t.Context(), sample())
	require.ErrorIs(t, err, errKeyService)
	require.NoDirExists(t, s.path("erasure"))
}

var errKeyService = errors.New("the key service is down")

type broken struct{}

func (broken) SignReport(context.Context, []byte) (ed25519.PublicKey, []byte, error) {
	return nil, nil, errKeyService
}

func FuzzCheckPanicsOverNothing(f *testing.F) {
	content, err := os.ReadFile(filepath.Join("testdata", "report.json"))
	require.NoError(f, err)
	f.Add(content)
	f.Add([]byte(`{"signature":{"algorithm":"Ed25519","key":"0000000000000000","value":"AAAA"}}`))
	f.Add([]byte(`{"a":1e400,"signature":{}}`))
	keys := ring()
	f.Fuzz(func(t *testing.T, content []byte) {
		_, _, err := report.Check(content, keys)
		require.Error(t, err, "nobody signed this")
	})
}

func TestTheArchiveListsWhatWasArchivedLast(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(3)
	again := sampleOf(1)
	again.CompletedAt = again.CompletedAt.AddDate(0, 0, 1)
	_, err := s.Put(t.Context(), again)
	require.NoError(t, err)
	s.remove("erasure/R-2/001.json")

	recent, err := s.Recent(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []dsr.Report{again, sampleOf(3)}, recent)
	recent, err = s.Recent(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, []dsr.Report{again}, recent)
	recent, err = newStore(t).Recent(t.Context(), 1)
	require.NoError(t, err)
	require.Empty(t, recent)
}

func FuzzAnEntryThatNobodySignedIsFound(f *testing.F) {
	f.Add([]byte(`{"sequence":1,"previous":"","event":"archived","report":"erasure/R-1/001.json","sha256":"","at":"2026-03-04T09:00:00Z"}`))
	f.Add([]byte(`{"signature":{"algorithm":"Ed25519","key":"","value":""}}`))
	f.Add([]byte("\x00"))
	dir := f.TempDir()
	bucket, err := storage.Open(f.Context(), "file://"+dir)
	require.NoError(f, err)
	f.Cleanup(func() { _ = bucket.Close() })
	// Whoever forges an entry need not wait until the disk has it, as the bucket does.
	entry := filepath.Join(dir, "chain", "00000001.json")
	require.NoError(f, os.Mkdir(filepath.Dir(entry), 0o700))
	archive, keys := report.NewArchive(bucket), ring()
	f.Fuzz(func(t *testing.T, content []byte) {
		require.NoError(t, os.WriteFile(entry, content, 0o600))
		v, err := archive.Verify(t.Context(), keys)
		if err == nil { // what is larger than any entry is not read
			require.False(t, v.OK())
		}
	})
}
