package render_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/render"
	"ite.digital/lethe/report/schema/schematest"
)

func TestReportsOfEverySortFollowTheSchema(t *testing.T) {
	t.Parallel()
	for _, s := range scenes() {
		require.NoError(t, schematest.Check(s.report), s.name)
	}
}

// head is the status that a page shows first, and tone how that is coloured.
func head(root *html.Node) (status, tone string) {
	badge := elements(elements(root, "header")[0], "span")[0]
	return text(badge), strings.TrimPrefix(attribute(badge, "class"), "badge ")
}

func TestARestrictionIsNotSaidToBeCompleted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		report     dsr.Report
		says, tone string
	}{
		"in force":                 {inForce(false), "in force", "open"},
		"in force with exceptions": {restrictedInPart(), "in force, with exceptions", "mind"},
		"lifted":                   {lifted(false), "lifted", "good"},
		"lifted in part":           {lifted(true), "lifted, with exceptions", "mind"},
		"superseded":               {superseded(), "ended by an erasure", "open"},
	} {
		status, tone := head(shown(t, c.report, render.English))
		require.Equal(t, c.says, status, name)
		require.Equal(t, c.tone, tone, name)
	}
}

func TestAnOpenRequestDoesNotClaimThatAllIsWell(t *testing.T) {
	t.Parallel()
	for _, r := range []dsr.Report{waiting(), planned()} {
		for _, language := range render.Languages() {
			root := shown(t, r, language)
			box := elements(root, "section")[0]
			require.Equal(t, "exceptions open", attribute(box, "class"))
			require.NotContains(t, text(box), words(t, language).Text["exceptions.none"])
		}
	}
}

func TestWhatUndidARestrictionAndWhatLiftingLeftIsShown(t *testing.T) {
	t.Parallel()
	for _, language := range render.Languages() {
		said := words(t, language).Text
		root := shown(t, lifted(true), language)
		system := text(elements(root, "article")[0])
		for _, fact := range []string{
			said["drifts"], said["drifted"], "2026-03-09 09:00:00 UTC", said["checked"], "2026-03-11 09:00:00 UTC",
			said["left"], "unsubscribed_from_emails stays as it is", "sequence/4 was changed", said["restriction.ground.accuracy"],
		} {
			require.Contains(t, text(elements(root, "main")[0]), fact)
		}
		require.Contains(t, system, said["evidence.read_back.restriction"])
		nothing := text(elements(root, "article")[3])
		require.Contains(t, nothing, said["evidence.read_back"], "where nothing was found nothing was restricted")
		require.NotContains(t, nothing, said["evidence.read_back.restriction"])
		require.Contains(t, text(section(root, "timeline")), strings.TrimSuffix(strings.SplitN(said["event.drifted"], "]s", 2)[1], "."))
	}
}

func TestNoLetterClaimsThatAllIsAsBeforeWhereItIsNot(t *testing.T) {
	t.Parallel()
	whole := plain(t, lifted(false), options(render.English))
	require.Contains(t, whole, "what it had changed is as it was before")
	require.NotContains(t, whole, "Lifted, not all as before")
	left := plain(t, lifted(true), options(render.English))
	require.NotContains(t, left, "what it had changed is as it was before")
	require.Contains(t, left, "Lifted, not all as before")
	require.NotContains(t, left, "We will tell you before the restriction is lifted")
}

func TestOutagesRequestIDsTokensAndRelatedRequestsAreShown(t *testing.T) {
	t.Parallel()
	r := fixture(1)
	r.Systems[0].Outages = append(r.Systems[0].Outages, dsr.Outage{From: start.AddDate(0, 0, 1), LastFailed: start.AddDate(0, 0, 1).Add(3 * time.Minute), Attempts: 4})
	r.Related = superseded().Related
	r.Earlier = again(1).Earlier
	r.Earlier[0].Systems[0].Outages = []dsr.Outage{{From: start.AddDate(0, 0, -4), LastFailed: start.AddDate(0, 0, -2), Until: start, Attempts: 3}}
	for _, language := range render.Languages() {
		root := shown(t, r, language)
		main := strings.NewReplacer("\u2060", "", "\u2068", "", "\u2069", "").Replace(text(elements(root, "main")[0]))
		for _, fact := range []string{
			"2026-03-02 09:15:00 UTC", "2026-03-02 09:49:00 UTC", "2026-03-03 09:00:00 UTC", "2026-03-03 09:03:00 UTC", "2026-02-28 09:00:00 UTC",
			"a43683b0-5717-4ceb-80b4-000000000001", "a43683b0-5717-4ceb-80b4-000000000004", "POST /crm/v3/objects/contacts/gdpr-delete",
			"rY3pJ6lK0aZ2mQ8sVxN4tB7uE1wC5dF9gH-iOoLkPjM", "ticket-4720", "resolve-conflict",
		} {
			require.Contains(t, main, fact)
		}
		if language == render.Arabic {
			continue
		}
		said, _ := paper(t, func(w io.Writer) error { return render.PDF(w, r, options(language)) })
		for _, fact := range []string{"2026-03-02 09:49:00 UTC", "a43683b0-5717-4ceb-80b4-000000000001", "rY3pJ6lK0aZ2mQ8sVxN4tB7uE1wC5dF9gH-iOoLkPjM", "ticket-4720"} {
			require.Contains(t, said, squeezed(fact))
		}
	}
}

func TestTheGDPRIsNamedWhereItApplies(t *testing.T) {
	t.Parallel()
	r := fixture(1)
	require.Contains(t, text(section(shown(t, r, render.English), "summary")), "Erasure (GDPR Art. 17)")
	r.Regulation = "ccpa@1"
	require.NotContains(t, text(section(shown(t, r, render.English), "summary")), "GDPR")
}

func TestAnAddressInAnArabicLetterKeepsItsOrder(t *testing.T) {
	t.Parallel()
	letter, err := render.Letter(fixture(1), options(render.Arabic))
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, letter.HTML(&b))
	require.Contains(t, b.String(), "<bdi>75001 Paris</bdi>")
}
