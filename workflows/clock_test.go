package workflows_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // zones are the same wherever tests run

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/deadlines"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
	"ite.digital/lethe/workflows/workflowtest"
)

// law is whose rules, holidays and days count.
type law struct{ profile, country, zone string }

func (l law) location(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(l.zone)
	require.NoError(t, err)
	return loc
}

// deadlines are those of the law's newest profile.
func (l law) deadlines(t *testing.T) func(time.Time) (deadlines.Deadlines, error) {
	t.Helper()
	profile, err := deadlines.Lookup(l.profile)
	require.NoError(t, err)
	loc := l.location(t)
	return func(receivedAt time.Time) (deadlines.Deadlines, error) {
		return deadlines.Compute(profile, l.country, loc, receivedAt)
	}
}

// clocks are requests with the moments that the law gives them, reckoned from
// its text with a calendar in hand: GDPR Art. 12(3) with Regulation 1182/71 Art.
// 3, UK GDPR Art. 12A, Cal. Civ. Code §1798.130(a)(2), Lei 13.709/2018 Art. 19.
// Days end at 23:59:59 local time; half of the time lies between receipt and
// then; a week and a day are of 24 hours.
var clocks = []struct {
	name string
	law  law
	// started is when the workflow starts; empty: an hour after receipt.
	received, started string
	near              []string
	due               string
	// noticeBy is the last moment at which the subject can be told of an
	// extension; empty: the law knows none. nearAfter and extended are what comes
	// after an extension that was entered two hours later.
	noticeBy  string
	nearAfter []string
	extended  string
}{
	{
		"29 January", law{"gdpr", "FR", "Europe/Paris"}, "2025-01-29 10:00:00 +0100", "",
		[]string{"2025-02-13 16:59:59 +0100", "2025-02-21 23:59:59 +0100", "2025-02-27 23:59:59 +0100"}, "2025-02-28 23:59:59 +0100",
		"2025-02-28 23:59:59 +0100", []string{"2025-03-15 16:29:59 +0100", "2025-04-22 23:59:59 +0200", "2025-04-28 23:59:59 +0200"}, "2025-04-29 23:59:59 +0200",
	},
	{
		"30 January", law{"gdpr", "FR", "Europe/Paris"}, "2025-01-30 10:00:00 +0100", "",
		[]string{"2025-02-14 04:59:59 +0100", "2025-02-21 23:59:59 +0100", "2025-02-27 23:59:59 +0100"}, "2025-02-28 23:59:59 +0100",
		"2025-02-28 23:59:59 +0100", []string{"2025-03-16 16:29:59 +0100", "2025-04-23 23:59:59 +0200", "2025-04-29 23:59:59 +0200"}, "2025-04-30 23:59:59 +0200",
	},
	{
		"31 January", law{"gdpr", "FR", "Europe/Paris"}, "2025-01-31 10:00:00 +0100", "",
		[]string{"2025-02-14 16:59:59 +0100", "2025-02-21 23:59:59 +0100", "2025-02-27 23:59:59 +0100"}, "2025-02-28 23:59:59 +0100",
		"2025-02-28 23:59:59 +0100", []string{"2025-03-17 04:29:59 +0100", "2025-04-23 23:59:59 +0200", "2025-04-29 23:59:59 +0200"}, "2025-04-30 23:59:59 +0200",
	},
	{
		"29 January before a leap day", law{"gdpr", "FR", "Europe/Paris"}, "2024-01-29 10:00:00 +0100", "",
		[]string{"2024-02-14 04:59:59 +0100", "2024-02-22 23:59:59 +0100", "2024-02-28 23:59:59 +0100"}, "2024-02-29 23:59:59 +0100",
		"2024-02-29 23:59:59 +0100", []string{"2024-03-15 04:29:59 +0100", "2024-04-22 23:59:59 +0200", "2024-04-28 23:59:59 +0200"}, "2024-04-29 23:59:59 +0200",
	},
	{
		"30 January before a leap day", law{"gdpr", "FR", "Europe/Paris"}, "2024-01-30 10:00:00 +0100", "",
		[]string{"2024-02-14 16:59:59 +0100", "2024-02-22 23:59:59 +0100", "2024-02-28 23:59:59 +0100"}, "2024-02-29 23:59:59 +0100",
		"2024-02-29 23:59:59 +0100", []string{"2024-03-16 04:29:59 +0100", "2024-04-23 23:59:59 +0200", "2024-04-29 23:59:59 +0200"}, "2024-04-30 23:59:59 +0200",
	},
	{
		"31 January before a leap day", law{"gdpr", "FR", "Europe/Paris"}, "2024-01-31 10:00:00 +0100", "",
		[]string{"2024-02-15 04:59:59 +0100", "2024-02-22 23:59:59 +0100", "2024-02-28 23:59:59 +0100"}, "2024-02-29 23:59:59 +0100",
		"2024-02-29 23:59:59 +0100", []string{"2024-03-16 16:29:59 +0100", "2024-04-23 23:59:59 +0200", "2024-04-29 23:59:59 +0200"}, "2024-04-30 23:59:59 +0200",
	},
	{
		"31 August", law{"gdpr", "FR", "Europe/Paris"}, "2026-08-31 10:00:00 +0200", "",
		[]string{"2026-09-15 16:59:59 +0200", "2026-09-23 23:59:59 +0200", "2026-09-29 23:59:59 +0200"}, "2026-09-30 23:59:59 +0200",
		"2026-09-30 23:59:59 +0200", []string{"2026-10-16 05:29:59 +0200", "2026-11-23 23:59:59 +0100", "2026-11-29 23:59:59 +0100"}, "2026-11-30 23:59:59 +0100",
	},
	{
		"the last day of the year, to a Sunday", law{"gdpr", "FR", "Europe/Paris"}, "2026-12-31 10:00:00 +0100", "",
		[]string{"2027-01-16 16:59:59 +0100", "2027-01-25 23:59:59 +0100", "2027-01-31 23:59:59 +0100"}, "2027-02-01 23:59:59 +0100",
		"2027-01-31 23:59:59 +0100", []string{"2027-02-14 16:29:59 +0100", "2027-03-24 22:59:59 +0100", "2027-03-30 23:59:59 +0200"}, "2027-03-31 23:59:59 +0200",
	},
	{
		"to New Year before a weekend", law{"gdpr", "FR", "Europe/Paris"}, "2026-12-01 10:00:00 +0100", "",
		[]string{"2026-12-18 16:59:59 +0100", "2026-12-28 23:59:59 +0100", "2027-01-03 23:59:59 +0100"}, "2027-01-04 23:59:59 +0100",
		"2027-01-01 23:59:59 +0100", []string{"2027-01-15 16:59:59 +0100", "2027-02-22 23:59:59 +0100", "2027-02-28 23:59:59 +0100"}, "2027-03-01 23:59:59 +0100",
	},
	{
		"to a Saturday", law{"gdpr", "FR", "Europe/Paris"}, "2025-03-05 10:00:00 +0100", "",
		[]string{"2025-03-22 04:29:59 +0100", "2025-03-31 23:59:59 +0200", "2025-04-06 23:59:59 +0200"}, "2025-04-07 23:59:59 +0200",
		"2025-04-05 23:59:59 +0200", []string{"2025-04-20 17:29:59 +0200", "2025-05-29 23:59:59 +0200", "2025-06-04 23:59:59 +0200"}, "2025-06-05 23:59:59 +0200",
	},
	{
		"to Good Friday in Germany", law{"gdpr", "DE", "Europe/Berlin"}, "2026-03-03 10:00:00 +0100", "",
		[]string{"2026-03-21 04:29:59 +0100", "2026-03-31 23:59:59 +0200", "2026-04-06 23:59:59 +0200"}, "2026-04-07 23:59:59 +0200",
		"2026-04-03 23:59:59 +0200", []string{"2026-04-18 17:29:59 +0200", "2026-05-27 23:59:59 +0200", "2026-06-02 23:59:59 +0200"}, "2026-06-03 23:59:59 +0200",
	},
	{
		"to Good Friday in France, a working day", law{"gdpr", "FR", "Europe/Paris"}, "2026-03-03 10:00:00 +0100", "",
		[]string{"2026-03-19 04:29:59 +0100", "2026-03-27 22:59:59 +0100", "2026-04-02 23:59:59 +0200"}, "2026-04-03 23:59:59 +0200",
		"2026-04-03 23:59:59 +0200", []string{"2026-04-18 17:29:59 +0200", "2026-05-27 23:59:59 +0200", "2026-06-02 23:59:59 +0200"}, "2026-06-03 23:59:59 +0200",
	},
	{
		"to Good Friday in England", law{"uk", "GB", "Europe/London"}, "2026-03-03 10:00:00 +0000", "",
		[]string{"2026-03-21 04:29:59 +0000", "2026-03-31 23:59:59 +0100", "2026-04-06 23:59:59 +0100"}, "2026-04-07 23:59:59 +0100",
		"2026-04-03 23:59:59 +0100", []string{"2026-04-18 17:29:59 +0100", "2026-05-27 23:59:59 +0100", "2026-06-02 23:59:59 +0100"}, "2026-06-03 23:59:59 +0100",
	},
	{
		"over the beginning of summer time in Paris", law{"gdpr", "FR", "Europe/Paris"}, "2026-03-02 10:00:00 +0100", "",
		[]string{"2026-03-18 04:29:59 +0100", "2026-03-26 22:59:59 +0100", "2026-04-01 23:59:59 +0200"}, "2026-04-02 23:59:59 +0200",
		"2026-04-02 23:59:59 +0200", []string{"2026-04-17 17:29:59 +0200", "2026-05-26 23:59:59 +0200", "2026-06-01 23:59:59 +0200"}, "2026-06-02 23:59:59 +0200",
	},
	{
		"over the end of summer time in Paris", law{"gdpr", "FR", "Europe/Paris"}, "2026-09-28 10:00:00 +0200", "",
		[]string{"2026-10-13 17:29:59 +0200", "2026-10-22 00:59:59 +0200", "2026-10-27 23:59:59 +0100"}, "2026-10-28 23:59:59 +0100",
		"2026-10-28 23:59:59 +0100", []string{"2026-11-13 04:29:59 +0100", "2026-12-21 23:59:59 +0100", "2026-12-27 23:59:59 +0100"}, "2026-12-28 23:59:59 +0100",
	},
	{
		"over the beginning of summer time in London", law{"uk", "GB", "Europe/London"}, "2026-03-02 10:00:00 +0000", "",
		[]string{"2026-03-18 04:29:59 +0000", "2026-03-26 22:59:59 +0000", "2026-04-01 23:59:59 +0100"}, "2026-04-02 23:59:59 +0100",
		"2026-04-02 23:59:59 +0100", []string{"2026-04-17 17:29:59 +0100", "2026-05-26 23:59:59 +0100", "2026-06-01 23:59:59 +0100"}, "2026-06-02 23:59:59 +0100",
	},
	{
		"over the end of summer time in London", law{"uk", "GB", "Europe/London"}, "2026-09-29 10:00:00 +0100", "",
		[]string{"2026-10-14 17:29:59 +0100", "2026-10-23 00:59:59 +0100", "2026-10-28 23:59:59 +0000"}, "2026-10-29 23:59:59 +0000",
		"2026-10-29 23:59:59 +0000", []string{"2026-11-14 04:29:59 +0000", "2026-12-22 23:59:59 +0000", "2026-12-28 23:59:59 +0000"}, "2026-12-29 23:59:59 +0000",
	},
	{
		"in the hour that comes twice", law{"gdpr", "FR", "Europe/Paris"}, "2026-10-25 02:30:00 +0100", "",
		[]string{"2026-11-10 01:14:59 +0100", "2026-11-18 23:59:59 +0100", "2026-11-24 23:59:59 +0100"}, "2026-11-25 23:59:59 +0100",
		"2026-11-25 23:59:59 +0100", []string{"2026-12-10 13:14:59 +0100", "2027-01-18 23:59:59 +0100", "2027-01-24 23:59:59 +0100"}, "2027-01-25 23:59:59 +0100",
	},
	{
		"to Christmas with a substitute day", law{"uk", "GB", "Europe/London"}, "2026-11-25 10:00:00 +0000", "",
		[]string{"2026-12-12 16:59:59 +0000", "2026-12-22 23:59:59 +0000", "2026-12-28 23:59:59 +0000"}, "2026-12-29 23:59:59 +0000",
		"2026-12-25 23:59:59 +0000", []string{"2027-01-10 16:59:59 +0000", "2027-02-18 23:59:59 +0000", "2027-02-24 23:59:59 +0000"}, "2027-02-25 23:59:59 +0000",
	},
	{
		"31 January in the United Kingdom", law{"uk", "GB", "Europe/London"}, "2026-01-31 10:00:00 +0000", "",
		[]string{"2026-02-15 16:59:59 +0000", "2026-02-23 23:59:59 +0000", "2026-03-01 23:59:59 +0000"}, "2026-03-02 23:59:59 +0000",
		"2026-02-28 23:59:59 +0000", []string{"2026-03-17 04:29:59 +0000", "2026-04-23 23:59:59 +0100", "2026-04-29 23:59:59 +0100"}, "2026-04-30 23:59:59 +0100",
	},
	{
		"in California, to the day summer time begins", law{"ccpa", "US", "America/Los_Angeles"}, "2026-01-22 10:00:00 -0800", "",
		[]string{"2026-02-14 04:29:59 -0800", "2026-03-01 22:59:59 -0800", "2026-03-07 22:59:59 -0800"}, "2026-03-08 23:59:59 -0700",
		"2026-03-08 23:59:59 -0700", []string{"2026-04-15 23:59:59 -0700", "2026-04-21 23:59:59 -0700"}, "2026-04-22 23:59:59 -0700",
	},
	{
		"in California, to the day summer time ends", law{"ccpa", "US", "America/Los_Angeles"}, "2026-09-17 10:00:00 -0700", "",
		[]string{"2026-10-10 05:29:59 -0700", "2026-10-26 00:59:59 -0700", "2026-11-01 00:59:59 -0700"}, "2026-11-01 23:59:59 -0800",
		"2026-11-01 23:59:59 -0800", []string{"2026-12-09 23:59:59 -0800", "2026-12-15 23:59:59 -0800"}, "2026-12-16 23:59:59 -0800",
	},
	{
		"in Brazil, to a Saturday", law{"lgpd", "BR", "America/Sao_Paulo"}, "2026-03-06 10:00:00 -0300", "",
		[]string{"2026-03-14 04:59:59 -0300", "2026-03-20 23:59:59 -0300"}, "2026-03-21 23:59:59 -0300",
		"", nil, "",
	},
	{
		"before midnight in London is the next day in Paris", law{"gdpr", "FR", "Europe/Paris"}, "2025-03-04 23:30:00 +0000", "",
		[]string{"2025-03-21 23:44:59 +0100", "2025-03-31 23:59:59 +0200", "2025-04-06 23:59:59 +0200"}, "2025-04-07 23:59:59 +0200",
		"2025-04-05 23:59:59 +0200", []string{"2025-04-20 12:44:59 +0200", "2025-05-29 23:59:59 +0200", "2025-06-04 23:59:59 +0200"}, "2025-06-05 23:59:59 +0200",
	},
	{
		"before midnight in London is that day in London", law{"uk", "GB", "Europe/London"}, "2025-03-04 23:30:00 +0000", "",
		[]string{"2025-03-20 11:14:59 +0000", "2025-03-28 22:59:59 +0000", "2025-04-03 23:59:59 +0100"}, "2025-04-04 23:59:59 +0100",
		"2025-04-04 23:59:59 +0100", []string{"2025-04-20 00:14:59 +0100", "2025-05-28 23:59:59 +0100", "2025-06-03 23:59:59 +0100"}, "2025-06-04 23:59:59 +0100",
	},
	{
		"three days before the workflow starts", law{"gdpr", "FR", "Europe/Paris"}, "2026-03-02 10:00:00 +0100", "2026-03-05 10:00:00 +0100",
		[]string{"2026-03-18 04:29:59 +0100", "2026-03-26 22:59:59 +0100", "2026-04-01 23:59:59 +0200"}, "2026-04-02 23:59:59 +0200",
		"2026-04-02 23:59:59 +0200", []string{"2026-04-17 17:29:59 +0200", "2026-05-26 23:59:59 +0200", "2026-06-01 23:59:59 +0200"}, "2026-06-02 23:59:59 +0200",
	},
	{
		"in the first half, which is over when the workflow starts", law{"gdpr", "FR", "Europe/Paris"}, "2026-03-02 10:00:00 +0100", "2026-03-20 10:00:00 +0100",
		[]string{"2026-03-26 22:59:59 +0100", "2026-04-01 23:59:59 +0200"}, "2026-04-02 23:59:59 +0200",
		"2026-04-02 23:59:59 +0200", []string{"2026-04-17 17:29:59 +0200", "2026-05-26 23:59:59 +0200", "2026-06-01 23:59:59 +0200"}, "2026-06-02 23:59:59 +0200",
	},
}

