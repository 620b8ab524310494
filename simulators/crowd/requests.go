package crowd

import (
	"slices"

	"ite.digital/lethe/dsr"
)

// crowd lets people make their requests, and writes the truth down.
func (d *drawing) crowd() Crowd {
	c := Crowd{
		Systems: d.systems, Requests: make([]Request, 0, d.requests), names: make([]string, len(d.people)),
		yours: make([][]string, len(d.people)), untraceable: map[int][]string{}, visitors: map[string][]int{},
	}
	for i := range d.people {
		p := &d.people[i]
		c.names[i] = p.first + " " + p.last
		for _, id := range p.clients {
			c.visitors[id] = append(c.visitors[id], i)
		}
		if p.userID != "" {
			c.visitors[p.userID] = append(c.visitors[p.userID], i)
		}
		if i < d.requests {
			c.Requests = append(c.Requests, d.request(i))
		}
	}
	for s, system := range c.Systems {
		for r, record := range system.Records {
			k := key(system.Name, record.ID)
			if len(record.Owners) == 1 {
				c.yours[record.Owners[0]] = append(c.yours[record.Owners[0]], k)
			}
			for _, person := range d.untraceable(record, d.keys[s][r]) {
				c.untraceable[person] = append(c.untraceable[person], k)
			}
		}
	}
	return c
}

// untraceable lists the people who give all identifiers of a record that is not, or not only,
// theirs.
func (d *drawing) untraceable(record Record, keys recordKeys) []int {
	if len(keys) == 0 {
		return nil
	}
	var people []int
	for _, person := range d.given[keys[0]] {
		all := !slices.Equal(record.Owners, []int{person})
		for _, k := range keys[1:] {
			all = all && slices.Contains(d.given[k], person)
		}
		if all {
			people = append(people, person)
		}
	}
	return people
}

// truth is an identifier that a person may give, and its one form.
type truth struct {
	given Given
	key   string
}

// request draws what a person gives: one to three identifiers, the first of which is nearly always
// an address.
func (d *drawing) request(i int) Request {
	p := &d.people[i]
	kinds := slices.Clone(p.kinds)
	if len(kinds) == 0 {
		kinds = []Kind{Ordinary}
	}
	emails, phones, customers := d.canGive(p)
	pools := [][]truth{emails, phones, customers}
	first := weighted(d.rand, 90, 6, 4)
	if len(pools[first]) == 0 {
		first = 0
	}
	picked := []truth{pools[first][0]}
	pools[first] = pools[first][1:]
	for range weighted(d.rand, 65, 27, 8) {
		next := weighted(d.rand, 35, 40, 25)
		if len(pools[next]) == 0 {
			next = 1 // everybody has a phone to give, unless they gave it
		}
		if len(pools[next]) > 0 {
			picked = append(picked, pools[next][0])
			pools[next] = pools[next][1:]
		}
	}
	req := Request{Person: i, Kinds: kinds}
	for _, t := range picked {
		req.Identifiers = append(req.Identifiers, t.given)
		d.given[t.key] = append(d.given[t.key], i)
	}
	return req
}

// canGive lists what a person may give of each type, the likeliest first. Nobody gives a former
// number.
func (d *drawing) canGive(p *person) (emails, phones, customers []truth) {
	addresses := slices.Clone(p.emails)
	d.rand.Shuffle(len(addresses), func(i, j int) { addresses[i], addresses[j] = addresses[j], addresses[i] })
	if p.familyEmail != "" {
		addresses = append(addresses, p.familyEmail)
		if chance(d.rand, 0.6) { // most give the address that the family uses, even those who have their own
			slices.Reverse(addresses)
		}
	}
	if p.roleEmail != "" && (len(addresses) == 0 || chance(d.rand, 0.15)) {
		addresses = append(addresses, p.roleEmail)
	}
	for _, a := range addresses {
		emails = append(emails, truth{Given{dsr.Email, typedEmail(d.rand, a)}, a})
	}
	lines := []line{p.phone}
	if s := p.sharedPhone; !s.none() && s != p.phone {
		lines = append(lines, s)
		if !p.switchboard && chance(d.rand, 0.5) {
			slices.Reverse(lines)
		}
	}
	for _, l := range lines {
		phones = append(phones, truth{Given{dsr.Phone, l.typedByOwner(d.rand)}, l.key()})
	}
	for _, id := range p.customers {
		customers = append(customers, truth{Given{dsr.CustomerID, id}, id})
	}
	return emails, phones, customers
}
