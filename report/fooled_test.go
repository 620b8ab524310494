package report_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/storage"
	"ite.digital/lethe/storage/storagetest"
)

const year = 365 * 24 * time.Hour

// at is the archive as of some time after the clock.
func (s *store) at(after time.Duration) *report.Archive {
	return s.SignedBy(newSigner(1), func() time.Time { return clock().Add(after) })
}

func (s *store) verifyAt(after time.Duration) report.Verification {
	s.Helper()
	v, err := s.at(after).Verify(s.Context(), ring())
	require.NoError(s, err)
	return v
}

// TestWhateverIsNoReportsNameIsAProblem has case E3 and its like: only one name leads
// to a report, and all others are somebody else's.
func TestWhateverIsNoReportsNameIsAProblem(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"erasure/R-1/10000.json", "erasure/R-1/00001.json", "erasure/R-1/0001.json", "erasure/R-1/0999.json", "erasure/R-1/1001.json",
		"erasure/R-1/1.json", "erasure/R-1/01.json", "erasure/R-1/000.json", "erasure/R-1/001", "erasure/R-1/001.JSON", "erasure/R-1/001.json.bak",
		"erasure/R-1/001.txt", "erasure/R-1/001/001.json", "erasure/001.json", "Erasure/R-1/001.json", "erasures/R-1/001.json", "access/R-1/001.json",
		"erasure/R-1-/001.json", "erasure/" + strings.Repeat("a", 65) + "/001.json", "001.json", "erasure",
		"chain/1.json", "chain/00000000.json", "chain/000000004.json", "chain/00000004.json.bak", "chain/00000004",
		"pending/erasure/R-1/10000.json", "pending/R-1", "retention/other.json", "retention/position.json.bak",
		"keys/R-1.json", "erasure/R-1/\u0661.json", "erasure/R-1/\u0660\u0660\u0661.json",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t).fill(1)
			s.store.Put(name, s.store.Get("erasure/R-1/001.json"))
			v := s.verify()
			require.Len(t, v.Problems, 1)
			require.Contains(t, v.Problems[0], "is not a name that Lethe gives: somebody else put it there")
			require.Equal(t, 1, v.Reports)
			// Nor is it the newest report on the request.
			r, err := s.Latest(t.Context(), dsr.Erasure, "R-1")
			require.NoError(t, err)
			require.Equal(t, sampleOf(1), r)
			s.fill(2)
		})
	}
}

// TestAnObjectThatLooksLikeAFolderIsAProblem is for object storage, which has no folders.
func TestAnObjectThatLooksLikeAFolderIsAProblem(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"erasure/", "erasure/R-1/", "erasure/R-1/001.json/", "chain/", "pending/"} {
		s := newCloud(t).fill(1)
		s.store.Put(name, nil)
		v := s.verify()
		require.Len(t, v.Problems, 1, name)
		require.Contains(t, v.Problems[0], name+" is not a name that Lethe gives")
	}
}

// TestOnlyWhatAKilledWriterLeavesIsNoObject is for folders: names that only end like
// those of leftovers are shown.
func TestOnlyWhatAKilledWriterLeavesIsNoObject(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(1)
	s.write("erasure/R-1/002.json.4711.tmp", nil)
	require.Empty(t, s.verify().Problems)
	for _, name := range []string{"erasure/R-1/002.json.tmp", "erasure/R-1/002.json.x.tmp", "chain/.tmp"} {
		s.write(name, nil)
	}
	require.Len(t, s.verify().Problems, 3)
}

// cloud is an archive in object storage.
type cloud struct {
	*testing.T
	*report.Archive
	bucket *storage.Bucket
	store  *storagetest.Store
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	s := storagetest.New(t, storagetest.Nothing)
	bucket, err := storage.Open(t.Context(), s.URL())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bucket.Close()) })
	return &cloud{T: t, Archive: report.NewArchive(bucket).SignedBy(newSigner(1), clock), bucket: bucket, store: s}
}

func (c *cloud) fill(n int) *cloud {
	c.Helper()
	for i := 1; i <= n; i++ {
		_, err := c.Put(c.Context(), sampleOf(i))
		require.NoError(c, err)
	}
	return c
}

