package e2e

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/simtest"
)

// A controller is the company's DSAR system: it hands requests in through a gateway,
// and receives callbacks.
type controller struct {
	*gateway
	// host is that of the receiver, with its port.
	host string
	// answer says what becomes of a callback; nil accepts all of them. attempt counts
	// from 1, for each URL and status.
	answer func(w http.ResponseWriter, r *http.Request, attempt int)
	// port is the receiver's.
	port   *simtest.Port
	server *httptest.Server
	// program is the gateway's process.
	program *process

	mu sync.Mutex
	// got are the callbacks that were accepted, by path; tried counts all of them, by
	// path and status.
	got   map[string][]opendsr
	tried map[string]int
}

// newController configures a gateway that calls a receiver back, and starts both.
func (s *site) newController(answer func(w http.ResponseWriter, r *http.Request, attempt int)) *controller {
	s.Helper()
	c := s.newAbsentController(answer)
	c.receive()
	return c
}

// newAbsentController is newController without the receiver.
func (s *site) newAbsentController(answer func(w http.ResponseWriter, r *http.Request, attempt int)) *controller {
	s.Helper()
	port := simtest.ReservePort(s)
	c := &controller{
		gateway: s.newGateway(ownTLS), port: port, host: fmt.Sprintf("localhost:%d", port.Number), answer: answer,
		got: map[string][]opendsr{}, tried: map[string]int{},
	}
	s.edit("lethe.yaml", "  signing:", `  callbacks: {hosts: ["`+c.host+`"], networks: [127.0.0.0/8, "::1/128"], authorities: "file:ca.pem"}`+"\n  signing:")
	c.program = c.up()
	return c
}

// receive serves the receiver.
func (c *controller) receive() {
	c.Helper()
	pair, err := c.authority.Issue("localhost")
	require.NoError(c, err)
	certificate, err := pair.TLS()
	require.NoError(c, err)
	c.server = httptest.NewUnstartedServer(c)
	require.NoError(c, c.server.Listener.Close())
	c.server.Listener, c.server.TLS = c.port.Listen(c), &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	c.server.Config.ErrorLog = log.New(io.Discard, "", 0) // who gives up is heard of elsewhere
	c.server.StartTLS()
	c.Cleanup(c.server.Close)
}

// ServeHTTP takes a callback.
func (c *controller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	a := opendsr{header: r.Header, body: body}
	c.mu.Lock()
	key := r.URL.Path + " " + a.field("request_status")
	c.tried[key]++
	attempt := c.tried[key]
	c.mu.Unlock()
	recorder := httptest.NewRecorder()
	if c.answer != nil {
		c.answer(recorder, r, attempt)
	}
	for name, values := range recorder.Header() {
		w.Header()[name] = values
	}
	if recorder.Code == http.StatusOK {
		c.mu.Lock()
		c.got[r.URL.Path] = append(c.got[r.URL.Path], a)
		c.mu.Unlock()
		recorder.Code = http.StatusAccepted
	}
	w.WriteHeader(recorder.Code)
}

// callbacks are those that were accepted at the path.
func (c *controller) callbacks(path string) []opendsr {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]opendsr(nil), c.got[path]...)
}

// stages are the statuses that were accepted at the path, in their order.
func (c *controller) stages(path string) []dsr.Stage {
	var all []dsr.Stage
	for _, a := range c.callbacks(path) {
		all = append(all, dsr.Stage(a.field("request_status")))
	}
	return all
}

// attempts is how often a status was sent to the path.
func (c *controller) attempts(path string, stage dsr.Stage) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tried[path+" "+string(stage)]
}

// told waits until the path was told of the stage.
func (c *controller) told(path string, stage dsr.Stage) {
	c.Helper()
	require.Eventually(c, func() bool {
		all := c.stages(path)
		return len(all) > 0 && all[len(all)-1] == stage
	}, patience, 50*time.Millisecond, "told: %v\nlog:\n%s", lazily(func() string { return fmt.Sprint(c.stages(path)) }), lazily(c.log))
}

// post hands a request in that is called back at the paths, and returns its id.
func (c *controller) post(body func(id, email string) string, email string, paths ...string) string {
	c.Helper()
	urls := make([]string, 0, len(paths))
	for _, path := range paths {
		urls = append(urls, "https://"+c.host+path)
	}
	list, err := json.Marshal(urls)
	require.NoError(c, err)
	id := uuid.NewString()
	sent := strings.Replace(body(id, email), "{", `{"status_callback_urls": `+string(list)+`, `, 1)
	a := c.verified(c.call(c.Context(), http.MethodPost, "/v2/requests", sent))
	require.Equal(c, http.StatusCreated, a.status, string(a.body))
	return id
}

