package identity

// What stands for nobody. A wrong entry costs on both sides: a filler that passes leads to a
// stranger, and a real value that does not leaves its owner without an erasure. So:
//
//   - An id is refused if programs print it for "none" (undefined, NaN, 0, -1), if people
//     type it to fill a field (test, 12345, 111111), if a template was to replace it
//     ({{contact.id}}) or if it is the digest of one of these. The whole value counts, never
//     a part: Null-17, Test GmbH and 007 are ids. So are single letters and short numbers (A,
//     1, 42, 000123): only zeros alone, six and more of one character and rows of five and
//     more digits from 0, 1 or 9 on are fillers. That costs the customers 12345, 123456 … of a
//     shop their id; they are found by their address, and what was left out is said.
//   - Words that are names of people as well (Nada, Baz) are ids.
//   - A phone number is judged by its digits. With its country code a row of digits can be
//     anybody's: 12345678 is refused, +45 12345678 is not.
//   - An address is refused at every domain if its local part says that nobody reads there
//     or that there is no address (noreply, undefined, noemail). Words that are names or that
//     people choose (null, nan, test, user, abc) are refused only where they cannot be the
//     owner's choice: at public mail providers, whose short names went to strangers long ago
//     and stand in records for "some address", at the domains for examples, and at domains
//     that say the same again (test@test.com). jennifer@null.example and nan@family.example
//     are people. Roles (info, guest, sales) are addresses: who shares one is not decided here.

import (
	"regexp"
	"slices"
	"strings"

	"ite.digital/lethe/dsr"
)

