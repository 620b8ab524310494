package render_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/render"
)

// shown renders the report and reads the page.
func shown(t *testing.T, r dsr.Report, language render.Language) *html.Node {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, render.HTML(&b, r, options(language)))
	root, err := html.Parse(&b)
	require.NoError(t, err)
	return root
}

// section is the one whose heading has the id.
func section(root *html.Node, id string) *html.Node {
	for _, node := range elements(root, "section") {
		if attribute(node, "aria-labelledby") == id {
			return node
		}
	}
	return nil
}

func TestEarlierRunsAndTheProofOfIdentityAreShown(t *testing.T) {
	t.Parallel()
	r := again(1)
	for language, says := range map[render.Language]struct{ ended, proof, asked string }{
		render.English: {"stopped by a reset", "Proof received on", "asked for by Robin"},
		render.French:  {"arrêtée par une réinitialisation", "Preuve reçue le", "demandée par Robin"},
		render.Arabic:  {"أوقفتها إعادة ضبط", "تاريخ ورود الإثبات", "من قبل \u2068Robin\u2069"},
	} {
		root := shown(t, r, language)
		earlier := text(section(root, "earlier"))
		for _, fact := range []string{
			says.ended, "erasure/ticket-4711/001.json", "note × 7", "/crm/v3/objects/notes/{id}", "the key is repaired", "HubSpot (CRM)", "retired-forms", "approve",
		} {
			require.Contains(t, earlier, fact)
		}
		summary := text(section(root, "summary"))
		for _, fact := range []string{says.proof, "the request came from an address that nobody knows", "Kim", "ticket 4712", "2026-03-05 09:00:00 UTC"} {
			require.Contains(t, summary, fact)
		}
		timeline := text(section(root, "timeline"))
		for _, fact := range []string{says.asked, "2026-03-05 09:00:00 UTC", "2026-03-02 09:30:00 UTC", "2026-03-02 09:40:00 UTC", "2026-03-02 09:35:00 UTC", "2026-03-02 09:31:00 UTC"} {
			require.Contains(t, timeline, fact)
		}
		if language == render.Arabic {
			continue
		}
		said, _ := paper(t, func(w io.Writer) error { return render.PDF(w, r, options(language)) })
		for _, fact := range []string{says.ended, "erasure/ticket-4711/001.json", "note × 7", "/crm/v3/objects/notes/{id}", says.proof} {
			require.Contains(t, said, squeezed(fact))
		}
	}
	require.Nil(t, section(shown(t, fixture(1), render.English), "earlier"))
}

func TestAProofThatHasNotComeIsSaidToBeMissing(t *testing.T) {
	t.Parallel()
	r := again(1)
	r.Identity = &dsr.IdentityCheck{Operator: "Robin", Reason: "no reason", AskedAt: start, ClockRunsOn: "it was asked for too late"}
	summary := text(section(shown(t, r, render.English), "summary"))
	require.Contains(t, summary, "not received")
	require.Contains(t, summary, "it was asked for too late")
	require.NotContains(t, summary, "Proof received on")
}

func TestAnErasureSaysNothingOfRestrictions(t *testing.T) {
	t.Parallel()
	r := restriction(dsr.Erased)
	r.Kind = dsr.Erasure
	for _, language := range render.Languages() {
		said := text(elements(shown(t, r, language), "body")[0])
		for _, fact := range []string{"marketing e-mails", "workflows of other", "scheduled campaigns", "stop sending events"} {
			require.NotContains(t, said, fact)
		}
		require.NotContains(t, plain(t, r, options(language)), "letters that are printed")
	}
}