func (c *cloud) verify() report.Verification {
	c.Helper()
	v, err := c.Verify(c.Context(), ring())
	require.NoError(c, err)
	return v
}

// again is a later report on the request.
func again(number int) dsr.Report {
	r := sampleOf(number)
	r.CompletedAt = r.CompletedAt.AddDate(0, 0, 1)
	return r
}

// TestAReportThatIsNotTheOneAskedForIsRefused looks at harm with both eyes: whoever
// asks for the report is refused, and the verification names it.
func TestAReportThatIsNotTheOneAskedForIsRefused(t *testing.T) {
	t.Parallel()
	const first, second, third = "erasure/R-1/001.json", "erasure/R-1/002.json", "erasure/R-1/003.json"
	for name, c := range map[string]struct {
		harm             func(*store)
		refused, problem string
	}{
		"another request's report": {func(s *store) { s.write(second, s.read("erasure/R-2/001.json")) },
			second + " is not as it was archived: it holds the report on another request",
			second + " holds the report that belongs to erasure/R-2/001.json"},
		"another request's report under a free number": {func(s *store) { s.write(third, s.read("erasure/R-2/001.json")) },
			third + " is not as it was archived: it holds the report on another request",
			third + " holds the report that belongs to erasure/R-2/001.json: it was copied"},
		"another request's report that pretends to wait": {func(s *store) {
			s.write(third, s.read("erasure/R-2/001.json"))
			s.write("pending/"+third, []byte(`{"since":"2026-03-04T09:00:00Z"}`))
		}, third + " is not as it was archived: it holds the report on another request", third + " holds the report that belongs to erasure/R-2/001.json: it was copied"},
		"the report of a restriction": {func(s *store) { s.write(third, s.read("restriction/R-1/001.json")) },
			third + " is not as it was archived: it holds the report on another request",
			third + " holds the report that belongs to restriction/R-1/001.json: it was copied"},
		"an older report under another number": {func(s *store) { s.write(third, s.read(first)) },
			third + " is not as it was archived: it is not in the chain",
			third + " holds the report that belongs to " + first + ": it was copied"},
		"an older report that pretends to wait": {func(s *store) {
			s.write(third, s.read(first))
			s.write("pending/"+third, []byte(`{"since":"2026-03-04T09:00:00Z"}`))
		}, third + " is not as it was archived: it holds the report that belongs to " + first, third + " holds the report that belongs to " + first + ": it was copied"},
		"an older report in place of the newest": {func(s *store) { s.write(second, s.read(first)) },
			second + " is not as it was archived: it was altered",
			second + " holds the report that belongs to " + first + ": reports were swapped"},
		"the newest report taken away": {func(s *store) { s.remove(second) },
			second + " is not as it was archived: it is missing",
			second + ", archived on 2026-03-04, is missing: it was taken away"},
		"a truncated report": {func(s *store) { s.write(second, s.read(second)[:100]) },
			second + " is not as it was archived: the report cannot be read", second + " was altered"},
		"an empty report": {func(s *store) { s.write(second, nil) },
			second + " is not as it was archived: the report cannot be read", second + " was altered"},
		"an empty report more": {func(s *store) { s.write(third, nil) },
			third + " is not as it was archived: the report cannot be read", third + " is not in the chain: it is not JSON"},
		"a report that is too large": {func(s *store) { s.write(third, make([]byte, 9<<20)) },
			third + " is not as it was archived: the object is too large", third + ": the object is too large"},
		"an indented report": {func(s *store) { s.write(second, append(s.read(second), '\n')) },
			second + " is not as it was archived: it was altered", second + " was altered"},
		"an unsigned report": {func(s *store) {
			content, err := report.Encode(again(1))
			require.NoError(s, err)
			s.write(third, content)
		}, third + " is not as it was archived: it is not in the chain", third + " is not in the chain: it bears no signature"},
		"a chain entry under another number": {func(s *store) { s.write("chain/00000006.json", s.read("chain/00000005.json")) },
			"entry 6 of the chain holds entry 5", "entry 6 of the chain holds entry 5"},
		"an unsigned entry": {func(s *store) {
			s.write("chain/00000006.json", []byte(`{"sequence":6,"previous":"","event":"archived","report":"erasure/R-1/002.json","sha256":"","at":"2026-03-04T09:00:00Z"}`))
		}, "entry 6 of the chain: it bears no signature", "entry 6 of the chain: it bears no signature"},
		"an entry of somebody else's": {func(s *store) {
			_, err := report.NewArchive(s.bucket).SignedBy(newSigner(2), clock).Put(s.Context(), sampleOf(9))
			require.NoError(s, err)
		}, "entry 6 of the chain: it is signed with the key", "entry 6 of the chain: it is signed with the key"},
		"a gap": {func(s *store) { s.remove("chain/00000004.json") }, "chain", "entry 4 of the chain is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t).fill(2)
			held := sampleOf(1)
			held.Kind = dsr.Restriction
			for _, r := range []dsr.Report{again(1), held, sampleOf(3)} {
				_, err := s.Put(t.Context(), r)
				require.NoError(t, err)
			}
			require.Empty(t, s.verify().Problems)
			_, err := s.LatestFile(t.Context(), dsr.Erasure, "R-1", ring())
			require.NoError(t, err)
			c.harm(s)
			v := s.verify()
			require.False(t, v.OK())
			require.Contains(t, strings.Join(v.Problems, "\n"), c.problem)
			require.Empty(t, v.Pending)
			_, err = s.LatestFile(t.Context(), dsr.Erasure, "R-1", ring())
			require.ErrorContains(t, err, c.refused)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestARequestWhoseOnlyObjectIsNoReportIsRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(1)
	s.write("erasure/R-2/10000.json", s.read("erasure/R-1/001.json"))
	_, err := s.LatestFile(t.Context(), dsr.Erasure, "R-2", ring())
	require.ErrorContains(t, err, "erasure/R-2/10000.json is not a name that Lethe gives: somebody else put it there")
}

// TestARemovedReportThatIsPutBackIsNamed has case E4.
func TestARemovedReportThatIsPutBackIsNamed(t *testing.T) {
	t.Parallel()
	const name = "erasure/R-1/001.json"
	const again, replaced = name + " was removed on 2027-03-04 when its time was over, and is there again", name + " was removed on 2027-03-04 when its time was over, and another file was put in its place"
	for title, c := range map[string]struct {
		content func(*store, []byte) []byte
		says    string
	}{
		"as it was":      {func(_ *store, was []byte) []byte { return was }, again},
		"forged":         {func(*store, []byte) []byte { return []byte(`{"version":"1"}`) }, replaced},
		"empty":          {func(*store, []byte) []byte { return nil }, replaced},
		"another report": {func(s *store, _ []byte) []byte { return s.read("erasure/R-2/001.json") }, replaced},
		"only indented":  {func(_ *store, was []byte) []byte { return append(slices.Clone(was), '\n') }, replaced},
		"without its seal": {func(s *store, _ []byte) []byte {
			b, err := report.Encode(sampleOf(1))
			require.NoError(s, err)
			return b
		}, replaced},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			s := newStore(t).fill(1)
			was := s.read(name)
			_, err := s.at(2*time.Hour).Put(t.Context(), sampleOf(2))
			require.NoError(t, err)
			_, err = s.at(year+time.Hour).Sweep(t.Context(), year)
			require.NoError(t, err)
			require.Empty(t, s.verify().Problems)
			s.write(name, c.content(s, was))

			v := s.verifyAt(year + 4*time.Hour)
			require.Len(t, v.Problems, 1)
			require.Contains(t, v.Problems[0], c.says)
			require.Equal(t, 1, v.Removed)
			require.Equal(t, 1, v.Reports)
			_, err = s.at(year+4*time.Hour).LatestFile(t.Context(), dsr.Erasure, "R-1", ring())
			require.ErrorContains(t, err, name)
			recent, err := s.Recent(t.Context(), 10)
			require.NoError(t, err)
			require.Equal(t, []dsr.Report{sampleOf(2)}, recent)

			// A note that it waits for its entry does not bring it back: what the company
			// has signed is removed again, all else stays a problem.
			s.write("pending/"+name, []byte(`{"since":"2026-03-04T09:00:00Z"}`))
			swept, err := s.at(year+5*time.Hour).Sweep(t.Context(), year)
			v = s.verifyAt(year + 6*time.Hour)
			if title == "as it was" || title == "only indented" {
				require.NoError(t, err)
				require.Equal(t, report.Swept{Completed: 1, Removed: 2}, swept)
				require.NoFileExists(t, s.path(name))
				require.Empty(t, v.Problems)
				return
			}
			require.ErrorContains(t, err, name)
			require.Len(t, v.Problems, 1)
			require.Contains(t, v.Problems[0], c.says)
		})
	}
}

