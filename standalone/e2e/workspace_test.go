package e2e

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/simulators/population"
)

// contact puts a person into Gist.
func (s *site) contact(p population.Person) int64 {
	s.Helper()
	id := s.town.Gist.AddContact(gist.Contact{Name: p.Name, Email: p.Email})
	s.town.Adopt(p, population.Record{System: population.Gist, Kind: gist.KindContact, ID: strconv.FormatInt(id, 10)})
	return id
}

// chat begins a conversation of theirs.
func (s *site) chat(p population.Person, contact int64) {
	s.Helper()
	id := s.town.Gist.AddConversation(gist.Conversation{ContactID: contact, Messages: []gist.Message{{Body: "Hello"}}})
	s.town.Adopt(p, population.Record{System: population.Gist, Kind: gist.KindConversation, ID: strconv.FormatInt(id, 10)})
}

// TestErasuresInOneWorkspaceHideNothingFromEachOther carries two erasures out at once in a
// Gist workspace of four hundred conversations, ten times over, while three of ten calls
// fail: each deletes from the list that the other one reads.
func TestErasuresInOneWorkspaceHideNothingFromEachOther(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const rounds, conversations = 10, 400
	mia := population.Person{Name: "Mia Roth", Email: "mia.roth@example.com"}
	var all []population.Person
	at := s.contact(mia)
	others := func() { // of somebody who stays
		for range conversations/(rounds*2*4) - 1 {
			s.chat(mia, at)
		}
	}
	for i := range rounds * 2 {
		p := population.Person{Name: "Person " + strconv.Itoa(i), Email: fmt.Sprintf("person.%d@example.com", i)}
		all = append(all, p)
		contact := s.contact(p)
		for range 4 {
			s.chat(p, contact)
			others()
		}
	}
	s.town.Gist.Faults().Set(
		simulators.Rule{Kind: simulators.ServerError, Share: 0.15},
		simulators.Rule{Kind: simulators.ResetAfter, Share: 0.1},
		simulators.Rule{Kind: simulators.TooManyRequests, Share: 0.05},
	)
	s.worker()
	for round := range rounds {
		pair := all[2*round : 2*round+2]
		for i, p := range pair {
			s.must("submit", "--id", fmt.Sprintf("R-%d-%d", round, i), "--email", p.Email, "--system", "gist")
		}
		for i, p := range pair {
			id := fmt.Sprintf("R-%d-%d", round, i)
			r := s.report(id, func(r dsr.Report) bool {
				if states(r)["gist"] == dsr.NeedsOperator {
					_ = s.lethe("retry-system", id, "gist", "--operator", "sam")
				}
				return concluded(r)
			})
			require.Equal(t, dsr.Erased, states(r)["gist"], id)
			require.Equal(t, []dsr.RecordCount{{Kind: "conversation", State: dsr.Erased, Count: 4}, {Kind: "contact", State: dsr.Erased, Count: 1}},
				outcome(r, "gist").Records, id)
			require.Empty(t, s.town.Remaining(p), id)
		}
	}
	require.Empty(t, s.town.Harmed(all...))
}
