package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/workflows"
)

// newHashedTrial has a request that holds nothing but the hash of Ana's address, a
// site that can be searched by it, and two systems that cannot.
func newHashedTrial(t *testing.T, site *vendor) (tr *trial, crm *vendor) {
	t.Helper()
	crm = &vendor{records: []dsr.Record{person("9", email)}}
	tr = newTrial(t, []dsr.System{automatic("site", dsr.Email, email.Type.Hashed(dsr.SHA256)), automatic("crm", dsr.Email), manual("inbox", dsr.Email)},
		map[string]*vendor{"site": site, "crm": crm})
	tr.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{identity.Hash(email, dsr.SHA256)}}
	return tr, crm
}

func TestASystemThatMatchesHashesLeadsOnToTheOthers(t *testing.T) {
	t.Parallel()
	tr, crm := newHashedTrial(t, &vendor{records: []dsr.Record{person("1", email)}})
	tr.at(time.Hour, func() {
		require.Equal(t, dsr.QuestionTask, outcome(t, tr.status(), "inbox").Question.Kind)
		tr.update(workflows.UpdateCompleteTask, done("inbox"))
	})

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Equal(t, []string{"9"}, crm.erasedIDs())
	require.Equal(t, []dsr.IdentifierType{dsr.Email, "email_sha256"}, r.Searched)
}

func TestAHashThatLeadsNowhereWaitsForAPerson(t *testing.T) {
	t.Parallel()
	tr, crm := newHashedTrial(t, &vendor{})
	refusals := map[string]*error{}
	tr.at(time.Hour, func() {
		for _, name := range []string{"crm", "inbox"} {
			open := outcome(t, tr.status(), name)
			require.Equal(t, dsr.NeedsOperator, open.State)
			require.Equal(t, dsr.QuestionHash, open.Question.Kind)
			require.Contains(t, open.Question.Text, "email (sha256)")
		}
		for name, p := range map[string]workflows.ResolveHash{
			"is not what the request has the hash of": {Operator: "Sam", Identifiers: []dsr.Identifier{stranger}},
			"is not in its normal form":               {Operator: "Sam", Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "ana@EXAMPLE.com"}}},
			"hand in what the hash is of":             {Operator: "Sam"},
			"either hand in":                          {Operator: "Sam", Unknown: true, Reason: "r", Identifiers: []dsr.Identifier{email}},
			"reason: is needed":                       {Operator: "Sam", Unknown: true},
			"operator: ":                              {Identifiers: []dsr.Identifier{email}},
		} {
			refusals[name] = tr.update(workflows.UpdateResolveHash, p)
		}
	})
	tr.at(2*time.Hour, func() {
		tr.update(workflows.UpdateResolveHash, workflows.ResolveHash{Operator: "Sam", Identifiers: []dsr.Identifier{email}})
	})
	tr.at(3*time.Hour, func() { tr.update(workflows.UpdateCompleteTask, done("inbox")) })

	r := tr.run()

	for want, refusal := range refusals {
		require.ErrorContains(t, *refusal, want)
	}
	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Equal(t, []string{"9"}, crm.erasedIDs())
	require.Equal(t, workflows.UpdateResolveHash, outcome(t, r, "crm").Actions[0].Name)
}

func TestNobodyKnowsWhatIsBehindAHash(t *testing.T) {
	t.Parallel()
	tr, crm := newHashedTrial(t, &vendor{})
	tr.at(time.Hour, func() {
		tr.update(workflows.UpdateResolveHash, workflows.ResolveHash{Operator: "Sam", Unknown: true, Reason: "the controller has deleted it"})
	})
	tr.at(2*time.Hour, func() {
		require.Equal(t, dsr.QuestionTask, outcome(t, tr.status(), "inbox").Question.Kind)
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "Sam", Reason: "nobody can be found"})
	})

	r := tr.run()

	require.Equal(t, dsr.StatusExceptions, r.Status)
	require.Equal(t, dsr.CannotIdentify, outcome(t, r, "crm").State)
	require.Empty(t, crm.erasedIDs())
}

// TestARecordThatDoesNotFitTheHashIsSomebodyElses has a site that finds too much.
func TestARecordThatDoesNotFitTheHashIsSomebodyElses(t *testing.T) {
	t.Parallel()
	other := dsr.Record{Kind: "contact", ID: "7", Identifiers: []dsr.Identifier{stranger, phone}}
	site := &vendor{records: []dsr.Record{other}}
	tr := newTrial(t, []dsr.System{automatic("site", dsr.Phone, "email_sha256")}, map[string]*vendor{"site": site})
	tr.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{identity.Hash(email, dsr.SHA256), phone}}
	tr.at(time.Hour, func() {
		open := outcome(t, tr.status(), "site")
		require.Equal(t, dsr.QuestionMatch, open.Question.Kind)
		require.Equal(t, []dsr.IdentifierType{dsr.Email}, open.Question.Candidates[0].Contradicts)
		tr.update(workflows.UpdateResolveMatch, workflows.ResolveMatch{System: "site", Operator: "Sam", Keep: []string{"contact/7"}, Reason: "asked"})
	})

	tr.run()

	require.Empty(t, site.erasedIDs())
}

func TestARestrictionAsksForAHash(t *testing.T) {
	t.Parallel()
	crm := newOffice()
	ep := newEpisode(t, dsr.GroundAccuracy, []dsr.System{restrictable("crm", dsr.Email)}, map[string]*office{"crm": crm})
	ep.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{identity.Hash(email, dsr.MD5)}}
	ep.at(time.Hour, func() {
		require.Equal(t, dsr.QuestionHash, outcome(t, ep.status(), "crm").Question.Kind)
		ep.update(workflows.UpdateResolveHash, workflows.ResolveHash{Operator: "Sam", Unknown: true, Reason: "r"})
	})
	ep.at(2*time.Hour, func() { ep.update(workflows.UpdateLift, lift()) })
	ep.at(3*time.Hour, func() { ep.update(workflows.UpdateConfirmNotice, ep.notice()) })

	r := ep.run()

	require.Equal(t, dsr.CannotIdentify, outcome(t, r, "crm").State)
}
