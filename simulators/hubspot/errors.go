package hubspot

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"ite.digital/lethe/simulators"
)

const correlation = "a43683b0-5717-4ceb-80b4-104d02915d8c"

// categories are HubSpot's names for kinds of error (developers.hubspot.com, error handling).
var categories = map[int]string{
	http.StatusOK:           "VALIDATION_ERROR",
	http.StatusBadRequest:   "VALIDATION_ERROR",
	http.StatusUnauthorized: "INVALID_AUTHENTICATION",
	http.StatusForbidden:    "MISSING_SCOPES",
	http.StatusNotFound:     "OBJECT_NOT_FOUND",
	http.StatusConflict:     "CONFLICT",

	http.StatusUnsupportedMediaType: "VALIDATION_ERROR",
}

const unauthenticated = "Authentication credentials not found. This API supports OAuth 2.0 authentication and you " +
	"can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"

func problem(status int, message string) simulators.JSON {
	body := simulators.JSON{"status": "error", "message": message, "correlationId": correlation}
	if category := categories[status]; category != "" {
		body["category"] = category
	}
	return body
}

// limited is the body of 429, which names the policy instead of a category (usage guidelines).
func limited(policy string) simulators.JSON {
	return simulators.JSON{
		"status": "error", "message": "You have reached your " + strings.ToLower(policy) + " limit.",
		"errorType": "RATE_LIMIT", "policyName": policy,
		"correlationId": correlation, "requestId": "3d3e35b7-0dae-4b9f-a6e3-9c230cbcf8dd",
	}
}

// standardError is an error inside the answer to a batch.
func standardError(category, message, context string, values ...string) simulators.JSON {
	return simulators.JSON{
		"status": "error", "category": category, "message": message, "context": simulators.JSON{context: values},
		"errors": []any{}, "links": simulators.JSON{},
	}
}

func failure(status int, r *http.Request, person string) []byte {
	if status == http.StatusTooManyRequests {
		return simulators.Encode(limited(policyOf(r)))
	}
	return simulators.Encode(problem(status, "Contact "+person+" could not be processed"))
}

func policyOf(r *http.Request) string {
	if called(r).is(objectsAPI, "contacts", "search") {
		return "SECONDLY"
	}
	return "TEN_SECONDLY_ROLLING"
}

func refuse(w http.ResponseWriter, status int, message string) {
	simulators.WriteJSON(w, status, problem(status, message))
}

// limitHeaders come with every answer but those of search (usage guidelines).
func (s *Sim) limitHeaders(r *http.Request, h http.Header) {
	if called(r).is(objectsAPI, "contacts", "search") {
		return
	}
	daily := s.options.DailyLimit
	if daily == 0 {
		daily = 250000
	}
	s.mu.Lock()
	used := s.requests[s.today()]
	s.mu.Unlock()
	h.Set("X-HubSpot-RateLimit-Daily", strconv.Itoa(daily))
	h.Set("X-HubSpot-RateLimit-Daily-Remaining", strconv.Itoa(max(0, daily-used)))
	h.Set("X-HubSpot-RateLimit-Interval-Milliseconds", "10000")
	h.Set("X-HubSpot-RateLimit-Max", "100")
	h.Set("X-HubSpot-RateLimit-Remaining", "99")
}

// overLimit counts a request and returns the policy that it breaks, if any.
func (s *Sim) overLimit(r *http.Request) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[s.today()]++
	if s.options.DailyLimit > 0 && s.requests[s.today()] > s.options.DailyLimit {
		return "DAILY"
	}
	if s.options.SearchPerSecond > 0 && called(r).is(objectsAPI, "contacts", "search") {
		second := s.Now().UTC().Format(time.DateTime)
		s.searches[second]++
		if s.searches[second] > s.options.SearchPerSecond {
			return "SECONDLY"
		}
	}
	return ""
}

func (s *Sim) today() string { return s.Now().UTC().Format(time.DateOnly) }
