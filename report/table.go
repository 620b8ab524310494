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

// A View is the terminal that a table is rendered for.
type View struct {
	// Width is in columns; 0 means that of a classic terminal.
	Width int
	// Color says that the terminal shows colours.
	Color bool
	// Now is the time that the next attempts are counted from.
	Now time.Time
}

const (
	classicWidth = 80
	recordsWidth = 24
	stateWidth   = 24
	leastDetail  = 30
	padding      = 8
)

// Table renders where the systems stand, a row each, with what they wait for.
func Table(r dsr.Report, notes map[string]Note, v View) string {
	r, notes = dsr.Paragraphs(r), dsr.Paragraphs(notes)
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"system", "state", "records", "detail"})
	longest := len("system")
	for _, o := range r.Systems {
		longest = max(longest, len(o.Name))
		state := text.WrapSoft(StateText(o), stateWidth)
		if v.Color {
			state = stateColor(o.State).Sprint(state)
		}
		t.AppendRow(table.Row{o.Name, state, RecordsText(o.Records), detail(o, notes[o.Name], v.Now)})
	}
	width := v.Width
	if width == 0 {
		width = classicWidth
	}
	t.SetColumnConfigs([]table.ColumnConfig{
		{Name: "records", WidthMax: recordsWidth, WidthMaxEnforcer: text.WrapSoft},
		{Name: "detail", WidthMax: max(leastDetail, width-longest-stateWidth-recordsWidth-padding), WidthMaxEnforcer: text.WrapSoft},
	})
	return t.Render()
}

// stateColor is green for what is done, yellow for what waits for a person or
// was left out, cyan for what is under way.
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
