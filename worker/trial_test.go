package worker_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/catalogue"
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
	"ite.digital/lethe/worker"
	"ite.digital/lethe/workflows"
	"ite.digital/lethe/workflows/workflowtest"
)

// trial carries a request through the real connectors to the simulated
// vendors, in the SDK's test environment: days pass in no time.
type trial struct {
	*testing.T
	env     *testsuite.TestWorkflowEnvironment
	town    *population.Town
	request dsr.Request
	reports []dsr.Report
	// rareSpelling says that vendors hold the person in a spelling that not every vendor is
	// asked for.
	rareSpelling bool
	// due is when the request's key was said to be destroyed.
	due []time.Time
	// edits are replacements in the configuration, in pairs of old and new text.
	edits []string
}

// Put makes the trial the archive.
func (tr *trial) Put(_ context.Context, r dsr.Report) (string, error) {
	if err := schematest.Check(r); err != nil {
		tr.Errorf("whatever is archived follows the published schema: %v", err)
	}
	tr.reports = append(tr.reports, r)
	return "archived", nil
}

// SetDue makes the trial the keeper of its key.
func (tr *trial) SetDue(_ context.Context, _ string, at time.Time) error {
	tr.due = append(tr.due, at)
	return nil
}

// bystanders are how many strangers each vendor holds.
const bystanders = 60

const systemsYAML = `
default_region: FR
systems:
  - {name: hubspot, connector: hubspot, base_url: "HUBSPOT", credentials: {token: "${HUBSPOT}"}, rate: 5000, fields: {ga_client_id: ga_client_id}, restriction_property: processing_restricted}
  - {name: gist, connector: gist, base_url: "GIST", credentials: {token: "${GIST}"}, rate: 5000}
  - {name: landbot, connector: landbot, base_url: "LANDBOT/v1", credentials: {token: "${LANDBOT}"}, rate: 5000}
  - {name: analytics, connector: googleanalytics, base_url: "ANALYTICS", credentials: {access_token: "${ANALYTICS}"}, property: "123456789", rate: 5000}
  - {name: website, connector: webhook, base_url: "WEBSITE", credentials: {secret: "${WEBSITE}"}, rate: 5000}
  - {name: alore, connector: manual, identifiers: [email, phone], steps: [Delete the contact.]}
  - {name: console, connector: none, reason: It holds aggregates only.}
`

// newTrial prepares a request of the person, known by e-mail address only. The edits are
// replacements in the configuration, in pairs of old and new text.
func newTrial(t *testing.T, person population.Person, edits ...string) *trial {
	t.Helper()
	tr := &trial{T: t, env: workflowtest.NewEnvironment(), edits: edits}
	require.NoError(t, tr.env.SetTypedSearchAttributesOnStart(temporal.NewSearchAttributes(
		temporal.NewSearchAttributeKeyKeywordList(requests.AttributeSubject).ValueSet([]string{"a-keyed-hash"}),
	)))
	tr.env.SetWorkflowRunTimeout(365 * 24 * time.Hour)
	clock := simulators.Clock(func() time.Time { return tr.env.Now() }) // of the run that is going on
	tr.town = population.Fill(population.Vendors{
		HubSpot:         hubspot.New(hubspot.Options{Clock: clock}),
		Gist:            gist.New(gist.Options{Clock: clock}),
		Landbot:         landbot.New(landbot.Options{Clock: clock}),
		GoogleAnalytics: googleanalytics.New(googleanalytics.Options{Clock: clock}),
		Website:         website.New(website.Options{Clock: clock}),
	}, bystanders)
	cfg := tr.config()
	reach, err := worker.Reach(cfg, worker.Environment{Now: tr.env.Now, Pace: connectors.Pace{Min: time.Millisecond, Max: 2 * time.Millisecond}})
	require.NoError(t, err)
	reach.Past = tr
	tr.env.RegisterActivity(reach)
	tr.env.RegisterActivity(&activities.Requests{
		Acquaintances: strangers{},
		Plan:          cfg.Plan(), Deadlines: cfg.Regulation.Deadlines, Archive: tr, Past: tr, Keys: tr, Grace: cfg.Vault.GracePeriod, Now: tr.env.Now,
	})
	tr.request = dsr.Request{ID: "R-1", Kind: dsr.Erasure, ReceivedAt: tr.env.Now(),
		Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: person.Email}}}}
	return tr
}

// strangers know of no other requests.
type strangers struct{}

func (strangers) Of(context.Context, dsr.Request) ([]dsr.Meeting, error) { return nil, nil }

// Of makes it the past of requests, which have none.
func (tr *trial) Of(context.Context, string, string, bool) ([]activities.EarlierRun, error) {
	return nil, nil
}

