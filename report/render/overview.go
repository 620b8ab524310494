package render

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"time"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/overview"
)

// An overviewPage is what an overview says in one language, for the template.
type overviewPage struct {
	Language  Language
	Direction string
	Company   Company
	Title     string
	Period    string
	// Mind says what the reader has to know before all numbers; Named are the reports
	// that it speaks of.
	Mind    []string
	Named   []field
	Figures []figure
	Timing  []field
	Plot    *plot
	// Requests to Listed are tables; one without rows is left out.
	Requests, Reasons, Outcomes, Failures, Reviews, Listed grid
	Circumstances, Now, Source                             []field
	Made                                                   string
	Style                                                  template.CSS

	words lexicon
}

// Say is the text under the key, for the template.
func (p overviewPage) Say(key string) string { return p.words.say(key) }

// A figure is a number that is seen first.
type figure struct{ Label, Value, Tone string }

// A grid is a table of numbers whose rows have names.
type grid struct {
	Head []string
	Rows []gridRow
}

type gridRow struct {
	Name  string
	Cells []string
}

// Overview writes the overview as one page that needs nothing from anywhere else.
// Requests are named in it only if the overview lists them.
func Overview(w io.Writer, o overview.Overview, opts Options) error {
	words, err := lexiconOf(opts.Language)
	if err != nil {
		return err
	}
	p, err := overviewView(o, opts, words)
	if err != nil {
		return err
	}
	style, err := templates.ReadFile("templates/report.css")
	if err != nil {
		return fmt.Errorf("render the overview: %w", err)
	}
	p.Style = template.CSS(style) //nolint:gosec // the style sheet is built in
	t, err := template.ParseFS(templates, "templates/overview.html.tmpl")
	if err != nil {
		return fmt.Errorf("render the overview: %w", err)
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("render the overview: %w", err)
	}
	return nil
}

func overviewView(o overview.Overview, opts Options, words lexicon) (overviewPage, error) {
	say := words.say
	first, err := time.Parse(time.DateOnly, o.From)
	if err != nil {
		return overviewPage{}, fmt.Errorf("render the overview: its first day: %w", err)
	}
	last, err := time.Parse(time.DateOnly, o.To)
	if err != nil {
		return overviewPage{}, fmt.Errorf("render the overview: its last day: %w", err)
	}
	p := overviewPage{
		Language: opts.Language, Direction: words.Direction, Company: opts.Company, Title: say("stats.title"),
		Period: say("stats.period", words.day(first), words.day(last), o.TimeZone), Made: say("stats.made", words.day(o.MadeAt)),
		Plot: plotOf(o.Timing.Distribution), words: words,
	}
	p.mind(o)
	p.figures(o)
	p.requests(o)
	p.timing(o.Timing)
	p.reasons(o.Exceptions)
	p.outcomes(o.Systems)
	p.failures(o.Systems)
	p.circumstances(o)
	p.reviews(o.Reviews)
	p.listed(o.Listed)
	return p, nil
}

// mind says what the numbers leave out or rest upon.
func (p *overviewPage) mind(o overview.Overview) {
	say := p.words.say
	if o.Now == nil {
		p.Mind = append(p.Mind, say("stats.now.unknown"))
	}
	if o.Source.Unchecked {
		p.Mind = append(p.Mind, say("stats.source.unchecked"))
	} else if n := len(o.Source.Doubtful); n > 0 {
		p.Mind = append(p.Mind, say("stats.source.doubtful", strconv.Itoa(n)))
	}
	if n := len(o.Source.Unread); n > 0 {
		p.Mind = append(p.Mind, say("stats.source.unread", strconv.Itoa(n)))
	}
	if len(o.Listed) == 0 { // a report's key has the request's id in it
		return
	}
	problems := o.Source.Unread
	if !o.Source.Unchecked {
		problems = slices.Concat(problems, o.Source.Doubtful)
	}
	for _, problem := range problems {
		p.Named = append(p.Named, field{problem.Report, problem.What})
	}
}

