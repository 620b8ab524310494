package deadlines

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Pause is the wait for proof of the subject's identity (GDPR Art. 12(6)).
type Pause struct {
	// Reason is why the controller doubts the identity. It must not name a
	// person.
	Reason string `json:"reason"`
	// AskedAt is when the subject was asked for proof.
	AskedAt time.Time `json:"asked_at"`
	// AnsweredAt is when the proof was received. Zero: the wait goes on.
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	// WaitedDays is how many calendar days lie between the two.
	WaitedDays int `json:"waited_days,omitempty"`
}

// Waiting reports whether the time stands still. The dates are then those that
// would apply if it did not, and nothing is overdue by them.
func (d Deadlines) Waiting() bool { return d.Paused != nil && d.Paused.AnsweredAt.IsZero() }

// Pause returns the deadlines with the time standing still from the moment at
// which the subject was asked for proof of identity. It does so only if the
// subject was asked promptly, by [Deadlines.AskBy]: "without undue delay" (EDPB
// Guidelines 01/2022 section 5.3). It happens once: an answer that proves
// nothing does not end the wait.
func (d Deadlines) Pause(reason string, askedAt time.Time) (Deadlines, error) {
	switch {
	case d.Profile.Identity == RunsOn:
		return Deadlines{}, fmt.Errorf("under profile %s the time runs on whatever the verification of identity takes", d.Profile.Ref())
	case d.Paused != nil:
		return Deadlines{}, errors.New("the time has been paused, which is possible once")
	case strings.TrimSpace(reason) == "":
		return Deadlines{}, errors.New("a pause needs a reason")
	case askedAt.Before(d.ReceivedAt):
		return Deadlines{}, errors.New("the subject cannot have been asked before the request was received")
	case after(askedAt, d.AskBy):
		return Deadlines{}, fmt.Errorf("the time runs on, as the subject had to be asked for proof of identity by %s", d.AskBy.Format(time.RFC3339))
	}
	d.Paused = &Pause{Reason: reason, AskedAt: askedAt}
	return d, nil
}

// Resume returns the deadlines after the proof of identity was received. By the
// profile's rule either exactly the days of waiting are added before a weekend
// or holiday moves the date, or the period begins on the day of the answer (UK
// GDPR Art. 12A(2)). The dates are computed anew, by the present calendar; loc
// must be the location of TimeZone.
func (d Deadlines) Resume(loc *time.Location, answeredAt time.Time) (Deadlines, error) {
	known, err := calendarOf(d.Country)
	switch {
	case err != nil:
		return Deadlines{}, err
	case !d.Waiting():
		return Deadlines{}, errors.New("the time does not stand still")
	case loc == nil || loc.String() != d.TimeZone:
		return Deadlines{}, fmt.Errorf("the deadlines were computed for time zone %s", d.TimeZone)
	case answeredAt.Before(d.Paused.AskedAt):
		return Deadlines{}, errors.New("the subject cannot have answered before being asked")
	}
	pause := *d.Paused
	pause.AnsweredAt = answeredAt
	pause.WaitedDays = int(dayOf(answeredAt, loc).Sub(dayOf(pause.AskedAt, loc)) / (24 * time.Hour))
	d.Paused = &pause
	d.reckon(known, loc)
	return d, nil
}