const clockFormat = "2006-01-02 15:04:05 -0700"

func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(clockFormat, text)
	require.NoError(t, err)
	return moment
}

// A clock is a request that waits for a person, and what is seen of it.
type clock struct {
	*trial
	loc *time.Location
	mu  sync.Mutex
	// told are the notices with their moments, shown what Temporal's lists said
	// of status and deadline.
	told  []string
	shown []string
}

// newClock prepares a request that is left open until the given moment.
func newClock(t *testing.T, l law, received, started, until time.Time) *clock {
	t.Helper()
	env := workflowtest.NewEnvironment()
	env.SetStartTime(started)
	env.SetWorkflowRunTimeout(365 * day)
	c := &clock{loc: l.location(t), trial: &trial{T: t, env: env, request: dsr.Request{
		ID: "R-1", Kind: dsr.Erasure, ReceivedAt: received, Subject: dsr.Subject{Identifiers: []dsr.Identifier{email}},
	}}}
	env.OnUpsertTypedSearchAttributes(mock.Anything).Return(nil).Run(func(arguments mock.Arguments) {
		c.show(arguments.Get(0).(temporal.SearchAttributes))
	})
	env.RegisterActivity(&activities.Systems{Connectors: map[string]connectors.Connector{}})
	env.RegisterActivity(&activities.Requests{
		Acquaintances: &c.acquaintances,
		Plan:          dsr.Plan{Systems: []dsr.System{manual("inbox", dsr.Email)}, RecheckAfter: time.Hour}, Archive: &c.archive, Keys: &c.archive, Past: &c.past,
		Now: env.Now, Deadlines: l.deadlines(t), Log: zerolog.Nop(), Notifiers: map[string]activities.Notifier{"people": c.tell},
	})
	c.at(until.Sub(started), func() { c.update(workflows.UpdateCompleteTask, done("inbox")) })
	return c
}

