package worker_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/simulators/website"
)

// spelled is a value as the request names it, and as vendors hold it.
type spelled struct {
	name       string
	asked      string
	held       string
	identifier dsr.IdentifierType
	// usual says that every vendor is asked for it.
	usual bool
}

const (
	composed   = "\u00e9"
	decomposed = "e\u0301"
)

// mailboxes are e-mail addresses that mean the same mailbox in two spellings.
var mailboxes = []spelled{
	{usual: true, name: "capitals, held in small letters", asked: "Jo@Example.com", held: "jo@example.com"},
	{name: "small letters, held with a capital", asked: "jo@example.com", held: "Jo@example.com"},
	{name: "small letters, held as names are written", asked: "jo.martin@example.com", held: "Jo.Martin@Example.com"},
	{name: "small letters, held in capitals", asked: "jo@example.com", held: "JO@EXAMPLE.COM"},
	{usual: true, name: "a domain with a letter beyond ASCII, held as in the DNS", asked: "jo@bücher.example", held: "jo@xn--bcher-kva.example"},
	{usual: true, name: "a domain as in the DNS, held with its letters", asked: "jo@xn--bcher-kva.example", held: "jo@bücher.example"},
	{name: "a domain with its letters, held as in the DNS in capitals", asked: "jo@bücher.example", held: "jo@XN--BCHER-KVA.EXAMPLE"},
	{name: "a capital, held with its domain as in the DNS", asked: "Jo@Bücher.example", held: "jo@xn--bcher-kva.example"},
	{name: "a domain with a capital beyond ASCII", asked: "jo@bücher.example", held: "jo@BÜCHER.example"},
	{name: "a domain, held with a combining accent", asked: "jo@bücher.example", held: "jo@bu\u0308cher.example"},
	{usual: true, name: "an accent composed, held decomposed", asked: "andr" + composed + "@example.com", held: "andr" + decomposed + "@example.com"},
	{usual: true, name: "an accent decomposed, held composed", asked: "andr" + decomposed + "@example.com", held: "andr" + composed + "@example.com"},
	{name: "a capital with an accent, held decomposed in small letters", asked: "\u00c9lise@example.com", held: decomposed + "lise@example.com"},
	{name: "both, held decomposed and as in the DNS", asked: "ren" + composed + "@bücher.example", held: "ren" + decomposed + "@xn--bcher-kva.example"},
	{name: "a space behind", asked: "jo@example.com", held: "jo@example.com "},
	{name: "a space before", asked: "jo@example.com", held: " jo@example.com"},
}

// numbers are telephone numbers in the spellings in which people type them.
func numbers() []spelled {
	var all []spelled
	for _, held := range []string{
		"+21655000030", "0021655000030", "21655000030", "+216 55000030", "+216-55-000-030", "+216 55 000 030", "+216.55.000.030",
		"00216 55 000 030", "00 216 55 000 030", "(+216) 55 000 030", "+216 (55) 000 030", "+216 55-000-030", "+216-55000030",
		"+216\u00a055\u00a0000\u00a0030", "+ 216 55 000 030", "tel:+21655000030", " +21655000030",
	} {
		all = append(all, spelled{asked: "+21655000030", held: held})
	}
	for _, held := range []string{
		"0639980000", "06 39 98 00 00", "06.39.98.00.00", "06-39-98-00-00", "06/39/98/00/00", "(06) 39 98 00 00", "06 39 980 000",
		"639980000", "6 39 98 00 00", "33639980000", "33 6 39 98 00 00", "0033639980000", "0033 6 39 98 00 00", "+33639980000",
		"+33 6 39 98 00 00", "+33 639980000", "+33 639 980 000", "+33-6-39-98-00-00", "+33.6.39.98.00.00", "(+33) 6 39 98 00 00",
		"+33(0)639980000", "+33 (0)6 39 98 00 00", "+33 (0) 6 39 98 00 00", "+330639980000", "+33 06 39 98 00 00",
		"06\u00a039\u00a098\u00a000\u00a000",
	} {
		all = append(all, spelled{asked: "+33639980000", held: held})
	}
	for i := range all {
		all[i].identifier, all[i].name = dsr.Phone, shape(all[i].held)
	}
	return all
}

// shape is how a number is written, without the number.
func shape(number string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return 'n'
		case r == '\u00a0':
			return '~'
		default:
			return r
		}
	}, number)
}

