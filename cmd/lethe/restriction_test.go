package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

// restricted is a restriction that is in force.
func restricted(lift *dsr.LiftRecord) dsr.Report {
	r := standing(dsr.StatusRestricted, dsr.Restricted)
	r.Kind = dsr.Restriction
	r.Restriction = &dsr.RestrictionRecord{
		Ground: dsr.GroundAccuracy, Until: dsr.GroundAccuracy.Expectation(), InForceSince: noon, Lift: lift,
	}
	return r
}

func asked() *dsr.LiftRecord {
	return &dsr.LiftRecord{Operator: "sam", Reason: "the address is corrected", At: noon.Add(time.Hour)}
}

func noticed() *dsr.LiftRecord {
	lift := asked()
	lift.NoticeSentAt, lift.NoticeBy, lift.NoticeEvidence = noon.Add(2*time.Hour), "sam", "ticket 4711"
	return lift
}

// shownOf is what show prints of a request that is under way.
func shownOf(r dsr.Report) string {
	return view{line: requests.Line{ID: "r1", Kind: r.Kind, Temporal: "running", StartedAt: noon}, report: r}.text(report.View{Width: 100, Now: noon})
}

func TestShowTellsHowARestrictionStands(t *testing.T) {
	t.Parallel()
	r := restricted(asked())
	r.Systems[0].Drifts, r.Systems[0].DriftedAt = 2, noon.AddDate(0, 0, 3)
	r.Related = []dsr.Meeting{
		{Kind: dsr.Erasure, RequestID: "e1", StartedAt: noon, Ended: "completed"},
		{Kind: dsr.Erasure, RequestID: "e2", StartedAt: noon, Decision: &dsr.Action{Name: "resolve-conflict", Operator: "sam", Text: "asked by phone"}},
	}
	golden(t, "show_restriction.txt", shownOf(r))
}

func TestShowTellsWhatLiftingHasLeft(t *testing.T) {
	t.Parallel()
	r := restricted(noticed())
	r.Status = dsr.StatusExceptions
	r.Systems[0].State, r.Systems[0].Left = dsr.Lifted, []string{"contact/17: tag cannot be given back"}
	shown := shownOf(r)
	require.Contains(t, shown, "gist: not as before: contact/17: tag cannot be given back\n")
	require.Contains(t, shown, "notice       sent 2026-03-10 14:00, confirmed by sam: ticket 4711\n")
	require.NotContains(t, shown, "confirm-notice")
	require.NotContains(t, shown, "to end it")
}

func TestShowTellsWhoTookTheRestrictionsPlace(t *testing.T) {
	t.Parallel()
	r := restricted(asked())
	r.Restriction.SupersededBy = "e1"
	shown := shownOf(r)
	require.Contains(t, shown, "by erasure e1")
	require.NotContains(t, shown, "confirm-notice", "nothing is lifted any more")
}

func TestShowTellsHowToAnswerEachQuestion(t *testing.T) {
	t.Parallel()
	for kind, commands := range map[dsr.QuestionKind][]string{
		dsr.QuestionIrreversible: {"  lethe approve restriction/r1 gist\n", "  lethe approve restriction/r1 gist --without-irreversible\n", "  lethe skip-system restriction/r1 gist"},
		dsr.QuestionConflict:     {"  lethe resolve-conflict restriction/r1 --erase --reason", "  lethe resolve-conflict restriction/r1 --stop --reason"},
		dsr.QuestionTask:         {"  lethe complete-task restriction/r1 gist --restricted N --evidence", "  lethe complete-task restriction/r1 gist --not-done --reason"},
		dsr.QuestionError:        {"  lethe retry-system restriction/r1 gist\n"},
	} {
		r := restricted(nil)
		r.Status, r.Systems[0].State = dsr.StatusOpen, dsr.NeedsOperator
		r.Systems[0].Question = &dsr.Question{Kind: kind, Text: "a question", Since: noon, Candidates: []dsr.Candidate{{Record: "contact/17"}}}
		shown := shownOf(r)
		for _, command := range commands {
			require.Contains(t, shown, command, kind)
		}
		if kind == dsr.QuestionConflict {
			require.NotContains(t, shown, "retry-system", "it would be asked again at once")
		}
	}
}

