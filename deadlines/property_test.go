package deadlines_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/deadlines"
)

// always checks a property of requests received at any time from 2024 to 2033
// in any country and several zones, the same ones on every run.
func always(t *testing.T, check func(t *testing.T, country string, loc *time.Location, received time.Time)) {
	t.Helper()
	chance := rand.New(rand.NewPCG(1182, 71))
	countries := append(deadlines.Countries(), "")
	zones := []*time.Location{time.UTC, zone(t, "Europe/Paris"), zone(t, "Europe/London"), zone(t, "America/Los_Angeles"), zone(t, "Pacific/Auckland"), zone(t, "Africa/Cairo")}
	first := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 1000 {
		check(t, countries[chance.IntN(len(countries))], zones[chance.IntN(len(zones))],
			first.Add(time.Duration(chance.Int64N(int64(10*365*24*time.Hour)))))
	}
}

func working(country string, at time.Time) bool {
	return !deadlines.Free(country, at.Year(), at.Month(), at.Day())
}

func TestDatesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	for _, name := range deadlines.Names() {
		p := profile(t, name)
		always(t, func(t *testing.T, country string, loc *time.Location, received time.Time) {
			t.Helper()
			d, err := deadlines.Compute(p, country, loc, received)
			require.NoError(t, err)
			require.True(t, d.Due.After(received))
			require.Equal(t, "23:59:59", d.Due.Format(time.TimeOnly))
			if !d.ExtendedDue.IsZero() {
				require.True(t, d.ExtendedDue.After(d.Due))
				require.False(t, d.NoticeBy.After(d.Due))
			}
			if !d.ConfirmBy.IsZero() {
				require.True(t, d.ConfirmBy.After(received) && d.ConfirmBy.Before(d.Due))
				require.True(t, working(country, d.ConfirmBy))
			}
			previous := received
			for _, at := range d.Warnings {
				require.True(t, at.After(previous) && at.Before(d.Due), "%s %s %v", country, received, d.Warnings)
				previous = at
			}
		})
	}
}

func TestUnderTheGDPREveryDueDateIsAWorkingDay(t *testing.T) {
	t.Parallel()
	p := profile(t, "gdpr")
	always(t, func(t *testing.T, country string, loc *time.Location, received time.Time) {
		t.Helper()
		d, err := deadlines.Compute(p, country, loc, received)
		require.NoError(t, err)
		require.True(t, working(country, d.Due), "%s %s", country, d.Due)
		require.True(t, working(country, d.ExtendedDue), "%s %s", country, d.ExtendedDue)
		for at := d.NoticeBy.AddDate(0, 0, 1); at.Before(d.Due); at = at.AddDate(0, 0, 1) {
			require.False(t, working(country, at.AddDate(0, 0, -1)), "it moved no further than to the next working day")
		}
	})
}

func TestTwoDaysOrMoreIncludeTwoWorkingDays(t *testing.T) {
	t.Parallel()
	for days := 1; days <= 12; days++ {
		p := deadlines.Profile{Name: "short", Version: "1", Answer: deadlines.Period{Days: days}, NextWorkingDay: true, Identity: deadlines.RunsOn}
		always(t, func(t *testing.T, country string, loc *time.Location, received time.Time) {
			t.Helper()
			d, err := deadlines.Compute(p, country, loc, received)
			require.NoError(t, err)
			count := 0
			for at := d.ReceivedAt.AddDate(0, 0, 1); day(at) <= day(d.Due); at = at.AddDate(0, 0, 1) {
				if working(country, at) {
					count++
				}
			}
			require.GreaterOrEqual(t, count, min(days, 2), "%d days in %s from %s end %s", days, country, d.ReceivedAt, d.Due)
		})
	}
}

func TestTwoDaysFromAFridayEndOnTuesdayAndOneDayOnMonday(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		days    int
		country string
		want    string
	}{
		{1, "", "2026-05-25"},
		{1, "FR", "2026-05-26"}, // 25 May is Whit Monday
		{2, "", "2026-05-26"},
		{2, "FR", "2026-05-27"},
	} {
		p := deadlines.Profile{Answer: deadlines.Period{Days: c.days}, NextWorkingDay: true, Identity: deadlines.RunsOn}
		d, err := deadlines.Compute(p, c.country, time.UTC, moment(t, time.UTC, "2026-05-22"))
		require.NoError(t, err)
		require.Equal(t, c.want, day(d.Due), "%d days in %q", c.days, c.country)
	}
}

func TestWithoutACountryNoDateIsLater(t *testing.T) {
	t.Parallel()
	for _, name := range deadlines.Names() {
		p := profile(t, name)
		always(t, func(t *testing.T, country string, loc *time.Location, received time.Time) {
			t.Helper()
			with, err := deadlines.Compute(p, country, loc, received)
			require.NoError(t, err)
			without, err := deadlines.Compute(p, "", loc, received)
			require.NoError(t, err)
			require.False(t, without.Due.After(with.Due))
			require.False(t, without.ExtendedDue.After(with.ExtendedDue))
			require.False(t, without.ConfirmBy.After(with.ConfirmBy))
		})
	}
}

func TestAPauseMovesTheCountedDateByTheDaysOfWaiting(t *testing.T) {
	t.Parallel()
	p := profile(t, "gdpr")
	chance := rand.New(rand.NewPCG(1, 2022))
	always(t, func(t *testing.T, country string, loc *time.Location, received time.Time) {
		t.Helper()
		before, err := deadlines.Compute(p, country, loc, received)
		require.NoError(t, err)
		asked := received.Add(time.Duration(chance.Int64N(int64(before.AskBy.Sub(received)))))
		days := chance.IntN(200)
		paused, err := before.Pause("new address", asked)
		require.NoError(t, err)
		after, err := paused.Resume(loc, asked.In(loc).AddDate(0, 0, days))
		require.NoError(t, err)
		require.Equal(t, day(before.NoticeBy.AddDate(0, 0, days)), day(after.NoticeBy))
		require.False(t, after.Due.Before(before.Due))
		require.True(t, working(country, after.Due))
		require.True(t, after.Warnings[0].After(after.Paused.AnsweredAt), "%v", after)
	})
}
