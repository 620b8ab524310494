package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/workflows"
	"ite.digital/lethe/workflows/workflowtest"
)

// office is a vendor in memory that e-mails people, unless it is told not to.
type office struct {
	mu      sync.Mutex
	records []dsr.Record
	// settings are the values by record and name. What a restriction makes of them
	// is in restricted; irreversible ones do not come back.
	settings     map[string]map[string]string
	restricted   map[string]string
	irreversible string
	// applied notes each change, as "contact/1 name=value".
	applied []string
	onApply func() error
}

func newOffice(records ...dsr.Record) *office {
	o := &office{records: records, settings: map[string]map[string]string{}, restricted: map[string]string{"mail": "off", "calls": "off"}}
	for _, r := range records {
		o.settings[r.Key()] = map[string]string{"mail": "on", "calls": "on"}
	}
	return o
}

func (o *office) Locate(_ context.Context, s dsr.Subject) (dsr.Findings, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var found dsr.Findings
	for _, record := range o.records {
		for _, id := range s.Identifiers {
			if identity.Carries(record, id) {
				record.FoundBy = id
				found.Records = append(found.Records, record)
				break
			}
		}
	}
	return found, nil
}

func (o *office) Erase(_ context.Context, records []dsr.Record) (dsr.Effect, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range records {
		o.records = slices.DeleteFunc(o.records, func(held dsr.Record) bool { return held.Key() == r.Key() })
		delete(o.settings, r.Key())
	}
	return dsr.ErasedAll(records), nil
}

func (o *office) Settings(_ context.Context, records []dsr.Record) ([]dsr.RecordSettings, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []dsr.RecordSettings
	for _, r := range records {
		values, held := o.settings[r.Key()]
		if !held {
			continue
		}
		settings := dsr.RecordSettings{Kind: r.Kind, ID: r.ID}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			settings.Settings = append(settings.Settings, dsr.Setting{
				Name: name, Value: values[name], Restricted: o.restricted[name], Irreversible: name == o.irreversible,
			})
		}
		all = append(all, settings)
	}
	return all, nil
}

func (o *office) Apply(_ context.Context, changes []dsr.RecordSettings) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, change := range changes {
		for _, setting := range change.Settings {
			o.settings[change.Key()][setting.Name] = setting.Value
			o.applied = append(o.applied, fmt.Sprintf("%s %s=%s", change.Key(), setting.Name, setting.Value))
			if o.onApply != nil {
				if err := o.onApply(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// set plays somebody at the vendor.
func (o *office) set(record, name, value string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settings[record][name] = value
}

func (o *office) values(record string) map[string]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.settings[record])
}

var (
	on  = map[string]string{"mail": "on", "calls": "on"}
	off = map[string]string{"mail": "off", "calls": "off"}
)

// restrictable is an automatic system that can restrict.
func restrictable(name string, needs ...dsr.IdentifierType) dsr.System {
	s := automatic(name, needs...)
	s.Restriction = &dsr.RestrictionFacts{Able: true, Covers: []string{"e-mail"}}
	return s
}

// episode is a restriction that goes on over several runs.
type episode struct {
	*testing.T
	request    dsr.Request
	systems    []dsr.System
	connectors map[string]connectors.Connector
	archive    archive
	past       past
	others     acquaintances
	env        *testsuite.TestWorkflowEnvironment
	// moments are what happens, by the time since the start.
	moments map[time.Duration][]func()
	start   time.Time
	runs    int
	updates int
	// signals are the meetings that other requests were told of.
	signals []dsr.Meeting
	steps   int
	// longest is the number of steps of the longest run.
	longest int
}

func newEpisode(t *testing.T, ground dsr.Ground, systems []dsr.System, offices map[string]*office) *episode {
	t.Helper()
	ep := &episode{T: t, systems: systems, connectors: map[string]connectors.Connector{}, start: received.Add(time.Hour), moments: map[time.Duration][]func(){}}
	for name, o := range offices {
		ep.connectors[name] = o
	}
	ep.request = dsr.Request{
		ID: "R-1", Kind: dsr.Restriction, Ground: ground, ReceivedAt: received, Subject: dsr.Subject{Identifiers: []dsr.Identifier{email}},
	}
	return ep
}

func (ep *episode) at(after time.Duration, do func()) {
	ep.moments[after] = append(ep.moments[after], do)
}

func (ep *episode) update(name string, params any) *error {
	var refusal error
	ep.updates++
	ep.env.UpdateWorkflow(name, fmt.Sprint(ep.updates), &testsuite.TestUpdateCallback{
		OnAccept: func() {}, OnReject: func(err error) { refusal = err }, OnComplete: func(any, error) {},
	}, params)
	return &refusal
}

func (ep *episode) status() dsr.Report {
	ep.Helper()
	value, err := ep.env.QueryWorkflow(workflows.QueryStatus)
	require.NoError(ep, err)
	var r dsr.Report
	require.NoError(ep, value.Get(&r))
	return r
}

// environment is that of the next run.
func (ep *episode) environment(now time.Time) {
	env := workflowtest.NewEnvironment()
	env.SetStartTime(now)
	env.SetWorkflowRunTimeout(3 * 365 * day)
	env.RegisterWorkflow(workflows.Restriction)
	env.RegisterActivity(&activities.Systems{Connectors: ep.connectors, Past: &ep.past})
	env.RegisterActivity(&activities.Requests{
		Plan: dsr.Plan{Systems: ep.systems, CheckEvery: day}, Archive: &ep.archive, Past: &ep.past, Acquaintances: &ep.others,
		Keys: &ep.archive, Now: env.Now, Deadlines: gdpr, Log: zerolog.Nop(),
	})
	env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, workflows.SignalMeeting, mock.Anything).Return(
		func(_, _, _, _ string, arg any) error {
			ep.signals = append(ep.signals, arg.(dsr.Meeting))
			return nil
		}).Maybe()
	ep.steps = 0
	env.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) { ep.steps++ })
	for after, all := range ep.moments {
		if at := ep.start.Add(after); at.After(now) {
			env.RegisterDelayedCallback(func() {
				for _, do := range all {
					do()
				}
			}, at.Sub(now))
		}
	}
	ep.env = env
}

