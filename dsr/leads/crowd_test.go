package leads_test

import (
	"flag"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/dsr/leads"
	"ite.digital/lethe/simulators/crowd"
)

// people is how many requests are drawn of each population. The numbers in
// docs/identities.md are of 100,000.
var people = flag.Int("people", 3000, "how many requests to draw of each population")

// world is a population as systems that can be searched.
type world struct {
	population
	parser  identity.Parser
	records []map[string]dsr.Record
	index   []map[string][]string
}

func newWorld(p population) *world {
	w := &world{population: p, parser: identity.Parser{Region: "FR"}}
	for _, s := range p.systems {
		records, index := map[string]dsr.Record{}, map[string][]string{}
		for _, r := range s.Records {
			record := dsr.Record{Kind: "record", ID: r.ID}
			for _, f := range r.Fields {
				w.parser.Bare = s.Name == "chatbot"
				if f.Main {
					w.parser.Read(&record, f.Name, f.Type, f.Value)
				} else {
					w.parser.ReadSecondary(&record, f.Name, f.Type, f.Value)
				}
			}
			records[r.ID] = record
			for _, id := range slices.Concat(record.Identifiers, record.Ambiguous) {
				if !slices.Contains(index[id.Key()], r.ID) {
					index[id.Key()] = append(index[id.Key()], r.ID)
				}
			}
		}
		w.records, w.index = append(w.records, records), append(w.index, index)
	}
	return w
}

const analytics = "analytics"

// locate is what a system answers when it is asked for an identifier.
func (w *world) locate(at int, id dsr.Identifier) []dsr.Record {
	if w.systems[at].Name == analytics {
		return []dsr.Record{{Kind: "user", ID: id.Key(), Identifiers: []dsr.Identifier{id}, FoundBy: id}}
	}
	var found []dsr.Record
	for _, key := range w.index[at][id.Key()] {
		record := w.records[at][key]
		record.FoundBy = id
		found = append(found, record)
	}
	return found
}

// outcome is what came of one request.
type outcome struct {
	refused, asked bool
	evidence       leads.Evidence
	judged         leads.Judgement
}

// carry gathers all evidence on a person, as systems that all answer do.
func (w *world) carry(r crowd.Request) outcome {
	var o outcome
	w.parser.Bare = false
	for _, given := range r.Identifiers {
		id, err := w.parser.Parse(given.Type, given.Value)
		if err != nil {
			o.refused = true
			continue
		}
		o.evidence = o.evidence.Give(id)
		if identity.FixedLine(id) {
			o.evidence.FixedLines = append(o.evidence.FixedLines, id)
		}
	}
	searched := make([]map[string]bool, len(w.systems))
	for i := range searched {
		searched[i] = map[string]bool{}
	}
	for news := true; news; {
		news = false
		o.judged = leads.Judge(o.evidence)
		searchable := o.judged.Searchable()
		for at, system := range w.systems {
			var found []dsr.Record
			for _, id := range searchable.Of(system.Needs...) {
				if searched[at][id.Key()] {
					continue
				}
				searched[at][id.Key()], news = true, true
				found = append(found, w.locate(at, id)...)
				if system.Name == analytics {
					continue
				}
				for _, other := range identity.Alternatives(id) {
					for _, record := range w.locate(at, other) {
						record.OtherForm = !slices.ContainsFunc(searchable.Identifiers, func(id dsr.Identifier) bool { return identity.LedTo(record, id) })
						found = append(found, record)
					}
				}
			}
			o.evidence = o.evidence.See(system.Name, found...)
		}
	}
	for _, s := range o.evidence.Seen {
		o.asked = o.asked || o.judged.Of(s.System, s.Record).Hold != ""
	}
	return o
}

