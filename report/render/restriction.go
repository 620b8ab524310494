package render

import "ite.digital/lethe/dsr"

// The states in which restrictions of processing end (GDPR Art. 18).
const (
	// restricted: the data is kept and not used.
	restricted dsr.State = "restricted"
	// lifted: the restriction is over, and what it had changed was given back.
	lifted dsr.State = "lifted"
)

// satisfied reports whether the state is what the request asks for.
func satisfied(s dsr.State) bool { return s.Success() || s == restricted || s == lifted }

// restriction is what a restriction means in the system, for requests of that kind
// only: an erasure leaves nothing that could be restricted.
func (v *viewer) restriction(o dsr.Outcome) []field {
	facts := o.Restriction
	if v.report.Kind == dsr.Erasure || facts == nil {
		return nil
	}
	say := v.words.say
	if !facts.Able {
		return []field{{say("instead"), facts.Instead}}
	}
	var fields []field
	for _, list := range []struct {
		label string
		facts []string
	}{{"covers", facts.Covers}, {"goes_on", facts.GoesOn}, {"irreversible", facts.Irreversible}} {
		for _, fact := range list.facts {
			fields = append(fields, field{say(list.label), fact})
		}
	}
	return fields
}

// sayOf says the text under the key, in the wording for the request's kind where
// that differs from an erasure's.
func (v *viewer) sayOf(key string, arguments ...any) string {
	if special := key + "." + string(v.report.Kind); v.words.has(special) {
		key = special
	}
	return v.words.say(key, arguments...)
}
