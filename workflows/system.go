package workflows

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

const (
	// maxComebacks is how often records that were gone are erased anew before a
	// person is asked.
	maxComebacks = 3
	// maxRounds bounds the rounds of locating and erasing between two
	// decisions of a person; further records keep turning up otherwise.
	maxRounds = 20
)

// steps refers to the activities by name only.
var steps *activities.Systems

// system carries a request through one system, in a coroutine of its own.
type system struct {
	request *process
	plan    dsr.System
	outcome dsr.Outcome
	// located are the records that the system showed last, without those of somebody else.
	located []dsr.Record
	// recalled are records that earlier runs ordered to be erased, as they were then.
	recalled []dsr.Record
	// heard says that the system has shown what it holds at least once.
	heard bool
	// searched are the keys of the identifiers the system was searched with.
	searched map[string]bool
	// effects is what became of each record, in the order of erasure.
	effects []dsr.RecordEffect
	// claims is what the system said that it did with records which nobody has seen to be
	// gone since, by their keys: erased, or already gone.
	claims map[string]dsr.State
	// ordered are the records of an erasure of which nobody has said what came
	// of it.
	ordered []dsr.Record
	// told are the records that the system was ever told to erase, as they were then.
	told map[string]dsr.Record
	// verifiedWith are the keys of the identifiers with which nothing was found
	// when the system was last looked into.
	verifiedWith map[string]bool
	// cleared and kept are the keys of records that a person has decided on: they
	// are the subject's, or they are not.
	cleared, kept map[string]bool
	// toldIn is the run in which the system was last told of earlier ones.
	toldIn string
	// approved are the keys of records whose erasure a person has approved.
	approved map[string]bool
	// withheld says that somebody has decided to keep what the system holds, which is
	// therefore left alone. insist says that what the system kept is to be erased now.
	withheld, insist bool
	// settledAs is the outcome that was reached last.
	settledAs dsr.State
	// chasedAt is when people were last told that the system waits for them.
	chasedAt time.Time
	// before are the settings of the records as they were before the restriction:
	// the undo record. held are the records that it is about.
	before []dsr.RecordSettings
	held   []dsr.Record
	// accepted are the keys of records of which a person wants what cannot be undone,
	// declined of those of which it is to be left out.
	accepted, declined map[string]bool
	// returned counts records that were restricted, are somebody else's, and were
	// given back.
	returned int
	// carriedSettled, since and numberedBefore are from the last run.
	carriedSettled bool
	since          time.Time
	numberedBefore int
	// broken counts the days by which the system had promised to be done and was not.
	broken int
	// comebacks counts the erasures of records that had been gone.
	comebacks int
	// numbered counts the steps, for their ids.
	numbered int
	// settled says that the outcome holds unless there is news.
	settled bool
	// lookAgain asks for one more look.
	lookAgain bool
	// decision is what an operator last decided and nobody has acted on yet.
	decision decision
	// interrupt ends the step that is running.
	interrupt workflow.CancelFunc
}

type decision int

const (
	undecided decision = iota
	decidedRetry
	decidedSkip
	decidedComplete
	// decidedGoOn: what was asked is answered.
	decidedGoOn
	// decidedLeave: there is nothing to do here any more.
	decidedLeave
)

func newSystem(e *process, planned dsr.System) *system {
	return &system{
		request:      e,
		plan:         planned,
		outcome:      dsr.Outcome{System: planned, State: dsr.Pending},
		searched:     map[string]bool{},
		verifiedWith: map[string]bool{},
		cleared:      map[string]bool{},
		approved:     map[string]bool{},
		kept:         map[string]bool{},
		accepted:     map[string]bool{},
		declined:     map[string]bool{},
		toldIn:       e.toldIn,
		told:         map[string]dsr.Record{},
		claims:       map[string]dsr.State{},
		interrupt:    func() {},
	}
}

// run pursues the system until the request is finished: once, and again
// whenever there is news or another look is asked for.
func (s *system) run(ctx workflow.Context) {
	if s.settled = s.carriedSettled; s.outcome.StartedAt.IsZero() {
		s.outcome.StartedAt = workflow.Now(ctx)
	}
	for {
		if !s.settled {
			s.pursue(ctx)
		}
		s.settled = true
		err := workflow.Await(ctx, func() bool { return s.request.finished || s.busy() })
		if err != nil || s.request.finished {
			return // the request is cancelled or done
		}
		s.settled = false
	}
}

