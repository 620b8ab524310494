package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

// TestARecordThatComesAndGoesBetweenTwoLooksWasErased has a record seen again in the second
// look, with a further identifier, and no more when the system is asked for that.
func TestARecordThatComesAndGoesBetweenTwoLooksWasErased(t *testing.T) {
	t.Parallel()
	crm := &vendor{records: []dsr.Record{person("1", email)}}
	again := false
	crm.onLocate = func(v *vendor) error {
		switch {
		case again && len(v.erased) == 1 && len(v.records) == 0:
			v.records = []dsr.Record{person("1", email, phone)}
			again = false
		default:
			v.records = nil
			if len(v.erased) == 0 {
				v.records = []dsr.Record{person("1", email)}
			}
		}
		return nil
	}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email, dsr.Phone)}, map[string]*vendor{"crm": crm})
	tr.at(12*time.Hour, func() { again = true })

	r := tr.run()

	require.False(t, again)
	require.Equal(t, []dsr.RecordCount{{Kind: "contact", State: dsr.Erased, Count: 1}}, outcome(t, r, "crm").Records)
	require.Equal(t, dsr.Erased, outcome(t, r, "crm").State)
	require.False(t, outcome(t, r, "crm").VerifiedAt.IsZero())
}

// TestARecordThatIsSeenWhileAnotherOneGoesIsSeenToBeGone has the first of two records go,
// come back once, and go for good with the second.
func TestARecordThatIsSeenWhileAnotherOneGoesIsSeenToBeGone(t *testing.T) {
	t.Parallel()
	first, second := person("1", email), person("2", email)
	crm := &vendor{records: []dsr.Record{first, second}}
	looks := 0
	crm.onLocate = func(v *vendor) error {
		if len(v.erased) < 2 {
			return nil
		}
		looks++
		v.records = map[int][]dsr.Record{1: {second}, 2: {first}}[looks]
		return nil
	}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})

	r := tr.run()

	require.GreaterOrEqual(t, looks, 3)
	require.Equal(t, []dsr.RecordCount{{Kind: "contact", State: dsr.Erased, Count: 2}}, outcome(t, r, "crm").Records)
}

// TestARecordThatComesBackAsSomebodyElsesIsAskedAbout has the first of two records go, and come
// back under another address while the second one goes: it is not found by the subject's
// identifiers any more, and was to be erased.
func TestARecordThatComesBackAsSomebodyElsesIsAskedAbout(t *testing.T) {
	t.Parallel()
	first, second := person("1", email), person("2", email)
	crm := &vendor{records: []dsr.Record{first, second}}
	looks := 0
	crm.onLocate = func(v *vendor) error {
		if len(v.erased) == 2 {
			looks++
			v.records = []dsr.Record{person("1", stranger)}
		}
		if looks == 1 {
			v.records = []dsr.Record{second}
		}
		return nil
	}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": crm})
	var asked dsr.Outcome
	tr.at(12*time.Hour, func() {
		asked = outcome(t, tr.status(), "crm")
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "crm", Operator: "Sam", Reason: "it is another person's by now"})
	})

	tr.run()

	require.Equal(t, dsr.NeedsOperator, asked.State)
	require.Equal(t, []dsr.Candidate{{Record: first.Key(), FoundBy: dsr.Email}}, asked.Question.Candidates)
}