func (p *overviewPage) figures(o overview.Overview) {
	say := p.words.say
	var all overview.Requests
	for _, r := range o.Requests {
		all.Received += r.Received
		all.Completed += r.Completed
		all.WithExceptions += r.WithExceptions
	}
	p.Figures = []figure{
		{say("stats.received"), strconv.Itoa(all.Received), ""}, {say("stats.completed"), strconv.Itoa(all.Completed), "good"},
		{say("stats.excepted"), strconv.Itoa(all.WithExceptions), mindful(all.WithExceptions)},
		{say("stats.late"), strconv.Itoa(o.Timing.Late), mindful(o.Timing.Late)},
	}
	if o.Timing.Completed > 0 {
		p.Figures = append(p.Figures, figure{say("stats.median"), p.days(o.Timing.MedianDays), ""})
	}
	if n := o.Now; n != nil {
		p.Figures = append(p.Figures, figure{say("stats.overdue"), strconv.Itoa(n.Overdue), mindful(n.Overdue)})
	}
}

// mindful colours what should be 0.
func mindful(n int) string {
	if n > 0 {
		return "mind"
	}
	return "good"
}

func (p *overviewPage) requests(o overview.Overview) {
	say := p.words.say
	p.Requests.Head = []string{say("kind"), say("stats.received"), say("stats.completed"), say("stats.excepted"), say("stats.cancelled"), say("stats.open")}
	for _, r := range o.Requests {
		open := strconv.Itoa(r.Open)
		if o.Now == nil {
			open = say("stats.unknown")
		}
		p.Requests.Rows = append(p.Requests.Rows, gridRow{say("kind." + string(r.Kind)), append(numbers(r.Received, r.Completed, r.WithExceptions, r.Cancelled), open)})
	}
}

// numbers writes those that are not 0.
func numbers(all ...int) []string {
	cells := make([]string, len(all))
	for i, n := range all {
		if n != 0 {
			cells[i] = strconv.Itoa(n)
		}
	}
	return cells
}

func (p *overviewPage) timing(t overview.Timing) {
	if t.Completed == 0 {
		return
	}
	say := p.words.say
	const percent, tenths = 100, 10
	share := float64(t.Late*percent*tenths/t.Completed) / tenths
	p.Timing = []field{
		{say("stats.median"), p.days(t.MedianDays)}, {say("stats.p95"), p.days(t.P95Days)},
		{say("stats.late"), say("stats.late.share", strconv.Itoa(t.Late), strconv.Itoa(t.Completed), p.words.number(share))},
	}
	if t.Late > 0 {
		p.Timing = append(p.Timing, field{say("stats.late.median"), p.days(t.LateMedianDays)}, field{say("stats.late.max"), p.days(t.LateMaxDays)})
	}
}

// days writes a time in days; they are counted to a tenth.
func (p *overviewPage) days(d float64) string {
	if d == 0 {
		const tenth = 0.1
		return "< " + p.words.number(tenth)
	}
	return p.words.number(d)
}

func (p *overviewPage) reasons(all []overview.Exception) {
	say := p.words.say
	p.Reasons.Head = []string{say("stats.reason"), say("stats.outcomes"), say("stats.requests")}
	for _, e := range all {
		if e.Outcomes > 0 {
			p.Reasons.Rows = append(p.Reasons.Rows, gridRow{say("stats.reason." + string(e.Reason)), numbers(e.Outcomes, e.Requests)})
		}
	}
}

// settled are the states that outcomes end in, in the order in which they are shown.
func settled() []dsr.State {
	return []dsr.State{
		dsr.Erased, dsr.NotFound, dsr.Accepted, dsr.Attested, dsr.NotApplicable, dsr.Restricted, dsr.Lifted, dsr.Retained, dsr.CannotIdentify, dsr.Skipped,
	}
}

// outcomes has a column for each state that there is.
func (p *overviewPage) outcomes(systems []overview.System) {
	say := p.words.say
	states := settled()
	for _, s := range systems {
		for state := range s.Outcomes {
			if !slices.Contains(states, state) {
				states = append(states, state)
			}
		}
	}
	slices.Sort(states[len(settled()):])
	states = slices.DeleteFunc(states, func(state dsr.State) bool {
		return !slices.ContainsFunc(systems, func(s overview.System) bool { return s.Outcomes[state] > 0 })
	})
	p.Outcomes.Head = []string{say("system"), say("stats.requests")}
	for _, state := range states {
		p.Outcomes.Head = append(p.Outcomes.Head, say("state."+string(state)))
	}
	for _, s := range systems {
		row := []int{s.Requests}
		for _, state := range states {
			row = append(row, s.Outcomes[state])
		}
		p.Outcomes.Rows = append(p.Outcomes.Rows, gridRow{s.Title, numbers(row...)})
	}
}

