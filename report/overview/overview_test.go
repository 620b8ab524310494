package overview_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/overview"
)

var (
	paris  = zone("Europe/Paris")
	now    = time.Date(2026, 5, 20, 12, 0, 0, 0, paris)
	period = overview.LastQuarter(now)
	day1   = time.Date(2026, 1, 5, 9, 0, 0, 0, paris)
)

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// request is a completed request that took the days of 30.
func request(id string, took float64, outcomes ...dsr.Outcome) dsr.Report {
	r := dsr.Report{
		Version: dsr.ReportVersion, RequestID: id, Kind: dsr.Erasure, ReceivedAt: day1, StartedAt: day1, DueAt: day1.AddDate(0, 0, 30),
		CompletedAt: day1.Add(time.Duration(took * 24 * float64(time.Hour))), Systems: outcomes,
	}
	r.Conclude()
	return r
}

func outcome(name string, state dsr.State) dsr.Outcome {
	o := dsr.Outcome{System: dsr.System{Name: name, Title: "The " + name}, State: state, Explanation: "Ann asked for it"}
	return o
}

func count(add func(*overview.Tally)) overview.Overview {
	t := overview.New(period, now, true)
	add(t)
	_ = t.Overview() // who looks twice sees the same
	return t.Overview()
}

func TestThePeriodIsTheLastQuarterOrAsGiven(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ first, last, now, from, to string }{
		{"", "", "2026-05-20", "2026-01-01", "2026-04-01"},
		{"", "", "2026-01-01", "2025-10-01", "2026-01-01"},
		{"", "", "2025-12-31", "2025-07-01", "2025-10-01"},
		{"2026-02-28", "2026-02-28", "2026-05-20", "2026-02-28", "2026-03-01"},
		{"2026-03-15", "", "2026-05-20", "2026-03-15", "2026-05-21"},
		{"", "2025-12-31", "2026-05-20", "2025-10-01", "2026-01-01"},
	} {
		at, err := time.ParseInLocation(time.DateOnly, c.now, paris)
		require.NoError(t, err)
		p, err := overview.ParsePeriod(c.first, c.last, at)
		require.NoError(t, err)
		require.Equal(t, c.from, p.From.Format(time.DateOnly), c)
		require.Equal(t, c.to, p.To.Format(time.DateOnly), c)
		require.Equal(t, paris, p.From.Location())
	}
	_, err := overview.ParsePeriod("2026-02-30", "", now)
	require.ErrorContains(t, err, "a day is written as 2026-03-31")
	_, err = overview.ParsePeriod("2026-02-03", "2026-02-02", now)
	require.ErrorContains(t, err, "ends before it begins")
}

func TestRequestsBelongToThePeriodInWhichTheyWereReceived(t *testing.T) {
	t.Parallel()
	o := count(func(tally *overview.Tally) {
		for at, id := range map[time.Time]string{
			period.From: "first", period.To.Add(-time.Nanosecond): "last", period.From.Add(-time.Nanosecond): "before", period.To: "after", {}: "undated",
		} {
			r := request(id, 1)
			r.ReceivedAt = at
			tally.Add(r, false, 1)
		}
	})
	require.Equal(t, []string{"first", "last"}, ids(o))
	require.Equal(t, "2026-01-01", o.From)
	require.Equal(t, "2026-03-31", o.To)
}

func ids(o overview.Overview) []string {
	var found []string
	for _, r := range o.Listed {
		found = append(found, r.ID)
	}
	return found
}

func TestRequestsAreCountedByWhatCameOfThem(t *testing.T) {
	t.Parallel()
	dry := request("dry", 1, outcome("a", dsr.Planned))
	dry.DryRun = true
	dry.Conclude()
	cancelled := request("cancelled", 1, outcome("a", dsr.Skipped))
	cancelled.Cancellation = &dsr.Action{}
	cancelled.Conclude()
	extended := request("extended", 1)
	extended.Extension = &dsr.Extension{Operator: "Sam"}
	doubted := request("doubted", 1)
	doubted.Identity = &dsr.IdentityCheck{AnsweredAt: day1, WaitedDays: 6}
	again := request("again", 1)
	again.Earlier = []dsr.Run{{Ended: "terminated"}, {Ended: "completed"}}
	o := count(func(tally *overview.Tally) {
		tally.Add(request("done", 1, outcome("a", dsr.NotFound)), true, 1)
		tally.Add(request("left", 1, outcome("a", dsr.NotFound), outcome("b", dsr.Retained), outcome("c", dsr.Retained)), false, 2)
		for _, r := range []dsr.Report{dry, cancelled, extended, doubted, again} {
			tally.Add(r, true, 1)
		}
	})
	require.Equal(t, []overview.Requests{{Kind: dsr.Erasure, Received: 6, Completed: 4, WithExceptions: 1, Cancelled: 1}, {Kind: dsr.Restriction}}, o.Requests)
	require.Equal(t, 1, o.DryRuns)
	require.Equal(t, 1, o.Extended)
	require.Equal(t, overview.Identity{Asked: 1, Answered: 1, AddedDays: 6}, o.Identity)
	require.Equal(t, overview.Reruns{Requests: 2, Runs: 3}, o.Reruns)
	require.Equal(t, 5, o.Timing.Completed, "what was cancelled took no time")
	require.Equal(t, 7, o.Source.Reports)
	require.Equal(t, 6, o.Source.Verified)
	require.Contains(t, o.Exceptions, overview.Exception{Reason: overview.Retained, Outcomes: 2, Requests: 1})
	require.Nil(t, o.Now, "nobody asked Temporal")
}