// run carries the restriction out to its end.
func (ep *episode) run() dsr.Report {
	ep.Helper()
	var carried *workflows.Carried
	ep.environment(ep.start)
	for {
		ep.runs++
		ep.env.ExecuteWorkflow(workflows.Restriction, ep.request, carried)
		require.True(ep, ep.env.IsWorkflowCompleted())
		ep.longest = max(ep.longest, ep.steps)
		err := ep.env.GetWorkflowError()
		var next *workflow.ContinueAsNewError
		if !errors.As(err, &next) {
			require.NoError(ep, err)
			require.NoError(ep, ep.archive.invalid)
			return ep.archive.reports[len(ep.archive.reports)-1]
		}
		carried = nil // what is decoded into is not to shine through
		require.NoError(ep, converter.GetDefaultDataConverter().FromPayloads(next.Input, &ep.request, &carried))
		ep.environment(ep.env.Now())
	}
}

func lift() workflows.Lift { return workflows.Lift{Operator: "Sam", Reason: "the data was corrected"} }

func (ep *episode) notice() workflows.ConfirmNotice {
	return workflows.ConfirmNotice{Operator: "Pat", Evidence: "letter of that day", SentAt: ep.env.Now()}
}

func TestARestrictionHoldsForMonthsAndGivesBackWhatWas(t *testing.T) {
	t.Parallel()
	mine, own := person("1", email, phone), person("2", phone)
	crm, chat := newOffice(mine), newOffice(own)
	chat.set(own.Key(), "mail", "off") // unsubscribed on their own
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email), restrictable("chat", dsr.Phone)},
		map[string]*office{"crm": crm, "chat": chat})
	refusals := map[string]*error{}
	ep.at(time.Hour, func() {
		r := ep.status()
		require.Equal(t, dsr.StatusRestricted, r.Status)
		require.Equal(t, off, crm.values(mine.Key()))
		require.Equal(t, off, chat.values(own.Key()), "the phone led there")
		refusals["nobody has asked"] = ep.update(workflows.UpdateConfirmNotice, ep.notice())
		refusals["it ends by lift"] = ep.update(workflows.UpdateCancel, cancel())
	})
	for _, days := range []time.Duration{20, 90, 150} {
		ep.at(days*day+time.Hour, func() { crm.set(mine.Key(), "mail", "on") })
		ep.at((days+2)*day, func() { require.Equal(t, off, crm.values(mine.Key()), "day %d", days) })
	}
	ep.at(200*day, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(201*day, func() { chat.set(own.Key(), "calls", "evenings") }) // somebody decided on that meanwhile
	ep.at(205*day, func() {
		require.Equal(t, off, crm.values(mine.Key()), "nothing is lifted before the notice")
		refusals["lifting was asked for before"] = ep.update(workflows.UpdateLift, lift())
		late := ep.notice()
		late.SentAt = late.SentAt.Add(-100 * day)
		refusals["after lifting was asked for"] = ep.update(workflows.UpdateConfirmNotice, late)
		ep.update(workflows.UpdateConfirmNotice, ep.notice())
	})

	r := ep.run()

	for want, got := range refusals {
		require.ErrorContains(t, *got, want)
	}
	require.Equal(t, on, crm.values(mine.Key()))
	require.Equal(t, map[string]string{"mail": "off", "calls": "on"}, chat.values(own.Key()))
	require.Len(t, ep.archive.reports, 2)
	first := ep.archive.reports[0]
	require.Equal(t, dsr.StatusRestricted, first.Status)
	require.Equal(t, dsr.Restricted, outcome(t, first, "crm").State)
	require.Equal(t, []dsr.RecordCount{{Kind: "contact", State: dsr.Restricted, Count: 1}}, outcome(t, first, "crm").Records)
	require.Equal(t, dsr.Lifted, outcome(t, r, "crm").State)
	require.Equal(t, 3, outcome(t, r, "crm").Drifts)
	require.Equal(t, dsr.StatusCompleted, r.Status, r.Exceptions)
	require.Equal(t, "Pat", r.Restriction.Lift.NoticeBy)
	require.Greater(t, ep.runs, 2)
	require.Less(t, ep.longest*6, 2000, "events of the longest run")
}

