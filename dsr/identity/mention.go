package identity

import (
	"regexp"
	"strings"

	"ite.digital/lethe/dsr"
)

// MentionedIn reports whether a text that is to be kept names the subject by
// one of its identifiers, phone numbers in any grouping included, or by a hash of
// one, or by what one is the hash of.
func MentionedIn(s dsr.Subject, text string) bool {
	folded, digits := strings.ToLower(text), digitsOf(text)
	for _, id := range s.Identifiers {
		if plain, _, hashed := id.Type.Plain(); hashed && behindIn(id, plain, text) {
			return true
		}
		for _, form := range Forms(id)[1:] {
			if strings.Contains(folded, form.Value) {
				return true
			}
		}
		if strings.Contains(folded, strings.ToLower(id.Value)) {
			return true
		}
		if id.Type == dsr.Phone && strings.Contains(digits, nationalDigits(id.Value)) {
			return true
		}
	}
	return false
}

// nationalDigits is the end of an E.164 number, which stays the same whether
// it is written with a country code or a trunk prefix. Eight digits are long
// enough not to be met by chance and short enough for every numbering plan.
func nationalDigits(phone string) string {
	digits := digitsOf(phone)
	return digits[max(0, len(digits)-8):]
}

// words matches what may be an identifier in a text: an address, a number in any
// grouping, an id.
var words = regexp.MustCompile(`\+?\d[\d ().-]{5,}\d|[^\s,;:()<>"']+`)

// behindIn reports whether the text holds what the identifier is the hash of.
func behindIn(id dsr.Identifier, plain dsr.IdentifierType, text string) bool {
	for _, word := range words.FindAllString(text, -1) {
		word = strings.Trim(word, ".!?")
		if plain == dsr.Phone {
			word = "+" + digitsOf(word)
		}
		if hashes(id, dsr.Identifier{Type: plain, Value: word}) {
			return true
		}
	}
	return false
}