func TestTimeIsMeasuredAgainstTheDeadline(t *testing.T) {
	t.Parallel()
	o := count(func(tally *overview.Tally) {
		for i := 1; i <= 18; i++ {
			tally.Add(request(fmt.Sprint("in-time-", i), float64(i)), true, 1)
		}
		tally.Add(request("on-the-day", 30), true, 1)
		tally.Add(request("a-second-late", 30+1.0/86400), true, 1)
		tally.Add(request("late", 34.5), true, 1)
	})
	require.Equal(t, 21, o.Timing.Completed)
	require.InDelta(t, 11.0, o.Timing.MedianDays, 1e-9)
	require.InDelta(t, 30.0, o.Timing.P95Days, 1e-9)
	require.Equal(t, 2, o.Timing.Late)
	require.InDelta(t, 0.1, o.Timing.LateMedianDays, 1e-9)
	require.InDelta(t, 4.5, o.Timing.LateMaxDays, 1e-9)
	inTime, late := 0, 0
	for i, b := range o.Timing.Distribution {
		require.Less(t, b.After, b.UpTo)
		if i > 0 {
			require.Equal(t, o.Timing.Distribution[i-1].UpTo, b.After, "no bin is missing")
		}
		if b.Late() {
			late += b.Count
		} else {
			inTime += b.Count
		}
	}
	require.Equal(t, 19, inTime)
	require.Equal(t, 2, late)
}

func TestWhatIsFarFromTheDeadlineDoesNotHideTheRest(t *testing.T) {
	t.Parallel()
	for _, all := range [][]float64{{1, 29, 31, 4000}, {4000}, {5000, 4000}, {-3000}, {30}, {}} {
		o := count(func(tally *overview.Tally) {
			for i, took := range all {
				tally.Add(request(fmt.Sprint(i), took), true, 1)
			}
		})
		sum := 0
		for _, b := range o.Timing.Distribution {
			sum += b.Count
		}
		require.Equal(t, len(all), sum)
		require.LessOrEqual(t, len(o.Timing.Distribution), 24)
	}
}

func TestFailuresAreCountedBySystem(t *testing.T) {
	t.Parallel()
	gist := outcome("gist", dsr.NotFound)
	gist.Attempts = 3
	gist.Calls = []dsr.Call{
		{Status: 200, Count: 5}, {Status: 404, Count: 7}, {Status: 410, Count: 1}, {Status: 0, Count: 2}, {Status: 503, Count: 3}, {Status: 429, Count: 4},
		{Status: 401, Count: 1}, {Status: 403, Count: 1}, {Status: 422, Count: 6},
	}
	gist.Actions = []dsr.Action{{Name: "retry-system", Operator: "Sam"}, {Name: "resolve-match", Operator: "Sam"}}
	r := request("r", 1, gist, outcome("alore", dsr.Skipped), outcome("hubspot", dsr.NotFound))
	r.Earlier = []dsr.Run{{Systems: []dsr.Attempt{
		{System: "gist", Attempts: 2, Calls: []dsr.Call{{Status: 500, Count: 1}}, Actions: []dsr.Action{{Name: "retry-system"}}},
		{System: "retired", Attempts: 1},
	}}}
	o := count(func(tally *overview.Tally) { tally.Add(r, true, 1) })
	require.Equal(t, []string{"alore", "gist", "hubspot", "retired"}, names(o), "exceptions first, then errors")
	require.Equal(t, overview.System{
		Name: "gist", Title: "The gist", Requests: 1, Outcomes: map[dsr.State]int{dsr.NotFound: 1}, Attempts: 5, Calls: 31, Repairs: 2,
		Errors: overview.Errors{NoAnswer: 2, Faults: 4, Limited: 4, Credentials: 2, Rejected: 6},
	}, o.Systems[1])
	require.Equal(t, 18, o.Systems[1].Errors.All())
	require.Equal(t, "retired", o.Systems[3].Title)
}

func names(o overview.Overview) []string {
	var found []string
	for _, s := range o.Systems {
		found = append(found, s.Name)
	}
	return found
}

