package httpapi

import "net/http"

// maxReadings bounds how often a list is read that moves while it is read.
const maxReadings = 4

// A Reading is what reading a list from its first page to its last has shown.
type Reading[T any] struct {
	Items []T
	// Whole says that one answer held the whole list: it is of one moment.
	Whole bool
	// Moved says that the list is known to have changed in between.
	Moved bool
}

// Settle reads a list, whose order nobody knows, until a reading shows all that the one before
// has shown, and returns what both have shown. Pages are cut anew for each request: an item
// that a reading has missed was moved by one that went after it was shown, and that the next
// reading does not show. If the list moved each time, the error is [Client.Unsettled] for the
// request, with the reason.
func Settle[T any, K comparable](c *Client, request Request, reason string, read func() (Reading[T], error), key func(T) K) ([]T, error) {
	var before map[K]bool
	for range maxReadings {
		reading, err := read()
		if err != nil {
			return nil, err
		}
		seen := map[K]bool{}
		for _, item := range reading.Items {
			seen[key(item)] = true
		}
		if reading.Whole || before != nil && !reading.Moved && holdsAll(seen, before) {
			return reading.Items, nil
		}
		before = seen
		if reading.Moved {
			before = nil
		}
	}
	return nil, c.Unsettled(request, http.StatusOK, reason)
}

func holdsAll[K comparable](seen, before map[K]bool) bool {
	for key := range before {
		if !seen[key] {
			return false
		}
	}
	return true
}
