package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators/authority"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/simtest"
)

// gatewayRequests is how many requests are handed in while gateways are killed.
var gatewayRequests = flag.Int("gateway-requests", 2000, "how many requests TestAKilledGatewayLosesNothing hands in")

const (
	gatewayToken = "the token of the company's DSAR system"
	gatewayHost  = "opendsr.example.com"
)

// A gateway is one under test with the controller that calls it.
type gateway struct {
	*site
	authority *authority.Authority
	signing   authority.Pair
	client    *http.Client
	scheme    string
	// address is where the running process listens.
	address atomic.Value
}

// newGateway configures one; transport is what lethe.yaml says of TLS.
func (s *site) newGateway(transport string) *gateway {
	s.Helper()
	ca, err := authority.New()
	require.NoError(s, err)
	g := &gateway{site: s, authority: ca, scheme: "https", client: &http.Client{
		Timeout:   patience,
		Transport: &http.Transport{MaxIdleConnsPerHost: 16, TLSClientConfig: &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12}},
	}}
	if strings.HasPrefix(transport, "behind_proxy") {
		g.scheme = "http"
	}
	g.signing, err = ca.IssueRSA(2048, gatewayHost)
	require.NoError(s, err)
	own, err := ca.Issue("127.0.0.1")
	require.NoError(s, err)
	for name, content := range map[string][]byte{
		"sign.pem": g.signing.Certificate, "sign.key": g.signing.Key, "tls.pem": own.Certificate, "tls.key": own.Key, "ca.pem": ca.PEM,
	} {
		s.write(name, string(content))
	}
	hash := sha256.Sum256([]byte(gatewayToken))
	s.edit("lethe.yaml", "systems:", `gateway:
  url: https://`+gatewayHost+`
  listen: 127.0.0.1:0
  `+transport+`
  signing: {certificate: "file:sign.pem", key: "file:sign.key"}
  clients: [{name: dsar, controller_id: acme, rate: 100000, token_sha256: `+hex.EncodeToString(hash[:])+`}]
systems:`)
	return g
}

const ownTLS = `tls: {certificate: "file:tls.pem", key: "file:tls.key"}`

var servingAt = regexp.MustCompile(`"address":"(127\.0\.0\.1:\d+)"[^\n]*"message":"serving"`)

// up starts the process and waits until it serves.
func (g *gateway) up() *process {
	g.Helper()
	before := len(g.log())
	p := g.start(programs.lethe, "gateway")
	require.Eventually(g, func() bool {
		found := servingAt.FindStringSubmatch(g.log()[before:])
		if found != nil {
			g.address.Store(found[1])
		}
		return found != nil
	}, patience, 10*time.Millisecond, "log:\n%s", lazily(g.log))
	return p
}

// An opendsr answer is what came back; status 0 says that nothing did.
type opendsr struct {
	status int
	header http.Header
	body   []byte
}

func (a opendsr) field(name string) string {
	var fields map[string]any
	if json.Unmarshal(a.body, &fields) != nil {
		return ""
	}
	text, _ := fields[name].(string)
	return text
}

// call sends to the process that runs now.
func (g *gateway) call(ctx context.Context, method, path, body string) opendsr {
	r, err := http.NewRequestWithContext(ctx, method, g.scheme+"://"+g.address.Load().(string)+path, strings.NewReader(body))
	if err != nil {
		return opendsr{}
	}
	r.Header.Set("Authorization", "Bearer "+gatewayToken)
	r.Header.Set("Content-Type", "application/json")
	answer, err := g.client.Do(r)
	if err != nil {
		return opendsr{}
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return opendsr{}
	}
	return opendsr{status: answer.StatusCode, header: answer.Header, body: content}
}

// erasureOf is the body of a request.
func erasureOf(id, email string) string {
	return fmt.Sprintf(`{"regulation": "gdpr", "subject_request_id": %q, "subject_request_type": "erasure", "submitted_time": %q,
		"subject_identities": [{"identity_type": "email", "identity_value": %q, "identity_format": "raw"}]}`, id, time.Now().UTC().Format(time.RFC3339), email)
}

