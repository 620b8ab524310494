package identity

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"ite.digital/lethe/dsr"
)

const notANumber = "not a phone number, such as +33639980000"

// normalPhone returns the one number that the value can be read as, in E.164.
func (p Parser) normalPhone(value string) (string, error) {
	readings, sure, err := p.readPhone(value)
	switch {
	case err != nil:
		return "", err
	case len(readings) == 1 && !sure:
		return "", rejected(NoCountry, "the digits are no number of "+p.Region+", and may be one of another country; write + and the country code, "+
			"such as +33639980000")
	case len(readings) > 1:
		return "", rejected(TwoReadings, "the digits are a number with its country code and without the plus sign, and a national "+
			"number of "+p.Region+" as well; write + and the country code, such as +33639980000")
	}
	return readings[0], nil
}

// readPhone returns the numbers that the value can be read as: one, or two where digits
// without a plus sign are a number of the region and, with the plus, one of another country.
// sure says that there is one, and that the value itself says of which country.
func (p Parser) readPhone(value string) (readings []string, sure bool, err error) {
	text, trunk, err := dialled(value)
	if err != nil {
		return nil, false, err
	}
	if text[0] == '+' {
		if number, ok := withoutTrunk(text, trunk); ok {
			return []string{number}, true, nil
		}
		return nil, false, rejected(Malformed, notANumber)
	}
	if numbers := p.dialledAbroad(text, trunk); len(numbers) > 0 {
		return numbers, len(numbers) == 1, nil
	}
	if strings.HasPrefix(text, "00") { // what is dialled for another country begins no number of any plan
		return nil, false, rejected(Malformed, notANumber)
	}
	return p.readDigits(text)
}

// withoutTrunk reads a number with its country code. Where the text has a zero in brackets,
// the number without the zero counts if it alone is one that a plan has given out: people
// write the zero for countries that have no trunk prefix as well.
func withoutTrunk(text, trunk string) (string, bool) {
	number, ok := international(text)
	if trunk == "" || ok && assigned(number) {
		return number, ok
	}
	without, fits := international(trunk)
	if fits && (!ok || assigned(without)) {
		return without, true
	}
	return number, ok
}

// dialledAbroad reads digits that begin with what is dialled before a country code: the
// region's own prefix, and 00, which people write everywhere. Australia's is 0011, so that
// 0011 45… is a Danish number there and looks like an American one.
func (p Parser) dialledAbroad(text, trunk string) []string {
	prefix := p.internationalPrefix(text)
	own, ok := p.ownPrefix(text)
	if !ok && prefix == "" {
		return nil
	}
	var other string
	if prefix != "" {
		if trunk != "" {
			trunk = "+" + trunk[1+len(prefix):]
		}
		other, _ = withoutTrunk("+"+text[len(prefix):], trunk)
	}
	switch {
	case own == "" && other == "":
		return nil
	case own == "" || own == other:
		return []string{other}
	case other == "" || !assigned(other):
		return []string{own}
	case !assigned(own):
		return []string{other}
	default:
		return []string{own, other}
	}
}

// ownPrefix reads digits that begin with the region's own international prefix, where that
// is neither 00 nor 011.
func (p Parser) ownPrefix(text string) (string, bool) {
	if p.Region == "" || text[0] != '0' && text[0] != '8' { // 810 in the countries around Russia
		return "", false
	}
	number, err := phonenumbers.ParseAndKeepRawInput(text, p.Region)
	if err != nil || number.GetCountryCodeSource() != phonenumbers.PhoneNumber_FROM_NUMBER_WITH_IDD {
		return "", false
	}
	return international(phonenumbers.Format(number, phonenumbers.E164))
}

// readDigits reads digits that do not say whether they begin with a country code. Numbers
// that a plan has given out go before those that it could. Where the national number lacks
// the trunk prefix with which it is written, the digits look as much like a number that
// lost its plus sign, and the number abroad need not be given out for a doubt.
//
// A number abroad that is the only reading is a guess: people write the numbers of their own
// country without a code. It is none where the digits begin with the region's own code, and
// where the field is one of a messaging channel.
func (p Parser) readDigits(text string) (readings []string, sure bool, err error) {
	if p.Region == "" && !p.Bare {
		return nil, false, rejected(NoRegion, "the phone number has no country code, such as +33, and no default region is set")
	}
	national, nationalKnown := p.national(text)
	abroad, abroadKnown := p.withoutPlus(text)
	switch {
	case national == "" && abroad == "":
		return nil, false, rejected(Malformed, notANumber)
	case abroad == "" && !nationalKnown && (tooLong(national) || fromAmerica(text)):
		return nil, false, rejected(Malformed, notANumber)
	case abroad == "":
		return []string{national}, true, nil
	case national == "" || national == abroad, abroadKnown && (tooLong(national) || !nationalKnown && !asWritten(national, text)):
		return []string{abroad}, national == abroad || p.Bare || p.ownCode(abroad), nil
	case nationalKnown && !abroadKnown && asWritten(national, text):
		return []string{national}, true, nil
	default:
		return []string{national, abroad}, false, nil
	}
}

