package identity

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"ite.digital/lethe/dsr"
)

const noRegion = "the phone number has no country code, such as +33, and no default region is set"

const notANumber = "not a phone number, such as +33639980001"

// normalPhone returns the one number that the value can be read as, in E.164.
func (p Parser) normalPhone(value string) (string, error) {
	readings, sure, err := p.readPhone(value)
	switch {
	case err != nil:
		return "", err
	case len(readings) == 1 && !sure:
		return "", rejected(NoCountry, "the digits are no number of "+cmp.Or(p.Region, "a default region")+
			"; write + and the country code, such as +33639980001")
	case len(readings) > 1:
		return "", rejected(TwoReadings, "the digits are a number with its country code and without the plus sign, and a national "+
			"number of "+p.Region+" as well; write + and the country code, such as +33639980001")
	}
	return readings[0], nil
}

// readPhone returns the numbers that the value can be read as: one, or two where digits
// without a plus sign are a number of the region and, with the plus, one of another country.
// sure says that there is one reading and that the value says so itself.
func (p Parser) readPhone(value string) (readings []string, sure bool, err error) {
	text, trunk, err := dialled(value)
	if err != nil {
		return nil, false, err
	}
	if text[0] == '+' {
		number, ok := international(text)
		if !ok && trunk != "" { // the country has no trunk prefix, and people write one
			number, ok = international(trunk)
		}
		if !ok {
			return nil, false, rejected(Malformed, notANumber)
		}
		return []string{number}, true, nil
	}
	if prefix := p.internationalPrefix(text); prefix != "" {
		if number, ok := international("+" + text[len(prefix):]); ok {
			return []string{number}, true, nil
		}
	}
	return p.readDigits(text)
}

// readDigits reads digits that do not say whether they begin with a country code. Numbers
// that a plan has given out go before those that it could.
func (p Parser) readDigits(text string) (readings []string, sure bool, err error) {
	national, nationalKnown := p.national(text)
	var abroad string
	var abroadKnown bool
	// No country code begins with a zero, and no number has fewer digits (E.164).
	if text[0] != '0' && len(text) >= 8 {
		if number, ok := international("+" + text); ok {
			abroad, abroadKnown = number, assigned(number)
		}
	}
	switch {
	case national == "" && abroad == "" && p.Region == "":
		return nil, false, rejected(NoRegion, noRegion)
	case national == "" && abroad == "":
		return nil, false, rejected(Malformed, notANumber)
	case national == abroad, national != "" && abroadKnown && tooLong(national):
		return []string{abroad}, true, nil
	case abroad == "" || nationalKnown && !abroadKnown:
		return []string{national}, true, nil
	case p.Region == "" && !p.Bare:
		return nil, false, rejected(NoRegion, noRegion)
	case national == "" || abroadKnown && !nationalKnown:
		return []string{abroad}, p.Bare, nil
	default:
		return []string{national, abroad}, false, nil
	}
}

// longestNational is how many digits a number has at most behind its country code, where
// plans allow more for extensions: Germany's numbers have eleven (Bundesnetzagentur,
// numbering plan for local numbers), and the library takes thirteen for one.
const longestNational = 11

func tooLong(number string) bool {
	return len(number)-1-len(callingCode(number[1:])) > longestNational
}

// national reads a number of the region, and says whether the region's plan has given it
// out.
func (p Parser) national(text string) (number string, known bool) {
	if p.Region == "" {
		return "", false
	}
	code := "+" + strconv.Itoa(phonenumbers.GetCountryCodeForRegion(p.Region))
	if number, ok := today(code + text); ok { // an old number, which the plan does not know any more
		return number, true
	}
	parsed, err := phonenumbers.Parse(text, p.Region)
	if err != nil || !phonenumbers.IsPossibleNumber(parsed) {
		return "", false
	}
	number, ok := international(phonenumbers.Format(parsed, phonenumbers.E164))
	if !ok {
		return "", false
	}
	return number, assigned(number)
}

