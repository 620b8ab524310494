package workflows

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/deadlines"
	"ite.digital/lethe/dsr"
)

// TestTheDetailsTakeTextsForTexts has people and vendors write what Markdown or HTML would be.
func TestTheDetailsTakeTextsForTexts(t *testing.T) {
	t.Parallel()
	evil := "closed\n\n# Completed\n- all | of | it\u2028## again \x1b[31m \u202e **bold** [here](https://example.com) <img src=x> `code` \\| _so_ ~~no~~ | x"
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	details := func(text string) string {
		e := &process{
			request: dsr.Request{ID: "R-1", Kind: dsr.Restriction}, deadlines: deadlines.Deadlines{Due: at},
			restriction: &dsr.RestrictionRecord{Ground: dsr.GroundClaims, Until: "a day", InForceSince: at, Lift: &dsr.LiftRecord{Operator: text, Reason: text, At: at}},
			conflicts:   []dsr.Meeting{{RequestID: text}},
			known:       know(knowledge{}.evidence),
		}
		for _, name := range []string{"asks", "explains"} {
			e.systems = append(e.systems, newSystem(e, dsr.System{Name: name, Title: name}))
		}
		e.systems[0].outcome.State = dsr.NeedsOperator
		e.systems[0].outcome.Question = &dsr.Question{Kind: dsr.QuestionMatch, Text: text, Candidates: []dsr.Candidate{{Record: text}}}
		e.systems[1].outcome.Explanation, e.systems[1].outcome.Records = text, []dsr.RecordCount{{Kind: text, State: dsr.Erased, Count: 1}}
		return e.details()
	}

	got, want := details(evil), details("closed")

	require.Equal(t, strings.Count(want, "\n"), strings.Count(got, "\n"), got)
	require.False(t, strings.ContainsAny(got, "\x1b\u202e\u2028"), "%q", got)
	cells := func(text string) (all []int) {
		for line := range strings.Lines(text) {
			bare := strings.ReplaceAll(line, `\\`, "")
			all = append(all, strings.Count(bare, "|")-strings.Count(bare, `\|`))
		}
		return all
	}
	require.Equal(t, cells(want), cells(got), "columns of the table")
	for _, markup := range []string{"# ", "- all", " <img", "[here](", " `code", " **bold", " _so", " ~~no"} {
		for line := range strings.Lines(got) {
			require.False(t, strings.HasPrefix(strings.TrimSpace(line), markup), line)
			if !strings.HasPrefix(markup, "#") && !strings.HasPrefix(markup, "-") {
				require.NotContains(t, line, markup)
			}
		}
	}
	require.Contains(t, got, `\*\*bold\*\* \[here\](https://example.com)`, "it is shown as it was written")
}
