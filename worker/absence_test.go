package worker_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/hubspot"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/population"
	"ite.digital/lethe/workflows"
)

// honest makes sure that the report claims nothing of the person's records that a look at
// the vendors disproves, and that nobody but the people was touched.
func (tr *trial) honest(r dsr.Report, person population.Person, others ...population.Person) {
	tr.Helper()
	for _, o := range r.Systems {
		held, left := map[string]int{}, map[string]int{}
		for _, record := range tr.town.RecordsIn(o.Name, person) {
			held[record.Kind]++
		}
		for _, record := range tr.town.Remaining(person) {
			if record.System == o.Name {
				left[record.Kind]++
			}
		}
		if len(left) == 0 {
			continue
		}
		assert.NotEqual(tr, dsr.Erased, o.State, "%s still holds %v", o.Name, left)
		assert.False(tr, o.State == dsr.NotFound && (!o.VerifiedAt.IsZero() || o.Evidence == dsr.ReadBack) && !tr.said(o),
			"%s still holds %v and counts as verified without anything", o.Name, left)
		for _, count := range o.Records {
			assert.False(tr, count.State == dsr.Erased && count.Count > held[count.Kind]-left[count.Kind],
				"%s: %d of kind %s count as erased, and %d of %d are left", o.Name, count.Count, count.Kind,
				left[count.Kind], held[count.Kind])
		}
	}
	tr.unharmed(append(others, person)...)
}

// said reports whether the outcome says in which forms the system was asked for the person,
// and that this was not every one: of a spelling that vendors cannot be asked for, that is
// all that can be said. Trials whose person is held in the spelling of the request, or in
// one that vendors are asked for, do not count on it.
func (tr *trial) said(o dsr.Outcome) bool {
	if !tr.rareSpelling || len(o.Looked) == 0 {
		return false
	}
	for _, search := range o.Looked {
		if slices.Contains(search.Spellings, string(identity.FormEvery)) {
			return false
		}
	}
	return true
}

// leaveOut has an operator skip what is still open after a while.
func (tr *trial) leaveOut(after time.Duration) { tr.at(after, tr.skipOpen) }

// leavesOut is leaveOut of a restriction, which cannot be lifted before it is in force.
func (r *restraint) leavesOut(after time.Duration) { r.at(after, r.skipOpen) }

func (tr *trial) skipOpen() {
	for _, o := range tr.status().Systems {
		if o.State.Open() {
			tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{
				System: o.Name, Operator: "Sam", Reason: "the vendor does not do what it documents",
			})
		}
	}
}

// retryUnkept has an operator try again where a restriction does not hold.
func (r *restraint) retryUnkept() {
	for _, o := range r.status().Systems {
		if o.Question != nil && o.Question.Kind == dsr.QuestionReappeared {
			r.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: o.Name, Operator: "Sam"})
		}
	}
}

// TestAPathThatIsNotKnownIsNotAnAbsence has the calls on people answered 404 by something
// that knows no such path, as with a base path that is a segment wrong: the key check still
// passes, and nothing is said of the person. An operator corrects the path after an hour.
func TestAPathThatIsNotKnownIsNotAnAbsence(t *testing.T) {
	t.Parallel()
	pages := simulators.UnknownPaths()
	pages["the vendor's own words"] = simulators.Page{ContentType: "application/json", Body: `{"errors":[{"message":"Not found"}]}`}
	pages["gone"] = simulators.Page{Status: 410, ContentType: "application/json", Body: `{"status":410,"error":"Gone"}`}
	for name, c := range map[string]struct {
		system string
		person population.Person
		rule   simulators.Rule
	}{
		"Gist":               {"gist", population.Ana, simulators.Rule{PathPrefix: "/contacts"}},
		"Gist, the contacts": {"gist", population.Ana, simulators.Rule{PathPrefix: "/contacts", Methods: []string{"GET"}}},
		"HubSpot":            {"hubspot", population.Ana, simulators.Rule{PathPrefix: "/crm/"}},
		"HubSpot, the recycling bin": {
			"hubspot", population.Farid, simulators.Rule{PathPrefix: "/crm/objects", Methods: []string{"GET"}},
		},
		"Landbot": {"landbot", population.Ana, simulators.Rule{PathPrefix: "/v1/customers"}},
		"website": {"website", population.Ana, simulators.Rule{PathPrefix: "/locate"}},
	} {
		for from, page := range pages {
			t.Run(name+" by "+from, func(t *testing.T) {
				t.Parallel()
				tr := newTrial(t, c.person)
				server := tr.servers()[strings.ToUpper(c.system)]
				rule := c.rule
				rule.Kind, rule.Page = simulators.Foreign, page
				server.Faults().Set(rule)
				tr.at(30*time.Minute, func() {
					assert.True(t, states(tr.status())[c.system].Open(), "%s is %s", c.system, states(tr.status())[c.system])
				})
				tr.at(50*time.Minute, server.Faults().Clear)
				tr.operate(4)
				tr.leaveOut(3 * aDay)

				r := tr.run()

				assert.Equal(t, dsr.Erased, states(r)[c.system])
				tr.honest(r, c.person)
				assert.Empty(t, tr.town.Remaining(c.person))
			})
		}
	}
}