// international reads a number with its country code, and returns it in E.164 by today's
// plan. A number that reads differently the second time around is none: numbers are
// compared in this form.
func international(text string) (string, bool) {
	if number, ok := today(text); ok {
		return number, true
	}
	number, ok := formatE164(text)
	if !ok {
		return "", false
	}
	if renumbered, ok := today(number); ok {
		return renumbered, true
	}
	again, ok := formatE164(number)
	return number, ok && again == number
}

func formatE164(text string) (string, bool) {
	number, err := phonenumbers.Parse(text, "")
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return "", false
	}
	return phonenumbers.Format(number, phonenumbers.E164), true
}

// assigned reports whether the plan of the number's country has given out its range.
func assigned(number string) bool {
	parsed, err := phonenumbers.Parse(number, "")
	return err == nil && phonenumbers.IsValidNumber(parsed)
}

// internationalPrefix is what is dialled before a country code: 00 nearly everywhere (ITU-T
// E.164), 011 in the countries of the North American plan; "" where the text begins with
// neither.
func (p Parser) internationalPrefix(text string) string {
	switch {
	case strings.HasPrefix(text, "00"):
		return "00"
	case strings.HasPrefix(text, "011") && len(text) > 10 && (p.Region == "" || phonenumbers.GetCountryCodeForRegion(p.Region) == 1):
		return "011"
	default:
		return ""
	}
}

var (
	// trunkZero matches a trunk prefix in brackets, which is dialled within the country only.
	trunkZero = regexp.MustCompile(`^((?:\+|00)[\d .-]{1,5})\(0\)`)
	// extension matches how people and tel: URIs (RFC 3966) write an extension.
	extension = regexp.MustCompile(
		`(?i)(;ext=|;isub=|[\s,;.]*\b(?:ext|extn|extension|poste|durchwahl|dw|anexo|ramal|int|interno|app|toestel)\b[.:]?\s*|\s*[x#~]\s*|,{1,2}|;)\d{1,8}#?$`)
	// written matches a number as people group one.
	written = regexp.MustCompile(`^\+{0,2}[\d\s().\-/]+$`)
	// dates and decimals look like numbers once their signs are gone.
	dates    = regexp.MustCompile(`^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})$`)
	decimals = regexp.MustCompile(`^-|^\d+\.\d$`)
	// messenger matches the ids and links of WhatsApp, which hold a number with its country
	// code and without the plus sign.
	messenger = regexp.MustCompile(`(?i)^(?:(?:whatsapp:|https?://(?:wa\.me/|api\.whatsapp\.com/send\?phone=))\+?(\d{8,15})/?|(\d{8,15})@(?:c\.us|s\.whatsapp\.net))$`)
)

// dialled is the digits of a number as it is dialled, with a plus sign in front if it has
// one. trunk is the same without a zero in brackets, where there is one. The error is for
// what is no number, or one that many share.
func dialled(value string) (text, trunk string, err error) {
	text, context := withoutScheme(strings.TrimSpace(asciiDigits(value)))
	if match := messenger.FindStringSubmatch(text); match != nil {
		text = "+" + match[1] + match[2]
	}
	switch {
	case shortened.MatchString(text) && strings.ContainsAny(text, "eE"):
		return "", "", rejected(Spreadsheet, "a spreadsheet has shortened the number; format the column as text and export it again")
	case extension.MatchString(text):
		return "", "", rejected(Extension, "a number with an extension is shared by many; give the person's own number")
	case !written.MatchString(text) || dates.MatchString(text) || decimals.MatchString(text):
		return "", "", rejected(Malformed, notANumber)
	}
	digits := digitsOf(text)
	switch {
	case digits == "" || placeholder(digits):
		return "", "", rejected(Placeholder, "the number stands for \"none\" and identifies nobody; leave it out")
	case strings.HasPrefix(text, "+"):
		if trunkZero.MatchString(text) {
			trunk = "+" + digitsOf(trunkZero.ReplaceAllString(text, "$1"))
		}
		return "+" + digits, trunk, nil
	case context != "":
		return context + strings.TrimPrefix(digits, "0"), "", nil
	default:
		return digits, "", nil
	}
}

