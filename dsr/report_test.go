package dsr_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
)

func TestOnlyWhatIsKnownToBeDoneIsComplete(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		outcome dsr.Outcome
		want    dsr.Status
	}{
		{"erased and verified", dsr.Outcome{State: dsr.Erased, VerifiedAt: now}, dsr.StatusCompleted},
		{"erased, with the reason why nobody can verify", dsr.Outcome{State: dsr.Erased, Explanation: "no read access"}, dsr.StatusCompleted},
		{"erased on hearsay", dsr.Outcome{State: dsr.Erased}, dsr.StatusExceptions},
		{"accepted with a date", dsr.Outcome{State: dsr.Accepted, ExpectedBy: now}, dsr.StatusCompleted},
		{"accepted without a date", dsr.Outcome{State: dsr.Accepted}, dsr.StatusExceptions},
		{"attested", dsr.Outcome{State: dsr.Attested}, dsr.StatusCompleted},
		{"not found", dsr.Outcome{State: dsr.NotFound}, dsr.StatusCompleted},
		{"not applicable", dsr.Outcome{State: dsr.NotApplicable}, dsr.StatusCompleted},
		{"nobody can identify", dsr.Outcome{State: dsr.CannotIdentify, Explanation: "no client id"}, dsr.StatusExceptions},
		{"skipped", dsr.Outcome{State: dsr.Skipped, Explanation: "bankrupt"}, dsr.StatusExceptions},
		{"retained", dsr.Outcome{State: dsr.Retained, Explanation: "legal claims"}, dsr.StatusExceptions},
		{"waiting", dsr.Outcome{State: dsr.NeedsOperator}, dsr.StatusOpen},
		{"unheard of", dsr.Outcome{State: "vanished"}, dsr.StatusExceptions},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := dsr.Report{Systems: []dsr.Outcome{{State: dsr.NotFound}, c.outcome}}
			r.Conclude()
			require.Equal(t, c.want, r.Status)
			require.Equal(t, c.want == dsr.StatusExceptions, len(r.Exceptions) == 1)
		})
	}
}

func TestHowARestrictionStandsIsSaidInItsOwnWords(t *testing.T) {
	t.Parallel()
	told := &dsr.LiftRecord{NoticeSentAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		status      dsr.Status
		restriction *dsr.RestrictionRecord
		want        dsr.Status
	}{
		{dsr.StatusExceptions, nil, dsr.StatusExceptions},
		{dsr.StatusCompleted, nil, dsr.StatusCompleted},
		{dsr.StatusRestricted, &dsr.RestrictionRecord{}, dsr.StatusRestricted},
		{dsr.StatusExceptions, &dsr.RestrictionRecord{}, dsr.StandingRestrictedInPart},
		{dsr.StatusExceptions, &dsr.RestrictionRecord{Lift: &dsr.LiftRecord{}}, dsr.StandingRestrictedInPart},
		{dsr.StatusCompleted, &dsr.RestrictionRecord{Lift: told}, dsr.StandingLifted},
		{dsr.StatusExceptions, &dsr.RestrictionRecord{Lift: told}, dsr.StandingLiftedInPart},
		{dsr.StatusOpen, &dsr.RestrictionRecord{Lift: told}, dsr.StatusOpen},
		{dsr.StatusCancelled, &dsr.RestrictionRecord{}, dsr.StatusCancelled},
	} {
		require.Equal(t, c.want, dsr.Report{Status: c.status, Restriction: c.restriction}.Standing())
	}
}

func TestCallsOfOneFormAreCountedTogether(t *testing.T) {
	t.Parallel()
	get := dsr.Call{Method: "GET", Path: "/contacts", Status: 200, Count: 1}
	failed := dsr.Call{Method: "GET", Path: "/contacts", Status: 503, Count: 2}
	require.Equal(t, []dsr.Call{{Method: "GET", Path: "/contacts", Status: 200, Count: 2}, failed}, dsr.AddCalls(nil, get, failed, get))
}

func TestTheNewestRequestIDsOfCallsOfOneFormAreKept(t *testing.T) {
	t.Parallel()
	var calls []dsr.Call
	for _, id := range []string{"r-1", "", "r-2", "r-3", "r-4", "r-5", "r-6"} {
		call := dsr.Call{Method: "GET", Path: "/contacts", Status: 200, Count: 1}
		if id != "" {
			call.RequestIDs = []string{id}
		}
		before := calls
		calls = dsr.AddCalls(slices.Clone(calls), call)
		if len(before) > 0 {
			require.NotContains(t, before[0].RequestIDs, "r-6", "what was read before stays as it was")
		}
	}
	require.Equal(t, []dsr.Call{{Method: "GET", Path: "/contacts", Status: 200, Count: 7, RequestIDs: []string{"r-2", "r-3", "r-4", "r-5", "r-6"}}}, calls)
}

func TestASubjectIsWidenedWithoutRepetitionAndWithoutChangingTheFirst(t *testing.T) {
	t.Parallel()
	own := dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "ana@example.com"}}}
	wider := own.With(dsr.Identifier{Type: dsr.Email, Value: "ANA@example.com"}, dsr.Identifier{Type: dsr.Phone, Value: "+33639980001"})
	require.Len(t, own.Identifiers, 1)
	require.Len(t, wider.Identifiers, 2)
	require.True(t, dsr.System{Needs: []dsr.IdentifierType{dsr.Phone}}.Searchable(wider))
	require.False(t, dsr.System{Needs: []dsr.IdentifierType{dsr.Phone}}.Searchable(own))
}