// restrictionOf is the body of a request for restriction.
func restrictionOf(id, email string) string {
	return strings.Replace(strings.Replace(erasureOf(id, email), `"erasure"`, `"restriction"`, 1), "{",
		`{"extensions": {"`+gatewayHost+`": {"ground": "accuracy"}}, `, 1)
}

// genuine checks all callbacks of a path as a controller would: who signed them, for
// which URL and request, and that they name nobody.
func (c *controller) genuine(path, id string, person population.Person) {
	c.Helper()
	for _, a := range c.callbacks(path) {
		c.vouched(a.header, a.body)
		require.Equal(c, id, a.field("subject_request_id"))
		require.Equal(c, "acme", a.field("controller_id"))
		require.Equal(c, "https://"+c.host+path, a.field("status_callback_url"))
		require.NotContains(c, strings.ToLower(string(a.body)), strings.ToLower(person.Email))
	}
}

func TestTheControllerIsToldOfEveryChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withoutAnalytics()
	s.edit("lethe.yaml", "systems:", "approval: required\nsystems:")
	c := s.newController(nil)
	s.worker()

	id := c.post(erasureOf, population.Ana.Email, "/a", "/b?tenant=7")

	c.told("/a", dsr.StagePending)
	c.stage(id, dsr.StagePending)
	s.report(id, in("gist", dsr.NeedsOperator))
	require.NotEmpty(t, s.town.Remaining(population.Ana), "it waits for approval")
	s.must("approve", id, "--operator", "sam")
	c.told("/a", dsr.StageInProgress)
	a := c.stage(id, dsr.StageInProgress)
	require.Contains(t, string(a.body), `"result":"open"`)
	refused := c.verified(c.call(t.Context(), http.MethodDelete, "/v2/requests/"+id, ""))
	require.Equal(t, http.StatusConflict, refused.status)
	require.Contains(t, string(refused.body), "the request is in_progress; only a pending one can be cancelled")
	r := s.approveAll(id)
	require.Equal(t, dsr.StatusCompleted, r.Status)
	c.told("/a", dsr.StageCompleted)
	c.told("/b", dsr.StageCompleted)
	a = c.stage(id, dsr.StageCompleted)
	require.Contains(t, string(a.body), `"result":"completed"`)
	for _, path := range []string{"/a", "/b"} {
		require.Equal(t, []dsr.Stage{dsr.StagePending, dsr.StageInProgress, dsr.StageCompleted}, c.stages(path))
	}
	c.genuine("/a", id, population.Ana)
	require.Equal(t, "https://"+c.host+"/b?tenant=7", c.callbacks("/b")[0].field("status_callback_url"))
	refused = c.call(t.Context(), http.MethodDelete, "/v2/requests/"+id, "")
	require.Contains(t, string(refused.body), "the request is completed; only a pending one can be cancelled")
	s.forgotten(population.Ana)
}

// approveAll answers whatever the request asks, until it is over.
func (s *site) approveAll(id string) dsr.Report {
	s.Helper()
	return s.report(id, func(r dsr.Report) bool {
		for _, o := range r.Systems {
			switch {
			case o.Question == nil: // it does not ask
			case o.Question.Kind == dsr.QuestionTask:
				_ = s.lethe("complete-task", id, o.Name, "--erased", "1", "--operator", "sam", "--evidence", "ticket 4711") // asked again if refused
			default:
				_ = s.lethe("approve", id, o.Name, "--operator", "sam")
			}
		}
		return concluded(r)
	})
}

// TestWhatWasLeftOutIsNeverCalledCompleted has a system skipped.
func TestWhatWasLeftOutIsNeverCalledCompleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withoutAnalytics()
	c := s.newController(nil)
	s.worker()

	id := c.post(erasureOf, population.Ana.Email, "/left-out")
	s.report(id, in("alore", dsr.NeedsOperator))
	s.must("skip-system", id, "alore", "--operator", "sam", "--reason", "the contract ended in May")
	r := s.report(id, concluded)

	require.Equal(t, dsr.StatusExceptions, r.Status)
	a := c.stage(id, dsr.StageInProgress)
	require.Contains(t, string(a.body), `"result":"completed_with_exceptions"`)
	require.Contains(t, string(a.body), `"name":"alore","state":"skipped"`)
	require.NotContains(t, string(a.body), "contract", "reasons are free text")
	require.Equal(t, http.StatusConflict, c.call(t.Context(), http.MethodDelete, "/v2/requests/"+id, "").status)
	c.told("/left-out", dsr.StageInProgress)
	require.NotContains(t, c.stages("/left-out"), dsr.StageCompleted)
	c.genuine("/left-out", id, population.Ana)
}

