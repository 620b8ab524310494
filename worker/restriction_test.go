package worker_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/worker"
	"ite.digital/lethe/workflows"
	"ite.digital/lethe/workflows/workflowtest"
)

// restraint is a restriction against the simulated vendors, over as many runs as
// it takes. Its clock is that of the run.
type restraint struct {
	*trial
	start   time.Time
	moments map[time.Duration]func()
	runs    int
	// steps counts those of the run, longest those of the longest.
	steps, longest int
}

func newRestraint(t *testing.T, person population.Person) *restraint {
	t.Helper()
	r := &restraint{trial: newTrial(t, person), moments: map[time.Duration]func(){}}
	r.start = r.env.Now()
	r.request.Kind, r.request.Ground = dsr.Restriction, dsr.GroundAccuracy
	return r
}

func (r *restraint) at(after time.Duration, do func()) { r.moments[after] = do }

// environment is that of the next run.
func (r *restraint) environment(now time.Time) {
	env := workflowtest.NewEnvironment()
	env.SetStartTime(now)
	env.SetWorkflowRunTimeout(3 * 365 * 24 * time.Hour)
	cfg := r.config()
	reach, err := worker.Reach(cfg, worker.Environment{Now: env.Now, Pace: connectors.Pace{Min: time.Millisecond, Max: 2 * time.Millisecond}})
	require.NoError(r, err)
	reach.Past = r.trial
	env.RegisterWorkflow(workflows.Restriction)
	env.RegisterActivity(reach)
	env.RegisterActivity(&activities.Requests{
		Acquaintances: strangers{}, Plan: cfg.Plan(), Deadlines: cfg.Regulation.Deadlines, Archive: r.trial, Past: r.trial, Keys: r.trial, Now: env.Now,
	})
	r.steps = 0
	env.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) { r.steps++ })
	for after, do := range r.moments {
		if at := r.start.Add(after); at.After(now) {
			env.RegisterDelayedCallback(do, at.Sub(now))
		}
	}
	r.env = env
}

func (r *restraint) run() dsr.Report {
	r.Helper()
	var carried *workflows.Carried
	r.environment(r.start)
	for {
		r.runs++
		r.env.ExecuteWorkflow(workflows.Restriction, r.request, carried)
		r.longest = max(r.longest, r.steps)
		err := r.env.GetWorkflowError()
		var next *workflow.ContinueAsNewError
		if !errors.As(err, &next) {
			require.NoError(r, err)
			return r.reports[len(r.reports)-1]
		}
		carried = nil // what is decoded into is not to shine through
		require.NoError(r, converter.GetDefaultDataConverter().FromPayloads(next.Input, &r.request, &carried))
		r.environment(r.env.Now())
	}
}

// answers does what the request asks; what cannot be undone is left out.
func (r *restraint) answers() {
	status := r.status()
	for _, o := range status.Systems {
		switch {
		case o.Question == nil:
		case o.Question.Kind == dsr.QuestionTask:
			done := workflows.CompleteTask{System: o.Name, Operator: "Sam", Outcome: dsr.TaskRestricted, Records: 1, Evidence: "ticket 4711"}
			if status.Restriction.Lift.Noticed() {
				done.Outcome, done.Records = dsr.TaskLifted, 0
			}
			r.update(workflows.UpdateCompleteTask, done)
		case o.Question.Kind == dsr.QuestionIrreversible:
			r.update(workflows.UpdateApprove, workflows.Approve{System: o.Name, Operator: "Sam", Records: o.Question.Records(), WithoutIrreversible: true})
		case o.Question.Kind == dsr.QuestionError:
			r.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: o.Name, Operator: "Sam"})
		}
	}
}

func (r *restraint) lifts(at time.Duration) {
	r.at(at, func() {
		r.update(workflows.UpdateLift, workflows.Lift{Operator: "Sam", Reason: "the data was corrected"})
	})
	r.at(at+time.Hour, func() {
		r.update(workflows.UpdateConfirmNotice, workflows.ConfirmNotice{Operator: "Pat", Evidence: "letter", SentAt: r.env.Now()})
	})
	for hours := 2; hours < 72; hours++ {
		r.at(at+time.Duration(hours)*time.Hour+time.Minute, r.answers)
	}
}