// busy reports whether there is anything left to do.
func (s *system) busy() bool {
	return !s.settled || s.lookAgain || s.hasNews()
}

// hasNews reports whether an identifier is known that is of use here and with
// which the system was not searched yet.
func (s *system) hasNews() bool {
	if s.outcome.State == dsr.Skipped || s.withheld || s.request.cancellation != nil || s.request.lifting {
		return false
	}
	return !s.allSearched(s.request.known)
}

// canBeLookedInto reports whether another look can tell anything new.
func (s *system) canBeLookedInto() bool {
	return s.plan.Mode == dsr.Automatic && s.plan.Verifiable && s.request.cancellation == nil &&
		s.outcome.State != dsr.Skipped && !s.withheld && s.plan.Searchable(s.searchable(s.request.known))
}

// pursue brings the system to an outcome for all that is known now, asking
// people whenever it cannot decide or go on by itself.
func (s *system) pursue(ctx workflow.Context) {
	for ctx.Err() == nil {
		decided := s.decision
		s.decision = undecided
		switch decided { //nolint:exhaustive // with the others it goes on
		case decidedSkip, decidedComplete:
			return // the update has set the outcome
		case decidedLeave:
			s.conclude(ctx, cmp.Or(s.settledAs, dsr.Skipped))
			return
		case decidedRetry:
			s.insist = s.insist || s.outcome.Question != nil && s.outcome.Question.Kind == dsr.QuestionRetention
		}
		s.lookAgain, s.outcome.Question = false, nil
		work, interrupt := workflow.WithCancel(ctx)
		s.interrupt = interrupt
		question := s.attempt(work)
		interrupt()
		switch {
		case s.decision != undecided:
		case question == nil:
			return
		case s.request.request.DryRun:
			s.answerDryRun(ctx, question)
			return
		default:
			s.ask(ctx, question)
		}
	}
}

// ask waits for a person's decision, however long that takes. Learning more
// about the subject asks anew whose records these are, or what to search for.
func (s *system) ask(ctx workflow.Context, question *dsr.Question) {
	if question.Since = s.since; s.since.IsZero() {
		question.Since = workflow.Now(ctx)
	}
	s.since = time.Time{}
	s.outcome.State, s.outcome.Question = dsr.NeedsOperator, question
	_ = workflow.Await(ctx, func() bool { // an error means that the request is cancelled, which pursue sees
		return s.decision != undecided || question.Kind != dsr.QuestionError && s.hasNews() || s.heldOtherwise(question)
	})
}

// heldOtherwise reports whether what was learnt elsewhere releases records that the question
// is about, or holds others of them.
func (s *system) heldOtherwise(asked *dsr.Question) bool {
	if asked.Kind != dsr.QuestionMatch || len(asked.Candidates) == 0 || len(s.located) > maxWeighed {
		return false
	}
	for _, record := range s.located {
		at := slices.IndexFunc(asked.Candidates, func(c dsr.Candidate) bool { return c.Record == record.Key() })
		now := s.request.known.judged.Of(s.plan.Name, record).Hold
		if at >= 0 && (now == "") != (asked.Candidates[at].Hold == "") {
			return true
		}
	}
	return false
}

// attempt does what the system's mode asks for. It returns a question if a
// person has to decide, or nil once the system has an outcome.
func (s *system) attempt(ctx workflow.Context) *dsr.Question {
	switch {
	case s.plan.Mode == dsr.None:
		s.markSearched(s.searchable(s.request.known))
		s.outcome.Explanation, s.outcome.Evidence = s.plan.Reason, dsr.Statement
		s.conclude(ctx, dsr.NotApplicable)
		return nil
	case s.byHand():
		return s.askForTask()
	case s.plan.Mode == dsr.Automatic && s.request.lifting:
		return s.liftAutomatically(ctx)
	case s.plan.Mode == dsr.Automatic && s.request.restriction != nil:
		return s.restrictAutomatically(ctx)
	case s.plan.Mode == dsr.Automatic:
		return s.eraseAutomatically(ctx)
	default:
		return &dsr.Question{Kind: dsr.QuestionError, Text: "no system of this name is configured; " +
			"skip-system with the reason, and hand the request in again for the system that was meant"}
	}
}

