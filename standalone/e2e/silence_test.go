package e2e

import (
	"encoding/json"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	letheclient "ite.digital/lethe/client"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/vault"
)

// unreached is the exit code for requests that could not be asked.
const unreached = 4

// requestDesk is the site's desk, for what a command has no clock for.
func (s *site) requestDesk() *requests.Desk {
	s.Helper()
	keys := s.vault()
	options := client.Options{HostPort: s.engine.Address(), Namespace: s.engine.Namespace(), Logger: silent{}}
	keys.ProtectWorker(&options)
	c, err := client.DialContext(s.Context(), options)
	require.NoError(s, err)
	s.Cleanup(c.Close)
	return requests.NewDesk(c, options, keys)
}

// TestNoAllClearWhileNobodyWorks hands requests in where no worker runs: whoever looks
// is told, until a worker has taken them up.
func TestNoAllClearWhileNobodyWorks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const nobody = "no worker is running for namespace default: nothing happens until one is started (lethe worker)"

	first := s.lethe("submit", "--id", "R-1", "--email", population.Ana.Email)
	late := s.lethe("submit", "--id", "R-2", "--email", population.Ben.Email, "--received", time.Now().AddDate(0, -2, 0).Format(time.DateOnly), "--json")
	s.write("people.csv", "id,email,received\nR-3,"+population.Zoe.Email+","+time.Now().Format(time.DateOnly)+"\n")
	third := s.lethe("import", "people.csv")
	for _, r := range []result{first, late, third} {
		require.Zero(t, r.code, "it is handed in all the same")
		require.Equal(t, "lethe: submitted; "+nobody+"\n", r.err)
	}
	require.True(t, json.Valid([]byte(late.out)))

	var tasks result
	require.Eventually(t, func() bool { // Temporal's lists lag behind
		tasks = s.lethe("tasks")
		return tasks.code == unreached && len(s.listed()) == 3
	}, patience, 200*time.Millisecond)
	require.NotContains(t, tasks.out, "nothing waits")
	require.Regexp(t, `(?s)R-2 +has not begun .* overdue.*R-[13] +has not begun .*R-[13] +has not begun `, tasks.out)
	require.Contains(t, tasks.err, "3 requests have not begun (R-2, ")
	require.Contains(t, tasks.err, nobody)
	require.NotContains(t, tasks.out+tasks.err, population.Ben.Email)
	var told struct {
		Silent struct {
			NotBegun int  `json:"not_begun"`
			NoWorker bool `json:"no_worker"`
		} `json:"silent"`
	}
	require.NoError(t, json.Unmarshal([]byte(s.lethe("tasks", "--json").out), &told))
	require.Equal(t, 3, told.Silent.NotBegun)
	require.True(t, told.Silent.NoWorker)
	list := s.must("list")
	require.Regexp(t, `R-1 +erasure +not begun `, list)
	require.Contains(t, list, nobody)
	stats := s.lethe("stats")
	require.Equal(t, unreached, stats.code)
	require.Contains(t, stats.out, "\n 3 open, 1 overdue, 0 waiting for a person\n 3 of them not begun: ")
	require.Contains(t, stats.err, nobody)

	lethe, err := letheclient.Open(t.Context(), letheclient.Options{
		Temporal: client.Options{HostPort: s.engine.Address(), Namespace: s.engine.Namespace(), Logger: silent{}},
		Vault:    vault.Options{Store: "file://" + s.dir + "/data/keys", KEK: "file://" + s.dir + "/data/key-encryption.key", CacheFor: time.Second},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, lethe.Close()) })
	unattended, err := lethe.Unattended(t.Context())
	require.NoError(t, err)
	require.True(t, unattended)

	w := s.worker()
	for _, id := range []string{"R-1", "R-2", "R-3"} {
		s.conclude(id)
	}
	require.Eventually(t, func() bool { return s.lethe("tasks").code == 0 }, patience, 200*time.Millisecond)
	require.Equal(t, "nothing waits for a person\n", s.must("tasks"))
	require.Contains(t, s.must("stats"), "\n 0 open, 0 overdue, 0 waiting for a person\n")
	desk := s.requestDesk()
	polling, err := desk.Polling(t.Context())
	require.NoError(t, err)
	require.False(t, polling.Nobody(time.Now()))
	unattended, err = lethe.Unattended(t.Context())
	require.NoError(t, err)
	require.False(t, unattended)

	// A worker that has just been stopped is listed still. Nobody is said to be missing
	// before a living one would have asked again, and somebody is afterwards.
	w.end(syscall.SIGTERM)
	polling, err = desk.Polling(t.Context())
	require.NoError(t, err)
	require.False(t, polling.Untold)
	require.False(t, polling.Last.IsZero(), "the server lists workers that were stopped")
	require.False(t, polling.Nobody(polling.Last.Add(70*time.Second)))
	require.True(t, polling.Nobody(polling.Last.Add(2*time.Minute)))
}

// TestASilentRequestHidesNoOther stops the worker after it has taken requests up: they
// have begun and do not answer, whether or not the server still lists the worker.
func TestASilentRequestHidesNoOther(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.worker()
	s.submit("R-1", population.Ana)
	s.report("R-1", in("alore", dsr.NeedsOperator))
	require.Regexp(t, `R-1 +alore +task `, s.must("tasks"))
	w.end(syscall.SIGTERM)

	tasks := s.lethe("tasks")
	require.Equal(t, unreached, tasks.code)
	require.Regexp(t, `R-1 +does not answer `, tasks.out)
	require.Contains(t, tasks.err, "1 request does not answer (R-1)")
	require.NotContains(t, tasks.err, "no worker is running", "it was stopped a moment ago")
	require.Regexp(t, `R-1 +erasure +no answer `, s.must("list"))

	s.worker()
	s.conclude("R-1")
	require.Eventually(t, func() bool { return s.lethe("tasks").out == "nothing waits for a person\n" }, patience, 200*time.Millisecond)
}
