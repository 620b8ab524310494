package crowd

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"ite.digital/lethe/dsr"
)

// person is somebody, and all that is truly theirs or used by them with others.
type person struct {
	kinds       []Kind
	culture     *culture
	first, last string
	household   int // index of the household, or none
	company     int // index of the company, or none
	namesake    int // the person whose full name this one has, or none

	emails       []string // own addresses; everybody but some members of households has one
	familyEmail  string
	roleEmail    string
	phone        line
	landline     line
	sharedPhone  line
	switchboard  bool // sharedPhone is a company's
	formerPhone  line // somebody else's by now
	customers    []string
	clients      []string
	userID       string
	placeholders []placeholder

	apart  bool   // two own addresses are on records of their own
	linkBy string // what joins them then
	merged bool   // the CRM record is the merged one

	// What some record has to carry for the person's kinds to show in the world.
	dueEmails []string
	duePhones []line
}

// placeholder is a value that stands for none, as it is stored in fields of the type.
type placeholder struct {
	kind  dsr.IdentifierType
	value string
}

// none is the household, company or namesake of those who have none.
const none = -1

// company is an employer with a domain of its own.
type company struct {
	domain string
	roles  []string // the role addresses in use
}

// household is people who live together; most have one last name.
type household struct {
	members []int
	culture *culture
	last    string
}

var (
	companyHeads = words(`acme nordwind blauberg initech umbra solaris kranich tilia quercus vesta orbis lumen corvus altona
		sirius castor pollux terra aqua ventus`)
	companyTails = words(`bau soft media logistik consult handel energie foods design werk labs trade studio print care`)
	roles        = words(`info office kontakt contact sales hello buero team support admin`)
	providers    = words(`example.com mail.example.com example.org web.example.org example.net post.example.net
		box.example.com inbox.example.org mobil.example.net`)
)

// nameEverybody gives first and last names, one last name to most of a household, and that of the
// other to namesakes.
func (d *drawing) nameEverybody() {
	for i := range d.people {
		p := &d.people[i]
		d.nameOne(p)
		if p.namesake != none { // the other one comes first: it is a requester, this one a stranger
			other := &d.people[p.namesake]
			p.culture, p.first, p.last = other.culture, other.first, other.last
		}
	}
}

func (d *drawing) nameOne(p *person) {
	if p.household == none {
		p.culture = d.culture()
		p.first, p.last = p.culture.firstName(d.rand), p.culture.lastName(d.rand)
		return
	}
	h := &d.households[p.household]
	if h.culture == nil {
		h.culture = d.culture()
		h.last = h.culture.lastName(d.rand)
	}
	p.culture, p.last = h.culture, h.last
	if chance(d.rand, 0.1) { // kept her or his own name
		p.last = p.culture.lastName(d.rand)
	}
	p.first = p.culture.firstName(d.rand)
	for d.firstNameTaken(h, p) && !chance(d.rand, 0.02) { // some are named after a parent
		p.first = p.culture.firstName(d.rand)
	}
}

func (d *drawing) firstNameTaken(h *household, p *person) bool {
	return slices.ContainsFunc(h.members, func(other int) bool {
		o := &d.people[other]
		return o != p && o.first == p.first && o.last == p.last
	})
}

func (d *drawing) culture() *culture {
	n := d.rand.IntN(100)
	for i := range cultures {
		if n -= cultures[i].share; n < 0 {
			return &cultures[i]
		}
	}
	return &cultures[0]
}

// equipEverybody gives addresses, lines and ids.
func (d *drawing) equipEverybody() {
	for i := range d.people {
		p := &d.people[i]
		if p.company == none && chance(d.rand, 0.25) {
			p.company = d.anyCompany()
		}
		p.phone = d.line(anyOf(d.rand, p.culture.countries), false)
		if chance(d.rand, 0.2) {
			p.landline = d.line(p.phone.country, true)
		}
		if chance(d.rand, 0.6) {
			p.customers = append(p.customers, d.customer())
			if chance(d.rand, 0.02) {
				p.customers = append(p.customers, d.customer())
			}
		}
		for rate := 0.45; chance(d.rand, rate); rate = 0.12 {
			p.clients = append(p.clients, d.client())
		}
		if chance(d.rand, 0.2) {
			p.userID = "u" + strconv.FormatUint(d.rand.Uint64()>>16, 36)
			if len(p.customers) > 0 && chance(d.rand, 0.6) { // most sites send the customer id
				p.userID = p.customers[0]
			}
		}
		p.emails = append(p.emails, d.firstAddress(p))
	}
}

