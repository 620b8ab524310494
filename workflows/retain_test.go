package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

// shop keeps invoices and disputes, and erases contacts.
func shop() *vendor {
	return &vendor{
		records: []dsr.Record{
			person("1", email), {Kind: "invoice", ID: "2", Identifiers: []dsr.Identifier{email}}, {Kind: "invoice", ID: "3", Identifiers: []dsr.Identifier{email}},
		},
		retains: map[string]dsr.RetentionGround{"invoice": dsr.RetainedByObligation, "dispute": dsr.RetainedForClaims},
	}
}

func invoices() workflows.RetainSystem {
	return workflows.RetainSystem{
		System: "shop", Operator: "Sam", Ground: dsr.RetainedByObligation, Reason: "invoices are kept for ten years (Code de commerce, L123-22)",
		Categories: []string{"invoices"}, ReviewOn: "2036-03-02",
	}
}

func TestWhatASystemKeepsWaitsForSomebodyToDecide(t *testing.T) {
	t.Parallel()
	held := shop()
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, map[string]*vendor{"shop": held})
	var refused *error
	tr.at(time.Hour, func() {
		open := outcome(t, tr.status(), "shop")
		require.Equal(t, dsr.NeedsOperator, open.State)
		require.Equal(t, dsr.QuestionRetention, open.Question.Kind)
		require.Contains(t, open.Question.Text, "2 on a legal obligation (GDPR Art. 17(3)(b))")
		other := invoices()
		other.Ground = dsr.RetainedForClaims
		refused = tr.update(workflows.UpdateRetainSystem, other)
	})
	tr.at(2*time.Hour, func() { tr.update(workflows.UpdateRetainSystem, invoices()) })

	r := tr.run()

	require.ErrorContains(t, *refused, "on another one: legal_obligation")
	require.Equal(t, dsr.StatusCompleted, r.Status, "it has ground, reason, review date and who decided")
	require.Empty(t, r.Exceptions)
	got := outcome(t, r, "shop")
	require.Equal(t, dsr.Retained, got.State)
	require.Equal(t, []dsr.Retention{{
		Ground: dsr.RetainedByObligation, Reason: invoices().Reason, Categories: []string{"invoices"}, ReviewOn: "2036-03-02",
		DecidedBy: "Sam", DecidedAt: received.Add(3 * time.Hour), Records: 2,
	}}, got.Retained)
	require.Equal(t, []dsr.RecordCount{{Kind: "contact", State: dsr.Erased, Count: 1}, {Kind: "invoice", State: dsr.Retained, Count: 2}}, got.Records)
	require.Equal(t, []string{"1"}, held.erasedIDs())
}

func TestEachGroundIsDecided(t *testing.T) {
	t.Parallel()
	held := shop()
	held.records = append(held.records, dsr.Record{Kind: "dispute", ID: "4", Identifiers: []dsr.Identifier{email}})
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, map[string]*vendor{"shop": held})
	tr.at(time.Hour, func() { tr.update(workflows.UpdateRetainSystem, invoices()) })
	tr.at(2*time.Hour, func() {
		open := outcome(t, tr.status(), "shop")
		require.Equal(t, dsr.NeedsOperator, open.State)
		require.Contains(t, open.Question.Text, "1 on legal claims")
		require.NotContains(t, open.Question.Text, "obligation")
		dispute := invoices()
		dispute.Ground, dispute.Categories, dispute.Reason = dsr.RetainedForClaims, []string{"disputes"}, "a claim is pending"
		tr.update(workflows.UpdateRetainSystem, dispute)
	})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Len(t, outcome(t, r, "shop").Retained, 2)
}

func TestTheCompanysRuleDecides(t *testing.T) {
	t.Parallel()
	system := automatic("shop", dsr.Email)
	system.Retention = []dsr.RetentionRule{{
		Ground: dsr.RetainedByObligation, Reason: "invoices are kept for ten years", Categories: []string{"invoices"}, ReviewAfter: 120, DecidedBy: "the DPO",
	}}
	tr := newTrial(t, []dsr.System{system}, map[string]*vendor{"shop": shop()})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	got := outcome(t, r, "shop").Retained
	require.Len(t, got, 1)
	require.Equal(t, "2036-03-02", got[0].ReviewOn)
	require.Equal(t, "the DPO", got[0].DecidedBy)
	require.Equal(t, 2, got[0].Records)
}

func TestARetryErasesWhatTheSystemLetsGoOf(t *testing.T) {
	t.Parallel()
	held := shop()
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, map[string]*vendor{"shop": held})
	tr.at(time.Hour, func() {
		held.mu.Lock()
		held.retains = nil
		held.mu.Unlock()
		tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "shop", Operator: "Sam"})
	})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Equal(t, dsr.Erased, outcome(t, r, "shop").State)
	require.Empty(t, outcome(t, r, "shop").Retained)
	require.Equal(t, []string{"1", "2", "3"}, held.erasedIDs())
}

func TestARetryAsksAgainWhileTheSystemDoesNotLetGo(t *testing.T) {
	t.Parallel()
	held := shop()
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, map[string]*vendor{"shop": held})
	tr.at(time.Hour, func() { tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "shop", Operator: "Sam"}) })
	tr.at(time.Hour+time.Minute, func() {
		require.Equal(t, dsr.QuestionRetention, outcome(t, tr.status(), "shop").Question.Kind)
		tr.update(workflows.UpdateRetainSystem, invoices())
	})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Equal(t, 2, outcome(t, r, "shop").Erasures)
}

