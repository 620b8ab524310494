package workflows_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

// sharedPhone is a chat in which a phone leads to the subject and to somebody
// else, and a system that knows people by phone only.
func sharedPhone(t *testing.T) (tr *trial, chat, other *vendor) {
	t.Helper()
	chat = &vendor{records: []dsr.Record{person("mine", email, phone), person("theirs", stranger, phone)}}
	other = &vendor{records: []dsr.Record{person("o", phone)}}
	tr = newTrial(t, []dsr.System{automatic("chat", dsr.Email, dsr.Phone), automatic("other", dsr.Phone)},
		map[string]*vendor{"chat": chat, "other": other})
	return tr, chat, other
}

// bare are the records that the system asks about, without what is on them.
func bare(o dsr.Outcome) []dsr.Candidate {
	candidates := slices.Clone(o.Question.Candidates)
	for i := range candidates {
		candidates[i].Carries = nil
	}
	return candidates
}

func resolve(erase, keep []string) workflows.ResolveMatch {
	return workflows.ResolveMatch{System: "chat", Operator: "Sam", Erase: erase, Keep: keep, Reason: "two people share the phone"}
}

func TestAPersonDecidesWhichRecordsAreTheSubjects(t *testing.T) {
	t.Parallel()
	tr, chat, other := sharedPhone(t)
	mine, theirs := person("mine").Key(), person("theirs").Key()
	refusals := map[string]*error{}
	tr.at(time.Hour, func() {
		held := outcome(t, tr.status(), "chat")
		require.Equal(t, []dsr.Candidate{
			{Record: mine, FoundBy: dsr.Email}, {Record: theirs, FoundBy: dsr.Phone, Contradicts: []dsr.IdentifierType{dsr.Email}, Hold: dsr.HoldContradicts},
		}, bare(held))
		for want, p := range map[string]workflows.ResolveMatch{
			theirs + ": say of this record, too": resolve([]string{mine}, nil),
			"none of the records":                resolve([]string{mine, "contact/9"}, []string{theirs}),
			mine + ": is named more than once":   resolve([]string{mine}, []string{mine, theirs}),
			"other is settled":                   {System: "other", Operator: "Sam", Erase: []string{mine}, Reason: "r"},
			"reason: names the subject":          {System: "chat", Operator: "Sam", Erase: []string{mine}, Keep: []string{theirs}, Reason: email.Value},
			"operator: say who decides this":     {System: "chat", Erase: []string{mine}, Keep: []string{theirs}, Reason: "r"},
		} {
			refusals[want] = tr.update(workflows.UpdateResolveMatch, p)
		}
	})
	tr.at(2*time.Hour, func() { tr.update(workflows.UpdateResolveMatch, resolve([]string{mine}, []string{theirs})) })
	tr.at(3*time.Hour, func() {
		held := outcome(t, tr.status(), "other")
		require.Equal(t, []dsr.Candidate{{Record: "contact/o", FoundBy: dsr.Phone, Hold: dsr.HoldShared}}, bare(held))
		p := resolve([]string{"contact/o"}, nil)
		p.System = "other"
		tr.update(workflows.UpdateResolveMatch, p)
	})

	r := tr.run()

	for want, got := range refusals {
		require.ErrorContains(t, *got, want)
	}
	require.Equal(t, []string{"mine"}, chat.erasedIDs(), "somebody else's record is never touched")
	require.Equal(t, []string{"o"}, other.erasedIDs(), "what the subject's own record discloses leads on")
	require.Equal(t, dsr.StatusCompleted, r.Status)
	held := outcome(t, r, "chat")
	require.Contains(t, held.Explanation, "records that are somebody else's, by an operator's decision, and were not touched: 1")
	require.Equal(t, "erase 1, keep 1: two people share the phone", held.Actions[0].Text)
	require.Nil(t, held.Question)
}