// TestAKilledGatewayLosesNothing hands requests in, side by side and each until it is
// confirmed, while the gateway is killed five times. What was confirmed is there, and
// nothing is there twice.
func TestAKilledGatewayLosesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	g := s.newGateway("behind_proxy: true")
	n := *gatewayRequests
	ids, bodies := make(chan int, n), make([]string, n)
	confirmed, received := make([]string, n), make([]string, n)
	var done, repeated atomic.Int64
	for i := range n {
		confirmed[i] = uuid.NewString()
		bodies[i] = erasureOf(confirmed[i], fmt.Sprintf("person-%d@example.com", i))
		ids <- i
	}
	close(ids)
	p := g.up()
	var posting sync.WaitGroup
	for range 8 {
		posting.Go(func() {
			for i := range ids {
				for attempt := 0; t.Context().Err() == nil; attempt++ {
					if a := g.call(t.Context(), http.MethodPost, "/v2/requests", bodies[i]); a.status == http.StatusCreated {
						received[i] = a.field("received_time")
						break
					}
					repeated.Add(1)
				}
				done.Add(1)
			}
		})
	}
	for kill := range 5 {
		require.Eventually(t, func() bool { return done.Load() >= int64(n*(kill+1)/7) }, patience, time.Millisecond)
		p.end(syscall.SIGKILL)
		p = g.up()
	}
	posting.Wait()
	require.Positive(t, repeated.Load(), "the gateway was killed between calls only; nothing was tried")
	t.Logf("%d requests, %d calls without an answer", n, repeated.Load())

	c := s.clerk().client
	runs := map[string]int{}
	require.Eventually(t, func() bool { // Temporal's lists lag
		clear(runs)
		total := 0
		var page []byte
		for {
			list, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowType = 'Erasure'", NextPageToken: page})
			require.NoError(t, err)
			for _, execution := range list.GetExecutions() {
				runs[execution.GetExecution().GetWorkflowId()]++
				total++
			}
			if page = list.GetNextPageToken(); len(page) == 0 {
				return total >= n
			}
		}
	}, patience, 200*time.Millisecond)
	require.Len(t, runs, n)
	for i, id := range confirmed {
		require.Equal(t, 1, runs[dsr.WorkflowID(dsr.Erasure, id)])
		_, err := c.DescribeWorkflowExecution(t.Context(), dsr.WorkflowID(dsr.Erasure, id), "")
		require.NoError(t, err)
		if i%29 == 0 {
			again := g.call(t.Context(), http.MethodPost, "/v2/requests", bodies[i])
			require.Equal(t, http.StatusCreated, again.status)
			require.Equal(t, received[i], again.field("received_time"), "it is the same request")
			other := g.call(t.Context(), http.MethodPost, "/v2/requests", strings.Replace(bodies[i], "person-", "somebody-", 1))
			require.Equal(t, http.StatusConflict, other.status)
		}
	}
	require.NotContains(t, s.log(), "@example.com")
	p.end(syscall.SIGTERM)
	require.Contains(t, s.log(), `"message":"stopped"`)
}

// settled posts until the answer says whether the request is taken, and returns its
// status: whoever is killed gives none.
func (g *gateway) settled(body string) int {
	for g.Context().Err() == nil {
		if a := g.call(g.Context(), http.MethodPost, "/v2/requests", body); a.status == http.StatusCreated || a.status == http.StatusConflict {
			return a.status
		}
	}
	return 0
}

