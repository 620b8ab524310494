package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/deadlines"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/leads"
)

// Carried is what a run of a restriction hands over to the next one.
type Carried struct {
	StartedAt   time.Time             `json:"started_at"`
	CheckEvery  time.Duration         `json:"check_every"`
	Checks      int                   `json:"checks"`
	ReviewedAt  time.Time             `json:"reviewed_at,omitzero"`
	ChasedAt    time.Time             `json:"chased_at,omitzero"`
	Deadlines   deadlines.Deadlines   `json:"deadlines"`
	Extension   *dsr.Extension        `json:"extension,omitempty"`
	Identity    *dsr.IdentityCheck    `json:"identity,omitempty"`
	Restriction dsr.RestrictionRecord `json:"restriction"`
	ToldStage   dsr.Stage             `json:"told_stage,omitempty"`
	Lifting     bool                  `json:"lifting,omitempty"`
	Related     []dsr.Meeting         `json:"related,omitempty"`
	Met         []string              `json:"met,omitempty"`
	Evidence    leads.Evidence        `json:"evidence"`
	// HashesUnknown is that of the process.
	HashesUnknown bool `json:"hashes_unknown,omitempty"`
	// Correspondence is that of the process.
	Correspondence activities.Correspondence `json:"correspondence,omitzero"`
	Systems        []CarriedSystem           `json:"systems"`
}

// CarriedSystem is what is handed over of one system. Before is the undo record.
type CarriedSystem struct {
	Outcome   dsr.Outcome          `json:"outcome"`
	Before    []dsr.RecordSettings `json:"before,omitempty"`
	Held      []dsr.Record         `json:"held,omitempty"`
	Searched  []string             `json:"searched,omitempty"`
	Cleared   []string             `json:"cleared,omitempty"`
	Kept      []string             `json:"kept,omitempty"`
	Approved  []string             `json:"approved,omitempty"`
	Accepted  []string             `json:"accepted,omitempty"`
	Declined  []string             `json:"declined,omitempty"`
	Returned  int                  `json:"returned,omitempty"`
	Settled   bool                 `json:"settled,omitempty"`
	SettledAs dsr.State            `json:"settled_as,omitempty"`
	ChasedAt  time.Time            `json:"chased_at,omitzero"`
	Numbered  int                  `json:"numbered"`
}

// goOn ends the run and begins the next one.
func (e *process) goOn(ctx workflow.Context) error {
	carried := Carried{
		StartedAt: e.startedAt, CheckEvery: e.checkEvery, Checks: e.checks, ReviewedAt: e.reviewedAt, ChasedAt: e.chasedAt, Deadlines: e.deadlines,
		Extension: e.extension, Identity: e.identity, Restriction: *e.restriction, Lifting: e.lifting, Related: e.related,
		ToldStage: e.toldStage, Met: sorted(e.met), Evidence: e.known.evidence, HashesUnknown: e.hashesUnknown,
		Correspondence: e.correspondence,
	}
	for _, s := range e.systems {
		carried.Systems = append(carried.Systems, s.carry())
	}
	return workflow.NewContinueAsNewError(ctx, Restriction, e.request, &carried)
}

func (s *system) carry() CarriedSystem {
	return CarriedSystem{
		Outcome: s.outcome, Before: s.before, Held: s.held, Searched: sorted(s.searched), Cleared: sorted(s.cleared), Kept: sorted(s.kept),
		Approved: sorted(s.approved), Accepted: sorted(s.accepted), Declined: sorted(s.declined), Returned: s.returned, Settled: s.settled, SettledAs: s.settledAs,
		ChasedAt: s.chasedAt, Numbered: s.numbered,
	}
}

// restore goes on where the last run ended.
func (e *process) restore(c Carried) {
	e.begunAt, e.chasedAt = c.StartedAt, c.ChasedAt
	e.startedAt, e.checkEvery, e.checks, e.reviewedAt = c.StartedAt, c.CheckEvery, c.Checks, c.ReviewedAt
	e.deadlines, e.extension, e.identity = c.Deadlines, c.Extension, c.Identity
	e.restriction, e.lifting, e.related, e.met = &c.Restriction, c.Lifting, c.Related, setOf(c.Met)
	e.known, e.toldStage, e.toldDue = know(c.Evidence), c.ToldStage, c.Deadlines.Due
	e.hashesUnknown, e.correspondence = c.HashesUnknown, c.Correspondence
	for _, carried := range c.Systems {
		s := newSystem(e, carried.Outcome.System)
		s.outcome, s.before, s.held = carried.Outcome, carried.Before, carried.Held
		s.searched, s.cleared, s.kept, s.approved = setOf(carried.Searched), setOf(carried.Cleared), setOf(carried.Kept), setOf(carried.Approved)
		s.accepted, s.declined, s.settledAs, s.chasedAt, s.returned = setOf(carried.Accepted), setOf(carried.Declined), carried.SettledAs, carried.ChasedAt, carried.Returned
		s.numbered, s.numberedBefore = carried.Numbered, carried.Numbered
		s.carriedSettled = carried.Settled
		if question := carried.Outcome.Question; question != nil {
			s.since = question.Since
		}
		e.systems = append(e.systems, s)
	}
}

// sorted lists a set in an order that is always the same.
func sorted(set map[string]bool) []string {
	var names []string
	for _, name := range workflow.DeterministicKeys(set) {
		if set[name] {
			names = append(names, name)
		}
	}
	return names
}

func setOf(names []string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}