// TestWhatTiesARecordToTheSubjectOtherwiseIsEnough has a record by the shared phone
// that carries the subject's address, too.
func TestWhatTiesARecordToTheSubjectOtherwiseIsEnough(t *testing.T) {
	t.Parallel()
	tr, _, other := sharedPhone(t)
	other.records = []dsr.Record{person("o", phone, email)}
	tr.at(time.Hour, func() {
		tr.update(workflows.UpdateResolveMatch, resolve([]string{person("mine").Key()}, []string{person("theirs").Key()}))
	})
	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
	require.Equal(t, []string{"o"}, other.erasedIDs())
}

// TestAPhoneThatIsTheSubjectsAfterAllIsNotDoubted decides that both records are
// the subject's, under two addresses.
func TestAPhoneThatIsTheSubjectsAfterAllIsNotDoubted(t *testing.T) {
	t.Parallel()
	tr, chat, other := sharedPhone(t)
	tr.at(time.Hour, func() {
		tr.update(workflows.UpdateResolveMatch, resolve([]string{person("mine").Key(), person("theirs").Key()}, nil))
	})
	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
	require.ElementsMatch(t, []string{"mine", "theirs"}, chat.erasedIDs())
	require.Equal(t, []string{"o"}, other.erasedIDs())
}

func TestRecordsThatAreAllSomebodyElsesAreNotFound(t *testing.T) {
	t.Parallel()
	tr, chat, _ := sharedPhone(t)
	tr.at(time.Hour, func() {
		tr.update(workflows.UpdateResolveMatch, resolve(nil, []string{person("mine").Key(), person("theirs").Key()}))
	})
	r := tr.run()
	require.Empty(t, chat.erasedIDs())
	require.Equal(t, dsr.NotFound, outcome(t, r, "chat").State)
}

func TestMoreRecordsThanExpectedAreErasedOnceAPersonHasLooked(t *testing.T) {
	t.Parallel()
	chat := &vendor{}
	var keys []string
	for i := range 11 {
		record := person(string(rune('a'+i)), email)
		chat.records, keys = append(chat.records, record), append(keys, record.Key())
	}
	tr := newTrial(t, []dsr.System{automatic("chat", dsr.Email)}, map[string]*vendor{"chat": chat})
	tr.at(time.Hour, func() { tr.update(workflows.UpdateResolveMatch, resolve(keys, nil)) })
	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
	require.Len(t, chat.erasedIDs(), 11)
}

func cancel() workflows.Cancel {
	return workflows.Cancel{Operator: "Sam", Reason: "withdrawn"}
}

func TestACancelledRequestErasesNothingAnyMore(t *testing.T) {
	t.Parallel()
	down := true
	crm := &vendor{records: []dsr.Record{person("1", email)}, onLocate: func(*vendor) error {
		if down {
			return transient("crm")
		}
		return nil
	}}
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email), automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	var unfounded, again *error
	tr.at(time.Hour, func() {
		unfounded = tr.update(workflows.UpdateCancel, workflows.Cancel{Operator: "Sam"})
		tr.update(workflows.UpdateCancel, cancel())
		again = tr.update(workflows.UpdateCancel, cancel())
		down = false
	})

	r := tr.run()

	require.ErrorContains(t, *unfounded, "reason: is needed")
	require.ErrorContains(t, *again, "cancelled already")
	require.Empty(t, crm.erasedIDs())
	require.Equal(t, dsr.StatusCancelled, r.Status)
	require.Equal(t, "Sam", r.Cancellation.Operator)
	require.Equal(t, dsr.Skipped, outcome(t, r, "crm").State)
	require.Less(t, r.CompletedAt.Sub(received), 3*time.Hour, "nothing is waited for")
}