// askForTask asks a person to do the system's task, once for what is known at
// the start and again when more is known.
func (s *system) askForTask() *dsr.Question {
	known := s.searchable(s.request.known)
	if s.request.lifting {
		return &dsr.Question{Kind: dsr.QuestionTask, Task: s.task(), Text: "a person has to lift the restriction by hand; then complete-task"}
	}
	s.markSearched(known)
	if question := s.askFirst(); question != nil {
		return question
	}
	if question := s.askTaskApproval(); question != nil {
		return question
	}
	if question := s.askHash(); question != nil && !s.plan.Searchable(known) {
		question.Task = s.task()
		return question
	}
	if !s.plan.Searchable(known) {
		return &dsr.Question{Kind: dsr.QuestionTask, Task: s.task(),
			Text: "a person has to look here, but " + s.lacks() + "; complete-task if the person could be found otherwise, or skip-system with the reason"}
	}
	text := "a person has to do this by hand; then complete-task"
	if !s.outcome.SettledAt.IsZero() {
		text = "another system disclosed a further identifier; a person has to search here again, then complete-task"
	}
	return &dsr.Question{Kind: dsr.QuestionTask, Text: text, Task: s.task()}
}

func (s *system) lacks() string {
	names := make([]string, len(s.plan.Needs))
	for i, t := range s.plan.Needs {
		names[i] = string(t)
	}
	return "nobody has an identifier that it can be searched with (" + strings.Join(names, ", ") + ")"
}

// cannotIdentify settles the system if nobody has an identifier that it can be
// searched with, or asks a person where a hash of one is known.
func (s *system) cannotIdentify(ctx workflow.Context) (settled bool, question *dsr.Question) {
	if s.plan.Searchable(s.searchable(s.request.known)) {
		return false, nil
	}
	if question := s.askHash(); question != nil {
		return false, question
	}
	s.searched = map[string]bool{} // what it was searched by once is news when it counts again
	s.outcome.Explanation = s.lacks() + " (GDPR Art. 11)"
	s.conclude(ctx, dsr.CannotIdentify)
	return true, nil
}

// eraseAutomatically locates, guards, erases and verifies until nothing is
// left of what is known.
func (s *system) eraseAutomatically(ctx workflow.Context) *dsr.Question {
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
		orphans, question := s.recall(ctx)
		if question != nil || ctx.Err() != nil || s.keepWithheld(ctx) {
			return question
		}
		broken, question := s.checkPromises(ctx, records)
		if question != nil || ctx.Err() != nil {
			return question
		}
		todo := union(s.unfinished(union(records, orphans)), s.withoutKept(broken))
		if s.request.request.DryRun {
			if s.hasNews() {
				continue
			}
			s.planOnly(ctx, todo)
			return nil
		}
		if question := s.askBefore(todo); question != nil {
			return question
		}
		if question := s.countComeback(without(todo, broken)); question != nil {
			return question
		}
		gone := len(todo) == 0
		if !gone {
			if gone, question = s.erase(ctx, todo); question != nil || ctx.Err() != nil {
				return question
			}
			if len(broken) > 0 {
				s.broken++
			}
		}
		if !gone || s.hasNews() {
			continue
		}
		if len(s.ordered) == 0 {
			if question := s.askHash(); question != nil {
				return question
			}
			if question := s.askRetention(ctx); question != nil {
				return question
			}
			s.concludeErasure(ctx)
			return nil
		}
		// The vendor still has what it was told to erase, and does not find it any
		// more: its index lags, or somebody has changed the record.
		if len(waits) == 0 {
			return askChanged(s.ordered, "to be erased")
		}
		if workflow.Sleep(ctx, waits[0]) != nil {
			return nil // interrupted
		}
		waits = waits[1:]
	}
	return &dsr.Question{Kind: dsr.QuestionReappeared, Text: fmt.Sprintf("further records turned up in each of %d rounds; "+
		"find out what creates them, then retry-system, or skip-system with the reason", maxRounds)}
}

// askBefore asks what has to be known before records are erased.
func (s *system) askBefore(todo []dsr.Record) *dsr.Question {
	if len(todo) == 0 {
		return nil
	}
	if question := s.askFirst(); question != nil {
		return question
	}
	return s.askApproval(todo)
}

