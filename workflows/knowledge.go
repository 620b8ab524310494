package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// maxKnown is how many identifiers a request may collect. A person has a
// handful; more means that something that is not one person is being followed.
const maxKnown = 50

// knowledge is what is known about the subject, shared by all systems.
type knowledge struct {
	// own is what the request brought.
	own dsr.Subject
	// all adds what systems disclosed.
	all dsr.Subject
	// doubts are, for the key of an identifier, the records that it led to and that
	// may be somebody else's: several people share it, as far as anybody knows.
	doubts doubts
}

// doubts has a set of records, as "system/kind/id", for each identifier's key.
type doubts map[string]map[string]bool

// add notes that the identifier leads to a record that may be somebody else's.
func (d doubts) add(id dsr.Identifier, record string) {
	if d[id.Key()] == nil {
		d[id.Key()] = map[string]bool{}
	}
	d[id.Key()][record] = true
}

// clear notes that a record is the subject's after all.
func (d doubts) clear(record string) {
	for _, id := range workflow.DeterministicKeys(d) {
		delete(d[id], record)
	}
}

// about reports whether the identifier is known to lead to somebody else, too.
func (d doubts) about(id dsr.Identifier) bool { return len(d[id.Key()]) > 0 }

// doubted reports whether the identifier, plain or hashed, is known to lead to
// somebody else, too.
func (k knowledge) doubted(id dsr.Identifier) bool {
	return k.doubts.about(id) || slices.ContainsFunc(k.all.Identifiers, func(own dsr.Identifier) bool { return identity.Means(own, id) && k.doubts.about(own) })
}

// onlyShared reports whether a record is tied to the subject by nothing but
// identifiers that several people share.
func (k knowledge) onlyShared(record dsr.Record) bool {
	if !k.doubted(record.FoundBy) {
		return false
	}
	for _, id := range record.Identifiers {
		if identity.Recognises(k.all, id) && !k.doubted(id) {
			return false
		}
	}
	return true
}

// share adds identifiers for all systems to use. It reports false, and adds
// nothing, if they are too many to be one person's.
func (k *knowledge) share(ids []dsr.Identifier) bool {
	wider := k.all.With(ids...)
	if len(wider.Identifiers) > maxKnown {
		return false
	}
	k.all = wider
	return true
}

// types lists the types of what is known, in the order in which types are shown.
func (k *knowledge) types() []dsr.IdentifierType {
	var types []dsr.IdentifierType
	for _, t := range slices.Concat(dsr.IdentifierTypes(), dsr.HashedTypes()) {
		if len(k.all.Of(t)) > 0 {
			types = append(types, t)
		}
	}
	return types
}