func TestARestrictionReadsAsOne(t *testing.T) {
	t.Parallel()
	for language, says := range map[render.Language]struct{ title, state, lifted, goesOn, erased string }{
		render.English: {"Completion report on a restriction request", "restricted, verified", "lifted, verified", "What goes on regardless", "eras"},
		render.French:  {"Rapport d’exécution d’une demande de limitation", "limité, vérifié", "levé, vérifié", "Ce qui continue malgré tout", "efface"},
		render.Arabic:  {"تقرير إنجاز طلب تقييد معالجة", "مقيّد ومتحقق منه", "مرفوع ومتحقق منه", "ما يستمر رغم ذلك", "محو"},
	} {
		root := shown(t, restriction("restricted"), language)
		require.Contains(t, text(elements(root, "h1")[0]), says.title)
		first := elements(root, "article")[0]
		for _, fact := range []string{says.state, says.goesOn, "marketing e-mails", "workflows of other people's lists", "scheduled campaigns that were left"} {
			require.Contains(t, text(first), fact)
		}
		require.NotContains(t, text(first), "E-mails that were sent by hand", "what an erasure does not cover")
		require.Contains(t, text(elements(root, "article")[1]), "stop sending events for the person")
		require.Contains(t, attribute(elements(first, "span")[0], "class"), "good")
		for _, part := range []string{"overview", "timeline"} {
			require.NotContains(t, strings.ToLower(text(section(root, part))), says.erased, part)
		}
		require.Contains(t, text(elements(shown(t, restriction("lifted"), language), "article")[0]), says.lifted)
	}
}

func TestTheGroundOfARestrictionAndWhoNamedItAreSaid(t *testing.T) {
	t.Parallel()
	r := restriction("restricted")
	for language, says := range map[render.Language]struct{ none, ground, until, named string }{
		render.English: {"not named: the request came without one", "Art. 18(1)(d)", "it is decided whose grounds prevail", "The ground of the restriction was named by Sam"},
		render.French:  {"la demande n’en nommait aucun", "art. 18, par. 1, d", "il soit décidé quels motifs prévalent", "Le motif de la limitation a été indiqué par Sam"},
		render.Arabic:  {"لم يذكر الطلب أي سبب", "الفصل 18، الفقرة 1، د", "يُبت في الأسباب الراجحة", "حدد \u2068Sam\u2069 سبب التقييد"},
	} {
		r.Restriction = &dsr.RestrictionRecord{}
		require.Contains(t, text(shown(t, r, language)), says.none)
		r.Restriction = &dsr.RestrictionRecord{Ground: dsr.GroundObjection, NamedBy: "Sam", NamedAt: start}
		said := text(shown(t, r, language))
		require.Contains(t, said, says.ground)
		require.Contains(t, said, says.until)
		require.Contains(t, said, says.named)
	}
}

func TestLettersOnRestrictionsReadLikeThis(t *testing.T) {
	t.Parallel()
	for _, language := range render.Languages() {
		golden(t, "restricted."+string(language)+".txt", []byte(plain(t, restriction("restricted"), options(language))))
		golden(t, "lifted."+string(language)+".txt", []byte(plain(t, restriction("lifted"), options(language))))
		notice, err := render.LiftingNotice(restriction("restricted"), options(language), render.Lifting{On: start.AddDate(0, 1, 0), Reason: "the accuracy of your data was verified."})
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, notice.Plain(&b))
		golden(t, "lifting-notice."+string(language)+".txt", b.Bytes())
	}
}

// TestTheNoticeSaysWhatWasDoneForThisPerson has connectors that know more that does not come
// back than was done.
func TestTheNoticeSaysWhatWasDoneForThisPerson(t *testing.T) {
	t.Parallel()
	facts := []string{"The WhatsApp opt-out: only the person can opt in again.", "The dates of subscriptions."}
	for language, heading := range map[render.Language]string{
		render.English: "What does not come back", render.French: "Ce qui ne revient pas", render.Arabic: "ما لا يعود",
	} {
		for name, done := range map[string][]string{"declined": nil, "done": {"opt_in", "sequence/4"}} {
			r := restriction("restricted")
			for i := range r.Systems {
				r.Systems[i].Restriction = &dsr.RestrictionFacts{Able: true, Irreversible: facts}
			}
			r.Systems[0].Irreversible = done
			notice, err := render.LiftingNotice(r, options(language), render.Lifting{On: start})
			require.NoError(t, err)
			var b bytes.Buffer
			require.NoError(t, notice.Plain(&b))
			over := restriction("lifted")
			for i := range over.Systems {
				over.Systems[i].Restriction, over.Systems[i].Irreversible = r.Systems[i].Restriction, r.Systems[i].Irreversible
			}
			for _, said := range []string{oneLine(b.String()), oneLine(plain(t, over, options(language)))} {
				require.NotContains(t, said, "WhatsApp", name)
				require.NotContains(t, said, "dates of subscriptions", name)
				require.Equal(t, done != nil, strings.Contains(said, heading), name)
				require.Equal(t, done != nil, strings.Contains(plainPage(said), "opt_in"), name)
				require.Equal(t, done != nil, strings.Contains(plainPage(said), "sequence/4"), name)
			}
		}
	}
}

