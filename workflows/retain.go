package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

// RetainSystem decides that data are kept in a system on a legal ground (GDPR Art.
// 17(3)). It says all of it, so that the decision stands on its own whatever becomes
// of the company's rules.
type RetainSystem struct {
	System   string              `json:"system"`
	Operator string              `json:"operator"`
	Ground   dsr.RetentionGround `json:"ground"`
	// Reason says why the ground applies. It stays in the report, the subject is told
	// of it, and it must not name them.
	Reason string `json:"reason"`
	// Categories are the categories of data that are kept, such as "invoices".
	Categories []string `json:"categories"`
	// ReviewOn is the day on which it is looked at again, such as "2036-12-31".
	ReviewOn string `json:"review_on"`
}

func (e *process) checkRetain(ctx workflow.Context, p RetainSystem) error {
	if e.restriction != nil {
		return fmt.Errorf("a restriction keeps the data as it is; leave a system out with %s", UpdateSkipSystem)
	}
	s := e.system(p.System)
	if s == nil || s.outcome.State != dsr.Retained || e.finished {
		var err error
		if s, err = e.openSystem(p.System, p.Operator); err != nil {
			return err
		}
	} else if err := e.checkOpen(p.Operator); err != nil {
		return err
	}
	if asked := s.undecidedGrounds(); len(asked) > 0 && !slices.Contains(asked, p.Ground) && !slices.Contains(asked, "") {
		return fmt.Errorf("ground: %s says that it keeps records on another one: %s", p.System, groundNames(asked))
	}
	retention := s.retention(ctx, p)
	if err := retention.Check(workflow.Now(ctx)); err != nil {
		return err
	}
	for _, category := range retention.Categories {
		if err := e.checkText("categories", category); err != nil {
			return err
		}
	}
	return e.checkText("reason", retention.Reason)
}

// retention is the decision.
func (s *system) retention(ctx workflow.Context, p RetainSystem) dsr.Retention {
	return dsr.Retention{
		Ground: p.Ground, Reason: p.Reason, Categories: p.Categories, ReviewOn: p.ReviewOn, DecidedBy: p.Operator, DecidedAt: workflow.Now(ctx),
		Records: s.retainedOn(p.Ground),
	}
}

// retainedOn counts the records that the system says it keeps on the ground.
func (s *system) retainedOn(ground dsr.RetentionGround) int {
	n := 0
	for _, effect := range s.effects {
		if effect.State == dsr.Retained && effect.Ground == ground {
			n++
		}
	}
	return n
}

// retains reports whether the system says that it keeps records.
func (s *system) retains() bool {
	return slices.ContainsFunc(s.effects, func(e dsr.RecordEffect) bool { return e.State == dsr.Retained })
}

func (e *process) retainSystem(ctx workflow.Context, p RetainSystem) error {
	s := e.system(p.System)
	retention := s.retention(ctx, p)
	action := dsr.Action{Name: UpdateRetainSystem, Operator: p.Operator, Text: retention.Reason}
	switch {
	case s.settled && s.retains(): // on another ground as well
		action.At = workflow.Now(ctx)
		s.outcome.Actions = append(s.outcome.Actions, action)
		s.retain(retention)
	case s.retains(): // what the system keeps itself; everything else goes on
		s.insist = false
		s.retain(retention)
		e.decide(ctx, p.System, decidedGoOn, action)
	default:
		if s.outcome.Question == nil { // it was asked in a run before this one
			s.markSearched(s.searchable(e.known))
		}
		e.decide(ctx, p.System, decidedSkip, action)
		s.withheld = s.plan.Mode == dsr.Automatic
		s.outcome.Evidence = dsr.PersonsWord
		s.retain(retention)
		s.admitErasure(ctx)
		s.conclude(ctx, dsr.Retained)
	}
	return nil
}

// retain notes a decision, and says in the outcome what is kept.
func (s *system) retain(r dsr.Retention) {
	s.outcome.Retained = dsr.AddRetention(s.outcome.Retained, r)
	s.explainRetained()
}

func (s *system) explainRetained() {
	grounds := make([]string, len(s.outcome.Retained))
	for i, known := range s.outcome.Retained {
		grounds[i] = known.Ground.String()
	}
	s.outcome.Explanation = "kept on a legal ground: " + strings.Join(grounds, "; ")
}

// undecidedGrounds are those on which the system says that it keeps records, and
// nobody has decided that it may.
func (s *system) undecidedGrounds() []dsr.RetentionGround {
	var grounds []dsr.RetentionGround
	for _, effect := range s.effects {
		if effect.State != dsr.Retained || slices.Contains(grounds, effect.Ground) {
			continue
		}
		named := effect.Ground != ""
		if named && !dsr.RetainedOn(s.outcome.Retained, effect.Ground) || !named && len(s.outcome.Retained) == 0 {
			grounds = append(grounds, effect.Ground)
		}
	}
	return grounds
}

func groundNames(grounds []dsr.RetentionGround) string {
	names := make([]string, len(grounds))
	for i, g := range grounds {
		names[i] = string(cmp.Or(g, "none"))
	}
	return strings.Join(names, ", ")
}

// retentionDecided is the change by which what a system keeps on a legal ground has
// to be decided by somebody.
const retentionDecided = "retention-decided"

// askRetention asks a person whether what the system keeps may be kept, unless the
// company has a rule for it: the controller answers for that, not the processor.
func (s *system) askRetention(ctx workflow.Context) *dsr.Question {
	undecided := s.undecidedGrounds()
	if len(undecided) == 0 || workflow.GetVersion(ctx, retentionDecided, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return nil
	}
	for _, ground := range undecided {
		if rule, ok := s.plan.RetentionRule(ground); ok {
			retention := rule.Retention(workflow.Now(ctx))
			retention.Records = s.retainedOn(ground)
			s.retain(retention)
		}
	}
	if undecided = s.undecidedGrounds(); len(undecided) == 0 {
		return nil
	}
	s.insist = false
	texts := make([]string, len(undecided))
	for i, ground := range undecided {
		texts[i] = fmt.Sprintf("%d on %s", s.retainedOn(ground), ground)
	}
	return &dsr.Question{Kind: dsr.QuestionRetention, Text: "the system keeps records: " + strings.Join(texts, ", ") +
		"; decide whether that holds, then retain-system with ground, reason, categories and review date; or retry-system once the system lets go of them"}
}

// keepWithheld settles a system that somebody has decided to keep as it is, in this
// run or in one before.
func (s *system) keepWithheld(ctx workflow.Context) bool {
	if s.withheld {
		s.outcome.Evidence = dsr.PersonsWord
		s.explainRetained()
		s.admitErasure(ctx)
		s.conclude(ctx, dsr.Retained)
	}
	return s.withheld
}

// recollectRetained takes over the decisions of earlier runs.
func (s *system) recollectRetained(earlier *activities.Earlier) {
	for _, r := range earlier.Retained {
		if !dsr.RetainedOn(s.outcome.Retained, r.Ground) {
			r.Records = s.retainedOn(r.Ground)
			s.retain(r)
		}
	}
	s.withheld = s.withheld || earlier.Withheld && s.plan.Mode == dsr.Automatic
}
