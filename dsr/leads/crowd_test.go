package leads_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/dsr/leads"
	"ite.digital/lethe/simulators/crowd"
)

var explain = flag.Bool("explain", false, "print requests that touch a stranger or ask without need")

// world is a crowd as systems that can be searched.
type world struct {
	crowd   crowd.Crowd
	parser  identity.Parser
	records []map[string]dsr.Record
	index   []map[string][]string
}

func newWorld(c crowd.Crowd) *world {
	w := &world{crowd: c, parser: identity.Parser{Region: "FR"}}
	for _, s := range c.Systems {
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
	if w.crowd.Systems[at].Name == analytics {
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
	}
	searched := make([]map[string]bool, len(w.crowd.Systems))
	for i := range searched {
		searched[i] = map[string]bool{}
	}
	for news := true; news; {
		news = false
		o.judged = leads.Judge(o.evidence)
		searchable := o.judged.Searchable()
		for at, system := range w.crowd.Systems {
			var found []dsr.Record
			for _, id := range searchable.Of(system.Needs...) {
				if !searched[at][id.Key()] {
					searched[at][id.Key()], news = true, true
					found = append(found, w.locate(at, id)...)
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
	yours := w.crowd.Yours(r.Person)
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
		case w.toldApart(s.Record, own) && w.crowd.Name(owners[0]) != w.crowd.Name(r.Person):
			strangers = append(strangers, key)
		default:
			alike = append(alike, key)
		}
	}
	return strangers, alike
}

func (w *world) owners(s leads.Sighting) []int {
	if s.System == analytics {
		return w.crowd.Visitors(s.Record.Identifiers[0].Value)
	}
	at := slices.IndexFunc(w.crowd.Systems, func(sys crowd.System) bool { return sys.Name == s.System })
	records := w.crowd.Systems[at].Records
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
			return slices.ContainsFunc(theirs, id.Same)
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
		for at, system := range w.crowd.Systems {
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

func TestCrowd(t *testing.T) {
	w := newWorld(crowd.Draw(1, 20000))
	asked, of, touched, missed := map[crowd.Kind]int{}, map[crowd.Kind]int{}, map[crowd.Kind]int{}, map[crowd.Kind]int{}
	unknowable, was, strange := map[crowd.Kind]int{}, map[crowd.Kind]int{}, map[crowd.Kind]int{}
	refused, pure, pureAsked := 0, 0, 0
	reasons := map[string]int{}
	shown := map[crowd.Kind]int{}
	for _, r := range w.crowd.Requests {
		o := w.carry(r)
		strangers, alike := w.touched(r, o)
		var left []string
		for _, key := range w.crowd.Yours(r.Person) {
			system, id, _ := strings.Cut(key, "/")
			if !o.judged.Of(system, dsr.Record{Kind: "record", ID: id}).Theirs {
				left = append(left, key)
			}
		}
		if o.refused {
			refused++
		}
		if len(r.Kinds) == 1 && r.Kinds[0] == crowd.TwoOwnAddresses {
			pure++
			if o.asked {
				why := map[string]bool{}
				for _, s := range o.evidence.Seen {
					if f := o.judged.Of(s.System, s.Record); f.Hold != "" {
						why[fmt.Sprint(s.System, f.Hold, f.Contradicts)] = true
					}
				}
				var likes []identity.Likeness
				var mails []dsr.Identifier
				for _, s := range o.evidence.Seen {
					for _, id := range s.Record.Identifiers {
						if id.Type == dsr.Email && !slices.ContainsFunc(mails, id.Same) {
							if len(mails) > 0 {
								likes = append(likes, identity.LikelyAny(id, mails))
							}
							mails = append(mails, id)
						}
					}
				}
				for k := range why {
					reasons[fmt.Sprint(likes, k)]++
				}
				pureAsked++
			}
		}
		askedBefore, touchedBefore := w.before(r)
		strangerBefore := false
		for _, key := range touchedBefore {
			system, id, _ := strings.Cut(key, "/")
			if system != analytics && !slices.Contains(w.crowd.Yours(r.Person), key) && !slices.Contains(w.owners(leads.Sighting{System: system, Record: dsr.Record{ID: id}}), r.Person) {
				strangerBefore = true
			}
		}
		for _, kind := range r.Kinds {
			if askedBefore {
				was[kind]++
			}
			if strangerBefore {
				strange[kind]++
			}
			of[kind]++
			if o.asked {
				asked[kind]++
			}
			if len(strangers) > 0 {
				touched[kind]++
			}
			if len(alike) > 0 {
				unknowable[kind]++
			}
			if len(left) > 0 && !o.asked {
				missed[kind]++
			}
			if *explain && shown[kind] < 12 && (len(strangers) > 0 || kind == crowd.Ordinary && o.asked) {
				shown[kind]++
				fmt.Println("=====", r.Kinds, r.Identifiers, "strangers", strangers, "asked", o.asked)
				for _, s := range o.evidence.Seen {
					f := o.judged.Of(s.System, s.Record)
					fmt.Println("   ", s.System, s.Record.ID, f.Theirs, f.Hold, f.Contradicts, s.Record.Identifiers, "2nd", s.Record.Secondary, "amb", s.Record.Ambiguous)
				}
				fmt.Println("    sure", o.judged.Sure.Identifiers, "doubt", o.judged.Doubtful, "shared", o.judged.Shared)
			}
		}
	}
	for _, kind := range crowd.Kinds() {
		fmt.Printf("%-20s %6d before asked %5.1f %% touched %d; now asked %5.1f %% touched %d alike %d missed unasked %.1f %%\n", kind, of[kind], 100*float64(was[kind])/float64(of[kind]), strange[kind], 100*float64(asked[kind])/float64(of[kind]), touched[kind], unknowable[kind], 100*float64(missed[kind])/float64(of[kind]))
	}
	fmt.Println("refused", refused, "pure", pure, pureAsked)
	for k, n := range reasons {
		fmt.Println(n, k)
	}
	require.NotEmpty(t, of)
}
