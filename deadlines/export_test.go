package deadlines

import "time"

// Find looks a profile up among those given.
var Find = find

// Free reports whether a day is a weekend day or public holiday.
func Free(country string, year int, month time.Month, day int) bool {
	known, err := calendarOf(country)
	if err != nil {
		panic(err)
	}
	return !known.working(date(year, month, day))
}
