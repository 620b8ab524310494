package e2e

import (
	"fmt"
	"slices"
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

// A story is what vendors hold besides the population, what comes of a request, and what is
// gone in the end: records as "landbot customer/17", and the users whom Google was told to
// delete.
type story struct {
	fill    func(*population.Town)
	tell    func(*site)
	gone    []string
	ordered []string
	// named are the values that no log and no report may hold.
	named []string
}

// stories are the people whose identifiers have several forms, share a field with others,
// mean nobody or are somebody else's. No two of them have anything in common.
func stories() map[string]story {
	return map[string]story{
		"Mexico, held as WhatsApp writes it": line(8001, "5215512345678", "+52 55 1234 5678", "+52 1 55 1234 5678"),
		"Mexico, asked for as of old":        line(8002, "525587654321", "+52 1 55 8765 4321", "+52 55 8765 4321"),
		"Benin, held with eight digits":      line(8003, "22997000001", "+229 01 97 00 00 01", "+229 97 00 00 01"),
		"Ivory Coast, held with eight":       line(8004, "22507000001", "+225 07 07 00 00 01"),
		"Brazil, held without the ninth":     line(8005, "551187654321", "+55 11 98765-4321", "+55 11 8765-4321"),
		"Brazil, where it need not be one":   trunkedRadio(),
		"two ids in one field":               twoIDs(),
		"placeholders":                       placeholders(),
		"two people in one contact":          twoPeople("ann", "bob", 501, 9501, 8501, "--kind", "erasure"),
		"two people, restricted": twoPeople("rita", "rob", 502, 9502, 8502,
			"--kind", "restriction", "--ground", "accuracy"),
		"found by hand, somebody else's": foundByHand(),
	}
}

// TestIdentitiesLeadToOnePerson carries out all stories at one site at the same time, and
// holds what is gone at the vendors against what should be.
func TestIdentitiesLeadToOnePerson(t *testing.T) {
	t.Parallel()
	s := newRestrictingSite(t)
	s.edit("lethe.yaml", "    fields: {ga_client_id: ga_client_id}\n",
		"    fields: {ga_client_id: ga_client_id, ga_user_id: ga_user_id, customer_id: customer_id}\n")
	for _, property := range []string{"ga_user_id", "customer_id"} {
		s.town.HubSpot.AddProperty(property)
	}
	s.worker()
	gone := map[string]string{}
	var before map[string]string
	var ordered, named []string

	t.Run("told", func(t *testing.T) {
		for name, told := range stories() {
			t.Run(name, func(t *testing.T) {
				told.fill(s.town)
				for _, record := range told.gone {
					gone[record] = "gone"
				}
				ordered, named = append(ordered, told.ordered...), append(named, told.named...)
				t.Parallel() // goes on once all are filled in
				told.tell(s.as(t))
			})
		}
		before = s.everything()
	})

	require.Equal(t, gone, changed(before, s.everything()))
	require.ElementsMatch(t, ordered, s.orders())
	s.never(named...)
}

// everything is what the vendors hold, as JSON by "landbot customer/17".
func (s *site) everything() map[string]string {
	held := map[string]string{}
	for system, records := range map[string]map[string]string{
		"hubspot": s.town.HubSpot.Snapshot(), "gist": s.town.Gist.Snapshot(),
		"landbot": s.town.Landbot.Snapshot(), "website": s.town.Website.Snapshot(),
	} {
		for key, content := range records {
			held[system+" "+key] = content
		}
	}
	return held
}

// orders are the users whom Google was told to delete.
func (s *site) orders() []string {
	var users []string
	for _, order := range s.town.GoogleAnalytics.Submissions() {
		users = append(users, order.Kind+" "+order.Value)
	}
	return users
}

const whatsApp = 12

// line is the story of somebody whom a chatbot knows by a number and nothing else, and who
// asks with another form of it. others are further forms of the same line.
func line(id int64, held, asked string, others ...string) story {
	request := fmt.Sprintf("line-%d", id)
	return story{
		fill: func(town *population.Town) {
			town.Landbot.AddCustomer(landbot.Customer{ID: id, ChannelID: whatsApp, Phone: held, OptIn: true})
		},
		tell: func(s *site) {
			s.must("submit", "--id", request, "--phone", asked)
			r := s.conclude(request)

			found := outcome(r, "landbot")
			require.Equal(s, dsr.Erased, found.State)
			require.Equal(s, dsr.ReadBack, found.Evidence)
			require.NotZero(s, found.VerifiedAt)
			require.False(s, s.town.Landbot.Exists(fmt.Sprint(id)))
			for _, form := range append(others, asked) { // a line has one token
				require.Contains(s, s.must("list", "--phone", form), request)
			}
		},
		gone:  []string{fmt.Sprintf("landbot customer/%d", id)},
		named: []string{held, digits(asked)},
	}
}

func digits(number string) string {
	return strings.NewReplacer("+", "", " ", "", "-", "").Replace(number)
}

// trunkedRadio is a number of eight digits that begins with 7: mobile ones have a ninth digit
// since 2016, those of trunked radio never got it, so that the two need not be one line.
func trunkedRadio() story {
	return story{
		fill: func(town *population.Town) {
			town.Landbot.AddCustomer(landbot.Customer{ID: 8006, ChannelID: whatsApp, Phone: "553171234567"})
		},
		tell: func(s *site) {
			s.must("submit", "--id", "radio", "--phone", "+55 31 97123-4567")
			held := s.heldIn("radio", "landbot", "customer/8006")
			require.Equal(s, dsr.HoldOtherForm, held.Hold)
			require.True(s, s.town.Landbot.Exists("8006"))

			shown := s.must("show", "radio")
			require.Contains(s, shown, "customer/8006, found by phone, by another form of a phone\n")
			require.Regexp(s, `on the record: phone \+5\*\*\*67 \(12 digits\)\n\s+the subject:   phone \+5\*\*\*67 \(13 digits\)\n`, shown)
			details := s.details(s.client(s.vault()), "radio")
			require.Contains(s, details,
				`customer/8006 (by another form of a phone): phone +5\*\*\*67 (12 digits). The subject: phone +5\*\*\*67 (13 digits) |`)
			for _, whole := range []string{"553171234567", "5531971234567", "71234567", "7123-4567"} {
				require.NotContains(s, shown, whole)
				require.NotContains(s, details, whole)
			}

			s.must("resolve-match", "radio", "landbot", "--operator", "sam",
				"--erase", "customer/8006", "--reason", "asked by phone")
			require.Equal(s, dsr.Erased, states(s.conclude("radio"))["landbot"])
			require.False(s, s.town.Landbot.Exists("8006"))
		},
		gone:  []string{"landbot customer/8006"},
		named: []string{"553171234567", "5531971234567"},
	}
}

// heldIn waits until the system asks whose a record is, and returns it.
func (s *site) heldIn(request, system, record string) dsr.Candidate {
	s.Helper()
	r := s.report(request, asks(system, dsr.QuestionMatch))
	candidates := outcome(r, system).Question.Candidates
	require.Len(s, candidates, 1)
	require.Equal(s, record, candidates[0].Record)
	return candidates[0]
}

// twoIDs is a contact with two ids in each of two fields, separated as HubSpot separates the
// values of its own.
func twoIDs() story {
	return story{
		fill: func(town *population.Town) {
			town.HubSpot.AddContact(hubspot.Contact{ID: "401", Properties: map[string]string{
				"email": "jo@example.com", "customer_id": "C-17; C-18",
				"ga_client_id": "1111111111.1700000000; 2222222222.1700000001",
			}})
			town.Website.AddRecord(website.Record{ID: "a-17", Identifiers: customer("C-17")})
			town.Website.AddRecord(website.Record{ID: "o-18", Kind: "order", Identifiers: customer("C-18")})
			town.Website.AddRecord(website.Record{ID: "a-1", Identifiers: customer("C-1")})
		},
		tell: func(s *site) {
			s.must("submit", "--id", "two-ids", "--email", "jo@example.com")
			r := s.conclude("two-ids")

			require.Equal(s, dsr.StatusCompleted, r.Status)
			require.Equal(s, dsr.Erased, states(r)["hubspot"])
			require.Equal(s, dsr.Erased, states(r)["website"])
			require.Equal(s, dsr.Accepted, states(r)["analytics"])
			require.Empty(s, outcome(r, "hubspot").Unread)
		},
		gone:    []string{"hubspot contact/401", "website account/a-17", "website order/o-18"},
		ordered: []string{"clientId 1111111111.1700000000", "clientId 2222222222.1700000001"},
		named:   []string{"jo@example.com", "1111111111.1700000000"},
	}
}

func customer(id string) []website.Identifier {
	return []website.Identifier{{Type: website.CustomerID, Value: id}}
}

// placeholders is a contact whose fields hold what programs store for "none", and strangers
// of whom others store the same.
func placeholders() story {
	return story{
		fill: func(town *population.Town) {
			town.HubSpot.AddContact(hubspot.Contact{ID: "101", Properties: map[string]string{
				"email": "kay@example.com", "customer_id": "undefined", "ga_user_id": "undefined", "ga_client_id": "null",
			}})
			town.Gist.AddContact(gist.Contact{ID: 9101, Phone: "+33639988001", UserID: "undefined"})
			town.Website.AddRecord(website.Record{ID: "a-101", Identifiers: customer("undefined")})
			town.Website.AddRecord(website.Record{ID: "o-101", Kind: "order", Identifiers: customer("undefined")})
		},
		tell: func(s *site) {
			s.must("submit", "--id", "none", "--email", "kay@example.com")
			r := s.conclude("none")

			require.Equal(s, dsr.Erased, states(r)["hubspot"])
			require.Equal(s, dsr.NotFound, states(r)["gist"])
			require.Equal(s, dsr.NotFound, states(r)["website"])
			require.Equal(s, dsr.CannotIdentify, states(r)["analytics"])
			reason := string(identity.Placeholder)
			require.ElementsMatch(s, []dsr.UnreadField{
				{Field: "customer_id", Type: dsr.CustomerID, Reason: reason},
				{Field: "ga_user_id", Type: dsr.GAUserID, Reason: reason},
				{Field: "ga_client_id", Type: dsr.GAClientID, Reason: reason},
			}, outcome(r, "hubspot").Unread)
			s.must("show", "none", "--watch") // ends once the report is in the archive
			text := s.must("report", "none")
			require.Contains(s, s.must("report", "none", "--format", "json"), `"unread"`)
			for _, field := range []string{"customer_id", "ga_user_id", "ga_client_id"} {
				require.Regexp(s, `Not used +`+field+` \(`+field+`\): stands for "none"`, text)
			}
		},
		gone:  []string{"hubspot contact/101"},
		named: []string{"kay@example.com"},
	}
}

// twoPeople is a contact with a main address and, beside it, that of the person who asks:
// the one filled in a form in the other's browser. Whoever has the main address is known
// elsewhere.
func twoPeople(asking, other string, contact int, inGist, inLandbot int64, kind ...string) story {
	mine, theirs := asking+"@example.com", other+"@example.org"
	record, request := fmt.Sprintf("contact/%d", contact), fmt.Sprintf("merged-%d", contact)
	return story{
		fill: func(town *population.Town) {
			town.HubSpot.AddContact(hubspot.Contact{ID: fmt.Sprint(contact), Properties: map[string]string{
				"email": theirs, "hs_additional_emails": mine,
				"customer_id": "B-" + other, "ga_client_id": fmt.Sprintf("1203984799.1718000%d", contact),
			}})
			town.Gist.AddContact(gist.Contact{ID: inGist, Email: theirs, UserID: "B-" + other})
			town.Landbot.AddCustomer(landbot.Customer{ID: inLandbot, ChannelID: whatsApp, Email: theirs})
			town.Website.AddRecord(website.Record{ID: "a-" + other, Identifiers: customer("B-" + other)})
		},
		tell: func(s *site) {
			s.must(append([]string{"submit", "--id", request, "--email", mine}, kind...)...)
			held := s.heldIn(request, "hubspot", record)
			require.Equal(s, dsr.HoldContradicts, held.Hold)
			require.Equal(s, []dsr.IdentifierType{dsr.Email}, held.Contradicts)

			s.must("resolve-match", request, "hubspot", "--operator", "sam",
				"--keep", record, "--reason", "the contact of somebody else")
			r := s.attend(request, func(r dsr.Report) bool { // and nothing is looked at at the moment
				return (concluded(r) || inForce(r)) && !slices.ContainsFunc(r.Systems, func(o dsr.Outcome) bool { return o.State.Open() })
			})
			for _, system := range []string{"hubspot", "gist", "landbot", "website"} {
				require.Equal(s, dsr.NotFound, states(r)[system], system)
			}
			require.Equal(s, dsr.OthersKept(1), outcome(r, "hubspot").Explanation)
		},
		named: []string{mine, theirs},
	}
}

// foundByHand is a task in which a person finds an address that is somebody else's.
func foundByHand() story {
	return story{
		fill: func(town *population.Town) {
			uma := map[string]string{"email": "uma@example.com"}
			town.HubSpot.AddContact(hubspot.Contact{ID: "701", Properties: uma})
			town.Gist.AddContact(gist.Contact{ID: 9701, Email: "eve@example.org"})
		},
		tell: func(s *site) {
			s.must("submit", "--id", "by-hand", "--email", "uma@example.com")
			s.report("by-hand", in("alore", dsr.NeedsOperator))
			s.must("complete-task", "by-hand", "alore", "--erased", "1", "--operator", "sam",
				"--evidence", "ticket 4711", "--found-email", "eve@example.org")
			held := s.heldIn("by-hand", "gist", "contact/9701")
			require.Equal(s, []dsr.IdentifierType{dsr.Email}, held.Contradicts)
			require.True(s, s.town.Gist.Exists(gist.KindContact, "9701"))

			s.must("resolve-match", "by-hand", "gist", "--operator", "sam",
				"--keep", "contact/9701", "--reason", "a colleague")
			r := s.conclude("by-hand")
			require.Equal(s, dsr.Erased, states(r)["hubspot"])
			require.Equal(s, dsr.NotFound, states(r)["gist"])
			require.Equal(s, dsr.Attested, states(r)["alore"])
		},
		gone:  []string{"hubspot contact/701"},
		named: []string{"uma@example.com", "eve@example.org"},
	}
}
