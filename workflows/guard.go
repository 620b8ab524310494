package workflows

import (
	"fmt"

	"ite.digital/lethe/dsr"
)

// guard decides whether records may be erased without asking a person. It
// returns what to ask otherwise.
//
// Too many records, or a record that names the subject's own type of
// identifier with nobody's value we know (another e-mail address), may be
// somebody else's: a shared phone, a switchboard, an address given to the next
// customer.
func guard(system dsr.System, known knowledge, records []dsr.Record) *dsr.Question {
	people, strangers := 0, 0
	for _, record := range records {
		if len(record.Identifiers) == 0 {
			continue // part of another record
		}
		people++
		if contradicts(record, known) {
			strangers++
		}
	}
	switch {
	case strangers > 0:
		return matchQuestion("%d of %d records carry a different value of an identifier that the subject gave, so they may be "+
			"somebody else's. Nothing was erased here. Look at them at the vendor; once they are in order, retry-system, "+
			"or skip-system with the reason", strangers, people)
	case people > system.MaxRecords:
		return matchQuestion("%d records match, more than max_records (%d), so some may be somebody else's. Nothing was erased "+
			"here. Look at them at the vendor; once they are in order, retry-system, or skip-system with the reason",
			people, system.MaxRecords)
	}
	return nil
}

func matchQuestion(format string, arguments ...any) *dsr.Question {
	return &dsr.Question{Kind: dsr.QuestionMatch, Text: fmt.Sprintf(format, arguments...)}
}

// contradicts reports whether the record carries values of a type that the
// subject gave and none of them is known to be the subject's.
func contradicts(record dsr.Record, known knowledge) bool {
	for _, own := range known.own.Identifiers {
		values := dsr.Subject{Identifiers: record.Identifiers}.Of(own.Type)
		if len(values) > 0 && !anyKnown(known.all, values) {
			return true
		}
	}
	return false
}

func anyKnown(subject dsr.Subject, ids []dsr.Identifier) bool {
	for _, id := range ids {
		if subject.Has(id) {
			return true
		}
	}
	return false
}
