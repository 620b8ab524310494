package deadlines_test

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata" // zones are the same wherever tests run

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/deadlines"
)

const second = "2006-01-02 15:04:05 -0700"

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// moment reads a time such as "2026-03-05 10:00" in a location; without a time
// of day it is ten o'clock.
func moment(t testing.TB, loc *time.Location, text string) time.Time {
	t.Helper()
	if len(text) == len(time.DateOnly) {
		text += " 10:00"
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, loc)
	require.NoError(t, err)
	return at
}

func compute(t testing.TB, name, country, received string) deadlines.Deadlines {
	t.Helper()
	loc := zone(t, "Europe/Paris")
	d, err := deadlines.Compute(profile(t, name), country, loc, moment(t, loc, received))
	require.NoError(t, err)
	return d
}

func day(at time.Time) string { return at.Format(time.DateOnly) }

func TestAMonthEndsOnTheDayOfTheSameNumberOrTheLastDayOfTheMonth(t *testing.T) {
	t.Parallel()
	for received, want := range map[string][2]string{ // within one month, within three
		"2026-03-05": {"2026-04-05", "2026-06-05"},
		"2025-01-28": {"2025-02-28", "2025-04-28"},
		"2025-01-29": {"2025-02-28", "2025-04-29"},
		"2025-01-30": {"2025-02-28", "2025-04-30"},
		"2025-01-31": {"2025-02-28", "2025-04-30"},
		"2024-01-29": {"2024-02-29", "2024-04-29"},
		"2024-01-30": {"2024-02-29", "2024-04-30"},
		"2024-01-31": {"2024-02-29", "2024-04-30"},
		"2024-02-29": {"2024-03-29", "2024-05-29"},
		"2025-02-28": {"2025-03-28", "2025-05-28"},
		"2026-03-31": {"2026-04-30", "2026-06-30"},
		"2026-08-31": {"2026-09-30", "2026-11-30"},
		"2025-11-30": {"2025-12-30", "2026-02-28"},
		"2026-12-05": {"2027-01-05", "2027-03-05"},
		"2026-12-31": {"2027-01-31", "2027-03-31"},
	} {
		for _, name := range []string{"gdpr", "uk"} {
			p := profile(t, name)
			p.NextWorkingDay = false
			d, err := deadlines.Compute(p, "", time.UTC, moment(t, time.UTC, received))
			require.NoError(t, err)
			require.Equal(t, want, [2]string{day(d.Due), day(d.ExtendedDue)}, "%s, received %s", name, received)
		}
	}
}

func TestALastDayOnAWeekendOrHolidayMovesToTheNextWorkingDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, profile, country, received, due, extended string
	}{
		{"Saturday to Monday", "gdpr", "FR", "2025-03-05", "2025-04-07", "2025-06-05"},
		{"Sunday to Monday", "gdpr", "FR", "2026-05-14", "2026-06-15", "2026-08-14"},
		{"a working day stays", "gdpr", "FR", "2026-03-02", "2026-04-02", "2026-06-02"},
		{"the end of February on a Saturday", "gdpr", "FR", "2026-01-31", "2026-03-02", "2026-04-30"},
		{"the extended date alone", "gdpr", "FR", "2025-11-30", "2025-12-30", "2026-03-02"},
		{"Easter where Good Friday is a holiday", "gdpr", "DE", "2026-03-03", "2026-04-07", "2026-06-03"},
		{"Easter where Good Friday is none", "gdpr", "FR", "2026-03-03", "2026-04-03", "2026-06-03"},
		{"Easter where Maundy Thursday is one too", "gdpr", "DK", "2026-03-02", "2026-04-07", "2026-06-02"},
		{"Easter without a calendar", "gdpr", "", "2026-03-03", "2026-04-03", "2026-06-03"},
		{"Easter Sunday", "gdpr", "FR", "2026-03-05", "2026-04-07", "2026-06-05"},
		{"Easter of the Orthodox", "gdpr", "GR", "2026-03-10", "2026-04-14", "2026-06-10"},
		{"Easter from 29 February", "gdpr", "DE", "2024-02-29", "2024-04-02", "2024-05-29"},
		{"Christmas before a weekend", "gdpr", "DE", "2026-11-25", "2026-12-28", "2027-02-25"},
		{"Christmas from its eve", "gdpr", "PL", "2026-11-24", "2026-12-28", "2027-02-24"},
		{"Christmas with a substitute day", "uk", "GB", "2026-11-25", "2026-12-29", "2027-02-25"},
		{"Christmas with two substitute days", "uk", "GB", "2027-11-25", "2027-12-29", "2028-02-25"},
		{"New Year before a weekend", "gdpr", "FR", "2026-12-01", "2027-01-04", "2027-03-01"},
		{"year end", "gdpr", "FR", "2026-12-31", "2027-02-01", "2027-03-31"},
		{"two holidays on end in May", "gdpr", "FR", "2024-04-08", "2024-05-10", "2024-07-08"},
		{"the corresponding date in the United Kingdom", "uk", "GB", "2026-09-03", "2026-10-05", "2026-12-03"},
		{"a bank holiday in the United Kingdom", "uk", "GB", "2026-07-31", "2026-09-01", "2026-11-02"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := compute(t, c.profile, c.country, c.received)
			require.Equal(t, c.due, day(d.Due))
			require.Equal(t, c.extended, day(d.ExtendedDue))
			require.Equal(t, deadlines.CalendarVersion, d.Calendar)
			require.Equal(t, c.country, d.Country)
		})
	}
}

