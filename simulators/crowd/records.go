package crowd

import (
	"slices"
	"strconv"
	"strings"

	"ite.digital/lethe/dsr"
)

// The systems, by index.
const (
	crm = iota
	chat
	chatbot
	analytics
	site
	forms
)

// What joins the records of a person whose two addresses are apart.
const (
	byCustomer = "customer_id"
	byPhone    = "phone"
)

// recordKeys are the true identifiers on a record, each in one form, without placeholders.
type recordKeys []string

// entry is a record in the making.
type entry struct {
	fields []Field
	keys   recordKeys
}

// storedTypes are the types of the placeholders that some record of a person has already.
type storedTypes map[dsr.IdentifierType]bool

// keeper adds a record of a person to a system.
type keeper func(person int, w wanted, stored storedTypes)

// wanted is what a record must carry; what is empty is drawn.
type wanted struct {
	email string
	phone line
}

// keepRecords lets every vendor store what it knows of people.
func (d *drawing) keepRecords() {
	d.systems = []System{
		crm:       {Name: "crm", Needs: []dsr.IdentifierType{dsr.Email, dsr.Phone}},
		chat:      {Name: "chat", Needs: []dsr.IdentifierType{dsr.Email, dsr.CustomerID}},
		chatbot:   {Name: "chatbot", Needs: []dsr.IdentifierType{dsr.Email, dsr.Phone}},
		analytics: {Name: "analytics", Needs: []dsr.IdentifierType{dsr.GAClientID, dsr.GAUserID}},
		site:      {Name: "site", Needs: []dsr.IdentifierType{dsr.Email, dsr.CustomerID, dsr.Phone}},
		forms:     {Name: "forms", Needs: []dsr.IdentifierType{dsr.Email}},
	}
	d.keys = make([][]recordKeys, len(d.systems))
	for _, pair := range d.groups.merged {
		d.mergedContact(pair)
	}
	for i := range d.people {
		d.recordsOf(i)
	}
}

// recordsOf draws which vendors know a person, and then adds records until every kind of the person
// shows somewhere.
func (d *drawing) recordsOf(i int) {
	p := &d.people[i]
	stored := storedTypes{}
	switch {
	case p.apart:
		d.apart(i, stored)
	case len(p.emails) > 1 && !p.merged:
		d.contact(i, wanted{email: p.emails[0]}, stored)
	case chance(d.rand, 0.7) && (!p.merged || chance(d.rand, 0.2)):
		d.contact(i, wanted{}, stored)
	}
	if chance(d.rand, 0.35) {
		d.conversation(i, wanted{}, stored)
	}
	if chance(d.rand, 0.3) {
		d.customerOfBot(i, wanted{}, stored)
	}
	if chance(d.rand, 0.5) {
		d.account(i, wanted{}, stored)
		for range weighted(d.rand, 50, 30, 15, 5) {
			d.order(i, wanted{}, stored)
		}
	} else if chance(d.rand, 0.1) {
		d.order(i, wanted{}, stored)
	}
	for range weighted(d.rand, 70, 25, 5) {
		d.submission(i, wanted{}, stored)
	}
	d.pay(i, stored)
}

// pay adds the records that are still due.
func (d *drawing) pay(i int, stored storedTypes) {
	p := &d.people[i]
	for len(p.duePhones) > 0 {
		anyOf(d.rand, []keeper{d.contact, d.customerOfBot, d.order})(i, wanted{}, stored)
	}
	for len(p.dueEmails) > 0 {
		anyOf(d.rand, []keeper{d.contact, d.submission, d.order})(i, wanted{}, stored)
	}
	for _, ph := range p.placeholders {
		if !stored[ph.kind] {
			d.contact(i, wanted{}, stored)
		}
	}
}

// apart draws two records that have one of the person's two addresses each, and one identifier in
// common.
func (d *drawing) apart(i int, stored storedTypes) {
	p := &d.people[i]
	first, second := wanted{email: p.emails[0]}, wanted{email: p.emails[1]}
	if p.linkBy == byCustomer {
		d.contact(i, first, stored)
		if chance(d.rand, 0.6) {
			d.account(i, second, stored)
		} else {
			d.conversation(i, second, stored)
		}
		return
	}
	first.phone, second.phone = p.phone, p.phone
	d.contact(i, first, stored)
	switch weighted(d.rand, 40, 30, 30) {
	case 0:
		d.contact(i, second, stored)
	case 1:
		d.customerOfBot(i, second, stored)
	default:
		d.order(i, second, stored)
	}
}

