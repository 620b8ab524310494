package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/overview"
	"ite.digital/lethe/report/render"
)

// quarter has some of everything: 40 completed requests, two of them late.
func quarter(list bool) overview.Overview {
	now := time.Date(2026, 4, 10, 9, 0, 0, 0, time.UTC)
	t := overview.New(overview.LastQuarter(now), now, list)
	open := fixture(1)
	open.RequestID, open.DueAt = "open-request", now.AddDate(0, 0, -1)
	t.AddOpen(open)
	for i := range 40 {
		r := fixture(8)
		if i > 4 {
			r = fixture(2)
		}
		r.RequestID, r.ReceivedAt = fmt.Sprintf("request-%d", i), time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
		r.DueAt = r.ReceivedAt.AddDate(0, 1, 0)
		r.CompletedAt = r.ReceivedAt.Add(time.Duration(i) * 20 * time.Hour)
		if i == 0 {
			r.Systems[3].Retained[0].ReviewOn = "2026-05-01"
		}
		r.Conclude()
		t.Add(r, i != 1, 1)
	}
	t.Doubt("erasure/request-1/001.json", errors.New("it bears no signature"))
	t.Unread("erasure/request-77/001.json", errors.New("it was cut off"))
	return t.Overview()
}

func overviewPage(t *testing.T, o overview.Overview, language render.Language) (source string, root *html.Node) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, render.Overview(&b, o, options(language)))
	root, err := html.Parse(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	return b.String(), root
}

func TestTheOverviewIsAPageThatStandsAlone(t *testing.T) {
	t.Parallel()
	for _, language := range render.Languages() {
		for name, o := range map[string]overview.Overview{"a quarter": quarter(true), "nothing": overview.New(overview.LastQuarter(start), start, false).Overview()} {
			source, root := overviewPage(t, o, language)
			require.NotContains(t, source, "url(", name)
			require.NotContains(t, source, "://")
			require.Equal(t, string(language), attribute(elements(root, "html")[0], "lang"))
			ids := map[string]bool{}
			for _, node := range elements(root, "") {
				require.NotContains(t, []string{"script", "link", "img", "iframe", "object", "base", "form", "a"}, node.Data)
				for _, a := range node.Attr {
					require.NotContains(t, []string{"src", "srcset", "style", "href"}, a.Key)
				}
				if id := attribute(node, "id"); id != "" {
					require.False(t, ids[id], "the id %s is there twice", id)
					ids[id] = true
				}
			}
			for _, node := range elements(root, "") {
				for _, label := range strings.Fields(attribute(node, "aria-labelledby")) {
					require.True(t, ids[label], label)
				}
			}
			for _, th := range elements(root, "th") {
				require.Contains(t, []string{"row", "col"}, attribute(th, "scope"))
				require.NotEmpty(t, text(th))
			}
			for _, row := range elements(root, "tr") {
				require.NotContains(t, text(row), "stats.", "a word is missing")
			}
		}
	}
}

func TestTheOverviewNamesRequestsOnlyIfAsked(t *testing.T) {
	t.Parallel()
	source, root := overviewPage(t, quarter(false), render.English)
	require.NotContains(t, source, "request-")
	require.Contains(t, text(section(root, "mind")), "not counted: 1")
	require.Nil(t, section(root, "listed"))
	source, root = overviewPage(t, quarter(true), render.English)
	require.Contains(t, text(section(root, "listed")), "open-request")
	require.Contains(t, source, "erasure/request-77/001.json")
	require.Contains(t, source, "it bears no signature")
	for _, mode := range []string{source, text(root)} {
		require.NotContains(t, mode, "Sam", "operators stay out")
		require.NotContains(t, mode, "invoices are kept", "and so does what people wrote")
	}
}

