package crowd

import (
	"math/rand/v2"
	"slices"

	"ite.digital/lethe/dsr"
)

// drawing is a world in the making.
type drawing struct {
	rand     *rand.Rand
	requests int

	people     []person
	households []household
	companies  []company
	groups     groups

	takenEmails  map[string]int // the next number to try, by address
	takenLines   map[string]bool
	takenClients map[string]bool
	companyNames map[string]bool
	lastCustomer int

	systems []System
	keys    [][]recordKeys // of each system's records
	given   map[string][]int
}

// groups are the people who have something in common, by index.
type groups struct {
	phones   []phoneGroup
	families [][]int
	roles    [][]int
	merged   [][2]int
	recycled []recycling
}

type phoneGroup struct {
	members     []int
	switchboard bool
}

// recycling is a number that went from one person to another.
type recycling struct{ present, former int }

// Draw draws the world in which so many people make one request each. The same seed and number give
// the same world.
func Draw(seed uint64, requests int) Crowd { return draw(seed, requests).crowd() }

// draw draws people and what vendors keep of them.
func draw(seed uint64, requests int) *drawing {
	d := &drawing{
		rand:         rand.New(rand.NewPCG(seed, 0x1e74e)),
		requests:     max(requests, 0),
		people:       make([]person, 0, max(requests, 0)*3/2),
		takenEmails:  map[string]int{},
		takenLines:   map[string]bool{},
		takenClients: map[string]bool{},
		companyNames: map[string]bool{},
		given:        map[string][]int{},
	}
	for range d.requests {
		d.newPerson()
	}
	d.groupPeople()
	for range d.requests / 5 {
		d.newPerson() // bystanders
	}
	d.nameEverybody()
	d.equipEverybody()
	d.share()
	d.keepRecords()
	return d
}

func (d *drawing) newPerson() int {
	d.people = append(d.people, person{household: none, company: none, namesake: none})
	return len(d.people) - 1
}

// quota draws the requesters of a kind and marks them, in random order.
func (d *drawing) quota(k Kind) []int {
	count := int(k.Rate()*float64(d.requests) + 0.5)
	drawn := d.rand.Perm(d.requests)[:count]
	for _, i := range drawn {
		d.people[i].kinds = append(d.people[i].kinds, k)
	}
	return drawn
}

// gather fills a group around the first of the waiting requesters: each further member is the next
// requester of the same kind at the rate given, and otherwise somebody who makes no request.
func (d *drawing) gather(waiting *[]int, size int, rate float64) []int {
	members := []int{(*waiting)[0]}
	*waiting = (*waiting)[1:]
	for len(members) < size {
		if len(*waiting) > 0 && chance(d.rand, rate) {
			members = append(members, (*waiting)[0])
			*waiting = (*waiting)[1:]
			continue
		}
		members = append(members, d.newPerson())
	}
	return members
}

// groupPeople decides who has something in common with whom. It comes before names, because
// families share these.
func (d *drawing) groupPeople() {
	for waiting := d.quota(SharedPhone); len(waiting) > 0; {
		g := phoneGroup{switchboard: chance(d.rand, 0.4)}
		if g.switchboard {
			g.members = d.gather(&waiting, 3+d.rand.IntN(6), 0.3)
			d.employ(g.members)
		} else {
			g.members = d.gather(&waiting, 2+weighted(d.rand, 60, 25, 15), 0.3)
			d.house(g.members)
		}
		d.groups.phones = append(d.groups.phones, g)
	}
	for waiting := d.quota(FamilyAddress); len(waiting) > 0; {
		members := d.gather(&waiting, 2, 0.4)
		d.house(members)
		d.groups.families = append(d.groups.families, members)
	}
	for waiting := d.quota(RoleAddress); len(waiting) > 0; {
		members := d.gather(&waiting, 2+d.rand.IntN(5), 0.3)
		d.employ(members)
		d.groups.roles = append(d.groups.roles, members)
	}
	for waiting := d.quota(MergedContact); len(waiting) > 0; {
		d.mergeNext(&waiting)
	}
	for waiting := d.quota(RecycledNumber); len(waiting) > 0; {
		pair := d.gather(&waiting, 2, 0.4)
		if chance(d.rand, 0.3) { // the requester is the former holder
			slices.Reverse(pair)
		}
		d.groups.recycled = append(d.groups.recycled, recycling{present: pair[0], former: pair[1]})
	}
	for _, i := range d.quota(Placeholder) {
		d.placehold(i)
	}
	d.quota(TwoOwnAddresses)
}

