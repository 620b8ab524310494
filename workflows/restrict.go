package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

// canBeRestricted reports whether the system's connector can restrict.
func (s *system) canBeRestricted() bool {
	return s.plan.Mode == dsr.Automatic && s.plan.Restriction != nil && s.plan.Restriction.Able
}

// byHand reports whether a person does what is to be done here.
func (s *system) byHand() bool {
	return s.plan.Mode == dsr.Manual || s.plan.Mode == dsr.Automatic && s.request.restriction != nil && !s.canBeRestricted()
}

// task is what a person has to do here.
func (s *system) task() *dsr.Task {
	facts := s.plan.Restriction
	switch {
	case s.request.restriction == nil:
		return s.plan.Task
	case facts == nil:
		return &dsr.Task{Steps: []string{"Find out how the person's data can be kept and used no more here, and do so."}}
	case s.request.lifting && facts.LiftTask != nil:
		return facts.LiftTask
	case s.request.lifting:
		return &dsr.Task{Steps: []string{"Undo what was done here when the processing was restricted."}}
	case facts.Task != nil:
		return facts.Task
	default:
		return &dsr.Task{Steps: []string{facts.Instead}}
	}
}

// restrictAutomatically locates, guards, restricts and reads back until all that
// is known has its restricted value. It does the same to see whether it holds.
func (s *system) restrictAutomatically(ctx workflow.Context) *dsr.Question {
	waits := verifyWaits()
	for range maxRounds {
		if settled, question := s.cannotIdentify(ctx); settled || question != nil {
			return question
		}
		records, question := s.locate(ctx)
		if question != nil || ctx.Err() != nil {
			return question
		}
		again, question := s.awaitOthers(ctx)
		if question != nil || ctx.Err() != nil {
			return question
		}
		if again {
			continue
		}
		if question := s.giveBack(ctx); question != nil || ctx.Err() != nil {
			return question
		}
		s.held = union(records, s.withoutKept(s.held))
		now, question := s.settings(ctx)
		if question != nil || ctx.Err() != nil {
			return question
		}
		if s.request.request.DryRun {
			if s.hasNews() {
				continue
			}
			s.planOnly(ctx, s.recordsOf(dsr.Drift(now)))
			return nil
		}
		wrong := s.wrong(now)
		if len(wrong) == 0 {
			if s.hasNews() {
				continue
			}
			s.before = dsr.Remember(s.before, now)
			if question := s.askHash(); question != nil {
				return question
			}
			s.concludeRestriction(ctx, now)
			return nil
		}
		if question := s.askAstray(wrong, records); question != nil {
			return question
		}
		if question := s.askBeforeRestriction(wrong); question != nil {
			return question
		}
		s.countDrift(ctx, wrong)
		s.before = dsr.Remember(s.before, now)
		if question := s.apply(ctx, dsr.Restrict(wrong)); question != nil || ctx.Err() != nil {
			return question
		}
		if len(waits) == 0 {
			break
		}
		if waits[0] > 0 && s.wait(ctx, waits[0]) != nil {
			return nil // interrupted
		}
		waits = waits[1:]
	}
	return &dsr.Question{Kind: dsr.QuestionReappeared, Text: "the vendor does not keep the restriction, or something undoes it at once; " +
		"find out what does, then retry-system, or skip-system with the reason"}
}