func (d *drawing) anyCompany() int {
	if want := len(d.people)/60 + 1; len(d.companies) < want || chance(d.rand, 0.01) {
		return d.newCompany()
	}
	return d.rand.IntN(len(d.companies))
}

func (d *drawing) newCompany() int {
	name := anyOf(d.rand, companyHeads)
	if d.companyNames[name] {
		name += "-" + anyOf(d.rand, companyTails)
	}
	for d.companyNames[name] {
		name = strings.TrimRight(name, "0123456789") + strconv.Itoa(2+d.rand.IntN(100_000))
	}
	d.companyNames[name] = true
	d.companies = append(d.companies, company{domain: name + ".example"})
	return len(d.companies) - 1
}

// customer draws a customer id of the company: it has had three formats over the years.
func (d *drawing) customer() string {
	d.lastCustomer += 1 + d.rand.IntN(9)
	switch weighted(d.rand, 60, 30, 10) {
	case 0:
		return "C-" + strconv.Itoa(10_000+d.lastCustomer)
	case 1:
		return strconv.Itoa(4_000_000 + d.lastCustomer)
	default:
		h := strconv.FormatUint(d.rand.Uint64()|1<<63, 16) + strconv.FormatUint(d.rand.Uint64()|1<<63, 16)
		return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:32]
	}
}

// client draws a Google Analytics client id: a random number and the second of the first visit.
func (d *drawing) client() string {
	for {
		id := strconv.Itoa(100_000_000+d.rand.IntN(2_000_000_000)) + "." + strconv.Itoa(1_600_000_000+d.rand.IntN(180_000_000))
		if !d.takenClients[id] {
			d.takenClients[id] = true
			return id
		}
	}
}

// firstAddress draws the address that a person uses most: at work for half of those who have a
// company.
func (d *drawing) firstAddress(p *person) string {
	if p.company != none && chance(d.rand, 0.5) {
		return d.workAddress(p)
	}
	return d.unique(d.privateLocal(p, p.last), frequent(d.rand, providers))
}

// workAddress follows the pattern of the company, which is the same for all its people.
func (d *drawing) workAddress(p *person) string {
	f, l := d.folded(p, p.last)
	domain := d.companies[p.company].domain
	local := f + "." + l
	switch p.company % 5 {
	case 1:
		local = f[:1] + "." + l
	case 2:
		local = f[:1] + l
	case 3:
		local = l
	}
	return d.unique(local, domain)
}

// folded are the first and the last name as they stand in addresses; some Germans write u for ü.
func (d *drawing) folded(p *person, last string) (f, l string) {
	german := p.culture == &cultures[0] && !chance(d.rand, 0.15)
	return fold(p.first, german), fold(last, german)
}

// privateLocal draws the local part of a private address.
func (d *drawing) privateLocal(p *person, last string) string {
	f, l := d.folded(p, last)
	year := d.rand.IntN(55) + 50
	yy := strconv.Itoa(year % 100)
	if year%100 < 10 {
		yy = "0" + yy
	}
	switch weighted(d.rand, 30, 11, 11, 8, 4, 4, 3, 3, 6, 5, 4, 3, 4, 4) {
	case 0:
		return f + "." + l
	case 1:
		return f + l
	case 2:
		return f[:1] + l
	case 3:
		return f[:1] + "." + l
	case 4:
		return f + "_" + l
	case 5:
		return l + "." + f
	case 6:
		return f + l[:1]
	case 7:
		return f + "-" + l
	case 8:
		return f + yy
	case 9:
		return f + "." + l + yy
	case 10:
		return l + yy
	case 11:
		return f + "." + l + "." + strconv.Itoa(1950+d.rand.IntN(55))
	case 12:
		return d.hypocorism(f) + "." + l
	default:
		return d.handle()
	}
}