func TestTheOverviewSaysWhatWasCounted(t *testing.T) {
	t.Parallel()
	for language, says := range map[render.Language]struct{ late, unit, missing string }{
		render.English: {"2 of 40 (5 %)", "0.7", "Temporal was not asked"},
		render.French:  {"2 sur 40 (5 %)", "0,7", "Temporal n’a pas été interrogé"},
		render.Arabic:  {"\u20682\u2069 من \u206840\u2069 (\u20685\u2069 %)", "0,7", "لم يُسأل Temporal"},
	} {
		o := quarter(false)
		_, root := overviewPage(t, o, language)
		require.Contains(t, text(section(root, "timing")), says.late)
		require.Contains(t, text(section(root, "timing")), says.unit)
		require.Contains(t, text(section(root, "outcomes")), "HubSpot (CRM)")
		require.NotContains(t, text(section(root, "failures")), "Search Console", "nobody calls it")
		require.NotNil(t, section(root, "now"))
		require.NotContains(t, text(root), says.missing)
		o.Now = nil
		_, root = overviewPage(t, o, language)
		require.Nil(t, section(root, "now"))
		require.Contains(t, text(section(root, "mind")), says.missing)
	}
	for language, heading := range map[render.Language]string{
		render.English: "to be looked at again", render.French: "à réexaminer", render.Arabic: "وتجب مراجعته",
	} {
		_, root := overviewPage(t, quarter(false), language)
		require.Contains(t, text(root), heading)
		require.Contains(t, text(root), "2026-05-01")
	}
}

func TestThePlotShowsEveryRequestOnItsSideOfTheDeadline(t *testing.T) {
	t.Parallel()
	_, root := overviewPage(t, quarter(false), render.English)
	svg := elements(root, "svg")
	require.Len(t, svg, 1)
	require.Equal(t, "img", attribute(svg[0], "role"))
	var deadline, sum, late int
	for _, line := range elements(svg[0], "line") {
		if attribute(line, "class") == "deadline" {
			deadline = tenths(t, attribute(line, "x1"))
		}
	}
	for _, rect := range elements(svg[0], "rect") {
		left, right := tenths(t, attribute(rect, "x")), tenths(t, attribute(rect, "x"))+tenths(t, attribute(rect, "width"))
		isLate := strings.Contains(attribute(rect, "class"), "late")
		require.Equal(t, isLate, left > deadline)
		require.Equal(t, !isLate, right < deadline)
		require.GreaterOrEqual(t, left, 0)
		require.LessOrEqual(t, right, 7200)
	}
	rows := elements(elements(root, "details")[0], "td")
	require.Len(t, rows, len(elements(svg[0], "rect")), "the numbers say what the bars show")
	for i, count := range elements(svg[0], "text")[:len(rows)] {
		require.Equal(t, text(rows[i]), text(count))
		n := tenths(t, text(count)) / 10
		sum += n
		if strings.Contains(attribute(elements(svg[0], "rect")[i], "class"), "late") {
			late += n
		}
	}
	require.Equal(t, 40, sum)
	require.Equal(t, 2, late)
}

// tenths reads a coordinate.
func tenths(t *testing.T, coordinate string) int {
	t.Helper()
	var x float64
	_, err := fmt.Sscanf(coordinate, "%f", &x)
	require.NoError(t, err)
	return int(x * 10)
}

func TestEveryReasonAndStateHasItsWord(t *testing.T) {
	t.Parallel()
	known := words(t, render.English).Text
	for _, reason := range overview.Reasons() {
		require.Contains(t, known, "stats.reason."+string(reason))
	}
	for _, state := range []dsr.State{"restricted", "lifted"} {
		require.Contains(t, known, "state."+string(state))
	}
	for _, ended := range []string{"terminated", "completed", "failed", "canceled", "timed_out", "continued_as_new"} {
		require.Contains(t, known, "ended."+ended)
	}
}

func TestThePageCountsThoseWhoSayNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 10, 9, 0, 0, 0, time.UTC)
	tally := overview.New(overview.LastQuarter(now), now, false)
	for range 13 {
		tally.AddSilent(false, time.Time{})
	}
	for range 8 {
		tally.AddSilent(true, time.Time{})
	}
	tally.AddUnasked(9)
	source, _ := overviewPage(t, tally.Overview(), render.English)
	require.Regexp(t, `(?s)Open and not begun: they may be overdue or waiting\W.{0,60}\b13\b`, source)
	require.Regexp(t, `(?s)Open and gave no answer: they may be overdue or waiting\W.{0,60}\b17\b`, source)
}