// TestAnotherSpellingIsFoundOrNotClaimed has every vendor hold the person in another
// spelling than the request's, and look up as it documents.
func TestAnotherSpellingIsFoundOrNotClaimed(t *testing.T) {
	t.Parallel()
	all := numbers()
	for _, s := range mailboxes {
		s.identifier = dsr.Email
		all = append(all, s)
	}
	for _, s := range all {
		for _, exact := range []bool{false, true} {
			name := fmt.Sprintf("%s, %s", s.identifier, s.name)
			if exact {
				name += ", compared exactly"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				person := population.Person{Name: "Jo Weber"}
				tr := newTrial(t, person, "{name: gist, connector: gist,", "{name: gist, connector: gist, phone_scan: \"true\",")
				asked, err := identity.Parser{Region: "FR"}.Parse(s.identifier, s.asked)
				require.NoError(t, err)
				tr.request.Subject.Identifiers = []dsr.Identifier{asked}
				tr.rareSpelling = !s.usual
				if exact {
					tr.exactly()
				}
				tr.hold(person, s)
				tr.operate(3)
				tr.leaveOut(2 * aDay)

				r := tr.run()

				tr.honest(r, person)
			})
		}
	}
}

// TestAnotherSpellingSpeaksForNobodyElse has vendors that know the person by telephone hold
// the address in another spelling than the request's. It is no other address, so that
// nobody is asked whose the record is.
func TestAnotherSpellingSpeaksForNobodyElse(t *testing.T) {
	t.Parallel()
	const phone = "+33639980021"
	for _, s := range mailboxes {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			person := population.Person{Name: "Jo Weber"}
			tr := newTrial(t, person)
			tr.request.Subject = dsr.Subject{}
			for kind, value := range map[dsr.IdentifierType]string{dsr.Email: s.asked, dsr.Phone: phone} {
				id, err := identity.Parser{}.Parse(kind, value)
				require.NoError(t, err)
				tr.request.Subject = tr.request.Subject.With(id)
			}
			tr.adopt(person, population.Landbot, landbot.KindCustomer, strconv.FormatInt(
				tr.town.Landbot.AddCustomer(landbot.Customer{Phone: phone, Email: s.held}), 10))
			tr.adopt(person, population.HubSpot, hubspot.KindContact, tr.town.HubSpot.AddContact(hubspot.Contact{
				Properties: map[string]string{"phone": phone, "email": s.held},
			}))
			tr.operate(3)
			tr.leaveOut(2 * aDay)

			r := tr.run()

			require.Empty(t, held(r))
			require.Equal(t, dsr.Erased, states(r)["landbot"])
			require.Equal(t, dsr.Erased, states(r)["hubspot"])
			tr.forgotten(person)
		})
	}
}

// exactly has the vendors compare as unkindly as their documentation leaves open.
func (tr *trial) exactly() {
	tr.town.Gist.Configure(func(o *gist.Options) { o.CaseSensitive = true })
	tr.town.HubSpot.Configure(func(o *hubspot.Options) { o.SearchableAsTyped = true })
	tr.town.Website.Configure(func(o *website.Options) { o.Exact = true })
}

// hold puts the person into every vendor that can be searched by the identifier.
func (tr *trial) hold(person population.Person, s spelled) {
	tr.Helper()
	contact, customer, property := gist.Contact{Name: person.Name}, landbot.Customer{Name: person.Name}, "phone"
	if s.identifier == dsr.Email {
		contact.Email, customer.Email, property = s.held, s.held, "email"
		tr.town.Website.AddRecord(website.Record{
			ID: "u-spelled", Identifiers: []website.Identifier{{Type: website.Email, Value: s.held}},
		})
		tr.adopt(person, population.Website, website.DefaultKind, "u-spelled")
	} else {
		contact.Phone, customer.Phone = s.held, s.held
	}
	tr.adopt(person, population.Gist, gist.KindContact, strconv.FormatInt(tr.town.Gist.AddContact(contact), 10))
	tr.adopt(person, population.Landbot, landbot.KindCustomer, strconv.FormatInt(tr.town.Landbot.AddCustomer(customer), 10))
	tr.adopt(person, population.HubSpot, hubspot.KindContact, tr.town.HubSpot.AddContact(hubspot.Contact{
		Properties: map[string]string{property: s.held},
	}))
}
