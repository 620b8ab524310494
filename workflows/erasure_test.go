package workflows_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

func transient(system string) error {
	return &connectors.Error{Class: connectors.Transient, System: system, Method: "GET", Path: "/contacts", Status: 503, Reason: "the vendor has a fault"}
}

func TestErasesVerifiesAndReports(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email), person("2", stranger)}}
	forms := &vendor{}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("forms", dsr.Email)},
		map[string]*vendor{"crm": crm, "forms": forms})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Empty(t, r.Exceptions)
	erased := outcome(t, r, "crm")
	require.Equal(t, dsr.Erased, erased.State)
	require.Equal(t, dsr.ReadBack, erased.Evidence)
	require.False(t, erased.VerifiedAt.IsZero())
	require.Equal(t, []dsr.RecordCount{{Kind: "contact", State: dsr.Erased, Count: 1}}, erased.Records)
	require.Equal(t, dsr.NotFound, outcome(t, r, "forms").State)
	require.Equal(t, []string{"1"}, crm.erasedIDs())
	require.Equal(t, time.Date(2026, 4, 2, 23, 59, 59, 0, time.UTC), r.DueAt)
}

func TestAnIdentifierFoundInOneSystemLeadsToAnother(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email, phone)}}
	chat := &vendor{records: []dsr.Record{person("web", email), person("whatsapp", phone), person("other", stranger)}}
	tr := newTrial(t, []dsr.System{automatic("chat", dsr.Email, dsr.Phone), automatic("crm", dsr.Email)},
		map[string]*vendor{"crm": crm, "chat": chat})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.ElementsMatch(t, []string{"web", "whatsapp"}, chat.erasedIDs())
	require.Equal(t, []dsr.IdentifierType{dsr.Email, dsr.Phone}, r.Searched)
}

func TestASystemThatIsDownForDaysDelaysNobodyAndStillContributes(t *testing.T) {
	t.Parallel()
	down := true
	crm := &vendor{records: []dsr.Record{person("1", email, phone)}, onLocate: func(*vendor) error {
		if down {
			return transient("crm")
		}
		return nil
	}}
	chat := &vendor{records: []dsr.Record{person("web", email), person("whatsapp", phone)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("chat", dsr.Email, dsr.Phone)},
		map[string]*vendor{"crm": crm, "chat": chat})
	tr.at(time.Minute, func() {
		require.Equal(t, []string{"web"}, chat.erasedIDs())
		require.Equal(t, dsr.Erased, outcome(t, tr.status(), "chat").State)
		require.Equal(t, dsr.Locating, outcome(t, tr.status(), "crm").State)
	})
	tr.at(72*time.Hour, func() { down = false })

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Equal(t, []string{"web", "whatsapp"}, chat.erasedIDs())
	require.Equal(t, []string{"1"}, crm.erasedIDs())
	require.Greater(t, outcome(t, r, "crm").Attempts, 100)
}

func TestARejectedKeyParksOneSystemUntilItIsRepaired(t *testing.T) {
	t.Parallel()
	wrong := true
	crm := &vendor{records: []dsr.Record{person("1", email)}, onLocate: func(*vendor) error {
		if wrong {
			return &connectors.Error{Class: connectors.CredentialsRejected, System: "crm", Status: 401, Reason: "no"}
		}
		return nil
	}}
	chat := &vendor{records: []dsr.Record{person("web", email)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("chat", dsr.Email)},
		map[string]*vendor{"crm": crm, "chat": chat})
	tr.at(time.Hour, func() {
		parked := outcome(t, tr.status(), "crm")
		require.Equal(t, dsr.NeedsOperator, parked.State)
		require.Equal(t, dsr.QuestionError, parked.Question.Kind)
		require.Contains(t, parked.Question.Text, "credentials")
		require.Equal(t, dsr.Erased, outcome(t, tr.status(), "chat").State)
		require.Equal(t, 1, crm.located, "a rejected key is not tried again")
		require.Len(t, parked.Outages, 1)
		require.True(t, parked.Outages[0].Until.IsZero(), "it goes on")
		wrong = false
		tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "crm", Operator: "Sam"})
	})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	repaired := outcome(t, r, "crm")
	require.Equal(t, dsr.Erased, repaired.State)
	require.Nil(t, repaired.Question)
	require.Equal(t, "Sam", repaired.Actions[0].Operator)
	require.Len(t, repaired.Outages, 1)
	require.Equal(t, 1, repaired.Outages[0].Attempts)
	require.False(t, repaired.Outages[0].Until.Before(repaired.Actions[0].At), "it ended with the first answer after the repair")
}

