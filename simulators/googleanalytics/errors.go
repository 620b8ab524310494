package googleanalytics

import (
	"net/http"

	"ite.digital/lethe/simulators"
)

// notFoundPage is what Google's front end says about a path that no service knows.
const notFoundPage = "<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n" +
	"<p><b>404.</b> <ins>That’s an error.</ins>\n<p>The requested URL was not found on this server.\n"

// canonical gives the name in google.rpc.Code for a status code.
var canonical = map[int]string{
	http.StatusOK:                  "INTERNAL",
	http.StatusBadRequest:          "INVALID_ARGUMENT",
	http.StatusUnauthorized:        "UNAUTHENTICATED",
	http.StatusForbidden:           "PERMISSION_DENIED",
	http.StatusNotFound:            "NOT_FOUND",
	http.StatusConflict:            "ABORTED",
	http.StatusTooManyRequests:     "RESOURCE_EXHAUSTED",
	http.StatusInternalServerError: "INTERNAL",
	http.StatusServiceUnavailable:  "UNAVAILABLE",
}

// problem is an error in the shape of google.rpc.Status with an ErrorInfo (google.aip.dev/193).
func problem(status int, message, reason string) simulators.JSON {
	name := canonical[status]
	if name == "" {
		name = "UNKNOWN"
	}
	if status == http.StatusOK {
		status = http.StatusInternalServerError
	}
	return simulators.JSON{"error": simulators.JSON{
		"code": status, "message": message, "status": name,
		"details": []any{simulators.JSON{
			"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com",
			"metadata": simulators.JSON{"service": "analyticsadmin.googleapis.com"},
		}},
	}}
}

// reasoned is an error in the older shape, which names its reason in a list.
func reasoned(status int, message, reason string) simulators.JSON {
	return simulators.JSON{"error": simulators.JSON{
		"code": status, "message": message,
		"errors": []any{simulators.JSON{"message": message, "domain": "usageLimits", "reason": reason}},
	}}
}

func failure(status int, _ *http.Request, person string) []byte {
	reason := map[int]string{
		http.StatusTooManyRequests: "RATE_LIMIT_EXCEEDED",
		http.StatusUnauthorized:    "ACCESS_TOKEN_EXPIRED",
		http.StatusForbidden:       "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
	}[status]
	return simulators.Encode(problem(status, "The request for user \""+person+"\" could not be processed.", reason))
}
