package workflows_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

// with is the record, with identifiers that the vendor keeps beside the main ones.
func with(r dsr.Record, secondary ...dsr.Identifier) dsr.Record {
	r.Identifiers = append(r.Identifiers, secondary...)
	r.Secondary = secondary
	return r
}

// manyRecords are so many records of the subject's, more than are weighed unless a person
// has looked at them.
func manyRecords(n int) (records []dsr.Record, keys []string) {
	for i := range n {
		record := person(fmt.Sprintf("%03d", i), email)
		records, keys = append(records, record), append(keys, record.Key())
	}
	return records, keys
}

func TestManyRecordsAreErasedOnceAPersonHasLooked(t *testing.T) {
	t.Parallel()
	records, keys := manyRecords(101)
	chat := &vendor{records: records}
	tr := newTrial(t, []dsr.System{automatic("chat", dsr.Email)}, map[string]*vendor{"chat": chat})
	tr.at(time.Hour, func() { tr.update(workflows.UpdateResolveMatch, resolve(keys, nil)) })
	r := tr.run()
	require.Len(t, chat.erasedIDs(), 101)
	require.Equal(t, dsr.Erased, outcome(t, r, "chat").State)
}

func TestManyRecordsAreErasedWhereAsManyAreExpected(t *testing.T) {
	t.Parallel()
	records, _ := manyRecords(101)
	chat := &vendor{records: records}
	system := automatic("chat", dsr.Email)
	system.MaxRecords = 500
	tr := newTrial(t, []dsr.System{system}, map[string]*vendor{"chat": chat})
	r := tr.run()
	require.Len(t, chat.erasedIDs(), 101)
	require.Equal(t, dsr.Erased, outcome(t, r, "chat").State)
}

// TestOfManyExpectedRecordsAStrangersIsHeld has more records than are weighed, and one of
// somebody else's among them.
func TestOfManyExpectedRecordsAStrangersIsHeld(t *testing.T) {
	t.Parallel()
	records, _ := manyRecords(101)
	theirs := person("theirs", stranger, phone)
	chat := &vendor{records: append(records, person("mine", email, phone), theirs)}
	system := automatic("chat", dsr.Email, dsr.Phone)
	system.MaxRecords = 500
	tr := newTrial(t, []dsr.System{system}, map[string]*vendor{"chat": chat})
	tr.at(time.Hour, func() {
		require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), "chat").State)
		require.Empty(t, chat.erasedIDs())
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "chat", Operator: "Sam", Reason: "enough"})
	})
	tr.run()
}

// TestMoreRecordsThanAnybodyHasAreNotWeighed has more than workflow code weighs in a second.
func TestMoreRecordsThanAnybodyHasAreNotWeighed(t *testing.T) {
	t.Parallel()
	records, _ := manyRecords(1001)
	chat := &vendor{records: records}
	system := automatic("chat", dsr.Email)
	system.MaxRecords = 1000
	tr := newTrial(t, []dsr.System{system}, map[string]*vendor{"chat": chat})
	tr.at(time.Hour, func() {
		held := outcome(t, tr.status(), "chat")
		require.Equal(t, dsr.NeedsOperator, held.State)
		require.Contains(t, held.Question.Text, "more than 1000 records")
		require.Empty(t, held.Question.Candidates)
		chat.mu.Lock()
		chat.records = chat.records[:1]
		chat.mu.Unlock()
		tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "chat", Operator: "Sam"})
	})
	r := tr.run()
	require.Equal(t, dsr.Erased, outcome(t, r, "chat").State)
}

// TestADoubtOutlivesTheRecordThatRaisedIt has an earlier run that erased a contact with
// somebody else's address beside the subject's.
func TestADoubtOutlivesTheRecordThatRaisedIt(t *testing.T) {
	t.Parallel()
	crm, chat := &vendor{}, &vendor{records: []dsr.Record{person("theirs", stranger)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("chat", dsr.Email)}, map[string]*vendor{"crm": crm, "chat": chat})
	tr.past = past{erasedBefore("crm", with(person("1", email), stranger))}
	tr.at(time.Hour, func() {
		require.Empty(t, chat.erasedIDs())
		require.Equal(t, dsr.HoldContradicts, outcome(t, tr.status(), "chat").Question.Candidates[0].Hold)
		tr.update(workflows.UpdateResolveMatch, resolve(nil, []string{"contact/theirs"}))
	})
	tr.run()
	require.Empty(t, chat.erasedIDs())
}

