package httpapi

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
)

// requestIDHeaders are those in which vendors, or the networks before them, name a
// request; the vendor's own come first. HubSpot names requests in the header as in
// its error bodies (developers.hubspot.com/docs/api/error-handling), Cloudflare in
// CF-Ray (developers.cloudflare.com/fundamentals/reference/http-headers), AWS in
// X-Amzn-RequestId; X-Request-Id is the convention of everybody else.
var requestIDHeaders = []string{"X-HubSpot-Correlation-Id", "X-Request-Id", "X-Correlation-Id", "X-Amzn-RequestId", "X-Amz-Request-Id", "CF-Ray"}

var (
	harmless = regexp.MustCompile(`^[A-Za-z0-9._:-]{8,64}$`)
	letter   = regexp.MustCompile(`[A-Za-z]`)
	digit    = regexp.MustCompile(`[0-9]`)
)

// requestID is the vendor's name of the request, or empty. Reports show it, so that
// nothing passes that could be a person: an e-mail address has an @, a phone number
// has no letter, and most names have no digit.
func requestID(header http.Header) string {
	for _, name := range requestIDHeaders {
		if id := header.Get(name); harmless.MatchString(id) && letter.MatchString(id) && digit.MatchString(id) {
			return id
		}
	}
	return ""
}

// echoes reports whether an id is part of what was sent: it then is not the
// vendor's, and may be of the person.
func echoes(id string, r *http.Request, body []byte) bool {
	return strings.Contains(r.URL.String(), id) || bytes.Contains(body, []byte(id))
}
