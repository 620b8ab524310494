package workflows

import (
	"fmt"
	"slices"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// lookThenResolve ends the questions about whose records are.
const lookThenResolve = "Nothing was erased here. Look at them at the vendor, then resolve-match: all that identifies on a record that " +
	"you name as the subject's counts as theirs in every system; or put them in order there and retry-system; or skip-system with the reason"

// held says, for each reason to hold records, what is the matter with so many of so many.
var held = []struct {
	hold dsr.Hold
	text string
}{
	{dsr.HoldContradicts, "records with a different value of an identifier that is the subject's: %d of %d; they may be somebody else's. "},
	{dsr.HoldRivals, "%d of %d records that one identifier leads to are different people's, and nobody knows which are the subject's. "},
	{dsr.HoldTwoPeople, "%d of %d records hold the address of another person, who has a record of their own, beside the subject's. "},
	{dsr.HoldShared, "%d of %d records were found by nothing but an identifier that leads to somebody else as well. "},
	{dsr.HoldDoubtful, "%d of %d records were found by nothing but a value of which nobody knows whether it is the subject's. "},
	{dsr.HoldOtherForm, "%d of %d records were found by another form of the subject's identifier, which may be somebody else's. "},
	{dsr.HoldAmbiguous, "%d of %d records carry a number that can be read in two ways. "},
}

// guard decides whether records that the system has shown may be erased without asking a
// person. It returns what to ask otherwise. What a person has cleared is not asked about
// again. Once a person has kept a record, those that do not say whose they are may be part
// of it. Whose the others are is decided in package leads.
func (s *system) guard(known knowledge, records []dsr.Record) *dsr.Question {
	var candidates, loose []dsr.Candidate
	counts := map[dsr.Hold]int{}
	for _, record := range records {
		if s.cleared[record.Key()] || record.Parent != "" {
			continue // it is decided on, or with the record that it is part of
		}
		candidate := s.candidate(known, record)
		if len(record.Identifiers)+len(record.Ambiguous) == 0 {
			loose = append(loose, candidate)
			continue
		}
		candidates = append(candidates, candidate)
		if candidate.Hold != "" {
			counts[candidate.Hold]++
		}
	}
	question := s.ofHolds(counts, len(candidates))
	switch {
	case question != nil:
	case len(candidates) > s.plan.MaxRecords:
		question = matchQuestion("%d records match, more than max_records (%d), so some may be somebody else's. "+lookThenResolve,
			len(candidates), s.plan.MaxRecords)
	case len(loose) > 0 && len(s.kept) > 0:
		question = matchQuestion("some records here are somebody else's, and %d do not say whose they are. Look at them at the vendor, "+
			"then resolve-match; or skip-system with the reason", len(loose))
	default:
		return nil
	}
	question.Candidates = slices.Concat(candidates, loose)
	for _, id := range known.sure().Identifiers {
		question.Subject = append(question.Subject, dsr.CarriedIdentifier{Type: id.Type, Masked: masked(id)})
	}
	return question
}

// ofHolds asks about the records that are held, for each reason; nil if none is.
func (s *system) ofHolds(counts map[dsr.Hold]int, of int) *dsr.Question {
	text := ""
	for _, h := range held {
		if n := counts[h.hold]; n > 0 {
			text += fmt.Sprintf(h.text, n, of)
		}
	}
	if text == "" {
		return nil
	}
	return &dsr.Question{Kind: dsr.QuestionMatch, Text: text + lookThenResolve}
}

// candidate is a record as a person sees it who has to decide whose it is: what is on it,
// masked, beside what is known to be the subject's.
func (s *system) candidate(known knowledge, record dsr.Record) dsr.Candidate {
	found := known.judged.Of(s.plan.Name, record)
	candidate := dsr.Candidate{
		Record: record.Key(), FoundBy: record.FoundBy.Type, Contradicts: found.Contradicts, Hold: found.Hold,
	}
	for _, id := range record.Identifiers {
		candidate.Carries = append(candidate.Carries, dsr.CarriedIdentifier{
			Type: id.Type, Masked: masked(id), Subjects: identity.Recognises(known.sure(), id),
			Secondary: slices.ContainsFunc(record.Secondary, id.Same),
		})
	}
	return candidate
}

// masked hides an identifier. Two forms of one number differ in how many digits they have,
// where the mask shows the same.
func masked(id dsr.Identifier) string {
	if id.Type != dsr.Phone {
		return identity.Mask(id)
	}
	return fmt.Sprintf("%s (%d digits)", identity.Mask(id), len(id.Value)-1)
}

func matchQuestion(format string, arguments ...any) *dsr.Question {
	return &dsr.Question{Kind: dsr.QuestionMatch, Text: fmt.Sprintf(format, arguments...)}
}
