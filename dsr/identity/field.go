package identity

import (
	"net/mail"
	"slices"
	"strings"

	"ite.digital/lethe/dsr"
)

// A Reading is what a vendor's field says.
type Reading struct {
	// Identifiers are what the field holds, in normal form.
	Identifiers []dsr.Identifier
	// Ambiguous are the readings of what can be read in two ways, and the number that digits
	// are if they lack no more than their plus sign, where no region says how to read them.
	Ambiguous []dsr.Identifier
	// Unread names the field if a value of it identifies nobody, once for each reason.
	// Empty values are not mentioned.
	Unread []dsr.UnreadField
}

// maxInField bounds how many values of one field are read: a person has a handful, and
// records are compared with every value.
const maxInField = 20

// Field reads a field of a vendor's record. name is the vendor's name of it. A field may
// hold several values, separated as vendors and people do: by semicolons, bars, line breaks
// and a comma with a space; where the type's values hold none by commas alone and by spaces,
// and between numbers by slashes. An address is read from behind a name, as mail programs
// write both: Jo <jo@example.com>.
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
		r.doubt(t, numbers...)
	case reason == NoRegion:
		r.unread(name, t, reason)
		if number, known := p.numberWithoutPlus(value); known {
			r.doubt(t, number)
		}
	default:
		r.unread(name, t, reason)
	}
}

func (r *Reading) doubt(t dsr.IdentifierType, values ...string) {
	for _, value := range values {
		id := dsr.Identifier{Type: t, Value: value}
		if !slices.ContainsFunc(r.Ambiguous, id.Same) {
			r.Ambiguous = append(r.Ambiguous, id)
		}
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
	if !strings.ContainsAny(value, separators(t)) && !strings.Contains(value, "<") {
		return []string{value}
	}
	switch t {
	case dsr.Email:
		return splitAddresses(value)
	case dsr.Phone:
		return p.splitNumbers(value)
	}
	if _, err := p.Parse(t, value); err == nil || ReasonOf(err) == Placeholder {
		return []string{value}
	}
	if separators(t) != idSeparators {
		return pieces(value, separators(t))
	}
	return splitIDs(value)
}

func pieces(value, separators string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(separators, r) })
}

// splitIDs takes a list of ids apart. An id may hold a comma, where a list puts a space
// behind it, and Auth0's hold a bar.
func splitIDs(value string) []string {
	var ids []string
	for _, part := range pieces(strings.ReplaceAll(value, ", ", ";"), ";\r\n\t") {
		if part = strings.TrimSpace(part); provided.MatchString(part) {
			ids = append(ids, part)
			continue
		}
		ids = append(ids, pieces(part, "|")...)
	}
	return ids
}

// splitAddresses takes a list of addresses apart, with the names that mail programs write
// before them.
func splitAddresses(value string) []string {
	var parts []string
	if list, err := mail.ParseAddressList(value); err == nil && strings.Contains(value, "<") {
		for _, address := range list {
			if strings.Contains(address.Name, "@") { // two people's, perhaps
				parts = append(parts, address.Name)
			}
			parts = append(parts, address.Address)
		}
		return parts
	}
	for _, part := range pieces(value, ";|,\r\n\t") {
		part = strings.TrimSpace(part)
		if open := strings.LastIndexByte(part, '<'); open >= 0 && strings.HasSuffix(part, ">") {
			name := part[:open]
			if strings.Contains(name, "@") {
				parts = append(parts, strings.Fields(name)...)
			}
			parts = append(parts, part[open+1:len(part)-1])
			continue
		}
		if placeholder(part) { // "not set"
			parts = append(parts, part)
			continue
		}
		parts = append(parts, strings.Fields(part)...)
	}
	return parts
}

// splitNumbers takes a list of numbers apart if each part is a number that a plan has given
// out, or if the whole is none. What follows a comma may be an extension instead, and what
// follows a slash the rest of the number.
func (p Parser) splitNumbers(value string) []string {
	parts := pieces(value, separators(dsr.Phone))
	if len(parts) > 1 && !slices.ContainsFunc(parts, func(part string) bool { return !p.givenOut(part) }) {
		return parts
	}
	switch _, err := p.Parse(dsr.Phone, value); ReasonOf(err) {
	case Malformed, Unreadable, TooLong, Spreadsheet:
		return parts
	case NoRegion:
		return parts
	case Extension:
		if strings.ContainsAny(value, ";|\n") && !strings.Contains(value, "ext=") {
			return parts
		}
	}
	return []string{value}
}

// givenOut reports whether the text alone is a number that a plan has given out.
func (p Parser) givenOut(text string) bool {
	numbers, _, err := p.readPhone(clean(text))
	return err == nil && !slices.ContainsFunc(numbers, func(number string) bool { return !assigned(number) })
}

const idSeparators = ";|,\r\n\t"

func separators(t dsr.IdentifierType) string {
	switch t {
	case dsr.Email, dsr.GAClientID, dsr.GAAppInstanceID:
		return ";|,\r\n\t "
	case dsr.Phone:
		return ";|,\r\n\t/"
	default:
		return idSeparators
	}
}
