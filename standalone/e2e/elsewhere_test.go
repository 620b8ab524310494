package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/simulators/population"
)

// elsewhere is another machine: an empty folder and nothing of the company's but what
// is copied there.
type elsewhere struct {
	*testing.T
	dir string
}

// lethe runs a command with an empty environment.
func (e elsewhere) lethe(arguments ...string) result {
	e.Helper()
	cmd := exec.CommandContext(e.Context(), programs.lethe, arguments...)
	cmd.Env, cmd.Dir = []string{}, e.dir
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	_ = cmd.Run() // its status says how it went
	return result{out: out.String(), err: errOut.String(), code: cmd.ProcessState.ExitCode()}
}

// fails runs a command that must fail with one clear sentence.
func (e elsewhere) fails(sentence string, arguments ...string) {
	e.Helper()
	r := e.lethe(arguments...)
	require.NotZero(e, r.code, "%v: %s", arguments, r.out)
	require.Regexp(e, sentence, r.out+r.err)
	require.NotContains(e, r.out+r.err, "panic")
	require.Equal(e, 1, strings.Count(r.err, "\n"), r.err)
}

func (e elsewhere) write(name string, content []byte) {
	e.Helper()
	require.NoError(e, os.WriteFile(filepath.Join(e.dir, name), content, 0o600))
}

// archived carries out three requests and returns the folder of their reports, the
// public keys and the report on the first.
func archived(s *site) (reports string, keys, first []byte) {
	s.Helper()
	s.worker()
	for i, person := range []population.Person{population.Ana, population.Ben, population.Zoe} {
		id := fmt.Sprintf("R-%d", i+1)
		s.submit(id, person)
		s.conclude(id)
		s.must("show", id, "--watch") // ends with the workflow, whose report is in the archive
	}
	keys = []byte(s.must("keys", "export"))
	s.must("report", "R-1", "--format", "json", "--output", "R-1.json")
	first, err := os.ReadFile(filepath.Join(s.dir, "R-1.json"))
	require.NoError(s, err)
	return filepath.Join(s.dir, "reports"), keys, first
}

// TestAReportIsVerifiedOnAnotherMachine takes nothing there but the report's file and
// the public keys.
func TestAReportIsVerifiedOnAnotherMachine(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	reports, keys, first := archived(s)

	e := elsewhere{t, t.TempDir()}
	e.write("R-1.json", first)
	e.write("keys.pem", keys)
	found := e.lethe("report", "verify", "--key", "keys.pem", "R-1.json")
	require.Zero(t, found.code, found.err)
	require.Regexp(t, `^R-1.json: the erasure report on R-1, completed, is as it was signed with the key [0-9a-f]+\npublic keys from keys.pem\n$`, found.out)

	e.flips(keys, first)
	e.tampers(reports)
	s.trusts(first)
}

// flips changes bytes of the report: every one as the command checks them, and some
// with the command itself.
func (e elsewhere) flips(keys, content []byte) {
	e.Helper()
	ring, err := report.ParseKeys(keys)
	require.NoError(e, err)
	for at := range content {
		flipped := bytes.Clone(content)
		flipped[at] ^= 0x01
		_, _, err := report.Check(flipped, ring)
		require.Error(e, err, "byte %d of %d", at, len(content))
		if at%(len(content)/24) != 0 {
			continue
		}
		e.write("flipped.json", flipped)
		e.fails(`^lethe: flipped\.json is not authentic: \S.+\n$`, "report", "verify", "--key", "keys.pem", "flipped.json")
	}
	e.write("cut.json", content[:len(content)-2])
	e.fails(`^lethe: cut\.json is not authentic: \S.+\n$`, "report", "verify", "--key", "keys.pem", "cut.json")
	e.fails("name the company's public keys with --key FILE", "report", "verify", "R-1.json")
}

var headLine = regexp.MustCompile(`(?m)^head (\S+)$`)

// tampers does to copies of the archive what whoever can write to it could do.
func (e elsewhere) tampers(reports string) {
	e.Helper()
	verify := func(name string, more ...string) []string {
		return append([]string{"archive", "verify", "--archive", "file://" + filepath.Join(e.dir, name), "--key", "keys.pem"}, more...)
	}
	copied := func(name string) string {
		require.NoError(e, os.CopyFS(filepath.Join(e.dir, name), os.DirFS(reports)))
		return filepath.Join(e.dir, name)
	}
	path := func(root, id string) string { return filepath.Join(root, "erasure", id, "001.json") }

	copied("whole")
	whole := e.lethe(verify("whole")...)
	require.Zero(e, whole.code, whole.err)
	require.Contains(e, whole.out, "3 reports as archived, 0 removed by retention, 3 entries in the chain")
	head := headLine.FindStringSubmatch(whole.out)[1]

	middle := copied("middle")
	require.NoError(e, os.Remove(path(middle, "R-2")))
	e.fails(`erasure/R-2/001\.json, archived on \S+, is missing: it was taken away`, verify("middle")...)

	end := copied("end")
	require.NoError(e, os.Remove(path(end, "R-3")))
	e.fails(`erasure/R-3/001\.json, archived on \S+, is missing: it was taken away`, verify("end")...)
	entries, err := filepath.Glob(filepath.Join(end, "chain", "*.json"))
	require.NoError(e, err)
	require.Len(e, entries, 3)
	require.NoError(e, os.Remove(entries[2])) // with its entry, which only a noted head shows
	e.fails(`the chain ends at entry 2, but entry 3 was noted before: its end was cut off`, verify("end", "--head", head)...)

	swapped := copied("swapped")
	require.NoError(e, os.Rename(path(swapped, "R-1"), path(swapped, "R-1")+".aside"))
	require.NoError(e, os.Rename(path(swapped, "R-3"), path(swapped, "R-1")))
	require.NoError(e, os.Rename(path(swapped, "R-1")+".aside", path(swapped, "R-3")))
	e.fails(`erasure/R-1/001\.json holds the report that belongs to erasure/R-3/001\.json: reports were swapped`, verify("swapped")...)
}

// trusts makes sure that the report identifies the person by keyed hashes only, names
// the calls as the vendors do, and that the hashes find the request.
func (s *site) trusts(content []byte) {
	s.Helper()
	r, err := report.Decode(content)
	require.NoError(s, err)
	require.Len(s, r.SubjectTokens, 2, "of the address, and of its hash")
	for _, token := range r.SubjectTokens {
		require.Regexp(s, `^[A-Za-z0-9_-]{43}$`, token)
	}
	require.Contains(s, s.must("list", "--email", population.Ana.Email), "R-1")
	calls := map[string]int{}
	for _, o := range r.Systems {
		for _, call := range o.Calls {
			calls[o.Name] += len(call.RequestIDs)
		}
	}
	require.Positive(s, calls["hubspot"])
	require.Positive(s, calls["website"])
	require.Zero(s, calls["gist"], "what it sends is the person's address")
	require.Equal(s, dsr.StatusCompleted, r.Status)
	require.Contains(s, s.must("report", "R-1"), "HMAC-SHA-256 "+r.SubjectTokens[0])
}