// mergeNext pairs the next requester with a spouse, a colleague, a namesake or a stranger.
func (d *drawing) mergeNext(waiting *[]int) {
	switch weighted(d.rand, 35, 25, 2, 38) {
	case 0:
		pair := d.gather(waiting, 2, 0.4)
		d.house(pair)
		d.groups.merged = append(d.groups.merged, [2]int(pair))
	case 1:
		pair := d.gather(waiting, 2, 0.4)
		d.employ(pair)
		d.groups.merged = append(d.groups.merged, [2]int(pair))
	case 2:
		pair := d.gather(waiting, 2, 0)
		d.people[pair[1]].namesake = pair[0]
		d.groups.merged = append(d.groups.merged, [2]int(pair))
	default:
		d.groups.merged = append(d.groups.merged, [2]int(d.gather(waiting, 2, 0.4)))
	}
}

// house puts people in one household. Who lives somewhere already stays there, and takes the others
// in.
func (d *drawing) house(members []int) {
	home := none
	for _, m := range members {
		if d.people[m].household != none {
			home = d.people[m].household
		}
	}
	if home == none {
		d.households = append(d.households, household{})
		home = len(d.households) - 1
	}
	for _, m := range members {
		if d.people[m].household == none {
			d.people[m].household = home
			d.households[home].members = append(d.households[home].members, m)
		}
	}
}

// employ makes people colleagues. Who works somewhere already stays there.
func (d *drawing) employ(members []int) {
	at := d.people[members[0]].company
	if at == none {
		at = d.newCompany()
	}
	for _, m := range members {
		if d.people[m].company == none {
			d.people[m].company = at
		}
	}
}

// Values that stand for none, as programs, spreadsheets and people store them.
var (
	emptyIDs = words(`undefined undefined undefined null null n/a n/a 0 - none unknown test 123 0000000000
		NULL None N/A nil NaN (not_set) #N/A`)
	emptyPhones = words("0000000000 0000000000 undefined null n/a 0 - none unknown test 123 +490000000000 000-000-0000")
	emptyEmails = words(`noreply@example.com noreply@example.com anonymous@example.com anonymous@example.com undefined null n/a -
		none unknown test no-reply@example.org noreply@mail.example.com test@example.com`)
)

// placehold stores one or two placeholders about a requester, and the same about two to four
// strangers each.
func (d *drawing) placehold(i int) {
	types := []dsr.IdentifierType{dsr.CustomerID, dsr.CustomerID, dsr.CustomerID, dsr.Phone, dsr.Phone, dsr.Email, dsr.Email,
		dsr.GAClientID, dsr.GAClientID, dsr.GAUserID, dsr.GAUserID}
	for range 1 + weighted(d.rand, 75, 25) {
		ph := placeholder{kind: anyOf(d.rand, types)}
		values := emptyIDs
		switch ph.kind {
		case dsr.Phone:
			values = emptyPhones
		case dsr.Email:
			values = emptyEmails
		}
		if ph.value = anyOf(d.rand, values); ph.value == "(not_set)" {
			ph.value = "(not set)"
		}
		if d.people[i].placeholder(ph.kind) != nil {
			continue
		}
		d.people[i].placeholders = append(d.people[i].placeholders, ph)
		for range 2 + d.rand.IntN(3) {
			stranger := d.newPerson()
			d.people[stranger].placeholders = []placeholder{ph}
		}
	}
}