// TestARemovedReportIsNotTheNewestUnderAnotherName puts a report that was removed when its
// time was over behind the one that is the newest, with a note that it waits for its entry.
func TestARemovedReportIsNotTheNewestUnderAnotherName(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(1)
	was := s.read("erasure/R-1/001.json")
	_, err := s.at(2*time.Hour).Put(t.Context(), again(1))
	require.NoError(t, err)
	_, err = s.at(year+time.Hour).Sweep(t.Context(), year)
	require.NoError(t, err)
	require.NoFileExists(t, s.path("erasure/R-1/001.json"))
	s.write("erasure/R-1/003.json", was)
	s.write("pending/erasure/R-1/003.json", []byte(`{"since":"2027-03-04T09:00:00Z"}`))

	const says = "erasure/R-1/003.json is not as it was archived: it holds the report that belongs to erasure/R-1/001.json: it was copied"
	_, err = s.at(year+time.Hour).LatestFile(t.Context(), dsr.Erasure, "R-1", ring())
	require.ErrorContains(t, err, says)
	require.Len(t, s.verifyAt(year+time.Hour).Problems, 1, "a verification says the same")
}

// TestTheSweepAddsToTheChainOnlyWhatTheCompanySigned is for a note that somebody else
// wrote beside a report of theirs: with the entry, it would be genuine.
func TestTheSweepAddsToTheChainOnlyWhatTheCompanySigned(t *testing.T) {
	t.Parallel()
	for title, content := range map[string]func(*store) []byte{
		"another request's report": func(s *store) []byte { return s.read("erasure/R-2/001.json") },
		"an older report":          func(s *store) []byte { return s.read("erasure/R-1/001.json") },
		"an unsigned report":       func(s *store) []byte { b, err := report.Encode(sampleOf(1)); require.NoError(s, err); return b },
		"a report of somebody else's": func(s *store) []byte {
			other := newStore(s.T)
			_, err := other.SignedBy(newSigner(2), clock).Put(s.Context(), again(1))
			require.NoError(s, err)
			return other.read("erasure/R-1/001.json")
		},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			s := newStore(t).fill(2)
			s.write("erasure/R-1/002.json", content(s))
			s.write("pending/erasure/R-1/002.json", []byte(`{"since":"2026-03-04T09:00:00Z"}`))
			swept, err := s.at(year+time.Hour).Sweep(t.Context(), year)
			require.ErrorContains(t, err, "erasure/R-1/002.json")
			require.Equal(t, 2, swept.Removed, "one forged note does not keep reports for good")
			require.Zero(t, swept.Completed)
			require.NotEmpty(t, s.verify().Problems)
		})
	}
}