// nobody are the words that people and programs store where there is no value, in small
// letters and without what stands around them. Sources: what the CRM fields of public bug
// reports held (PostHog 12008 and 17325, SEED 1412), what JavaScript, Python, Java, PHP,
// Excel and Google Analytics print for "none", and the words for it in the languages of
// the letters.
var nobody = wordSet(`
	undefined null nil none nan void empty blank n/a na n.a n.a. -na- #n/a missing absent default
	true false yes no on off object object-object nonetype infinity
	unknown unbekannt inconnu inconnue desconocido desconhecido sconosciuto onbekend anonymous anonyme anonym anonimo
	guest visitor nobody noone no-one user username customer client contact test testing tester demo example sample
	dummy fake todo tbd tba tbc pending xxx yyy zzz xyz abc asdf qwerty foo foobar lorem
	keine keiner kein aucun aucune neant ninguno ninguna nessuno geen nenhum
	other not-set not-provided not-available data-not-available not-applicable not-given not-found no-id no-email no-phone noemail nophone noid
	none-provided none-given direct organic referral redacted deleted removed hidden private anonymized anonymised
	id email phone userid user_id user-id customerid customer_id customer-id clientid client_id client-id
`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

var (
	// unfilled matches what a template engine was to fill in: {{contact.id}}, ${id}, %ID%,
	// <%= id %>, *|EMAIL|*, [[id]].
	unfilled = regexp.MustCompile(`^(\{\{.*\}\}|\{[A-Za-z_. ]+\}|\$\w+|\$\{.*\}|%\w+%|%%.*%%|<%.*%>|\*\|.*\|\*|\[\[.*\]\]|<[A-Za-z_ -]+>|:[a-z_]+)$`)
	// sheetErrors matches the errors of spreadsheets, in English, German, French and Spanish.
	sheetErrors = regexp.MustCompile(`(?i)^#(N/A|NV|REF|BEZUG|VALUE|WERT|VALEUR|NAME|NOM|NULL|NULO|NUL|NUM|ZAHL|NOMBRE|DIV/0|CALC|SPILL|ERROR|GETTING_DATA|[¡¿].*)[!?]?$`)
	// shortened matches a number as spreadsheets write large ones.
	shortened = regexp.MustCompile(`(?i)^[+-]?\d+([.,]\d+)?e\+?\d+$`)
	nilUUID   = regexp.MustCompile(`^(0{8}-0{4}-0{4}-0{4}-0{12}|(?i:f{8}-f{4}-f{4}-f{4}-f{12}))$`)
)

// placeholder reports whether the value stands for "none", or for "a test".
func placeholder(value string) bool {
	if len(value) > 60 { // no placeholder is so long
		return false
	}
	if value == "-1" {
		return true
	}
	bare := strings.Trim(value, " \t\"'`´()[]{}<>.,;:!?*_~|/\\-–—")
	if bare == "" || strings.IndexByte("{$%<*[:", value[0]) >= 0 && unfilled.MatchString(value) {
		return true
	}
	if len(value) == 36 && nilUUID.MatchString(value) {
		return true
	}
	word := strings.ToLower(bare)
	if monotonous(word) || nobody[word] {
		return true
	}
	return strings.Contains(word, " ") && nobody[strings.Join(strings.Fields(word), "-")]
}

// monotonous reports whether the value is zeros alone, one character many times over, or
// the row of digits that people type to fill a field.
func monotonous(word string) bool {
	if strings.Trim(word, "0") == "" || strings.Trim(word, "0.") == "" {
		return true
	}
	if len(word) >= 6 && strings.Trim(word, word[:1]) == "" {
		return true
	}
	return len(word) >= 5 && slices.ContainsFunc(typedRows, func(row string) bool { return strings.HasPrefix(row, word) })
}

// typedRows are the rows of digits that people type, from their beginnings.
var typedRows = []string{"1234567890", "0123456789", "9876543210"}

func spreadsheetError(value string) bool { return value[0] == '#' && sheetErrors.MatchString(value) }

const digestOfNothing = "the value is the digest of an empty text, or of one that stands for \"none\"; leave it out"

// emptied are the digests, in small letters, of an empty text and of the words for none:
// programs hash what a field holds without looking.
var emptied = digestsOfNothing()

func digestsOfNothing() map[string]bool {
	set := map[string]bool{}
	add := func(text string) {
		for _, d := range dsr.Digests() {
			set[digest(d, text)] = true
		}
	}
	for word := range nobody {
		add(word)
		add(strings.ToUpper(word))
		add(strings.ToUpper(word[:1]) + word[1:])
	}
	for _, text := range []string{"", " ", "0", "-1", "NaN", "\n"} {
		add(text)
	}
	return set
}

// documented are the client ids of Google's documents, in small letters, which people copy
// into programs: UUID and pair of the Measurement Protocol's reference.
var documented = wordSet(`
	35009a79-1a05-49d7-b876-2b884d0f825b 1234567890.1234567890 1234567890.0987654321 xxxxxxxxxx.yyyyyyyyyy
`)

// nobodysLocal are the local parts of addresses that nobody reads or that say that there is
// none.
var nobodysLocal = wordSet(`
	noreply no-reply no_reply no.reply donotreply do-not-reply do_not_reply do.not.reply nepasrepondre ne-pas-repondre
	keineantwort keine-antwort noresponder no-responder mailer-daemon
	none undefined n.a noemail no-email no.email no_email nomail no-mail noemailprovided noaddress no-address
	unknown anonymous deleted donthaveone notprovided not-provided notavailable
`)

// fillers are local parts that are names of people, or that people choose, and that stand
// for none at the domains of noOwnDomain.
var fillers = wordSet(`
	null nil nan na anon nobody noone invalid test test1 test123 testing tester dummy fake example sample demo
	user username email mail asdf asd qwerty xxx xyz abc abcd aaa a x foo no name yourname your.name your-name
`)

// exampleDomains are those of documents (RFC 2606), and publicProviders those where anybody
// gets an address; ending in a dot, under each of its countries.
var (
	exampleDomains  = []string{"example.com", "example.org", "example.net"}
	publicProviders = []string{
		"gmail.com", "googlemail.com", "icloud.com", "me.com", "aol.com", "web.de", "mail.com", "mail.ru", "qq.com", "163.com",
		"protonmail.com", "proton.me", "yahoo.", "hotmail.", "outlook.", "live.", "gmx.", "yandex.", "msn.com", "freenet.de",
	}
)

// nobodysAddress reports whether the address stands for none.
func nobodysAddress(local, domain string) bool {
	local = strings.ToLower(local)
	return nobodysLocal[local] || nobodysDomain(domain) || fillers[local] && noOwnDomain(local, domain)
}

// noOwnDomain reports whether a filler before the domain cannot be its owner's choice.
func noOwnDomain(local, domain string) bool {
	first, rest, _ := strings.Cut(domain, ".")
	if !strings.Contains(rest, ".") && (first == local || fillers[first]) || slices.Contains(exampleDomains, domain) {
		return true
	}
	return slices.ContainsFunc(publicProviders, func(provider string) bool {
		return provider == domain || strings.HasSuffix(provider, ".") && strings.HasPrefix(domain, provider)
	})
}

// nobodysDomain reports whether mail to the domain reaches nobody: names reserved for that
// (RFC 2606, RFC 6761), and what people make up.
func nobodysDomain(domain string) bool {
	switch domain[strings.LastIndexByte(domain, '.')+1:] {
	case "invalid", "localhost", "none", "null":
		return true
	}
	switch domain {
	case "none.com", "noemail.com", "nomail.com", "noreply.com", "na.com", "no.com", "invalid.com", "test.test":
		return true
	}
	return false
}