// askFirst asks what has to be known before anything is done here.
func (s *system) askFirst() *dsr.Question {
	if question := s.askForIdentity(); question != nil {
		return question
	}
	return s.askConflict()
}

// locate asks the system for the subject, and again with what its own records disclose.
// Others learn of all that was seen at once: a value that leads to strangers here is no
// lead for them, and what speaks against a record elsewhere holds it here.
func (s *system) locate(ctx workflow.Context) ([]dsr.Record, *dsr.Question) {
	s.outcome.State = dsr.Locating
	s.outcome.Explanation, s.outcome.Evidence = "", ""
	known, looked := s.request.known, map[string]bool{}
	for {
		var found activities.Found
		searched := s.usable(s.searchable(known))
		params := activities.LocateParams{Target: s.target(), Subject: searched, OtherForms: s.plan.Verifiable, Parents: s.parents()}
		if question := step(ctx, s, "locate", steps.Locate, params, &found); question != nil || ctx.Err() != nil {
			return nil, question
		}
		s.trace(found.Trace)
		s.outcome.Looked = found.Searched
		s.takeBack(found.Records)
		s.markSearched(searched)
		for _, id := range searched.Identifiers {
			looked[id.Key()] = true
		}
		s.noteUnread(found.Records)
		s.located = s.withoutKept(found.Records)
		if len(found.Records) > maxShown {
			s.located = nil
			return nil, matchQuestion("more than %d records match, which nobody has. Nothing was erased here. Look at them at the vendor; "+
				"once they are in order, retry-system, or skip-system with the reason", maxShown)
		}
		if len(found.Records) > maxWeighed {
			if question := s.guard(s.request.known, s.located); question != nil {
				return nil, question
			}
		}
		known = s.request.known.recalling(s.plan.Name, s.recalled).seeing(s.plan.Name, found.Records) // others may have seen more meanwhile
		if known.tooMuch() {
			return nil, tooManyIdentifiers()
		}
		if s.hasSearched(looked, known) {
			known = s.leaveUnseen(known, searched, found.Records)
			break
		}
	}
	// What the system was searched by before, and is not now, is news once it counts again.
	s.request.known, s.heard, s.searched = known, true, looked
	if question := s.guard(known, s.located); question != nil {
		return nil, question
	}
	return s.located, nil
}

// searchable is what the system is searched by. Doubtful values are for where one can look:
// a person's own task, and an order to a system that shows nothing, are about the subject for
// certain, but for a doubt that a person can resolve.
func (s *system) searchable(known knowledge) dsr.Subject {
	switch {
	case s.plan.Mode != dsr.Automatic || s.byHand():
		return known.judged.Certain()
	case !s.plan.Verifiable:
		return known.judged.Certain().With(known.judged.Doubtful...)
	default:
		return known.judged.Searchable().With(s.inQuestion(known)...)
	}
}

// inQuestion are the shared values by which the system was searched before they turned out to
// be shared: a question about what they lead to here stays one until a person has decided.
func (s *system) inQuestion(known knowledge) []dsr.Identifier {
	return slices.DeleteFunc(slices.Clone(known.judged.Unsettled), func(id dsr.Identifier) bool { return !s.searched[id.Key()] })
}

// leaveUnseen is what is known once a look has not shown records that it should have: they
// were put in order, and nobody is going to be asked about them.
func (s *system) leaveUnseen(known knowledge, by dsr.Subject, shown []dsr.Record) knowledge {
	seen := among(shown)
	return known.leave(s.plan.Name, func(r dsr.Record) bool {
		return !seen(r.Key()) && slices.ContainsFunc(by.Identifiers, func(id dsr.Identifier) bool { return identity.LedTo(r, id) })
	})
}

// allSearched reports whether the system was searched by all that is of use to it.
func (s *system) allSearched(known knowledge) bool { return s.hasSearched(s.searched, known) }

func (s *system) hasSearched(searched map[string]bool, known knowledge) bool {
	for _, id := range s.usable(s.searchable(known)).Identifiers {
		if !searched[id.Key()] {
			return false
		}
	}
	return true
}

// noteUnread names the fields of records that identify nobody, for the report.
func (s *system) noteUnread(records []dsr.Record) {
	for _, record := range records {
		for _, field := range record.Unread {
			if !slices.Contains(s.outcome.Unread, field) && len(s.outcome.Unread) < maxUnread {
				s.outcome.Unread = append(s.outcome.Unread, field)
			}
		}
	}
}

