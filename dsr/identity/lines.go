package identity

import (
	"regexp"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"ite.digital/lethe/dsr"
)

// line is a renumbering, compiled. forth leads from old numbers to new ones.
type line struct {
	Renumbering
	forth, back *regexp.Regexp
	// The digits that the numbers begin with: most numbers of a country are none of them.
	oldPrefix, newPrefix string
}

// old reports whether the digits are a number from before the change.
func (l line) old(digits string) bool {
	return strings.HasPrefix(digits, l.oldPrefix) && l.forth.MatchString(digits)
}

// changed reports whether the digits are a number from after the change.
func (l line) changed(digits string) bool {
	return strings.HasPrefix(digits, l.newPrefix) && l.back.MatchString(digits)
}

// lines has the renumberings by the first digits of the numbers that they concern: the
// calling code, which no other code begins with (ITU-T E.164).
var lines = compile(Renumberings())

func compile(table []Renumbering) map[string][]line {
	byCode := map[string][]line{}
	for _, r := range table {
		compiled := line{
			Renumbering: r,
			forth:       regexp.MustCompile("^" + r.Old + "$"), back: regexp.MustCompile("^" + r.NewForm + "$"),
		}
		compiled.oldPrefix, _ = regexp.MustCompile(r.Old).LiteralPrefix()
		compiled.newPrefix, _ = regexp.MustCompile(r.NewForm).LiteralPrefix()
		codes := map[string]bool{callingCode(r.Old): true, callingCode(r.NewForm): true}
		for code := range codes {
			byCode[code] = append(byCode[code], compiled)
		}
	}
	return byCode
}

// callingCode is the calling code that digits, or a pattern of them, begin with.
func callingCode(digits string) string {
	for length := 1; length <= 3 && length <= len(digits); length++ {
		code := 0
		for _, digit := range digits[:length] {
			code = code*10 + int(digit-'0')
		}
		if phonenumbers.GetRegionCodeForCountryCode(code) != phonenumbers.UNKNOWN_REGION {
			return digits[:length]
		}
	}
	return ""
}

// of are the renumberings that concern a number.
func of(digits string) []line {
	for length := 1; length <= 3 && length < len(digits); length++ {
		if table, ok := lines[digits[:length]]; ok {
			return table
		}
	}
	return nil
}

// today is the number that a line has by today's plan, if the number is an old one and the
// change was one to one, or one that the phone library does not know yet. The number
// begins with a plus sign and holds digits only.
func today(number string) (string, bool) {
	digits := number[1:]
	for _, l := range of(digits) {
		switch {
		case !l.OneToOne:
		case l.old(digits):
			return "+" + l.forth.ReplaceAllString(digits, l.New), true
		case l.Ahead && l.changed(digits):
			return number, true
		}
	}
	return "", false
}

// ahead reports whether the number is one of today's plan that the phone library does not
// know yet.
func ahead(number string) bool {
	digits := number[1:]
	return slices.ContainsFunc(of(digits), func(l line) bool { return l.Ahead && l.changed(digits) })
}

// earlier are the numbers that the line had before a change that was one to one, or under
// which a network knows it.
func earlier(number string) []string {
	var numbers []string
	digits := number[1:]
	for _, l := range of(digits) {
		if l.OneToOne && l.changed(digits) {
			numbers = append(numbers, "+"+l.back.ReplaceAllString(digits, l.OldForm))
		}
	}
	return numbers
}

// phoneAlternatives are the numbers of lines that may be the same one.
func phoneAlternatives(id dsr.Identifier) []dsr.Identifier {
	var alternatives []dsr.Identifier
	add := func(from *regexp.Regexp, to string) {
		digits := id.Value[1:]
		if !from.MatchString(digits) {
			return
		}
		if other, ok := international("+" + from.ReplaceAllString(digits, to)); ok && other != id.Value {
			alternatives = append(alternatives, dsr.Identifier{Type: dsr.Phone, Value: other})
		}
	}
	for _, l := range of(id.Value[1:]) {
		if !l.OneToOne {
			add(l.forth, l.New)
			add(l.back, l.OldForm)
		}
	}
	return dsr.Subject{}.With(alternatives...).Identifiers
}
