package overview

import (
	"errors"
	"time"
)

// A Period is a run of days. Requests belong to the one in which they were
// received: the legal clock starts there (GDPR Art. 12(3)), and a request that
// takes long cannot slip out of its period.
type Period struct {
	// From is where its first day begins, and To where the day after its last one
	// does, both in the same time zone.
	From, To time.Time
}

const monthsInQuarter = 3

// LastQuarter is the last quarter of the calendar that is over, in now's time zone.
func LastQuarter(now time.Time) Period {
	first := time.Month((int(now.Month())-1)/monthsInQuarter*monthsInQuarter + 1)
	to := time.Date(now.Year(), first, 1, 0, 0, 0, 0, now.Location())
	return Period{From: to.AddDate(0, -monthsInQuarter, 0), To: to}
}

// ParsePeriod reads the first and the last day, such as 2026-01-01 and 2026-03-31,
// in now's time zone. If only one is given, a period from it lasts until today, and
// one up to it is the quarter that ends with that day's month. If none is, it is the
// [LastQuarter].
func ParsePeriod(first, last string, now time.Time) (Period, error) {
	p := LastQuarter(now)
	var err error
	if first != "" {
		if p.From, err = parseDay(first, now.Location()); err != nil {
			return Period{}, err
		}
		p.To = time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
	}
	if last != "" {
		day, err := parseDay(last, now.Location())
		if err != nil {
			return Period{}, err
		}
		p.To = day.AddDate(0, 0, 1)
		if first == "" {
			p.From = time.Date(day.Year(), day.Month()-monthsInQuarter+1, 1, 0, 0, 0, 0, now.Location())
		}
	}
	if !p.From.Before(p.To) {
		return Period{}, errors.New("the period ends before it begins")
	}
	return p, nil
}

func parseDay(text string, zone *time.Location) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return time.Time{}, errors.New("a day is written as 2026-03-31")
	}
	return day, nil
}

// Holds reports whether the time lies in the period.
func (p Period) Holds(t time.Time) bool { return !t.Before(p.From) && t.Before(p.To) }

// First and last day, as people write them.
func (p Period) days() (first, last string) {
	return p.From.Format(time.DateOnly), p.To.AddDate(0, 0, -1).Format(time.DateOnly)
}
