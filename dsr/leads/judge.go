package leads

import (
	"slices"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// A Finding is what the evidence says of one record.
type Finding struct {
	// Theirs says that the record may be acted on: it is the subject's.
	Theirs bool
	// Hold says why it may not; empty if it may.
	Hold dsr.Hold
	// Contradicts are the types of which the record has other values than the subject.
	Contradicts []dsr.IdentifierType
}

// A Judgement is what the evidence says.
type Judgement struct {
	// Sure are the subject's identifiers: those given first, then those disclosed.
	Sure dsr.Subject
	// Doubtful are identifiers that may be the subject's.
	Doubtful []dsr.Identifier
	// Shared are identifiers of the subject's that lead to somebody else as well.
	Shared []dsr.Identifier
	// Unsettled are those of the shared that were disclosed by records of which a person has
	// yet to say whose they are. Those of records that are left open are not among them: they
	// are searched for, and a person is asked about what they lead to.
	Unsettled []dsr.Identifier

	findings map[string]Finding
}

// Of is what the evidence says of a record. A record that was not seen, and one without
// identifiers, is nobody's: nothing speaks for it and nothing against it.
func (j Judgement) Of(system string, record dsr.Record) Finding {
	return j.findings[name(system, record.Key())]
}

func name(system, key string) string { return system + "/" + key }

// Searchable are the identifiers to search systems by: the sure ones and the doubtful ones.
// A shared value that a record disclosed goes nowhere before a person has decided.
func (j Judgement) Searchable() dsr.Subject { return j.Certain().With(j.Doubtful...) }

// Certain are the sure identifiers that lead on.
func (j Judgement) Certain() dsr.Subject {
	return dsr.Subject{Identifiers: slices.DeleteFunc(slices.Clone(j.Sure.Identifiers), func(id dsr.Identifier) bool {
		return slices.ContainsFunc(j.Unsettled, id.Same)
	})}
}

// Judge weighs the evidence. The same evidence gives the same judgement, in whatever order
// it was gathered.
func Judge(e Evidence) Judgement {
	j := judge{evidence: e, contested: map[int]bool{}, fixed: fixedLines(e)}
	// What is shared decides who is a stranger, and strangers decide what is shared. The
	// set grows with each round, so that there are no more rounds than identifiers.
	for {
		j.weigh()
		if !j.noteShared() {
			break
		}
	}
	return j.judgement()
}

// judge is a judgement in the making.
type judge struct {
	evidence Evidence
	// shared are identifiers that alone prove nothing.
	shared []dsr.Identifier
	// others are addresses that are the main one of somebody else's record.
	others []dsr.Identifier

	sure     dsr.Subject
	doubtful []dsr.Identifier
	// joined are the records that are the subject's, by their place among those seen.
	joined map[int]bool
	// rivals are records of which at most one person's are the subject's, and contested
	// those that were it in any round: what they share ties nobody to them afterwards.
	rivals, contested map[int]bool
	// compared are the identifiers that were compared with what is sure.
	compared map[dsr.Identifier]comparison
	// fixed are the numbers that are fixed lines.
	fixed map[string]bool
}

// known is what a round of weighing begins with, so that the names of systems and records,
// which order the records of a round, decide nothing.
type known struct {
	sure     dsr.Subject
	doubtful []dsr.Identifier
}

// weigh finds what is the subject's, beginning with what was given. In each round all
// records are held against what was sure before it.
func (j *judge) weigh() {
	j.sure, j.doubtful, j.compared = j.evidence.Given, nil, map[dsr.Identifier]comparison{}
	j.joined, j.rivals = map[int]bool{}, map[int]bool{}
	for range len(j.evidence.Seen) + 1 {
		var candidates []int
		for i, s := range j.evidence.Seen {
			if !j.joined[i] && !j.rivals[i] && j.belongs(s) {
				candidates = append(candidates, i)
			}
		}
		candidates = j.withoutRivals(candidates)
		if len(candidates) == 0 {
			break
		}
		for _, i := range candidates {
			j.joined[i] = true
		}
		before := known{sure: j.sure, doubtful: j.doubtful}
		ties := make([][]dsr.Identifier, len(candidates))
		for n, i := range candidates {
			ties[n] = j.ties(j.evidence.Seen[i].Record)
		}
		for n, i := range candidates {
			j.take(j.evidence.Seen[i], ties[n], before)
		}
	}
	for i, s := range j.evidence.Seen {
		if s.ByHand && !j.joined[i] {
			j.doubtful = append(j.doubtful, s.Record.Secondary...)
		}
	}
	j.doubtful = slices.DeleteFunc(j.doubtful, j.recognised)
}

// belongs reports whether the record is the subject's by what is sure now.
func (j *judge) belongs(s Sighting) bool {
	switch s.Decision {
	case Theirs:
		return true
	case SomebodyElses:
		return false
	default:
		return len(j.ties(s.Record)) > 0 && len(j.contradictions(s.Record)) == 0 && !j.holdsTwoPeople(s.Record)
	}
}

// holdsTwoPeople reports whether another person's address, as their own record shows, stands
// on the record.
func (j *judge) holdsTwoPeople(r dsr.Record) bool {
	return slices.ContainsFunc(valuesOf(r.Identifiers, dsr.Email), func(id dsr.Identifier) bool {
		return !j.recognised(id) && identity.Recognises(dsr.Subject{Identifiers: j.others}, id)
	})
}

// ties are the identifiers that lead from the subject to the record and to nobody else.
func (j *judge) ties(r dsr.Record) []dsr.Identifier {
	var ties []dsr.Identifier
	for _, id := range r.Identifiers {
		if j.recognised(id) && !j.isShared(id) {
			ties = append(ties, id)
		}
	}
	return ties
}

// recognised reports whether an identifier is one of the subject's by what is sure now. What
// is sure only grows while the evidence is weighed, so that each is compared once.
func (j *judge) recognised(id dsr.Identifier) bool {
	c := j.compared[id]
	if c.recognised || c.with == len(j.sure.Identifiers) {
		return c.recognised
	}
	c.recognised = identity.Recognises(dsr.Subject{Identifiers: j.sure.Identifiers[c.with:]}, id)
	c.with = len(j.sure.Identifiers)
	j.compared[id] = c
	return c.recognised
}

// comparison is what came of comparing an identifier with so many of those that are sure.
type comparison struct {
	recognised bool
	with       int
}

func (j *judge) isShared(id dsr.Identifier) bool {
	return identity.Role(id) || j.fixedLine(id) && !identity.Recognises(j.evidence.Given, id) || identity.Recognises(dsr.Subject{Identifiers: j.shared}, id)
}

// fixedLine reports whether whoever read a number has noted that it is a fixed line.
func (j *judge) fixedLine(id dsr.Identifier) bool { return id.Type == dsr.Phone && j.fixed[id.Value] }

func fixedLines(e Evidence) map[string]bool {
	fixed := map[string]bool{}
	for _, id := range e.FixedLines {
		fixed[id.Value] = true
	}
	for _, s := range e.Seen {
		for _, id := range s.Record.FixedLines {
			fixed[id.Value] = true
		}
	}
	return fixed
}

// strong are the types of identifier that the company or Google gives to one person.
func strong(t dsr.IdentifierType) bool {
	return t.Base() == dsr.CustomerID || t == dsr.GAUserID
}

func isStrong(id dsr.Identifier) bool { return strong(id.Type) }

// isAnchor reports whether an identifier is a customer id or user id that was given: what has
// it is the subject's, whatever else is on it.
func (j *judge) isAnchor(id dsr.Identifier) bool {
	return isStrong(id) && identity.Recognises(j.evidence.Given, id)
}

// personal are the types whose main value says whose a record is.
var personal = []dsr.IdentifierType{dsr.Email, dsr.CustomerID, dsr.GAUserID}

// contradictions are the types of which the record's main values are none of the subject's.
func (j *judge) contradictions(r dsr.Record) []dsr.IdentifierType {
	ties := j.ties(r)
	types := personal
	given := len(valuesOf(j.evidence.Given.Identifiers, dsr.Phone)) > 0
	if len(ties) > 0 && (given && !slices.ContainsFunc(ties, j.isAnchor) || !slices.ContainsFunc(ties, isStrong)) {
		types = append(slices.Clone(personal), dsr.Phone)
	}
	var against []dsr.IdentifierType
	for _, t := range types {
		known, main := j.withoutFixedLines(valuesOf(j.sure.Identifiers, t)), j.distinctive(r, t)
		if len(known) == 0 || len(main) == 0 || slices.ContainsFunc(main, j.recognised) {
			continue
		}
		if t == dsr.Email && (j.inTheirName(main, known, ties) || j.confirmed(main, ties, j.doubtful)) {
			continue
		}
		against = append(against, t)
	}
	return against
}

// inTheirName reports whether one of a record's addresses is in the subject's own name. The
// whole name is needed where nothing but a phone number or a browser ties the record to the
// subject: families share these.
func (j *judge) inTheirName(addresses, known, ties []dsr.Identifier) bool {
	least := identity.OneName
	if slices.ContainsFunc(ties, isStrong) {
		least = identity.Initials
	}
	return slices.ContainsFunc(addresses, func(id dsr.Identifier) bool { return identity.LikelyAny(id, known) >= least })
}

// isTheirAddress reports whether an identifier is a main address of a record by which the
// record was found to be the subject's.
func (j *judge) isTheirAddress(id dsr.Identifier, r dsr.Record, ties []dsr.Identifier, before known) bool {
	one, known := []dsr.Identifier{id}, valuesOf(before.sure.Identifiers, dsr.Email)
	return id.Type == dsr.Email && len(known) > 0 && slices.Contains(mainOf(r, dsr.Email), id) &&
		(j.inTheirName(one, known, ties) || j.confirmed(one, ties, before.doubtful))
}

// confirmed reports whether one of a record's addresses stands on a record of the subject's
// as well, and a customer id or user id that was given leads to this one: two records tie
// the address to the subject, each in its own way.
func (j *judge) confirmed(addresses, ties, doubtful []dsr.Identifier) bool {
	return slices.ContainsFunc(ties, j.isAnchor) && slices.ContainsFunc(addresses, func(id dsr.Identifier) bool {
		return identity.Recognises(dsr.Subject{Identifiers: doubtful}, id)
	})
}

// take adds what a record that is the subject's discloses. ties and before are what led to
// it, and what was known, when the record was found to be theirs.
func (j *judge) take(s Sighting, ties []dsr.Identifier, before known) {
	r := s.Record
	if s.Decision == Theirs {
		for _, id := range r.Identifiers {
			if j.standsBeside(id, r, before.sure) && j.hasRecord(id, s) {
				j.doubtful = append(j.doubtful, id)
				continue
			}
			j.sure = j.sure.With(id)
		}
		return
	}
	divided := false
	var further []dsr.Identifier
	for _, id := range r.Identifiers {
		if j.isFurther(id, r, before.sure) && !j.isTheirAddress(id, r, ties, before) {
			further = append(further, id)
			divided = divided || id.Type.Base() == dsr.Email
		}
	}
	for _, id := range r.Identifiers {
		switch {
		case before.sure.Has(id):
		case slices.Contains(further, id), divided && !named(id, before.sure) && !j.sameID(id, before.sure):
			j.doubtful = append(j.doubtful, id)
		default:
			j.sure = j.sure.With(id)
		}
	}
}

// named reports whether an identifier is an address where addresses of the subject's are known:
// one that is no further address is in their name.
func named(id dsr.Identifier, before dsr.Subject) bool {
	return id.Type == dsr.Email && len(valuesOf(before.Identifiers, dsr.Email)) > 0
}

// standsBeside reports whether an identifier is another address beside one of the subject's.
func (j *judge) standsBeside(id dsr.Identifier, r dsr.Record, before dsr.Subject) bool {
	main := mainOf(r, dsr.Email)
	return id.Type == dsr.Email && j.isFurther(id, r, before) &&
		(!slices.Contains(main, id) || slices.ContainsFunc(main, func(other dsr.Identifier) bool { return identity.Recognises(before, other) }))
}

// hasRecord reports whether an address is the main one of another record, of which no person
// has said whose it is: that a contact with two addresses is the subject's does not say it.
func (j *judge) hasRecord(id dsr.Identifier, of Sighting) bool {
	return slices.ContainsFunc(j.evidence.Seen, func(s Sighting) bool {
		return s.open() && (s.System != of.System || s.Record.Key() != of.Record.Key()) && slices.ContainsFunc(mainOf(s.Record, dsr.Email), id.Same)
	})
}

// sameID reports whether an id has the same value as a customer id or user id of the
// subject's: companies give Google Analytics the id that they know their customers by.
func (j *judge) sameID(id dsr.Identifier, before dsr.Subject) bool {
	return strong(id.Type) && slices.ContainsFunc(before.Identifiers, func(own dsr.Identifier) bool {
		return strong(own.Type) && own.Value == id.Value
	})
}

// isFurther reports whether an identifier is a second address where the subject has one, or
// a second number where the subject gave one, and nothing says that it is theirs as well.
func (j *judge) isFurther(id dsr.Identifier, r dsr.Record, before dsr.Subject) bool {
	switch t := id.Type.Base(); {
	case identity.Recognises(before, id):
		return false
	case t == dsr.Phone:
		return len(valuesOf(j.evidence.Given.Identifiers, t)) > 0
	case t == dsr.Email:
		known := valuesOf(before.Identifiers, t)
		if len(known) == 0 {
			known = mainOf(r, t)
		}
		return !slices.Contains(known, id) && identity.LikelyAny(id, known) < identity.OneName
	default:
		return false
	}
}

// withoutRivals leaves out candidates that disclose different values of a type that is one
// person's, where nothing of the type is known yet: one of them is the subject, and nobody
// knows which. Records that share a value are one person's.
func (j *judge) withoutRivals(candidates []int) []int {
	for _, t := range append(slices.Clone(personal), dsr.Phone) {
		if len(valuesOf(j.sure.Identifiers, t)) > 0 {
			continue
		}
		groups := j.groups(candidates, t)
		if len(groups) < 2 {
			continue
		}
		for _, group := range groups {
			for _, i := range group {
				if s := j.evidence.Seen[i]; s.Decision != Theirs && !slices.ContainsFunc(j.ties(s.Record), j.isAnchor) {
					j.rivals[i], j.contested[i] = true, true
				}
			}
		}
	}
	return slices.DeleteFunc(candidates, func(i int) bool { return j.rivals[i] })
}

// groups are the candidates that have values of the type, those together that share one.
func (j *judge) groups(candidates []int, t dsr.IdentifierType) [][]int {
	var groups [][]int
	for _, i := range candidates {
		if len(j.distinctive(j.evidence.Seen[i].Record, t)) == 0 {
			continue
		}
		merged := []int{i}
		var others [][]int
		for _, group := range groups {
			if slices.ContainsFunc(group, func(k int) bool { return j.onePerson(k, i, t) }) {
				merged = slices.Concat(group, merged)
				continue
			}
			others = append(others, group)
		}
		groups = slices.Concat(others, [][]int{merged})
	}
	return groups
}

// onePerson reports whether two records share a value of the type, a customer id or a user
// id, or have addresses in one name.
func (j *judge) onePerson(a, b int, t dsr.IdentifierType) bool {
	first, second := j.evidence.Seen[a].Record, j.evidence.Seen[b].Record
	if slices.ContainsFunc(first.Identifiers, func(id dsr.Identifier) bool { return isStrong(id) && identity.Carries(second, id) }) {
		return true
	}
	values := valuesOf(first.Identifiers, t)
	return slices.ContainsFunc(valuesOf(second.Identifiers, t), func(id dsr.Identifier) bool {
		return identity.Recognises(dsr.Subject{Identifiers: values}, id) || t == dsr.Email && identity.LikelyAny(id, values) >= identity.OneName
	})
}

// noteShared finds what leads to somebody else as well, and reports whether anything is new.
func (j *judge) noteShared() bool {
	before := len(j.shared) + len(j.others)
	for i, implied := range j.implications() { // found first: what is noted of one decides on no other
		r := j.evidence.Seen[i].Record
		switch implied {
		case anothers:
			j.share(mainOnes(r)...)
			j.noteOthers(r)
		case twoPeoples:
			j.share(mainOnes(r)...)
		case rival:
			j.share(r.Identifiers...)
		case contradiction:
			// Before a person has decided, nobody knows whether it is the subject who uses what
			// stands beside the main address, or whoever the main address belongs to.
			j.share(r.Identifiers...)
			j.shareSources(r)
			j.noteOthers(r)
		}
	}
	return len(j.shared)+len(j.others) > before
}

// An implication is what a record says of other people.
type implication int

const (
	_ implication = iota // it is the subject's, or says nothing
	// anothers: a person has said that it is somebody else's.
	anothers
	// twoPeoples: the address of another person stands on it.
	twoPeoples
	// rival: it is one of several people's.
	rival
	// contradiction: it contradicts.
	contradiction
)

// implications are what each of the records seen says of other people.
func (j *judge) implications() []implication {
	implied := make([]implication, len(j.evidence.Seen))
	for i, s := range j.evidence.Seen {
		switch {
		case s.Decision == SomebodyElses:
			implied[i] = anothers
		case !s.open():
		case j.holdsTwoPeople(s.Record):
			implied[i] = twoPeoples
		case j.rivals[i]:
			implied[i] = rival
		case !j.joined[i] && len(j.contradictions(s.Record)) > 0:
			implied[i] = contradiction
		}
	}
	return implied
}

// share notes that identifiers, where they are the subject's, lead to somebody else as well.
func (j *judge) share(ids ...dsr.Identifier) {
	for _, id := range ids {
		if j.recognised(id) && !j.isShared(id) {
			j.shared = append(j.shared, id)
		}
	}
}

// shareSources notes that the addresses are shared by which a customer id or user id came to
// the subject that leads to somebody else: a household's address has led to two customers.
func (j *judge) shareSources(r dsr.Record) {
	for _, id := range r.Identifiers {
		if !isStrong(id) || j.isAnchor(id) || !j.recognised(id) {
			continue
		}
		for i, s := range j.evidence.Seen {
			if j.joined[i] && identity.Carries(s.Record, id) {
				j.share(mainOf(s.Record, dsr.Email)...)
			}
		}
	}
}

// noteOthers notes whose the main addresses of somebody else's record are.
func (j *judge) noteOthers(r dsr.Record) {
	for _, id := range mainOf(r, dsr.Email) {
		if !j.recognised(id) && !slices.ContainsFunc(j.others, id.Same) {
			j.others = append(j.others, id)
		}
	}
}

// mainOnes are the identifiers that a vendor does not keep beside a main one.
func mainOnes(r dsr.Record) []dsr.Identifier {
	return slices.DeleteFunc(slices.Clone(r.Identifiers), func(id dsr.Identifier) bool {
		return !slices.Contains(mainOf(r, id.Type.Base()), id)
	})
}

func (j *judge) judgement() Judgement {
	doubtful := dsr.Subject{}.With(j.doubtful...).Identifiers // each once, however many records have it
	result := Judgement{Sure: j.sure, Doubtful: doubtful, Shared: j.shared, findings: map[string]Finding{}}
	for _, id := range j.shared {
		if !identity.Recognises(j.evidence.Given, id) && !j.isSettled(id) {
			result.Unsettled = append(result.Unsettled, id)
		}
	}
	for i, s := range j.evidence.Seen {
		result.findings[name(s.System, s.Record.Key())] = j.finding(i, s)
	}
	return result
}

// isSettled reports whether a person has said of a record with the identifier that it is
// somebody else's, or has left it open.
func (j *judge) isSettled(id dsr.Identifier) bool {
	return slices.ContainsFunc(j.evidence.Seen, func(s Sighting) bool {
		return (s.Decision == SomebodyElses || s.Decision == LeftOpen) && slices.ContainsFunc(s.Record.Identifiers, id.Same)
	})
}

func (j *judge) finding(i int, s Sighting) Finding {
	r := s.Record
	if j.joined[i] && (s.Decision == Theirs || !j.mainAddressUnknown(r)) {
		return Finding{Theirs: true}
	}
	found := Finding{Contradicts: j.contradictions(r)}
	switch {
	case s.Decision == SomebodyElses, len(r.Identifiers)+len(r.Ambiguous) == 0:
	case len(found.Contradicts) > 0:
		found.Hold = dsr.HoldContradicts
	case j.contested[i]:
		found.Hold = dsr.HoldRivals
	case j.joined[i]:
		found.Hold = dsr.HoldDoubtful
	case j.holdsTwoPeople(r):
		found.Hold = dsr.HoldTwoPeople
	case slices.ContainsFunc(r.Identifiers, j.recognised):
		found.Hold = dsr.HoldShared
	case slices.ContainsFunc(r.Identifiers, j.isDoubtful):
		found.Hold = dsr.HoldDoubtful
	case r.OtherForm:
		found.Hold = dsr.HoldOtherForm
	case slices.ContainsFunc(r.Ambiguous, j.recognised):
		found.Hold = dsr.HoldAmbiguous
	default:
		found.Hold = dsr.HoldShared // it was found by what is not the subject's any more
	}
	return found
}

// mainAddressUnknown reports whether a record has addresses and nobody knows whether the main
// one is the subject's.
func (j *judge) mainAddressUnknown(r dsr.Record) bool {
	main := mainOf(r, dsr.Email)
	return len(main) > 0 && !slices.ContainsFunc(main, j.recognised)
}

func (j *judge) isDoubtful(id dsr.Identifier) bool {
	return identity.Recognises(dsr.Subject{Identifiers: j.doubtful}, id)
}

// valuesOf are the identifiers of a type, hashed ones included.
func valuesOf(ids []dsr.Identifier, t dsr.IdentifierType) []dsr.Identifier {
	var values []dsr.Identifier
	for _, id := range ids {
		if id.Type.Base() == t {
			values = append(values, id)
		}
	}
	return values
}

// distinctive are the values of a type by which a record says whose it is: its main ones, and of
// phone numbers all but fixed lines.
func (j *judge) distinctive(r dsr.Record, t dsr.IdentifierType) []dsr.Identifier {
	if t == dsr.Phone {
		return j.withoutFixedLines(valuesOf(r.Identifiers, t))
	}
	return mainOf(r, t)
}

// withoutFixedLines leaves out fixed lines: whoever has one has another number as well.
func (j *judge) withoutFixedLines(values []dsr.Identifier) []dsr.Identifier {
	return slices.DeleteFunc(slices.Clone(values), j.fixedLine)
}

// mainOf are a record's main values of a type: all of them where the vendor has no main one.
func mainOf(r dsr.Record, t dsr.IdentifierType) []dsr.Identifier {
	values := valuesOf(r.Identifiers, t)
	main := slices.DeleteFunc(slices.Clone(values), func(id dsr.Identifier) bool { return slices.ContainsFunc(r.Secondary, id.Same) })
	if len(main) == 0 {
		return values
	}
	return main
}