func TestATransientErrorThatOutlastsTheDeadlineAsksAPerson(t *testing.T) {
	t.Parallel()
	crm := &vendor{onLocate: func(*vendor) error { return transient("crm") }}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.at(33*24*time.Hour, func() {
		parked := outcome(t, tr.status(), "crm")
		require.Equal(t, dsr.NeedsOperator, parked.State)
		require.Contains(t, parked.Question.Text, "the vendor has a fault")
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "crm", Operator: "Sam", Reason: "the vendor is bankrupt"})
	})

	r := tr.run()

	require.Equal(t, dsr.StatusExceptions, r.Status)
	require.Equal(t, []string{"crm: left out by an operator: the vendor is bankrupt"}, r.Exceptions)
	gone := outcome(t, r, "crm").Outages
	require.Len(t, gone, 1)
	require.True(t, gone[0].Until.IsZero(), "it never answered")
	require.Greater(t, gone[0].Attempts, 10)
}

func TestAnOperatorCanCutAWaitShort(t *testing.T) {
	t.Parallel()
	down := true
	crm := &vendor{records: []dsr.Record{person("1", email)}, onLocate: func(*vendor) error {
		if down {
			return &connectors.Error{Class: connectors.Transient, System: "crm", Status: 429, Reason: "quota", RetryAfter: 20 * time.Hour}
		}
		return nil
	}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.at(time.Hour, func() {
		require.Equal(t, dsr.Locating, outcome(t, tr.status(), "crm").State, "it waits by itself")
		down = false
		tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "crm", Operator: "Sam"})
	})
	tr.at(2*time.Hour, func() { require.Equal(t, dsr.Erased, outcome(t, tr.status(), "crm").State) })

	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
}

func TestASearchIndexThatLagsIsWaitedFor(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}, lingers: 4}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})

	r := tr.run()

	require.Equal(t, dsr.Erased, outcome(t, r, "crm").State)
	require.Equal(t, []string{"1"}, crm.erasedIDs(), "erased once")
}

func TestARecordThatComesBackIsErasedAgainAndAfterThreeTimesAPersonIsAsked(t *testing.T) {
	t.Parallel()
	feeding := true
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	crm.onLocate = func(v *vendor) error {
		if len(v.erased) > 0 && len(v.records) == 0 && feeding && v.located%2 == 1 {
			v.records = []dsr.Record{person("again", email)}
		}
		return nil
	}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.at(20*time.Hour, func() {
		parked := outcome(t, tr.status(), "crm")
		require.Equal(t, dsr.NeedsOperator, parked.State)
		require.Equal(t, dsr.QuestionReappeared, parked.Question.Kind)
		require.Len(t, crm.erasedIDs(), 4)
		feeding = false
		tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "crm", Operator: "Sam"})
	})

	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
	require.Empty(t, crm.records)
}

func TestTheLastLookFindsWhatAnotherSystemPushedIn(t *testing.T) {
	t.Parallel()
	chat := &vendor{records: []dsr.Record{person("web", email)}}
	forms := &vendor{records: []dsr.Record{person("lead", email)}, onErase: func(*vendor) error {
		chat.mu.Lock()
		defer chat.mu.Unlock()
		chat.records = append(chat.records, person("pushed", email))
		return nil
	}}
	failing := 3
	forms.onLocate = func(*vendor) error { // the chat is long done when the form acts
		if failing--; failing > 0 {
			return transient("forms")
		}
		return nil
	}
	tr := newTrial(t, []dsr.System{automatic("chat", dsr.Email), automatic("forms", dsr.Email)},
		map[string]*vendor{"chat": chat, "forms": forms})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Equal(t, []string{"web", "pushed"}, chat.erasedIDs())
}

func TestTheSecondLookFindsWhatCameBackADayLater(t *testing.T) {
	t.Parallel()
	chat := &vendor{records: []dsr.Record{person("web", email)}}
	tr := newTrial(t, []dsr.System{automatic("chat", dsr.Email)}, map[string]*vendor{"chat": chat})
	tr.at(12*time.Hour, func() {
		chat.mu.Lock()
		defer chat.mu.Unlock()
		chat.records = []dsr.Record{person("synced", email)}
	})

	tr.run()

	require.Equal(t, []string{"web", "synced"}, chat.erasedIDs())
}

