package overview

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"ite.digital/lethe/dsr"
)

const (
	// barWidth is how long the longest bar is, in columns.
	barWidth = 40
	// maxNamed is how many problems of a sort are named; JSON names all.
	maxNamed = 20
	percent  = 100
)

// Text writes the overview for a terminal.
func Text(w io.Writer, o Overview) error {
	var t textual
	t.line("Requests received from %s to %s (%s)", o.From, o.To, o.TimeZone)
	t.requests(o)
	t.timing(o.Timing)
	t.exceptions(o)
	t.systems(o.Systems)
	t.circumstances(o)
	t.now(o.Now)
	t.reviews(o.Reviews)
	t.listed(o.Listed)
	t.source(o.Source)
	_, err := io.WriteString(w, t.String())
	return err
}

type textual struct{ strings.Builder }

func (t *textual) line(format string, arguments ...any) {
	fmt.Fprintf(t, format+"\n", arguments...)
}

func (t *textual) heading(title string) { t.line("\n%s\n", title) }

// table writes rows below a header; numbers are set to the right.
func (t *textual) table(header table.Row, rows []table.Row) {
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	w.Style().Options = table.OptionsNoBordersAndSeparators
	w.Style().Format.Header = text.FormatDefault
	w.SuppressTrailingSpaces()
	var columns []table.ColumnConfig
	for i, name := range header {
		if i > 0 && !slices.Contains([]any{"kind", "state"}, name) {
			columns = append(columns, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	w.SetColumnConfigs(columns)
	w.AppendHeader(header)
	w.AppendRows(rows)
	t.line("%s", w.Render())
}

func (t *textual) requests(o Overview) {
	rows := make([]table.Row, len(o.Requests))
	for i, r := range o.Requests {
		open := strconv.Itoa(r.Open)
		if o.Now == nil {
			open = "not asked"
		}
		rows[i] = table.Row{r.Kind, r.Received, r.Completed, r.WithExceptions, r.Cancelled, open}
	}
	t.line("")
	t.table(table.Row{"kind", "received", "completed", "with exceptions", "cancelled", "open"}, rows)
	if o.DryRuns > 0 {
		t.line("\n%s left out", plural(o.DryRuns, "dry run is", "dry runs are"))
	}
}

func (t *textual) timing(v Timing) {
	t.heading("Time to completion")
	if v.Completed == 0 {
		t.line(" no request was completed")
		return
	}
	t.line(" median %s, 95th percentile %s, from receipt", days1(v.MedianDays), days1(v.P95Days))
	if v.Late == 0 {
		t.line(" none of %d was late", v.Completed)
	} else {
		t.line(" %d of %d late (%.1f %%), by %s in the median and %s at most", v.Late, v.Completed, percent*float64(v.Late)/float64(v.Completed), days1(v.LateMedianDays), days1(v.LateMaxDays))
	}
	t.line("\n days from the deadline; below 0 is in time")
	most := 0
	for _, b := range v.Distribution {
		most = max(most, b.Count)
	}
	for _, b := range v.Distribution {
		bar := strings.Repeat("█", (b.Count*barWidth+most-1)/most)
		late := ""
		if b.Late() && b.Count > 0 {
			late = " late"
		}
		t.line("%s", strings.TrimRight(fmt.Sprintf(" %4d to %4d %5s  %s%s", b.After, b.UpTo, some(b.Count), bar, late), " "))
	}
}

func (t *textual) exceptions(o Overview) {
	var rows []table.Row
	for _, e := range o.Exceptions {
		if e.Outcomes > 0 {
			rows = append(rows, table.Row{strings.ReplaceAll(string(e.Reason), "_", " "), e.Outcomes, e.Requests})
		}
	}
	t.heading("Exceptions")
	if len(rows) == 0 {
		t.line(" none")
		return
	}
	t.table(table.Row{"reason", "outcomes", "requests"}, rows)
}

func (t *textual) systems(all []System) {
	if len(all) == 0 {
		return
	}
	rows := make([]table.Row, len(all))
	for i, s := range all {
		e := s.Errors
		rows[i] = table.Row{s.Name, s.Requests, some(s.Exceptions), some(s.Attempts), some(s.Calls), some(e.NoAnswer), some(e.Faults), some(e.Limited), some(e.Credentials), some(e.Rejected), some(s.Repairs)}
	}
	t.heading("Systems")
	t.table(table.Row{"system", "requests", "exceptions", "attempts", "calls", "no answer", "faults", "limited", "key refused", "rejected", "retried"}, rows)
}

func (t *textual) circumstances(o Overview) {
	t.heading("Circumstances")
	t.line(" %-17s %d", "extended", o.Extended)
	t.line(" %-17s %d asked for, %d received, %s added", "proof of identity", o.Identity.Asked, o.Identity.Answered, plural(o.Identity.AddedDays, "day", "days"))
	t.line(" %-17s %s, %s", "carried out again", plural(o.Reruns.Requests, "request", "requests"), plural(o.Reruns.Runs, "earlier run", "earlier runs"))
}

func (t *textual) now(o *Open) {
	t.heading("Now, whenever received")
	if o == nil {
		t.line(" open requests are not counted: Temporal was not asked")
		return
	}
	t.line(" %d open, %d overdue, %d waiting for a person", o.Open, o.Overdue, o.Waiting)
	for _, quiet := range []struct {
		n    int
		what string
	}{{o.NotBegun, "not begun"}, {o.Unanswered, "without an answer"}, {o.Unasked, "not asked"}} {
		if quiet.n > 0 {
			t.line(" %d of them %s: they may be overdue or waiting as well", quiet.n, quiet.what)
		}
	}
	if o.Again > 0 {
		t.line(" of the period, %s carried out again; the report before counts", plural(o.Again, "request is", "requests are"))
	}
}

func (t *textual) reviews(all []Review) {
	if len(all) == 0 {
		return
	}
	rows := make([]table.Row, len(all))
	for i, r := range all {
		rows[i] = table.Row{r.Title, string(r.Ground), some(r.Passed), some(r.Soon), r.Next, strings.Join(r.Requests, " ")}
	}
	t.heading("Kept on a legal ground, to be looked at again")
	t.table(table.Row{"system", "ground", "day has come", "within three months", "next", ""}, rows)
}

func (t *textual) listed(all []Request) {
	if len(all) == 0 {
		return
	}
	rows := make([]table.Row, len(all))
	for i, r := range all {
		late := ""
		if r.Late {
			late = "late"
		}
		completed := ""
		if !r.CompletedAt.IsZero() {
			completed = r.CompletedAt.Format(day)
		}
		rows[i] = table.Row{r.ID, r.Kind, statusText(r.Status), r.ReceivedAt.Format(day), r.DueAt.Format(day), completed, late, some(r.Exceptions)}
	}
	t.heading("Requests")
	t.table(table.Row{"request", "kind", "state", "received", "due", "completed", "", "exceptions"}, rows)
}

const day = "2006-01-02"

func statusText(s dsr.Status) string { return strings.ReplaceAll(string(s), "_", " ") }

func (t *textual) source(s Source) {
	t.heading("Source")
	checked := fmt.Sprintf("%d with a signature that fits", s.Verified)
	if s.Unchecked {
		checked = "signatures were not checked"
	}
	t.line(" %s of the archive, %s", plural(s.Reports, "request", "requests"), checked)
	if !s.Unchecked {
		t.problems("counted, though not as signed", s.Doubtful)
	}
	t.problems("not counted", s.Unread)
}

func (t *textual) problems(label string, all []Problem) {
	for _, p := range all[:min(len(all), maxNamed)] {
		t.line(" ! %s: %s: %s", label, p.Report, p.What)
	}
	if more := len(all) - maxNamed; more > 0 {
		t.line(" ! %s: %d more; --json names them all", label, more)
	}
}

// some is a number in a table; 0 is left blank, for what is not 0 to be seen.
func some(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

func days1(d float64) string {
	switch d {
	case 0:
		return "less than 0.1 days"
	case 1:
		return "1 day"
	}
	return strconv.FormatFloat(d, 'f', -1, 64) + " days"
}
