package leads_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/dsr/leads"
)

func mail(v string) dsr.Identifier  { return dsr.Identifier{Type: dsr.Email, Value: v} }
func cust(v string) dsr.Identifier  { return dsr.Identifier{Type: dsr.CustomerID, Value: v} }
func phone(v string) dsr.Identifier { return dsr.Identifier{Type: dsr.Phone, Value: v} }

func rec(id string, ids ...dsr.Identifier) dsr.Record {
	return dsr.Record{Kind: "contact", ID: id, Identifiers: ids}
}

// evidence of n records in a shape that costs most.
func shapes(n int) map[string]leads.Evidence {
	given := dsr.Subject{Identifiers: []dsr.Identifier{mail("ann.martin@example.com"), phone("+33639980001")}}
	star := leads.Evidence{Given: given}
	chain := leads.Evidence{Given: given}
	strangers := leads.Evidence{Given: given}
	rivals := leads.Evidence{Given: dsr.Subject{Identifiers: []dsr.Identifier{phone("+33639980001")}}}
	hashed := leads.Evidence{Given: dsr.Subject{Identifiers: []dsr.Identifier{identity.Hash(mail("ann.martin@example.com"), dsr.SHA256)}}}
	cascade := leads.Evidence{Given: given}
	put := func(e *leads.Evidence, i int, ids ...dsr.Identifier) {
		*e = e.See(fmt.Sprintf("s%d", i%5), rec(fmt.Sprintf("%05d", i), ids...))
	}
	for i := range n {
		ga := func(k int) dsr.Identifier {
			return dsr.Identifier{Type: dsr.GAClientID, Value: fmt.Sprintf("%d.1700000000", 1000000000+k)}
		}
		put(&star, i, given.Identifiers[0], given.Identifiers[1], cust(fmt.Sprintf("C-%d", i)), ga(i))
		prev := given.Identifiers[0]
		if i > 0 {
			prev = ga(i - 1)
		}
		put(&chain, i, prev, ga(i))
		put(&strangers, i, mail(fmt.Sprintf("stranger%d@example.com", i)), given.Identifiers[1], phone(fmt.Sprintf("+336399%05d", i)))
		put(&rivals, i, mail(fmt.Sprintf("stranger%d@example.com", i)), given.Identifiers[1], cust(fmt.Sprintf("C-%d", i)))
		put(&hashed, i, mail("ann.martin@example.com"), mail(fmt.Sprintf("ann.martin+%d@example.com", i)), cust(fmt.Sprintf("C-%d", i)))
		put(&cascade, i, prev, ga(i), phone(fmt.Sprintf("+336399%05d", i)), mail(fmt.Sprintf("who%d@example.com", i)))
	}
	return map[string]leads.Evidence{"star": star, "chain": chain, "strangers": strangers, "rivals": rivals, "hashed": hashed, "cascade": cascade}
}

func BenchmarkJudge(b *testing.B) {
	for _, n := range []int{50, 200, 1000} {
		for name, e := range shapes(n) {
			if n > 200 && testing.Short() {
				continue
			}
			b.Run(fmt.Sprintf("%s-%d", name, n), func(b *testing.B) {
				for b.Loop() {
					leads.Judge(e)
				}
			})
		}
	}
}

// pool are identifiers of a few people who share some: small, so that drawn records meet.
var pool = []dsr.Identifier{
	mail("ann.martin@example.com"), mail("martin.ann@example.org"), mail("a.martin@example.com"), mail("ben@example.org"), mail("cleo.weber@example.com"),
	mail("info@example.com"), phone("+33639980001"), phone("+33639980002"), phone("+33140000000"), phone("+5511987654321"), phone("+551187654321"),
	cust("C-1"), cust("C-2"), cust("C-3"), {Type: dsr.GAUserID, Value: "C-1"}, {Type: dsr.GAUserID, Value: "U-2"},
	{Type: dsr.GAClientID, Value: "1234567890.1700000000"}, {Type: dsr.GAClientID, Value: "1234567891.1700000001"},
	identity.Hash(mail("ann.martin@example.com"), dsr.SHA256), identity.Hash(mail("ben@example.org"), dsr.SHA1),
}

func drawn(r *rand.Rand) (given dsr.Subject, sightings []leads.Sighting) {
	some := func(n int) []dsr.Identifier {
		var s dsr.Subject
		for range n {
			s = s.With(pool[r.IntN(len(pool))])
		}
		return s.Identifiers
	}
	given = dsr.Subject{Identifiers: some(1 + r.IntN(2))}
	for i := range 2 + r.IntN(6) {
		record := rec(fmt.Sprint(i), some(1+r.IntN(4))...)
		for _, id := range record.Identifiers {
			if r.IntN(3) == 0 {
				record.Secondary = append(record.Secondary, id)
			}
		}
		if r.IntN(4) == 0 {
			record.Ambiguous = some(1)
		}
		d := leads.Undecided
		if r.IntN(6) == 0 {
			d = leads.Decision(1 + r.IntN(3))
		}
		sightings = append(sightings, leads.Sighting{System: fmt.Sprintf("s%d", r.IntN(3)), Record: record, Decision: d})
	}
	return given, sightings
}