func TestRecordsThatMayBeSomebodyElsesAreHeld(t *testing.T) {
	t.Parallel()
	many := make([]dsr.Record, 11)
	for i := range many {
		many[i] = person(string(rune('a'+i)), email)
	}
	for name, records := range map[string][]dsr.Record{
		"another e-mail address behind a shared phone": {person("mine", email, phone), person("theirs", stranger, phone)},
		"more records than max_records":                many,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chat := &vendor{records: records}
			other := &vendor{records: []dsr.Record{person("o", phone)}}
			tr := newTrial(t, []dsr.System{automatic("chat", dsr.Email, dsr.Phone), automatic("other", dsr.Phone)},
				map[string]*vendor{"chat": chat, "other": other})
			tr.at(time.Hour, func() {
				held := outcome(t, tr.status(), "chat")
				require.Equal(t, dsr.NeedsOperator, held.State)
				require.Equal(t, dsr.QuestionMatch, held.Question.Kind)
				tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "chat", Operator: "Sam", Reason: "two people"})
			})

			r := tr.run()

			require.Empty(t, chat.erasedIDs())
			require.Empty(t, other.erasedIDs(), "what held records disclose goes nowhere")
			require.Equal(t, dsr.CannotIdentify, outcome(t, r, "other").State)
			require.Equal(t, dsr.StatusExceptions, r.Status)
		})
	}
}

// TestOneDecisionReleasesWhatElseHungOnIt has a contact with somebody's main address beside
// which the subject's stands, and a chat that knows that address and the subject's phone.
func TestOneDecisionReleasesWhatElseHungOnIt(t *testing.T) {
	t.Parallel()
	merged := person("1", stranger, email)
	merged.Secondary = []dsr.Identifier{email}
	crm := &vendor{records: []dsr.Record{merged}}
	chat := &vendor{records: []dsr.Record{person("both", phone, stranger)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("chat", dsr.Email, dsr.Phone)},
		map[string]*vendor{"crm": crm, "chat": chat})
	tr.request.Subject = tr.request.Subject.With(phone)
	tr.at(time.Hour, func() {
		for _, name := range []string{"crm", "chat"} {
			require.Equal(t, dsr.HoldContradicts, outcome(t, tr.status(), name).Question.Candidates[0].Hold)
		}
		p := resolve([]string{merged.Key()}, nil)
		p.System = "crm"
		tr.update(workflows.UpdateResolveMatch, p)
	})

	require.Equal(t, dsr.StatusCompleted, tr.run().Status)
	require.Equal(t, []string{"both"}, chat.erasedIDs())
}

// TestASecondAddressLeadsToAQuestion has a contact of the subject's with somebody's second
// address and phone (mitxpro 2660, mautic 1256): it is erased, and what only these lead to
// waits for a person.
func TestASecondAddressLeadsToAQuestion(t *testing.T) {
	t.Parallel()
	contact := person("1", email, stranger, phone)
	contact.Secondary = []dsr.Identifier{stranger}
	crm := &vendor{records: []dsr.Record{contact}}
	chat := &vendor{records: []dsr.Record{person("b", stranger)}}
	bot := &vendor{records: []dsr.Record{person("p", phone)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email, dsr.Phone), automatic("chat", dsr.Email), automatic("bot", dsr.Phone)},
		map[string]*vendor{"crm": crm, "chat": chat, "bot": bot})
	tr.at(time.Hour, func() {
		for _, name := range []string{"chat", "bot"} {
			question := outcome(t, tr.status(), name).Question
			require.NotNil(t, question, name)
			require.NotEmpty(t, question.Candidates[0].Hold, name)
			p := resolve(nil, []string{question.Candidates[0].Record})
			p.System = name
			tr.update(workflows.UpdateResolveMatch, p)
		}
	})

	tr.run()
	require.Equal(t, []string{"1"}, crm.erasedIDs())
	require.Empty(t, chat.erasedIDs())
	require.Empty(t, bot.erasedIDs())
}

func TestASystemThatCannotBeLookedIntoStaysAccepted(t *testing.T) {
	t.Parallel()
	analytics := &vendor{unverifiable: true}
	planned := automatic("analytics", dsr.GAClientID)
	planned.Verifiable = false
	crm := &vendor{records: []dsr.Record{person("1", email, clientID)}}
	tr := newTrial(t, []dsr.System{planned, automatic("crm", dsr.Email)}, map[string]*vendor{"analytics": analytics, "crm": crm})

	r := tr.run()

	accepted := outcome(t, r, "analytics")
	require.Equal(t, dsr.Accepted, accepted.State)
	require.Equal(t, dsr.Submission, accepted.Evidence)
	require.Equal(t, received.AddDate(0, 2, 0), accepted.ExpectedBy)
	require.Len(t, analytics.erasedIDs(), 1, "submitted once")
	require.Equal(t, dsr.StatusCompleted, r.Status)
}

func TestWithoutAUsableIdentifierTheReportSaysSo(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{automatic("analytics", dsr.GAClientID)}, map[string]*vendor{"analytics": {}})

	r := tr.run()

	require.Equal(t, dsr.CannotIdentify, outcome(t, r, "analytics").State)
	require.Equal(t, dsr.StatusExceptions, r.Status)
}