// ownCode reports whether a number has the calling code of the region.
func (p Parser) ownCode(number string) bool {
	return callingCode(number[1:]) == strconv.Itoa(phonenumbers.GetCountryCodeForRegion(p.Region))
}

// withoutPlus reads digits as a number with its country code that lacks its plus sign. No
// country code begins with a zero, and no number has fewer digits than eight (E.164).
func (p Parser) withoutPlus(text string) (number string, known bool) {
	if text[0] == '0' || len(text) < 8 {
		return "", false
	}
	number, ok := international("+" + text)
	return number, ok && assigned(number)
}

// numberWithoutPlus is what withoutPlus reads in a value of a field.
func (p Parser) numberWithoutPlus(value string) (number string, known bool) {
	text, _, err := dialled(clean(value))
	if err != nil || text[0] == '+' {
		return "", false
	}
	return p.withoutPlus(text)
}

// asWritten reports whether the digits are those with which the country writes the number.
func asWritten(number, text string) bool {
	parsed, err := phonenumbers.Parse(number, "")
	return err == nil && digitsOf(phonenumbers.Format(parsed, phonenumbers.NATIONAL)) == text
}

// fromAmerica reports whether the digits are a number as it is dialled from the countries
// of the North American plan.
func fromAmerica(text string) bool {
	if len(text) <= 10 || !strings.HasPrefix(text, "011") {
		return false
	}
	_, ok := international("+" + text[len("011"):])
	return ok
}

// germany allows more digits in its plan than its numbers have: at most eleven behind the
// country code (Bundesnetzagentur, numbering plan for local numbers), where the library
// takes thirteen for valid. A German mobile that lost its plus sign is no number of Leipzig.
const (
	germany       = "+49"
	longestGerman = 11
)

func tooLong(number string) bool {
	return strings.HasPrefix(number, germany) && len(number)-len(germany) > longestGerman
}

// mexican matches a number as Mexico dialled it until August 2019: 01 before another area's,
// 044 and 045 before a mobile. The ten digits are dialled alone since; the library has
// forgotten what went before them.
var mexican = regexp.MustCompile(`^0(?:1|4[45])(\d{10})$`)

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
	if match := mexican.FindStringSubmatch(text); match != nil && p.Region == "MX" {
		text = match[1]
	}
	parsed, err := phonenumbers.Parse(text, p.Region)
	if err != nil || !whole(parsed) {
		return "", false
	}
	number, ok := international(phonenumbers.Format(parsed, phonenumbers.E164))
	if !ok {
		return "", false
	}
	return number, phonenumbers.IsValidNumber(parsed) || assigned(number)
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
	if number == text {
		return number, true
	}
	if renumbered, ok := today(number); ok {
		return renumbered, true
	}
	if again, ok := formatE164(number); !ok || again != number {
		return "", false // no caller takes it for a reading
	}
	return number, true
}

func formatE164(text string) (string, bool) {
	number, err := phonenumbers.Parse(text, "")
	if err != nil || !whole(number) {
		return "", false
	}
	return phonenumbers.Format(number, phonenumbers.E164), true
}

// whole reports whether a number has as many digits as the numbers of its plan. The library
// calls one possible that lacks its area code, which is a number of every town, but for a few
// that a plan has given out (Canada's 310-1234).
func whole(number *phonenumbers.PhoneNumber) bool {
	switch phonenumbers.IsPossibleNumberWithReason(number) {
	case phonenumbers.IS_POSSIBLE:
		return true
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return phonenumbers.IsValidNumber(number)
	default:
		return false
	}
}