// gathered is the evidence in the order given, judged on the way as systems do.
func gathered(given dsr.Subject, sightings []leads.Sighting, decideFirst bool) leads.Evidence {
	e := leads.Evidence{Given: given}
	decide := func(s leads.Sighting) {
		if s.Decision == leads.LeftOpen {
			e = e.Leave(s.System, func(r dsr.Record) bool { return r.Key() == s.Record.Key() })
		} else if s.Decision != leads.Undecided {
			e = e.Decide(s.System, dsr.Record{Kind: s.Record.Kind, ID: s.Record.ID}, s.Decision)
		}
	}
	for _, s := range sightings {
		if decideFirst {
			decide(s)
		}
		leads.Judge(e)
		e = e.See(s.System, s.Record)
		decide(s)
	}
	return e
}

func TestTheOrderOfSightingsDecidesNothing(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		given, sightings := drawn(r)
		want := leads.Judge(gathered(given, sightings, false))
		shuffled := slices.Clone(sightings)
		r.Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
		require.Equal(t, want, leads.Judge(gathered(given, shuffled, r.IntN(2) == 0)), "%v", sightings)
	}
}

// TestNamesDecideNothing renames records, which changes the order in which they are weighed.
func TestNamesDecideNothing(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		given, sightings := drawn(r)
		renamed := slices.Clone(sightings)
		for i := range renamed {
			renamed[i].System, renamed[i].Record.ID = fmt.Sprintf("t%d", r.IntN(3)), fmt.Sprint(100-i)
		}
		before, after := leads.Judge(gathered(given, sightings, false)), leads.Judge(gathered(given, renamed, false))
		for i, s := range sightings {
			require.Equal(t, before.Of(s.System, s.Record).Theirs, after.Of(renamed[i].System, renamed[i].Record).Theirs, "%v\n%v\n%v", given, sightings, i)
		}
		require.True(t, alike(before.Sure.Identifiers, after.Sure.Identifiers), "%v\n%v", given, sightings)
		require.True(t, alike(before.Shared, after.Shared), "%v\n%v", given, sightings)
	}
}

// alike reports whether both mean the same, plain or hashed.
func alike(a, b []dsr.Identifier) bool {
	within := func(a, b []dsr.Identifier) bool {
		return !slices.ContainsFunc(a, func(id dsr.Identifier) bool { return !identity.Recognises(dsr.Subject{Identifiers: b}, id) })
	}
	return within(a, b) && within(b, a)
}

// TestADoubtIsCountedOnce has many records with one second address: one doubt.
func TestADoubtIsCountedOnce(t *testing.T) {
	t.Parallel()
	e := leads.Evidence{Given: dsr.Subject{Identifiers: []dsr.Identifier{mail("ann.martin@example.com")}}}
	for i := range 60 {
		r := rec(fmt.Sprint(i), e.Given.Identifiers[0], mail("ben@example.org"))
		r.Secondary = r.Identifiers[1:]
		e = e.See("crm", r)
	}
	require.Equal(t, []dsr.Identifier{mail("ben@example.org")}, leads.Judge(e).Doubtful)
}

func BenchmarkSearchable(b *testing.B) {
	e := leads.Evidence{}
	for i := range 25 {
		e = e.Give(phone(fmt.Sprintf("+55119876543%02d", i)), mail(fmt.Sprintf("ann.martin%d@example.com", i)))
	}
	j := leads.Judge(e)
	for b.Loop() {
		j.Searchable()
	}
}

// TestAnAddressInTheSubjectsNameIsTheirsBesideAnothers has a contact of the subject's under
// another address in their name, on which a third address stands.
func TestAnAddressInTheSubjectsNameIsTheirsBesideAnothers(t *testing.T) {
	t.Parallel()
	address := func(v string) dsr.Identifier { return dsr.Identifier{Type: dsr.Email, Value: v} }
	given, main, third := address("carla.rossi@example.com"), address("rossi.carla@example.com"), address("sunny@example.org")
	r := dsr.Record{Kind: "contact", ID: "1", Identifiers: []dsr.Identifier{main, given, third}, Secondary: []dsr.Identifier{given, third}}
	j := leads.Judge(leads.Evidence{Given: dsr.Subject{Identifiers: []dsr.Identifier{given}}}.See("crm", r))
	require.True(t, j.Of("crm", r).Theirs)
	require.True(t, j.Sure.Has(main))
	require.Equal(t, []dsr.Identifier{third}, j.Doubtful)
}