// TestADeletionAnsweredNotFoundIsNoErasure has deletions answered 404 while the records are
// still shown, for good.
func TestADeletionAnsweredNotFoundIsNoErasure(t *testing.T) {
	t.Parallel()
	deletion := []string{"DELETE"}
	for name, c := range map[string]struct {
		system string
		rules  []simulators.Rule
	}{
		"HubSpot's privacy deletion": {"hubspot", []simulators.Rule{
			{Kind: simulators.Status, Status: 404, Path: "/crm/objects/2026-09/contacts/gdpr-delete"},
		}},
		"HubSpot's privacy deletion, by a gateway": {"hubspot", []simulators.Rule{
			{Kind: simulators.Foreign, Page: simulators.UnknownPaths()["Kong"], Path: "/crm/objects/2026-09/contacts/gdpr-delete"},
		}},
		"HubSpot's privacy deletion and reads, by a gateway that knows searches": {"hubspot", []simulators.Rule{
			{Kind: simulators.Foreign, Page: simulators.UnknownPaths()["Kong"], Path: "/crm/objects/2026-09/contacts/gdpr-delete"},
			{Kind: simulators.Foreign, Page: simulators.UnknownPaths()["Kong"], PathPrefix: "/crm/objects", Methods: []string{"GET"}},
		}},
		"Gist's contacts": {"gist", []simulators.Rule{
			{Kind: simulators.Status, Status: 404, PathPrefix: "/contacts", Methods: deletion},
		}},
		"Gist's conversations": {"gist", []simulators.Rule{
			{Kind: simulators.Status, Status: 404, PathPrefix: "/conversations", Methods: deletion},
		}},
		"Gist's contacts and conversations, by a framework": {"gist", []simulators.Rule{
			{Kind: simulators.Foreign, Page: simulators.UnknownPaths()["Rails, JSON"], Methods: deletion},
		}},
		"Gist's conversations, by a cache that says yes and knows none": {"gist", []simulators.Rule{
			{Kind: simulators.Foreign, Page: simulators.Page{Status: 200, ContentType: "application/json", Body: `{"status":"ok"}`},
				PathPrefix: "/conversations/", Methods: deletion},
			{Kind: simulators.Foreign, Page: simulators.UnknownPaths()["Rails, JSON"], PathPrefix: "/conversations/"},
		}},
		"Landbot": {"landbot", []simulators.Rule{{Kind: simulators.Status, Status: 404, Methods: deletion}}},
		"Landbot's deletions and reads of one, by a gateway": {"landbot", []simulators.Rule{
			{Kind: simulators.Foreign, Page: simulators.UnknownPaths()["Kong"], PathPrefix: "/v1/customers/1"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, population.Oneil)
			// Landbot knows the person by telephone, and learns nothing from a HubSpot that is not read.
			tr.request.Subject.Identifiers = append(tr.request.Subject.Identifiers, dsr.Identifier{Type: dsr.Phone, Value: population.Oneil.Phone})
			tr.servers()[strings.ToUpper(c.system)].Faults().Set(c.rules...)
			tr.operate(3)
			tr.leaveOut(2 * aDay)

			r := tr.run()

			require.NotEmpty(t, tr.town.Remaining(population.Oneil), "the vendor has deleted nothing")
			assert.NotEqual(t, dsr.StatusCompleted, r.Status)
			tr.honest(r, population.Oneil)
		})
	}
}