func TestADamagedNoteDoesNotStopTheSweep(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(2)
	s.write("pending/erasure/R-1/001.json", []byte("{"))
	s.write("pending/other", nil)
	swept, err := s.at(year+time.Hour).Sweep(t.Context(), year)
	require.NoError(t, err)
	require.Equal(t, 2, swept.Removed)
	require.NoFileExists(t, s.path("pending/erasure/R-1/001.json"))
	require.FileExists(t, s.path("pending/other"), "a person looks at it")
	require.Len(t, s.verify().Problems, 1)
}

// TestAnArchiveStepThatIsRepeatedReadsNoMoreOfALongChain has case E18: the entry lies in
// the middle of what was archived within the hour.
func TestAnArchiveStepThatIsRepeatedReadsNoMoreOfALongChain(t *testing.T) {
	t.Parallel()
	const name = "erasure/R-1/001.json"
	entry := func(sequence int) string { return fmt.Sprintf("chain/%08d.json", sequence) }
	reads := func(entries int, chained bool) int {
		s := newCloud(t)
		content := mustSign(t, sampleOf(1))
		s.store.Put(name, content)
		place := entries / 2
		s.store.Put("pending/"+name, fmt.Appendf(nil, `{"since":"2026-03-04T09:00:00Z","entry":%d}`, place))
		for i := 1; i <= entries; i++ {
			of, sum := fmt.Sprintf("erasure/S-%d/001.json", i), strings.Repeat("0", 64)
			if i == place && chained {
				of, sum = name, fmt.Sprintf("%x", sha256.Sum256(content))
			}
			s.store.Put(entry(i), fmt.Appendf(nil, `{"at":"2026-03-04T09:00:00Z","event":"archived","previous":"","report":%q,"sequence":%d,"sha256":%q,"signature":{"algorithm":"Ed25519","key":"","value":""}}`, of, i, sum))
		}
		s.store.Reset()
		stored, err := s.Put(t.Context(), sampleOf(1))
		require.NoError(t, err)
		require.Equal(t, name, stored)
		require.Nil(t, s.store.Get("pending/"+name))
		require.Equal(t, chained, s.store.Get(entry(entries+1)) == nil, "it is in the chain once")
		require.Nil(t, s.store.Get(entry(entries+2)))
		return s.store.Count(http.MethodGet)
	}
	for title, chained := range map[string]bool{"killed after the entry": true, "killed before the entry": false} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			few, many := reads(4, chained), reads(4000, chained)
			require.Equal(t, few, many, "the length of the chain does not matter")
			require.LessOrEqual(t, many, 8)
		})
	}
}

