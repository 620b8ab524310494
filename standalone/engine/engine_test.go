package engine_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"ite.digital/lethe/simulators/simtest"
	"ite.digital/lethe/standalone/engine"
)

// patience is how long anything may take. It is far beyond what is needed, so that a slow machine fails no test.
const patience = 2 * time.Minute

func TestStartedEngineAnswersClients(t *testing.T) {
	t.Parallel()
	e := start(t, engine.Options{Namespace: "erasures"})
	require.Equal(t, "erasures", e.Namespace())
	listed, err := connect(t, e).WorkflowService().ListNamespaces(within(t), &workflowservice.ListNamespacesRequest{})
	require.NoError(t, err)
	var names []string
	for _, namespace := range listed.GetNamespaces() {
		names = append(names, namespace.GetNamespaceInfo().GetName())
	}
	require.Contains(t, names, "erasures")
}

func TestWebUIAnswersAtItsURL(t *testing.T) {
	t.Parallel()
	e := start(t, engine.Options{})
	page := get(t, e.UIURL()+"/", "")
	require.Equal(t, http.StatusOK, page.status)
	require.Contains(t, page.contentType, "text/html")
	namespaces := get(t, e.UIURL()+"/api/v1/namespaces", "")
	require.Equal(t, http.StatusOK, namespaces.status)
	require.Contains(t, namespaces.body, `"default"`)
	foreign := get(t, e.UIURL()+"/api/v1/namespaces", "https://elsewhere.example")
	require.Empty(t, foreign.allowedOrigin, "pages of other sites must not read what Temporal holds")
}

func TestWebUIIsServedUnderKnownNamesOnly(t *testing.T) {
	t.Parallel()
	e := start(t, engine.Options{UIHosts: []string{"lethe.example.com"}})
	for host, want := range map[string]int{
		"localhost:8233": http.StatusOK, "127.0.0.1": http.StatusOK, "[::1]:8233": http.StatusOK, "10.1.2.3:80": http.StatusOK,
		"Lethe.example.com": http.StatusOK, "elsewhere.example.com:8233": http.StatusMisdirectedRequest,
		"localhost.example.com": http.StatusMisdirectedRequest,
	} {
		r, err := http.NewRequestWithContext(within(t), http.MethodGet, e.UIURL()+"/api/v1/namespaces", nil)
		require.NoError(t, err)
		r.Host = host
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, want, response.StatusCode, host)
	}
}

func TestWebUICanBeLeftOut(t *testing.T) {
	t.Parallel()
	require.Empty(t, start(t, engine.Options{NoUI: true}).UIURL())
}

func TestUsualPortsThatAreTakenAreReplaced(t *testing.T) {
	t.Parallel()
	// Once the first one runs the usual ports are taken, if not by it then by another program.
	first, second := start(t, engine.Options{}), start(t, engine.Options{})
	require.NotEqual(t, first.Address(), second.Address())
	require.NotEqual(t, first.UIURL(), second.UIURL())
	for _, e := range []*engine.Engine{first, second} {
		_, err := connect(t, e).CheckHealth(within(t), nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, get(t, e.UIURL()+"/", "").status)
	}
}

func TestPortThatWasAskedForMustBeFree(t *testing.T) {
	t.Parallel()
	port := simtest.ReservePort(t).Number
	for name, o := range map[string]engine.Options{
		"Temporal": {Port: port, NoUI: true, File: filepath.Join(t.TempDir(), "engine.db")},
		"Web UI":   {UIPort: port, File: filepath.Join(t.TempDir(), "engine.db")},
	} {
		_, err := engine.Start(within(t), o)
		require.ErrorContains(t, err, "port "+strconv.Itoa(port)+" on 127.0.0.1 is already in use by another program", name)
		require.NoFileExists(t, o.File, name)
	}
}

func TestFileKeepsWorkflowsOverARestart(t *testing.T) {
	t.Parallel()
	// The characters mean something in the URI that SQLite is given.
	o := engine.Options{File: filepath.Join(t.TempDir(), "a folder#1?mode=memory", "engine%20.db"), NoUI: true}
	before := start(t, o)
	began, err := connect(t, before).ExecuteWorkflow(within(t), startOptions("kept"), "Greet", "Ann")
	require.NoError(t, err)
	before.Stop()

	after := start(t, o)
	c := connect(t, after)
	described, err := c.DescribeWorkflowExecution(within(t), "kept", "")
	require.NoError(t, err)
	require.Equal(t, began.GetRunID(), described.GetWorkflowExecutionInfo().GetExecution().GetRunId())
	require.Equal(t, enums.WORKFLOW_EXECUTION_STATUS_RUNNING, described.GetWorkflowExecutionInfo().GetStatus())

	work(t, c)
	var greeting string
	require.NoError(t, c.GetWorkflow(within(t), "kept", began.GetRunID()).Get(within(t), &greeting))
	require.Equal(t, "Hello Ann", greeting)
}