// maxUnread bounds how many fields are named.
const maxUnread = 50

func tooManyIdentifiers() *dsr.Question {
	return matchQuestion("the records disclose more than %d identifiers, which cannot be one person's. Nothing was erased here. "+
		"Look at them at the vendor; once they are in order, retry-system, or skip-system with the reason", maxKnown)
}

// usable is the part of the subject that the system can be searched with.
func (s *system) usable(subject dsr.Subject) dsr.Subject {
	return dsr.Subject{Identifiers: subject.Of(s.plan.Needs...)}
}

func (s *system) markSearched(subject dsr.Subject) {
	for _, id := range subject.Of(s.plan.Needs...) {
		s.searched[id.Key()] = true
	}
}

// withoutKept leaves out the records that are somebody else's, with what is part
// of them.
func (s *system) withoutKept(records []dsr.Record) []dsr.Record {
	return slices.DeleteFunc(slices.Clone(records), s.isKept)
}

// isKept reports whether a record, or what it is part of, is somebody else's.
func (s *system) isKept(record dsr.Record) bool { return s.kept[record.Key()] || s.kept[record.Parent] }

// unfinished leaves out the records of which the system has said that they
// will go later or are kept on a legal ground, and those of somebody else.
func (s *system) unfinished(records []dsr.Record) []dsr.Record {
	var todo []dsr.Record
	for _, record := range s.withoutKept(records) {
		if state := s.effectOn(record); state != dsr.Accepted && (state != dsr.Retained || s.insist) {
			todo = append(todo, record)
		}
	}
	return todo
}

func (s *system) effectOn(record dsr.Record) dsr.State {
	for _, effect := range s.effects {
		if effect.Key() == record.Key() {
			return effect.State
		}
	}
	return ""
}

// without returns the records that are not among those to leave out.
func without(records, leaveOut []dsr.Record) []dsr.Record {
	return slices.DeleteFunc(slices.Clone(records), func(r dsr.Record) bool {
		return slices.ContainsFunc(leaveOut, func(l dsr.Record) bool { return l.Key() == r.Key() })
	})
}

func union(records, more []dsr.Record) []dsr.Record {
	all := slices.Clone(records)
	for _, record := range more {
		if !slices.ContainsFunc(all, func(r dsr.Record) bool { return r.Key() == record.Key() }) {
			all = append(all, record)
		}
	}
	return all
}

// recall finds out what came of an erasure that was ordered and not confirmed:
// the vendor may have carried it out although its answer was lost. What is gone
// counts as erased. It returns the records that are still there and can no
// longer be located because what they hung on is gone. A record that carries
// identifiers and is not located any more was changed at the vendor: it may not
// be the subject's, and is left alone.
func (s *system) recall(ctx workflow.Context) (orphans []dsr.Record, question *dsr.Question) {
	if s.ordered = union(s.ordered, s.claimedOf()); len(s.ordered) == 0 || !s.plan.Verifiable {
		return nil, nil
	}
	ordered, erasures := s.ordered, s.outcome.Erasures+1
	found, question := s.stillThere(ctx, ordered)
	if question != nil || ctx.Err() != nil {
		return nil, question
	}
	s.takeBack(found)
	remains := among(found)
	lost := false                       // whether an order was carried out whose answer was lost
	left := without(s.ordered, ordered) // what the step told of was not asked about
	for _, record := range ordered {
		switch there := remains(record.Key()); {
		case s.isKept(record):
			delete(s.claims, record.Key()) // it is somebody else's: whatever was ordered is over
		case !there:
			lost = lost || s.claims[record.Key()] == ""
			s.confirm([]dsr.Record{record})
		case s.effectOn(record) == dsr.Retained && !s.insist:
			// It was to be let go of, and that was called off.
		case s.isOrphan(record, remains):
			orphans, left = append(orphans, record), append(left, record)
		default:
			left = append(left, record)
		}
	}
	if lost {
		s.outcome.Erasures = max(s.outcome.Erasures, erasures)
		s.outcome.ActedAt, s.outcome.VerifiedAt = workflow.Now(ctx), time.Time{}
	}
	s.ordered = left
	return orphans, nil
}