func TestTheNoticeOfAnExtensionIsDueInsideTheMonthWhateverTheWeekday(t *testing.T) {
	t.Parallel()
	d := compute(t, "gdpr", "DE", "2026-03-03")
	require.Equal(t, "2026-04-03", day(d.NoticeBy), "Good Friday")
	require.Equal(t, "2026-04-07", day(d.Due))
}

func TestTheTimeStartsWithTheReceiptNotWithItsProcessing(t *testing.T) {
	t.Parallel()
	received, started := compute(t, "gdpr", "FR", "2026-03-06"), compute(t, "gdpr", "FR", "2026-03-09")
	require.Equal(t, "2026-04-07", day(received.Due))
	require.Equal(t, "2026-04-09", day(started.Due))
}

func TestADeadlineIsTheEndOfItsDayWhereTheControllerIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone, country, received, due string
	}{
		{"summer time began in between, Paris", "Europe/Paris", "FR", "2026-02-28 10:00", "2026-03-30 23:59:59 +0200"},
		{"summer time begins on the last day's eve, London", "Europe/London", "GB", "2026-02-28 10:00", "2026-03-30 23:59:59 +0100"},
		{"winter time began in between, Paris", "Europe/Paris", "FR", "2026-09-26 10:00", "2026-10-26 23:59:59 +0100"},
		{"winter time began in between, London", "Europe/London", "GB", "2026-09-26 10:00", "2026-10-26 23:59:59 +0000"},
		{"late in the evening in UTC is the next day in Paris", "Europe/Paris", "FR", "2026-05-11 22:30", "2026-06-12 23:59:59 +0200"},
		{"and still the same day in London", "Europe/London", "GB", "2026-05-11 22:30", "2026-06-11 23:59:59 +0100"},
		{"the last second of the month in UTC", "Europe/Paris", "FR", "2026-03-31 22:00", "2026-05-04 23:59:59 +0200"},
		{"early in UTC is the day before in New York", "America/New_York", "US", "2026-06-12 03:00", "2026-07-13 23:59:59 -0400"},
		{"a day without a midnight, Cairo", "Africa/Cairo", "", "2026-03-24 10:00", "2026-04-24 23:59:59 +0300"},
		{"a day with two last seconds ends with the second, Cairo", "Africa/Cairo", "", "2026-09-29 10:00", "2026-10-29 23:59:59 +0200"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := deadlines.Compute(profile(t, "gdpr"), c.country, zone(t, c.zone), moment(t, time.UTC, c.received))
			require.NoError(t, err)
			require.Equal(t, c.due, d.Due.Format(second))
			require.Equal(t, c.zone, d.TimeZone)
		})
	}
}

func TestCaliforniaCountsCalendarDaysAndConfirmsWithinWorkingDays(t *testing.T) {
	t.Parallel()
	loc := zone(t, "America/Los_Angeles")
	for _, c := range []struct {
		name, country, received, due, extended, confirm string
	}{
		{"a due date on a holiday stays", "US", "2026-01-02", "2026-02-16", "2026-04-02", "2026-01-16"},
		{"a holiday is no working day", "US", "2026-01-09", "2026-02-23", "2026-04-09", "2026-01-26"},
		{"without a calendar it is one", "", "2026-01-09", "2026-02-23", "2026-04-09", "2026-01-23"},
		{"from a Saturday, due on a Saturday's Tuesday", "US", "2026-01-10", "2026-02-24", "2026-04-10", "2026-01-26"},
		{"due on a Saturday", "US", "2026-01-07", "2026-02-21", "2026-04-07", "2026-01-22"},
		{"the next day's New Year is observed on 31 December", "US", "2027-12-17", "2028-01-31", "2028-03-16", "2028-01-04"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := deadlines.Compute(profile(t, "ccpa"), c.country, loc, moment(t, loc, c.received))
			require.NoError(t, err)
			require.Equal(t, []string{c.due, c.extended, c.confirm, c.due},
				[]string{day(d.Due), day(d.ExtendedDue), day(d.ConfirmBy), day(d.NoticeBy)})
			require.Equal(t, "23:59:59", d.ConfirmBy.Format(time.TimeOnly))
			require.Zero(t, d.AskBy)
		})
	}
}

