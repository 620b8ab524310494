package deadlines

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
)

// CalendarVersion names the calendars of public holidays: the library, its
// version, and the version of the corrections made to it here. A date computed
// by one version may differ from that of another.
const CalendarVersion = "github.com/rickar/cal/v2@v2.1.13+lethe.1"

// The library computes holidays as moments, by default in the machine's time
// zone, where a midnight may be missing. Here a holiday is a day.
func init() { cal.DefaultLoc = time.UTC }

// Countries lists the countries whose public holidays are known, by their ISO
// 3166-1 alpha-2 codes. Of the member states of the European Union Cyprus,
// Estonia, Finland, Hungary, Luxembourg, Malta and Portugal are missing.
func Countries() []string {
	var codes []string
	for code := range holidays {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// A calendar tells working days from weekends and public holidays. Days are
// midnights in UTC, see [date].
type calendar []*cal.Holiday

// calendarOf returns a country's calendar; no country has weekends only.
func calendarOf(country string) (calendar, error) {
	if country == "" {
		return nil, nil
	}
	known, ok := holidays[country]
	if !ok {
		return nil, fmt.Errorf("the public holidays of country %q are not known, only those of %s; leave the country empty to count weekends only, which makes no deadline later",
			country, strings.Join(Countries(), ", "))
	}
	return known, nil
}

// working reports whether the day is neither a Saturday or Sunday nor a public
// holiday (Regulation 1182/71 Art. 2).
func (c calendar) working(day time.Time) bool {
	return !cal.IsWeekend(day) && !slices.ContainsFunc(c, func(h *cal.Holiday) bool { return falls(h, day) })
}

// falls reports whether a holiday, or the day that stands in for it, is on the
// day. The stand-in may be in the year before: New Year's Day on a Saturday is
// observed on 31 December in the United States.
func falls(h *cal.Holiday, day time.Time) bool {
	for year := day.Year(); year <= day.AddDate(0, 0, 7).Year(); year++ {
		if actual, observed := h.Calc(year); sameDay(actual, day) || sameDay(observed, day) {
			return true
		}
	}
	return false
}

// workingDayFrom is the day itself or, if it is none, the next working day.
func (c calendar) workingDayFrom(day time.Time) time.Time {
	for !c.working(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// workingDaysAfter is the day on which so many working days have passed, that
// of the event not counted.
func (c calendar) workingDaysAfter(day time.Time, count int) time.Time {
	for range count {
		day = c.workingDayFrom(day.AddDate(0, 0, 1))
	}
	return day
}

// lastDay is the day with which a period ends that began with an event on
// start and by mere counting ends on the day end (Regulation 1182/71 Art. 3(4)
// and (5)).
func (c calendar) lastDay(start, end time.Time) time.Time {
	last := c.workingDayFrom(end)
	if second := c.workingDaysAfter(start, 2); end.Sub(start) >= 2*24*time.Hour && second.After(last) {
		return second
	}
	return last
}

// date is a day of the calendar, free of any zone: its midnight in UTC.
func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// dayOf is the day that a moment belongs to where the controller is.
func dayOf(moment time.Time, loc *time.Location) time.Time { return date(moment.In(loc).Date()) }

// endOf is the last second of a day where the controller is.
func endOf(day time.Time, loc *time.Location) time.Time {
	year, month, number := day.Date()
	return time.Date(year, month, number, 23, 59, 59, 0, loc)
}

func sameDay(a, b time.Time) bool { return date(a.Date()).Equal(date(b.Date())) }