// among reports by their keys what is among the records.
func among(records []dsr.Record) func(key string) bool {
	return func(key string) bool {
		return slices.ContainsFunc(records, func(r dsr.Record) bool { return r.Key() == key })
	}
}

// isOrphan reports whether a record that remains may be erased although it is not
// located any more: a person has said so, or it carries no identifier, and what it hung
// on is gone.
func (s *system) isOrphan(record dsr.Record, remains func(key string) bool) bool {
	return s.cleared[record.Key()] || len(record.Identifiers) == 0 && (record.Parent == "" || !remains(record.Parent))
}

// askChanged asks a person about records that were to be erased, are still there,
// and are not found by the subject's identifiers any more. fate says what was to
// become of them.
func askChanged(records []dsr.Record, fate string) *dsr.Question {
	question := matchQuestion("%d records were %s, are still there, and are not found any more by what is known of the "+
		"subject; somebody may have changed them. Look at them at the vendor, then resolve-match; or skip-system with the reason", len(records), fate)
	for _, record := range records {
		question.Candidates = append(question.Candidates, dsr.Candidate{Record: record.Key(), FoundBy: record.FoundBy.Type})
	}
	return question
}

// countComeback asks a person once records are still there, or return, after every order to
// erase them: the same ones, or new ones by an identifier that had led to nothing any more.
func (s *system) countComeback(todo []dsr.Record) *dsr.Question {
	back := false
	for _, record := range todo {
		_, again := s.told[record.Key()]
		back = back || again || s.verifiedWith[record.FoundBy.Key()]
	}
	if !back {
		return nil
	}
	s.comebacks++
	if s.comebacks <= maxComebacks {
		return nil
	}
	s.comebacks = 0
	return &dsr.Question{Kind: dsr.QuestionReappeared, Text: fmt.Sprintf("records were ordered to be erased %d times and are there, still or again; "+
		"see at the vendor why they stay, or stop what creates them (a form, a sync, an import), then retry-system, or skip-system with the reason", maxComebacks+1)}
}

// erase removes the records and waits until the system no longer shows them.
// It reports whether they are gone, as far as the system can be looked into.
func (s *system) erase(ctx workflow.Context, records []dsr.Record) (gone bool, question *dsr.Question) {
	s.outcome.State = dsr.Acting
	var done activities.Done
	s.ordered = union(s.ordered, records)
	before := maps.Clone(s.told)
	s.tell(records)
	erasures := s.outcome.Erasures + 1
	params := activities.EraseParams{Target: s.target(), Records: records}
	if question := step(ctx, s, "erase", steps.Erase, params, &done); question != nil || ctx.Err() != nil {
		return false, question
	}
	s.trace(done.Trace)
	s.ordered = without(s.ordered, records)
	s.outcome.Erasures = max(s.outcome.Erasures, erasures) // an earlier run may have told of the same
	s.outcome.ActedAt, s.outcome.VerifiedAt = workflow.Now(ctx), time.Time{}
	s.noteAnswer(done, before)
	s.insist = false
	if !s.plan.Verifiable {
		return true, nil
	}
	return s.verify(ctx, records)
}

// noteAnswer keeps what the system has said that it did with the records. Where one can
// look, that counts once a look has shown them gone. A record that was already gone was
// erased by an order whose answer was lost, if there was one.
func (s *system) noteAnswer(done activities.Done, before map[string]dsr.Record) {
	var effects []dsr.RecordEffect
	if done.Earlier != nil { // this very step was the first to say what earlier runs had ordered
		for _, record := range done.Earlier.Ordered {
			before[record.Key()] = record
		}
	}
	for _, effect := range done.Effect.Records {
		_, again := before[effect.Key()]
		if effect.State == dsr.AlreadyGone && (again || done.Attempts > 1 || done.LostOrder()) {
			effect.State = dsr.Erased
		}
		if s.plan.Verifiable && (effect.State == dsr.Erased || effect.State == dsr.AlreadyGone) {
			s.claims[effect.Key()] = effect.State
			effect.State = dsr.Ordered
		}
		effects = append(effects, effect)
	}
	s.note(effects)
}

// confirm notes what became of records that a look has shown to be gone.
func (s *system) confirm(gone []dsr.Record) {
	var effects []dsr.RecordEffect
	for _, record := range gone {
		effects = append(effects, record.Became(cmp.Or(s.claims[record.Key()], dsr.Erased)))
		delete(s.claims, record.Key())
	}
	s.note(effects)
}

