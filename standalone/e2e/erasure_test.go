package e2e

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/simtest"
)

func (s *site) submit(id string, person population.Person) {
	s.Helper()
	out := s.must("submit", "--kind", "erasure", "--id", id, "--email", person.Email)
	require.Contains(s, out, id)
	require.NotContains(s, out, person.Email)
}

// completeTask does the manual task once it waits.
func (s *site) completeTask(id string) {
	s.Helper()
	s.report(id, in("alore", dsr.NeedsOperator))
	s.must("complete-task", id, "alore", "--erased", "1", "--operator", "sam", "--evidence", "ticket 4711")
}

// conclude does the manual task as often as it waits, which is once more after
// each identifier that turns up late, until the request is over.
func (s *site) conclude(id string) dsr.Report {
	s.Helper()
	return s.report(id, func(r dsr.Report) bool {
		if states(r)["alore"] == dsr.NeedsOperator {
			_ = s.lethe("complete-task", id, "alore", "--erased", "1", "--operator", "sam", "--evidence", "ticket 4711") // asked again if refused
		}
		return concluded(r)
	})
}

func TestARequestIsCarriedOutFromTheCommandLine(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.worker()

	s.submit("R-1", population.Ana)
	s.submit("R-1", population.Ana) // the same request twice is one request
	taken := s.lethe("submit", "--kind", "erasure", "--id", "R-1", "--email", population.Ben.Email)
	require.NotZero(t, taken.code)
	require.Contains(t, taken.err, "a different request has this id")
	require.Contains(t, s.must("list"), "R-1")
	r := s.conclude("R-1")

	require.Equal(t, complete(), states(r))
	require.Equal(t, dsr.StatusCompleted, r.Status)
	s.forgotten(population.Ana)
	s.must("show", "R-1", "--watch") // ends, for the request has
	text := s.must("report", "R-1")
	require.Contains(t, text, "3 customers erased")
	require.Contains(t, text, "DELETE /customers/{id}/: status 204 ×3")
	require.Contains(t, text, "complete-task by sam")
	require.Contains(t, s.must("systems", "check"), "ok")
}

func TestAWorkerThatIsKilledLosesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, server := range s.servers() {
		server.Faults().Set(simulators.Rule{Kind: simulators.Latency, Duration: 150 * time.Millisecond})
	}
	first := s.worker()
	s.submit("R-1", population.Ana)
	deletions := func() int {
		n := 0
		for _, server := range s.servers() {
			n += len(server.Ledger().Deletions())
		}
		return n
	}
	require.Eventually(t, func() bool { return deletions() > 0 }, patience, 5*time.Millisecond)
	first.end(syscall.SIGKILL)
	require.NotEmpty(t, s.town.Remaining(population.Ana), "it was killed in the middle")
	s.worker()

	r := s.conclude("R-1")

	require.Equal(t, complete(), states(r))
	s.forgotten(population.Ana)
	for _, server := range s.servers() {
		carriedOut := map[string]int{}
		for _, deletion := range server.Ledger().Deletions() {
			if deletion.Applied && !deletion.Repeat {
				carriedOut[deletion.Kind+"/"+deletion.RecordID]++
			}
		}
		for record, times := range carriedOut {
			require.Equal(t, 1, times, record)
		}
	}
}

func TestAWrongKeyParksExactlyThatSystemUntilItIsRepaired(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	key := "the-wrong-key"
	s.write("gist.key", key)
	first := s.worker()
	check := s.lethe("systems", "check")
	require.Equal(t, 1, check.code)
	require.Contains(t, strings.Join(strings.Fields(check.out), " "), "does not accept the credentials", "however it is wrapped")
	s.submit("R-1", population.Ana)
	s.completeTask("R-1")

	parked := s.report("R-1", func(r dsr.Report) bool {
		got := states(r)
		return got["gist"] == dsr.NeedsOperator && got["landbot"] == dsr.Erased && got["hubspot"] == dsr.Erased && got["website"] == dsr.Erased
	})
	require.Equal(t, dsr.StatusOpen, parked.Status)
	require.Contains(t, s.must("list", "--open"), "gist")
	first.end(syscall.SIGTERM)
	s.write("gist.key", gist.DefaultToken)
	s.worker()
	s.must("systems", "check", "gist")
	s.must("retry-system", "R-1", "gist")
	r := s.conclude("R-1")

	require.Equal(t, complete(), states(r))
	s.forgotten(population.Ana)
	require.NotContains(t, s.log(), key)
}

func TestADemoEndsAsItShould(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), programs.standalone, "demo", "--exit").CombinedOutput()
	require.NoError(t, err, string(out))
	text := string(out)
	require.Contains(t, text, "All 4 samples ended as they should")
	require.Contains(t, text, "3 customers erased")
	require.Contains(t, text, "accepted, expected by")
	require.Regexp(t, `demo-4  restricted\n`, text)
	require.NotContains(t, text, population.Ana.Email)
	require.NotContains(t, text, population.Zoe.Email)
}

func TestNonsenseIsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.submit("R-1", population.Ana) // makes the key store
	nobody := simtest.ReservePort(t).Address
	for name, c := range map[string]struct {
		arguments []string
		want      string
	}{
		"no identifiers":       {[]string{"submit", "--kind", "erasure"}, "at least one"},
		"a bad e-mail address": {[]string{"submit", "--email", "ana.martin.example.com"}, "not an e-mail address"},
		"an unknown system":    {[]string{"submit", "--email", "ana.martin@example.com", "--system", "gits"}, "gits"},
		"an unknown kind":      {[]string{"submit", "--kind", "oblivion", "--email", "ana.martin@example.com"}, "erasure"},
		"no Temporal":          {[]string{"submit", "--email", "ana.martin@example.com", "--address", nobody}, "cannot be reached at " + nobody},
		"no such request":      {[]string{"show", "R-404"}, "no request of this id"},
		"no such report":       {[]string{"report", "R-404"}, "no report"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := s.lethe(c.arguments...)
			require.NotZero(t, r.code)
			require.Contains(t, r.err, c.want)
			require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
			require.NotContains(t, r.err, "ana.martin")
			require.Empty(t, r.out)
		})
	}
}