func TestANoticeOfLiftingNeedsSomethingToLift(t *testing.T) {
	t.Parallel()
	day := render.Lifting{On: start}
	for says, c := range map[string]struct {
		report dsr.Report
		when   render.Lifting
	}{
		"this is an erasure":   {fixture(3), day},
		"give the day":         {restriction("restricted"), render.Lifting{}},
		"there is nothing to ": {func() dsr.Report { r := restriction("lifted"); r.Systems = r.Systems[:2]; return r }(), day},
	} {
		_, err := render.LiftingNotice(c.report, options(render.English), c.when)
		require.ErrorContains(t, err, says)
	}
	_, err := render.DestructionRecord(restriction("restricted"), options(render.French))
	require.ErrorContains(t, err, "a restriction destroys nothing")
}

func TestWhyIsSaidInTheLanguageOfThePage(t *testing.T) {
	t.Parallel()
	r := fixture(8)
	r.Systems[4].Needs, r.Systems[4].Explanation = []dsr.IdentifierType{dsr.Phone}, "nobody has an identifier that it can be searched with (phone) (GDPR Art. 11)"
	r.Systems[5].Explanation += "; an erasure was under way and may have been carried out"
	r.Systems[6].Explanation = dsr.OthersKept(3)
	r.Systems[1].ExpectedBy = time.Time{}
	r.Conclude()
	for language, says := range map[render.Language][]string{
		render.English: {"can be searched with: phone number (GDPR Art. 11)", "left out by an operator: the contract ended", "; an erasure was under way", "were not touched: 3", "accepted without a date"},
		render.French:  {"recherche\u00a0: numéro de téléphone (RGPD, art. 11)", "écarté par un opérateur\u00a0: the contract ended", "; un effacement était en cours", "laissés intacts\u00a0: 3", "accepté sans date"},
		render.Arabic:  {"يمكن البحث به هنا: ", "استبعده أحد الأعوان: ", "؛ كان المحو جاريًا", "ولم تُمس: ", "دون تحديد أجل"},
	} {
		said := text(shown(t, r, language))
		for _, fact := range says {
			require.Contains(t, said, fact, language)
		}
		if language != render.English {
			for _, english := range []string{"nobody has", "an operator", "erasure was", "were not touched"} {
				require.NotContains(t, said, english, language)
			}
		}
	}
}

// TestThePageHasEventsOfOneSecondInTheOrderOfCauseAndEffect: the worker whose clock wrote
// when the system was looked at is ahead of the others'.
func TestThePageHasEventsOfOneSecondInTheOrderOfCauseAndEffect(t *testing.T) {
	t.Parallel()
	ahead := start.Add(900 * time.Millisecond)
	r := fixture(1)
	o := &r.Systems[0]
	o.Outages, o.Actions, o.Drifts, o.DriftedAt, o.ExpectedBy = nil, nil, 0, time.Time{}, time.Time{}
	o.ActedAt, o.VerifiedAt, o.SettledAt = ahead, ahead, ahead.Add(-time.Millisecond)
	r.ReceivedAt, r.StartedAt, r.CompletedAt = ahead, start, start
	r.Identity = &dsr.IdentityCheck{Operator: "Robin", AskedAt: ahead, ConfirmedBy: "Kim", AnsweredAt: start}
	timeline := text(section(shown(t, r, render.English), "timeline"))
	at := -1
	for _, what := range []string{
		"received the request", "asked for by Robin", "seen by Kim", "search in all systems began", ": erasure requested", ": verified", ": erased", "report was completed",
	} {
		next := strings.Index(timeline, what)
		require.Greater(t, next, at, "%s in %s", what, timeline)
		at = next
	}
}