// touched are the strangers' records that are the subject's by the judgement: those that the
// evidence tells apart from the subject's own, and those that nobody could.
func (w *world) touched(r crowd.Request, o outcome) (strangers, alike []string) {
	yours := w.yours(r.Person)
	own := []dsr.Record{{Identifiers: o.evidence.Given.Identifiers}}
	var held dsr.Subject
	for _, s := range o.evidence.Seen {
		if slices.Contains(yours, s.System+"/"+s.Record.ID) {
			own, held = append(own, s.Record), held.With(s.Record.Identifiers...)
		}
	}
	for _, s := range o.evidence.Seen {
		key := s.System + "/" + s.Record.ID
		if !o.judged.Of(s.System, s.Record).Theirs || slices.Contains(yours, key) {
			continue
		}
		owners := w.owners(s)
		switch {
		case len(owners) == 0 || slices.Contains(owners, r.Person) && s.System != analytics && w.mainIs(s.Record, held.With(o.evidence.Given.Identifiers...)):
		case s.System == analytics && slices.Contains(owners, r.Person):
		case w.toldApart(s.Record, own) && w.name(owners[0]) != w.name(r.Person):
			strangers = append(strangers, key)
		default:
			alike = append(alike, key)
		}
	}
	return strangers, alike
}

func (w *world) owners(s leads.Sighting) []int {
	if s.System == analytics {
		return w.visitors(s.Record.Identifiers[0].Value)
	}
	at := slices.IndexFunc(w.systems, func(sys crowd.System) bool { return sys.Name == s.System })
	records := w.systems[at].Records
	return records[slices.IndexFunc(records, func(r crowd.Record) bool { return r.ID == s.Record.ID })].Owners
}

// mainIs reports whether the record's main address is the subject's.
func (w *world) mainIs(r dsr.Record, own dsr.Subject) bool {
	return slices.ContainsFunc(r.Identifiers, func(id dsr.Identifier) bool {
		return id.Type == dsr.Email && own.Has(id) && !slices.ContainsFunc(r.Secondary, id.Same)
	})
}

// toldApart reports whether a record has another value than one of the subject's own of a
// type that says who somebody is.
func (w *world) toldApart(r dsr.Record, own []dsr.Record) bool {
	for _, t := range []dsr.IdentifierType{dsr.Email, dsr.Phone, dsr.CustomerID, dsr.GAUserID} {
		values := (dsr.Subject{Identifiers: r.Identifiers}).Of(t)
		var theirs []dsr.Identifier
		for _, other := range own {
			theirs = append(theirs, (dsr.Subject{Identifiers: other.Identifiers}).Of(t)...)
		}
		// Whoever has a fixed line has another number as well.
		values, theirs = slices.DeleteFunc(values, identity.FixedLine), slices.DeleteFunc(theirs, identity.FixedLine)
		if len(values) > 0 && len(theirs) > 0 && !slices.ContainsFunc(values, func(id dsr.Identifier) bool {
			return slices.ContainsFunc(theirs, id.Same) || identity.LikelyAny(id, theirs) >= identity.OneName
		}) {
			return true
		}
	}
	return false
}

// before is what came of a request under the rule of before: a system is held if a record of
// it has another value of a type that the subject gave, and shares all that it discloses
// otherwise.
func (w *world) before(r crowd.Request) (asked bool, touched []string) {
	var given dsr.Subject
	for _, g := range r.Identifiers {
		if id, err := w.parser.Parse(g.Type, g.Value); err == nil {
			given = given.With(id)
		}
	}
	known := given
	doubted := dsr.Subject{}
	for range 4 {
		asked, touched = false, nil
		for at, system := range w.systems {
			local, held := known, false
			var found []dsr.Record
			for range 4 {
				found = nil
				for _, id := range local.Of(system.Needs...) {
					for _, record := range w.locate(at, id) {
						if !slices.ContainsFunc(found, func(f dsr.Record) bool { return f.Key() == record.Key() }) {
							found = append(found, record)
						}
					}
				}
				for _, record := range found {
					against := false
					for _, own := range given.Identifiers {
						values := (dsr.Subject{Identifiers: record.Identifiers}).Of(own.Type)
						if len(values) > 0 && !slices.ContainsFunc(values, local.Has) {
							against = true
							doubted = doubted.With(record.FoundBy)
						}
					}
					shared := doubted.Has(record.FoundBy) && !slices.ContainsFunc(record.Identifiers, func(id dsr.Identifier) bool { return local.Has(id) && !doubted.Has(id) })
					held = held || against || shared
				}
				if held {
					break
				}
				for _, record := range found {
					local = local.With(record.Identifiers...)
				}
			}
			if held {
				asked = true
				continue
			}
			known = local
			for _, record := range found {
				touched = append(touched, system.Name+"/"+record.ID)
			}
		}
	}
	return asked, touched
}

