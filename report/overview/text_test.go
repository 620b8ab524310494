package overview_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/overview"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// quarter has some of everything.
func quarter(list bool) overview.Overview {
	t := overview.New(period, now, list)
	open := request("open", 0, outcome("alore", dsr.NeedsOperator))
	t.AddOpen(open)
	t.AddOpen(request("R-05", 0, outcome("alore", dsr.Acting)))
	t.AddSilent(false, request("R-97", 0).DueAt)
	t.AddSilent(true, time.Time{})
	t.AddUnasked(1)
	for i := range 24 {
		gist, alore := outcome("gist", dsr.NotFound), outcome("alore", dsr.Attested)
		gist.Attempts, gist.Calls = 2, []dsr.Call{{Status: 200, Count: 4}, {Status: 503, Count: i % 3}}
		if i%8 == 0 {
			alore.State = dsr.Skipped
		}
		r := request(fmt.Sprintf("R-%02d", i), float64(i)*1.4, gist, alore)
		if i == 3 {
			r.Extension, r.Identity, r.Earlier = &dsr.Extension{}, &dsr.IdentityCheck{WaitedDays: 4, AnsweredAt: day1}, []dsr.Run{{}}
		}
		t.Add(r, i > 0, 1)
	}
	t.Doubt("erasure/R-00/001.json", errors.New("it bears no signature"))
	t.Unread("erasure/R-99/001.json", errors.New("the report cannot be read"))
	return t.Overview()
}

func TestTheOverviewReadsLikeThis(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]overview.Overview{
		"quarter.txt": quarter(true), "nothing.txt": overview.New(period, now, false).Overview(),
	} {
		var b bytes.Buffer
		require.NoError(t, overview.Text(&b, o))
		path := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), b.String())
	}
}
