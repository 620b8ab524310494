package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/workflows"
)

// The record changed hands before the promised day.
func TestAPromisedRecordThatHasChangedHandsIsAskedAbout(t *testing.T) {
	t.Parallel()
	tr, s := newSlow(t, 5, 2*day)
	tr.at(36*time.Hour, func() { // the vendor has given the account to somebody else
		s.mu.Lock()
		s.records = []dsr.Record{person("1", stranger)}
		s.mu.Unlock()
	})
	tr.at(3*day, func() {
		open := outcome(t, tr.status(), "shop")
		require.Equal(t, 1, s.orders, "it carries Ben's address, and nobody has looked at it")
		require.Equal(t, dsr.NeedsOperator, open.State)
		require.Equal(t, dsr.QuestionMatch, open.Question.Kind)
		tr.update(workflows.UpdateResolveMatch, workflows.ResolveMatch{System: "shop", Operator: "Sam", Keep: []string{"contact/1"}, Reason: "asked"})
	})
	tr.at(60*day, func() {
		tr.update(workflows.UpdateCancel, workflows.Cancel{Operator: "Sam", Reason: "end of the test"})
	})

	tr.run()
}

// retryInVain has the shop refuse when it is tried again.
func retryInVain(tr *trial, held *vendor) {
	held.mu.Lock()
	held.onErase = func(*vendor) error {
		return &connectors.Error{Class: connectors.Rejected, System: "shop", Reason: "it refused"}
	}
	held.mu.Unlock()
	tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "shop", Operator: "Sam"})
}

// A failed retry, then the decision to keep.
func TestWhatIsDecidedToBeKeptAfterAFailedRetryIsKept(t *testing.T) {
	t.Parallel()
	held := shop()
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, map[string]*vendor{"shop": held})
	tr.at(time.Hour, func() { retryInVain(tr, held) })
	tr.at(2*time.Hour, func() {
		require.Equal(t, dsr.QuestionError, outcome(t, tr.status(), "shop").Question.Kind)
		held.mu.Lock()
		held.onErase, held.retains = nil, nil // repaired: it would erase whatever it is told
		held.mu.Unlock()
		tr.update(workflows.UpdateRetainSystem, invoices())
	})
	tr.at(10*day, func() {
		tr.update(workflows.UpdateCancel, workflows.Cancel{Operator: "Sam", Reason: "end of the test"})
	})

	r := tr.run()

	require.Equal(t, []string{"1"}, held.erasedIDs(), "the invoices were decided to be kept")
	require.Equal(t, dsr.Retained, outcome(t, r, "shop").State)
	require.Nil(t, r.Cancellation)
}

// A failed retry, then another one.
func TestARetryThatFailedCanBeRepeated(t *testing.T) {
	t.Parallel()
	held := shop()
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, map[string]*vendor{"shop": held})
	tr.at(time.Hour, func() { retryInVain(tr, held) })
	tr.at(2*time.Hour, func() {
		held.mu.Lock()
		held.onErase, held.retains = nil, nil
		held.mu.Unlock()
		tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "shop", Operator: "Sam"})
	})
	tr.at(10*day, func() {
		o := outcome(t, tr.status(), "shop")
		if o.Question != nil {
			t.Log(o.Question.Kind, o.Question.Text)
			tr.update(workflows.UpdateResolveMatch, workflows.ResolveMatch{System: "shop", Operator: "Sam", Erase: o.Question.Records(), Reason: "they are hers"})
		}
	})
	tr.at(20*day, func() {
		o := outcome(t, tr.status(), "shop")
		if o.Question != nil {
			t.Log("after resolve-match:", o.Question.Kind, o.Question.Text)
		}
		tr.update(workflows.UpdateCancel, workflows.Cancel{Operator: "Sam", Reason: "end of the test"})
	})

	r := tr.run()

	require.Nil(t, r.Cancellation)
	require.Equal(t, []string{"1", "2", "3"}, held.erasedIDs())
}

