package simulators

import (
	"net/http"
	"net/url"
	"regexp"
)

var (
	email = regexp.MustCompile(`[^\s"<>(){}\[\],:;=&/?\\]+@[^\s"<>(){}\[\],:;=&/?\\]+`)
	phone = regexp.MustCompile(`\+?[0-9][0-9 .()-]{7,}[0-9]`)
)

// somebody is quoted where a request names nobody.
const somebody = "somebody@example.com"

// PersonIn returns whom a vendor's error message could quote from a request: the first e-mail address in its query,
// path or body, else the first telephone number.
func PersonIn(r *http.Request, body []byte) string {
	query, err := url.QueryUnescape(r.URL.RawQuery)
	if err != nil {
		query = r.URL.RawQuery
	}
	texts := []string{query, r.URL.Path, string(body)}
	for _, pattern := range []*regexp.Regexp{email, phone} {
		for _, text := range texts {
			if found := pattern.FindString(text); found != "" {
				return found
			}
		}
	}
	return somebody
}
