package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"ite.digital/lethe/dsr"
)

// A Note is what Temporal knows of a system's running step that the workflow
// does not: that it is being retried, and when it will be tried next.
type Note struct {
	Attempt int
	// Reason is the last attempt's error, in our own words.
	Reason string
	// Next is when the next attempt starts; zero while one is running.
	Next time.Time
}

// Table renders where the systems stand, a line each and the questions below,
// for terminals of the given width in columns.
func Table(r dsr.Report, notes map[string]Note, now time.Time, width int) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options.DrawBorder = false
	t.Style().Options.SeparateColumns = false
	t.Style().Size.WidthMax = max(width, 40)
	t.AppendHeader(table.Row{"system", "state", "records", "detail"})
	for _, o := range r.Systems {
		t.AppendRow(table.Row{o.Name, stateColor(o.State).Sprint(StateText(o)), RecordsText(o.Records), detail(o, notes[o.Name], now)})
	}
	used := 44
	t.SetColumnConfigs([]table.ColumnConfig{
		{Name: "records", WidthMax: 30},
		{Name: "detail", WidthMax: max(24, width-used-30)},
	})
	return t.Render()
}

// stateColor is green for what is done, yellow for what waits for a person or
// was left out.
func stateColor(s dsr.State) text.Color {
	switch {
	case s.Success():
		return text.FgGreen
	case s == dsr.NeedsOperator, !s.Open():
		return text.FgYellow
	default:
		return text.FgCyan
	}
}

func detail(o dsr.Outcome, note Note, now time.Time) string {
	switch {
	case o.Question != nil:
		return o.Question.Text
	case o.State.Open() && note.Attempt > 1:
		return strings.TrimSpace(fmt.Sprintf("attempt %d, %s; %s", note.Attempt, nextText(note.Next, now), note.Reason))
	default:
		return o.Explanation
	}
}

func nextText(next, now time.Time) string {
	if next.IsZero() || !next.After(now) {
		return "running"
	}
	return "next in " + next.Sub(now).Round(time.Second).String()
}
