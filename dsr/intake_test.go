package dsr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
)

func TestTheIntakeIsToldTheTruth(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	verified := dsr.Outcome{State: dsr.Erased, ActedAt: now, VerifiedAt: now, Records: []dsr.RecordCount{{Kind: "contact", State: dsr.Erased, Count: 2}}}
	asked := func(kind dsr.QuestionKind) dsr.Outcome {
		return dsr.Outcome{State: dsr.NeedsOperator, Question: &dsr.Question{Kind: kind}}
	}
	for name, c := range map[string]struct {
		systems []dsr.Outcome
		want    dsr.Stage
		open    bool
	}{
		"nothing begun":                    {[]dsr.Outcome{{State: dsr.Pending}, {State: dsr.Locating}, {State: dsr.NotFound}}, dsr.StagePending, true},
		"waits for approval":               {[]dsr.Outcome{asked(dsr.QuestionApproval), asked(dsr.QuestionIdentity), asked(dsr.QuestionTask)}, dsr.StagePending, true},
		"an error, perhaps after a change": {[]dsr.Outcome{asked(dsr.QuestionError)}, dsr.StageInProgress, true},
		"acting":                           {[]dsr.Outcome{{State: dsr.Pending}, {State: dsr.Acting}}, dsr.StageInProgress, true},
		"located again after acting":       {[]dsr.Outcome{{State: dsr.Locating, ActedAt: now}}, dsr.StageInProgress, true},
		"one done, one not":                {[]dsr.Outcome{verified, {State: dsr.Pending}}, dsr.StageInProgress, true},
		"erased":                           {[]dsr.Outcome{verified, {State: dsr.NotFound}, {State: dsr.NotApplicable}}, dsr.StageCompleted, false},
		"by a person":                      {[]dsr.Outcome{{State: dsr.Attested}}, dsr.StageCompleted, false},
		"found nowhere":                    {[]dsr.Outcome{{State: dsr.NotFound}}, dsr.StageCompleted, false},
		"kept on a legal ground":           {[]dsr.Outcome{verified, {State: dsr.Retained, Explanation: "§ 147 AO"}}, dsr.StageCompleted, false},
		"promised":                         {[]dsr.Outcome{verified, {State: dsr.Accepted, ExpectedBy: now.AddDate(0, 2, 0)}}, dsr.StageInProgress, false},
		"promised until yesterday":         {[]dsr.Outcome{verified, {State: dsr.Accepted, ExpectedBy: now.AddDate(0, 0, -1)}}, dsr.StageCompleted, false},
		"promised without a date":          {[]dsr.Outcome{{State: dsr.Accepted}}, dsr.StageInProgress, false},
		"left out":                         {[]dsr.Outcome{verified, {State: dsr.Skipped, Explanation: "the contract ended"}}, dsr.StageInProgress, false},
		"not identified":                   {[]dsr.Outcome{verified, {State: dsr.CannotIdentify, Explanation: "no client id"}}, dsr.StageInProgress, false},
		"not verified":                     {[]dsr.Outcome{{State: dsr.Erased, ActedAt: now}}, dsr.StageInProgress, false},
		"in a state of the future":         {[]dsr.Outcome{{State: "evaporated"}}, dsr.StageInProgress, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := dsr.Report{DueAt: now.AddDate(0, 0, 10), Status: dsr.StatusOpen, Systems: c.systems}
			if !c.open {
				r.Conclude()
			}
			require.Equal(t, c.want, r.Progress(now).Stage)
			r.Cancellation = &dsr.Action{}
			require.Equal(t, dsr.StageCancelled, r.Progress(now).Stage)
		})
	}
}

func TestARestrictionIsFulfilledOnceItIsInForce(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := dsr.Report{Kind: dsr.Restriction, Restriction: &dsr.RestrictionRecord{}, Systems: []dsr.Outcome{{State: dsr.Restricted, VerifiedAt: now}}}
	r.Conclude()
	require.Equal(t, dsr.StatusRestricted, r.Status)
	require.Equal(t, dsr.StageCompleted, r.Progress(now).Stage)
	r.Restriction.SupersededBy = "E-1"
	r.Conclude()
	require.Equal(t, dsr.StageCompleted, r.Progress(now).Stage)
}

func TestADryRunIsNeverCompleted(t *testing.T) {
	t.Parallel()
	r := dsr.Report{DryRun: true, Systems: []dsr.Outcome{{State: dsr.Planned}}}
	r.Conclude()
	require.Equal(t, dsr.StageInProgress, r.Progress(time.Now()).Stage)
}

func TestProgressHasTheLatestDateAndTheCounts(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	later := due.AddDate(0, 1, 0)
	r := dsr.Report{DueAt: due, Systems: []dsr.Outcome{
		{System: dsr.System{Name: "gist"}, State: dsr.Erased, VerifiedAt: due, Evidence: dsr.ReadBack, Records: []dsr.RecordCount{{Count: 2}, {Count: 1}}},
		{System: dsr.System{Name: "analytics"}, State: dsr.Accepted, ExpectedBy: later, Explanation: "free text stays out"},
	}}
	r.Conclude()
	require.Equal(t, dsr.Progress{
		Stage: dsr.StageInProgress, ExpectedAt: later, Records: 3, Status: dsr.StatusCompleted, Systems: []dsr.SystemProgress{
			{Name: "gist", State: dsr.Erased, Records: 3, Evidence: dsr.ReadBack},
			{Name: "analytics", State: dsr.Accepted, ExpectedBy: later},
		},
	}, r.Progress(due.Add(-time.Hour)))
}

func TestAnIntakeIsTheSameByControllerAndContents(t *testing.T) {
	t.Parallel()
	one := &dsr.Intake{Controller: "a", Digest: "1", AcceptedAt: time.Now()}
	require.True(t, one.Same(&dsr.Intake{Controller: "a", Digest: "1"}))
	require.False(t, one.Same(&dsr.Intake{Controller: "b", Digest: "1"}))
	require.False(t, one.Same(&dsr.Intake{Controller: "a", Digest: "2"}))
	require.False(t, one.Same(nil))
	require.False(t, (*dsr.Intake)(nil).Same(one))
	require.True(t, (*dsr.Intake)(nil).Same(nil))
}
