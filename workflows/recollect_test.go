package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/dsr"
)

// erasedBefore is an earlier run that erased records from a system.
func erasedBefore(system string, records ...dsr.Record) activities.EarlierRun {
	return activities.EarlierRun{StartedAt: received, EndedAt: received.Add(time.Minute), Ended: "terminated", Steps: []activities.EarlierStep{{
		System: system, Ordered: records, Effects: dsr.ErasedAll(records).Records, At: received.Add(30 * time.Second),
		Trace: activities.Trace{Attempts: 2, Calls: []dsr.Call{{Method: "DELETE", Path: "/contacts/{id}", Status: 204, Count: 1}}},
	}}}
}

func TestWhatAnEarlierRunErasedStillLeadsToOtherSystems(t *testing.T) {
	t.Parallel()
	crm, chat := &vendor{}, &vendor{records: []dsr.Record{person("whatsapp", phone)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("chat", dsr.Email, dsr.Phone)},
		map[string]*vendor{"crm": crm, "chat": chat})
	tr.past = past{erasedBefore("crm", person("1", email, phone))}

	r := tr.run()

	require.Equal(t, dsr.StatusCompleted, r.Status)
	require.Equal(t, []string{"whatsapp"}, chat.erasedIDs())
	require.Equal(t, dsr.Erased, outcome(t, r, "crm").State, "it was there, and is gone")
	require.Equal(t, []dsr.RecordCount{{Kind: "contact", State: dsr.Erased, Count: 1}}, outcome(t, r, "crm").Records)
	require.Equal(t, 1, outcome(t, r, "crm").Erasures)
	require.Empty(t, crm.erasedIDs())
	require.Equal(t, []dsr.Run{{
		StartedAt: received, EndedAt: received.Add(time.Minute), Ended: "terminated",
		Systems: []dsr.Attempt{{
			System: "crm", Attempts: 2, Records: []dsr.RecordCount{{Kind: "contact", State: dsr.Erased, Count: 1}},
			Calls: []dsr.Call{{Method: "DELETE", Path: "/contacts/{id}", Status: 204, Count: 1}},
		}},
	}}, r.Earlier)
}

// TestWhatWasKeptStaysKept has a record that was held with many others, and that
// nobody would ask about on its own.
func TestWhatWasKeptStaysKept(t *testing.T) {
	t.Parallel()
	var records []dsr.Record
	var erase []string
	for i := range 11 {
		record := person(fmt.Sprint(i), phone)
		records, erase = append(records, record), append(erase, record.Key())
	}
	kept := person("kept", phone)
	chat := &vendor{records: []dsr.Record{kept}}
	tr := newTrial(t, []dsr.System{automatic("chat", dsr.Phone)}, map[string]*vendor{"chat": chat})
	tr.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{phone}}
	before := erasedBefore("chat", records...)
	before.Decisions = []activities.Decision{{
		Name: "resolve-match", System: "chat", Operator: "sam", Reason: "asked by phone", Erase: erase, Keep: []string{kept.Key()}, At: received,
	}}
	tr.past = past{before}

	r := tr.run()

	require.Empty(t, chat.erasedIDs())
	require.Equal(t, dsr.Erased, outcome(t, r, "chat").State)
	require.Contains(t, outcome(t, r, "chat").Explanation, "somebody else's, by an operator's decision")
	require.Equal(t, []dsr.Action{{Name: "resolve-match", Operator: "sam", Text: "asked by phone", At: received}}, r.Earlier[0].Systems[0].Actions)
}

func TestTheLastDecisionOnARecordCounts(t *testing.T) {
	t.Parallel()
	record := person("1", phone)
	chat := &vendor{records: []dsr.Record{record}}
	tr := newTrial(t, []dsr.System{automatic("chat", dsr.Phone)}, map[string]*vendor{"chat": chat})
	tr.request.Subject = dsr.Subject{Identifiers: []dsr.Identifier{phone}}
	tr.past = past{
		{Decisions: []activities.Decision{{System: "chat", Keep: []string{record.Key()}}}},
		{Decisions: []activities.Decision{{System: "chat", Erase: []string{record.Key()}}}},
	}

	tr.run()

	require.Equal(t, []string{"1"}, chat.erasedIDs())
}

// TestAnOrderWhoseAnswerWasLostIsAskedAfter has an earlier run that was reset
// while a step was under way.
func TestAnOrderWhoseAnswerWasLostIsAskedAfter(t *testing.T) {
	t.Parallel()
	gone, there := person("gone", email, phone), person("there", email)
	crm, chat := &vendor{records: []dsr.Record{there}}, &vendor{records: []dsr.Record{person("whatsapp", phone)}}
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email), automatic("chat", dsr.Phone)}, map[string]*vendor{"crm": crm, "chat": chat})
	tr.past = past{{Ended: "terminated", Steps: []activities.EarlierStep{{System: "crm", Ordered: []dsr.Record{gone, there}}}}}

	r := tr.run()

	require.Equal(t, []string{"there"}, crm.erasedIDs())
	require.Equal(t, []string{"whatsapp"}, chat.erasedIDs())
	require.Equal(t, []dsr.RecordCount{{Kind: "contact", State: dsr.Erased, Count: 2}}, outcome(t, r, "crm").Records)
}

func TestWhatAVendorAcceptedIsNotOrderedAgain(t *testing.T) {
	t.Parallel()
	analytics := &vendor{unverifiable: true}
	system := automatic("analytics", dsr.Email)
	system.Verifiable = false
	tr := newTrial(t, []dsr.System{system}, map[string]*vendor{"analytics": analytics})
	ordered := dsr.Record{Kind: "user", ID: "u-email", Identifiers: []dsr.Identifier{email}}
	promised := received.AddDate(0, 1, 0)
	tr.past = past{{Steps: []activities.EarlierStep{{
		System: "analytics", Ordered: []dsr.Record{ordered},
		Effects: []dsr.RecordEffect{{Kind: "user", ID: "u-email", State: dsr.Accepted, ExpectedBy: promised}},
	}}}}

	r := tr.run()

	require.Empty(t, analytics.erasedIDs())
	require.Equal(t, dsr.Accepted, outcome(t, r, "analytics").State)
	require.Equal(t, promised, outcome(t, r, "analytics").ExpectedBy)
}

func TestAnExtensionOutlivesItsRun(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{automatic("crm", dsr.Email)}, map[string]*vendor{"crm": {}})
	tr.past = past{{Decisions: []activities.Decision{{
		Name: "extend-deadline", Operator: "sam", Reason: "records in 14 systems", At: received.Add(48 * time.Hour), NoticeSentAt: received.Add(47 * time.Hour),
	}}}}

	r := tr.run()

	require.Equal(t, time.Date(2026, 6, 2, 23, 59, 59, 0, time.UTC), r.DueAt)
	require.Equal(t, "sam", r.Extension.Operator)
	require.Equal(t, "extend-deadline", r.Earlier[0].Actions[0].Name)
}
