// Package e2e tries the compiled programs as a user would: real processes, a
// real Temporal server, real HTTP to the simulated vendors.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/schema/schematest"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/googleanalytics"
	"ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/website"
	"ite.digital/lethe/standalone/engine"
)

// patience is how long anything may take before a test gives up on it. It is
// far beyond what is needed, so that a slow machine fails no test.
const patience = 2 * time.Minute

var programs struct{ lethe, standalone string }

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "lethe-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }() // a leftover in the temporary folder harms nobody
	programs.lethe, programs.standalone = filepath.Join(dir, "lethe"), filepath.Join(dir, "lethe-standalone")
	for program, source := range map[string]string{programs.lethe: "ite.digital/lethe/cmd/lethe", programs.standalone: "ite.digital/lethe/standalone"} {
		if out, err := exec.Command("go", "build", "-o", program, source).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build %s: %v\n%s", source, err, out)
			return 1
		}
	}
	return m.Run()
}

// site is one installation: an engine, vendors, a configuration, and people's
// commands.
type site struct {
	*testing.T
	dir    string
	town   *population.Town
	engine *engine.Engine
	// temporal is where programs look for Temporal; the engine, unless a test says so.
	temporal string
	*transcript
}

// transcript collects all that any program of a site has printed or logged.
type transcript struct {
	seen bytes.Buffer
	mu   sync.Mutex
}

// as is the same site in the hands of another test.
func (s *site) as(t *testing.T) *site {
	t.Helper()
	same := *s
	same.T = t
	return &same
}

// newSite starts an engine and vendors, and writes their configuration.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{T: t, dir: t.TempDir(), transcript: &transcript{}, town: population.Fill(population.Vendors{
		HubSpot:         hubspot.New(hubspot.Options{}),
		Gist:            gist.New(gist.Options{}),
		Landbot:         landbot.New(landbot.Options{}),
		GoogleAnalytics: googleanalytics.New(googleanalytics.Options{}),
		Website:         website.New(website.Options{}),
	}, 60)}
	s.configure()
	t.Cleanup(func() { schematest.Archive(t, filepath.Join(s.dir, "reports")) })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var err error
	s.engine, err = engine.Start(ctx, engine.Options{NoUI: true, SearchAttributes: requests.SearchAttributes()})
	require.NoError(t, err)
	t.Cleanup(s.engine.Stop)
	s.temporal = s.engine.Address()
	return s
}

// servers are the vendors by the names of their systems.
func (s *site) servers() map[string]*simulators.Server {
	return map[string]*simulators.Server{
		"hubspot": s.town.HubSpot.Server, "gist": s.town.Gist.Server, "landbot": s.town.Landbot.Server,
		"analytics": s.town.GoogleAnalytics.Server, "website": s.town.Website.Server,
	}
}

// configure writes lethe.yaml, with the keys in files beside it.
func (s *site) configure() {
	s.Helper()
	keys := map[string]string{
		"hubspot": hubspot.DefaultToken, "gist": gist.DefaultToken, "landbot": landbot.DefaultToken,
		"analytics": googleanalytics.DefaultToken, "website": website.DefaultSecret,
	}
	text, err := os.ReadFile("testdata/lethe.yaml")
	require.NoError(s, err)
	written := string(text)
	for name, server := range s.servers() {
		url, stop, err := simulators.Serve(server)
		require.NoError(s, err)
		s.Cleanup(stop)
		written = strings.ReplaceAll(written, "URL_OF_"+name, url)
		s.write(name+".key", keys[name])
	}
	s.write("lethe.yaml", written)
}

func (s *site) write(name, content string) {
	s.Helper()
	path := filepath.Join(s.dir, name)
	// A program that follows the file finds the old content or the new one, no part of it.
	require.NoError(s, os.WriteFile(path+".new", []byte(content), 0o600))
	require.NoError(s, os.Rename(path+".new", path))
}

// edit replaces a part of a file.
func (s *site) edit(name, part, with string) {
	s.Helper()
	content, err := os.ReadFile(filepath.Join(s.dir, name))
	require.NoError(s, err)
	require.Contains(s, string(content), part)
	s.write(name, strings.Replace(string(content), part, with, 1))
}

// environment leads the programs to the site's engine and configuration.
func (s *site) environment() []string {
	kept := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "USER=sam", "TEMPORAL_ADDRESS=" + s.temporal}
	return append(kept, "LETHE_CONFIG="+filepath.Join(s.dir, "lethe.yaml"))
}

// Write collects what programs print; it makes the site a writer.
func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen.Write(p)
}

func (t *transcript) log() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen.String()
}

