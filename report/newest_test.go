package report_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/report"
	"ite.digital/lethe/report/overview"
	"ite.digital/lethe/storage"
)

// newest is what EachNewest gives, by the reports' keys.
func (s *store) newest(keys report.Keyring) map[string]report.Filed {
	s.Helper()
	found := map[string]report.Filed{}
	require.NoError(s, s.EachNewest(s.Context(), keys, func(f report.Filed) {
		require.NotContains(s, found, f.Name)
		found[f.Name] = f
	}))
	return found
}

func TestTheNewestReportOnEveryRequestIsGiven(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(40)
	again := sampleOf(7)
	again.CompletedAt = again.CompletedAt.AddDate(0, 0, 1)
	_, err := s.Put(t.Context(), again)
	require.NoError(t, err)
	// Request ids whose keys sort around those of another one.
	for _, id := range []string{"R", "R-7.1", "R-70"} {
		r := sample()
		r.RequestID = id
		_, err := s.Put(t.Context(), r)
		require.NoError(t, err)
	}
	found := s.newest(ring())
	require.Len(t, found, 43)
	for name, f := range found {
		require.NoError(t, f.Unread, name)
		require.NoError(t, f.Doubt, name)
		require.Equal(t, filepath.Base(filepath.Dir(name)), f.Report.RequestID)
	}
	require.Equal(t, again.CompletedAt, found["erasure/R-7/002.json"].Report.CompletedAt)
	require.Equal(t, 2, found["erasure/R-7/002.json"].Reports)
	require.Equal(t, 1, found["erasure/R-7.1/001.json"].Reports)
	require.ErrorIs(t, s.newest(nil)["erasure/R/001.json"].Doubt, report.ErrUnchecked)
}

func TestReportsThatAreNotAsArchivedAreSaidToBe(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(6)
	content := func(n int) string {
		b, err := os.ReadFile(s.path(fmt.Sprintf("erasure/R-%d/001.json", n)))
		require.NoError(t, err)
		return string(b)
	}
	write := func(n int, text string) {
		require.NoError(t, os.WriteFile(s.path(fmt.Sprintf("erasure/R-%d/001.json", n)), []byte(text), 0o600))
	}
	write(1, content(1)[:100])
	write(2, strings.Replace(content(2), "R-2", "R-6", 1))
	write(3, strings.Replace(content(3), "kept on", "sold on", 1))
	unsigned, err := report.Encode(sampleOf(4))
	require.NoError(t, err)
	write(4, string(unsigned))
	write(5, strings.Replace(content(5), `"version":"1"`, `"version":"9"`, 1))
	found := s.newest(ring())
	require.ErrorContains(t, found["erasure/R-1/001.json"].Unread, "cannot be read")
	require.ErrorContains(t, found["erasure/R-2/001.json"].Unread, "on another request")
	require.ErrorIs(t, found["erasure/R-3/001.json"].Doubt, report.ErrAltered)
	require.ErrorIs(t, found["erasure/R-4/001.json"].Doubt, report.ErrUnsigned)
	require.Equal(t, "R-4", found["erasure/R-4/001.json"].Report.RequestID)
	require.ErrorContains(t, found["erasure/R-5/001.json"].Unread, "version")
	require.NoError(t, found["erasure/R-6/001.json"].Doubt)
	require.Len(t, found, 6)
}

func TestReadingTheArchiveCanBeInterrupted(t *testing.T) {
	t.Parallel()
	s := newStore(t).fill(40)
	ctx, cancel := context.WithCancel(t.Context())
	seen := 0
	err := s.EachNewest(ctx, ring(), func(report.Filed) {
		seen++
		cancel()
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, seen, 40)
}

// BenchmarkOverview counts 10,000 reports of the size that twenty systems leave.
func BenchmarkOverview(b *testing.B) {
	const requests = 10_000
	bucket, err := storage.Open(b.Context(), "file://"+b.TempDir())
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, bucket.Close()) })
	archive := report.NewArchive(bucket).SignedBy(newSigner(1), clock)
	r := sample()
	for len(r.Systems) < 20 {
		o := r.Systems[0]
		o.Name = fmt.Sprintf("system-%d", len(r.Systems))
		r.Systems = append(r.Systems, o)
	}
	r.RequestID = "R-1"
	name, err := archive.Put(b.Context(), r)
	require.NoError(b, err)
	content, err := bucket.Read(b.Context(), name, 1<<20)
	require.NoError(b, err)
	for i := 2; i <= requests; i++ {
		body := strings.Replace(string(content), `"R-1"`, fmt.Sprintf(`"R-%d"`, i), 1)
		require.NoError(b, bucket.Create(b.Context(), fmt.Sprintf("erasure/R-%d/001.json", i), []byte(body)))
	}
	period := overview.Period{From: start.AddDate(0, -1, 0), To: start.AddDate(0, 1, 0)}
	for signed, keys := range map[string]report.Keyring{"checked": ring(), "unchecked": nil} {
		b.Run(signed, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tally := overview.New(period, start, false)
				require.NoError(b, archive.EachNewest(b.Context(), keys, func(f report.Filed) { tally.Add(f.Report, f.Doubt == nil, f.Reports) }))
				require.Equal(b, requests, tally.Overview().Requests[0].Received)
			}
			b.ReportMetric(float64(len(content)), "B/report")
			b.ReportMetric(float64(b.Elapsed()/time.Millisecond)/float64(b.N)/requests, "ms/report")
		})
	}
}