// ownTimes are the fields in which vendors note when they were last spoken to.
var ownTimes = regexp.MustCompile(`"(updatedAt|lastmodifieddate|updated_at|last_seen_at)":("[^"]*"|\d+)`)

// vendors are all that the vendors hold, without the times of their own.
func (r *restraint) vendors() map[string]string {
	all := map[string]string{}
	for vendor, snapshot := range map[string]map[string]string{
		population.HubSpot: r.town.HubSpot.Snapshot(), population.Gist: r.town.Gist.Snapshot(),
		population.Landbot: r.town.Landbot.Snapshot(), population.Website: r.town.Website.Snapshot(),
	} {
		for record, content := range snapshot {
			all[vendor+"/"+record] = ownTimes.ReplaceAllString(content, "")
		}
	}
	return all
}

const aDay = 24 * time.Hour

// TestARestrictionIsRestoredWhenItDriftsAndLiftedAsItWas has Gist's own snippet undo
// it three times within two hundred days.
func TestARestrictionIsRestoredWhenItDriftsAndLiftedAsItWas(t *testing.T) {
	t.Parallel()
	r := newRestraint(t, population.Ana)
	r.at(time.Hour, r.answers)
	subscribed := func() {
		r.town.Gist.Identify(map[string]any{"email": population.Ana.Email, "unsubscribed_from_emails": false})
	}
	unsubscribed := func(want bool) func() {
		return func() {
			id := r.keysOf(population.Gist, population.Ana)[0]
			contact := r.town.Gist.Change(id[len("contact/"):], func(c *gist.Contact) {
				require.Equal(t, want, c.Unsubscribed == "true")
			})
			require.True(t, contact)
		}
	}
	for _, day := range []time.Duration{30, 90, 150} {
		r.at(day*aDay, subscribed)
		r.at(day*aDay+time.Second, unsubscribed(false))
		r.at((day+2)*aDay, unsubscribed(true))
	}
	r.at(2*time.Hour, func() {
		require.NotEmpty(t, r.town.Harmed(), "something is restricted")
		require.Empty(t, r.town.Harmed(population.Ana))
	})
	r.lifts(200 * aDay)

	before := r.vendors()

	report := r.run()

	require.Equal(t, dsr.Lifted, states(report)["gist"])
	for _, o := range report.Systems {
		if o.Name == "gist" {
			require.Equal(t, 3, o.Drifts)
		}
		require.Empty(t, o.Left, o.Name)
	}
	require.Equal(t, dsr.StatusCompleted, report.Status, "%v %v", report.Exceptions, states(report))
	require.Equal(t, before, r.vendors(), "every vendor has what it had, field by field")
	require.Greater(t, r.runs, 3)
	require.Less(t, 6*r.longest, 2000, "events of the longest run")
}

// TestFaultsAtAnyTimeLoseNothingOfARestriction has vendors fail while it is
// restricted, checked and lifted.
func TestFaultsAtAnyTimeLoseNothingOfARestriction(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]simulators.Rule{
		"500":                    {Kind: simulators.ServerError, Share: 0.5, Times: 40},
		"429":                    {Kind: simulators.TooManyRequests, Share: 0.5, Times: 40},
		"answers that are lost":  {Kind: simulators.ResetAfter, Share: 0.5, Times: 40},
		"a key that has expired": {Kind: simulators.Status, Status: 401, Times: 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRestraint(t, population.Ana)
			broken := func() {
				for _, server := range r.servers() {
					server.Faults().Set(rule)
				}
			}
			broken()
			for hour := 1; hour < 48; hour++ {
				r.at(time.Duration(hour)*time.Hour, r.answers)
			}
			r.at(5*aDay, func() {
				r.town.Gist.Identify(map[string]any{"email": population.Ana.Email, "unsubscribed_from_emails": false})
				broken()
			})
			r.at(6*aDay+12*time.Hour, r.answers)
			r.at(7*aDay+12*time.Hour, r.answers)
			r.at(10*aDay-time.Minute, broken)
			r.lifts(10 * aDay)
			before := r.vendors()

			report := r.run()

			require.Equal(t, dsr.Lifted, states(report)["gist"], fmt.Sprint(states(report)))
			require.Equal(t, dsr.Lifted, states(report)["landbot"])
			require.Equal(t, before, r.vendors())
		})
	}
}
