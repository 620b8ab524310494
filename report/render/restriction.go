package render

import (
	"strconv"

	"ite.digital/lethe/dsr"
)

// restriction is what a restriction means in the system, for requests of that kind
// only: an erasure leaves nothing that could be restricted.
func (v *viewer) restriction(o dsr.Outcome) []field {
	if v.report.Kind == dsr.Erasure {
		return nil
	}
	say := v.words.say
	var fields []field
	if o.Drifts > 0 {
		fields = append(fields, field{say("drifts"), strconv.Itoa(o.Drifts)}, field{say("drifted"), v.at(o.DriftedAt)})
	}
	if !o.CheckedAt.IsZero() {
		fields = append(fields, field{say("checked"), v.at(o.CheckedAt)})
	}
	for _, left := range o.Left {
		fields = append(fields, field{say("left"), left})
	}
	facts := o.Restriction
	switch {
	case facts == nil:
		return fields
	case !facts.Able:
		return append(fields, field{say("instead"), facts.Instead})
	}
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

// restrictionGround is why processing is restricted, by whose word, and until when.
func (v *viewer) restrictionGround(r *dsr.RestrictionRecord) []field {
	say := v.words.say
	if r.Ground == "" {
		return []field{{say("restriction.ground"), say("restriction.unnamed")}}
	}
	fields := []field{{say("restriction.ground"), say("restriction.ground." + string(r.Ground))}}
	if r.NamedBy != "" {
		fields = append(fields, field{say("restriction.named"), v.at(r.NamedAt)}, field{say("restriction.named.by"), r.NamedBy})
		v.event(r.NamedAt, say("event.restriction.named", r.NamedBy))
	}
	return append(fields, field{say("restriction.until"), say("until." + string(r.Ground))})
}

// restrictionRecord is how a restriction stands.
func (v *viewer) restrictionRecord(r *dsr.RestrictionRecord) []field {
	if r == nil {
		return nil
	}
	say := v.words.say
	fields := v.restrictionGround(r)
	if !r.InForceSince.IsZero() {
		fields = append(fields, field{say("restriction.since"), v.at(r.InForceSince)})
	}
	if lift := r.Lift; lift != nil {
		fields = append(fields, field{say("lift.asked"), v.at(lift.At)}, field{say("lift.by"), lift.Operator}, field{say("lift.why"), lift.Reason})
		v.event(lift.At, say("event.lift.asked", lift.Operator))
		if lift.Noticed() {
			fields = append(fields, field{say("lift.notice"), v.at(lift.NoticeSentAt)}, field{say("lift.evidence"), lift.NoticeEvidence})
		}
	}
	if r.SupersededBy != "" {
		fields = append(fields, field{say("superseded"), r.SupersededBy})
	}
	return fields
}
