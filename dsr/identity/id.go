package identity

import (
	"regexp"
	"strings"
)

var (
	// property matches what names a property, a container or a stream of Google's rather than
	// a person: G-…, UA-…-1, GTM-…, AW-…, DC-…, GT-….
	property = regexp.MustCompile(`^(?i:(G|GT|GTM|AW|DC|MC|OPT|UA)-[A-Z0-9]{4,}(-\d+)?)$`)
	// session matches cookies that name a visit, a click or an advertiser: _ga_<stream>
	// (GS1.1.…, GS2.1.s…$o…), _gcl_au, _fbp, _fbc. Their values change from visit to visit or
	// are another vendor's.
	session = regexp.MustCompile(`^(?i:GS\d\.\d\..*|1\.1\.\d+\.\d+|fb\.\d\.\d+\.\S+|GCL\.\d+\..*|Cj0KCQ\S+|EAIaIQ\S+)$`)
	// gaCookie matches the value of a _ga cookie: "GA1", a number for the depth of the domain
	// (and, since 2013, of the path), then the client id: two fields of Google's own, or the
	// UUID that the site has chosen (ins0/google-measurement-php-client, issue 7).
	gaCookie = regexp.MustCompile(`^GA\d\.\d+(?:-\d+)?\.(\d+\.\d+|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$`)
	// clientID matches what Google's tags make: a random number of 31 or 32 bits and the time
	// of the first visit in seconds, which is later than 2005, when Google Analytics began.
	clientID = regexp.MustCompile(`^[1-9]\d{0,9}\.(?:1[1-9]\d{8}|2[01]\d{8})$`)
	uuid     = regexp.MustCompile(`^(?i:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$`)
	// ampID matches the client ids of AMP pages.
	ampID = regexp.MustCompile(`^amp-[A-Za-z0-9_-]{22,64}$`)
	// appInstance matches the app instance ids of Firebase: 32 hexadecimal digits.
	appInstance = regexp.MustCompile(`^(?i:[0-9a-f]{32})$`)
	severalIn   = regexp.MustCompile(`[;|\n]|, `)
	// provided matches the user ids of Auth0, which hold a bar behind who knows the user.
	provided = regexp.MustCompile(`^(?:auth0|ad|adfs|apple|con|email|facebook|github|google-apps|google-oauth2|linkedin|oauth2|oidc|okta|` +
		`samlp|sms|twitter|waad|windowslive)(?:\|[^\s;|]+){1,2}$`)
)

// normalID checks an id without a shape of its own: the company's or Google's user id.
func normalID(value string) (string, error) {
	if err := impersonal(value); err != nil {
		return "", err
	}
	if emptied[strings.ToLower(value)] {
		return "", rejected(Placeholder, digestOfNothing)
	}
	if severalIn.MatchString(value) && !provided.MatchString(value) {
		return "", rejected(Several, "the value holds several ids; give each on its own")
	}
	return value, nil
}

// impersonal is an error if the value names something else than a person.
func impersonal(value string) error {
	switch {
	case shortened.MatchString(value):
		return rejected(Spreadsheet, "a spreadsheet has shortened the value; format the column as text and export it again")
	case property.MatchString(value):
		return rejected(NotPersonal, "the value names a property of Google's, not a person")
	case session.MatchString(value):
		return rejected(NotPersonal, "the value is a cookie of a visit or a click, not of a person; the _ga cookie is needed")
	}
	return nil
}

// normalClientID checks a Google Analytics client id. Whatever Google is told to delete
// cannot be looked into first, so that only what has the shape of an id passes.
func normalClientID(value string) (string, error) {
	if match := gaCookie.FindStringSubmatch(value); match != nil {
		value = match[1]
	}
	if err := impersonal(value); err != nil {
		return "", err
	}
	if documented[strings.ToLower(value)] {
		return "", rejected(Placeholder, "the value is the example of Google's documents, and everybody's who copied it; leave it out")
	}
	if !clientID.MatchString(value) && !uuid.MatchString(value) && !ampID.MatchString(value) {
		return "", rejected(Malformed,
			"not a Google Analytics client id, such as 1234567890.1700000000, nor a _ga cookie value, such as GA1.1.1234567890.1700000000")
	}
	return value, nil
}

func normalAppInstanceID(value string) (string, error) {
	if emptied[strings.ToLower(value)] {
		return "", rejected(Placeholder, digestOfNothing)
	}
	if !appInstance.MatchString(value) || monotonous(strings.ToLower(value)) {
		return "", rejected(Malformed, "not a Firebase app instance id, which has 32 hexadecimal digits")
	}
	return value, nil
}
