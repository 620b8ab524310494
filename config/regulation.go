package config

import (
	"slices"
	"strings"
	"time"

	"ite.digital/lethe/deadlines"
)

// A Regulation says by which law, in which country and time zone requests must
// be answered.
type Regulation struct {
	Profile deadlines.Profile
	// Country is the ISO 3166-1 alpha-2 code of the controller's country, whose
	// public holidays move deadlines; empty: only weekends do.
	Country string
	// Location is the time zone whose days count.
	Location *time.Location
}

// Deadlines are those of a request that the controller received at the given
// time.
func (r Regulation) Deadlines(receivedAt time.Time) (deadlines.Deadlines, error) {
	return deadlines.Compute(r.Profile, r.Country, r.Location, receivedAt)
}

// defaultProfile is the law that is assumed: that of most of the companies that
// promise to forget.
const defaultProfile = "gdpr"

func regulation(root value, entries map[string]entry) Regulation {
	config := Regulation{Location: time.UTC}
	parts := map[string]entry{}
	at := root
	if e, ok := entries["regulation"]; ok {
		at, parts = e.value, e.value.entries()
		at.refuseUnknown(parts, []string{"profile", "days", "country", "time_zone"}, nil)
	}
	name := defaultProfile
	if e, ok := parts["profile"]; ok {
		at = e.value
		name, _ = at.text()
	}
	var err error
	if config.Profile, err = deadlines.Lookup(name); err != nil {
		at.refuse("%s", err)
	}
	if e, ok := parts["days"]; ok && err == nil {
		days := e.value.count(365, "a number of days")
		if changed, err := config.Profile.WithDays(days); err == nil {
			config.Profile = changed
		} else if days > 0 {
			e.value.refuse("%s", err)
		}
	}
	if e, ok := parts["country"]; ok {
		config.Country, _ = e.value.text()
		if !slices.Contains(deadlines.Countries(), config.Country) {
			e.value.refuse("is not a country whose holidays are known; use one of %s, or leave it out: then only weekends count, and no date is late",
				strings.Join(deadlines.Countries(), ", "))
		}
	}
	if e, ok := parts["time_zone"]; ok {
		config.Location = timeZone(e.value)
	}
	return config
}

func timeZone(v value) *time.Location {
	name, ok := v.text()
	if !ok {
		return time.UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil || zone == time.Local {
		v.refuse("is not a time zone; write its IANA name, such as Europe/Paris")
		return time.UTC
	}
	return zone
}