func TestTheNoteOfAReportSaysWhichEntryIsIts(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(2)
	content := s.read("erasure/R-2/001.json")
	// Somebody else's entry took the number that the note says.
	s.write("erasure/R-3/001.json", mustSign(t, sampleOf(3)))
	s.write("pending/erasure/R-3/001.json", []byte(`{"since":"2026-03-04T09:00:00Z","entry":2}`))
	name, err := s.Put(t.Context(), sampleOf(3))
	require.NoError(t, err)
	require.Equal(t, "erasure/R-3/001.json", name)
	require.Equal(t, content, s.read("erasure/R-2/001.json"))
	v := s.verify()
	require.Empty(t, v.Problems)
	require.Empty(t, v.Pending)
	require.Equal(t, 3, v.Entries)
}

// mustSign is the report as the archive stores it.
func mustSign(t *testing.T, r dsr.Report) []byte {
	t.Helper()
	s := newStore(t)
	name, err := s.Put(t.Context(), r)
	require.NoError(t, err)
	return s.read(name)
}

func TestReportsThatWaitForTheirEntryAreGivenOut(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(3)
	s.remove("chain/00000003.json")
	_, err := s.Latest(t.Context(), dsr.Erasure, "R-3")
	require.ErrorContains(t, err, "it is not in the chain")
	s.write("pending/erasure/R-3/001.json", []byte(`{"since":"2026-03-04T09:00:00Z","entry":3}`))
	r, err := s.Latest(t.Context(), dsr.Erasure, "R-3")
	require.NoError(t, err)
	require.Equal(t, sampleOf(3), r)
	_, err = s.LatestFile(t.Context(), dsr.Erasure, "R-3", ring())
	require.NoError(t, err)
	_, err = s.LatestFile(t.Context(), dsr.Erasure, "R-3", report.NewKeyring(newSigner(2).public()))
	require.ErrorContains(t, err, "it is signed with the key")
}

func TestAReportOfLongAgoIsFoundInTheChain(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(150)
	for _, number := range []int{1, 2, 75, 149, 150} {
		_, err := s.LatestFile(t.Context(), dsr.Erasure, fmt.Sprintf("R-%d", number), ring())
		require.NoError(t, err)
	}
	s.write("chain/00000070.json", s.read("chain/00000071.json"))
	_, err := s.LatestFile(t.Context(), dsr.Erasure, "R-100", ring())
	require.NoError(t, err)
	_, err = s.LatestFile(t.Context(), dsr.Erasure, "R-2", ring())
	require.ErrorContains(t, err, "entry 70 of the chain")
}