// takeBack takes back that records were erased, or already gone, which are seen again. Where
// one can look, what the system has said of them counts once a look has shown them gone again.
func (s *system) takeBack(seen []dsr.Record) {
	var effects []dsr.RecordEffect
	for _, record := range seen {
		if state := s.effectOn(record); state == dsr.Erased || state == dsr.AlreadyGone {
			if s.plan.Verifiable {
				s.claims[record.Key()] = state
			}
			effects = append(effects, record.Became(dsr.Ordered))
		}
	}
	s.note(effects)
}

// parents are the records that the system was ever told to erase and that may have parts.
func (s *system) parents() []dsr.Record {
	if !s.plan.Parts {
		return nil
	}
	var parents []dsr.Record
	for _, key := range workflow.DeterministicKeys(s.told) {
		if record := s.told[key]; record.Parent == "" && !s.isKept(record) {
			parents = append(parents, record)
		}
	}
	return parents
}

// note keeps the latest effect on each record and counts them for the report.
func (s *system) note(effects []dsr.RecordEffect) {
	for _, effect := range effects {
		known := false
		for i := range s.effects {
			if s.effects[i].Key() == effect.Key() {
				s.effects[i], known = effect, true
			}
		}
		if !known {
			s.effects = append(s.effects, effect)
		}
	}
	s.outcome.Records = dsr.CountRecords(s.effects)
}

// verify looks, with growing patience, until the erased records are gone. What
// is there after the last look, or what was not erased yet, is left to the
// next round.
func (s *system) verify(ctx workflow.Context, records []dsr.Record) (gone bool, question *dsr.Question) {
	s.outcome.State = dsr.Verifying
	for _, wait := range verifyWaits() {
		if wait > 0 && s.wait(ctx, wait) != nil {
			return false, nil // interrupted
		}
		asked := s.unfinished(records)
		found, question := s.stillThere(ctx, asked)
		if question != nil || ctx.Err() != nil {
			return false, question
		}
		s.takeBack(found)
		s.confirm(s.claimed(without(asked, found)))
		left := s.unfinished(found)
		if len(left) == 0 {
			return true, nil
		}
		if s.anyNew(left) {
			return false, nil
		}
	}
	return false, nil
}

// stillThere asks the system for records by their ids, and for the subject as it was asked for
// it last, and returns what it still holds.
func (s *system) stillThere(ctx workflow.Context, records []dsr.Record) ([]dsr.Record, *dsr.Question) {
	var found activities.Found
	params := activities.VerifyParams{Target: s.target(), Subject: s.searchedSubject(), Records: records}
	if question := step(ctx, s, "verify", steps.Verify, params, &found); question != nil || ctx.Err() != nil {
		return nil, question
	}
	s.trace(found.Trace)
	return found.Records, nil
}

// claimedOf are the records of which the system has said so.
func (s *system) claimedOf() []dsr.Record {
	var records []dsr.Record
	for _, key := range workflow.DeterministicKeys(s.claims) {
		if record, ok := s.told[key]; ok {
			records = append(records, record)
		}
	}
	return records
}

// claimed are those of the records of which the system has said that they are gone, and
// nobody has seen that yet.
func (s *system) claimed(records []dsr.Record) []dsr.Record {
	return slices.DeleteFunc(slices.Clone(records), func(r dsr.Record) bool { return s.claims[r.Key()] == "" })
}

// searchedSubject is the subject as the system was last asked for it: what
// became known since is news, and for the next round.
func (s *system) searchedSubject() dsr.Subject {
	var subject dsr.Subject
	for _, id := range s.usable(s.searchable(s.request.known)).Identifiers {
		if s.searched[id.Key()] {
			subject.Identifiers = append(subject.Identifiers, id)
		}
	}
	return subject
}

func (s *system) anyNew(records []dsr.Record) bool {
	for _, record := range records {
		if s.effectOn(record) == "" {
			return true
		}
	}
	return false
}

