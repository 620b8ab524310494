package simulators

import "time"

// Clock tells the time. Simulators read it instead of the wall clock, so that a test can move a quota day or the lag
// of a search index without waiting.
type Clock func() time.Time

// Or returns the clock itself, or the wall clock where none was given.
func (c Clock) Or() Clock {
	if c == nil {
		return time.Now
	}
	return c
}
