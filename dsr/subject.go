package dsr

import "slices"

// A Subject is the person a request is about, known only by identifiers.
type Subject struct {
	Identifiers []Identifier `json:"identifiers"`
}

// Has reports whether the subject is known by the identifier.
func (s Subject) Has(id Identifier) bool {
	return slices.ContainsFunc(s.Identifiers, id.Same)
}

// Of returns the subject's identifiers of the given types, in the subject's
// order.
func (s Subject) Of(types ...IdentifierType) []Identifier {
	var found []Identifier
	for _, id := range s.Identifiers {
		if slices.Contains(types, id.Type) {
			found = append(found, id)
		}
	}
	return found
}

// With returns the subject with the identifiers added that it lacks. The
// subject itself is left as it is.
func (s Subject) With(ids ...Identifier) Subject {
	wider := Subject{Identifiers: slices.Clone(s.Identifiers)}
	for _, id := range ids {
		if !wider.Has(id) {
			wider.Identifiers = append(wider.Identifiers, id)
		}
	}
	return wider
}