func TestWhatWasErasedBeforeACancellationIsReported(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"while a task waits": time.Hour, "while the second look is waited for": 10 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crm := &vendor{records: []dsr.Record{person("1", email)}}
			tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email), automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
			tr.at(5*time.Hour, func() { tr.update(workflows.UpdateCompleteTask, done("inbox")) })
			tr.at(after, func() { tr.update(workflows.UpdateCancel, cancel()) })
			r := tr.run()
			require.Equal(t, []string{"1"}, crm.erasedIDs())
			require.Equal(t, dsr.Erased, outcome(t, r, "crm").State)
			require.NotNil(t, r.Cancellation)
			require.NotEqual(t, dsr.StatusCancelled, r.Status, "something was done")
			require.Less(t, r.CompletedAt.Sub(received), 20*time.Hour)
		})
	}
}

func TestAnErasureUnderWayIsNotDeniedByACancellation(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	crm := &vendor{records: []dsr.Record{person("1", email)}, onErase: func(*vendor) error { return errors.Join(lost, transient("crm")) }}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.at(time.Hour, func() { tr.update(workflows.UpdateCancel, cancel()) })
	r := tr.run()
	require.Equal(t, dsr.StatusExceptions, r.Status)
	require.Contains(t, outcome(t, r, "crm").Explanation, "an erasure was under way and may have been carried out")
}

func TestWhatIsPartOfAKeptRecordIsKept(t *testing.T) {
	t.Parallel()
	part := func(id, parent string) dsr.Record {
		return dsr.Record{Kind: "conversation", ID: id, Parent: parent}
	}
	for name, theirs := range map[string]dsr.Record{"by its parent": part("t", "contact/theirs"), "unless it says whose it is": part("t", "")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chat := &vendor{parts: []dsr.Record{part("m", "contact/mine"), theirs}, records: []dsr.Record{person("mine", email), person("theirs", stranger, phone)}}
			tr := newTrial(t, []dsr.System{automatic("chat", dsr.Email, dsr.Phone)}, map[string]*vendor{"chat": chat})
			tr.request.Subject = tr.request.Subject.With(phone)
			tr.at(time.Hour, func() {
				keep := []string{"contact/theirs"}
				if theirs.Parent == "" {
					keep = append(keep, "conversation/t")
				}
				tr.update(workflows.UpdateResolveMatch, resolve([]string{"contact/mine"}, keep))
			})
			require.Equal(t, dsr.StatusCompleted, tr.run().Status)
			require.ElementsMatch(t, []string{"mine", "m"}, chat.erasedIDs())
		})
	}
}

func TestACancellationBeforeTheSecondLookErasesNothingThatIsNew(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.at(2*time.Hour, func() {
		crm.mu.Lock()
		crm.records = append(crm.records, person("new", email))
		crm.mu.Unlock()
		tr.update(workflows.UpdateCancel, cancel())
	})
	tr.run()
	require.Equal(t, []string{"1"}, crm.erasedIDs(), "the person has come back on purpose")
}

func TestASkippedErasureThatMayHaveHappenedIsAdmitted(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}, onErase: func(*vendor) error { return transient("crm") }}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.at(time.Hour, func() {
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "crm", Operator: "Sam", Reason: "enough"})
	})
	r := tr.run()
	require.Contains(t, outcome(t, r, "crm").Explanation, "may have been carried out")
	require.False(t, outcome(t, r, "crm").ActedAt.IsZero())
}

func TestACancellationInTemporalIsReported(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email), automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.at(time.Hour, tr.env.CancelWorkflow)
	tr.env.ExecuteWorkflow(workflows.Erasure, tr.request)
	require.Error(t, tr.env.GetWorkflowError(), "Temporal shows it as cancelled")
	require.Len(t, tr.archive.reports, 1)
	r := tr.archive.reports[0]
	require.Equal(t, dsr.Erased, outcome(t, r, "crm").State)
	require.Equal(t, dsr.Skipped, outcome(t, r, "inbox").State)
	require.Equal(t, "Temporal", r.Cancellation.Operator)
}
