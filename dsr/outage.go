package dsr

import (
	"slices"
	"time"
)

// An Outage is a time in which a system gave a step no answer that it could go on
// with.
type Outage struct {
	// From is when the first attempt began that failed, and LastFailed when the last one
	// did: between them the system gave no answer as often as it was asked.
	From       time.Time `json:"from"`
	LastFailed time.Time `json:"last_failed,omitzero"`
	// Until is when the attempt began that had an answer; zero if none had until the
	// system was settled. When the system was back is not known: it was not asked between
	// LastFailed and Until.
	Until time.Time `json:"until,omitzero"`
	// Attempts is how many failed.
	Attempts int `json:"attempts"`
}

// maxOutages bounds how many outages of one system are told apart.
const maxOutages = 20

// AddOutage adds one to outages, if there is one. One that goes on where the last
// has not ended is part of it, as is all that comes after many.
func AddOutage(outages []Outage, more *Outage) []Outage {
	if more == nil {
		return outages
	}
	last := len(outages) - 1
	if last < 0 || !outages[last].Until.IsZero() && len(outages) < maxOutages {
		return append(slices.Clip(outages), *more)
	}
	merged := slices.Clone(outages)
	merged[last].LastFailed, merged[last].Until = more.LastFailed, more.Until
	merged[last].Attempts += more.Attempts
	return merged
}

// EndOutage ends the last outage, if it goes on.
func EndOutage(outages []Outage, at time.Time) []Outage {
	last := len(outages) - 1
	if last < 0 || !outages[last].Until.IsZero() {
		return outages
	}
	ended := slices.Clone(outages)
	ended[last].Until = at
	return ended
}