// TestWhatAPersonHasClearedLeadsOnInTheNextRun has the same contact, of which a person has
// said that it is the subject's. The contact that is the other address's own is asked about
// all the same.
func TestWhatAPersonHasClearedLeadsOnInTheNextRun(t *testing.T) {
	t.Parallel()
	crm, chat := &vendor{}, &vendor{records: []dsr.Record{person("mine", stranger)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("chat", dsr.Email)}, map[string]*vendor{"crm": crm, "chat": chat})
	before := erasedBefore("crm", with(person("1", email), stranger))
	before.Decisions = []activities.Decision{{
		Name: "resolve-match", System: "crm", Operator: "sam", Reason: "both are theirs", Erase: []string{"contact/1"}, At: received,
	}}
	tr.past = past{before}
	tr.at(time.Hour, func() { tr.update(workflows.UpdateResolveMatch, resolve([]string{"contact/mine"}, nil)) })
	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
	require.Equal(t, []string{"mine"}, chat.erasedIDs())
}

// TestAQuestionIsAskedAgainUntilItIsAnswered retries a system that waits for a person to
// say whose a record is: nothing has changed.
func TestAQuestionIsAskedAgainUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	tr, chat, other := sharedPhone(t)
	tr.at(time.Hour, func() {
		require.Equal(t, dsr.QuestionMatch, outcome(t, tr.status(), "chat").Question.Kind)
		tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "chat", Operator: "Sam"})
	})
	tr.at(2*time.Hour, func() {
		require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), "chat").State)
		tr.update(workflows.UpdateResolveMatch, resolve([]string{"contact/mine"}, []string{"contact/theirs"}))
	})
	tr.at(3*time.Hour, func() {
		p := resolve([]string{"contact/o"}, nil)
		p.System = "other"
		tr.update(workflows.UpdateResolveMatch, p)
	})
	tr.run()
	require.Equal(t, []string{"mine"}, chat.erasedIDs())
	require.Equal(t, []string{"o"}, other.erasedIDs())
}

// TestNewsDoesNotAnswerAQuestion has a site that is down for hours and discloses a customer
// id that the chat can be searched by, while the chat waits for a person.
func TestNewsDoesNotAnswerAQuestion(t *testing.T) {
	t.Parallel()
	down := true
	site := &vendor{records: []dsr.Record{person("s", email, customer("C-1"))}, onLocate: func(*vendor) error {
		if down {
			return transient("site")
		}
		return nil
	}}
	chat := &vendor{records: []dsr.Record{person("mine", email, phone), person("theirs", stranger, phone)}}
	other := &vendor{records: []dsr.Record{person("o", phone)}}
	tr := newTrial(t, []dsr.System{
		automatic("chat", dsr.Email, dsr.Phone, dsr.CustomerID), automatic("site", dsr.Email), automatic("other", dsr.Phone),
	}, map[string]*vendor{"chat": chat, "site": site, "other": other})
	tr.at(2*time.Hour, func() { down = false })
	tr.at(10*time.Hour, func() {
		require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), "chat").State)
		tr.update(workflows.UpdateResolveMatch, resolve([]string{"contact/mine"}, []string{"contact/theirs"}))
	})
	tr.at(11*time.Hour, func() {
		p := resolve([]string{"contact/o"}, nil)
		p.System = "other"
		tr.update(workflows.UpdateResolveMatch, p)
	})
	tr.run()
	require.Equal(t, []string{"mine"}, chat.erasedIDs())
	require.Equal(t, []string{"o"}, other.erasedIDs())
}

// TestARecordCorrectedAtTheVendorIsNoLongerInDoubt follows the question's advice: the phone
// is taken from somebody else's record, and the system is retried.
func TestARecordCorrectedAtTheVendorIsNoLongerInDoubt(t *testing.T) {
	t.Parallel()
	tr, chat, other := sharedPhone(t)
	tr.at(time.Hour, func() {
		chat.mu.Lock()
		chat.records[1].Identifiers = []dsr.Identifier{stranger}
		chat.mu.Unlock()
		tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "chat", Operator: "Sam"})
	})
	tr.at(2*time.Hour, func() {
		held := outcome(t, tr.status(), "other")
		require.Equal(t, dsr.NeedsOperator, held.State)
		require.Equal(t, dsr.HoldShared, held.Question.Candidates[0].Hold)
		p := resolve([]string{"contact/o"}, nil)
		p.System = "other"
		tr.update(workflows.UpdateResolveMatch, p)
	})
	r := tr.run()
	require.Equal(t, []string{"mine"}, chat.erasedIDs())
	require.Equal(t, []string{"o"}, other.erasedIDs())
	require.Equal(t, dsr.StatusCompleted, r.Status)
}

