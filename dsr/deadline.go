package dsr

import "time"

// DueAt is the end of the last day of the month within which the controller
// must answer a request received at the given time (GDPR Art. 12(3)): the day
// of the same number in the next month, or that month's last day if it has
// none (Regulation 1182/71 Art. 3(2)(c)). The day counts in received's zone.
//
// A last day on a weekend or holiday moves to the next working day by law; that
// is not granted here, so that the date is early rather than late.
func DueAt(received time.Time) time.Time {
	year, month, day := received.Date()
	first := time.Date(year, month+1, 1, 0, 0, 0, 0, received.Location())
	last := first.AddDate(0, 1, -1).Day()
	return time.Date(first.Year(), first.Month(), min(day, last), 23, 59, 59, 0, received.Location())
}
