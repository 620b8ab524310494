package workflows_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/deadlines"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/report/schema/schematest"
	"ite.digital/lethe/workflows"
	"ite.digital/lethe/workflows/workflowtest"
)

// vendor is a third party in memory. Its hooks run before each call and make
// it fail, or change the vendor, as a test wants.
type vendor struct {
	mu      sync.Mutex
	records []dsr.Record
	erased  []string
	// unverifiable vendors accept everything and show what they were asked for.
	unverifiable bool
	// lingers is how many looks still show a record after its erasure.
	lingers int
	ghosts  []dsr.Record
	// retains are the legal grounds on which records of a kind are kept.
	retains map[string]dsr.RetentionGround
	// parts are shown until they are erased: records without identifiers.
	parts []dsr.Record

	onLocate, onErase func(v *vendor) error
	located           int
}

func (v *vendor) Locate(_ context.Context, s dsr.Subject) (dsr.Findings, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.located++
	if v.onLocate != nil {
		if err := v.onLocate(v); err != nil {
			return dsr.Findings{}, err
		}
	}
	var found dsr.Findings
	if v.unverifiable {
		for _, id := range s.Identifiers {
			found.Records = append(found.Records, dsr.Record{Kind: "user", ID: "u-" + string(id.Type), Identifiers: []dsr.Identifier{id}, FoundBy: id})
		}
		return found, nil
	}
	shown := v.records
	if v.lingers > 0 && len(v.ghosts) > 0 {
		v.lingers--
		shown = append(shown, v.ghosts...)
	}
	for _, record := range shown {
		for _, id := range s.Identifiers {
			if identity.Carries(record, id) {
				record.FoundBy = id
				found.Records = append(found.Records, record)
				break
			}
		}
	}
	for _, part := range v.parts {
		if !slices.Contains(v.erased, part.ID) {
			part.FoundBy = s.Identifiers[0]
			found.Records = append(found.Records, part)
		}
	}
	return found, nil
}

// Remaining looks by id, which finds records that have changed hands, too.
func (v *vendor) Remaining(_ context.Context, records []dsr.Record) ([]dsr.Record, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(records), func(r dsr.Record) bool {
		return !slices.ContainsFunc(v.records, func(held dsr.Record) bool { return held.Key() == r.Key() })
	}), nil
}

func (v *vendor) Erase(_ context.Context, records []dsr.Record) (dsr.Effect, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.onErase != nil {
		if err := v.onErase(v); err != nil {
			return dsr.Effect{}, err
		}
	}
	effect := dsr.ErasedAll(records)
	for i, record := range records {
		if ground, kept := v.retains[record.Kind]; kept {
			effect.Records[i].State, effect.Records[i].Ground = dsr.Retained, ground
			continue
		}
		v.erased = append(v.erased, record.ID)
		v.remove(record)
		if v.unverifiable {
			effect.Records[i].State, effect.Records[i].ExpectedBy = dsr.Accepted, received.AddDate(0, 2, 0)
		}
	}
	return effect, nil
}

func (v *vendor) remove(record dsr.Record) {
	for i, r := range v.records {
		if r.Key() == record.Key() {
			v.ghosts = append(v.ghosts, r)
			v.records = append(v.records[:i:i], v.records[i+1:]...)
			return
		}
	}
}

func (v *vendor) erasedIDs() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string{}, v.erased...)
}

// archive keeps reports in memory.
type archive struct {
	reports []dsr.Report
	// broken is why reports cannot be stored at the moment.
	broken error
	// attempts counts how often one was to be stored.
	attempts int
	// invalid is what is wrong with a report that was to be stored.
	invalid error
}

// gdpr is a month, where only weekends move a deadline.
func gdpr(receivedAt time.Time) (deadlines.Deadlines, error) {
	profile, err := deadlines.Lookup("gdpr")
	if err != nil {
		return deadlines.Deadlines{}, err
	}
	return deadlines.Compute(profile, "", time.UTC, receivedAt)
}

// past is what earlier runs of the request did.
type past []activities.EarlierRun

func (p *past) Of(context.Context, string, string, bool) ([]activities.EarlierRun, error) {
	return *p, nil
}

// acquaintances are other requests of the same person.
type acquaintances []dsr.Meeting

func (a *acquaintances) Of(context.Context, dsr.Request) ([]dsr.Meeting, error) { return *a, nil }

// SetDue makes it the keeper of keys, of which it has none.
func (a *archive) SetDue(context.Context, string, time.Time) error { return nil }

func (a *archive) Put(_ context.Context, r dsr.Report) (string, error) {
	if a.attempts++; a.broken != nil {
		return "", a.broken
	}
	a.invalid = errors.Join(a.invalid, schematest.Check(r))
	a.reports = append(a.reports, r)
	return "archived", nil
}