func found(ids ...dsr.Identifier) workflows.CompleteTask {
	p := done("inbox")
	p.Found = ids
	return p
}

// TestWhatAPersonFoundStaysFound has a task that is asked for twice, while the system that
// needs what was found first is down.
func TestWhatAPersonFoundStaysFound(t *testing.T) {
	t.Parallel()
	for name, second := range map[string][]dsr.Identifier{"something else": {customer("C-2")}, "the same": {customer("C-1")}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			down := true
			shop := &vendor{records: []dsr.Record{person("order", customer("C-1"))}, onLocate: func(*vendor) error {
				if down {
					return transient("shop")
				}
				return nil
			}}
			chat := &vendor{records: []dsr.Record{person("mine", customer("C-1"), phone)}}
			tr := newTrial(t, []dsr.System{
				manual("inbox", dsr.Email, dsr.Phone), automatic("shop", dsr.CustomerID), automatic("chat", dsr.CustomerID),
			}, map[string]*vendor{"shop": shop, "chat": chat})
			tr.at(time.Hour, func() { tr.update(workflows.UpdateCompleteTask, found(customer("C-1"))) })
			tr.at(2*time.Hour, func() {
				require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), "inbox").State, "the phone is news")
				tr.update(workflows.UpdateCompleteTask, found(second...))
			})
			tr.at(3*time.Hour, func() {
				value, err := tr.env.QueryWorkflow(workflows.QuerySubject)
				require.NoError(t, err)
				var s dsr.Subject
				require.NoError(t, value.Get(&s))
				require.True(t, s.Has(customer("C-1")))
				require.True(t, s.Has(second[0]))
				down = false
			})
			tr.run()
		})
	}
}

// TestASystemThatIsDoneIsAskedForNewsFirst has a chat that is done, for it knows nobody by
// what was given, and shows whose the second address on a contact is.
func TestASystemThatIsDoneIsAskedForNewsFirst(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{with(person("both", email), stranger)}}
	chat := &vendor{records: []dsr.Record{person("theirs", stranger, phone)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("chat", dsr.Email, dsr.Phone)},
		map[string]*vendor{"crm": crm, "chat": chat})
	tr.steps.Plan.GatherFor = time.Minute
	tr.at(time.Hour, func() {
		require.Empty(t, crm.erasedIDs())
		require.Equal(t, dsr.HoldTwoPeople, outcome(t, tr.status(), "crm").Question.Candidates[0].Hold)
		p := resolve(nil, []string{"contact/both"})
		p.System = "crm"
		tr.update(workflows.UpdateResolveMatch, p)
		tr.update(workflows.UpdateResolveMatch, resolve(nil, []string{"contact/theirs"}))
	})
	tr.run()
	require.Empty(t, crm.erasedIDs())
	require.Empty(t, chat.erasedIDs())
}

// TestWhatAPersonFoundIsNotDroppedInSilence has a subject who gave a number that turns out to
// be somebody else's as well. What a person found by it may be the subject's.
func TestWhatAPersonFoundIsNotDroppedInSilence(t *testing.T) {
	t.Parallel()
	chat := &vendor{records: []dsr.Record{person("mine", email, phone), person("theirs", stranger, phone)}}
	shop := &vendor{records: []dsr.Record{person("order", customer("C-1"))}}
	tr := newTrial(t, []dsr.System{automatic("chat", dsr.Email, dsr.Phone), manual("inbox", dsr.Phone), automatic("shop", dsr.CustomerID)},
		map[string]*vendor{"chat": chat, "shop": shop})
	tr.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{phone}}
	tr.at(time.Hour, func() {
		tr.update(workflows.UpdateResolveMatch, resolve([]string{"contact/mine"}, []string{"contact/theirs"}))
	})
	tr.at(2*time.Hour, func() { tr.update(workflows.UpdateCompleteTask, found(customer("C-1"))) })
	tr.at(3*time.Hour, func() {
		if tr.status().Status == dsr.StatusOpen && outcome(t, tr.status(), "inbox").State == dsr.NeedsOperator {
			tr.update(workflows.UpdateCompleteTask, found())
		}
	})
	tr.at(4*time.Hour, func() {
		if len(shop.erasedIDs()) > 0 {
			return
		}
		require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), "shop").State)
		p := resolve([]string{"contact/order"}, nil)
		p.System = "shop"
		tr.update(workflows.UpdateResolveMatch, p)
	})
	tr.run()
	require.Equal(t, []string{"order"}, shop.erasedIDs())
}

