package e2e

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/population"
)

var servedAt = regexp.MustCompile(`Temporal +(127\.0\.0\.1:\d+)`)

// serve starts 'lethe-standalone serve' on the site's folder and returns it
// with the address of its Temporal server.
func (s *site) serve() (*process, string) {
	s.Helper()
	before := len(s.log())
	p := s.start(programs.standalone, "serve", "--config", filepath.Join(s.dir, "lethe.yaml"), "--data", filepath.Join(s.dir, "data"))
	var address string
	require.Eventually(s, func() bool {
		found := servedAt.FindStringSubmatch(s.log()[before:])
		if found == nil {
			return false
		}
		address = found[1]
		return true
	}, patience, 50*time.Millisecond, "log:\n%s", lazily(s.log))
	return p, address
}

// reportOf is the archived report on a request.
func (s *site) reportOf(id string) dsr.Report {
	s.Helper()
	var r dsr.Report
	require.NoError(s, json.Unmarshal([]byte(s.must("report", id, "--format", "json")), &r))
	return r
}

func TestServingSurvivesBeingKilled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.town.Gist.Faults().Set(simulators.Rule{Kind: simulators.Down})
	first, address := s.serve()
	s.must("submit", "--address", address, "--id", "R-1", "--email", population.Ana.Email)
	require.Eventually(t, func() bool {
		return strings.Count(s.must("show", "R-1", "--address", address, "--json"), `"erased"`) >= 2
	}, patience, 200*time.Millisecond)
	first.end(syscall.SIGKILL)
	s.town.Gist.Faults().Clear()

	_, address = s.serve()

	var state string
	require.Eventually(t, func() bool {
		_ = s.lethe("complete-task", "R-1", "alore", "--erased", "1", "--evidence", "ticket 4711", "--address", address) // refused once it is done
		state = s.lethe("show", "R-1", "--address", address).out
		return strings.Contains(state, string(dsr.StatusCompleted))
	}, patience, 500*time.Millisecond, "state:\n%s", lazily(func() string { return state }))
	s.forgotten(population.Ana)
	said := s.must("report", "R-1")
	require.Contains(t, said, "Status       completed\n")
	r := s.reportOf("R-1")
	gist := outcome(r, "gist")
	require.Positive(t, gist.CutOff, "what the killed process had asked is not known as a whole")
	require.Regexp(t, `Attempts +\d+ attempts, \d+ of them cut off, whose calls may be missing above, 1 erasure`, said)
}

// TestTheCodecServerBesideTheWebUI asks the codec server of the one process as another
// program of the machine can: masked values for everybody, nothing that passes for an
// operator's words without a token, and as often as the gateway lets anybody ask.
func TestTheCodecServerBesideTheWebUI(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit("lethe.yaml", "vault: {cache_for: 1s}\n", "vault: {cache_for: 1s}\ncodec_server:\n  rate: 5\n  tokens: [{name: sam, token: \"file:sam.token\"}]\n")
	s.write("sam.token", "the-token-of-sam-with-enough-in-it")
	p, _ := s.serve()
	ui := regexp.MustCompile(`Web UI +(http://\S+)`).FindStringSubmatch(p.own.log())
	require.NotNil(t, ui, p.own.log())
	post := func(path, token string) int {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, ui[1]+path, strings.NewReader(`{"payloads":[{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"MQ=="}]}`))
		require.NoError(t, err)
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.StatusCode
	}
	require.Equal(t, http.StatusOK, post("/codec/decode", ""))
	require.Equal(t, http.StatusUnauthorized, post("/codec/encode", ""))
	require.Equal(t, http.StatusOK, post("/codec/encode", "the-token-of-sam-with-enough-in-it"))
	require.Eventually(t, func() bool { return post("/codec/decode", "") == http.StatusTooManyRequests }, patience, time.Millisecond)
}

// TestServingTakesRequestsIn hands a request in to the process that does everything,
// and kills it before the request is done.
func TestServingTakesRequestsIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withoutAnalytics()
	g := s.newGateway(ownTLS)
	serving := func() (*process, string) {
		before := len(s.log())
		p, address := s.serve()
		require.Eventually(t, func() bool {
			found := servingAt.FindStringSubmatch(s.log()[before:])
			if found != nil {
				g.address.Store(found[1])
			}
			return found != nil
		}, patience, 10*time.Millisecond, "log:\n%s", lazily(s.log))
		return p, address
	}
	first, address := serving()
	named := "Gateway   https://" + g.address.Load().(string) + "\n"
	require.Eventually(t, func() bool { return strings.Contains(s.log(), named) }, patience, 10*time.Millisecond)
	id := uuid.NewString()
	require.Equal(t, http.StatusCreated, g.verified(g.call(t.Context(), http.MethodPost, "/v2/requests", erasureOf(id, population.Ana.Email))).status)
	require.Eventually(t, func() bool {
		return s.lethe("complete-task", id, "alore", "--erased", "1", "--evidence", "ticket 4711", "--address", address).code == 0
	}, patience, 200*time.Millisecond)
	first.end(syscall.SIGKILL)

	second, address := serving()

	require.Eventually(t, func() bool {
		_ = s.lethe("complete-task", id, "alore", "--erased", "1", "--evidence", "ticket 4711", "--address", address) // refused once it is done
		return g.call(t.Context(), http.MethodGet, "/v2/requests/"+id, "").field("request_status") == string(dsr.StageCompleted)
	}, patience, 500*time.Millisecond, "log:\n%s", lazily(s.log))
	s.forgotten(population.Ana)
	second.end(syscall.SIGTERM)
	require.Contains(t, s.log(), `"message":"stopped"`)
}

// TestANewcomerHandsARequestInWithCurl does what the demo tells.
func TestANewcomerHandsARequestInWithCurl(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start(programs.standalone, "demo")
	var commands []string
	require.Eventually(t, func() bool {
		commands = regexp.MustCompile(`(?m)^  (curl .*)$`).FindAllString(s.log(), -1)
		return strings.Contains(s.log(), "docs/intake.md")
	}, patience, 100*time.Millisecond, "log:\n%s", lazily(s.log))
	require.Len(t, commands, 2)
	run := func(command string) string {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", command).Output()
		require.NoError(t, err)
		return string(out)
	}

	require.Contains(t, run(commands[0]), `"received_time"`)

	require.Eventually(t, func() bool { return strings.Contains(run(commands[1]), `"result":"completed"`) }, patience, 500*time.Millisecond)
	status := run(commands[1])
	require.Contains(t, status, `"request_status":"in_progress"`)
	require.Contains(t, status, `"name":"hubspot","state":"erased"`)
	require.Contains(t, status, `"name":"google-analytics","state":"accepted"`)
}

// TestServingEndsWithoutItsNamespace waits until the SDK gives up, which takes it two
// minutes.
func TestServingEndsWithoutItsNamespace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, address := s.serve()
	c, err := client.Dial(client.Options{HostPort: address, Logger: requests.Logger(zerolog.Nop())})
	require.NoError(t, err)
	defer c.Close()

	_, err = c.OperatorService().DeleteNamespace(t.Context(), &operatorservice.DeleteNamespaceRequest{Namespace: client.DefaultNamespace})

	require.NoError(t, err)
	select {
	case <-p.ended:
	case <-time.After(2 * patience):
		require.Fail(t, "the process serves nobody and does not end", s.log())
	}
	require.Equal(t, 1, p.cmd.ProcessState.ExitCode())
	require.Regexp(t, "(?m)^lethe-standalone: Temporal permanently rejects the worker of the task queue [a-z.-]+: .*; correct that and start it again$", s.log())
}
