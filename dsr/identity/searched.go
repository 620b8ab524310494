package identity

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"ite.digital/lethe/dsr"
)

// A Form is what is particular about a spelling of an identifier, as a code. It says nothing
// of the value.
type Form string

// The forms of addresses and of ids.
const (
	// FormAsGiven is the normal form.
	FormAsGiven Form = "as_given"
	// FormLowerCase has small letters only.
	FormLowerCase Form = "lower_case"
	// FormComposed and FormDecomposed write accents with their letters and behind them.
	FormComposed   Form = "nfc"
	FormDecomposed Form = "nfd"
	// FormUnicodeDomain and FormASCIIDomain write the domain as people do and as the DNS does.
	FormUnicodeDomain Form = "unicode_domain"
	FormASCIIDomain   Form = "ascii_domain"
)

// The forms of phone numbers.
const (
	// FormInternational begins with a plus sign, FormInternational00 with 00 in place of it, and
	// FormWithoutPlus with the country code.
	FormInternational   Form = "international"
	FormInternational00 Form = "international_00"
	FormWithoutPlus     Form = "without_plus"
	// FormNational is as it is dialled within the country.
	FormNational Form = "national"
	// FormEarlier is a number that the line had before.
	FormEarlier Form = "earlier_number"
	// FormSeparatedUsually has the separators that are usual in the country; the others have a
	// space behind the country code alone, hyphens, dots, and a zero in brackets.
	FormSeparatedUsually     Form = "separated_usually"
	FormSeparatedCode        Form = "separated_code"
	FormSeparatedHyphens     Form = "separated_hyphens"
	FormSeparatedDots        Form = "separated_dots"
	FormSeparatedTrunkPrefix Form = "separated_trunk_prefix"
)

// FormEvery stands for every spelling there is: all values of the system were read, and
// compared in their normal form.
const FormEvery Form = "every_spelling"

// Asked collects in which forms a system was asked for identifiers. Connectors note each
// text that they have asked for. The zero value is ready to use.
type Asked struct{ searches []dsr.Search }

// Note adds the forms of texts under which the identifier was asked for.
func (a *Asked) Note(id dsr.Identifier, texts ...string) {
	for _, text := range texts {
		a.add(id.Type, formsOf(id, text)...)
	}
}

// NoteEvery adds that all of a system's values of the identifier's type were compared with it.
func (a *Asked) NoteEvery(id dsr.Identifier) { a.add(id.Type, FormEvery) }

func (a *Asked) add(t dsr.IdentifierType, forms ...Form) {
	at := slices.IndexFunc(a.searches, func(s dsr.Search) bool { return s.Type == t })
	if at < 0 {
		at, a.searches = len(a.searches), append(a.searches, dsr.Search{Type: t})
	}
	search := &a.searches[at]
	for _, form := range forms {
		if !slices.Contains(search.Spellings, string(form)) {
			search.Spellings = append(search.Spellings, string(form))
		}
	}
}

// Searches are what was noted, by type.
func (a *Asked) Searches() []dsr.Search { return a.searches }

// formsOf are the forms of one text of an identifier.
func formsOf(id dsr.Identifier, text string) []Form {
	if id.Type == dsr.Phone {
		return phoneForms(id, text)
	}
	var forms []Form
	if text == id.Value {
		forms = append(forms, FormAsGiven)
	}
	if id.Type == dsr.Email {
		forms = append(forms, addressForms(text)...)
	}
	if plain(text) {
		return forms
	}
	if norm.NFC.IsNormalString(text) {
		return append(forms, FormComposed)
	}
	return append(forms, FormDecomposed)
}

func addressForms(text string) []Form {
	var forms []Form
	if text == strings.ToLower(text) {
		forms = append(forms, FormLowerCase)
	}
	switch domain := text[strings.LastIndexByte(text, '@')+1:]; {
	case !plain(domain):
		forms = append(forms, FormUnicodeDomain)
	case strings.Contains(domain, "xn--"):
		forms = append(forms, FormASCIIDomain)
	}
	return forms
}

func phoneForms(id dsr.Identifier, text string) []Form {
	digits := digitsOf(text)
	var forms []Form
	earlierNumber := slices.ContainsFunc(earlier(id.Value), func(before string) bool {
		return before[1:] == strings.TrimPrefix(digits, "00")
	})
	if earlierNumber {
		forms = append(forms, FormEarlier)
	}
	code := callingCode(id.Value[1:])
	switch {
	case strings.HasPrefix(text, "+"):
		forms = append(forms, FormInternational)
	case strings.HasPrefix(digits, "00"+code):
		forms = append(forms, FormInternational00)
	case digits == id.Value[1:] || earlierNumber:
		forms = append(forms, FormWithoutPlus)
	default:
		forms = append(forms, FormNational)
	}
	switch separators := withoutDigits(text); {
	case separators == "":
		return forms
	case strings.Contains(text, "(0)"):
		return append(forms, FormSeparatedTrunkPrefix)
	case strings.Trim(separators, "-") == "":
		return append(forms, FormSeparatedHyphens)
	case strings.Trim(separators, ".") == "":
		return append(forms, FormSeparatedDots)
	case separators == " " && strings.HasPrefix(strings.TrimLeft(text, "+0"), code+" "):
		return append(forms, FormSeparatedCode)
	default:
		return append(forms, FormSeparatedUsually)
	}
}

func withoutDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, text)
}
