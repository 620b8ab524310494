package deadlines

import (
	"errors"
	"slices"
	"time"
)

// Deadlines says until when what has to be done on one request, and by which
// rules that was found. It is what a request records. A deadline is the last
// second of its day where the controller is.
type Deadlines struct {
	// Profile holds the rules, in full: a later release does not change those of
	// a request that has begun.
	Profile Profile `json:"profile"`
	// Country is the ISO 3166-1 alpha-2 code of the country whose public
	// holidays count. Empty: weekends only.
	Country string `json:"country,omitempty"`
	// TimeZone is the IANA name of the zone whose days count.
	TimeZone string `json:"time_zone"`
	// Calendar is the [CalendarVersion] that the dates were computed with.
	Calendar string `json:"calendar"`
	// ReceivedAt is when the controller received the request by whatever channel
	// (GDPR Art. 12(3)).
	ReceivedAt time.Time `json:"received_at"`
	// Due is until when the request must be answered. It is the extended date
	// once the request is extended.
	Due time.Time `json:"due"`
	// ConfirmBy is until when receipt must be confirmed to the subject (CCPA
	// regulations §7021(a)). Zero: no confirmation is demanded.
	ConfirmBy time.Time `json:"confirm_by,omitzero"`
	// ExtendedDue is the latest Due that an extension can give. Zero: the profile
	// knows no extension.
	ExtendedDue time.Time `json:"extended_due,omitzero"`
	// NoticeBy is until when the subject must have been told of an extension and
	// its reasons: "within one month of receipt" (GDPR Art. 12(3)), within the
	// first 45 days (Cal. Civ. Code §1798.130(a)(2)). A weekend or holiday does
	// not move it, so it may come before Due. Zero: the profile knows no
	// extension.
	NoticeBy time.Time `json:"notice_by,omitzero"`
	// AskBy is until when the subject must have been asked for proof of identity
	// for the time to stand still. Zero: it never does.
	AskBy time.Time `json:"ask_by,omitzero"`
	// Warnings are the moments at which to warn that Due comes near, in order:
	// half of the time, seven days and one day (of 24 hours) before it. The latter
	// two are left out if they lie before the time began, or less than a day from
	// half time: a term of 15 days has half time and one day before.
	Warnings []time.Time `json:"warnings"`
	// Extended is the extension, if there is one.
	Extended *Extension `json:"extended,omitempty"`
	// Paused is the wait for proof of identity, going on or over.
	Paused *Pause `json:"paused,omitempty"`
}

// Compute returns the deadlines of a request that the controller received at
// the given moment, which is a day in loc: the day of receipt is that of the
// controller's place, and is not counted (Regulation 1182/71 Art. 3(1)).
//
// The country is that of the controller, by its ISO 3166-1 alpha-2 code. Empty
// means that only weekends move a deadline. As holidays only ever move
// deadlines to later days, and none is known then, no date is later than the
// law allows; some are earlier.
//
// The location must be a named one, as the name is recorded: [time.Local]
// differs from machine to machine.
func Compute(p Profile, country string, loc *time.Location, receivedAt time.Time) (Deadlines, error) {
	known, err := calendarOf(country)
	switch {
	case err != nil:
		return Deadlines{}, err
	case p.Answer == Period{}:
		return Deadlines{}, errors.New("the deadline profile is empty")
	case loc == nil || loc.String() == time.Local.String():
		return Deadlines{}, errors.New("deadlines need the controller's time zone by name, such as Europe/Paris")
	case receivedAt.IsZero():
		return Deadlines{}, errors.New("deadlines need the time at which the request was received")
	}
	d := Deadlines{Profile: p, Country: country, TimeZone: loc.String(), ReceivedAt: receivedAt.In(loc)}
	received := dayOf(receivedAt, loc)
	if p.ConfirmWorkingDays > 0 {
		d.ConfirmBy = endOf(known.workingDaysAfter(received, p.ConfirmWorkingDays), loc)
	}
	if p.Identity != RunsOn {
		d.AskBy = endOf(received.AddDate(0, 0, p.AskWithinDays), loc)
	}
	d.reckon(known, loc)
	return d, nil
}

// reckon sets the dates that a wait for proof of identity moves.
func (d *Deadlines) reckon(known calendar, loc *time.Location) {
	began, waited := d.began()
	start := dayOf(began, loc)
	counted := func(p Period) time.Time { return p.from(start).AddDate(0, 0, waited) }
	last := func(p Period) time.Time {
		if d.Profile.NextWorkingDay {
			return endOf(known.lastDay(start, counted(p)), loc)
		}
		return endOf(counted(p), loc)
	}
	d.Calendar = CalendarVersion
	d.Due = last(d.Profile.Answer)
	if d.Profile.Extended != (Period{}) {
		d.ExtendedDue = last(d.Profile.Extended)
		d.NoticeBy = endOf(counted(d.Profile.Answer), loc)
	}
	if d.Extended != nil {
		d.Due = d.ExtendedDue
	}
	d.warn()
}

// began is the moment at which the period began to run, and the days to be
// added to it.
func (d *Deadlines) began() (moment time.Time, waited int) {
	switch {
	case d.Paused == nil:
		return d.ReceivedAt, 0
	case d.Profile.Identity == Restarts:
		return d.Paused.AnsweredAt, 0
	default:
		return d.ReceivedAt, d.Paused.WaitedDays
	}
}

// warn sets the warnings.
func (d *Deadlines) warn() {
	const day = 24 * time.Hour
	began, waited := d.began()
	began = began.Add(time.Duration(waited) * day)
	half := d.Due.Add(-d.Due.Sub(began) / 2).Truncate(time.Second)
	d.Warnings = []time.Time{half}
	for _, at := range []time.Time{d.Due.Add(-7 * day), d.Due.Add(-day)} {
		if at.After(began) && at.Sub(half).Abs() >= day {
			d.Warnings = append(d.Warnings, at)
		}
	}
	slices.SortFunc(d.Warnings, time.Time.Compare)
}

// after reports whether a moment comes after a deadline, whose last second
// counts as a whole.
func after(moment, deadline time.Time) bool { return !moment.Before(deadline.Add(time.Second)) }
