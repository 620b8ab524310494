package identity

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"ite.digital/lethe/dsr"
)

// emailDomain matches two or more labels; letters beyond ASCII are allowed for
// internationalised names.
var emailDomain = regexp.MustCompile(
	`^[\pL\pN]([\pL\pN\pM\x{200C}\x{200D}-]*[\pL\pN\pM])?(\.[\pL\pN]([\pL\pN\pM\x{200C}\x{200D}-]*[\pL\pN\pM])?)+$`)

const notAnAddress = "not an e-mail address, such as name@example.com"

func (p Parser) normalEmail(value string) (string, error) {
	address, err := mail.ParseAddress(value)
	if err != nil || address.Address != value { // a display name, angle brackets or quotes came with it
		return "", rejected(Malformed, notAnAddress)
	}
	at := strings.LastIndexByte(address.Address, '@')
	local, domain := address.Address[:at], strings.ToLower(address.Address[at+1:])
	if !validDomain(domain) {
		return "", rejected(Malformed, "the e-mail address has no valid domain, such as example.com")
	}
	if !plain(domain) || strings.Contains(domain, "xn--") {
		if domain, err = unicodeDomain(domain); err != nil {
			return "", rejected(Malformed, "the e-mail address has no valid domain, such as example.com")
		}
	}
	normal := local + "@" + domain
	switch {
	case nobodysAddress(local, domain):
		return "", rejected(Placeholder, "the address is one that stands for \"none\" or that nobody reads; leave it out")
	case p.own(normal):
		return "", rejected(OwnAddress, "the address is the company's own and identifies nobody")
	}
	return normal, nil
}

// validDomain reports whether the domain, in small letters, is one of two labels or more.
// The last is no number: 192.0.2.1 is an address of another kind.
func validDomain(domain string) bool {
	if last := domain[strings.LastIndexByte(domain, '.')+1:]; digitsOf(last) == last {
		return false
	}
	if !plain(domain) {
		return emailDomain.MatchString(domain)
	}
	labels := 0
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' || strings.ContainsFunc(label, notInLabel) {
			return false
		}
		labels++
	}
	return labels > 1
}

func notInLabel(r rune) bool { return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }

// own reports whether the address is the company's own, however the configuration writes its
// domain.
func (p Parser) own(address string) bool {
	return slices.ContainsFunc(p.Own, func(own string) bool {
		if strings.EqualFold(own, address) {
			return true
		}
		if plain(own) && !strings.Contains(own, "xn--") {
			return false
		}
		normal, err := Parser{}.Parse(dsr.Email, own)
		return err == nil && strings.EqualFold(normal.Value, address)
	})
}

// domains reads the two forms of an internationalised domain (RFC 5890), without the
// transitional mapping of ß, ς and the joiners that older programs apply.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.CheckHyphens(false), idna.StrictDomainName(true))

// transitional maps as IDNA 2003 did: ß to ss, ς to σ, no joiners.
var transitional = idna.New(idna.MapForLookup(), idna.Transitional(true), idna.CheckHyphens(false), idna.StrictDomainName(true))

// unicodeDomain is the domain in its one normal form: with letters beyond ASCII, or as it
// stands in the DNS where it holds what IDNA 2008 takes for no letter, such as an emoji.
func unicodeDomain(domain string) (string, error) {
	ascii, err := domains.ToASCII(domain)
	if err != nil {
		return "", err
	}
	text, err := domains.ToUnicode(ascii)
	if err != nil {
		return "", err
	}
	if !validDomain(text) {
		return ascii, nil
	}
	return text, nil
}

// emailSpellings are the texts under which systems hold the address: as it is, in small
// letters, each with its domain as it stands in the DNS, and all of them with accents as
// characters of their own.
func emailSpellings(value string) []string {
	spellings := distinct([]string{value, strings.ToLower(value)})
	for _, spelling := range slices.Clone(spellings) {
		spellings = append(spellings, otherDomain(spelling)...)
	}
	return decomposed(spellings)
}

// otherDomain is the address with an internationalised domain as it stands in the DNS;
// empty for all others.
func otherDomain(address string) []string {
	at := strings.LastIndexByte(address, '@')
	if plain(address[at+1:]) {
		return nil
	}
	ascii, err := domains.ToASCII(address[at+1:])
	if err != nil {
		return nil
	}
	return []string{address[:at+1] + ascii}
}

// emailAlternatives is the address at the domain that programs with transitional
// processing make of it: another domain, which may be somebody else's.
func emailAlternatives(id dsr.Identifier) []dsr.Identifier {
	at := strings.LastIndexByte(id.Value, '@')
	if plain(id.Value[at+1:]) {
		return nil
	}
	other, err := transitional.ToASCII(id.Value[at+1:])
	if err != nil {
		return nil
	}
	alternative, err := Parser{}.Parse(dsr.Email, id.Value[:at+1]+other)
	if err != nil || alternative.Same(id) {
		return nil
	}
	return []dsr.Identifier{alternative}
}