// concludeErasure settles the system by what became of its records.
func (s *system) concludeErasure(ctx workflow.Context) {
	state := dsr.NotFound
	if n := len(s.kept); n > 0 {
		s.outcome.Explanation = dsr.OthersKept(n)
	}
	if s.plan.Verifiable {
		s.outcome.VerifiedAt, s.outcome.Evidence = workflow.Now(ctx), dsr.ReadBack
		for _, id := range s.searchedSubject().Identifiers {
			s.verifiedWith[id.Key()] = true
		}
	}
	s.outcome.ExpectedBy = time.Time{}
	if !s.retains() {
		s.outcome.Retained = nil // the system has let go of it
	}
	for _, effect := range s.effects {
		switch {
		case effect.State == dsr.Retained && len(s.outcome.Retained) > 0:
			state = dsr.Retained
			s.explainRetained()
		case effect.State == dsr.Retained:
			state, s.outcome.Explanation = dsr.Retained, "kept on a legal ground: "+cmp.Or(effect.Reason, effect.Ground.String())
		case effect.State == dsr.Accepted && state != dsr.Retained:
			state = dsr.Accepted
		case effect.State == dsr.Erased && state == dsr.NotFound:
			state = dsr.Erased
		}
		if effect.ExpectedBy.After(s.outcome.ExpectedBy) {
			s.outcome.ExpectedBy = effect.ExpectedBy
		}
	}
	if state == dsr.Accepted {
		s.outcome.Evidence, s.outcome.VerifiedAt = dsr.AcceptedCount, time.Time{}
		if !s.plan.Verifiable {
			s.outcome.Evidence = dsr.Submission
		}
	}
	s.conclude(ctx, state)
}

func (s *system) conclude(ctx workflow.Context, state dsr.State) {
	s.outcome.State, s.outcome.Question, s.settledAs = state, nil, state
	s.outcome.SettledAt = workflow.Now(ctx)
}

// step runs an activity at the system. An error that retries did not cure
// becomes a question. If an operator interrupted the step, the context says so. What is no
// answer to it is discarded, and the step is taken again, once.
func step[P any, O order[P]](ctx workflow.Context, s *system, name string, activity any, params P, result activities.Answer) *dsr.Question {
	err := errDiscarded
	for n := 0; n < maxDiscarded && errors.Is(err, errDiscarded); n++ {
		s.numbered++
		id := fmt.Sprintf("%s.%s.%d", s.plan.Name, name, s.numbered)
		ctx := systemStep(ctx, s.plan.Name, id, s.plan.Name+": "+name, s.request.deadlines.Due)
		if err = perform[P, O](ctx, id, activity, params, result); errors.Is(err, errDiscarded) {
			s.outcome.Discarded++
		}
	}
	switch {
	case err == nil:
		s.outcome.Outages = dsr.EndOutage(s.outcome.Outages, workflow.Now(ctx))
		return nil
	case ctx.Err() != nil:
		s.outcome.CutOff++ // what it had done by then is not known
		return nil
	case errors.Is(err, errDiscarded):
		return s.askDiscarded()
	}
	failed := activities.Failure{Reason: "the step did not end in time", Advice: "see that a worker with this system in its configuration runs, then retry-system"}
	var known *temporal.ApplicationError
	if errors.As(err, &known) && known.HasDetails() {
		// Details that do not decode leave the general reason in place.
		_ = known.Details(&failed)
	}
	s.trace(failed.Trace)
	return &dsr.Question{Kind: dsr.QuestionError, Text: failed.Reason + "; " + failed.Advice}
}

// askDiscarded holds the system, for somebody answers its steps who is not Lethe.
func (s *system) askDiscarded() *dsr.Question {
	s.request.alarmed = true
	return &dsr.Question{Kind: dsr.QuestionError, Text: fmt.Sprintf("%d answers to a step were discarded, for no worker of Lethe with the keys of this request gave them; "+
		"see in Temporal who polls the task queue %s, stop it, then retry-system", maxDiscarded, SystemTaskQueue(s.plan.Name))}
}

// target says where a step is taken, and of which runs the system knows.
func (s *system) target() activities.Target {
	return activities.Target{System: s.plan.Name, Run: s.toldIn}
}

func (s *system) trace(t activities.Trace) {
	s.recollect(t.Earlier)
	s.outcome.Calls = dsr.AddCalls(s.outcome.Calls, t.Calls...)
	s.outcome.Attempts += t.Attempts
	s.outcome.CutOff += t.CutOff
	s.outcome.Outages = dsr.AddOutage(s.outcome.Outages, t.Outage)
}