// failures shows the systems that are called.
func (p *overviewPage) failures(systems []overview.System) {
	say := p.words.say
	p.Failures.Head = []string{
		say("system"), say("exceptions"), say("stats.attempts"), say("stats.calls"), say("stats.silence"), say("stats.faults"), say("stats.limited"),
		say("stats.credentials"), say("stats.rejected"), say("stats.repairs"),
	}
	for _, s := range systems {
		if s.Attempts+s.Calls+s.Exceptions > 0 {
			e := s.Errors
			p.Failures.Rows = append(p.Failures.Rows, gridRow{s.Title, numbers(
				s.Exceptions, s.Attempts, s.Calls, e.NoAnswer, e.Faults, e.Limited, e.Credentials, e.Rejected, s.Repairs,
			)})
		}
	}
}

func (p *overviewPage) circumstances(o overview.Overview) {
	p.Circumstances = p.counts([]count{
		{"stats.extended", o.Extended}, {"stats.identity.asked", o.Identity.Asked}, {"stats.identity.answered", o.Identity.Answered},
		{"stats.identity.days", o.Identity.AddedDays}, {"stats.reruns", o.Reruns.Requests}, {"stats.runs", o.Reruns.Runs}, {"stats.dry", o.DryRuns},
	})
	if n := o.Now; n != nil {
		p.Now = p.counts([]count{{"stats.open", n.Open}, {"stats.overdue", n.Overdue}, {"stats.waiting", n.Waiting}})
		if n.NotBegun > 0 {
			p.Now = append(p.Now, p.counts([]count{{"stats.notbegun", n.NotBegun}})...)
		}
		if quiet := n.Unanswered + n.Unasked; quiet > 0 {
			p.Now = append(p.Now, p.counts([]count{{"stats.unasked", quiet}})...)
		}
		if n.Again > 0 {
			p.Now = append(p.Now, p.counts([]count{{"stats.again", n.Again}})...)
		}
	}
	p.Source = p.counts([]count{{"stats.source.reports", o.Source.Reports}})
	if !o.Source.Unchecked {
		p.Source = append(p.Source, p.counts([]count{{"stats.source.verified", o.Source.Verified}})...)
	}
}

type count struct {
	key string
	n   int
}

func (p *overviewPage) counts(all []count) []field {
	fields := make([]field, len(all))
	for i, c := range all {
		fields[i] = field{p.words.say(c.key), strconv.Itoa(c.n)}
	}
	return fields
}

// reviews are what has to be looked at again.
func (p *overviewPage) reviews(all []overview.Review) {
	say := p.words.say
	p.Reviews.Head = []string{say("system"), say("ground"), say("stats.reviews.passed"), say("stats.reviews.soon"), say("stats.reviews.next")}
	for _, r := range all {
		cells := append([]string{say("retained." + string(r.Ground))}, numbers(r.Passed, r.Soon)...)
		p.Reviews.Rows = append(p.Reviews.Rows, gridRow{r.Title, append(cells, r.Next)})
	}
}

func (p *overviewPage) listed(all []overview.Request) {
	say := p.words.say
	p.Listed.Head = []string{say("request"), say("kind"), say("status"), say("received"), say("due"), say("completed"), say("exceptions")}
	for _, r := range all {
		completed := ""
		if !r.CompletedAt.IsZero() {
			completed = r.CompletedAt.Format(time.DateOnly)
		}
		p.Listed.Rows = append(p.Listed.Rows, gridRow{r.ID, []string{
			say("kind." + string(r.Kind)), say("status." + string(r.Status)), r.ReceivedAt.Format(time.DateOnly), r.DueAt.Format(time.DateOnly), completed,
			numbers(r.Exceptions)[0],
		}})
	}
}