func (c *clock) local(moment time.Time) string { return moment.In(c.loc).Format(clockFormat) }

func (c *clock) tell(_ context.Context, n activities.Notice) error {
	if n.Event == activities.Waiting {
		return nil // says nothing of the deadline
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, string(n.Event)+" "+c.local(c.env.Now())+", due "+c.local(n.DueAt))
	if !slices.Equal(n.Missing, []string{"inbox"}) || !slices.Equal(n.NeedsOperator, n.Missing) {
		c.Errorf("told that %v is missing", n.Missing)
	}
	return nil
}

// overdue is how show notes that the deadline has passed: with the next day.
func (c *clock) overdue(due string) string {
	return string(dsr.StatusOverdue) + " " + c.local(at(c.T, due).Add(time.Second))
}

// show notes what changed in Temporal's lists.
func (c *clock) show(attributes temporal.SearchAttributes) {
	if status, ok := attributes.GetKeyword(temporal.NewSearchAttributeKeyKeyword(workflows.AttributeStatus)); ok {
		c.shown = append(c.shown, status+" "+c.local(c.env.Now()))
	}
	if due, ok := attributes.GetTime(temporal.NewSearchAttributeKeyTime(workflows.AttributeDueAt)); ok {
		c.shown = append(c.shown, "due "+c.local(due))
	}
}

