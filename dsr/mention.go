package dsr

import "strings"

// MentionedIn reports whether a text that is to be kept names the subject by
// one of its identifiers, phone numbers in any grouping included.
func (s Subject) MentionedIn(text string) bool {
	folded, digits := strings.ToLower(text), digitsOf(text)
	for _, id := range s.Identifiers {
		if strings.Contains(folded, strings.ToLower(id.Value)) {
			return true
		}
		if id.Type == Phone && strings.Contains(digits, nationalDigits(id.Value)) {
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

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}