func TestARestrictionInForceIsNeitherOverdueNorCompleted(t *testing.T) {
	t.Parallel()
	r := restricted(nil)
	r.Status = dsr.StatusExceptions
	require.Contains(t, shownOf(r), "restricted with exceptions, 2 of 2 systems done")
	l := listed{Line: requests.Line{ID: "r1", Kind: dsr.Restriction, Temporal: "running"}, Status: r.Status, inForce: inForce(r)}
	require.Equal(t, "restricted with exceptions", l.state())

	r.Status = dsr.StatusOpen // a check is under way, long after the answer
	late := view{line: requests.Line{Temporal: "running"}, report: r}.text(report.View{Width: 100, Now: noon.AddDate(1, 0, 0)})
	require.NotContains(t, late, "overdue")
}

func TestFollowEndsWhenARestrictionIsInForce(t *testing.T) {
	t.Parallel()
	s, out := testStreams(t)
	open := restricted(nil)
	open.Status, open.Systems[0].State, open.Restriction.InForceSince = dsr.StatusOpen, dsr.Acting, time.Time{}
	d := &scripted{answers: []answer{{report: open}, {report: restricted(nil)}}}
	require.NoError(t, s.followAt(t.Context(), d, watching{request: requests.Name{Kind: dsr.Restriction, ID: "r1"}}, always(t)))
	require.Contains(t, out.String(), "request r1: restricted, 2 of 2 systems done\n")
}

func TestFollowGoesOnWhileARestrictionIsLifted(t *testing.T) {
	t.Parallel()
	s, out := testStreams(t)
	lifted := restricted(noticed())
	lifted.Status, lifted.Systems[0].State = dsr.StatusCompleted, dsr.Lifted
	d := &scripted{answers: []answer{{report: restricted(noticed())}, {report: lifted, closed: true}}}
	require.NoError(t, s.followAt(t.Context(), d, watching{request: requests.Name{Kind: dsr.Restriction, ID: "r1"}}, always(t)))
	require.Contains(t, out.String(), "gist: lifted\n")
}

func TestTasksListTheNoticeAndWhatIsDueFirst(t *testing.T) {
	t.Parallel()
	waits := standing(dsr.StatusOpen, dsr.NeedsOperator)
	waits.Systems[0].Question = &dsr.Question{Kind: dsr.QuestionTask, Text: "do it", Since: noon}
	notice := tasksOf(restricted(asked()), noon)
	require.Len(t, notice, 1)
	require.Equal(t, dsr.NoticeTask, notice[0].System)
	require.Contains(t, notice[0].Text, "lethe confirm-notice restriction/r1 --evidence")
	require.Zero(t, notice[0].DueAt, "the restriction is in force, so the request is answered")
	due := tasksOf(waits, noon)
	require.Len(t, due, 1)
	require.Equal(t, "r1", due[0].name.String())
	require.Negative(t, due[0].compare(notice[0]))
	require.Positive(t, notice[0].compare(due[0]))
	require.Empty(t, tasksOf(restricted(noticed()), noon))

	s, out := testStreams(t)
	s.now = func() time.Time { return noon.AddDate(1, 0, 0) }
	require.NoError(t, s.printTasks(notice, silence{}, false))
	require.Contains(t, out.String(), "restriction/r1")
	require.NotContains(t, out.String(), "overdue")
	require.Equal(t, []string{dsr.NoticeTask}, restricted(asked()).WaitsFor())
}

func TestListTellsRequestsOfOneIDApart(t *testing.T) {
	t.Parallel()
	line := func(kind dsr.Kind, id string) listed { return listed{Line: requests.Line{Kind: kind, ID: id}} }
	var typed []any
	for _, row := range rows([]listed{line(dsr.Erasure, "r1"), line(dsr.Restriction, "r1"), line(dsr.Erasure, "r2"), line(dsr.Restriction, "r3")}) {
		typed = append(typed, row[0])
	}
	require.Equal(t, []any{"erasure/r1", "restriction/r1", "r2", "restriction/r3"}, typed)
}

