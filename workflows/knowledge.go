package workflows

import (
	"slices"
	"strings"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/dsr/leads"
)

const (
	// maxKnown is how many identifiers a request may collect. A person has a
	// handful; more means that something that is not one person is being followed.
	maxKnown = 50
	// maxWeighed is how many records of one system are weighed against each other. More
	// are asked about without that, unless as many are expected; once a person has said
	// whose they are, they are weighed all the same.
	maxWeighed = 100
	// maxShown is how many records of one system can be one person's at all, as many as
	// max_records can say. Weighing more takes workflow code longer than the SDK allows.
	maxShown = 1000
)

// knowledge is what is known about the subject, shared by all systems: what was given and
// seen, and what follows from that.
type knowledge struct {
	evidence leads.Evidence
	judged   leads.Judgement
}

func know(evidence leads.Evidence) knowledge {
	return knowledge{evidence: evidence, judged: leads.Judge(evidence)}
}

// sure is the subject as known for certain.
func (k knowledge) sure() dsr.Subject { return k.judged.Sure }

// seeing is what is known once a system has shown records.
func (k knowledge) seeing(system string, records []dsr.Record) knowledge {
	return know(k.evidence.See(system, records...))
}

// tooMuch reports whether more is known than one person has.
func (k knowledge) tooMuch() bool {
	return len(k.judged.Sure.Identifiers) > maxKnown || len(k.judged.Doubtful) > maxKnown
}

// leave is what is known once nobody is going to decide on records of a system. It is the
// same if there are none.
func (k knowledge) leave(system string, leave func(dsr.Record) bool) knowledge {
	evidence := k.evidence.Leave(system, leave)
	if slices.EqualFunc(evidence.Seen, k.evidence.Seen, func(a, b leads.Sighting) bool { return a.Decision == b.Decision }) {
		return k
	}
	return know(evidence)
}

// share adds identifiers that a person, or an earlier run, vouches for. It reports false,
// and adds nothing, if they are too many to be one person's.
func (k *knowledge) share(ids []dsr.Identifier) bool {
	wider := know(k.evidence.Give(ids...))
	if wider.tooMuch() {
		return false
	}
	*k = wider
	return true
}

// recalling is what is known with what an earlier run has seen of records that it ordered to
// be erased. They are weighed as before: a doubt of then is one now. What is too much to be one
// person's was refused by the earlier run, too.
func (k knowledge) recalling(system string, ordered []dsr.Record) knowledge {
	if len(ordered) == 0 {
		return k
	}
	if wider := know(k.evidence.Recall(system, ordered...)); !wider.tooMuch() {
		return wider
	}
	return k
}

// kindFound is the kind of what a person found in a system that Lethe does not reach.
const kindFound = "found"

// found is what is known once a person has found identifiers of the subject in a manual
// system. They are weighed as those that a record discloses: a person who reads a merged
// contact cannot tell better than a connector whose second address it is. What was found
// there before stays found: the task may be asked for again.
func (k knowledge) found(system string, ids []dsr.Identifier) knowledge {
	if len(ids) == 0 {
		return k
	}
	record, before := k.evidence.Shown(system, dsr.Record{Kind: kindFound, ID: system}.Key())
	record.Identifiers, record.Secondary = slices.Clone(record.Identifiers), slices.Clone(record.Secondary)
	if !before {
		record = dsr.Record{Kind: kindFound, ID: system, Identifiers: slices.Clone(k.evidence.Given.Identifiers)}
	}
	for _, id := range ids {
		if slices.ContainsFunc(record.Identifiers, id.Same) || identity.Recognises(k.sure(), id) {
			continue
		}
		record.Identifiers = append(record.Identifiers, id)
		record.Secondary = append(record.Secondary, id)
	}
	return know(k.evidence.SeeByHand(system, record))
}

// decide notes whose records a person has said that they are, by their keys.
func (k *knowledge) decide(system string, keys []string, d leads.Decision) {
	if len(keys) == 0 { // nothing to weigh anew
		return
	}
	evidence := k.evidence
	for _, key := range keys {
		kind, id, _ := strings.Cut(key, "/")
		evidence = evidence.Decide(system, dsr.Record{Kind: kind, ID: id}, d)
	}
	*k = know(evidence)
}

// types lists the types of what is known, in the order in which types are shown.
func (k knowledge) types() []dsr.IdentifierType {
	var types []dsr.IdentifierType
	for _, t := range slices.Concat(dsr.IdentifierTypes(), dsr.HashedTypes()) {
		if len(k.sure().Of(t)) > 0 {
			types = append(types, t)
		}
	}
	return types
}