// TestAnIDIsForARequestOfOneKind posts an erasure and a restriction of one id at the
// same moment to two gateways, of which one is killed. One of both is taken.
func TestAnIDIsForARequestOfOneKind(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	g := s.newGateway("behind_proxy: true")
	other := &gateway{site: s, client: g.client, scheme: g.scheme}
	other.up()
	p := g.up()
	const n = 200
	var done atomic.Int64
	ids, statuses := make(chan int, n), make([][2]int, n)
	bodies := make([][2]string, n)
	for i := range n {
		id, email := uuid.NewString(), fmt.Sprintf("person-%d@example.com", i)
		bodies[i] = [2]string{erasureOf(id, email), restrictionOf(id, email)}
		ids <- i
	}
	close(ids)
	var posting sync.WaitGroup
	for range 6 {
		posting.Go(func() {
			for i := range ids {
				var pair sync.WaitGroup
				pair.Go(func() { statuses[i][i%2] = g.settled(bodies[i][i%2]) })
				pair.Go(func() { statuses[i][1-i%2] = other.settled(bodies[i][1-i%2]) })
				pair.Wait()
				done.Add(1)
			}
		})
	}
	for kill := range 4 {
		require.Eventually(t, func() bool { return done.Load() >= int64(n*(kill+1)/6) }, patience, time.Millisecond)
		p.end(syscall.SIGKILL)
		p = g.up()
	}
	posting.Wait()

	kinds := [2]int{}
	for i, pair := range statuses {
		require.ElementsMatch(t, []int{http.StatusCreated, http.StatusConflict}, pair[:])
		for kind, status := range pair {
			require.Equal(t, status, g.settled(bodies[i][kind]), "the same again is answered the same")
			if status == http.StatusCreated {
				kinds[kind]++
			}
		}
	}
	require.NotContains(t, kinds[:], 0, "one kind was always faster; nothing was tried")
	c := s.clerk().client
	started := func() int {
		answer, err := c.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{Query: "WorkflowType IN ('Erasure', 'Restriction')"})
		require.NoError(t, err)
		return int(answer.GetCount())
	}
	require.Eventually(t, func() bool { return started() >= n }, patience, 200*time.Millisecond) // Temporal's counts lag
	require.Equal(t, n, started(), "nothing was started beside them")
}

// verified checks the answer's signature.
func (g *gateway) verified(a opendsr) opendsr {
	g.Helper()
	g.vouched(a.header, a.body)
	return a
}