// address is the one that the person used with a vendor, and whether it must be stored as it is.
func (d *drawing) address(p *person, w wanted) (email string, must bool) {
	switch {
	case w.email != "":
		return w.email, true
	case len(p.dueEmails) > 0:
		email, p.dueEmails = p.dueEmails[0], p.dueEmails[1:]
		return email, true
	case p.familyEmail != "" && (len(p.emails) == 0 || chance(d.rand, 0.6)):
		return p.familyEmail, false
	case p.roleEmail != "" && (len(p.emails) == 0 || chance(d.rand, 0.3)):
		return p.roleEmail, false
	case len(p.emails) > 1 && chance(d.rand, 0.35):
		return p.emails[1], false
	}
	return p.emails[0], false
}

// number is the line that the person gave a vendor, and whether it must be stored.
func (d *drawing) number(p *person, w wanted) (l line, must bool) {
	switch {
	case !w.phone.none():
		return w.phone, true
	case len(p.duePhones) > 0:
		l, p.duePhones = p.duePhones[0], p.duePhones[1:]
		return l, true
	case !p.sharedPhone.none() && chance(d.rand, 0.6):
		return p.sharedPhone, false
	case !p.landline.none() && chance(d.rand, 0.3):
		return p.landline, false
	}
	return p.phone, false
}

// put adds a field, or the placeholder that the vendor has of the person in its place.
func (d *drawing) put(e *entry, p *person, f Field, must bool, stored storedTypes, keys ...string) {
	if ph := p.placeholder(f.Type); ph != nil && f.Main && !must && (!stored[f.Type] || chance(d.rand, 0.6)) {
		stored[f.Type] = true
		f.Value, keys = d.variant(ph.value), nil
	}
	if f.Value == "" {
		return
	}
	e.fields = append(e.fields, f)
	e.keys = append(e.keys, keys...)
}

// variant writes a placeholder as another program would.
func (d *drawing) variant(value string) string {
	switch weighted(d.rand, 85, 6, 6, 3) {
	case 1:
		return strings.ToUpper(value)
	case 2:
		return strings.ToUpper(value[:1]) + value[1:]
	case 3:
		return value + " "
	}
	return value
}

// store keeps a record that shows anything.
func (d *drawing) store(system int, prefix string, e entry, owners ...int) {
	if len(e.fields) == 0 {
		return
	}
	s := &d.systems[system]
	s.Records = append(s.Records, Record{ID: prefix + strconv.Itoa(101+len(s.Records)), Fields: e.fields, Owners: owners})
	d.keys[system] = append(d.keys[system], e.keys)
}

func (d *drawing) putEmail(e *entry, p *person, w wanted, stored storedTypes) string {
	email, must := d.address(p, w)
	d.put(e, p, Field{Name: "email", Type: dsr.Email, Value: typedEmail(d.rand, email), Main: true}, must, stored, email)
	return email
}

func (d *drawing) putPhone(e *entry, p *person, w wanted, stored storedTypes) line {
	l, must := d.number(p, w)
	f := Field{Name: "phone", Type: dsr.Phone, Value: d.typedPhone(p, l), Main: true}
	d.put(e, p, f, must, stored, l.key())
	return l
}

// typedPhone writes a number as a company in Germany stores it. Some records of colleagues have an
// extension; some numbers went through a spreadsheet, which took the plus.
func (d *drawing) typedPhone(p *person, l line) string {
	if chance(d.rand, 0.01) {
		return l.country.code + l.number
	}
	typed := l.typed(d.rand)
	if p.switchboard && l == p.sharedPhone && chance(d.rand, 0.15) {
		typed = strings.TrimSpace(typed) + anyOf(d.rand, []string{" ext. ", " x", " Durchwahl "}) + strconv.Itoa(10+d.rand.IntN(90))
	}
	return typed
}

