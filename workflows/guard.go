package workflows

import (
	"fmt"
	"slices"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// guard decides whether records may be erased without asking a person. It
// returns what to ask otherwise. What a person has cleared is not asked about
// again. Once a person has kept a record, those that do not say whose they are
// may be part of it.
//
// Too many records, or a record that names the subject's own type of
// identifier with nobody's value we know (another e-mail address), may be
// somebody else's: a shared phone, a switchboard, an address given to the next
// customer. So may whatever else an identifier leads to that has led to somebody
// else in one place.
func guard(system dsr.System, known knowledge, records []dsr.Record, cleared map[string]bool, someKept bool) *dsr.Question {
	var candidates, loose []dsr.Candidate
	strangers, shared := 0, 0
	for _, record := range records {
		candidate := dsr.Candidate{
			Record: record.Key(), FoundBy: record.FoundBy.Type, Contradicts: contradictions(record, known),
		}
		candidate.Shared = len(candidate.Contradicts) == 0 && record.Parent == "" && known.onlyShared(record)
		switch {
		case cleared[record.Key()], record.Parent != "":
			// It is decided on, or with the record that it is part of.
		case len(record.Identifiers) == 0:
			loose = append(loose, candidate)
		default:
			candidates = append(candidates, candidate)
		}
		switch {
		case cleared[record.Key()]:
		case len(candidate.Contradicts) > 0:
			strangers++
		case candidate.Shared:
			shared++
		}
	}
	var question *dsr.Question
	switch {
	case strangers > 0:
		question = matchQuestion("records with a different value of an identifier that the subject gave: %d of %d; they may be "+
			"somebody else's. Nothing was erased here. Look at them at the vendor, then resolve-match; or put them in order there and "+
			"retry-system; or skip-system with the reason", strangers, len(candidates))
	case shared > 0:
		question = matchQuestion("%d of %d records were found by nothing but an identifier that leads to somebody else as well. Nothing "+
			"was erased here. Look at them at the vendor, then resolve-match; or put them in order there and retry-system; or "+
			"skip-system with the reason", shared, len(candidates)+len(loose))
	case len(candidates) > system.MaxRecords:
		question = matchQuestion("%d records match, more than max_records (%d), so some may be somebody else's. Nothing was erased "+
			"here. Look at them at the vendor, then resolve-match; or put them in order there and retry-system; or skip-system with "+
			"the reason", len(candidates), system.MaxRecords)
	case len(loose) > 0 && someKept:
		question = matchQuestion("some records here are somebody else's, and %d do not say whose they are. Look at them at the vendor, "+
			"then resolve-match; or skip-system with the reason", len(loose))
	default:
		return nil
	}
	question.Candidates = slices.Concat(candidates, loose)
	return question
}

func matchQuestion(format string, arguments ...any) *dsr.Question {
	return &dsr.Question{Kind: dsr.QuestionMatch, Text: fmt.Sprintf(format, arguments...)}
}

// contradictions are the types that the subject gave, hashed or not, and of which the record
// carries values, none of them known to be the subject's.
func contradictions(record dsr.Record, known knowledge) []dsr.IdentifierType {
	var types []dsr.IdentifierType
	for _, own := range known.own.Identifiers {
		t := own.Type.Base()
		values := dsr.Subject{Identifiers: record.Identifiers}.Of(append(t.AllHashed(), t)...)
		if len(values) > 0 && !anyKnown(known.all, values) && !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return types
}

func anyKnown(subject dsr.Subject, ids []dsr.Identifier) bool {
	for _, id := range ids {
		if identity.Recognises(subject, id) {
			return true
		}
	}
	return false
}
