package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/workflows"
)

func manual(name string, needs ...dsr.IdentifierType) dsr.System {
	return dsr.System{Name: name, Title: name, Connector: "manual", Mode: dsr.Manual, Needs: needs,
		Task: &dsr.Task{Steps: []string{"delete the contact"}}}
}

func done(system string, found ...dsr.Identifier) workflows.CompleteTask {
	return workflows.CompleteTask{System: system, Operator: "Sam", Outcome: dsr.TaskErased, Records: 1, Evidence: "ticket 4711", Found: found}
}

func TestAManualTaskWaitsForAPersonsWord(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{manual("crm", dsr.Email)}, nil)
	tr.at(time.Hour, func() {
		asked := outcome(t, tr.status(), "crm")
		require.Equal(t, dsr.QuestionTask, asked.Question.Kind)
		require.Equal(t, []string{"delete the contact"}, asked.Question.Task.Steps)
		tr.update(workflows.UpdateCompleteTask, done("crm"))
	})

	r := tr.run()

	attested := outcome(t, r, "crm")
	require.Equal(t, dsr.Attested, attested.State)
	require.Equal(t, dsr.PersonsWord, attested.Evidence)
	require.Equal(t, "ticket 4711", attested.Actions[0].Text)
	require.Equal(t, dsr.StatusCompleted, r.Status)
}

func TestWhatAnOperatorFindsLeadsOn(t *testing.T) {
	t.Parallel()
	chat := &vendor{records: []dsr.Record{person("whatsapp", phone)}}
	tr := newTrial(t, []dsr.System{manual("crm", dsr.Email, dsr.Phone), automatic("chat", dsr.Phone)}, map[string]*vendor{"chat": chat})
	tr.at(7*24*time.Hour, func() { tr.update(workflows.UpdateCompleteTask, done("crm", phone)) })

	r := tr.run()

	require.Equal(t, []string{"whatsapp"}, chat.erasedIDs())
	require.Equal(t, dsr.Attested, outcome(t, r, "crm").State, "what it disclosed itself is no reason to ask again")
}

func TestAnAttestedSystemIsAskedAgainWhenMoreIsKnown(t *testing.T) {
	t.Parallel()
	tr := withLateCRM(t, 2*time.Hour)
	tr.at(time.Hour, func() { tr.update(workflows.UpdateCompleteTask, done("inbox")) })
	tr.at(5*time.Hour, func() {
		again := outcome(t, tr.status(), "inbox")
		require.Equal(t, dsr.NeedsOperator, again.State)
		require.Contains(t, again.Question.Text, "further identifier")
		tr.update(workflows.UpdateCompleteTask, done("inbox"))
	})

	r := tr.run()

	require.Len(t, outcome(t, r, "inbox").Actions, 2)
}

func TestAConfiguredStatementIsNotApplicable(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{{Name: "console", Title: "console", Mode: dsr.None, Reason: "aggregates only"}}, nil)

	stated := outcome(t, tr.run(), "console")

	require.Equal(t, dsr.NotApplicable, stated.State)
	require.Equal(t, dsr.Statement, stated.Evidence)
	require.Equal(t, "aggregates only", stated.Explanation)
}