func TestACancelledRequestIsCalledBackAsSuch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit("lethe.yaml", "systems:", "approval: required\nsystems:")
	c := s.newController(nil)
	s.worker()
	id := c.post(erasureOf, population.Ana.Email, "/cancelled")
	s.report(id, in("gist", dsr.NeedsOperator))

	require.Equal(t, http.StatusAccepted, c.verified(c.call(t.Context(), http.MethodDelete, "/v2/requests/"+id, "")).status)

	c.told("/cancelled", dsr.StageCancelled)
	require.Equal(t, []dsr.Stage{dsr.StagePending, dsr.StageCancelled}, c.stages("/cancelled"))
	c.genuine("/cancelled", id, population.Ana)
	require.Len(t, s.town.Remaining(population.Ana), len(s.town.RecordsOf(population.Ana)))
}

func TestARestrictionIsCalledBackOnceItIsInForce(t *testing.T) {
	t.Parallel()
	s := newRestrictingSite(t)
	s.withoutAnalytics()
	c := s.newController(nil)
	s.worker()

	id := c.post(restrictionOf, population.Ana.Email, "/held")

	s.report(id, asks("landbot", dsr.QuestionIrreversible))
	s.must("approve", "restriction/"+id, "landbot", "--without-irreversible", "--operator", "sam")
	c.stage(id, dsr.StageInProgress)
	s.attend(id, is(dsr.StatusRestricted))
	c.told("/held", dsr.StageCompleted)
	a := c.stage(id, dsr.StageCompleted)
	require.Contains(t, string(a.body), `"subject_request_type":"restriction","result":"restricted"`)
	require.Contains(t, string(a.body), `"name":"hubspot","state":"restricted"`)
	c.genuine("/held", id, population.Ana)
	require.Equal(t, http.StatusConflict, c.call(t.Context(), http.MethodPost, "/v2/requests", erasureOf(id, population.Ana.Email)).status)
	require.Empty(t, s.town.Harmed(population.Ana))
}

// TestReceiversThatFailAreTriedAgain has one receiver that works, one with a fault, one
// that hangs, and one that leads elsewhere.
func TestReceiversThatFailAreTriedAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit("lethe.yaml", "systems:", "approval: required\nsystems:")
	c := s.newController(func(w http.ResponseWriter, r *http.Request, attempt int) {
		switch {
		case r.URL.Path == "/redirects":
			http.Redirect(w, r, "https://169.254.169.254/latest/meta-data", http.StatusTemporaryRedirect)
		case r.URL.Path == "/faulty" && attempt <= 2:
			w.WriteHeader(http.StatusInternalServerError)
		case r.URL.Path == "/hangs" && attempt == 1:
			<-r.Context().Done() // until the caller gives up
		}
	})
	s.worker()

	id := c.post(erasureOf, population.Ana.Email, "/works", "/faulty", "/hangs", "/redirects")

	for _, path := range []string{"/works", "/faulty", "/hangs"} {
		c.told(path, dsr.StagePending)
		c.genuine(path, id, population.Ana)
	}
	require.Equal(t, 1, c.attempts("/works", dsr.StagePending), "who was told is not told again")
	require.Equal(t, 3, c.attempts("/faulty", dsr.StagePending))
	require.Equal(t, 2, c.attempts("/hangs", dsr.StagePending))
	require.Equal(t, 1, c.attempts("/redirects", dsr.StagePending), "a redirect is not followed, and not tried again")
	require.Equal(t, http.StatusAccepted, c.call(t.Context(), http.MethodDelete, "/v2/requests/"+id, "").status)
	c.told("/works", dsr.StageCancelled)
	s.discreet(population.Ana)
}

func TestAReceiverThatWasAwayIsToldWhenItIsBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withoutAnalytics()
	c := s.newAbsentController(nil)
	s.worker()

	id := c.post(erasureOf, population.Ana.Email, "/away")
	require.Equal(t, dsr.StatusCompleted, s.conclude(id).Status, "nothing waits for a receiver")
	require.Eventually(t, func() bool { return bytes.Contains([]byte(s.log()), []byte("the receiver did not answer")) }, patience, 50*time.Millisecond)
	c.receive()

	c.told("/away", dsr.StageCompleted)
	c.genuine("/away", id, population.Ana)
	s.forgotten(population.Ana)
}
