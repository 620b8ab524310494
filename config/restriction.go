package config

import "time"

const (
	// shortestCheck keeps vendors from being asked all the time, and longestCheck a
	// restriction from being undone for long.
	shortestCheck = time.Second
	longestCheck  = 31 * 24 * time.Hour
)

// checkEvery reads how often it is checked that a restriction holds.
func checkEvery(entries map[string]entry) time.Duration {
	e, ok := entries["restriction"]
	if !ok {
		return DefaultCheckEvery
	}
	parts := e.value.entries()
	e.value.refuseUnknown(parts, []string{"check_every"}, nil)
	part, ok := parts["check_every"]
	if !ok {
		return DefaultCheckEvery
	}
	return duration(part.value, shortestCheck, longestCheck, "between a second and 31 days, such as 24h")
}