// withoutScheme takes a tel: URI apart (RFC 3966). context is the country code that a
// local number is to be read with, as "+33"; a domain says nothing of the country.
func withoutScheme(text string) (number, context string) {
	rest, ok := cutPrefixFold(text, "tel:")
	if !ok {
		return text, ""
	}
	number, parameters, _ := strings.Cut(rest, ";")
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		switch {
		case strings.EqualFold(name, "phone-context") && strings.HasPrefix(value, "+"):
			context = "+" + digitsOf(value)
		case strings.EqualFold(name, "ext"), strings.EqualFold(name, "isub"):
			number += ";ext=" + value
		}
	}
	return strings.TrimSpace(number), context
}

func cutPrefixFold(text, prefix string) (rest string, ok bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}

// phoneSpellings are the texts under which systems hold a number: with and without the
// plus sign, the way it is dialled within its country, the usual grouping of both, and the
// same of the numbers that the line had before. Each reads back as the number.
func phoneSpellings(id dsr.Identifier) []string {
	spellings := []string{id.Value, id.Value[1:]}
	number, err := phonenumbers.Parse(id.Value, "")
	if err == nil {
		region := phonenumbers.GetRegionCodeForNumber(number)
		if region == "" {
			region = phonenumbers.GetRegionCodeForCountryCode(int(number.GetCountryCode()))
		}
		inside := Parser{Region: region}
		international := phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
		national := nationalFormat(number, international)
		for _, spelling := range []string{digitsOf(national), international, national} {
			if readsBack(inside, spelling, id) {
				spellings = append(spellings, spelling)
			}
		}
	}
	for _, before := range earlier(id.Value) {
		spellings = append(spellings, before, before[1:])
	}
	return distinct(spellings)
}

// readsBack reports whether the text can be read as the number.
func readsBack(p Parser, text string, id dsr.Identifier) bool {
	readings, _, err := p.readPhone(text)
	return err == nil && slices.Contains(readings, id.Value)
}

// argentina is the country whose mobiles are written nationally with a 15 that stands
// between area code and number, in place of the 9 after the country code.
const argentina = 54

// nationalFormat is the number as it is dialled within its country. The library drops the
// area code of Argentine mobiles (nyaruka/phonenumbers 1.8.1 prints 15-2345-6789 for
// +54 9 11 2345-6789; other ports print 011 15-2345-6789), so they are put together here.
func nationalFormat(number *phonenumbers.PhoneNumber, international string) string {
	groups := strings.Fields(international)
	if number.GetCountryCode() == argentina && len(groups) == 4 && groups[1] == "9" {
		return "0" + groups[2] + " 15-" + groups[3]
	}
	return phonenumbers.Format(number, phonenumbers.NATIONAL)
}

// National returns the digits of a phone number without its country code and without a
// trunk prefix, or "" for anything else.
func National(id dsr.Identifier) string {
	if id.Type != dsr.Phone {
		return ""
	}
	number, err := phonenumbers.Parse(id.Value, "")
	if err != nil {
		return ""
	}
	return phonenumbers.GetNationalSignificantNumber(number)
}

func distinct(texts []string) []string {
	var once []string
	for _, text := range texts {
		if text != "" && !slices.Contains(once, text) {
			once = append(once, text)
		}
	}
	return once
}

// FixedLine reports whether a number is a fixed line by its country's plan: a household's or
// an office's. Where plans do not tell, as in North America, it is false.
func FixedLine(id dsr.Identifier) bool {
	if id.Type != dsr.Phone {
		return false
	}
	number, err := phonenumbers.Parse(id.Value, "")
	return err == nil && phonenumbers.GetNumberType(number) == phonenumbers.FIXED_LINE
}