// askAstray asks about records that were restricted, are to be restricted again, and
// are not found any more by what is known of the subject: they may have changed
// hands.
func (s *system) askAstray(wrong []dsr.RecordSettings, found []dsr.Record) *dsr.Question {
	var candidates []dsr.Candidate
	for _, record := range without(s.recordsOf(wrong), found) {
		if len(record.Identifiers) > 0 && !s.cleared[record.Key()] {
			candidates = append(candidates, dsr.Candidate{Record: record.Key(), FoundBy: record.FoundBy.Type})
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	question := matchQuestion("%d records were restricted, are not any more, and are not found by what is known of the subject; they may be "+
		"somebody else's by now. Look at them at the vendor, then resolve-match; or skip-system with the reason", len(candidates))
	question.Candidates = candidates
	return question
}

// giveBack gives records that were restricted and turned out to be somebody else's
// what they had before. That lifts nothing of the subject's.
func (s *system) giveBack(ctx workflow.Context) *dsr.Question {
	astray := without(s.held, s.withoutKept(s.held))
	before := slices.DeleteFunc(slices.Clone(s.before), func(r dsr.RecordSettings) bool { return !s.kept[r.Key()] })
	if len(astray) == 0 || len(before) == 0 {
		return nil
	}
	var found activities.Settings
	params := activities.SettingsParams{Target: s.target(), Records: astray}
	if question := step(ctx, s, "settings", steps.Settings, params, &found); question != nil || ctx.Err() != nil {
		return question
	}
	s.trace(found.Trace)
	lifting := dsr.Lift(before, found.Settings)
	if len(lifting.Changes) > 0 {
		var done activities.Applied
		params := activities.ApplyParams{Target: s.target(), Changes: lifting.Changes, SomebodyElses: true}
		if question := step(ctx, s, "apply", steps.Apply, params, &done); question != nil || ctx.Err() != nil {
			return question
		}
		s.trace(done.Trace)
	}
	s.noteLeft(left(lifting))
	s.returned += len(before)
	s.held = s.withoutKept(s.held)
	s.before = slices.DeleteFunc(slices.Clone(s.before), func(r dsr.RecordSettings) bool { return s.kept[r.Key()] })
	return nil
}

// wait waits before the system is looked at again.
func (s *system) wait(ctx workflow.Context, d time.Duration) error {
	timer := workflow.TimerOptions{Summary: s.plan.Name + ": wait before looking again"}
	return workflow.NewTimerWithOptions(ctx, d, timer).Get(ctx, nil)
}

// settings reads what a restriction changes about the records that are held here.
func (s *system) settings(ctx workflow.Context) ([]dsr.RecordSettings, *dsr.Question) {
	if len(s.held) == 0 {
		return nil, nil
	}
	var found activities.Settings
	params := activities.SettingsParams{Target: s.target(), Records: s.held}
	if question := step(ctx, s, "settings", steps.Settings, params, &found); question != nil || ctx.Err() != nil {
		return nil, question
	}
	s.trace(found.Trace)
	return s.settingsWithoutKept(found.Settings), nil
}

// settingsWithoutKept leaves out what is somebody else's.
func (s *system) settingsWithoutKept(settings []dsr.RecordSettings) []dsr.RecordSettings {
	return slices.DeleteFunc(settings, func(r dsr.RecordSettings) bool { return s.kept[r.Key()] })
}

// wrong are the settings that do not have the value that they should have. Those that the
// system does not show count as such until they were changed once.
func (s *system) wrong(now []dsr.RecordSettings) []dsr.RecordSettings {
	var wrong []dsr.RecordSettings
	for _, record := range dsr.ToRestrict(now, s.outcome.Unseen) {
		one := []dsr.RecordSettings{record}
		if s.declined[record.Key()] {
			one = dsr.Reversible(one)
		}
		wrong = append(wrong, one...)
	}
	return wrong
}

func (s *system) recordsOf(settings []dsr.RecordSettings) []dsr.Record {
	return slices.DeleteFunc(slices.Clone(s.held), func(r dsr.Record) bool {
		return !slices.ContainsFunc(settings, func(rs dsr.RecordSettings) bool { return rs.Key() == r.Key() })
	})
}

// askBeforeRestriction asks what has to be known before anything is changed: who
// the subject is, whether a person approves, and whether what cannot be undone is
// to be done.
func (s *system) askBeforeRestriction(wrong []dsr.RecordSettings) *dsr.Question {
	if question := s.askBefore(s.recordsOf(wrong)); question != nil {
		return question
	}
	last := slices.DeleteFunc(dsr.Irreversible(wrong), func(r dsr.RecordSettings) bool { return s.accepted[r.Key()] })
	if len(last) == 0 {
		return nil
	}
	question := &dsr.Question{Kind: dsr.QuestionIrreversible, Text: "a part of the restriction cannot be undone (" + settingNames(last) +
		"); approve, approve without it, or skip-system with the reason"}
	for _, record := range s.recordsOf(last) {
		question.Candidates = append(question.Candidates, dsr.Candidate{Record: record.Key(), FoundBy: record.FoundBy.Type})
	}
	return question
}

// settingNames lists the names of the settings, each once.
func settingNames(settings []dsr.RecordSettings) string {
	var names []string
	for _, record := range settings {
		for _, setting := range record.Settings {
			if !slices.Contains(names, setting.Name) {
				names = append(names, setting.Name)
			}
		}
	}
	return strings.Join(names, ", ")
}

// countDrift counts settings that had been restricted and are not any more.
func (s *system) countDrift(ctx workflow.Context, wrong []dsr.RecordSettings) {
	again := slices.ContainsFunc(wrong, func(r dsr.RecordSettings) bool {
		return slices.ContainsFunc(s.before, func(b dsr.RecordSettings) bool { return b.Key() == r.Key() })
	})
	if again && !s.outcome.VerifiedAt.IsZero() {
		s.outcome.Drifts++
		s.outcome.DriftedAt, s.outcome.VerifiedAt = workflow.Now(ctx), time.Time{}
	}
}

// apply gives settings their values.
func (s *system) apply(ctx workflow.Context, changes []dsr.RecordSettings) *dsr.Question {
	s.outcome.State = dsr.Acting
	// Whatever the round before has proved, there is more to do, and what comes of it is
	// not known before it is read back.
	s.outcome.VerifiedAt, s.outcome.CheckedAt, s.outcome.Evidence = time.Time{}, time.Time{}, ""
	if !s.request.lifting {
		s.noteOrdered(changes)
	}
	var done activities.Applied
	params := activities.ApplyParams{Target: s.target(), Changes: changes}
	if lift := s.request.restriction.Lift; s.request.lifting && lift != nil {
		params.NoticedAt = lift.NoticeSentAt
	}
	if question := step(ctx, s, "apply", steps.Apply, params, &done); question != nil || ctx.Err() != nil {
		return question
	}
	s.trace(done.Trace)
	s.outcome.ActedAt = workflow.Now(ctx)
	if !s.request.lifting {
		for _, name := range dsr.SettingNames(dsr.Unverifiable(changes)) {
			if !slices.Contains(s.outcome.Unseen, name) {
				s.outcome.Unseen = append(s.outcome.Unseen, name)
			}
		}
	}
	return nil
}

// noteOrdered notes that records were ordered to be restricted, in part at least.
func (s *system) noteOrdered(changes []dsr.RecordSettings) {
	var effects []dsr.RecordEffect
	for _, record := range changes {
		effects = append(effects, dsr.RecordEffect{Kind: record.Kind, ID: record.ID, State: dsr.Ordered})
	}
	s.note(effects)
}

// concludeRestriction settles the system by what was read back.
func (s *system) concludeRestriction(ctx workflow.Context, read []dsr.RecordSettings) {
	now := workflow.Now(ctx)
	if n := len(s.kept) - s.returned; n > 0 {
		s.outcome.Explanation = dsr.OthersKept(n)
	}
	if s.returned > 0 {
		s.outcome.Explanation = fmt.Sprintf("records that were restricted, are somebody else's by an operator's decision, and were given back: %d", s.returned)
	}
	s.outcome.Evidence, s.outcome.VerifiedAt, s.outcome.CheckedAt = dsr.ReadBack, now, now
	if len(s.outcome.Unseen) > 0 && !dsr.Shown(read) { // it has the vendor's word for everything
		s.outcome.Evidence, s.outcome.VerifiedAt, s.outcome.CheckedAt = dsr.Submission, time.Time{}, time.Time{}
	}
	s.effects = nil
	if len(sorted(s.declined)) > 0 {
		s.outcome.Explanation = "an operator decided to leave out what cannot be undone"
	}
	s.countHeld(dsr.Restricted)
	if len(s.before) == 0 && len(s.held) == 0 {
		s.conclude(ctx, dsr.NotFound)
		return
	}
	s.conclude(ctx, dsr.Restricted)
}

// countHeld counts the records for the report.
func (s *system) countHeld(state dsr.State) {
	var effects []dsr.RecordEffect
	for _, record := range s.held {
		effects = append(effects, record.Became(state))
	}
	s.outcome.Records = dsr.CountRecords(effects)
}

// needsLifting reports whether anything was done here that can be given back.
func (s *system) needsLifting() bool {
	if s.byHand() {
		return !s.outcome.ActedAt.IsZero()
	}
	return len(s.before) > 0
}

// liftAutomatically gives back what was before the restriction, and no more.
func (s *system) liftAutomatically(ctx workflow.Context) *dsr.Question {
	for _, wait := range verifyWaits() {
		if wait > 0 && s.wait(ctx, wait) != nil {
			return nil // interrupted
		}
		s.outcome.State = dsr.Verifying
		now, question := s.settings(ctx)
		if question != nil || ctx.Err() != nil {
			return question
		}
		lifting := dsr.Lift(s.before, now)
		if len(lifting.Changes) == 0 {
			s.noteLeft(append(left(lifting), s.request.overlaps()...))
			s.outcome.Evidence, s.outcome.VerifiedAt = dsr.ReadBack, workflow.Now(ctx)
			s.countHeld(dsr.Lifted)
			s.conclude(ctx, dsr.Lifted)
			return nil
		}
		if question := s.apply(ctx, lifting.Changes); question != nil || ctx.Err() != nil {
			return question
		}
	}
	return &dsr.Question{Kind: dsr.QuestionReappeared, Text: "the vendor does not take back the restriction; see there what holds it, " +
		"then retry-system, or skip-system with the reason"}
}

// left says what lifting did not give back, and why.
func left(lifting dsr.Lifting) []string {
	var texts []string
	add := func(settings []dsr.RecordSettings, why string) {
		for _, record := range settings {
			for _, setting := range record.Settings {
				texts = append(texts, fmt.Sprintf("%s: %s %s", record.Key(), setting.Name, why))
			}
		}
	}
	add(lifting.Conflicts, "was changed by somebody during the restriction, and stays as it is")
	add(lifting.Irreversible, "cannot be given back")
	add(dsr.Unverifiable(lifting.Unknown), "is not shown by the system, so that nobody knows what it was before; it stays restricted")
	add(dsr.Verifiable(lifting.Unknown), "came during the restriction, and stays restricted")
	return texts
}

// noteLeft notes what was not given back, beside what was not given back to somebody else.
func (s *system) noteLeft(texts []string) {
	for _, text := range texts {
		if !slices.Contains(s.outcome.Left, text) {
			s.outcome.Left = append(s.outcome.Left, text)
		}
	}
}

// overlaps names other restrictions of the person. What they had changed when this
// one began counts as what was before, although it may not have been.
func (e *process) overlaps() []string {
	var texts []string
	for _, other := range e.related {
		if other.Kind == dsr.Restriction {
			texts = append(texts, "restriction "+other.RequestID+" of the same person overlaps with this one: see whether what it had changed is as it should be")
		}
	}
	return texts
}
