package identity

import (
	"slices"

	"golang.org/x/text/unicode/norm"

	"ite.digital/lethe/dsr"
)

// Spellings returns the texts under which other people's systems hold the identifier,
// without repetition, the normal form first and then [CommonSpellings]. Vendors that compare
// exactly and take many values at once are asked for each. Every spelling reads back as the
// identifier: that of a phone number in its country.
func Spellings(id dsr.Identifier) []string {
	if id.Type == dsr.Phone {
		return distinct(append(CommonSpellings(id), rarePhoneSpellings(id)...))
	}
	return CommonSpellings(id)
}

// CommonSpellings returns those of the [Spellings] that most systems hold, for vendors that
// are to be asked for one at a time. An address has no others.
func CommonSpellings(id dsr.Identifier) []string {
	switch id.Type {
	case dsr.Email:
		return emailSpellings(id.Value)
	case dsr.Phone:
		return phoneSpellings(id)
	default:
		return decomposed([]string{id.Value})
	}
}

// decomposed are the texts and, of those with letters that Unicode can write in two ways, the
// same with each accent as a character of its own (NFD), as some systems store them. The
// normal form has them in one (NFC).
func decomposed(texts []string) []string {
	for _, text := range slices.Clone(texts) {
		texts = append(texts, norm.NFD.String(text))
	}
	return distinct(texts)
}

// Equivalents returns the values that mean the same as the identifier and look like one: the
// address in small letters, with its domain as it stands in the DNS, with accents as
// characters of their own; the numbers that the line had before.
// Receivers that compare values themselves are asked for each. The normal form is first.
func Equivalents(id dsr.Identifier) []dsr.Identifier {
	same := []dsr.Identifier{id}
	var others []string
	switch id.Type {
	case dsr.Email:
		others = emailSpellings(id.Value)[1:]
	case dsr.Phone:
		others = earlier(id.Value)
	default:
		others = decomposed([]string{id.Value})[1:]
	}
	for _, value := range others {
		same = append(same, dsr.Identifier{Type: id.Type, Value: value})
	}
	return same
}

// Alternatives returns the identifiers that may mean the same person's as this one and
// need not: the number that a plan's change or WhatsApp makes of it where that is not one
// to one, the domain that older programs make of ß and ς. Whatever only they lead to is
// for a person to decide.
func Alternatives(id dsr.Identifier) []dsr.Identifier {
	switch id.Type {
	case dsr.Email:
		return emailAlternatives(id)
	case dsr.Phone:
		return phoneAlternatives(id)
	default:
		return nil
	}
}