// hypocorism is the short form of a first name: a usual one, or its beginning.
func (d *drawing) hypocorism(f string) string {
	if short, ok := hypocorisms[f]; ok {
		return short
	}
	if len(f) > 4 {
		return f[:3+d.rand.IntN(2)]
	}
	return f + "i"
}

// handle is an address without a name in it.
func (d *drawing) handle() string {
	return anyOf(d.rand, handleHeads) + anyOf(d.rand, handleTails) + strconv.Itoa(d.rand.IntN(100))
}

// secondAddress draws another address in the person's own name. Of 100 people,
//
//   - 28 have the same local part at another provider,
//   - 24 another pattern of the same name at another provider (first.last, flast),
//   - 24 one at work and one of their own,
//   - 8 have one under the name before or after a marriage,
//   - 9 one with a plus and a tag,
//   - 5 one with a short form of the first name, and
//   - 2 one without a name in it.
func (d *drawing) secondAddress(p *person) string {
	first := p.emails[0]
	local, domain, _ := strings.Cut(first, "@")
	other := frequent(d.rand, providers)
	for other == domain {
		other = anyOf(d.rand, providers)
	}
	f, l := d.folded(p, p.last)
	switch weighted(d.rand, 28, 24, 24, 8, 9, 5, 2) {
	case 0:
		return d.unique(local, other)
	case 1:
		patterns := []string{f + "." + l, f[:1] + l, f + l, l + "." + f, f + "_" + l, f[:1] + "." + l}
		second := anyOf(d.rand, patterns)
		for second == local {
			second = anyOf(d.rand, patterns)
		}
		return d.unique(second, other)
	case 2:
		if p.company == none {
			p.company = d.anyCompany()
		}
		if domain == d.companies[p.company].domain {
			return d.unique(d.privateLocal(p, p.last), other)
		}
		return d.workAddress(p)
	case 3:
		return d.unique(f+"."+fold(p.culture.lastName(d.rand), p.culture == &cultures[0]), other)
	case 4:
		return d.unique(local+"+"+anyOf(d.rand, words("shop news newsletter spam work test privat")), domain)
	case 5:
		return d.unique(d.hypocorism(f)+anyOf(d.rand, []string{".", ""})+l, other)
	default:
		return d.unique(d.handle(), other)
	}
}

// familyAddress draws the address that the members of a household use: one made for all, or that of
// the first.
func (d *drawing) familyAddress(members []int) string {
	a, b := &d.people[members[0]], &d.people[members[1]]
	if chance(d.rand, 0.4) && !a.hasTwo() && !a.merged { // these need what is theirs alone
		return a.emails[0]
	}
	f, l := d.folded(a, a.last)
	other, _ := d.folded(b, b.last)
	local := anyOf(d.rand, []string{
		"familie." + l, l + ".family", "the" + l + "s", "fam." + l, f + "." + other + "." + l, f + "und" + other, l,
	})
	return d.unique(local, frequent(d.rand, providers))
}

// unique takes the address, or the next with a number that is free, as providers propose it.
func (d *drawing) unique(local, domain string) string {
	address := local + "@" + domain
	n := d.takenEmails[address]
	d.takenEmails[address]++
	for ; n > 0; n++ {
		numbered := local + strconv.Itoa(n) + "@" + domain
		if plain, tag, plus := strings.Cut(local, "+"); plus {
			numbered = plain + "+" + tag + strconv.Itoa(n) + "@" + domain
		}
		if d.takenEmails[numbered] == 0 {
			d.takenEmails[numbered] = 1
			d.takenEmails[address] = n + 1
			return numbered
		}
	}
	return address
}

// typedEmail writes an address as forms and spreadsheets leave it.
func typedEmail(r *rand.Rand, address string) string {
	switch weighted(r, 930, 30, 20, 10, 4, 3, 3) {
	case 1:
		return strings.ToUpper(address[:1]) + address[1:]
	case 2:
		local, domain, _ := strings.Cut(address, "@")
		return local + "@" + strings.ToUpper(domain[:1]) + domain[1:]
	case 3:
		return strings.ToUpper(address)
	case 4:
		return address + " "
	case 5:
		return "\u200b" + address
	case 6:
		return "\ufeff" + address
	}
	return address
}
