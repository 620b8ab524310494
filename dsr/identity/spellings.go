package identity

import "ite.digital/lethe/dsr"

// Spellings returns the texts under which other people's systems hold the identifier,
// without repetition, the normal form first. Vendors that compare exactly are asked for
// each. Every spelling of a phone number reads back as the same number in its country.
func Spellings(id dsr.Identifier) []string {
	switch id.Type {
	case dsr.Email:
		return emailSpellings(id.Value)
	case dsr.Phone:
		return phoneSpellings(id)
	default:
		return []string{id.Value}
	}
}

// Equivalents returns the values that mean the same as the identifier and look like one:
// the address with its domain as it stands in the DNS, the numbers that the line had before.
// Receivers that compare values themselves are asked for each. The normal form is first.
func Equivalents(id dsr.Identifier) []dsr.Identifier {
	same := []dsr.Identifier{id}
	var others []string
	switch id.Type {
	case dsr.Email:
		others = otherDomain(id.Value)
	case dsr.Phone:
		others = earlier(id.Value)
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
