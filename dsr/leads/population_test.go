package leads_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators/crowd"
)

// population is a world of people, records and requests, with the truth about them.
type population struct {
	systems  []crowd.System
	requests []crowd.Request
	// yours are the records that are a person's alone, as "system/id".
	yours func(person int) []string
	name  func(person int) string
	// visitors are those whom the analytics service knows by an id.
	visitors func(id string) []int
}

// independent is a crowd that was made without knowledge of the rule.
func independent(requests int) population {
	c := crowd.Draw(1, requests)
	return population{systems: c.Systems, requests: c.Requests, yours: c.Yours, name: c.Name, visitors: c.Visitors}
}

// own is a second population: simpler, with the same rates. Both
// addresses of people who have two are in their own name.
func own(requests int) population {
	d := &ownDraw{r: rand.New(rand.NewPCG(2, 3)), visits: map[string][]int{}}
	for _, name := range []string{"crm", "chat", "chatbot", analytics, "site", "forms"} {
		d.systems = append(d.systems, crowd.System{Name: name, Needs: map[string][]dsr.IdentifierType{
			"crm": {dsr.Email, dsr.Phone}, "chat": {dsr.Email, dsr.CustomerID}, "chatbot": {dsr.Email, dsr.Phone},
			analytics: {dsr.GAClientID, dsr.GAUserID}, "site": {dsr.Email, dsr.CustomerID, dsr.Phone}, "forms": {dsr.Email},
		}[name]})
	}
	d.records = make([][]string, requests)
	for person := range requests {
		d.person(person, requests)
	}
	return population{
		systems: d.systems, requests: d.requests,
		yours:    func(person int) []string { return d.records[person] },
		name:     func(person int) string { return fmt.Sprint(person) },
		visitors: func(id string) []int { return d.visits[id] },
	}
}

// The systems, by index.
const (
	crm = iota
	chat
	bot
	_
	site
	forms
)

type ownDraw struct {
	r        *rand.Rand
	systems  []crowd.System
	requests []crowd.Request
	records  [][]string
	visits   map[string][]int
	// last is who was drawn before: the spouse, colleague or stranger that some share with.
	last person
}

type person struct {
	index                                  int
	email, second, phone, customer, client string
}

func (d *ownDraw) chance(p float64) bool { return d.r.Float64() < p }

// add adds a record. What others own as well is nobody's alone.
func (d *ownDraw) add(system int, owners []int, fields ...crowd.Field) {
	var filled []crowd.Field
	for _, f := range fields {
		if f.Value != "" {
			filled = append(filled, f)
		}
	}
	s := &d.systems[system]
	id := fmt.Sprint(len(s.Records))
	s.Records = append(s.Records, crowd.Record{ID: id, Fields: filled, Owners: owners})
	if len(owners) == 1 && owners[0] < len(d.records) {
		d.records[owners[0]] = append(d.records[owners[0]], s.Name+"/"+id)
	}
	for _, f := range filled {
		if f.Type == dsr.GAClientID {
			d.visits[f.Value] = append(d.visits[f.Value], owners...)
		}
	}
}

func main(t dsr.IdentifierType, value string) crowd.Field {
	return crowd.Field{Name: string(t), Type: t, Value: value, Main: true}
}

func beside(t dsr.IdentifierType, value string) crowd.Field {
	return crowd.Field{Name: "more_" + string(t), Type: t, Value: value}
}

var (
	givenNames  = strings.Fields("anna bruno carla david elena farid greta hugo ines jonas katia leon maria nadia omar paula")
	familyNames = strings.Fields("amsler brandt castaldi duplessis eriksen fontaine gerlach haddad iversen jacquet kowalczyk lindqvist")
)

