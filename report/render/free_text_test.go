package render_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/report/render"
)

// freeTexts are what people and vendors may write. Each says "inside" and "after", in this
// order, and is no more than one paragraph, whatever is between and before.
func freeTexts() map[string]string {
	return map[string]string{
		"lines":          "inside\n\n# after\n- item\n## heading",
		"a title":        "# inside and after",
		"a heading":      "## inside and after",
		"an item":        "- inside and after",
		"hidden in ZWSP": "\u200b# inside and after",
		"behind a tab":   "\t- inside and after",
		"escapes":        "inside \x1b[31m \x1b]0;title\x07 \u009b2J after",
		"direction":      "inside \u202eretfa after \u2066",
		"separators":     "inside\u2028# after\u2029- item",
		"next line":      "inside\u0085- after",
	}
}

// hidden are the characters that no rendering may have from the texts. Letters in Arabic use
// some of them on their own account.
const hidden = "\x1b\x07\u009b\u0085\u202e\u2066\u2028\u2029\u200b\ufdd0"

// withText is a report in which people and vendors have written the text everywhere.
func withText(text string) dsr.Report {
	r := fixture(8)
	r.Extension.Reason = text
	for i := range r.Systems {
		o := &r.Systems[i]
		for j := range o.Actions {
			o.Actions[j].Operator, o.Actions[j].Text = "Sam "+text, text
		}
		if o.State == dsr.Skipped {
			o.Explanation = "left out by an operator: " + text
		}
		o.Category = text
		o.Left = []string{text}
	}
	r.Conclude()
	for i := range r.Systems { // afterwards: decisions with such a text do not count as complete
		for j := range r.Systems[i].Retained {
			kept := &r.Systems[i].Retained[j]
			kept.Reason, kept.DecidedBy, kept.Categories = text, text, []string{text}
		}
	}
	return r
}

func TestFreeTextIsNoStructureOfALetter(t *testing.T) {
	t.Parallel()
	for name, evil := range freeTexts() {
		for _, language := range render.Languages() {
			want, err := render.Letter(withText("inside and after"), options(language))
			require.NoError(t, err)
			got, err := render.Letter(withText(evil), options(language))
			require.NoError(t, err)
			require.Equal(t, structure(t, want), structure(t, got), "%s in %s", name, language)
			said := plain(t, withText(evil), options(language))
			require.NotContains(t, strings.ReplaceAll(said, "\n", ""), "\x1b", name)
			require.False(t, strings.ContainsAny(said, hidden), "%s in %s: %q", name, language, said)
			require.Contains(t, said, "inside", name)
			require.Contains(t, said, "after", name)
		}
	}
}

func TestTheReasonForLiftingIsNoStructureOfItsNotice(t *testing.T) {
	t.Parallel()
	for name, evil := range freeTexts() {
		for _, language := range render.Languages() {
			notice := func(reason string) render.Text {
				text, err := render.LiftingNotice(restriction("restricted"), options(language), render.Lifting{On: start, Reason: reason})
				require.NoError(t, err)
				return text
			}
			require.Equal(t, structure(t, notice("inside and after")), structure(t, notice(evil)), "%s in %s", name, language)
			var b bytes.Buffer
			require.NoError(t, notice(evil).Plain(&b))
			require.False(t, strings.ContainsAny(b.String(), hidden), name)
		}
	}
}

// structure lists the elements of a letter's page.
func structure(t *testing.T, letter render.Text) []string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, letter.HTML(&b))
	root, err := html.Parse(&b)
	require.NoError(t, err)
	var tags []string
	for _, node := range elements(root, "") {
		tags = append(tags, node.Data)
	}
	return tags
}

func TestFreeTextStaysInItsLineOfAReport(t *testing.T) {
	t.Parallel()
	written := func(text string) string {
		var b bytes.Buffer
		require.NoError(t, report.Text(&b, withText(text)))
		return b.String()
	}
	lines := strings.Count(written("inside and after"), "\n")
	for name, evil := range freeTexts() {
		said := written(evil)
		require.Equal(t, lines, strings.Count(said, "\n"), name)
		require.False(t, strings.ContainsAny(said, hidden), "%s: %q", name, said)
		table := report.Table(withText(evil), map[string]report.Note{"hubspot": {Attempt: 2, Reason: evil}}, report.View{Width: 100, Now: start})
		require.False(t, strings.ContainsAny(table, hidden), "%s: %q", name, table)
		for _, language := range render.Languages() {
			page := rendered(t, withText(evil), language)
			require.False(t, strings.ContainsAny(page, hidden), "%s in %s", name, language)
		}
	}
	paper, _ := paper(t, func(w io.Writer) error {
		return render.PDF(w, withText(freeTexts()["escapes"]), options(render.English))
	})
	require.False(t, strings.ContainsAny(paper, hidden), "%q", paper)
}