// assigned reports whether the plan of the number's country has given out its range, as
// far as the library or the table of lines knows.
func assigned(number string) bool {
	parsed, err := phonenumbers.Parse(number, "")
	return err == nil && phonenumbers.IsValidNumber(parsed) || ahead(number)
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
	trunkZero = regexp.MustCompile(`^(\(?(?:\+|00)[\d .()-]{1,6}?)\(0\)`)
	// extension matches how people and tel: URIs (RFC 3966) write an extension.
	extension = regexp.MustCompile(
		`(?i)(;ext=|;isub=|[\s,;.(]*(?:\b(?:ext|extn|extension|poste|durchwahl|dw|anexo|ramal|int|interno|app|toestel|nebenstelle|nst|wew|linha)\b|доб|вн)[.:]?\s*|\s*[x#~]\s*|\s*,{1,2}\s*|\s*;\s*)\d{1,8}[#)]?$`)
	// written matches a number as people group one.
	written = regexp.MustCompile(`^(?:\(?\+{1,2})?[\d\s().\-/]+$`)
	// dates and decimals look like numbers once their signs are gone.
	dates    = regexp.MustCompile(`^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})$`)
	decimals = regexp.MustCompile(`^-|^\d+\.\d$|^\d{7,}\.\d{1,2}$`)
	// messenger matches the ids and links of WhatsApp, which hold a number with its country
	// code and without the plus sign.
	messenger = regexp.MustCompile(`(?i)^(?:(?:whatsapp:|(?:https?://)?(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=|web\.whatsapp\.com/send/?\?phone=)|whatsapp://send/?\?phone=)(?:\+|%2B)?(\d{8,15})(?:/?(?:[?&]\S*)?)|(\d{8,15})@(?:c\.us|s\.whatsapp\.net))$`)
	// asText matches what makes spreadsheets take a number for a text.
	asText = regexp.MustCompile(`^(?:="(.*)"|"(.*)"|'(.*?)'?)$`)
)

// dialled is the digits of a number as it is dialled, with a plus sign in front if it has
// one. trunk is the same without a zero in brackets, where there is one. The error is for
// what is no number, or one that many share.
func dialled(value string) (text, trunk string, err error) {
	text, context := asciiDigits(value), ""
	if !onlyDialled(text) {
		if text, context, err = undressed(text); err != nil {
			return "", "", err
		}
	}
	digits := digitsOf(text)
	switch {
	case strings.ContainsAny(text, "-./") && (dates.MatchString(text) || decimals.MatchString(text)):
		return "", "", rejected(Malformed, notANumber)
	case digits == "" || monotonous(digits):
		return "", "", rejected(Placeholder, "the number stands for \"none\" and identifies nobody; leave it out")
	}
	plus := ""
	if strings.HasPrefix(text, "+") || strings.HasPrefix(text, "(+") {
		plus = "+"
	}
	switch {
	case plus != "" && strings.HasPrefix(digits, "00"): // both are written for the same
		digits = digits[2:]
		if digits == "" {
			return "", "", rejected(Malformed, notANumber)
		}
	case plus == "" && context != "":
		return local(context, digits), "", nil
	}
	if strings.Contains(text, "(0)") && trunkZero.MatchString(text) {
		trunk = "+" + digitsOf(trunkZero.ReplaceAllString(text, "$1"))
	}
	return plus + digits, trunk, nil
}

// onlyDialled reports whether the text holds nothing but digits and what groups them, with
// plus signs in front.
func onlyDialled(text string) bool {
	rest := strings.TrimPrefix(text, "(")
	if rest = strings.TrimPrefix(rest, "+"); len(rest) != len(text) {
		rest = strings.TrimPrefix(rest, "+")
	}
	for i := range len(rest) {
		if c := rest[i]; (c < '0' || c > '9') && !strings.ContainsRune(" ().-/", rune(c)) {
			return false
		}
	}
	return rest != ""
}

// undressed takes away what is around a number: the scheme of a URI, a messenger's link, a
// spreadsheet's mark for texts.
func undressed(text string) (number, context string, err error) {
	if match := asText.FindStringSubmatch(text); match != nil {
		text = strings.TrimSpace(match[1] + match[2] + match[3])
	}
	text, context, err = withoutScheme(text)
	if err != nil {
		return "", "", err
	}
	if match := messenger.FindStringSubmatch(text); match != nil {
		text = "+" + match[1] + match[2]
	}
	switch {
	case shortened.MatchString(text):
		return "", "", rejected(Spreadsheet, "a spreadsheet has shortened the number; format the column as text and export it again")
	case extension.MatchString(text):
		return "", "", rejected(Extension, "a number with an extension is shared by many; give the person's own number")
	case !written.MatchString(text):
		return "", "", rejected(Malformed, notANumber)
	}
	return text, context, nil
}

// local is a local number with the country code that a tel: URI says it is to be read with.
// The library knows whether the country has a trunk prefix; Italy's zero is none.
func local(context, digits string) string {
	code := callingCode(context[1:])
	if context[1:] != code { // an area code as well, such as +1-914
		return context + digits
	}
	region := regionOf(code)
	if number, err := phonenumbers.Parse(digits, region); err == nil && whole(number) {
		return phonenumbers.Format(number, phonenumbers.E164)
	}
	return context + digits
}

func regionOf(code string) string {
	number, err := strconv.Atoi(code)
	if err != nil {
		return ""
	}
	return phonenumbers.GetRegionCodeForCountryCode(number)
}