// TestADecisionOutlivesTheRunsOfARestriction decides on a shared number, and has the restriction
// checked for months in several runs.
func TestADecisionOutlivesTheRunsOfARestriction(t *testing.T) {
	t.Parallel()
	chat := newOffice(person("mine", email, phone), person("theirs", stranger, phone))
	other := newOffice(person("o", phone))
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("chat", dsr.Email, dsr.Phone), restrictable("other", dsr.Phone)},
		map[string]*office{"chat": chat, "other": other})
	ep.at(time.Hour, func() {
		ep.update(workflows.UpdateResolveMatch, resolve([]string{"contact/mine"}, []string{"contact/theirs"}))
	})
	ep.at(2*time.Hour, func() {
		p := resolve(nil, []string{"contact/o"})
		p.System = "other"
		ep.update(workflows.UpdateResolveMatch, p)
	})
	ep.at(150*day, func() {
		for _, o := range ep.status().Systems {
			require.Nil(t, o.Question, o.Name)
		}
		require.Equal(t, off, chat.values("contact/mine"))
		ep.update(workflows.UpdateLift, lift())
		ep.update(workflows.UpdateConfirmNotice, ep.notice())
	})
	ep.run()
	require.Greater(t, ep.runs, 1)
	for _, change := range append(chat.applied, other.applied...) {
		require.NotContains(t, change, "theirs")
		require.NotContains(t, change, "contact/o")
	}
}

// TestNothingWaitsForASystemThatCannotShowAnything gathers beside systems of all modes.
func TestNothingWaitsForASystemThatCannotShowAnything(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*trial)
		erased []string
	}{
		"carried out": {func(*trial) {}, []string{"s"}},
		"a dry run":   {func(tr *trial) { tr.request.DryRun = true }, []string{}},
		"approved": {func(tr *trial) {
			tr.request.ApprovalRequired = true
			tr.at(time.Hour, tr.approveAll)
		}, []string{"s"}},
		"cancelled": {func(tr *trial) {
			tr.at(30*time.Second, func() { tr.update(workflows.UpdateCancel, cancel()) })
		}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := &vendor{records: []dsr.Record{person("s", email)}}
			crm := &vendor{onLocate: func(*vendor) error { return transient("crm") }}
			tr := newTrial(t, []dsr.System{
				automatic("site", dsr.Email), automatic("crm", dsr.Email), automatic("shop", dsr.CustomerID), manual("inbox", dsr.Email),
				{Name: "none", Title: "none", Mode: dsr.None, Needs: []dsr.IdentifierType{dsr.Email}, Reason: "nothing is stored"},
			}, map[string]*vendor{"site": site, "crm": crm, "shop": {}})
			tr.steps.Plan.GatherFor = time.Minute
			c.change(tr)
			tr.at(2*time.Hour, func() {
				for _, o := range tr.status().Systems {
					if o.State.Open() && o.Question != nil && o.Question.Kind == dsr.QuestionApproval {
						tr.approveAll()
					}
				}
			})
			tr.at(20*time.Hour, func() {
				require.Equal(t, c.erased, site.erasedIDs())
				tr.update(workflows.UpdateCompleteTask, done("inbox"))
				tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "crm", Operator: "Sam", Reason: "down"})
			})
			tr.run()
			require.Equal(t, c.erased, site.erasedIDs())
		})
	}
}

// TestARecordThatChangesHandsBeforeItsApprovalIsHeld has a contact that somebody else takes
// over, with the number, while a person reads the plan.
func TestARecordThatChangesHandsBeforeItsApprovalIsHeld(t *testing.T) {
	t.Parallel()
	chat := &vendor{records: []dsr.Record{person("1", email, phone)}}
	tr := newTrial(t, []dsr.System{automatic("chat", dsr.Email, dsr.Phone)}, map[string]*vendor{"chat": chat})
	tr.request.ApprovalRequired = true
	tr.at(time.Hour, func() {
		chat.mu.Lock()
		chat.records[0].Identifiers = []dsr.Identifier{stranger, phone}
		chat.mu.Unlock()
		tr.approveAll()
	})
	tr.at(2*time.Hour, func() {
		require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), "chat").State)
		tr.update(workflows.UpdateResolveMatch, resolve(nil, []string{"contact/1"}))
	})
	tr.run()
	require.Empty(t, chat.erasedIDs())
}