func TestARefusalIsPlainUnlessItQuotesTheSubject(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email)}, nil)
	var unknown, quoted *error
	tr.at(time.Hour, func() {
		unknown = tr.update(workflows.UpdateCompleteTask, done("nonsense"))
		quoted = tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "ana@example.com", Reason: "r"})
		tr.update(workflows.UpdateCompleteTask, done("inbox"))
	})
	tr.run()
	for said, refused := range map[string]*error{
		"system: this request has no such system; it has inbox": unknown, "names the subject": quoted,
	} {
		var plain vault.Plain
		require.ErrorAs(t, *refused, &plain)
		require.Contains(t, plain.Plain(), said)
		require.NotContains(t, plain.Plain(), "ana@example.com")
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	t.Parallel()
	crm := &vendor{}
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email), automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	tr.request.Subject = tr.request.Subject.With(phone)
	refusals := map[string]*error{}
	tr.at(time.Hour, func() {
		for want, send := range map[string]func() *error{
			"has no such system; it has inbox, crm": func() *error { return tr.update(workflows.UpdateCompleteTask, done("nonsense")) },
			"operator: say who decides this": func() *error {
				return tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "inbox"})
			},
			"inbox is a manual task": func() *error {
				return tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "inbox", Operator: "Sam"})
			},
			"crm is settled: not_found": func() *error {
				return tr.update(workflows.UpdateRetrySystem, workflows.RetrySystem{System: "crm", Operator: "Sam"})
			},
			"reason: is needed": func() *error {
				return tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "Sam"})
			},
			"reason: names the subject": func() *error {
				return tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "Sam", Reason: "nothing on ANA@example.com"})
			},
			"evidence: names the subject": func() *error {
				p := done("inbox")
				p.Evidence = "asked 06 39 98 00 01 by phone"
				return tr.update(workflows.UpdateCompleteTask, p)
			},
			"found[0]: not an e-mail address": func() *error {
				return tr.update(workflows.UpdateCompleteTask, done("inbox", dsr.Identifier{Type: dsr.Email, Value: "nonsense"}))
			},
		} {
			refusals[want] = send()
		}
		require.Equal(t, dsr.NeedsOperator, outcome(t, tr.status(), "inbox").State)
	})
	tr.at(2*time.Hour, func() { tr.update(workflows.UpdateCompleteTask, done("inbox")) })

	r := tr.run()

	for want, got := range refusals {
		require.ErrorContains(t, *got, want)
	}
	require.Len(t, outcome(t, r, "inbox").Actions, 1, "a refusal leaves no trace")
}

// open is a data converter that gives updates nothing to tell by that they were sealed.
type open struct{ converter.DataConverter }

func (o open) FromPayloads(payloads *commonpb.Payloads, into ...any) error {
	err := o.DataConverter.FromPayloads(payloads, into...)
	for _, value := range into {
		if outside, ok := value.(vault.External); ok {
			outside.Refuse(vault.ErrUnsealed)
		}
	}
	return err
}

// TestWithoutAKeyNobodyTriesGuesses sends updates as somebody does who reaches Temporal and
// has no key: nothing in the answers may depend on what the request holds.
func TestWithoutAKeyNobodyTriesGuesses(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email)}, nil)
	tr.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{email, identity.Hash(phone, dsr.SHA256)}}
	tr.env.SetDataConverter(open{converter.GetDefaultDataConverter()})
	answers := map[string]*error{}
	tr.at(time.Hour, func() {
		skip := func(reason string) workflows.SkipSystem {
			return workflows.SkipSystem{System: "inbox", Operator: "Sam", Reason: reason}
		}
		resolve := func(guess dsr.Identifier) workflows.ResolveHash {
			return workflows.ResolveHash{Operator: "Sam", Identifiers: []dsr.Identifier{guess}}
		}
		other := dsr.Identifier{Type: dsr.Phone, Value: "+33639980009"}
		for name, send := range map[string]func() *error{
			"a right guess":           func() *error { return tr.update(workflows.UpdateSkipSystem, skip("asked by "+email.Value)) },
			"a wrong guess":           func() *error { return tr.update(workflows.UpdateSkipSystem, skip("asked by bob@example.com")) },
			"no guess":                func() *error { return tr.update(workflows.UpdateSkipSystem, skip("it was closed")) },
			"what the hash is of":     func() *error { return tr.update(workflows.UpdateResolveHash, resolve(phone)) },
			"what the hash is not of": func() *error { return tr.update(workflows.UpdateResolveHash, resolve(other)) },
			"a wrong system":          func() *error { return tr.update(workflows.UpdateCompleteTask, done("nonsense")) },
		} {
			answers[name] = send()
		}
	})
	tr.at(2*time.Hour, tr.env.CancelWorkflow)

	tr.env.ExecuteWorkflow(workflows.Erasure, tr.request)

	for name, answered := range answers {
		var plain vault.Plain
		require.ErrorAs(t, *answered, &plain, name)
		require.Contains(t, plain.Plain(), "the update is not encrypted with the keys of this Lethe; send it with lethe", name)
		require.EqualError(t, *answered, plain.Plain(), name)
	}
}
