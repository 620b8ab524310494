package identity

import (
	"slices"
	"strings"

	"ite.digital/lethe/dsr"
)

// A Reading is what a vendor's field says.
type Reading struct {
	// Identifiers are what the field holds, in normal form.
	Identifiers []dsr.Identifier
	// Ambiguous are the readings of what can be read in two ways.
	Ambiguous []dsr.Identifier
	// Unread names the field if a value of it identifies nobody, once for each reason.
	// Empty values are not mentioned.
	Unread []dsr.UnreadField
}

// maxInField bounds how many values of one field are read: a person has a handful, and
// records are compared with every value.
const maxInField = 20

// Field reads a field of a vendor's record. name is the vendor's name of it. A field may
// hold several values, separated as vendors and people do: by semicolons, bars and line
// breaks, where the type's values hold none by commas, and between client ids and between
// numbers by slashes and spaces as well.
func (p Parser) Field(name string, t dsr.IdentifierType, values ...string) Reading {
	var r Reading
	for _, value := range values {
		for i, part := range p.split(t, value) {
			if i == maxInField {
				r.unread(name, t, TooLong)
				break
			}
			p.readInto(&r, name, t, part)
		}
	}
	return r
}

func (p Parser) readInto(r *Reading, name string, t dsr.IdentifierType, value string) {
	id, err := p.Parse(t, value)
	switch reason := ReasonOf(err); {
	case err == nil:
		if !slices.ContainsFunc(r.Identifiers, id.Same) {
			r.Identifiers = append(r.Identifiers, id)
		}
	case reason == Empty:
	case reason == TwoReadings, reason == NoCountry:
		numbers, _, _ := p.readPhone(clean(value)) // it has just been read
		for _, number := range numbers {
			r.Ambiguous = append(r.Ambiguous, dsr.Identifier{Type: t, Value: number})
		}
	default:
		r.unread(name, t, reason)
	}
}

func (r *Reading) unread(name string, t dsr.IdentifierType, reason Reason) {
	field := dsr.UnreadField{Field: name, Type: t, Reason: string(reason)}
	if !slices.Contains(r.Unread, field) {
		r.Unread = append(r.Unread, field)
	}
}

// split takes a field apart. What is one value as it stands is not taken apart.
func (p Parser) split(t dsr.IdentifierType, value string) []string {
	if !strings.ContainsAny(value, separators(t)) {
		return []string{value}
	}
	if _, err := p.Parse(t, value); err == nil || slices.Contains([]Reason{TwoReadings, NoCountry, Placeholder}, ReasonOf(err)) {
		return []string{value}
	}
	// A number with an extension begins like two numbers.
	if t == dsr.Phone && ReasonOf(errOf(p.Parse(t, value))) == Extension && !strings.ContainsAny(value, ";|\n/") {
		return []string{value}
	}
	return strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(separators(t), r) })
}

func errOf(_ dsr.Identifier, err error) error { return err }

func separators(t dsr.IdentifierType) string {
	switch t {
	case dsr.Email, dsr.GAClientID, dsr.GAAppInstanceID:
		return ";|,\r\n\t "
	case dsr.Phone:
		return ";|,\r\n\t/"
	default:
		return ";|,\r\n\t"
	}
}