func TestWhatCannotBeUndoneIsAskedForFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		without bool
		want    map[string]string
		left    int
	}{"and done": {false, off, 1}, "and left out": {true, map[string]string{"mail": "off", "calls": "on"}, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			record := person("1", email)
			crm := newOffice(record)
			crm.irreversible = "calls"
			ep := newEpisode(t, dsr.GroundUnlawful, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
			ep.at(time.Hour, func() {
				require.Equal(t, on, crm.values(record.Key()))
				question := outcome(t, ep.status(), "crm").Question
				require.Equal(t, dsr.QuestionIrreversible, question.Kind)
				require.Contains(t, question.Text, "(calls)")
				ep.update(workflows.UpdateApprove, workflows.Approve{System: "crm", Operator: "Sam", Records: question.Records(), WithoutIrreversible: c.without})
			})
			ep.at(5*day, func() {
				require.Equal(t, c.want, crm.values(record.Key()))
				ep.update(workflows.UpdateLift, lift())
			})
			ep.at(5*day+time.Hour, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })

			r := ep.run()

			require.Equal(t, "on", crm.values(record.Key())["mail"])
			require.Zero(t, outcome(t, r, "crm").Drifts)
			require.Len(t, outcome(t, r, "crm").Left, c.left)
			for _, o := range []dsr.Outcome{outcome(t, ep.archive.reports[0], "crm"), outcome(t, r, "crm")} {
				require.Len(t, o.Irreversible, c.left, "what an operator declined was not done")
			}
			require.Equal(t, c.left > 0, r.Status == dsr.StatusExceptions)
		})
	}
}