// A result is what came of a command.
type result struct {
	out, err string
	code     int
}

// lethe runs a command to its end.
func (s *site) lethe(arguments ...string) result {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, programs.lethe, arguments...)
	cmd.Env, cmd.Dir = s.environment(), s.dir
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		require.NoError(s, err)
	}
	return result{out: out.String(), err: errOut.String(), code: cmd.ProcessState.ExitCode()}
}

// must runs a command that has to succeed, and returns what it printed.
func (s *site) must(arguments ...string) string {
	s.Helper()
	r := s.lethe(arguments...)
	require.Zero(s, r.code, "lethe %v: %s", arguments, r.err)
	return r.out
}

// A process is a program that keeps running.
type process struct {
	*site
	cmd    *exec.Cmd
	ended  chan struct{}
	killed sync.Once
	// own is what this program alone has printed.
	own transcript
}

// start starts a program; it is killed when the test ends.
func (s *site) start(program string, arguments ...string) *process {
	s.Helper()
	p := &process{site: s, cmd: exec.Command(program, arguments...), ended: make(chan struct{})}
	p.cmd.Env, p.cmd.Dir = s.environment(), s.dir
	printed := io.MultiWriter(s, &p.own)
	p.cmd.Stdout, p.cmd.Stderr = printed, printed
	require.NoError(s, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait() // how it ended is its parent's business
		close(p.ended)
	}()
	s.Cleanup(func() { p.end(syscall.SIGKILL) })
	return p
}

// worker starts 'lethe worker'.
func (s *site) worker() *process {
	s.Helper()
	return s.start(programs.lethe, "worker", "--log-level", "debug")
}

// end sends the signal and waits for the end.
func (p *process) end(signal os.Signal) {
	p.Helper()
	p.killed.Do(func() {
		_ = p.cmd.Process.Signal(signal) // it may have ended by itself
		select {
		case <-p.ended:
		case <-time.After(patience):
			p.Errorf("the process did not end on %v", signal)
			_ = p.cmd.Process.Kill()
		}
	})
}

// report asks for the status until it is as wished for.
func (s *site) report(id string, wish func(dsr.Report) bool) dsr.Report {
	s.Helper()
	var r dsr.Report
	require.Eventually(s, func() bool {
		answer := s.lethe("show", id, "--json")
		r = dsr.Report{} // slices are not merged
		if answer.code != 0 || json.Unmarshal([]byte(answer.out), &r) != nil {
			return false
		}
		if err := schematest.Validate([]byte(answer.out)); err != nil {
			s.Errorf("what is shown follows the published schema: %v", err)
		}
		return wish(r)
	}, patience, 200*time.Millisecond, "state:\n%s\nlog:\n%s", lazily(func() string { return s.lethe("show", id).out }), lazily(s.log))
	return r
}

// lazily prints what a function returns, at the time of printing.
type lazily func() string

func (l lazily) String() string { return l() }

func in(system string, state dsr.State) func(dsr.Report) bool {
	return func(r dsr.Report) bool { return states(r)[system] == state }
}

func concluded(r dsr.Report) bool { return r.Status != dsr.StatusOpen }

func states(r dsr.Report) map[string]dsr.State {
	found := map[string]dsr.State{}
	for _, o := range r.Systems {
		found[o.Name] = o.State
	}
	return found
}

// complete is what comes of somebody whom every system knows.
func complete() map[string]dsr.State {
	return map[string]dsr.State{
		"hubspot": dsr.Erased, "gist": dsr.Erased, "landbot": dsr.Erased, "website": dsr.Erased,
		"analytics": dsr.Accepted, "alore": dsr.Attested, "console": dsr.NotApplicable,
	}
}

// forgotten makes sure that the person is gone, that nobody else was touched,
// and that nothing the programs have said names anybody.
func (s *site) forgotten(person population.Person) {
	s.Helper()
	require.Empty(s, s.town.Remaining(person))
	require.Empty(s, s.town.Harmed(person))
	s.discreet(person)
}

// discreet makes sure that logs and the archive name nobody.
func (s *site) discreet(person population.Person) {
	s.Helper()
	s.never(person.Email, strings.TrimPrefix(person.Phone, "+33"), person.GAClientID)
}

// never makes sure that logs and the archive hold none of the words.
func (s *site) never(words ...string) {
	s.Helper()
	said := s.log()
	err := filepath.WalkDir(filepath.Join(s.dir, "reports"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		said += path + string(content)
		return err
	})
	require.NoError(s, err)
	for _, word := range words {
		if word != "" {
			require.NotContains(s, strings.ToLower(said), strings.ToLower(word))
		}
	}
}
