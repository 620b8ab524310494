package workflows

import "ite.digital/lethe/dsr"

// maxKnown is how many identifiers a request may collect. A person has a
// handful; more means that something that is not one person is being followed.
const maxKnown = 50

// knowledge is what is known about the subject, shared by all systems.
type knowledge struct {
	// own is what the request brought.
	own dsr.Subject
	// all adds what systems disclosed.
	all dsr.Subject
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
	for _, t := range dsr.IdentifierTypes() {
		if len(k.all.Of(t)) > 0 {
			types = append(types, t)
		}
	}
	return types
}
