package worker_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors/catalogue"
	"ite.digital/lethe/storage"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/worker"
	"ite.digital/lethe/workflows"
)

const twoSystemsYAML = `
worker: {listen: "127.0.0.1:0"}
systems:
  - {name: gist, connector: gist, base_url: "https://gist.example.com", credentials: {token: "${TOKEN}"}}
  - {name: website, connector: webhook, base_url: "https://www.example.com", credentials: {secret: "${TOKEN}"}}
`

const (
	// patience is how long anything may take before a test gives up on it, and tick how
	// often it is looked at.
	patience = time.Minute
	tick     = 10 * time.Millisecond
)

// queues are those that the fleet of twoSystemsYAML serves.
func queues() []string {
	return []string{workflows.TaskQueue, workflows.SystemTaskQueue("gist"), workflows.SystemTaskQueue("website")}
}

// A crew is the workers of a fleet, which carry nothing out.
type crew struct {
	mu      sync.Mutex
	options map[string]sdkworker.Options
	started sync.WaitGroup
	stopped []string
	// stopping, if not nil, is called by each worker that is asked to stop.
	stopping func()
}

// make makes a worker of the crew.
func (c *crew) make(_ client.Client, queue string, o sdkworker.Options) sdkworker.Worker {
	c.options[queue] = o
	c.started.Add(1)
	return &hand{queue: queue, crew: c}
}

// A hand is one worker of a crew.
type hand struct {
	sdkworker.Worker
	queue string
	crew  *crew
}

func (h *hand) RegisterWorkflow(any) {}
func (h *hand) RegisterActivity(any) {}

func (h *hand) Start() error {
	h.crew.started.Done()
	return nil
}

func (h *hand) Stop() {
	if h.crew.stopping != nil {
		h.crew.stopping()
	}
	h.crew.mu.Lock()
	defer h.crew.mu.Unlock()
	h.crew.stopped = append(h.crew.stopped, h.queue)
}

// A namespace is one in which schedules can be made; err is what its task queues answer.
type namespace struct {
	client.Client
	mu  sync.Mutex
	err error
}

func (n *namespace) ScheduleClient() client.ScheduleClient { return schedules{} }

type schedules struct{ client.ScheduleClient }

func (schedules) Create(context.Context, client.ScheduleOptions) (client.ScheduleHandle, error) {
	return nil, nil //nolint:nilnil // nobody uses it
}

func (n *namespace) DescribeTaskQueue(context.Context, string, enums.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return &workflowservice.DescribeTaskQueueResponse{}, n.err
}

func (n *namespace) deleted() { n.answers(serviceerror.NewNamespaceNotFound("privacy")) }

func (n *namespace) answers(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err = err
}

// addresses is a log that hands over the address in its first line that has one.
type addresses chan string

func (a addresses) Write(p []byte) (int, error) {
	if _, rest, ok := strings.Cut(string(p), `"address":"`); ok {
		address, _, _ := strings.Cut(rest, `"`)
		a <- address
	}
	return len(p), nil
}

// A record keeps a log.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// A manned fleet is one that runs with a crew in a namespace.
type manned struct {
	*crew
	*namespace
	log       *record
	url       string
	interrupt context.CancelFunc
	ended     <-chan error
}

// man runs a fleet until its crew has started.
func man(t *testing.T) *manned {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "lethe.yaml")
	require.NoError(t, os.WriteFile(path, []byte(twoSystemsYAML), 0o600))
	cfg, err := config.Load(path, catalogue.Kinds(), config.Options{
		Env: func(string) (string, bool) { return "a token that is long enough", true },
	})
	require.NoError(t, err)
	keys, err := vault.Open(t.Context(), cfg.Vault.Options())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, keys.Close()) })
	archive, err := storage.Open(t.Context(), cfg.Archive)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, archive.Close()) })
	m := &manned{crew: &crew{options: map[string]sdkworker.Options{}}, namespace: &namespace{}, log: &record{}}
	log := make(addresses, 1)
	fleet, err := worker.New(cfg, worker.Parts{
		Temporal: m.namespace, Archive: archive, Vault: keys, Log: zerolog.New(io.MultiWriter(log, m.log)),
	}.MadeBy(m.crew.make))
	require.NoError(t, err)
	ctx, interrupt := context.WithCancel(t.Context())
	t.Cleanup(interrupt)
	ended := make(chan error, 1)
	go func() { ended <- fleet.Run(ctx) }()
	m.interrupt, m.ended = interrupt, ended
	m.url = "http://" + <-log
	m.crew.started.Wait()
	return m
}

// ready asks whether the fleet can work.
func (m *manned) ready() int { return m.status("/readyz") }

// status is that of an answer; 0 if there is none.
func (m *manned) status(path string) int {
	answer, err := http.Get(m.url + path)
	if err != nil {
		return 0 // it is not there any more
	}
	_, _ = io.Copy(io.Discard, answer.Body) // its status says it all
	_ = answer.Body.Close()
	return answer.StatusCode
}

func TestAFleetEndsWithTheFirstWorkerThatTemporalTurnsAway(t *testing.T) {
	t.Parallel()
	for _, queue := range queues() {
		t.Run(queue, func(t *testing.T) {
			t.Parallel()
			m := man(t)
			require.Eventually(t, func() bool { return m.ready() == http.StatusOK }, patience, tick)
			var while []int
			var once sync.Once
			m.stopping = func() {
				once.Do(func() {
					assert.Eventually(t, func() bool { return m.ready() == http.StatusServiceUnavailable }, patience, tick,
						"that it cannot work is said before the process ends")
					while = append(while, m.status("/healthz"))
				})
			}

			m.options[queue].OnFatalError(serviceerror.NewNamespaceNotFound("privacy"))

			require.EqualError(t, <-m.ended, "Temporal permanently rejects the worker of the task queue "+queue+
				": Namespace privacy is not found; correct that and start it again")
			require.ElementsMatch(t, queues(), m.stopped)
			require.Equal(t, []int{http.StatusOK}, while, "it lives until the others have stopped")
		})
	}
}

func TestAFleetThatIsInterruptedEndsWell(t *testing.T) {
	t.Parallel()
	m := man(t)

	m.interrupt()

	require.NoError(t, <-m.ended)
	require.ElementsMatch(t, queues(), m.stopped)
}

// TestAWorkerWithoutItsNamespaceIsNotReady looks before the SDK gives up, which takes it
// minutes.
func TestAWorkerWithoutItsNamespaceIsNotReady(t *testing.T) {
	t.Parallel()
	m := man(t)
	require.Eventually(t, func() bool { return m.ready() == http.StatusOK }, patience, tick)

	m.deleted()

	require.Eventually(t, func() bool { return m.ready() == http.StatusServiceUnavailable }, patience, tick)
	require.Equal(t, http.StatusOK, m.status("/healthz"))
}

// TestAServerThatDoesNotAnswerIsNotTakenForAWorker is about what the log says is away: to look
// for workers only the server is asked.
func TestAServerThatDoesNotAnswerIsNotTakenForAWorker(t *testing.T) {
	t.Parallel()
	m := man(t)
	require.Eventually(t, func() bool { return m.ready() == http.StatusOK }, patience, tick)
	m.answers(serviceerror.NewDeadlineExceeded("context deadline exceeded"))
	require.Eventually(t, func() bool { return m.ready() == http.StatusServiceUnavailable }, patience, tick)
	require.Contains(t, m.log.String(), `"error":"the Temporal server cannot be reached"`)
	require.NotContains(t, m.log.String(), "no worker answers")
}
