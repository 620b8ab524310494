package identity

import (
	"slices"

	"ite.digital/lethe/dsr"
)

// Read adds what a field of a vendor's record says to the record: the identifiers in their
// normal form, the readings of what is ambiguous, and the name of a field that identifies
// nobody. Connectors read all fields through it.
func (p Parser) Read(r *dsr.Record, field string, t dsr.IdentifierType, values ...string) {
	p.read(r, false, field, t, values)
}

// ReadSecondary is Read for a field that the vendor keeps beside a main one of the type.
func (p Parser) ReadSecondary(r *dsr.Record, field string, t dsr.IdentifierType, values ...string) {
	p.read(r, true, field, t, values)
}

func (p Parser) read(r *dsr.Record, secondary bool, field string, t dsr.IdentifierType, values []string) {
	reading := p.Field(field, t, values...)
	for _, id := range reading.Identifiers {
		if slices.ContainsFunc(r.Identifiers, id.Same) {
			continue
		}
		r.Identifiers = append(r.Identifiers, id)
		if secondary {
			r.Secondary = append(r.Secondary, id)
		}
		if FixedLine(id) {
			r.FixedLines = append(r.FixedLines, id)
		}
	}
	r.Ambiguous = append(r.Ambiguous, reading.Ambiguous...)
	r.Unread = append(r.Unread, reading.Unread...)
}

// LedTo reports whether the identifier leads to the record: it carries it, or may.
func LedTo(r dsr.Record, id dsr.Identifier) bool { return Carries(r, id) || MayCarry(r, id) }