// vouched checks the signature of a message with the openssl command.
func (g *gateway) vouched(header http.Header, body []byte) {
	g.Helper()
	require.Equal(g, gatewayHost, header.Get("X-OpenDSR-Processor-Domain"))
	certificate := g.call(g.Context(), http.MethodGet, "/opendsr-certificate.pem", "")
	dir := g.TempDir()
	for name, content := range map[string][]byte{
		"cert.pem": certificate.body, "ca.pem": g.authority.PEM, "body": body, "signature": []byte(header.Get("X-OpenDSR-Signature")),
	} {
		require.NoError(g, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	script := `set -e
openssl verify -CAfile ca.pem -verify_hostname ` + gatewayHost + ` cert.pem
openssl base64 -d -A -in signature -out raw
openssl x509 -in cert.pem -noout -pubkey > key.pem
openssl dgst -sha256 -verify key.pem -signature raw body`
	cmd := exec.CommandContext(g.Context(), "sh", "-c", script)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(g, err, "%s", out)
}

// stage asks for the status until it is as wished for.
func (g *gateway) stage(id string, want dsr.Stage) opendsr {
	g.Helper()
	var a opendsr
	require.Eventually(g, func() bool {
		a = g.call(g.Context(), http.MethodGet, "/v2/requests/"+id, "")
		return a.field("request_status") == string(want)
	}, patience, 200*time.Millisecond, "last answer: %s\nlog:\n%s", lazily(func() string { return string(a.body) }), lazily(g.log))
	return g.verified(a)
}

func TestARequestIsHandedInByOpenDSR(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	g := s.newGateway(ownTLS)
	g.up()
	s.worker()
	id := uuid.NewString()

	a := g.verified(g.call(t.Context(), http.MethodPost, "/v2/requests", erasureOf(id, population.Ana.Email)))

	require.Equal(t, http.StatusCreated, a.status, string(a.body))
	require.Equal(t, "acme", a.field("controller_id"))
	s.report(id, in("alore", dsr.NeedsOperator))
	g.stage(id, dsr.StageInProgress)
	require.Equal(t, http.StatusConflict, g.call(t.Context(), http.MethodDelete, "/v2/requests/"+id, "").status, "systems were changed")
	r := s.conclude(id)
	require.Equal(t, dsr.StatusCompleted, r.Status)
	a = g.stage(id, dsr.StageInProgress)
	require.Contains(t, string(a.body), `"result":"completed"`)
	require.Contains(t, string(a.body), `"name":"analytics","state":"accepted"`)
	expected, err := time.Parse(time.RFC3339, a.field("expected_completion_time"))
	require.NoError(t, err)
	require.True(t, expected.After(r.DueAt), "Google has promised a later date")
	require.NotContains(t, string(a.body), population.Ana.Email)
	s.forgotten(population.Ana)
}

func TestWhatEverySystemHasDoneIsCompleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withoutAnalytics()
	g := s.newGateway(ownTLS)
	g.up()
	s.worker()
	ana, nobody := uuid.NewString(), uuid.NewString()
	require.Equal(t, http.StatusCreated, g.call(t.Context(), http.MethodPost, "/v2/requests", erasureOf(ana, population.Ana.Email)).status)
	require.Equal(t, http.StatusCreated, g.call(t.Context(), http.MethodPost, "/v2/requests", erasureOf(nobody, population.Nobody.Email)).status)
	s.conclude(ana)
	s.report(nobody, in("alore", dsr.NeedsOperator))
	s.must("skip-system", nobody, "alore", "--operator", "sam", "--reason", "the contract ended")
	s.report(nobody, concluded)

	require.Contains(t, string(g.stage(ana, dsr.StageCompleted).body), `"result":"completed"`)
	require.Contains(t, string(g.stage(nobody, dsr.StageInProgress).body), `"result":"completed_with_exceptions"`, "a system was left out")

	require.Zero(t, s.lethe("forget", ana, "--yes").code)
	require.Equal(t, http.StatusGone, g.call(t.Context(), http.MethodGet, "/v2/requests/"+ana, "").status, "whose it was is still known")
}

// withoutAnalytics leaves out the system that only promises.
func (s *site) withoutAnalytics() {
	s.Helper()
	content, err := os.ReadFile(filepath.Join(s.dir, "lethe.yaml"))
	require.NoError(s, err)
	before, rest, ok := bytes.Cut(content, []byte("  - name: analytics\n"))
	require.True(s, ok)
	at := bytes.Index(rest, []byte("  - name: "))
	s.write("lethe.yaml", string(before)+string(rest[at:]))
}

func TestAPendingRequestIsCancelledByItsController(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit("lethe.yaml", "systems:", "approval: required\nsystems:")
	g := s.newGateway(ownTLS)
	g.up()
	w := s.worker()
	before := s.town.Remaining(population.Ana)
	id := uuid.NewString()
	require.Equal(t, http.StatusCreated, g.call(t.Context(), http.MethodPost, "/v2/requests", erasureOf(id, population.Ana.Email)).status)
	s.report(id, in("gist", dsr.NeedsOperator))
	g.stage(id, dsr.StagePending)

	a := g.verified(g.call(t.Context(), http.MethodDelete, "/v2/requests/"+id, ""))

	require.Equal(t, http.StatusAccepted, a.status, string(a.body))
	g.stage(id, dsr.StageCancelled)
	require.Equal(t, http.StatusAccepted, g.call(t.Context(), http.MethodDelete, "/v2/requests/"+id, "").status)
	require.Equal(t, dsr.StatusCancelled, s.report(id, concluded).Status)
	require.Equal(t, before, s.town.Remaining(population.Ana), "nothing was erased")
	w.end(syscall.SIGKILL)
	a = g.call(t.Context(), http.MethodGet, "/v2/requests/"+id, "")
	require.Equal(t, http.StatusServiceUnavailable, a.status, "nobody can tell")
	require.NotEmpty(t, a.header.Get("Retry-After"))
	require.Equal(t, http.StatusConflict, g.call(t.Context(), http.MethodPost, "/v2/requests", erasureOf(id, population.Ben.Email)).status)
}

// TestAGatewayComesUpBeforeTemporal confirms nothing until Temporal is there.
func TestAGatewayComesUpBeforeTemporal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	g := s.newGateway("behind_proxy: true")
	g.temporal = simtest.ReservePort(t).Address
	g.up()
	a := g.call(t.Context(), http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusServiceUnavailable, a.status)
	require.Equal(t, http.StatusOK, g.call(t.Context(), http.MethodGet, "/healthz", "").status)
	require.Equal(t, http.StatusOK, g.call(t.Context(), http.MethodGet, "/v2/discovery", "").status)

	a = g.call(t.Context(), http.MethodPost, "/v2/requests", erasureOf(uuid.NewString(), population.Ana.Email))

	require.Equal(t, http.StatusServiceUnavailable, a.status, string(a.body))
	require.NotEmpty(t, a.header.Get("Retry-After"))
	require.NotContains(t, s.log(), population.Ana.Email)
}