func TestBrazilCountsFifteenDaysOrAsManyAsConfigured(t *testing.T) {
	t.Parallel()
	d := compute(t, "lgpd", "BR", "2026-03-06")
	require.Equal(t, "2026-03-21", day(d.Due), "a Saturday")
	require.Zero(t, d.ConfirmBy)
	require.Zero(t, d.ExtendedDue)
	require.Zero(t, d.NoticeBy)

	p, err := profile(t, "lgpd").WithDays(5)
	require.NoError(t, err)
	d, err = deadlines.Compute(p, "BR", time.UTC, moment(t, time.UTC, "2026-03-06"))
	require.NoError(t, err)
	require.Equal(t, "2026-03-11", day(d.Due))
	require.Equal(t, 5, d.Profile.Answer.Days, "the request records the number")
}

func TestWarningsComeBeforeTheDeadlineEachOnce(t *testing.T) {
	t.Parallel()
	short := func(days int) deadlines.Profile {
		p, err := profile(t, "lgpd").WithDays(days)
		require.NoError(t, err)
		return p
	}
	for _, c := range []struct {
		name     string
		profile  deadlines.Profile
		received string
		want     []string
	}{
		{"half time, a week, a day", profile(t, "gdpr"), "2026-05-11 23:59",
			[]string{"2026-05-27 11:59:29", "2026-06-04 23:59:59", "2026-06-10 23:59:59"}},
		{"half time just before the week stands for both", short(15), "2026-03-02 10:00",
			[]string{"2026-03-10 04:59:59", "2026-03-16 23:59:59"}},
		{"the week comes before half time", short(10), "2026-03-02 10:00",
			[]string{"2026-03-05 23:59:59", "2026-03-07 16:59:59", "2026-03-11 23:59:59"}},
		{"a week is longer than the term", short(5), "2026-03-02 10:00",
			[]string{"2026-03-05 04:59:59", "2026-03-06 23:59:59"}},
		{"half time stands for the day too", short(2), "2026-03-02 23:00",
			[]string{"2026-03-03 23:29:59"}},
		{"only half time is left of a day", short(1), "2026-03-02 23:59",
			[]string{"2026-03-03 11:59:29"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := deadlines.Compute(c.profile, "", time.UTC, moment(t, time.UTC, c.received))
			require.NoError(t, err)
			got := make([]string, 0, 3)
			for _, at := range d.Warnings {
				got = append(got, at.Format(time.DateTime))
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestWhatCannotBeComputedIsRefused(t *testing.T) {
	t.Parallel()
	paris, at := zone(t, "Europe/Paris"), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name     string
		profile  deadlines.Profile
		country  string
		loc      *time.Location
		received time.Time
		want     string
	}{
		{"a country that is not covered", profile(t, "gdpr"), "TN", paris, at, `the public holidays of country "TN" are not known, only those of AT, BE,`},
		{"a country in small letters", profile(t, "gdpr"), "fr", paris, at, `"fr"`},
		{"no profile", deadlines.Profile{}, "FR", paris, at, "profile is empty"},
		{"no location", profile(t, "gdpr"), "FR", nil, at, "time zone by name"},
		{"the machine's location", profile(t, "gdpr"), "FR", time.Local, at, "time zone by name"},
		{"no receipt", profile(t, "gdpr"), "FR", paris, time.Time{}, "received"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := deadlines.Compute(c.profile, c.country, c.loc, c.received)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestDeadlinesSurviveBeingRecorded(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Paris")
	before := compute(t, "gdpr", "FR", "2026-02-27")
	after := recorded(t, before)
	require.Equal(t, before.Profile, after.Profile)
	require.True(t, before.Due.Equal(after.Due))

	asked, answered := moment(t, loc, "2026-03-02"), moment(t, loc, "2026-04-01")
	var want, got deadlines.Deadlines
	for from, to := range map[*deadlines.Deadlines]*deadlines.Deadlines{&before: &want, &after: &got} {
		d, err := from.Pause("the address is new to us", asked)
		require.NoError(t, err)
		*to, err = d.Resume(loc, answered)
		require.NoError(t, err)
	}
	require.Equal(t, text(t, want), text(t, got))
}

func TestTheRecordHoldsNoDateThatDoesNotApply(t *testing.T) {
	t.Parallel()
	require.JSONEq(t, `{
		"profile": {
			"name": "lgpd", "version": "1",
			"basis": "Lei 13.709/2018 Art. 19(II), applied to every right: Art. 18 §5 leaves the other periods to regulation",
			"answer": {"days": 15}, "days_configurable": true, "identity": "runs_on"
		},
		"time_zone": "Europe/Paris", "calendar": "`+deadlines.CalendarVersion+`",
		"received_at": "2026-03-06T10:00:00+01:00", "due": "2026-03-21T23:59:59+01:00",
		"warnings": ["2026-03-14T04:59:59+01:00", "2026-03-20T23:59:59+01:00"]
	}`, text(t, compute(t, "lgpd", "", "2026-03-06")))
}

func recorded(t testing.TB, d deadlines.Deadlines) deadlines.Deadlines {
	t.Helper()
	var again deadlines.Deadlines
	require.NoError(t, json.Unmarshal([]byte(text(t, d)), &again))
	return again
}

func text(t testing.TB, d deadlines.Deadlines) string {
	t.Helper()
	content, err := json.Marshal(d)
	require.NoError(t, err)
	return string(content)
}