var (
	received = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	email    = dsr.Identifier{Type: dsr.Email, Value: "ana@example.com"}
	phone    = dsr.Identifier{Type: dsr.Phone, Value: "+33639980001"}
	stranger = dsr.Identifier{Type: dsr.Email, Value: "ben@example.com"}
	clientID = dsr.Identifier{Type: dsr.GAClientID, Value: "1234567890.1700000000"}
)

func person(id string, ids ...dsr.Identifier) dsr.Record {
	return dsr.Record{Kind: "contact", ID: id, Identifiers: ids}
}

func automatic(name string, needs ...dsr.IdentifierType) dsr.System {
	return dsr.System{Name: name, Title: name, Connector: name, Mode: dsr.Automatic, Needs: needs, Verifiable: true, MaxRecords: 10}
}

// trial runs one request in the SDK's test environment, where time skips.
type trial struct {
	*testing.T
	env     *testsuite.TestWorkflowEnvironment
	archive archive
	past    past
	// acquaintances are the other requests of the person.
	acquaintances acquaintances
	// told is what people were reminded of.
	told    bytes.Buffer
	request dsr.Request
	// steps are those that concern the whole request; its plan may be changed before it runs.
	steps *activities.Requests
	// connectors reach the vendors, by name.
	connectors map[string]connectors.Connector
	// updates counts what operators sent.
	updates int
	// takenBack are the other workflows that were asked to end.
	takenBack []string
}

// withLateCRM prepares a request for a manual inbox and a CRM that is away for some time and
// discloses a telephone number then.
func withLateCRM(t *testing.T, away time.Duration) *trial {
	t.Helper()
	late := true
	crm := &vendor{records: []dsr.Record{person("1", email, phone)}, onLocate: func(*vendor) error {
		if late {
			return transient("crm")
		}
		return nil
	}}
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email, dsr.Phone), automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.at(away, func() { late = false })
	return tr
}

// newTrial prepares a request for ana@example.com against the systems.
func newTrial(t *testing.T, systems []dsr.System, vendors map[string]*vendor) *trial {
	t.Helper()
	env := workflowtest.NewEnvironment()
	env.SetStartTime(received.Add(time.Hour))
	env.SetWorkflowRunTimeout(365 * 24 * time.Hour)
	byName := map[string]connectors.Connector{}
	for name, v := range vendors {
		byName[name] = v
	}
	tr := &trial{T: t, env: env, connectors: byName, request: dsr.Request{
		ID: "R-1", Kind: dsr.Erasure, ReceivedAt: received, Subject: dsr.Subject{Identifiers: []dsr.Identifier{email}},
	}}
	env.RegisterActivity(&activities.Systems{Connectors: byName, Past: &tr.past})
	tr.steps = &activities.Requests{
		Acquaintances: &tr.acquaintances,
		Plan:          dsr.Plan{Systems: systems, RecheckAfter: 24 * time.Hour}, Archive: &tr.archive, Past: &tr.past, Keys: &tr.archive, Now: env.Now,
		Deadlines: gdpr, Log: zerolog.New(&tr.told),
	}
	env.RegisterActivity(tr.steps)
	env.OnRequestCancelExternalWorkflow(mock.Anything, mock.Anything, mock.Anything).Return(func(_, id, _ string) error {
		tr.takenBack = append(tr.takenBack, id)
		return nil
	}).Maybe()
	return tr
}

// at does something a while after the start.
func (tr *trial) at(after time.Duration, do func()) { tr.env.RegisterDelayedCallback(do, after) }

// update sends an operator's action and returns the refusal, if any, through
// the pointer once it is known.
func (tr *trial) update(name string, params any) *error {
	var refusal error
	tr.updates++
	tr.env.UpdateWorkflow(name, strconv.Itoa(tr.updates), &testsuite.TestUpdateCallback{
		OnAccept:   func() {},
		OnReject:   func(err error) { refusal = err },
		OnComplete: func(any, error) {},
	}, params)
	return &refusal
}

// run carries the request out and returns its report.
func (tr *trial) run() dsr.Report {
	tr.Helper()
	tr.env.ExecuteWorkflow(workflows.Erasure, tr.request)
	require.True(tr, tr.env.IsWorkflowCompleted())
	require.NoError(tr, tr.env.GetWorkflowError())
	require.Len(tr, tr.archive.reports, 1)
	require.NoError(tr, tr.archive.invalid)
	return tr.archive.reports[0]
}

// status asks the running workflow how things stand.
func (tr *trial) status() dsr.Report {
	tr.Helper()
	value, err := tr.env.QueryWorkflow(workflows.QueryStatus)
	require.NoError(tr, err)
	var r dsr.Report
	require.NoError(tr, value.Get(&r))
	return r
}

func outcome(t *testing.T, r dsr.Report, system string) dsr.Outcome {
	t.Helper()
	for _, o := range r.Systems {
		if o.Name == system {
			return o
		}
	}
	require.Failf(t, "no outcome", "system %s", system)
	return dsr.Outcome{}
}

// quiet drops the test environment's logs.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
