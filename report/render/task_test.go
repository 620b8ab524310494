package render_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/report/render"
)

// byHand is a report on one system, whose task came to an end with the outcome.
func byHand(kind dsr.Kind, outcome dsr.TaskOutcome) dsr.Report {
	r := fixture(0)
	r.Kind = kind
	o := dsr.Outcome{
		System: dsr.System{Name: "alore", Title: "Alore CRM", Mode: dsr.Manual}, State: dsr.Attested, Evidence: dsr.PersonsWord, SettledAt: start,
		Actions: []dsr.Action{{Name: "complete-task", Operator: "Sam", Outcome: outcome, Text: "ticket 4711", At: start}},
	}
	switch outcome {
	case dsr.TaskNothingFound:
		o.State = dsr.NotFound
	case dsr.TaskNotDone:
		o.State, o.Evidence, o.Explanation, o.Actions[0].Text = dsr.Skipped, "", "the task could not be done: the account is locked", "the account is locked"
	default:
		o.ActedAt, o.Actions[0].Records = start, 2
		o.Records = []dsr.RecordCount{{Kind: dsr.HandCounted, State: dsr.State(outcome), Count: 2}}
	}
	if kind == dsr.Restriction {
		r.Restriction = &dsr.RestrictionRecord{Ground: dsr.GroundAccuracy, InForceSince: start}
	}
	if outcome == dsr.TaskLifted {
		o.Actions[0].Records = 0
		r.Restriction.Lift = &dsr.LiftRecord{Operator: "Sam", Reason: "corrected", At: start, NoticeSentAt: start, NoticeBy: "Kim"}
	}
	r.Systems = []dsr.Outcome{o}
	r.Conclude()
	return r
}

// oneLine is all words of the text, with one space between them.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' }), " ")
}

func TestTheLetterClaimsOfATaskWhatThePersonSaidWhoDidIt(t *testing.T) {
	t.Parallel()
	claims := map[render.Language]map[string]string{
		render.English: {
			"erased": "one of our staff erased your data", "restricted": "one of our staff stopped the use of your data", "lifted": "one of our staff ended the restriction",
			"nothing_found": "one of our staff looked for your data and found nothing", "searched": "We searched here", "not_done": "the account is locked",
		},
		render.French: {
			"erased": "une personne de notre équipe a effacé vos données", "restricted": "a arrêté l’utilisation de vos données", "lifted": "a mis fin à la limitation",
			"nothing_found": "une personne de notre équipe a cherché vos données et n’a rien trouvé", "searched": "Nous avons cherché ici", "not_done": "the account is locked",
		},
		render.Arabic: {
			"erased": "قام أحد أعواننا بمحو معطياتكم", "restricted": "قام أحد أعواننا بإيقاف استعمال معطياتكم", "lifted": "قام أحد أعواننا برفع التقييد عن معطياتكم",
			"nothing_found": "بحث أحد أعواننا عن معطياتكم لدى الجهات التالية ولم يجد شيئًا", "searched": "بحثنا لدى الجهات التالية", "not_done": "the account is locked",
		},
	}
	for language, said := range claims {
		for _, c := range []struct {
			kind    dsr.Kind
			outcome dsr.TaskOutcome
		}{
			{dsr.Erasure, dsr.TaskErased}, {dsr.Erasure, dsr.TaskNothingFound}, {dsr.Erasure, dsr.TaskNotDone},
			{dsr.Restriction, dsr.TaskRestricted}, {dsr.Restriction, dsr.TaskLifted}, {dsr.Restriction, dsr.TaskNothingFound}, {dsr.Restriction, dsr.TaskNotDone},
		} {
			letter := oneLine(plain(t, byHand(c.kind, c.outcome), options(language)))
			for claim, words := range said {
				if claim == string(c.outcome) {
					require.Contains(t, letter, words, "%s %s %s", language, c.kind, c.outcome)
				} else {
					require.NotContains(t, letter, words, "%s %s %s", language, c.kind, c.outcome)
				}
			}
		}
	}
}

func TestReportsSayByWhoseWordNothingWasFound(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	require.NoError(t, report.Text(&text, byHand(dsr.Erasure, dsr.TaskNothingFound)))
	require.Contains(t, text.String(), "Known by     an operator's word\n")
	require.Contains(t, text.String(), "complete-task by Sam, 2026-03-02 09:00:00 UTC: nothing found; ticket 4711\n")
	for language, searched := range map[render.Language]string{
		render.English: "was searched and shows nothing", render.French: "ne montre rien de la personne", render.Arabic: "ولم يعد يُظهر",
	} {
		shown := rendered(t, byHand(dsr.Erasure, dsr.TaskNothingFound), language)
		require.NotContains(t, shown, searched)
	}
	require.Contains(t, rendered(t, byHand(dsr.Erasure, dsr.TaskNothingFound), render.English), "an operator&#39;s word")
}

func TestReportsSayWhatCameOfATask(t *testing.T) {
	t.Parallel()
	for language, said := range map[render.Language]map[dsr.TaskOutcome]string{
		render.English: {dsr.TaskErased: "erased (records: 2); ticket 4711", dsr.TaskNothingFound: "nothing found; ticket 4711", dsr.TaskNotDone: "the task could not be done: the account is locked"},
		render.French:  {dsr.TaskErased: "effacé (enregistrements : 2) ; ticket 4711", dsr.TaskNothingFound: "rien trouvé ; ticket 4711", dsr.TaskNotDone: "la tâche n’a pas pu être accomplie : the account is locked"},
		render.Arabic:  {dsr.TaskErased: "تم المحو (عدد السجلات: 2)؛ ticket 4711", dsr.TaskNothingFound: "لم يوجد شيء؛ ticket 4711", dsr.TaskNotDone: "تعذّر إنجاز المهمة: the account is locked"},
	} {
		for outcome, want := range said {
			require.Contains(t, plainPage(rendered(t, byHand(dsr.Erasure, outcome), language)), want, language)
		}
	}
	require.Contains(t, rendered(t, byHand(dsr.Erasure, dsr.TaskErased), render.French), "<bdi>enregistrement</bdi>")
	var text bytes.Buffer
	require.NoError(t, report.Text(&text, byHand(dsr.Erasure, dsr.TaskErased)))
	require.Contains(t, text.String(), "erased (2 records); ticket 4711\n")
	require.Contains(t, text.String(), "Records      2 records erased\n")
	text.Reset()
	require.NoError(t, report.Text(&text, byHand(dsr.Erasure, dsr.TaskNotDone)))
	require.Contains(t, text.String(), "Exceptions\n  ! Alore CRM: the task could not be done: the account is locked\n")
}

// rendered is the report as a page.
func rendered(t *testing.T, r dsr.Report, language render.Language) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, render.HTML(&b, r, options(language)))
	return b.String()
}

// plainPage is a page without the characters that keep directions apart.
func plainPage(page string) string {
	return strings.NewReplacer("\u2068", "", "\u2069", "", "\u2060", "", "\u00a0", " ").Replace(page)
}