// TestADeletionAnsweredNotFoundOnceIsMadeAgain has the way to the deletion repaired.
func TestADeletionAnsweredNotFoundOnceIsMadeAgain(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, population.Ana)
	for _, server := range tr.servers() {
		server.Faults().Set(
			simulators.Rule{Kind: simulators.Status, Status: 404, Methods: []string{"DELETE"}},
			simulators.Rule{Kind: simulators.Status, Status: 404, Path: "/crm/objects/2026-09/contacts/gdpr-delete"},
		)
		tr.at(90*time.Minute, server.Faults().Clear)
	}
	tr.operate(4)

	r := tr.run()

	require.Equal(t, complete(), states(r))
	tr.forgotten(population.Ana)
}

// TestAPlusSignInAPathIsTheAddress has every vendor decode paths as forms are decoded, and
// the person, whose address has reserved characters, lie in a recycling bin that is asked
// for by a path.
func TestAPlusSignInAPathIsTheAddress(t *testing.T) {
	t.Parallel()
	for _, address := range reserved {
		t.Run(strconv.Itoa(slices.Index(reserved, address)), func(t *testing.T) {
			t.Parallel()
			person := population.Person{Name: "Jo Shop", Email: address}
			tr := newTrial(t, person)
			tr.formPaths()
			tr.adopt(person, population.HubSpot, hubspot.KindContact, tr.town.HubSpot.AddContact(hubspot.Contact{
				Properties: map[string]string{"email": address}, Archived: true,
			}))
			tr.operate(1)

			r := tr.run()

			require.Equal(t, dsr.Erased, states(r)["hubspot"])
			tr.forgotten(person)
			require.Empty(t, tr.town.HubSpot.Blocklisted())
		})
	}
}

// reserved are addresses with characters that mean something in a path, a query or a form.
var reserved = []string{
	"jo+shop@example.com", "jo%2Bshop@example.com", "jo%shop@example.com", "jo/shop@example.com", "jo?shop#1@example.com",
	"jo&shop=1@example.com",
}

// formPaths has every vendor decode paths as forms are decoded.
func (tr *trial) formPaths() {
	for _, server := range tr.servers() {
		server.Faults().Add(simulators.Rule{Kind: simulators.FormPaths})
	}
}

// adopt counts a record among those of the person.
func (tr *trial) adopt(person population.Person, system, kind, id string) {
	tr.town.Adopt(person, population.Record{System: system, Kind: kind, ID: id})
}

// TestARestrictionOfAnAddressWithAPlusIsTheirs restricts an address with reserved
// characters at vendors that decode paths as forms are decoded. HubSpot's subscriptions are
// those of the address that the path names, whether anybody has it or not.
func TestARestrictionOfAnAddressWithAPlusIsTheirs(t *testing.T) {
	t.Parallel()
	for _, address := range reserved {
		t.Run(strconv.Itoa(slices.Index(reserved, address)), func(t *testing.T) {
			t.Parallel()
			person := population.Person{Name: "Jo Shop", Email: address}
			r := newRestraint(t, person)
			r.formPaths()
			r.town.HubSpot.Subscribe(address, 101, hubspot.Subscription{Status: hubspot.Subscribed, LegalBasis: "CONSENT_WITH_NOTICE"})
			r.adopt(person, population.HubSpot, hubspot.KindContact, r.town.HubSpot.AddContact(hubspot.Contact{
				Properties: map[string]string{"email": address},
			}))
			r.at(time.Hour, r.answers)
			r.at(2*time.Hour, func() {
				id := r.town.RecordsIn(population.HubSpot, person)[0].ID
				require.Contains(t, r.town.HubSpot.Snapshot()["contact/"+id], `"101":{"Status":"UNSUBSCRIBED"`)
				require.Empty(t, r.town.Harmed(person))
			})
			r.lifts(10 * aDay)
			before := r.vendors()

			report := r.run()

			require.Equal(t, dsr.Lifted, states(report)["hubspot"])
			require.Equal(t, before, r.vendors())
		})
	}
}

