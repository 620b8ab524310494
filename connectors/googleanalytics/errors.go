package googleanalytics

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"time"

	"google.golang.org/api/googleapi"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
)

// failed classifies what Google's client library returns. Its text quotes
// Google, and the person with it.
func (c *Connector) failed(ctx context.Context, method, path string, err error) error {
	known := &connectors.Error{System: c.system, Method: method, Path: path}
	var refused *googleapi.Error
	var syntax *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.As(err, &refused):
		known.Status = refused.Code
		known.Class, known.Reason, known.RetryAfter = c.refused(refused)
	case errors.As(err, &syntax), errors.As(err, &mistyped):
		known.Class, known.Status, known.Reason = connectors.Malformed, http.StatusOK, "the answer is not the JSON that Google documents"
	default:
		known.Class, known.Reason = httpapi.ClassifyFailure(ctx, err)
	}
	return c.logged(known)
}

func (c *Connector) malformed(method, path, reason string) error {
	return c.logged(&connectors.Error{
		Class: connectors.Malformed, System: c.system, Method: method, Path: path, Status: http.StatusOK, Reason: reason,
	})
}

func (c *Connector) logged(err *connectors.Error) error {
	c.log.Debug().Str("system", err.System).Str("class", string(err.Class)).Str("method", err.Method).
		Str("path", err.Path).Int("status", err.Status).Msg(err.Reason)
	return err
}

// refused says what an error status means, and how long to wait.
func (c *Connector) refused(err *googleapi.Error) (class connectors.Class, reason string, wait time.Duration) {
	class, reason = httpapi.ClassifyCall(err.Code)
	switch {
	case !isQuota(err):
		if class == connectors.Transient {
			wait = httpapi.RetryAfter(err.Header, c.now())
		}
		return class, reason, wait
	case perDay.MatchString(err.Body):
		return connectors.Transient, "the property's deletions of the day are used up", untilTomorrow(c.now())
	default:
		return connectors.Transient, "Google asks for fewer requests", httpapi.RetryAfter(err.Header, c.now())
	}
}

// quotaReasons are the reasons by which Google explains a 403 that is about
// pace, in the older form of its errors and in the newer.
var quotaReasons = []string{
	"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "RATE_LIMIT_EXCEEDED", "QUOTA_EXCEEDED",
}

// isQuota reports whether an error is about pace: status 429, or 403 with such
// a reason.
func isQuota(err *googleapi.Error) bool {
	if err.Code != http.StatusForbidden {
		return err.Code == http.StatusTooManyRequests
	}
	for _, item := range err.Errors {
		if slices.Contains(quotaReasons, item.Reason) {
			return true
		}
	}
	for _, detail := range err.Details {
		fields, _ := detail.(map[string]any)
		reason, _ := fields["reason"].(string)
		if slices.Contains(quotaReasons, reason) {
			return true
		}
	}
	return false
}

// perDay matches an error about a daily quota, which Google words in several
// ways: in the reason, in the name or the unit of the limit, in the message.
var perDay = regexp.MustCompile(`(?i)per[ _-]?day|1/d/|dailyLimitExceeded|quotaExceeded`)

// untilTomorrow is the time until shortly after the next midnight in US
// Pacific time, when Google's daily quotas start anew.
func untilTomorrow(now time.Time) time.Duration {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil { // no time zones on this machine: winter time is never early
		zone = time.FixedZone("PST", -8*60*60)
	}
	year, month, day := now.In(zone).Date()
	const margin = 5 // minutes, for clocks that differ
	return time.Date(year, month, day+1, 0, margin, 0, 0, zone).Sub(now)
}