func (p *person) placeholder(t dsr.IdentifierType) *placeholder {
	for i := range p.placeholders {
		if p.placeholders[i].kind == t {
			return &p.placeholders[i]
		}
	}
	return nil
}

// hasTwo says that the person has two addresses in their own name.
func (p *person) hasTwo() bool { return slices.Contains(p.kinds, TwoOwnAddresses) }

// share gives groups what they have in common, once everybody has a name and something of their
// own.
func (d *drawing) share() {
	for i := range d.people {
		d.giveSecondAddress(&d.people[i])
	}
	for _, g := range d.groups.phones {
		d.sharePhone(g)
	}
	for _, pair := range d.groups.merged {
		for _, m := range pair {
			d.people[m].merged = true
		}
	}
	for _, members := range d.groups.families {
		d.shareFamilyAddress(members)
	}
	for _, members := range d.groups.roles {
		d.shareRoleAddress(members)
	}
	for _, rec := range d.groups.recycled {
		present, former := &d.people[rec.present], &d.people[rec.former]
		former.formerPhone = present.phone
		former.duePhones = append(former.duePhones, present.phone)
		present.duePhones = append(present.duePhones, present.phone)
	}
}

func (d *drawing) giveSecondAddress(p *person) {
	if !p.hasTwo() {
		return
	}
	p.emails = append(p.emails, d.secondAddress(p))
	if chance(d.rand, 0.5) { // which of them is the main one has nothing to do with which came first
		slices.Reverse(p.emails)
	}
	if p.apart = chance(d.rand, 0.5); !p.apart {
		return
	}
	p.linkBy = anyOf(d.rand, []string{byCustomer, byPhone})
	if p.placeholder(dsr.CustomerID) != nil {
		p.linkBy = byPhone
	}
	if p.linkBy == byCustomer && len(p.customers) == 0 {
		p.customers = append(p.customers, d.customer())
	}
}

func (d *drawing) sharePhone(g phoneGroup) {
	first := &d.people[g.members[0]]
	shared := first.phone // the mobile of one of the family
	if g.switchboard || chance(d.rand, 0.5) {
		shared = d.line(first.phone.country, true)
	}
	for _, m := range g.members {
		p := &d.people[m]
		p.sharedPhone, p.switchboard = shared, g.switchboard
		p.duePhones = append(p.duePhones, shared)
	}
}

func (d *drawing) shareFamilyAddress(members []int) {
	address := d.familyAddress(members)
	for _, m := range members {
		p := &d.people[m]
		p.familyEmail = address
		p.emails = slices.DeleteFunc(p.emails, func(own string) bool { return own == address })
		if chance(d.rand, 0.6) {
			d.giveUpOwnAddress(p)
		}
		p.dueEmails = append(p.dueEmails, address)
	}
}

func (d *drawing) shareRoleAddress(members []int) {
	at := &d.companies[d.people[members[0]].company]
	if len(at.roles) == len(roles) { // all are taken by other teams of the company
		another := d.newCompany()
		at = &d.companies[another]
	}
	role := frequent(d.rand, roles)
	for slices.Contains(at.roles, role) {
		role = anyOf(d.rand, roles)
	}
	at.roles = append(at.roles, role)
	address := role + "@" + at.domain
	d.takenEmails[address]++
	for _, m := range members {
		p := &d.people[m]
		p.roleEmail = address
		if chance(d.rand, 0.3) {
			d.giveUpOwnAddress(p)
		}
		p.dueEmails = append(p.dueEmails, address)
	}
}

// giveUpOwnAddress leaves a person with the address that is shared, unless another kind of theirs
// needs one of their own.
func (d *drawing) giveUpOwnAddress(p *person) {
	if !p.hasTwo() && !p.merged {
		p.emails = nil
	}
}