// TestARestrictionDoesWhatItCanNotReadBack has Landbot show customers without members that
// no documentation mentions.
func TestARestrictionDoesWhatItCanNotReadBack(t *testing.T) {
	t.Parallel()
	for name, hidden := range map[string][]string{
		"whether it is blocked":             {"blocked"},
		"whether it is archived":            {"archived"},
		"whether it is blocked or opted in": {"blocked", "opt_in"},
		"any state":                         {"blocked", "archived", "opt_in"},
	} {
		t.Run("without "+name, func(t *testing.T) {
			t.Parallel()
			r := newRestraint(t, population.Ana)
			r.town.Landbot.Configure(func(o *landbot.Options) { o.Hides = hidden })
			for hour := 1; hour < 48; hour++ {
				r.at(time.Duration(hour)*time.Hour, r.answers)
			}
			r.at(3*aDay, func() {
				for _, record := range r.town.RecordsIn(population.Landbot, population.Ana) {
					r.town.Landbot.Change(record.ID, func(c *landbot.Customer) {
						assert.True(t, c.Blocked, "customer %s is not blocked", record.ID)
						assert.True(t, c.Archived, "customer %s is not archived", record.ID)
					})
				}
				assert.Empty(t, r.town.Harmed(population.Ana))
				for _, o := range r.status().Systems {
					assert.False(t, o.Name == "landbot" && o.State == dsr.Restricted && o.Evidence == dsr.ReadBack && len(o.Unseen) == 0,
						"what could not be read back counts as read back")
				}
			})
			r.leavesOut(5 * aDay)
			r.lifts(10 * aDay)

			r.run()

			require.Empty(t, r.town.Harmed(population.Ana))
		})
	}
}

// TestARestrictionOfWhatAPathDoesNotKnowIsNotClaimed has the calls on one record answered
// 404 by something that knows no such path, while the record is still found. An operator
// corrects that after four days.
func TestARestrictionOfWhatAPathDoesNotKnowIsNotClaimed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		system string
		rule   simulators.Rule
	}{
		"Gist":                   {"gist", simulators.Rule{PathPrefix: "/contacts/"}},
		"Gist, changes":          {"gist", simulators.Rule{Path: "/contacts", Methods: []string{"POST"}}},
		"Gist, tags":             {"gist", simulators.Rule{Path: "/tags", Methods: []string{"POST"}}},
		"HubSpot":                {"hubspot", simulators.Rule{PathPrefix: "/crm/objects", Methods: []string{"GET"}}},
		"HubSpot, changes":       {"hubspot", simulators.Rule{PathPrefix: "/crm/objects", Methods: []string{"PATCH"}}},
		"HubSpot, subscriptions": {"hubspot", simulators.Rule{PathPrefix: "/communication-preferences/2026-09/statuses"}},
		"Landbot":                {"landbot", simulators.Rule{PathPrefix: "/v1/customers/1"}},
		"Landbot, changes":       {"landbot", simulators.Rule{PathPrefix: "/v1/customers/1", Methods: []string{"PUT", "DELETE"}}},
		"website":                {"website", simulators.Rule{PathPrefix: "/settings"}},
		"website, changes":       {"website", simulators.Rule{PathPrefix: "/apply"}},
	} {
		for _, from := range []string{"Rails, JSON", "Kong"} {
			t.Run(name+" by "+from, func(t *testing.T) {
				t.Parallel()
				r := newRestraint(t, population.Ana)
				server := r.servers()[strings.ToUpper(c.system)]
				rule := c.rule
				rule.Kind, rule.Page = simulators.Foreign, simulators.UnknownPaths()[from]
				server.Faults().Set(rule)
				untouched := r.records(c.system)
				for hour := 1; hour < 24*6; hour++ {
					r.at(time.Duration(hour)*time.Hour, func() {
						r.answers()
						if hour%24 == 12 {
							r.retryUnkept()
						}
					})
				}
				r.at(3*aDay, func() {
					assert.NotEqual(t, dsr.Restricted, states(r.status())[c.system], "nothing of %s is restricted", c.system)
				})
				r.at(4*aDay, server.Faults().Clear)
				r.at(6*aDay, func() {
					assert.Equal(t, dsr.Restricted, states(r.status())[c.system])
					assert.NotEqual(t, untouched, r.records(c.system))
					assert.Empty(t, r.town.Harmed(population.Ana))
				})
				r.leavesOut(7 * aDay)
				r.lifts(10 * aDay)

				r.run()
			})
		}
	}
}

// records are what a vendor holds of everybody, without the times of its own.
func (r *restraint) records(system string) map[string]string {
	all := r.vendors()
	maps.DeleteFunc(all, func(key, _ string) bool { return !strings.HasPrefix(key, system+"/") })
	return all
}

// idsOf are the ids of what a workspace holds of a kind, the oldest first.
func idsOf(sim *gist.Sim, kind string) []int64 {
	var ids []int64
	for key := range maps.Keys(sim.Snapshot()) {
		if id, ok := idOf(key, kind); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
