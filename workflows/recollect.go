package workflows

import (
	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/leads"
)

// recollect takes over what earlier runs of the request did at the system. What
// they erased cannot be found any more, and leads on to other systems all the
// same; what an operator has kept stays kept.
func (s *system) recollect(earlier *activities.Earlier) {
	if earlier == nil {
		return
	}
	s.toldIn = earlier.Run
	for _, key := range earlier.Cleared {
		s.cleared[key] = s.cleared[key] || !s.kept[key]
	}
	for _, key := range earlier.Kept { // decided after what this run has replayed
		s.kept[key] = true
		delete(s.cleared, key)
	}
	s.request.known.decide(s.plan.Name, sorted(s.cleared), leads.Theirs)
	s.request.known.decide(s.plan.Name, sorted(s.kept), leads.SomebodyElses)
	s.before = dsr.Remember(s.before, earlier.Before)
	for _, effect := range earlier.Effects {
		if s.effectOn(dsr.Record{Kind: effect.Kind, ID: effect.ID}) != "" {
			continue
		}
		if s.plan.Verifiable && (effect.State == dsr.Erased || effect.State == dsr.AlreadyGone) {
			s.claims[effect.Key()] = effect.State // to be seen in this run
			continue
		}
		s.note([]dsr.RecordEffect{effect})
	}
	s.recollectRetained(earlier)
	ordered := s.withoutKept(earlier.Ordered)
	s.tell(ordered)
	for _, record := range ordered {
		if s.effectOn(record) == "" {
			s.ordered = union(s.ordered, []dsr.Record{record})
		}
	}
	// Others learn of them once the system has shown what it holds now: a number that led to
	// somebody else then does so still.
	s.recalled = union(s.recalled, ordered)
	s.outcome.Erasures = max(s.outcome.Erasures, earlier.Erasures)
	if s.outcome.ActedAt.IsZero() {
		s.outcome.ActedAt = earlier.ActedAt
	}
}
