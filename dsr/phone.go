package dsr

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// PhoneSpellings returns the forms in which a phone number in E.164 is found
// in other people's systems, without repetition and E.164 first: with and
// without the plus sign, the way it is dialled within its country, and the
// usual grouping of both. It is empty for any other type of identifier.
func (i Identifier) PhoneSpellings() []string {
	if i.Type != Phone {
		return nil
	}
	spellings := []string{i.Value, strings.TrimPrefix(i.Value, "+")}
	if number, err := phonenumbers.Parse(i.Value, ""); err == nil {
		national := phonenumbers.Format(number, phonenumbers.NATIONAL)
		spellings = append(spellings, digits(national), phonenumbers.Format(number, phonenumbers.INTERNATIONAL), national)
	}
	var distinct []string
	for _, spelling := range spellings {
		if !slices.Contains(distinct, spelling) {
			distinct = append(distinct, spelling)
		}
	}
	return distinct
}

// NationalNumber returns the digits of a phone number in E.164 without its
// country code and without a trunk prefix, or "" for anything else.
func (i Identifier) NationalNumber() string {
	if i.Type != Phone {
		return ""
	}
	number, err := phonenumbers.Parse(i.Value, "")
	if err != nil {
		return ""
	}
	return phonenumbers.GetNationalSignificantNumber(number)
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}