func TestAnInvalidRequestIsNotArchived(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, r := range []dsr.Report{
		{Version: dsr.ReportVersion, Kind: "access", RequestID: "R-1"}, {Version: dsr.ReportVersion, Kind: dsr.Erasure, RequestID: "R/1"},
		{Version: dsr.ReportVersion, Kind: dsr.Erasure},
	} {
		_, err := s.Put(t.Context(), r)
		require.ErrorContains(t, err, "archive the report")
	}
	require.NoDirExists(t, s.path("erasure"))
}

func TestTheListOfTheArchiveRefusesWhatIsNotAsArchived(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]func(*store) []byte{
		"another request's": func(s *store) []byte { return s.read("erasure/R-1/001.json") },
		"altered":           func(s *store) []byte { return append(s.read("erasure/R-2/001.json"), ' ') },
	} {
		s := newStore(t).fill(2)
		s.write("erasure/R-2/001.json", content(s))
		_, err := s.Recent(t.Context(), 10)
		require.ErrorContains(t, err, "erasure/R-2/001.json is not as it was archived", name)
	}
}

// TestWhatIsArchivedOrRemovedMeanwhileIsNoProblem has another process write between two
// requests of the one that reads.
func TestWhatIsArchivedOrRemovedMeanwhileIsNoProblem(t *testing.T) {
	t.Parallel()
	// once does something before the first request of the method for the object.
	once := func(c *cloud, method, name string, do func()) {
		var done atomic.Bool
		c.store.Before(func(m, n string) {
			if m == method && n == name && done.CompareAndSwap(false, true) {
				do()
			}
		})
	}
	other := func(c *cloud, after time.Duration) *report.Archive {
		bucket, err := storage.Open(t.Context(), c.store.URL())
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, bucket.Close()) })
		return report.NewArchive(bucket).SignedBy(newSigner(1), func() time.Time { return clock().Add(after) })
	}
	t.Run("archived before the names are listed", func(t *testing.T) {
		t.Parallel()
		c := newCloud(t).fill(1)
		writer := other(c, 0)
		once(c, "LIST", "", func() { _, err := writer.Put(t.Context(), sampleOf(2)); assert.NoError(t, err) })
		v := c.verify()
		require.Empty(t, v.Problems)
		require.Equal(t, 2, v.Reports)
		require.Equal(t, 2, v.Entries)
	})
	t.Run("archived after the names were listed", func(t *testing.T) {
		t.Parallel()
		c := newCloud(t).fill(1)
		// A report that the chain does not know has the chain followed.
		c.store.Delete("chain/00000001.json")
		c.store.Put("pending/erasure/R-1/001.json", []byte(`{"since":"2026-03-04T09:00:00Z"}`))
		writer := other(c, 0)
		once(c, http.MethodGet, "erasure/R-1/001.json", func() { _, err := writer.Put(t.Context(), sampleOf(0)); assert.NoError(t, err) })
		v := c.verify()
		require.Empty(t, v.Problems)
		require.Equal(t, 2, v.Reports)
	})
	t.Run("removed after the chain was read", func(t *testing.T) {
		t.Parallel()
		c := newCloud(t).fill(2)
		sweeper := other(c, year+time.Hour)
		once(c, "LIST", "", func() { _, err := sweeper.Sweep(t.Context(), year); assert.NoError(t, err) })
		v := c.verify()
		require.Empty(t, v.Problems)
		require.Equal(t, 2, v.Removed)
	})
	t.Run("a newer report while the newest is read", func(t *testing.T) {
		t.Parallel()
		c := newCloud(t).fill(1)
		writer := other(c, 0)
		once(c, http.MethodGet, "erasure/R-1/001.json", func() { _, err := writer.Put(t.Context(), again(1)); assert.NoError(t, err) })
		r, err := c.Latest(t.Context(), dsr.Erasure, "R-1")
		require.NoError(t, err)
		require.Equal(t, again(1), r)
	})
	t.Run("the newest report is removed while it is read", func(t *testing.T) {
		t.Parallel()
		c := newCloud(t).fill(1)
		sweeper := other(c, year+time.Hour)
		once(c, http.MethodGet, "erasure/R-1/001.json", func() { _, err := sweeper.Sweep(t.Context(), year); assert.NoError(t, err) })
		_, err := c.Latest(t.Context(), dsr.Erasure, "R-1")
		require.ErrorIs(t, err, report.ErrNotFound)
	})
}