// TestADoubtThatADecisionMakesSureIsNews has a system that cannot be looked into, which was to
// be ordered by a doubtful customer id. The doubt is withdrawn, the system is retried, and then
// a person says that the id is the subject's.
func TestADoubtThatADecisionMakesSureIsNews(t *testing.T) {
	t.Parallel()
	for name, own := range map[string][]dsr.Identifier{"nothing else to order by": nil, "a browser as well": {clientID}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chatDown := true
			crm := &vendor{records: []dsr.Record{with(person("both", email, customer("C-1")), stranger)}}
			chat := &vendor{records: []dsr.Record{person("theirs", stranger, phone)}, onLocate: func(*vendor) error {
				if chatDown {
					return transient("chat")
				}
				return nil
			}}
			analytics := &ledger{}
			ordered := automatic("analytics", dsr.CustomerID, dsr.GAClientID)
			ordered.Verifiable = false
			tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("chat", dsr.Email, dsr.Phone), ordered},
				map[string]*vendor{"crm": crm, "chat": chat})
			tr.connectors["analytics"] = analytics
			tr.request.Subject, tr.request.ApprovalRequired = tr.request.Subject.With(own...), true
			say := func(system string, erase, keep []string) {
				p := resolve(erase, keep)
				p.System = system
				tr.update(workflows.UpdateResolveMatch, p)
			}
			tr.at(time.Hour, func() {
				require.Equal(t, dsr.QuestionMatch, outcome(t, tr.status(), "analytics").Question.Kind)
				chatDown = false
				tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "chat", Operator: "Sam"})
			})
			tr.at(2*time.Hour, func() {
				tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "crm", Operator: "Sam"})
			})
			tr.at(3*time.Hour, func() {
				require.Equal(t, dsr.HoldTwoPeople, outcome(t, tr.status(), "crm").Question.Candidates[0].Hold)
				tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "analytics", Operator: "Sam"})
			})
			tr.at(4*time.Hour, tr.approveAll)
			tr.at(5*time.Hour, func() { say("crm", []string{"contact/both"}, nil) })
			tr.at(6*time.Hour, func() { say("chat", nil, []string{"contact/theirs"}) })
			for after := 7 * time.Hour; after < 30*time.Hour; after += time.Hour {
				tr.at(after, tr.approveAll)
			}
			tr.run()
			require.Contains(t, analytics.ordered, "C-1")
		})
	}
}

// ledger is a vendor that shows nothing and takes orders.
type ledger struct{ ordered []string }

func (l *ledger) Locate(_ context.Context, s dsr.Subject) (dsr.Findings, error) {
	var found dsr.Findings
	for _, id := range s.Identifiers {
		found.Records = append(found.Records, dsr.Record{Kind: "user", ID: id.Value, Identifiers: []dsr.Identifier{id}, FoundBy: id})
	}
	return found, nil
}

func (l *ledger) Erase(_ context.Context, records []dsr.Record) (dsr.Effect, error) {
	for _, r := range records {
		l.ordered = append(l.ordered, r.ID)
	}
	return dsr.ErasedAll(records), nil
}

// TestATaskIsNotDoneBySharedValues has a number that leads to somebody else as well, and a task
// that a person does before another one has decided whose it is.
func TestATaskIsNotDoneBySharedValues(t *testing.T) {
	t.Parallel()
	tr, _, _ := sharedPhoneWithTask(t)
	subject := func() dsr.Subject {
		value, err := tr.env.QueryWorkflow(workflows.QuerySubject)
		require.NoError(t, err)
		var s dsr.Subject
		require.NoError(t, value.Get(&s))
		return s
	}
	tr.at(time.Hour, func() {
		require.False(t, subject().Has(phone))
		tr.update(workflows.UpdateCompleteTask, found(customer("C-1"))) // which asks for the task once more
	})
	tr.at(2*time.Hour, func() {
		tr.update(workflows.UpdateResolveMatch, resolve([]string{"contact/mine"}, []string{"contact/theirs"}))
	})
	tr.at(3*time.Hour, func() {
		require.True(t, subject().Has(phone))
		require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), "inbox").State)
		tr.update(workflows.UpdateCompleteTask, done("inbox"))
		p := resolve([]string{"contact/o"}, nil)
		p.System = "other"
		tr.update(workflows.UpdateResolveMatch, p)
	})
	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
}