// withoutScheme takes a tel: URI apart (RFC 3966). context is the country code that a
// local number is to be read with, as "+33". A domain instead says nothing of the country.
func withoutScheme(text string) (number, context string, err error) {
	rest, ok := cutPrefixFold(text, "tel:")
	if !ok {
		return text, "", nil
	}
	number, parameters, _ := strings.Cut(rest, ";")
	number = strings.TrimSpace(number)
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		switch {
		case strings.EqualFold(name, "ext"), strings.EqualFold(name, "isub"):
			number += ";ext=" + value
		case !strings.EqualFold(name, "phone-context"), strings.HasPrefix(number, "+"), value == "":
		case len(value) > 1 && value[0] == '+' && callingCode(digitsOf(value)) != "":
			context = "+" + digitsOf(value)
		default:
			return "", "", rejected(NoRegion, "the phone-context of the number is no country code, such as +33; write + and the country code before the number")
		}
	}
	return number, context, nil
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
		international := phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
		national := nationalFormat(number, international)
		digits := digitsOf(national)
		inside := Parser{Region: phonenumbers.GetRegionCodeForCountryCode(int(number.GetCountryCode()))}
		nationally := inside.readsBack(digits, id)
		if nationally {
			spellings = append(spellings, digits)
		}
		if text, _, err := dialled(international); err == nil && text == id.Value {
			spellings = append(spellings, international)
		}
		if text, _, err := dialled(national); nationally && err == nil && text == digits {
			spellings = append(spellings, national)
		}
	}
	for _, before := range earlier(id.Value) {
		spellings = append(spellings, before, before[1:])
	}
	return distinct(spellings)
}

// rarePhoneSpellings are further texts under which systems hold a number: dialled with 00,
// and with other separators than the usual ones: a space behind the country code alone, the
// zero that is dialled within the country in brackets, hyphens and dots. Each reads back as
// the number.
func rarePhoneSpellings(id dsr.Identifier) []string {
	number, err := phonenumbers.Parse(id.Value, "")
	if err != nil {
		return nil
	}
	region := phonenumbers.GetRegionCodeForCountryCode(int(number.GetCountryCode()))
	code := "+" + strconv.Itoa(int(number.GetCountryCode()))
	abroad := phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
	grouped, behind := strings.TrimPrefix(abroad, code+" "), strings.TrimPrefix(id.Value, code)
	inside := nationalFormat(number, abroad)
	rare := []string{
		"00" + id.Value[1:], code + " " + behind, "00" + code[1:] + " " + behind, "00" + strings.TrimPrefix(abroad, "+"),
	}
	if digitsOf(inside) == "0"+behind {
		rare = append(rare, code+" (0)"+behind, code+" (0)"+grouped, code+" (0) "+grouped)
	}
	for _, separator := range []string{"-", "."} {
		rare = append(rare, regrouped(abroad, separator), regrouped(inside, separator))
	}
	for _, before := range earlier(id.Value) {
		rare = append(rare, "00"+before[1:])
	}
	reader := Parser{Region: region}
	return slices.DeleteFunc(rare, func(text string) bool { return !reader.readsAs(text, id) })
}

// regrouped is a number with another separator between its groups.
func regrouped(text, separator string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r != '+' && (r < '0' || r > '9') }), separator)
}

// readsAs reports whether a field with the text is read as the number, by everybody if the
// text has its country code, and else within the country.
func (p Parser) readsAs(text string, id dsr.Identifier) bool {
	if text[0] == '+' {
		p = Parser{}
	}
	reading := p.Field("", dsr.Phone, text)
	return slices.Contains(reading.Identifiers, id) || slices.Contains(reading.Ambiguous, id)
}

// readsBack reports whether the digits can be read as the number within its country.
func (p Parser) readsBack(digits string, id dsr.Identifier) bool {
	if p.plainlyReadsBack(digits, id) {
		return true
	}
	readings, _, err := p.readPhone(digits)
	return err == nil && slices.Contains(readings, id.Value)
}

// plainlyReadsBack is readsBack for most numbers, at a third of the cost: no number abroad
// goes before one that begins with a zero or that the region's plan has given out.
func (p Parser) plainlyReadsBack(digits string, id dsr.Identifier) bool {
	if strings.HasPrefix(digits, "00") || strings.HasPrefix(digits, "011") || tooLong(id.Value) || monotonous(digits) {
		return false
	}
	code := id.Value[:1+len(callingCode(id.Value[1:]))]
	if _, old := today(code + digits); old {
		return false
	}
	number, err := phonenumbers.Parse(digits, p.Region)
	return err == nil && phonenumbers.Format(number, phonenumbers.E164) == id.Value &&
		(digits[0] == '0' || phonenumbers.IsValidNumber(number))
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
