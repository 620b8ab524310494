package httpapi

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
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
// has no letter, and most names have no digit. What was made of a value that was sent
// is found by [echoes].
func requestID(header http.Header) string {
	for _, name := range requestIDHeaders {
		if id := header.Get(name); harmless.MatchString(id) && letter.MatchString(id) && digit.MatchString(id) {
			return id
		}
	}
	return ""
}

const (
	// partLetters and partDigits are how many letters or digits in a row an id may not
	// share with a value that was sent. Three digits in a row are in every other
	// UUID by chance; a number of three digits counts nevertheless.
	partLetters = 3
	partDigits  = 4
)

// echoes reports whether an id is part of what was sent, or holds part of a value that
// was: it then is not the vendor's alone, and may be of the person. The words of the
// path and the names of properties are the vendor's own.
func echoes(id string, r *http.Request, made call) bool {
	body := made.body
	if body == nil {
		body = bodyOf(r)
	}
	if strings.Contains(r.URL.String(), id) || bytes.Contains(body, []byte(id)) {
		return true
	}
	parts := partsOf(strings.Map(alphanumeric, id))
	for _, value := range sentIn(r.URL, made.template) {
		if parts.heldBy(value) {
			return true
		}
	}
	return parts.heldByBody(body)
}

// bodyOf is the body of a request that was made elsewhere.
func bodyOf(r *http.Request) []byte {
	if r.GetBody == nil {
		return nil
	}
	reader, err := r.GetBody()
	if err != nil {
		return nil
	}
	defer func() { _ = reader.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(reader, maxBody))
	if err != nil {
		return nil
	}
	return body
}

// sentIn are the values in the query, and in the path where the template has parameters.
// Without a template, every word of the path may be a value.
func sentIn(u *url.URL, template string) []string {
	var values []string
	for _, some := range u.Query() {
		values = append(values, some...)
	}
	words, pattern := strings.Split(u.Path, "/"), strings.Split(template, "/")
	offset := len(words) - len(pattern) // the base URL may have a path
	for i, word := range words {
		if offset < 0 || template == "" || i >= offset && strings.Contains(pattern[i-offset], "{") {
			values = append(values, word)
		}
	}
	return values
}

// parts are the letters and digits in a row that an id consists of.
type parts map[string]bool

func partsOf(id string) parts {
	found := parts{}
	for _, run := range runs(id) {
		for size := partLetters; size <= partDigits; size++ {
			for i := 0; i+size <= len(run); i++ {
				found[run[i:i+size]] = true
			}
		}
	}
	return found
}

// heldBy reports whether a value has one of the parts.
func (p parts) heldBy(value string) bool {
	if spacedNumber.MatchString(value) {
		value = strings.Map(alphanumeric, value)
	}
	for _, run := range runs(folded(value)) {
		size := partLetters
		if unicode.IsDigit(rune(run[0])) && len(run) > partLetters {
			size = partDigits
		}
		for i := 0; i+size <= len(run); i++ {
			if p[run[i:i+size]] {
				return true
			}
		}
	}
	return false
}

// heldByBody reports whether a value in the body has one of the parts. All of a body
// that is not JSON is a value.
func (p parts) heldByBody(body []byte) bool {
	if len(body) == 0 {
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var document any
	if decoder.Decode(&document) != nil {
		text, err := url.QueryUnescape(string(body))
		if err != nil {
			text = string(body)
		}
		return p.heldBy(text)
	}
	return p.heldByJSON(document)
}

func (p parts) heldByJSON(document any) bool {
	switch value := document.(type) {
	case string:
		return p.heldBy(value)
	case json.Number:
		return p.heldBy(value.String())
	case []any:
		return slices.ContainsFunc(value, p.heldByJSON)
	case map[string]any:
		for _, member := range value {
			if p.heldByJSON(member) {
				return true
			}
		}
	}
	return false
}

// folded is a value in small letters without accents.
func folded(value string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(value)))
}

// alphanumeric makes small letters of letters, and drops what is neither letter nor
// digit: an id may be a name with separators.
func alphanumeric(r rune) rune {
	if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return -1
	}
	return unicode.ToLower(r)
}

// spacedNumber matches numbers that are written in groups.
var spacedNumber = regexp.MustCompile(`^\+?[0-9][0-9 ().\x{a0}/-]+$`)

var runForm = regexp.MustCompile(`[a-z]{3,}|[0-9]{3,}`)

// runs are the letters in a row and the digits in a row, where there are enough of them.
func runs(text string) []string { return runForm.FindAllString(text, -1) }