func TestASuccessThatNothingShowsIsAnExceptionToo(t *testing.T) {
	t.Parallel()
	o := count(func(tally *overview.Tally) {
		tally.Add(request("r", 1, outcome("ga", dsr.Accepted), outcome("new", "improved")), true, 1)
	})
	require.Contains(t, o.Exceptions, overview.Exception{Reason: overview.Unproven, Outcomes: 2, Requests: 1})
}

func TestOpenRequestsAreCountedOnce(t *testing.T) {
	t.Parallel()
	waiting := request("waiting", 0, outcome("a", dsr.NeedsOperator))
	overdue := request("overdue", 0, outcome("a", dsr.Acting))
	again := request("again", 0, outcome("a", dsr.Acting))
	young := request("young", 0)
	young.ReceivedAt, young.DueAt = now, now.AddDate(0, 1, 0)
	for _, r := range []*dsr.Report{&waiting, &again} {
		r.DueAt = now.AddDate(0, 0, 1)
	}
	o := count(func(tally *overview.Tally) {
		for _, r := range []dsr.Report{waiting, overdue, again, young} {
			tally.AddOpen(r)
		}
		tally.AddUnasked(2)
		tally.AddSilent(false, now.AddDate(0, 0, -1))
		tally.AddSilent(false, time.Time{})
		tally.AddSilent(true, now.AddDate(0, 0, 1))
		tally.Add(request("again", 3), true, 1)
	})
	require.Equal(t, &overview.Open{Open: 9, Overdue: 2, Waiting: 1, NotBegun: 2, Unanswered: 1, Unasked: 2, Again: 1}, o.Now)
	require.Equal(t, []overview.Requests{{Kind: dsr.Erasure, Received: 3, Completed: 1, Open: 2}, {Kind: dsr.Restriction}}, o.Requests)
	require.Equal(t, []string{"again", "overdue", "waiting"}, ids(o))
}

func TestNothingOfAnybodyIsInIt(t *testing.T) {
	t.Parallel()
	tally := overview.New(period, now, false)
	r := request("ticket-4711", 1, outcome("a", dsr.Skipped))
	r.Extension = &dsr.Extension{Operator: "Sam", Reason: "Ann is many"}
	r.Systems[0].Actions = []dsr.Action{{Name: "skip-system", Operator: "Sam", Text: "Ann"}}
	tally.AddOpen(r)
	tally.Add(r, true, 1)
	content, err := json.Marshal(tally.Overview())
	require.NoError(t, err)
	for _, word := range []string{"Ann", "Sam", "ticket-4711"} {
		require.NotContains(t, string(content), word)
	}
}

func TestReportsThatAreNotAsTheyShouldBeAreNamed(t *testing.T) {
	t.Parallel()
	o := count(func(tally *overview.Tally) {
		tally.Unread("erasure/b/001.json", errors.New("cut off"))
		tally.Unread("erasure/a/001.json", errors.New("cut off"))
		tally.Doubt("erasure/c/001.json", errors.New("unsigned"))
		tally.Unchecked()
	})
	require.Equal(t, "erasure/a/001.json", o.Source.Unread[0].Report)
	require.Equal(t, []overview.Problem{{Report: "erasure/c/001.json", What: "unsigned"}}, o.Source.Doubtful)
	require.True(t, o.Source.Unchecked)
}

func TestWhatIsKeptIsToldWhenItsReviewComes(t *testing.T) {
	t.Parallel()
	kept := func(id, review string, ground dsr.RetentionGround) dsr.Report {
		o := outcome("shop", dsr.Retained)
		o.Retained = []dsr.Retention{{Ground: ground, Reason: "r", Categories: []string{"invoices"}, ReviewOn: review, DecidedBy: "Sam"}}
		r := request(id, 1, o)
		r.ReceivedAt = day1.AddDate(-10, 0, 0) // long before the period
		return r
	}
	o := count(func(tally *overview.Tally) {
		tally.Add(kept("R-2", "2026-05-20", dsr.RetainedByObligation), true, 1)
		tally.Add(kept("R-1", "2026-08-20", dsr.RetainedByObligation), true, 1)
		tally.Add(kept("R-3", "2026-08-21", dsr.RetainedByObligation), true, 1)
		tally.Add(kept("R-4", "2026-05-01", dsr.RetainedForClaims), true, 1)
	})
	require.Equal(t, []overview.Review{
		{System: "shop", Title: "The shop", Ground: dsr.RetainedForClaims, Passed: 1, Next: "2026-05-01", Requests: []string{"R-4"}},
		{System: "shop", Title: "The shop", Ground: dsr.RetainedByObligation, Passed: 1, Soon: 1, Next: "2026-05-20", Requests: []string{"R-1", "R-2"}},
	}, o.Reviews)
	require.Empty(t, o.Listed)
}