// sharedPhoneWithTask is sharedPhone with a task beside it that a person can do by a customer
// id, too.
func sharedPhoneWithTask(t *testing.T) (tr *trial, chat, other *vendor) {
	t.Helper()
	tr, chat, other = sharedPhone(t)
	tr.steps.Plan.Systems = append(tr.steps.Plan.Systems, manual("inbox", dsr.Email, dsr.Phone, dsr.CustomerID))
	return tr, chat, other
}

// TestATaskInPlaceOfAConnectorIsAskedForOnce has a system that can be searched and not restricted,
// and identifiers that one may search by and that are not the subject's for certain.
func TestATaskInPlaceOfAConnectorIsAskedForOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ given, secondary []dsr.Identifier }{
		"a doubt":        {secondary: []dsr.Identifier{stranger}},
		"another form":   {given: []dsr.Identifier{{Type: dsr.Phone, Value: "+5491123456789"}}},
		"another domain": {given: []dsr.Identifier{{Type: dsr.Email, Value: "jo@faß.example"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crm := newOffice(with(person("1", email), c.secondary...))
			ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email), automatic("chat", dsr.Email, dsr.Phone)},
				map[string]*office{"crm": crm, "chat": newOffice()})
			ep.request.Subject = ep.request.Subject.With(c.given...)
			ep.at(time.Hour, func() {
				require.Equal(t, dsr.QuestionTask, outcome(t, ep.status(), "chat").Question.Kind)
				ep.update(workflows.UpdateCompleteTask, withOutcome("chat", dsr.TaskRestricted, 1))
			})
			ep.at(10*day, func() {
				require.Equal(t, dsr.Attested, outcome(t, ep.status(), "chat").State)
				ep.update(workflows.UpdateLift, lift())
				ep.update(workflows.UpdateConfirmNotice, ep.notice())
			})
			ep.at(11*day, func() { ep.update(workflows.UpdateCompleteTask, withOutcome("chat", dsr.TaskLifted, 0)) })
			ep.run()
		})
	}
}

// TestAnotherPersonsOwnRecordIsHeldWhateverIsSaidOfASharedOne has a contact that holds two
// people's addresses and is the subject's, and the other person's own contact.
func TestAnotherPersonsOwnRecordIsHeldWhateverIsSaidOfASharedOne(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{with(person("both", email), stranger)}}
	chat := &vendor{records: []dsr.Record{person("theirs", stranger, phone)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("chat", dsr.Email, dsr.Phone)},
		map[string]*vendor{"crm": crm, "chat": chat})
	tr.steps.Plan.GatherFor = time.Minute
	tr.at(time.Hour, func() {
		o := outcome(t, tr.status(), "crm")
		require.NotNil(t, o.Question)
		p := resolve([]string{"contact/both"}, nil)
		p.System = "crm"
		tr.update(workflows.UpdateResolveMatch, p)
	})
	tr.at(2*time.Hour, func() {
		require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), "chat").State)
		tr.update(workflows.UpdateResolveMatch, resolve(nil, []string{"contact/theirs"}))
	})
	tr.run()
	require.Empty(t, chat.erasedIDs())
}

// TestANumberThatWasSharedInAnEarlierRunIsSharedInThisOne has an earlier run in which a person
// kept somebody else's record, and another system that is asked before the chat shows it again.
func TestANumberThatWasSharedInAnEarlierRunIsSharedInThisOne(t *testing.T) {
	t.Parallel()
	looks := 0
	chat := &vendor{records: []dsr.Record{person("theirs", stranger, phone)}, onLocate: func(*vendor) error {
		if looks++; looks >= 2 && looks <= 12 {
			return transient("chat")
		}
		return nil
	}}
	other := &vendor{records: []dsr.Record{person("o", phone)}}
	tr := newTrial(t, []dsr.System{automatic("chat", dsr.Email, dsr.Phone), automatic("other", dsr.Phone)},
		map[string]*vendor{"chat": chat, "other": other})
	before := erasedBefore("chat", person("mine", email, phone))
	before.Decisions = []activities.Decision{{
		Name: "resolve-match", System: "chat", Operator: "sam", Reason: "two people", Erase: []string{"contact/mine"}, Keep: []string{"contact/theirs"}, At: received,
	}}
	tr.past = past{before}
	tr.steps.Plan.GatherFor = time.Minute
	tr.at(time.Hour, func() {
		require.Empty(t, other.erasedIDs())
		p := resolve(nil, []string{"contact/o"})
		p.System = "other"
		tr.update(workflows.UpdateResolveMatch, p)
	})
	tr.run()
	require.Empty(t, other.erasedIDs())
}
