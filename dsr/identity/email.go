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
	if !emailDomain.MatchString(domain) {
		return "", rejected(Malformed, "the e-mail address has no valid domain, such as example.com")
	}
	if !plain(domain) || strings.Contains(domain, "xn--") {
		if domain, err = unicodeDomain(domain); err != nil {
			return "", rejected(Malformed, "the e-mail address has no valid domain, such as example.com")
		}
	}
	normal := local + "@" + domain
	switch {
	case nobodysLocal[strings.ToLower(local)] || nobodysDomain(domain):
		return "", rejected(Placeholder, "the address is one that stands for \"none\" or that nobody reads; leave it out")
	case containsFold(p.Own, normal):
		return "", rejected(OwnAddress, "the address is the company's own and identifies nobody")
	}
	return normal, nil
}

// nobodysLocal are the local parts of addresses that are nobody's.
var nobodysLocal = wordSet(`
	noreply no-reply no_reply no.reply donotreply do-not-reply do_not_reply do.not.reply nepasrepondre ne-pas-repondre
	keineantwort keine-antwort noresponder no-responder mailer-daemon
	none null nil undefined nan na n.a noemail no-email no.email nomail no-mail noemailprovided nobody noone invalid
	unknown anonymous anon test testing tester dummy fake example user username email asdf xxx abc deleted
`)

// nobodysDomain reports whether mail to the domain reaches nobody: names reserved for that
// (RFC 2606, RFC 6761), and what people make up.
func nobodysDomain(domain string) bool {
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	switch last {
	case "invalid", "localhost", "local", "none", "null":
		return true
	}
	switch domain {
	case "none.com", "noemail.com", "nomail.com", "na.com", "no.com", "invalid.com", "test.test", "noemail.invalid":
		return true
	}
	return false
}

// domains reads the two forms of an internationalised domain (RFC 5890), without the
// transitional mapping of ß, ς and the joiners that older programs apply.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.CheckHyphens(false), idna.StrictDomainName(true))

// transitional maps as IDNA 2003 did: ß to ss, ς to σ, no joiners.
var transitional = idna.New(idna.MapForLookup(), idna.Transitional(true), idna.CheckHyphens(false), idna.StrictDomainName(true))

// unicodeDomain is the domain with letters beyond ASCII, in its one normal form.
func unicodeDomain(domain string) (string, error) {
	ascii, err := domains.ToASCII(domain)
	if err != nil {
		return "", err
	}
	return domains.ToUnicode(ascii)
}

// emailSpellings are the texts under which systems hold the address: as it is, in small
// letters, and each with its domain as it stands in the DNS.
func emailSpellings(value string) []string {
	spellings := []string{value}
	if lower := strings.ToLower(value); lower != value {
		spellings = append(spellings, lower)
	}
	for _, spelling := range slices.Clone(spellings) {
		spellings = append(spellings, otherDomain(spelling)...)
	}
	return spellings
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
