package render_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/carlos7ags/folio/reader"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"ite.digital/lethe/report/render"
)

// paper reads the text of a PDF, without its blanks: where lines end is the
// typesetter's.
func paper(t *testing.T, write func(io.Writer) error) (content string, pages int) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	require.Contains(t, b.String(), "/FontFile2", "its fonts are inside")
	require.NotContains(t, b.String(), "/BaseFont /Helvetica", "and no other is needed")
	pdf, err := reader.Parse(b.Bytes())
	require.NoError(t, err)
	var all strings.Builder
	for i := range pdf.PageCount() {
		page, err := pdf.Page(i)
		require.NoError(t, err)
		part, err := page.ExtractText()
		require.NoError(t, err)
		all.WriteString(part)
	}
	return squeezed(all.String()), pdf.PageCount()
}

func squeezed(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \n\t\u00a0\u200f", r) {
			return -1
		}
		return r
	}, norm.NFKC.String(text))
}

func TestThePDFSaysWhatTheReportSays(t *testing.T) {
	t.Parallel()
	for _, language := range []render.Language{render.English, render.French} {
		for _, n := range []int{1, 8, 60} {
			r := fixture(n)
			printed, pages := paper(t, func(w io.Writer) error { return render.PDF(w, r, options(language)) })
			require.Positive(t, pages)
			for _, o := range r.Systems {
				for _, fact := range append(said(o), o.NotCovered...) {
					require.Contains(t, printed, squeezed(fact))
				}
				for _, call := range o.Calls {
					require.Contains(t, printed, squeezed(call.Path))
				}
			}
			for _, exception := range r.Exceptions {
				_, why, found := strings.Cut(exception, "operator: ") // what comes before is translated
				require.True(t, !found || strings.Contains(printed, squeezed(why)))
				require.True(t, found || strings.Contains(printed, squeezed(exception)))
			}
			require.Contains(t, printed, "c0ffee00c0ffee00")
		}
	}
}

func TestThePDFIsInArabic(t *testing.T) {
	t.Parallel()
	said, _ := paper(t, func(w io.Writer) error { return render.PDF(w, fixture(8), options(render.Arabic)) })
	for _, o := range fixture(8).Systems {
		require.Contains(t, said, squeezed(o.Processor))
	}
	// Letters are set from the left to the right, in the shapes that their place
	// demands; to read them is to turn that round.
	for _, word := range []string{"مشهود", "تقرير", "محتفظ", "بإعادة"} {
		require.True(t, strings.Contains(said, word) || strings.Contains(said, turned(word)), "%s is missing", word)
	}
	require.NotContains(t, said, "\u2068", "isolates are no letters")
	require.NotContains(t, said, "\ufffd")
}

// TestTheTypesetterIsHelpedWithArabic holds what was seen to be set wrongly.
func TestTheTypesetterIsHelpedWithArabic(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"أُعيد شيئًا":                    "أعيد شيئا",
		"من قبل \u2068Sam\u2069":         "من قبل Sam",
		"غاية 3 مارس 2026.":              "غاية 3 مارس 2026\u200f.\u200f",
		"6، منها 2":                      "6\u200f،\u200f منها 2",
		"chat، في أجل":                   "chat\u200f،\u200f في أجل",
		"على a@example.com. تذكر":        "على a@example.com\u200f.\u200f تذكر",
		"HubSpot (CRM): صدر":             "HubSpot (CRM)\u200f:\u200f صدر",
		"للملف: 9f86a08. الملف":          "للملف: 9f86a08\u200f.\u200f الملف",
		"السبب: kept (art. L123-22)":     "السبب: kept (art. L123-22)",
		"Exports to BigQuery.":           "Exports to BigQuery.",
		"السجلات: contact × 1, user × 3": "السجلات: contact × 1, user × 3",
	} {
		require.Equal(t, want, render.RightToLeftText(text))
	}
	said, _ := paper(t, func(w io.Writer) error {
		r := fixture(4)
		r.Systems[3].Explanation = "شيئًا ما"
		return render.PDF(w, r, options(render.Arabic))
	})
	require.NotContains(t, said, "\u064b")
}