func (d *drawing) putCustomer(e *entry, p *person, name string, stored storedTypes) {
	f := Field{Name: name, Type: dsr.CustomerID, Main: true}
	if len(p.customers) > 0 {
		f.Value = p.customers[0]
		switch {
		case chance(d.rand, 0.005):
			f.Value += "\u200b"
		case chance(d.rand, 0.01):
			f.Value += " "
		}
	}
	d.put(e, p, f, p.linkBy == byCustomer, stored, p.customers[:min(1, len(p.customers))]...)
}

// putVisits adds the GA ids, of which a contact that was seen in several browsers has several in
// one field.
func (d *drawing) putVisits(e *entry, p *person, stored storedTypes) {
	clients := strings.Join(p.clients, anyOf(d.rand, []string{";", "; "}))
	if clients != "" && chance(d.rand, 0.03) { // the cookie as it is
		clients = "GA1.1." + clients
	}
	d.put(e, p, Field{Name: "ga_client_id", Type: dsr.GAClientID, Value: clients, Main: true}, false, stored, p.clients...)
	f := Field{Name: "ga_user_id", Type: dsr.GAUserID, Value: p.userID, Main: true}
	d.put(e, p, f, false, stored, p.userID)
}

// contact stores a person in the CRM.
func (d *drawing) contact(i int, w wanted, stored storedTypes) {
	p := &d.people[i]
	var e entry
	email := d.putEmail(&e, p, w, stored)
	d.putAdditional(&e, p, email)
	if must := !w.phone.none() || len(p.duePhones) > 0 || p.placeholder(dsr.Phone) != nil; must || chance(d.rand, 0.65) {
		l := d.putPhone(&e, p, w, stored)
		if l != p.phone && chance(d.rand, 0.4) {
			mobile := Field{Name: "mobile", Type: dsr.Phone, Value: p.phone.typed(d.rand)}
			d.put(&e, p, mobile, true, stored, p.phone.key())
		}
	}
	if len(p.customers) > 1 {
		value := strings.Join(p.customers, "; ")
		d.put(&e, p, Field{Name: "customer_id", Type: dsr.CustomerID, Value: value, Main: true}, p.linkBy == byCustomer, stored,
			p.customers...)
	} else {
		d.putCustomer(&e, p, "customer_id", stored)
	}
	d.putVisits(&e, p, stored)
	d.store(crm, "", e, i)
}

// putAdditional adds the person's other addresses to a contact: all of their own unless they are
// apart, and often those that they share.
func (d *drawing) putAdditional(e *entry, p *person, main string) {
	var others []string
	if !p.apart && (len(p.emails) > 1 || main == p.familyEmail || main == p.roleEmail) {
		others = slices.Clone(p.emails)
	}
	for _, shared := range []string{p.familyEmail, p.roleEmail} {
		if shared != "" && chance(d.rand, 0.3) {
			others = append(others, shared)
		}
	}
	others = slices.DeleteFunc(others, func(email string) bool { return email == main })
	if len(others) == 0 {
		return
	}
	e.fields = append(e.fields, Field{
		Name: "additional_emails", Type: dsr.Email, Value: strings.Join(others, anyOf(d.rand, []string{";", "; "})),
	})
	e.keys = append(e.keys, others...)
}

// conversation stores a person in the chat tool.
func (d *drawing) conversation(i int, w wanted, stored storedTypes) {
	p := &d.people[i]
	var e entry
	if w.email != "" || len(p.placeholders) == 0 || chance(d.rand, 0.6) { // others left a number only
		d.putEmail(&e, p, w, stored)
	}
	if len(e.fields) == 0 || chance(d.rand, 0.25) {
		l := p.phone
		if !p.sharedPhone.none() && chance(d.rand, 0.5) {
			l = p.sharedPhone
		}
		f := Field{Name: "phone", Type: dsr.Phone, Value: d.typedPhone(p, l), Main: true}
		d.put(&e, p, f, false, stored, l.key())
	}
	d.putCustomer(&e, p, "user_id", stored)
	d.store(chat, "", e, i)
}

