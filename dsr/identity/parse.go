package identity

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"ite.digital/lethe/dsr"
)

// maxValue is the longest value accepted, in bytes. An e-mail address has at most 254
// (RFC 5321); the vendors' own ids stay far below.
const maxValue = 254

// A Parser brings identifiers, typed by people or stored by vendors, into their normal
// form. The zero value is ready to use. It is safe for concurrent use.
type Parser struct {
	// Region is the ISO 3166-1 alpha-2 country whose numbering plan applies to
	// phone numbers written without a country code. Empty means that such
	// numbers are refused.
	Region string
	// Bare says that digits without a plus sign begin with a country code, as messaging
	// channels write numbers. Elsewhere they are national numbers, and what could be one of
	// another country is a doubt.
	Bare bool
	// Own are the company's own e-mail addresses, such as those of the privacy mailbox.
	// They identify nobody.
	Own []string
}

// Parse returns the identifier in its normal form:
//
//   - an e-mail address without spaces around it, in Unicode NFC, its domain in lower case
//     and with letters beyond ASCII written as such (IDNA 2008, non-transitional);
//   - a phone number in E.164, by today's numbering plan ([Renumberings]);
//   - a Google Analytics client id without the frame of the _ga cookie it came in;
//   - a digest in lower-case hexadecimal;
//   - any other value without invisible characters, as it is.
//
// The error is an [*Error]. It says what is wrong and never repeats the value. A value
// that can be read in two ways is refused.
func (p Parser) Parse(t dsr.IdentifierType, value string) (dsr.Identifier, error) {
	if !t.Known() {
		return dsr.Identifier{}, rejected(Malformed, "unknown identifier type; use one of "+typeNames())
	}
	value, err := sound(value)
	if err != nil {
		return dsr.Identifier{}, err
	}
	normal, err := p.normal(t, value)
	if err != nil {
		return dsr.Identifier{}, err
	}
	return dsr.Identifier{Type: t, Value: normal}, nil
}

// sound is the value without what is not seen, or what is wrong with it whatever its type.
func sound(value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", rejected(Unreadable, "the value holds control characters or is not UTF-8")
	}
	value = clean(value)
	switch {
	case value == "":
		return "", rejected(Empty, "the value is empty")
	case len(value) > maxValue:
		return "", rejected(TooLong, fmt.Sprintf("the value is longer than %d bytes", maxValue))
	case strings.ContainsFunc(value, unicode.IsControl):
		return "", rejected(Unreadable, "the value holds control characters or is not UTF-8")
	case placeholder(value):
		return "", rejected(Placeholder, "the value stands for \"none\" and identifies nobody; leave it out")
	case spreadsheetError(value):
		return "", rejected(Spreadsheet, "the value is a spreadsheet's error; repair the cell")
	}
	return value, nil
}

func (p Parser) normal(t dsr.IdentifierType, value string) (string, error) {
	if _, d, hashed := t.Plain(); hashed {
		return normalHash(d, value)
	}
	switch t {
	case dsr.Email:
		return p.normalEmail(value)
	case dsr.Phone:
		return p.normalPhone(value)
	case dsr.GAClientID:
		return normalClientID(value)
	case dsr.GAAppInstanceID:
		return normalAppInstanceID(value)
	case dsr.GAUserID:
		return normalID(value)
	default:
		return normalID(value)
	}
}

// Check says what is wrong with an identifier that is due in its normal form, if anything.
// The normal form needs no region: E.164 carries the country.
func Check(id dsr.Identifier) error {
	normal, err := Parser{}.Parse(id.Type, id.Value)
	if err != nil {
		return err
	}
	if normal != id {
		return errors.New("is not in its normal form")
	}
	return nil
}

func typeNames() string {
	var names []string
	for _, t := range dsr.IdentifierTypes() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

// ReasonOf is why a value was refused; empty for other errors.
func ReasonOf(err error) Reason {
	var known *Error
	if errors.As(err, &known) {
		return known.Reason
	}
	return ""
}