func TestFileServesOneEngineAtATime(t *testing.T) {
	t.Parallel()
	o := engine.Options{File: filepath.Join(t.TempDir(), "engine.db"), NoUI: true}
	first := start(t, o)
	_, err := engine.Start(within(t), o)
	require.EqualError(t, err, o.File+" is in use by another engine")
	_, err = connect(t, first).CheckHealth(within(t), nil)
	require.NoError(t, err, "the first engine is left alone")
	first.Stop()
	start(t, o)
}

func TestFileIsFreeAgainWhenStartingWasGivenUp(t *testing.T) {
	t.Parallel()
	o := engine.Options{File: filepath.Join(t.TempDir(), "engine.db"), NoUI: true}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := engine.Start(ctx, o)
	require.ErrorIs(t, err, context.Canceled)
	start(t, o)
}

func TestStopLetsGoOfItsPortsAndCanBeRepeated(t *testing.T) {
	t.Parallel()
	e := start(t, engine.Options{Namespace: "stopped"})
	conn, err := grpc.NewClient(e.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	// Another engine may take the usual ports at once. It does not know the namespace.
	answers := func() []bool {
		_, err := workflowservice.NewWorkflowServiceClient(conn).DescribeNamespace(within(t),
			&workflowservice.DescribeNamespaceRequest{Namespace: e.Namespace()})
		r, requestErr := http.NewRequestWithContext(within(t), http.MethodGet, e.UIURL()+"/api/v1/namespaces/"+e.Namespace(), http.NoBody)
		require.NoError(t, requestErr)
		page, pageErr := http.DefaultClient.Do(r)
		if pageErr == nil {
			require.NoError(t, page.Body.Close())
		}
		return []bool{err == nil, pageErr == nil && page.StatusCode == http.StatusOK}
	}
	require.Equal(t, []bool{true, true}, answers())
	var stops sync.WaitGroup
	for range 3 {
		stops.Go(e.Stop)
	}
	stops.Wait()
	e.Stop()
	require.Equal(t, []bool{false, false}, answers())
}

func TestSearchAttributesStayWithTheFile(t *testing.T) {
	t.Parallel()
	o := engine.Options{
		File: filepath.Join(t.TempDir(), "engine.db"), NoUI: true,
		SearchAttributes: map[string]enums.IndexedValueType{"Country": enums.INDEXED_VALUE_TYPE_KEYWORD},
	}
	start(t, o).Stop()
	start(t, o).Stop()
	o.SearchAttributes = map[string]enums.IndexedValueType{"Country": enums.INDEXED_VALUE_TYPE_INT}
	_, err := engine.Start(within(t), o)
	require.EqualError(t, err, "set up namespace default: search attribute Country exists as Keyword, not as Int")
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	_, err := engine.Start(within(t), engine.Options{IP: "localhost"})
	require.EqualError(t, err, `"localhost" is not an IP address to listen on`)
	_, err = engine.Start(within(t), engine.Options{Retention: time.Hour})
	require.ErrorContains(t, err, "at least 24h")
}

// start starts an engine that ends with the test at the latest.
func start(t *testing.T, o engine.Options) *engine.Engine {
	t.Helper()
	e, err := engine.Start(within(t), o)
	require.NoError(t, err)
	t.Cleanup(e.Stop)
	return e
}

// connect returns a client of the engine.
func connect(t *testing.T, e *engine.Engine) client.Client {
	t.Helper()
	c, err := client.DialContext(within(t), client.Options{
		HostPort: e.Address(), Namespace: e.Namespace(), Logger: silent{},
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

const taskQueue = "greetings"

func startOptions(id string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{ID: id, TaskQueue: taskQueue}
}

// work carries out greetings until the test ends.
func work(t *testing.T, c client.Client) {
	t.Helper()
	w := worker.New(c, taskQueue, worker.Options{})
	w.RegisterWorkflowWithOptions(func(_ workflow.Context, name string) (string, error) {
		return "Hello " + name, nil
	}, workflow.RegisterOptions{Name: "Greet"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
}

// within returns a context that bounds one step of a test.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// reply is what the Web UI answered.
type reply struct {
	status                           int
	contentType, allowedOrigin, body string
}

// get asks the Web UI, as a page of origin would unless that is empty.
func get(t *testing.T, url, origin string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(within(t), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	if origin != "" {
		request.Header.Set("Origin", origin)
	}
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, errors.Join(err, answer.Body.Close()))
	return reply{
		status: answer.StatusCode, contentType: answer.Header.Get("Content-Type"),
		allowedOrigin: answer.Header.Get("Access-Control-Allow-Origin"), body: string(body),
	}
}

// silent drops what the SDK logs.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