func TestApproveCoversWhatCannotBeUndoneOnlyWhenItIsMeant(t *testing.T) {
	t.Parallel()
	asks := func(kind dsr.QuestionKind) dsr.Outcome {
		return dsr.Outcome{System: dsr.System{Name: "gist"}, Question: &dsr.Question{Kind: kind}}
	}
	plan, irreversible := asks(dsr.QuestionApproval), asks(dsr.QuestionIrreversible)
	for name, test := range map[string]struct {
		approval                approval
		thePlan, theIrrevocable bool
	}{
		"everything":          {approval{action: &action{}}, true, false},
		"the system":          {approval{action: &action{system: "gist"}}, true, true},
		"without":             {approval{action: &action{}, withoutIrreversible: true}, false, true},
		"another system":      {approval{action: &action{system: "alore"}}, false, false},
		"the system, without": {approval{action: &action{system: "gist"}, withoutIrreversible: true}, false, true},
	} {
		require.Equal(t, test.thePlan, test.approval.covers(plan), name)
		require.Equal(t, test.theIrrevocable, test.approval.covers(irreversible), name)
		require.False(t, test.approval.covers(asks(dsr.QuestionTask)), name)
	}
	waits := dsr.Report{Systems: []dsr.Outcome{irreversible}}
	all := approval{action: &action{}}
	require.ErrorContains(t, all.nothing(waits, r1), "gist asks about what cannot be undone: name the system, or add --without-irreversible")
	require.ErrorContains(t, all.nothing(dsr.Report{}, r1), "nothing waits for approval; see it with: lethe show r1")
}

func TestSubmitTakesAGroundForRestrictionsOnly(t *testing.T) {
	t.Parallel()
	s, _ := testStreams(t)
	r, err := requestOf(t, s, "--kind", "restriction", "--ground", "claims", "--email", "ann@example.com")
	require.NoError(t, err)
	require.Equal(t, dsr.GroundClaims, r.Ground)
	_, err = requestOf(t, s, "--kind", "restriction", "--email", "ann@example.com")
	require.ErrorContains(t, err, "--ground: say why the processing is to be restricted: accuracy (Art. 18(1)(a)), ")
	_, err = requestOf(t, s, "--ground", "claims", "--email", "ann@example.com")
	require.ErrorContains(t, err, "--ground: is for restrictions only")
}

// withoutGround is a restriction that came by mail.
func withoutGround() dsr.Report {
	r := standing(dsr.StatusOpen, dsr.NeedsOperator)
	r.Kind, r.Restriction = dsr.Restriction, &dsr.RestrictionRecord{}
	r.StartedAt = noon
	r.Systems[0].Question = &dsr.Question{Kind: dsr.QuestionApproval, Text: "1 records are to be restricted", Since: noon, Candidates: []dsr.Candidate{{Record: "contact/17"}}}
	return r
}

func TestTheGroundOfARestrictionIsAskedFor(t *testing.T) {
	t.Parallel()
	r := withoutGround()
	golden(t, "show_ground.txt", shownOf(r))
	require.Equal(t, []string{"gist", dsr.GroundTask}, r.WaitsFor())
	tasks := tasksOf(r, noon)
	require.Len(t, tasks, 2)
	require.Equal(t, dsr.GroundTask, tasks[1].System)
	require.Contains(t, tasks[1].Text, "lethe approve restriction/r1 --ground …")

	r.Restriction.Ground, r.Restriction.NamedBy, r.Restriction.NamedAt = dsr.GroundClaims, "sam", noon
	require.Contains(t, shownOf(r), "claims, GDPR Art. 18(1)(c), named by sam, 2026-03-10 12:00\n")
	require.Equal(t, []string{"gist"}, r.WaitsFor())
	r.Restriction.Ground, r.Cancellation = "", &dsr.Action{}
	require.Equal(t, []string{"gist"}, r.WaitsFor())
}