// config writes a lethe.yaml that leads to the simulated vendors, and loads it.
func (tr *trial) config() *config.Config {
	tr.Helper()
	text, keys := strings.NewReplacer(tr.edits...).Replace(systemsYAML), map[string]string{
		"HUBSPOT": hubspot.DefaultToken, "GIST": gist.DefaultToken, "LANDBOT": landbot.DefaultToken,
		"ANALYTICS": googleanalytics.DefaultToken, "WEBSITE": website.DefaultSecret,
	}
	for name, server := range tr.servers() {
		url, stop, err := simulators.Serve(server)
		require.NoError(tr, err)
		tr.Cleanup(stop)
		text = strings.ReplaceAll(text, fmt.Sprintf("base_url: \"%s", name), fmt.Sprintf("base_url: \"%s", url))
	}
	path := filepath.Join(tr.TempDir(), "lethe.yaml")
	require.NoError(tr, os.WriteFile(path, []byte(text), 0o600))
	cfg, err := config.Load(path, catalogue.Kinds(), config.Options{Env: func(name string) (string, bool) {
		key, ok := keys[name]
		return key, ok
	}})
	require.NoError(tr, err)
	return cfg
}

// servers are the vendors by their names in the configuration.
func (tr *trial) servers() map[string]*simulators.Server {
	return map[string]*simulators.Server{
		"HUBSPOT": tr.town.HubSpot.Server, "GIST": tr.town.Gist.Server, "LANDBOT": tr.town.Landbot.Server,
		"ANALYTICS": tr.town.GoogleAnalytics.Server, "WEBSITE": tr.town.Website.Server,
	}
}

// at does something a while after the start.
func (tr *trial) at(after time.Duration, do func()) { tr.env.RegisterDelayedCallback(do, after) }

// operate lets an operator look in every hour for some days: tasks are done,
// and what is parked is tried again.
func (tr *trial) operate(days int) {
	for hour := 1; hour <= 24*days; hour++ {
		tr.at(time.Duration(hour)*time.Hour, func() {
			for _, o := range tr.status().Systems {
				switch {
				case o.State != dsr.NeedsOperator:
				case o.Question.Kind == dsr.QuestionTask:
					tr.update(workflows.UpdateCompleteTask, workflows.CompleteTask{System: o.Name, Operator: "Sam", Outcome: dsr.TaskErased, Records: 1, Evidence: "ticket 4711"})
				case o.Question.Kind == dsr.QuestionError, o.Question.Kind == dsr.QuestionReappeared:
					tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: o.Name, Operator: "Sam"})
				}
			}
		})
	}
}

func (tr *trial) update(name string, params any) {
	tr.env.UpdateWorkflow(name, "", &testsuite.TestUpdateCallback{
		OnAccept: func() {}, OnReject: func(err error) { require.NoError(tr, err) }, OnComplete: func(any, error) {},
	}, params)
}

func (tr *trial) status() dsr.Report {
	tr.Helper()
	value, err := tr.env.QueryWorkflow(workflows.QueryStatus)
	require.NoError(tr, err)
	var r dsr.Report
	require.NoError(tr, value.Get(&r))
	return r
}

// run carries the request out and returns its report.
func (tr *trial) run() dsr.Report {
	tr.Helper()
	tr.env.ExecuteWorkflow(workflows.Erasure, tr.request)
	require.True(tr, tr.env.IsWorkflowCompleted())
	require.NoError(tr, tr.env.GetWorkflowError())
	require.Len(tr, tr.reports, 1)
	return tr.reports[0]
}

// outcome is that of one system.
func outcome(r dsr.Report, system string) dsr.Outcome {
	for _, o := range r.Systems {
		if o.Name == system {
			return o
		}
	}
	return dsr.Outcome{}
}

// states are the outcomes by system.
func states(r dsr.Report) map[string]dsr.State {
	found := map[string]dsr.State{}
	for _, o := range r.Systems {
		found[o.Name] = o.State
	}
	return found
}

// forgotten makes sure that the vendors hold nothing of the person any more and
// that nobody else was touched.
func (tr *trial) forgotten(person population.Person) {
	tr.Helper()
	require.Empty(tr, tr.town.Remaining(person))
	tr.unharmed(person)
}

// unharmed makes sure that nobody but the people was touched, by what the
// vendors hold and by what they were asked to delete.
func (tr *trial) unharmed(people ...population.Person) {
	tr.Helper()
	require.Empty(tr, tr.town.Harmed(people...))
	others := map[string]bool{}
	for _, record := range tr.town.Others(people...) {
		others[record.System+"/"+record.Kind+"/"+record.ID] = true
	}
	for name, server := range tr.servers() {
		require.Empty(tr, server.Ledger().Catastrophes())
		for _, deletion := range server.Ledger().Deletions() {
			require.NotContains(tr, others, strings.ToLower(name)+"/"+deletion.Kind+"/"+deletion.RecordID)
		}
	}
}