func TestWhatSomebodyChangedIsShownAndNotOverwritten(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	ep := newEpisode(t, dsr.GroundObjection, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.at(time.Hour, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(2*time.Hour, func() {
		crm.set(record.Key(), "calls", "evenings")
		ep.update(workflows.UpdateConfirmNotice, ep.notice())
	})
	r := ep.run()
	require.Equal(t, map[string]string{"mail": "on", "calls": "evenings"}, crm.values(record.Key()))
	require.Equal(t, []string{"contact/1: calls was changed by somebody during the restriction, and stays as it is"}, outcome(t, r, "crm").Left)
	require.Equal(t, dsr.StatusExceptions, r.Status)
}

func TestPeopleRestrictWhereNoConnectorCan(t *testing.T) {
	t.Parallel()
	inbox := manual("inbox", dsr.Email)
	inbox.Restriction = &dsr.RestrictionFacts{Able: true, Task: &dsr.Task{Steps: []string{"Stop."}}, LiftTask: &dsr.Task{Steps: []string{"Go on."}}}
	analytics := automatic("analytics", dsr.Email)
	analytics.Restriction = &dsr.RestrictionFacts{Instead: "Stop sending the client id."}
	ep := newEpisode(t, dsr.GroundClaims, []dsr.System{inbox, analytics}, map[string]*office{"analytics": newOffice()})
	steps := func(system string) []string { return outcome(t, ep.status(), system).Question.Task.Steps }
	ep.at(time.Hour, func() {
		require.Equal(t, []string{"Stop."}, steps("inbox"))
		require.Equal(t, []string{"Stop sending the client id."}, steps("analytics"))
		ep.update(workflows.UpdateCompleteTask, withOutcome("inbox", dsr.TaskRestricted, 1))
		ep.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "analytics", Operator: "Sam", Reason: "nothing is sent"})
	})
	ep.at(2*time.Hour, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(3*time.Hour, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	ep.at(4*time.Hour, func() {
		require.Equal(t, []string{"Go on."}, steps("inbox"))
		ep.update(workflows.UpdateCompleteTask, withOutcome("inbox", dsr.TaskLifted, 0))
	})

	r := ep.run()

	require.Equal(t, dsr.StatusExceptions, ep.archive.reports[0].Status)
	require.Equal(t, dsr.Attested, outcome(t, r, "inbox").State)
	require.Equal(t, dsr.Skipped, outcome(t, r, "analytics").State)
}

// TestFaultsHalfWayLoseNothing has each change fail once after it was made, at
// restricting and at lifting.
func TestFaultsHalfWayLoseNothing(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	calls := 0
	crm.onApply = func() error {
		if calls++; calls%3 == 1 {
			return transient("crm")
		}
		return nil
	}
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.at(day, func() {
		require.Equal(t, off, crm.values(record.Key()))
		ep.update(workflows.UpdateLift, lift())
	})
	ep.at(2*day, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	r := ep.run()
	require.Equal(t, on, crm.values(record.Key()))
	require.Equal(t, dsr.Lifted, outcome(t, r, "crm").State)
	require.Greater(t, calls, 4, "some failed")
}

// TestAnExpiredKeyHoldsTheLiftingOfOneSystem has a vendor refuse the key while
// the restriction is lifted.
func TestAnExpiredKeyHoldsTheLiftingOfOneSystem(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm, chat := newOffice(record), newOffice(record)
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email), restrictable("chat", dsr.Email)},
		map[string]*office{"crm": crm, "chat": chat})
	ep.at(day, func() {
		crm.onApply = func() error {
			return &connectors.Error{Class: connectors.CredentialsRejected, System: "crm", Status: 401, Reason: "the key has expired"}
		}
		ep.update(workflows.UpdateLift, lift())
	})
	ep.at(day+time.Hour, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	ep.at(3*day, func() {
		require.Equal(t, on, chat.values(record.Key()))
		require.Equal(t, dsr.NeedsOperator, outcome(t, ep.status(), "crm").State)
		crm.onApply = nil
		ep.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "crm", Operator: "Sam"})
	})
	r := ep.run()
	require.Equal(t, on, crm.values(record.Key()))
	require.Equal(t, dsr.StatusCompleted, r.Status, r.Exceptions)
}

