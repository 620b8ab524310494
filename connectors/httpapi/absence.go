package httpapi

import (
	"context"
	"encoding/json"
	"slices"

	"ite.digital/lethe/connectors"
)

// An Absence is how a vendor says that what was asked for does not exist. A status alone
// never says so: a framework, a proxy and a path that is one segment wrong answer 404 too.
type Absence struct {
	// Statuses are those with which the vendor says so. Statuses of success are for vendors
	// that put the error into an answer that looks like one.
	Statuses []int
	// Meaning is what the body of such an answer is about. Nothing is absent without it.
	Meaning func(body []byte) Meaning
	// Proof makes the same call for something else, and returns nil if that succeeds: then
	// an answer that is Unclear is about the record. Nothing Unclear is absent without it.
	Proof func(ctx context.Context) error
}

// Meaning is what the body of an error is about.
type Meaning int

const (
	// Foreign: it is not the vendor's error for something that does not exist.
	Foreign Meaning = iota
	// Unclear: it is the vendor's or may be, and does not say what does not exist.
	Unclear
	// AboutRecord: it says that the record does not exist.
	AboutRecord
)

// Unproven is the Proof of calls whose absence claims nothing, such as a deletion of what is
// gone by the vendor's word: a look follows.
func Unproven(context.Context) error { return nil }

// Once is the proof that is made once for all the calls of one step, which follow each other.
func Once(proof func(ctx context.Context) error) func(ctx context.Context) error {
	proven := false
	return func(ctx context.Context) error {
		if proven {
			return nil
		}
		err := proof(ctx)
		proven = err == nil
		return err
	}
}

// IsObject reports whether a body is a JSON object, and reads it.
func IsObject(body []byte, into any) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal(body, &members) == nil && members != nil && json.Unmarshal(body, into) == nil
}

// notTheVendors is said of an answer that may be about anything but the record.
const notTheVendors = "the answer does not say that the record does not exist, as the vendor's do; check base_url"

// absent reports whether an answer says that what was asked for does not exist. It returns an
// error for one that may be about something else.
func (c *Client) absent(ctx context.Context, request Request, status int, body []byte) (bool, error) {
	if !slices.Contains(request.Absent.Statuses, status) {
		return false, nil
	}
	meaning := Foreign
	if request.Absent.Meaning != nil && !isWebPage(body) {
		meaning = request.Absent.Meaning(body)
	}
	switch success := status >= 200 && status <= 299; {
	case meaning == AboutRecord:
		return true, nil
	case meaning == Unclear && request.Absent.Proof != nil:
		err := request.Absent.Proof(ctx)
		return err == nil, err
	case meaning == Foreign && success:
		return false, nil // an answer like any other
	}
	return false, c.NotAbsent(request, status)
}

// NotAbsent is the error for an answer that says that something does not exist and may be
// about anything but the record.
func (c *Client) NotAbsent(request Request, status int) error {
	err := c.fault(request, connectors.Misconfigured, status, notTheVendors)
	err.Hint = checkBaseURL
	return c.logged(err)
}
