package identity

import (
	"regexp"
	"slices"
	"strings"

	"ite.digital/lethe/dsr"
)

// A Likeness is how much two e-mail addresses look like one person's.
type Likeness int

// The likenesses, the weakest first.
const (
	// Unlike: nothing in the addresses says that they are one person's.
	Unlike Likeness = iota
	// Initials: one address abbreviates the name in the other, as a.martin does ann.martin. A
	// brother or sister may have the same initial.
	Initials
	// OneName: both spell the same name, as ann.martin@example.com and
	// martin-ann@example.org do.
	OneName
	// OneMailbox: the addresses differ in a tag behind a plus sign only (RFC 5233).
	OneMailbox
)

const (
	// shortestName is how many letters a name has at least that says whose it is: "ann" at two
	// companies are two people.
	shortestName = 6
	// shortestPart is how many letters a family name has at least beside an initial.
	shortestPart = 3
)

// Likely says how much two addresses look like one person's. Digits count: where a name is
// taken people add a number, so that another number is somebody else. Addresses of a role
// are nobody's name.
func Likely(a, b dsr.Identifier) Likeness {
	if a.Type != dsr.Email || b.Type != dsr.Email {
		return Unlike
	}
	localA, domainA := addressParts(a)
	localB, domainB := addressParts(b)
	likeness := OneMailbox
	if localA != localB || domainA != domainB {
		likeness = likelyNames(localA, localB)
	}
	if likeness != Unlike && (Role(a) || Role(b)) { // last, for it costs most
		return Unlike
	}
	return likeness
}

// addressParts are the local part without its tag and the domain, in small letters.
func addressParts(id dsr.Identifier) (local, domain string) {
	at := strings.LastIndexByte(id.Value, '@')
	if at < 0 {
		return "", ""
	}
	local, _, _ = strings.Cut(strings.ToLower(id.Value[:at]), "+")
	return local, strings.ToLower(id.Value[at+1:])
}

func likelyNames(a, b string) Likeness {
	partsA, digitsA := nameParts(a)
	partsB, digitsB := nameParts(b)
	if digitsA != digitsB {
		return Unlike
	}
	joinedA, joinedB := strings.Join(partsA, ""), strings.Join(partsB, "")
	switch {
	case min(len(joinedA), len(joinedB)) < shortestName:
		return Unlike
	case a == b:
		return OneName
	case joinedA == joinedB && full(partsA, partsB), len(partsA) == 2 && joinedB == partsA[1]+partsA[0] && full(partsA),
		len(partsB) == 2 && joinedA == partsB[1]+partsB[0] && full(partsB):
		return OneName
	case joinedA == joinedB:
		return Initials
	case abbreviates(partsA, joinedB), abbreviates(partsB, joinedA), endsAlike(joinedA, joinedB):
		return Initials
	default:
		return Unlike
	}
}

// full reports whether one of the names has two words of which neither is an initial.
func full(names ...[]string) bool {
	return slices.ContainsFunc(names, func(parts []string) bool {
		return len(parts) >= 2 && !slices.ContainsFunc(parts, func(part string) bool { return len(part) < 2 })
	})
}

// nameParts are the words of a local part, and its digits.
func nameParts(local string) (parts []string, digits string) {
	digits = digitsOf(local)
	parts = strings.FieldsFunc(local, func(r rune) bool { return r < 'a' && r != '\'' || r > 'z' && r < 0x80 })
	return parts, digits
}

// abbreviates reports whether the text is the name with one of its two words cut to the
// initial, in either order.
func abbreviates(name []string, text string) bool {
	if len(name) != 2 || len(name[0]) < 2 || len(name[1]) < 2 {
		return false
	}
	for _, n := range [][]string{name, {name[1], name[0]}} {
		if len(n[1]) >= shortestPart && (text == n[0][:1]+n[1] || text == n[1]+n[0][:1]) {
			return true
		}
	}
	return false
}

// endsAlike reports whether one text is the other with what stands before the family name
// cut to its initial, as amartin is annmartin.
func endsAlike(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) < len(b) && a[0] == b[0] && len(a) > shortestName && strings.HasSuffix(b, a[1:])
}

// roles are the local parts of addresses that several people read (RFC 2142 and what
// companies write).
var roles = wordSet(`
	info contact office hello hi mail email support help service sales marketing admin administrator team billing
	accounts accounting finance invoice invoices hr jobs careers press media legal privacy dpo datenschutz security
	abuse postmaster hostmaster webmaster root shop store orders order booking bookings reservation reservations
	reception frontdesk newsletter news kontakt buero büro verwaltung vertrieb einkauf rechnung buchhaltung personal
	accueil secretariat secrétariat direction compta comptabilite facturation commercial contacto ventas pedidos
	administracion administracao segreteria ufficio vendite amministrazione post all everyone staff family familie famille
`)

// Role reports whether several people read the address, by its name.
func Role(id dsr.Identifier) bool {
	if id.Type != dsr.Email {
		return false
	}
	local, _ := addressParts(id)
	return roles[local] || couple.MatchString(local)
}

// couple matches addresses of families and of two people: familie.weber, weber-family,
// ann.und.ben.
var couple = regexp.MustCompile(`(^|[._-])(fam|familie|family|famille|familia|famiglia)([._-]|$)|[a-z][._-](und|and|et|y)[._-][a-z]{2,}`)

// LikelyAny is the greatest likeness of the address to one of the others.
func LikelyAny(id dsr.Identifier, others []dsr.Identifier) Likeness {
	greatest := Unlike
	for _, other := range others {
		greatest = max(greatest, Likely(id, other))
	}
	return greatest
}