// A record that says by a hash that it is somebody else's.
func TestARecordWithAnotherHashIsSomebodyElses(t *testing.T) {
	for name, own := range map[string]dsr.Identifier{"hash given": identity.Hash(email, dsr.SHA256), "plain given": email} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := dsr.Record{Kind: "contact", ID: "7", Identifiers: []dsr.Identifier{identity.Hash(stranger, dsr.SHA256), phone}}
			site := &vendor{records: []dsr.Record{other}}
			tr := newTrial(t, []dsr.System{automatic("site", dsr.Phone, dsr.Email, "email_sha256")}, map[string]*vendor{"site": site})
			tr.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{own, phone}}
			tr.at(time.Hour, func() {
				tr.update(workflows.UpdateResolveMatch, workflows.ResolveMatch{System: "site", Operator: "Sam", Keep: []string{"contact/7"}, Reason: "asked"})
			})

			tr.run()

			require.Empty(t, site.erasedIDs(), "its address has another hash than the subject's")
		})
	}
}

// A promise beyond the deadline.
func TestAPromiseBeyondTheDeadlineDoesNotHoldUpTheAnswer(t *testing.T) {
	t.Parallel()
	tr, _ := newSlow(t, 0, 60*day)

	r := tr.run()

	t.Log("due", r.DueAt, "answered", r.CompletedAt, "told:", tr.told.String())
	require.False(t, r.CompletedAt.After(r.DueAt), "the person has to be answered within the month")
}

// Retained and accepted at once.
func TestAPromiseBesideWhatIsKeptIsOutstanding(t *testing.T) {
	t.Parallel()
	r := dsr.Report{Systems: []dsr.Outcome{{
		System: dsr.System{Name: "shop", Title: "shop"}, State: dsr.Retained, ExpectedBy: received.AddDate(0, 2, 0), ActedAt: received,
		Records:  []dsr.RecordCount{{Kind: "contact", State: dsr.Accepted, Count: 1}, {Kind: "invoice", State: dsr.Retained, Count: 1}},
		Retained: []dsr.Retention{{Ground: dsr.RetainedByObligation, Reason: "r", Categories: []string{"invoices"}, ReviewOn: "2036-01-01", DecidedBy: "Sam", DecidedAt: received}},
	}}}
	r.Conclude()
	require.Equal(t, dsr.StageInProgress, r.Progress(received.AddDate(0, 1, 0)).Stage, "the vendor has promised a contact for next month")
}

// The person let go of by hand.
func TestWhatIsGoneIsNotKept(t *testing.T) {
	t.Parallel()
	held := shop()
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, map[string]*vendor{"shop": held})
	tr.at(time.Hour, func() { // somebody deletes the invoices at the vendor
		held.mu.Lock()
		held.records = nil
		held.mu.Unlock()
		tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "shop", Operator: "Sam"})
	})
	tr.at(10*day, func() {
		if o := outcome(t, tr.status(), "shop"); o.Question != nil {
			t.Log(o.Question.Text)
		}
		tr.update(workflows.UpdateCancel, workflows.Cancel{Operator: "Sam", Reason: "end of the test"})
	})

	r := tr.run()

	require.Nil(t, r.Cancellation)
	require.Equal(t, dsr.Erased, outcome(t, r, "shop").State)
}

// A further ground is no reason to leave the rest alone in the next run.
func TestAFurtherGroundDoesNotKeepEverythingInTheNextRun(t *testing.T) {
	t.Parallel()
	held := shop()
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, map[string]*vendor{"shop": held})
	invoice := dsr.Record{Kind: "invoice", ID: "2", Identifiers: []dsr.Identifier{email}}
	decision := func(ground string) activities.Decision {
		return activities.Decision{
			Name: workflows.UpdateRetainSystem, System: "shop", Operator: "Sam", Ground: ground, Reason: "r", Categories: []string{"invoices"},
			ReviewOn: "2099-01-01", At: received,
		}
	}
	tr.past = past{{Ended: "completed", Steps: []activities.EarlierStep{{System: "shop", Ordered: []dsr.Record{invoice}, Effects: []dsr.RecordEffect{
		{Kind: "invoice", ID: "2", State: dsr.Retained, Ground: dsr.RetainedByObligation},
	}}}, Decisions: []activities.Decision{decision("legal_obligation"), decision("legal_claims")}}}

	tr.run()

	require.Equal(t, []string{"1"}, held.erasedIDs(), "in the first run, both decisions were about the invoices that the shop kept")
}