// TestWhatWasBeforeIsKnownAfterAReset has an earlier run that restricted already.
func TestWhatWasBeforeIsKnownAfterAReset(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	before, err := crm.Settings(t.Context(), []dsr.Record{record})
	require.NoError(t, err)
	crm.set(record.Key(), "mail", "off")
	crm.set(record.Key(), "calls", "off")
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.past = past{{Ended: "terminated", Steps: []activities.EarlierStep{{System: "crm", Settings: before}, {System: "crm", Applied: before}}}}
	ep.at(time.Hour, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(2*time.Hour, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	ep.run()
	require.Equal(t, on, crm.values(record.Key()))
}

// TestNothingLiftsWithoutANotice asks the step itself.
func TestNothingLiftsWithoutANotice(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	systems := &activities.Systems{Connectors: map[string]connectors.Connector{"crm": crm}, Past: &past{}}
	env.RegisterActivity(systems)
	settings, err := crm.Settings(t.Context(), []dsr.Record{record})
	require.NoError(t, err)
	_, err = env.ExecuteActivity(systems.Apply, activities.ApplyParams{Target: activities.Target{System: "crm"}, Changes: settings})
	var refused *temporal.ApplicationError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, activities.LiftWithoutNotice, refused.Type())
	require.Empty(t, crm.applied)
}

// running is another request of the same person.
func running(kind dsr.Kind, id string, since time.Duration, ground dsr.Ground) dsr.Meeting {
	return dsr.Meeting{Kind: kind, RequestID: id, StartedAt: received.Add(time.Hour + since), Ground: ground}
}

func TestAnErasureEndsARestrictionAndNothingIsGivenBack(t *testing.T) {
	t.Parallel()
	record := person("1", email)
	crm := newOffice(record)
	ep := newEpisode(t, dsr.GroundClaims, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.at(10*day, func() { ep.env.SignalWorkflow(workflows.SignalMeeting, running(dsr.Erasure, "E-1", 10*day, "")) })
	ep.at(11*day, func() {
		require.Equal(t, dsr.StatusRestricted, ep.status().Status, "it has erased nothing yet")
		ended := running(dsr.Erasure, "E-1", 10*day, "")
		ended.Ended = "completed"
		ep.env.SignalWorkflow(workflows.SignalMeeting, ended)
	})
	r := ep.run()
	require.Equal(t, dsr.StatusSuperseded, r.Status)
	require.Equal(t, "E-1", r.Restriction.SupersededBy)
	require.Equal(t, off, crm.values(record.Key()))
	require.Equal(t, "E-1", r.Related[0].RequestID)
	require.Len(t, ep.signals, 1)
	require.Equal(t, "R-1", ep.signals[0].RequestID)
	require.Equal(t, dsr.GroundClaims, ep.signals[0].Ground)
}

func TestARestrictionThatNeedsTheDataHoldsAnErasure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ground dsr.Ground
		since  time.Duration
		erase  bool
		asked  bool
		erased int
	}{
		"and the erasure goes on":                 {dsr.GroundClaims, time.Hour, true, true, 1},
		"and the erasure ends":                    {dsr.GroundUnlawful, time.Hour, false, true, 0},
		"both at once":                            {dsr.GroundClaims, 0, false, true, 0},
		"on a ground that does not need it":       {dsr.GroundAccuracy, time.Hour, false, false, 1},
		"but not one that the erasure came after": {dsr.GroundClaims, -time.Hour, false, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crm := &vendor{records: []dsr.Record{person("1", email)}}
			tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
			tr.request.ApprovalRequired = true
			var told []dsr.Meeting
			tr.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, workflows.SignalMeeting, mock.Anything).Return(
				func(_, _, _, _ string, arg any) error {
					told = append(told, arg.(dsr.Meeting))
					return nil
				})
			tr.at(2*time.Hour, func() {
				tr.env.SignalWorkflow(workflows.SignalMeeting, running(dsr.Restriction, "R-9", c.since, c.ground))
			})
			tr.at(3*time.Hour, func() {
				asked := outcome(t, tr.status(), "crm").Question
				require.Equal(t, c.asked, asked.Kind == dsr.QuestionConflict, asked.Text)
				tr.approveAll()
				if c.asked {
					tr.update(workflows.UpdateResolveConflict, workflows.ResolveConflict{Operator: "Sam", Erase: c.erase, Reason: "asked by phone"})
				}
			})
			tr.at(4*time.Hour, tr.approveOpen)

			r := tr.run()

			require.Len(t, crm.erasedIDs(), c.erased)
			require.Equal(t, "R-9", r.Related[0].RequestID)
			ended := "cancelled"
			if c.erased > 0 {
				ended = "completed"
			}
			require.Equal(t, []string{"", ended}, []string{told[0].Ended, told[len(told)-1].Ended}, "it tells of itself, and of its end")
		})
	}
}

// approveOpen approves what waits for it, if the request is not over.
func (tr *trial) approveOpen() {
	if !tr.env.IsWorkflowCompleted() {
		tr.approveAll()
	}
}

func TestARestrictionOfSomebodyErasedSaysSo(t *testing.T) {
	t.Parallel()
	ep := newEpisode(t, dsr.GroundClaims, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": newOffice()})
	erased := running(dsr.Erasure, "E-1", -day, "")
	erased.Ended = "completed"
	ep.others = acquaintances{erased}
	ep.at(time.Hour, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(2*time.Hour, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })
	r := ep.run()
	require.Equal(t, dsr.NotFound, outcome(t, ep.archive.reports[0], "crm").State)
	require.Equal(t, []dsr.Meeting{erased}, r.Related)
	require.Empty(t, ep.signals)
}