// expected writes the notices of one deadline as tell notes them.
func (c *clock) expected(near []string, due string) []string {
	var told []string
	for _, moment := range near {
		told = append(told, string(activities.DeadlineNear)+" "+moment+", due "+due)
	}
	return append(told, c.overdue(due)+", due "+due)
}

func TestThePeopleAndListsAreToldWhenTheLawSaysSo(t *testing.T) {
	t.Parallel()
	for _, c := range clocks {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			received := at(t, c.received)
			started := received.Add(time.Hour)
			if c.started != "" {
				started = at(t, c.started)
			}
			end := at(t, c.due).Add(3 * day)
			clock := newClock(t, c.law, received, started, end)

			clock.run()

			require.Equal(t, clock.expected(c.near, c.due), clock.told)
			require.Equal(t, []string{
				"open " + clock.local(started), "due " + c.due, clock.overdue(c.due), "completed " + clock.local(end.Add(time.Hour)),
			}, clock.shown)
		})
	}
}

func TestAnExtensionIsPossibleUntilTheFirstPeriodsLastSecond(t *testing.T) {
	t.Parallel()
	for _, c := range clocks {
		if c.noticeBy == "" || c.started != "" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			received, noticeBy := at(t, c.received), at(t, c.noticeBy)
			started, entered, end := received.Add(time.Hour), noticeBy.Add(2*time.Hour), at(t, c.extended).Add(3*day)
			clock := newClock(t, c.law, received, started, end)
			var tooLate, inTime *error
			clock.at(entered.Sub(started), func() {
				tooLate = clock.extend(noticeBy.Add(time.Second)) // the next day's first moment
				inTime = clock.extend(noticeBy.Add(time.Second - time.Nanosecond))
			})

			clock.run()

			require.ErrorContains(t, *tooLate, "had to be sent by")
			require.NoError(t, *inTime)
			var told []string
			late := !at(t, c.due).After(entered)
			for _, line := range clock.expected(c.near, c.due) {
				if moment := at(t, line[len(line)-len(", due ")-2*len(c.due):][:len(c.due)]); !moment.After(entered) {
					told = append(told, line)
				}
			}
			told = append(told, string(activities.Extended)+" "+clock.local(entered)+", due "+c.extended)
			require.Equal(t, append(told, clock.expected(c.nearAfter, c.extended)...), clock.told)
			shown := []string{"open " + clock.local(started), "due " + c.due}
			if late {
				shown = append(shown, clock.overdue(c.due), "open "+clock.local(entered))
			}
			require.Equal(t, append(shown, "due "+c.extended, clock.overdue(c.extended), "completed "+clock.local(end.Add(time.Hour))), clock.shown)
		})
	}
}

// extend enters an extension of which the subject was told at the moment.
func (c *clock) extend(noticed time.Time) *error {
	return c.update(workflows.UpdateExtendDeadline, workflows.ExtendDeadline{Operator: "Sam", Reason: "records in 14 systems", NoticeSentAt: noticed})
}

func TestALawWithoutExtensionsGivesNone(t *testing.T) {
	t.Parallel()
	received := at(t, "2026-03-06 10:00:00 -0300")
	clock := newClock(t, law{"lgpd", "BR", "America/Sao_Paulo"}, received, received.Add(time.Hour), received.Add(20*day))
	var refusal *error
	clock.at(day, func() { refusal = clock.extend(received.Add(time.Hour)) })
	clock.run()
	require.ErrorContains(t, *refusal, "knows no extension")
}