// customerOfBot stores a person in the chatbot: most by WhatsApp, some with an address, some from
// the web.
func (d *drawing) customerOfBot(i int, w wanted, stored storedTypes) {
	p := &d.people[i]
	var e entry
	web := w.phone.none() && len(p.duePhones) == 0 && chance(d.rand, 0.25)
	if web || w.email != "" || chance(d.rand, 0.3) {
		d.putEmail(&e, p, w, stored)
	}
	if !web {
		l, must := d.number(p, w)
		if l == p.landline { // WhatsApp is on the mobile
			l = p.phone
		}
		f := Field{Name: "phone", Type: dsr.Phone, Value: l.whatsApp(d.rand), Main: true}
		d.put(&e, p, f, must, stored, l.key())
	}
	d.store(chatbot, "", e, i)
}

// account stores a person at the own site, as somebody who can sign in.
func (d *drawing) account(i int, w wanted, stored storedTypes) {
	d.atSite(i, "account-", 0.4, w, stored)
}

// order stores what a person bought at the own site.
func (d *drawing) order(i int, w wanted, stored storedTypes) {
	d.atSite(i, "order-", 0.6, w, stored)
}

func (d *drawing) atSite(i int, prefix string, phones float64, w wanted, stored storedTypes) {
	p := &d.people[i]
	var e entry
	d.putEmail(&e, p, w, stored)
	if chance(d.rand, 0.9) || p.placeholder(dsr.CustomerID) != nil || p.linkBy == byCustomer { // others buy as guests
		d.putCustomer(&e, p, "customer_id", stored)
	}
	if !w.phone.none() || len(p.duePhones) > 0 || chance(d.rand, phones) {
		d.putPhone(&e, p, w, stored)
	}
	d.store(site, prefix, e, i)
}

// submission stores what a person wrote in a form.
func (d *drawing) submission(i int, w wanted, stored storedTypes) {
	p := &d.people[i]
	var e entry
	d.putEmail(&e, p, w, stored)
	if chance(d.rand, 0.3) {
		f := Field{Name: "phone", Type: dsr.Phone, Value: d.typedPhone(p, p.phone), Main: true}
		d.put(&e, p, f, false, stored, p.phone.key())
	}
	d.store(forms, "", e, i)
}

// mergedContact stores two people as one contact of the CRM.
func (d *drawing) mergedContact(pair [2]int) {
	if chance(d.rand, 0.5) {
		pair[0], pair[1] = pair[1], pair[0]
	}
	first, second := &d.people[pair[0]], &d.people[pair[1]]
	main, other := first, second
	if chance(d.rand, 0.4) { // the later address took the place of the earlier one
		main, other = second, first
	}
	either := func() *person {
		if chance(d.rand, 0.65) {
			return first
		}
		return second
	}
	stored := storedTypes{}
	var e entry
	email := main.ownAddress()
	d.put(&e, main, Field{Name: "email", Type: dsr.Email, Value: typedEmail(d.rand, email), Main: true}, true, stored, email)
	additional := []string{other.ownAddress()}
	for _, p := range []*person{first, second} {
		if len(p.emails) > 1 && !p.apart {
			additional = append(additional, p.emails[1])
		}
	}
	f := Field{Name: "additional_emails", Type: dsr.Email, Value: strings.Join(additional, ";")}
	d.put(&e, other, f, true, stored, additional...)
	if chance(d.rand, 0.7) {
		p := either()
		f := Field{Name: "phone", Type: dsr.Phone, Value: d.typedPhone(p, p.phone), Main: true}
		d.put(&e, p, f, true, stored, p.phone.key())
	}
	ids := slices.Concat(first.customers, second.customers)
	if len(ids) > 0 {
		if !chance(d.rand, 0.1) { // both are kept at times
			ids = []string{anyOf(d.rand, ids)}
		}
		value := strings.Join(ids, "; ")
		d.put(&e, first, Field{Name: "customer_id", Type: dsr.CustomerID, Value: value, Main: true}, true, stored, ids...)
	}
	if p := either(); len(p.placeholders) == 0 {
		d.putVisits(&e, p, stored)
	}
	d.store(crm, "", e, pair[0], pair[1])
}

// ownAddress is the person's first own address, or the one that they share.
func (p *person) ownAddress() string {
	switch {
	case len(p.emails) > 0:
		return p.emails[0]
	case p.familyEmail != "":
		return p.familyEmail
	}
	return p.roleEmail
}