// TestALateRequestIsTakenAndPeopleAreTold hands in what was asked for two years ago, by
// the older protocol.
func TestALateRequestIsTakenAndPeopleAreTold(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	notices := make(chan string, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if content, err := io.ReadAll(r.Body); err == nil {
			notices <- string(content)
		}
	}))
	t.Cleanup(receiver.Close)
	s.write("notify.key", "a secret of the receiver's")
	s.edit("lethe.yaml", "systems:", `notify: {webhook: {base_url: "`+receiver.URL+`", secret: "file:notify.key"}}`+"\nsystems:")
	g := s.newGateway(ownTLS)
	g.up()
	s.worker()
	id, asked := uuid.NewString(), time.Now().UTC().AddDate(-2, 0, 0)
	body := fmt.Sprintf(`{"subject_request_id": %q, "subject_request_type": "erasure", "submitted_time": %q, "api_version": "0.1",
		"subject_identities": [{"identity_type": "email", "identity_value": %q, "identity_format": "raw"}]}`, id, asked.Format(time.RFC3339), population.Ana.Email)

	a := g.verified(g.call(t.Context(), http.MethodPost, "/v1/opengdpr_requests", body))

	require.Equal(t, http.StatusCreated, a.status, string(a.body))
	require.Equal(t, a.header.Get("X-OpenDSR-Signature"), a.header.Get("X-OpenGDPR-Signature"))
	due, err := time.Parse(time.RFC3339, a.field("expected_completion_time"))
	require.NoError(t, err)
	require.WithinRange(t, due, asked.AddDate(0, 1, -1), asked.AddDate(0, 1, 10), "the clock starts when the person asked")
	select {
	case notice := <-notices:
		require.Contains(t, notice, `"event":"overdue"`)
		require.Contains(t, notice, id)
	case <-time.After(patience):
		require.Fail(t, "nobody was told that the request is overdue")
	}
	s.conclude(id)
	status := g.verified(g.call(t.Context(), http.MethodGet, "/v1/opengdpr_requests/"+id, ""))
	require.Equal(t, "1.0", status.field("api_version"))
	require.Contains(t, string(status.body), `"result":"completed"`)
	s.forgotten(population.Ana)

	body = strings.Replace(body, asked.Format(time.RFC3339), time.Now().Add(2*time.Hour).UTC().Format(time.RFC3339), 1)
	a = g.call(t.Context(), http.MethodPost, "/v1/opengdpr_requests", strings.Replace(body, id, uuid.NewString(), 1))
	require.Equal(t, http.StatusBadRequest, a.status)
	require.Contains(t, string(a.body), "submitted_time lies in the future; look at the controller's clock and time zone")
}
