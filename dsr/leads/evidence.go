package leads

import (
	"cmp"
	"slices"

	"ite.digital/lethe/dsr"
)

// A Decision is what a person has said of a record.
type Decision int

// The decisions.
const (
	// Undecided: nobody was asked.
	Undecided Decision = iota
	// Theirs: the record and all that identifies on it are the subject's.
	Theirs
	// SomebodyElses: the record is somebody else's.
	SomebodyElses
	// LeftOpen: the system does not show the record any more, so that nobody can decide.
	// It is weighed like one that nobody was asked about, and is not waited for.
	LeftOpen
)

// Sighting is a record as a system showed it last.
type Sighting struct {
	System   string     `json:"system"`
	Record   dsr.Record `json:"record"`
	Decision Decision   `json:"decision,omitempty"`
	// ByHand says that a person has read the record in a system that Lethe does not reach.
	// Nobody can be asked about it there, so that what they found is searched for as a
	// doubt where it does not turn out to be the subject's.
	ByHand bool `json:"by_hand,omitempty"`
}

// open reports whether no person has said whose the record is.
func (s Sighting) open() bool { return s.Decision == Undecided || s.Decision == LeftOpen }

// Evidence is what is known of a subject: what was given, and what was seen where. The zero
// value knows nothing. Its methods return new evidence and leave the old one as it is, so
// that what a system finds can be weighed before others learn of it.
type Evidence struct {
	// Given are the identifiers that the request or a person gave.
	Given dsr.Subject `json:"given"`
	// FixedLines are those of the given numbers that are fixed lines.
	FixedLines []dsr.Identifier `json:"fixed_lines,omitempty"`
	// Seen are the records, one for each system and key, in the order of these.
	Seen []Sighting `json:"seen,omitempty"`
}

// Give adds identifiers that a person vouches for.
func (e Evidence) Give(ids ...dsr.Identifier) Evidence {
	e.Given = e.Given.With(ids...)
	return e
}

// See adds records that a system has shown. What was seen of them before is replaced;
// decisions stay. Records that are part of others say nothing of whose they are.
func (e Evidence) See(system string, records ...dsr.Record) Evidence {
	e.Seen = slices.Clone(e.Seen)
	for _, record := range records {
		if record.Parent == "" {
			e.put(Sighting{System: system, Record: record, Decision: e.decision(system, record.Key())})
		}
	}
	return e
}

// SeeByHand is See for a record that a person has read in a system that Lethe does not reach.
// What is secondary on it is what they found there.
func (e Evidence) SeeByHand(system string, record dsr.Record) Evidence {
	e = e.See(system, record)
	at, _ := e.find(system, record.Key())
	e.Seen[at].ByHand = true
	return e
}

// Recall adds records that an earlier run has seen and that may be gone by now. What was seen
// of them since stays as it is; so do decisions.
func (e Evidence) Recall(system string, records ...dsr.Record) Evidence {
	return e.See(system, slices.DeleteFunc(slices.Clone(records), func(r dsr.Record) bool {
		seen, found := e.Shown(system, r.Key())
		return found && len(seen.Identifiers)+len(seen.Ambiguous) > 0
	})...)
}

// Shown is the record as the system showed it last, and whether it is known of at all.
func (e Evidence) Shown(system, key string) (record dsr.Record, found bool) {
	at, found := e.find(system, key)
	if !found {
		return dsr.Record{}, false
	}
	return e.Seen[at].Record, true
}

// Decide notes what a person has said of a record. One that was not seen yet is known by
// its key only.
func (e Evidence) Decide(system string, record dsr.Record, d Decision) Evidence {
	e.Seen = slices.Clone(e.Seen)
	if at, seen := e.find(system, record.Key()); seen {
		record = e.Seen[at].Record
	}
	e.put(Sighting{System: system, Record: record, Decision: d})
	return e
}

// Leave notes that nobody is going to decide on those records of a system for which leave
// says so. Decisions stay.
func (e Evidence) Leave(system string, leave func(dsr.Record) bool) Evidence {
	e.Seen = slices.Clone(e.Seen)
	for i, s := range e.Seen {
		if s.System == system && s.Decision == Undecided && leave(s.Record) {
			e.Seen[i].Decision = LeftOpen
		}
	}
	return e
}

func (e *Evidence) put(s Sighting) {
	at, found := e.find(s.System, s.Record.Key())
	if found {
		e.Seen[at] = s
		return
	}
	e.Seen = slices.Insert(e.Seen, at, s)
}

func (e Evidence) find(system, key string) (at int, found bool) {
	return slices.BinarySearchFunc(e.Seen, [2]string{system, key}, func(s Sighting, want [2]string) int {
		return cmp.Or(cmp.Compare(s.System, want[0]), cmp.Compare(s.Record.Key(), want[1]))
	})
}

func (e Evidence) decision(system, key string) Decision {
	if at, found := e.find(system, key); found {
		return e.Seen[at].Decision
	}
	return Undecided
}