// TestAnOperatorKeepsWhatASystemWouldErase decides before anything was erased.
func TestAnOperatorKeepsWhatASystemWouldErase(t *testing.T) {
	t.Parallel()
	held := &vendor{records: []dsr.Record{person("1", email)}}
	system := automatic("shop", dsr.Email)
	system.ApprovalRequired, system.Needs = true, append(system.Needs, dsr.Phone)
	crm := &vendor{records: []dsr.Record{person("9", email, phone)}}
	crm.onLocate = func(*vendor) error {
		return &connectors.Error{Class: connectors.Rejected, System: "crm", Reason: "it refused"}
	}
	tr := newTrial(t, []dsr.System{system, automatic("crm", dsr.Email)}, map[string]*vendor{"shop": held, "crm": crm})
	looks := 0
	tr.at(time.Hour, func() {
		tr.update(workflows.UpdateRetainSystem, invoices())
		looks = held.located
	})
	tr.at(2*time.Hour, func() { // tells of a phone
		crm.mu.Lock()
		crm.onLocate = nil
		crm.mu.Unlock()
		tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "crm", Operator: "Sam"})
	})

	r := tr.run()

	require.Equal(t, looks, held.located, "there is nothing to ask any more")
	require.Equal(t, []string{"9"}, crm.erasedIDs())
	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Empty(t, held.erasedIDs(), "not at the second look either")
	got := outcome(t, r, "shop")
	require.Equal(t, dsr.Retained, got.State)
	require.Equal(t, dsr.PersonsWord, got.Evidence)
	require.Equal(t, workflows.UpdateRetainSystem, got.Actions[0].Name)
}

func TestARetentionIsRefusedUnlessItIsWhole(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*workflows.RetainSystem)
		want   string
	}{
		"ground":        {func(p *workflows.RetainSystem) { p.Ground = "because" }, "ground: "},
		"reason":        {func(p *workflows.RetainSystem) { p.Reason = " " }, "reason: is needed"},
		"categories":    {func(p *workflows.RetainSystem) { p.Categories = nil }, "categories: say which"},
		"empty":         {func(p *workflows.RetainSystem) { p.Categories = []string{""} }, "categories: each is one line"},
		"no day":        {func(p *workflows.RetainSystem) { p.ReviewOn = "in ten years" }, "review_on: is not a day"},
		"past":          {func(p *workflows.RetainSystem) { p.ReviewOn = "2026-03-02" }, "review_on: lies in the past"},
		"nobody":        {func(p *workflows.RetainSystem) { p.Operator = "" }, "operator: "},
		"names subject": {func(p *workflows.RetainSystem) { p.Reason = "ana@example.com sues us" }, "names the subject"},
		"category":      {func(p *workflows.RetainSystem) { p.Categories = []string{"letters of ana@example.com"} }, "names the subject"},
		"elsewhere":     {func(p *workflows.RetainSystem) { p.System = "crm" }, "no such system"},
	}
	refusals := map[string]*error{}
	tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, map[string]*vendor{"shop": shop()})
	tr.at(time.Hour, func() {
		for name, c := range cases {
			p := invoices()
			c.change(&p)
			refusals[name] = tr.update(workflows.UpdateRetainSystem, p)
		}
	})
	tr.at(2*time.Hour, func() { tr.update(workflows.UpdateRetainSystem, invoices()) })

	r := tr.run()

	for name, c := range cases {
		require.ErrorContains(t, *refusals[name], c.want, name)
	}
	require.Len(t, outcome(t, r, "shop").Actions, 1)
}

func TestAManualTaskCanEndInKeepingTheData(t *testing.T) {
	t.Parallel()
	books := dsr.System{Name: "shop", Title: "Accounting", Mode: dsr.Manual, Needs: []dsr.IdentifierType{dsr.Email}, Task: &dsr.Task{Steps: []string{"look"}}}
	tr := newTrial(t, []dsr.System{books}, nil)
	tr.at(time.Hour, func() { tr.update(workflows.UpdateRetainSystem, invoices()) })

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Equal(t, dsr.Retained, outcome(t, r, "shop").State)
}

func TestARunAfterAnotherKeepsWhatWasDecided(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		review string
		state  dsr.State
		erased []string
	}{
		"until the review": {"2099-01-01", dsr.Retained, []string{}},
		"not beyond it":    {"2001-01-01", dsr.Erased, []string{"1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			held := &vendor{records: []dsr.Record{person("1", email)}}
			tr := newTrial(t, []dsr.System{automatic("shop", dsr.Email)}, map[string]*vendor{"shop": held})
			tr.past = past{{Ended: "completed", Decisions: []activities.Decision{{
				Name: workflows.UpdateRetainSystem, System: "shop", Operator: "Sam", Ground: "legal_obligation", Reason: "r", Categories: []string{"invoices"},
				ReviewOn: c.review, At: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
			}}}}

			r := tr.run()

			require.Equal(t, c.state, outcome(t, r, "shop").State)
			require.Equal(t, c.erased, held.erasedIDs())
		})
	}
}

func TestARestrictionIsNotRetained(t *testing.T) {
	t.Parallel()
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{manual("shop", dsr.Email)}, nil)
	var refused *error
	ep.at(time.Hour, func() { refused = ep.update(workflows.UpdateRetainSystem, invoices()) })
	ep.at(2*time.Hour, func() { ep.update(workflows.UpdateCancel, workflows.Cancel{Operator: "Sam", Reason: "withdrawn"}) })

	ep.run()

	require.ErrorContains(t, *refused, "a restriction keeps the data")
}