// A record that was promised, and turned out to be somebody else's.
func TestAKeptRecordIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email, dsr.Phone)}, nil)
	tr.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{email, phone}}
	s := &slow{vendor: &vendor{records: []dsr.Record{person("1", phone)}}, now: tr.env.Now, days: []time.Duration{5 * day}, breaks: 5}
	tr.connectors["shop"] = s
	tr.at(12*time.Hour, func() {
		s.mu.Lock()
		s.records = []dsr.Record{person("1", phone, stranger)}
		s.mu.Unlock()
	})
	tr.at(2*day, func() {
		require.Equal(t, dsr.QuestionMatch, outcome(t, tr.status(), "shop").Question.Kind)
		tr.update(workflows.UpdateResolveMatch, workflows.ResolveMatch{System: "shop", Operator: "Sam", Keep: []string{"contact/1"}, Reason: "asked"})
	})
	tr.at(20*day, func() {
		if o := outcome(t, tr.status(), "shop"); o.Question != nil {
			t.Log(o.Question.Text)
		}
		tr.update(workflows.UpdateCancel, workflows.Cancel{Operator: "Sam", Reason: "end of the test"})
	})

	r := tr.run()

	require.Nil(t, r.Cancellation, "nothing is to be done any more")
}

// What is behind a hash stays out of the report.
func TestAReasonDoesNotNameWhoIsBehindTheHash(t *testing.T) {
	t.Parallel()
	tr, _ := newHashedTrial(t, &vendor{})
	var refused *error
	tr.at(time.Hour, func() {
		refused = tr.update(workflows.UpdateResolveHash, workflows.ResolveHash{Operator: "Sam", Unknown: true, Reason: "ana@example.com is not known to the controller"})
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "Sam", Reason: "nobody can be found"})
	})
	tr.at(2*time.Hour, func() {
		tr.update(workflows.UpdateResolveHash, workflows.ResolveHash{Operator: "Sam", Unknown: true, Reason: "r"})
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "Sam", Reason: "nobody can be found"})
	})

	r := tr.run()
	for _, o := range r.Systems {
		for _, a := range o.Actions {
			require.NotContains(t, a.Text, email.Value)
		}
	}
	require.Error(t, *refused)
}

// A hash is not what it is the hash of.
func TestAHashIsNotHandedInForItself(t *testing.T) {
	t.Parallel()
	tr, _ := newHashedTrial(t, &vendor{})
	var refused *error
	tr.at(time.Hour, func() {
		refused = tr.update(workflows.UpdateResolveHash, workflows.ResolveHash{Operator: "Sam", Identifiers: []dsr.Identifier{identity.Hash(email, dsr.SHA256)}})
	})
	tr.at(2*time.Hour, func() {
		tr.update(workflows.UpdateResolveHash, workflows.ResolveHash{Operator: "Sam", Unknown: true, Reason: "r"})
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "Sam", Reason: "nobody can be found"})
	})
	tr.at(3*time.Hour, func() {
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "Sam", Reason: "nobody can be found"})
	})

	tr.run()

	require.Error(t, *refused)
}

// What was accepted is not verified.
func TestWhatWasAcceptedIsNotVerified(t *testing.T) {
	t.Parallel()
	tr, _ := newSlow(t, 0, 10*day)
	tr.at(5*day, func() {
		o := outcome(t, tr.status(), "shop")
		require.Equal(t, dsr.Accepted, o.State)
		require.Zero(t, o.VerifiedAt, "the record is still there")
	})
	tr.run()
}

// An order under way is owned up to in the next run, too.
func TestAnOrderUnderWayIsAdmittedInTheNextRun(t *testing.T) {
	t.Parallel()
	held := &vendor{}
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, map[string]*vendor{"shop": held})
	tr.past = past{{Ended: "terminated", Steps: []activities.EarlierStep{{System: "shop", Ordered: []dsr.Record{person("1", email)}}}, Decisions: []activities.Decision{{
		Name: workflows.UpdateRetainSystem, System: "shop", Operator: "Sam", Ground: "legal_obligation", Reason: "r", Categories: []string{"invoices"},
		ReviewOn: "2099-01-01", At: received,
	}}}}

	r := tr.run()

	got := outcome(t, r, "shop")
	t.Log(got.State, got.Explanation, got.Records)
	require.True(t, got.State != dsr.Retained || !got.ActedAt.IsZero(), "the contact is gone, and the report says that it is kept")
}