// person draws a person, what vendors hold of them, and their request.
func (d *ownDraw) person(index, of int) {
	first, family := givenNames[d.r.IntN(len(givenNames))], fmt.Sprint(familyNames[d.r.IntN(len(familyNames))], string(rune('a'+index%26)), string(rune('a'+index/26%26)),
		string(rune('a'+index/676%26)), string(rune('a'+index/17576%26)))
	p := person{
		index: index, email: first + "." + family + "@example.com", phone: fmt.Sprintf("+336%08d", 10000000+index),
		customer: fmt.Sprintf("C-%06d", index+100000), client: fmt.Sprintf("%d.%d", 1000000000+index, 1700000000+index),
	}
	other := d.last
	var kinds []crowd.Kind
	is := func(k crowd.Kind) bool {
		rate := k.Rate()
		if k == crowd.SharedPhone || k == crowd.FamilyAddress || k == crowd.MergedContact {
			rate /= 2 // the other one is of the kind as well
		}
		if !d.chance(rate) || index == 0 && k != crowd.TwoOwnAddresses {
			return false
		}
		kinds = append(kinds, k)
		if k == crowd.SharedPhone || k == crowd.FamilyAddress || k == crowd.MergedContact {
			before := &d.requests[index-1]
			before.Kinds = append(slices.DeleteFunc(before.Kinds, func(k crowd.Kind) bool { return k == crowd.Ordinary }), k)
		}
		return true
	}
	phone, email := p.phone, p.email
	if is(crowd.SharedPhone) {
		phone = other.phone
	}
	if is(crowd.FamilyAddress) {
		email = other.email
	}
	if is(crowd.RoleAddress) {
		email = "info@" + family[:len(family)-4] + ".example"
		d.add(forms, []int{of + index}, main(dsr.Email, email)) // a colleague's
		d.add(chat, []int{of + index}, main(dsr.Email, email), main(dsr.CustomerID, "K"+p.customer))
	}
	if is(crowd.MergedContact) {
		d.add(crm, []int{other.index, index}, main(dsr.Email, other.email), beside(dsr.Email, p.email), main(dsr.Phone, other.phone),
			main(dsr.CustomerID, other.customer), main(dsr.GAClientID, other.client))
	}
	if is(crowd.RecycledNumber) {
		d.add(bot, []int{of + index}, main(dsr.Email, "former."+family+"@example.org"), main(dsr.Phone, p.phone[1:]))
	}
	customer, client := p.customer, p.client
	if is(crowd.Placeholder) {
		customer, client = "undefined", "null"
		d.add(chat, []int{of + index}, main(dsr.Phone, fmt.Sprintf("+337%08d", 10000000+index)), main(dsr.CustomerID, "undefined"))
	}
	if is(crowd.TwoOwnAddresses) {
		p.second = [...]string{
			first + "." + family + "@example.org", family + "." + first + "@example.net", first + family + "@example.org", first + "." + family + "+shop@example.com",
		}[d.r.IntN(4)]
	}
	if len(kinds) == 0 {
		kinds = []crowd.Kind{crowd.Ordinary}
	}
	d.keep(p, email, phone, customer, client)
	d.requests = append(d.requests, crowd.Request{Person: index, Kinds: kinds, Identifiers: d.given(p, email)})
	d.last = p
}

// keep lets vendors store what they know of a person.
func (d *ownDraw) keep(p person, email, phone, customer, client string) {
	me := []int{p.index}
	either := func() string {
		if p.second != "" && d.chance(0.5) {
			return p.second
		}
		return email
	}
	if d.chance(0.8) {
		d.add(crm, me, main(dsr.Email, email), beside(dsr.Email, p.second), main(dsr.Phone, phone), main(dsr.CustomerID, customer), main(dsr.GAClientID, client))
	}
	if d.chance(0.4) {
		d.add(chat, me, main(dsr.Email, either()), main(dsr.CustomerID, customer))
	}
	if d.chance(0.3) {
		d.add(bot, me, main(dsr.Phone, phone[1:]), main(dsr.Email, map[bool]string{true: either()}[d.chance(0.7)]))
	}
	if d.chance(0.5) {
		d.add(site, me, main(dsr.Email, either()), main(dsr.CustomerID, customer))
		d.add(site, me, main(dsr.CustomerID, customer), main(dsr.Phone, phone), main(dsr.Email, email))
	}
	if d.chance(0.3) {
		d.add(forms, me, main(dsr.Email, either()))
	}
}

// given is what the person hands in.
func (d *ownDraw) given(p person, email string) []crowd.Given {
	given := []crowd.Given{{Type: dsr.Email, Value: email}}
	if d.chance(0.2) {
		given = append(given, crowd.Given{Type: dsr.Phone, Value: p.phone})
	}
	if d.chance(0.1) {
		given = append(given, crowd.Given{Type: dsr.CustomerID, Value: p.customer})
	}
	return given
}