func turned(word string) string {
	runes := []rune(word)
	slices.Reverse(runes)
	return string(runes)
}

func TestLettersAndRecordsGoOnPaper(t *testing.T) {
	t.Parallel()
	letter, err := render.Letter(fixture(8), options(render.French))
	require.NoError(t, err)
	said, pages := paper(t, letter.PDF)
	require.LessOrEqual(t, pages, 2)
	require.Contains(t, said, squeezed("invoices are kept for ten years"))
	record, err := render.DestructionRecord(fixture(8), options(render.French))
	require.NoError(t, err)
	said, _ = paper(t, record.PDF)
	require.Contains(t, said, squeezed("Procès-verbal de destruction"))
	require.Contains(t, said, squeezed("Il ne remplace pas le procès-verbal"))
}

func TestEveryGlyphIsInTheFonts(t *testing.T) {
	t.Parallel()
	for _, language := range render.Languages() {
		for key, form := range words(t, language).Text {
			for _, r := range form {
				require.True(t, render.Printable(r), "%s in %s has %q", key, language, r)
			}
		}
	}
}

// sheets are the texts of a PDF's pages, without blanks and the numbers at their feet.
func sheets(t *testing.T, write func(io.Writer) error) []string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	pdf, err := reader.Parse(b.Bytes())
	require.NoError(t, err)
	all := make([]string, pdf.PageCount())
	for i := range all {
		page, err := pdf.Page(i)
		require.NoError(t, err)
		text, err := page.ExtractText()
		require.NoError(t, err)
		all[i] = strings.Replace(squeezed(text), fmt.Sprintf("%d/%d", i+1, len(all)), "", 1)
	}
	return all
}

// TestNoHeadingStandsAloneAtTheEndOfAPage looks at every page of reports and letters of
// every sort.
func TestNoHeadingStandsAloneAtTheEndOfAPage(t *testing.T) {
	t.Parallel()
	for _, s := range scenes() {
		for _, language := range []render.Language{render.English, render.French} {
			said := words(t, language).Text
			headings := []string{said["overview"], said["details"], said["earlier"], said["timeline"], said["integrity"], said["records"], said["calls"], said["earlier.lead"]}
			for _, o := range s.report.Systems {
				for _, state := range []string{"", ".verified"} {
					headings = append(headings, o.Title+" – "+said["state."+string(o.State)+state])
				}
			}
			for i, page := range sheets(t, func(w io.Writer) error { return render.PDF(w, s.report, options(language)) }) {
				for _, heading := range headings {
					require.False(t, strings.HasSuffix(page, squeezed(heading)), "%s in %s, page %d: %s", s.name, language, i+1, heading)
				}
			}
			letter, err := render.Letter(s.report, options(language))
			if err != nil {
				continue // there is none of what is open or changed nothing
			}
			pages := sheets(t, letter.PDF)
			for _, page := range pages {
				require.False(t, strings.HasSuffix(page, ":"), "%s in %s: a list is on another page than what leads to it", s.name, language)
			}
			require.NotEqual(t, squeezed(options(language).Company.Name), pages[len(pages)-1], "the name stands alone")
		}
	}
}

func TestTableHeadsAreRepeatedOnEachPage(t *testing.T) {
	t.Parallel()
	pages := sheets(t, func(w io.Writer) error { return render.PDF(w, fixture(60), options(render.English)) })
	require.Contains(t, pages[1], squeezed("SystemOutcomeHow it is known"))
	require.True(t, strings.HasPrefix(pages[2], squeezed("Systems at a glanceSystemOutcomeHow it is known")), pages[2])
	require.True(t, slices.ContainsFunc(pages, func(page string) bool {
		return strings.HasPrefix(page, squeezed("TimelineWhenWhat happened"))
	}), "the timeline goes on over a page")
}