// tally counts what came of the requests of one kind of people.
type tally struct {
	of, asked, touched, alike, askedBefore, touchedBefore int
}

func (t *tally) add(o outcome, strangers, alike []string, askedBefore, touchedBefore bool) {
	t.of++
	for _, c := range []struct {
		to   *int
		when bool
	}{
		{&t.asked, o.asked}, {&t.touched, len(strangers) > 0}, {&t.alike, len(alike) > 0}, {&t.askedBefore, askedBefore}, {&t.touchedBefore, touchedBefore},
	} {
		if c.when {
			*c.to++
		}
	}
}

func share(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }

// twoAddresses is what kind of two addresses a person has who has no other peculiarity, or
// "" for everybody else.
func (w *world) twoAddresses(r crowd.Request) crowd.Kind {
	if len(r.Kinds) != 1 || r.Kinds[0] != crowd.TwoOwnAddresses {
		return ""
	}
	var addresses []dsr.Identifier
	for _, key := range w.yours(r.Person) {
		system, id, _ := strings.Cut(key, "/")
		at := slices.IndexFunc(w.systems, func(s crowd.System) bool { return s.Name == system })
		for _, address := range (dsr.Subject{Identifiers: w.records[at][id].Identifiers}).Of(dsr.Email) {
			if !slices.ContainsFunc(addresses, address.Same) {
				addresses = append(addresses, address)
			}
		}
	}
	if len(addresses) < 2 {
		return ""
	}
	return [...]crowd.Kind{"- unlike", "- abbreviated", "- one name", "- one mailbox"}[identity.Likely(addresses[0], addresses[1])]
}

// TestNoStrangerIsTouched draws two populations, of which one was made without knowledge
// of the rule, and carries everybody's request. "alike" are strangers' records that no
// comparison of identifiers tells from the subject's own, such as a spouse's order under the
// address that the subject gave. Run with -v -people 100000 for the table of the page.
func TestNoStrangerIsTouched(t *testing.T) {
	t.Parallel()
	for name, draw := range map[string]func(int) population{"independent": independent, "own": own} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(draw(*people))
			tallies := map[crowd.Kind]*tally{}
			kinds := append(crowd.Kinds(), "- one mailbox", "- one name", "- abbreviated", "- unlike")
			for _, kind := range kinds {
				tallies[kind] = &tally{}
			}
			for _, r := range w.requests {
				o := w.carry(r)
				strangers, alike := w.touched(r, o)
				require.Empty(t, strangers, "request %d", r.Person)
				askedBefore, records := w.before(r)
				for _, kind := range append(r.Kinds, w.twoAddresses(r)) {
					if count := tallies[kind]; count != nil {
						count.add(o, strangers, alike, askedBefore, w.anyStrangers(r, records))
					}
				}
			}
			t.Logf("%-18s %7s | before: asked, touched | now: asked, touched, alike", "kind", "people")
			for _, kind := range kinds {
				c := tallies[kind]
				t.Logf("%-18s %7d | %5.1f %% %7d | %5.1f %% %d %d", kind, c.of, share(c.askedBefore, c.of), c.touchedBefore, share(c.asked, c.of), c.touched, c.alike)
			}
			require.Less(t, share(tallies[crowd.Ordinary].asked, tallies[crowd.Ordinary].of), 1.0, "ordinary people are hardly asked about")
			for _, kind := range []crowd.Kind{"- one name", "- one mailbox"} {
				require.LessOrEqual(t, share(tallies[kind].asked, tallies[kind].of), 2.0, kind)
			}
		})
	}
}

// anyStrangers reports whether a record holds nothing of the person who asks.
func (w *world) anyStrangers(r crowd.Request, records []string) bool {
	return slices.ContainsFunc(records, func(key string) bool {
		system, id, _ := strings.Cut(key, "/")
		return system != analytics && !slices.Contains(w.yours(r.Person), key) &&
			!slices.Contains(w.owners(leads.Sighting{System: system, Record: dsr.Record{ID: id}}), r.Person)
	})
}