func TestNothingIsDroppedThatIsNotConfigured(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": {}})
	tr.request.Systems = []string{"crm", "typo"}
	tr.at(time.Hour, func() {
		require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), "typo").State)
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "typo", Operator: "Sam", Reason: "a slip"})
	})

	require.Len(t, tr.run().Systems, 2)
}

func TestAnInvalidRequestEndsAtOnce(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, nil, nil)
	tr.request.Subject = dsr.Subject{}
	tr.env.ExecuteWorkflow(workflows.Erasure, tr.request)
	require.ErrorContains(t, tr.env.GetWorkflowError(), "identifiers: at least one is needed")
}

func TestAnErasureWhoseAnswerWasLostIsNotTakenForNothingFound(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	crm.onErase = func(v *vendor) error {
		v.onErase = nil
		v.remove(v.records[0])
		return &connectors.Error{Class: connectors.Malformed, System: "crm", Reason: "the answer makes no sense"}
	}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.at(time.Hour, func() { tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "crm", Operator: "Sam"}) })

	o := outcome(t, tr.run(), "crm")

	require.Equal(t, dsr.Erased, o.State)
	require.Equal(t, []dsr.RecordCount{{Kind: "contact", State: dsr.Erased, Count: 1}}, o.Records)
	require.Equal(t, 1, o.Erasures)
	require.False(t, o.ActedAt.IsZero())
}

// chat is a vendor whose conversations can be located only through their
// contact.
type chat struct {
	contact, conversation bool
	failing               bool
}

var (
	chatContact      = dsr.Record{Kind: "contact", ID: "1", Identifiers: []dsr.Identifier{email}, FoundBy: email}
	chatConversation = dsr.Record{Kind: "conversation", ID: "2", FoundBy: email}
)

func (c *chat) Locate(context.Context, dsr.Subject) (dsr.Findings, error) {
	if !c.contact {
		return dsr.Findings{}, nil
	}
	return dsr.Findings{Records: []dsr.Record{chatConversation, chatContact}}, nil
}

func (c *chat) Erase(_ context.Context, records []dsr.Record) (dsr.Effect, error) {
	if c.failing {
		c.failing, c.contact = false, false
		return dsr.Effect{}, &connectors.Error{Class: connectors.Rejected, System: "chat", Reason: "no"}
	}
	for _, r := range records {
		c.contact = c.contact && r.Kind != "contact"
		c.conversation = c.conversation && r.Kind != "conversation"
	}
	return dsr.ErasedAll(records), nil
}

func (c *chat) Remaining(_ context.Context, records []dsr.Record) ([]dsr.Record, error) {
	return slices.DeleteFunc(slices.Clone(records), func(r dsr.Record) bool {
		return r.Kind == "contact" && !c.contact || r.Kind == "conversation" && !c.conversation
	}), nil
}

func TestWhatHungOnARecordThatIsGoneIsErasedToo(t *testing.T) {
	t.Parallel()
	c := &chat{contact: true, conversation: true, failing: true}
	tr := newTrial(t, []dsr.System{automatic("chat", dsr.Email)}, nil)
	tr.connectors["chat"] = c
	tr.at(time.Hour, func() { tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "chat", Operator: "Sam"}) })

	o := outcome(t, tr.run(), "chat")

	require.Equal(t, dsr.Erased, o.State)
	require.False(t, c.conversation, "the conversation is gone, too")
	require.ElementsMatch(t, []dsr.RecordCount{
		{Kind: "contact", State: dsr.Erased, Count: 1}, {Kind: "conversation", State: dsr.Erased, Count: 1},
	}, o.Records)
}

func TestARecordThatChangedHandsMeanwhileIsLeftAlone(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	crm.onErase = func(v *vendor) error {
		v.onErase = nil
		v.records[0] = person("1", stranger) // the operator saw that the address was entered by mistake
		return &connectors.Error{Class: connectors.Rejected, System: "crm", Reason: "no"}
	}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.at(time.Hour, func() { tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "crm", Operator: "Sam"}) })
	tr.at(5*time.Hour, func() {
		asked := outcome(t, tr.status(), "crm").Question
		require.Equal(t, dsr.QuestionMatch, asked.Kind, "it is still there, so nobody may say that it was not found")
		require.Equal(t, "contact/1", asked.Candidates[0].Record)
		tr.update(workflows.UpdateResolveMatch, workflows.ResolveMatch{System: "crm", Operator: "Sam", Keep: []string{"contact/1"}, Reason: "another's"})
	})

	r := tr.run()

	require.Empty(t, crm.erasedIDs())
	require.Equal(t, dsr.NotFound, outcome(t, r, "crm").State)
}