// A phone, handed in hashed, that leads to somebody else in one system.
func TestAHashedIdentifierThatIsSharedIsDoubtedEverywhere(t *testing.T) {
	t.Parallel()
	hash := identity.Hash(phone, dsr.SHA256)
	chat := &vendor{records: []dsr.Record{person("theirs", stranger, phone)}}
	other := &vendor{records: []dsr.Record{person("o", phone)}}
	gate := make(chan struct{}, 1)
	_ = gate
	tr := newTrial(t, []dsr.System{automatic("chat", hash.Type), automatic("other", hash.Type, dsr.CustomerID)}, map[string]*vendor{"chat": chat, "other": other})
	tr.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{email, hash}}
	other.records = nil // it turns up at the second look, long after the chat's was held
	tr.at(time.Hour, func() {
		require.Equal(t, dsr.QuestionMatch, outcome(t, tr.status(), "chat").Question.Kind)
		tr.update(workflows.UpdateResolveMatch, workflows.ResolveMatch{System: "chat", Operator: "Sam", Keep: []string{"contact/theirs"}, Reason: "two people share the phone"})
		other.mu.Lock()
		other.records = []dsr.Record{person("o", phone)}
		other.mu.Unlock()
	})
	tr.at(3*day, func() {
		tr.update(workflows.UpdateResolveMatch, workflows.ResolveMatch{System: "other", Operator: "Sam", Keep: []string{"contact/o"}, Reason: "asked"})
	})

	tr.run()

	require.Empty(t, other.erasedIDs(), "nothing ties it to the subject but the shared phone")
}

// A dry run with hash.
func TestADryRunOfAHash(t *testing.T) {
	t.Parallel()
	tr, crm := newHashedTrial(t, &vendor{})
	tr.request.DryRun = true
	r := tr.run()
	for _, o := range r.Systems {
		t.Log(o.Name, o.State, o.Explanation)
	}
	require.Empty(t, crm.erasedIDs())
}

// The decision made while a second look is on the way.
func TestARestrictionThatArrivesWhileAPromiseIsWaitedForIsAskedAbout(t *testing.T) {
	t.Parallel()
	tr, _ := newSlow(t, 0, 20*day)
	tr.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(nil)
	tr.at(5*day, func() {
		tr.env.SignalWorkflow(workflows.SignalMeeting, dsr.Meeting{
			Kind: dsr.Restriction, RequestID: "R-2", StartedAt: tr.env.Now(), Ground: dsr.GroundClaims,
		})
	})
	tr.at(6*day, func() {
		r := tr.status()
		t.Log(outcome(t, r, "shop").State, outcome(t, r, "shop").Question, r.Related)
	})
	r := tr.run()
	t.Log(r.Status, r.Related, tr.told.String())
}

// A run after another, in which the promise of the first does not hold any more.
func TestThePromiseOfAnEarlierRunIsTakenBack(t *testing.T) {
	t.Parallel()
	analytics := automatic("analytics", dsr.Email)
	analytics.Verifiable = false
	tr := newTrial(t, []dsr.System{analytics, manual("inbox", dsr.Email)}, map[string]*vendor{"analytics": {unverifiable: true}})
	tr.request.Intake = &dsr.Intake{Controller: "shop", Callbacks: []string{"https://shop.example.com/opendsr"}}
	tr.past = past{{Ended: "completed", StartedAt: received}}
	tr.env.RegisterActivity(&activities.Callbacks{Send: func(context.Context, string, activities.Callback) error { return nil }})
	tr.env.RegisterWorkflow(workflows.Promise)
	tr.at(time.Hour, func() {
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "Sam", Reason: "nobody can be found"})
	})

	r := tr.run()

	require.Equal(t, dsr.StatusExceptions, r.Status)
	require.Contains(t, tr.takenBack, workflows.PromiseID+"erasure-R-1", "it says 'completed' on its day")
}
