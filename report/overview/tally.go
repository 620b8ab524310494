package overview

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"time"

	"ite.digital/lethe/dsr"
)

// A Tally counts reports one by one. It keeps a few numbers a request.
type Tally struct {
	period  Period
	now     time.Time
	list    bool
	result  Overview
	kinds   map[dsr.Kind]*Requests
	systems map[string]*System
	reasons map[Reason]*Exception
	// review are the decisions to be looked at again, by system and ground.
	review map[string]Review
	// took and off are, a number a completed request, the days from receipt to
	// completion and those from the deadline to completion.
	took, off []float64
	// waiting are the open requests that no report was seen of, by workflow id.
	waiting map[string]Request
}

// New begins a count over the period. now is the time at which it is made; list
// keeps the requests themselves as well.
func New(p Period, now time.Time, list bool) *Tally {
	t := &Tally{
		period: p, now: now, list: list, kinds: map[dsr.Kind]*Requests{}, systems: map[string]*System{},
		reasons: map[Reason]*Exception{}, waiting: map[string]Request{}, review: map[string]Review{},
	}
	t.result = Overview{Version: Version, MadeAt: now, TimeZone: p.From.Location().String()}
	t.result.From, t.result.To = p.days()
	for _, kind := range dsr.Kinds() {
		t.kind(kind)
	}
	for _, reason := range Reasons() {
		t.reasons[reason] = &Exception{Reason: reason}
	}
	return t
}

// AskedNow says that Temporal was asked for the open requests, which
// [Tally.AddOpen], [Tally.AddSilent] and [Tally.AddUnasked] count.
func (t *Tally) AskedNow() {
	if t.result.Now == nil {
		t.result.Now = &Open{}
	}
}

// AddOpen counts an open request by what its workflow says. Open requests are
// counted before the reports, so that one that is carried out again counts once.
func (t *Tally) AddOpen(r dsr.Report) {
	t.AskedNow()
	now := t.result.Now
	if r.DryRun {
		return
	}
	now.Open++
	overdue := r.Overdue(t.now)
	if overdue {
		now.Overdue++
	}
	if len(r.WaitsFor()) > 0 {
		now.Waiting++
	}
	if t.period.Holds(r.ReceivedAt) {
		line := t.listed(r)
		line.Status, line.CompletedAt, line.Late = dsr.StatusOpen, time.Time{}, overdue
		if overdue {
			line.Status = dsr.StatusOverdue
		}
		t.waiting[dsr.WorkflowID(r.Kind, r.RequestID)] = line
	}
}

// AddSilent counts an open request that does not say how it stands: one that has not
// begun, or one that has begun and does not answer. due is until when it must be
// answered, or zero if that is not known.
func (t *Tally) AddSilent(begun bool, due time.Time) {
	t.AskedNow()
	now := t.result.Now
	now.Open++
	if begun {
		now.Unanswered++
	} else {
		now.NotBegun++
	}
	if !due.IsZero() && t.now.After(due) {
		now.Overdue++
	}
}

// AddUnasked counts open requests of which nothing else is known.
func (t *Tally) AddUnasked(n int) {
	t.AskedNow()
	t.result.Now.Open += n
	t.result.Now.Unasked += n
}

// Unchecked says that no signature was checked.
func (t *Tally) Unchecked() { t.result.Source.Unchecked = true }

// Unread counts a report that cannot be read.
func (t *Tally) Unread(report string, reason error) {
	t.result.Source.Unread = append(t.result.Source.Unread, Problem{report, reason.Error()})
}

// Doubt notes that a report's signature is missing or does not fit. The report
// itself is to be added as well.
func (t *Tally) Doubt(report string, reason error) {
	t.result.Source.Doubtful = append(t.result.Source.Doubtful, Problem{report, reason.Error()})
}

// Add counts the newest report on a request, if it was received in the period.
// verified says that its signature was checked and fits; reports is how many the
// request has left in the archive.
func (t *Tally) Add(r dsr.Report, verified bool, reports int) {
	t.reviews(r)
	if !t.period.Holds(r.ReceivedAt) {
		return
	}
	t.result.Source.Reports++
	if verified {
		t.result.Source.Verified++
	}
	if r.DryRun || r.Status == dsr.StatusPlanned {
		t.result.DryRuns++
		return
	}
	if id := dsr.WorkflowID(r.Kind, r.RequestID); t.waiting[id].ID != "" {
		delete(t.waiting, id)
		t.result.Now.Again++
	}
	t.status(r)
	t.circumstances(r, reports)
	t.outcomes(r)
	if t.list {
		t.result.Listed = append(t.result.Listed, t.listed(r))
	}
}

// listed is the request with its times in the period's zone.
func (t *Tally) listed(r dsr.Report) Request {
	in := func(at time.Time) time.Time {
		if at.IsZero() {
			return at
		}
		return at.In(t.period.From.Location())
	}
	return Request{r.RequestID, r.Kind, r.Status, in(r.ReceivedAt), in(r.DueAt), in(r.CompletedAt), late(r), len(r.Exceptions)}
}

// late reports whether the request was completed after its deadline.
func late(r dsr.Report) bool {
	return !r.CompletedAt.IsZero() && !r.DueAt.IsZero() && r.CompletedAt.After(r.DueAt)
}

func (t *Tally) kind(kind dsr.Kind) *Requests {
	if t.kinds[kind] == nil {
		t.kinds[kind] = &Requests{Kind: kind}
	}
	return t.kinds[kind]
}

// status counts what came of the request as a whole, and how long it took.
func (t *Tally) status(r dsr.Report) {
	k := t.kind(r.Kind)
	k.Received++
	switch r.Status {
	case dsr.StatusCancelled:
		k.Cancelled++
		return
	case dsr.StatusExceptions:
		k.WithExceptions++
	case dsr.StatusCompleted, dsr.StatusRestricted, dsr.StatusSuperseded:
		k.Completed++
	default: // it was archived before it was over
		k.Open++
		return
	}
	if r.CompletedAt.IsZero() || r.DueAt.IsZero() {
		return
	}
	t.took = append(t.took, days(r.CompletedAt.Sub(r.ReceivedAt)))
	t.off = append(t.off, days(r.CompletedAt.Sub(r.DueAt)))
}

// circumstances counts what else happened to the request.
func (t *Tally) circumstances(r dsr.Report, reports int) {
	if r.Extension != nil {
		t.result.Extended++
	}
	if c := r.Identity; c != nil {
		t.result.Identity.Asked++
		t.result.Identity.AddedDays += c.WaitedDays
		if !c.Open() {
			t.result.Identity.Answered++
		}
	}
	if earlier := max(len(r.Earlier), reports-1); earlier > 0 {
		t.result.Reruns.Requests++
		t.result.Reruns.Runs += earlier
	}
}

// outcomes counts what came of each system.
func (t *Tally) outcomes(r dsr.Report) {
	reasons := map[Reason]bool{}
	for _, o := range r.Systems {
		s := t.system(o.Name)
		s.Title = cmp.Or(s.Title, o.Title, o.Name)
		s.Requests++
		s.Outcomes[o.State]++
		s.work(o.Attempts, o.Calls, o.Actions)
		if isException(r, o) {
			s.Exceptions++
			reason := reasonOf(o.State)
			t.reasons[reason].Outcomes++
			reasons[reason] = true
		}
	}
	for reason := range reasons {
		t.reasons[reason].Requests++
	}
	for _, run := range r.Earlier {
		for _, a := range run.Systems {
			t.system(a.System).work(a.Attempts, a.Calls, a.Actions)
		}
	}
}

func (t *Tally) system(name string) *System {
	if t.systems[name] == nil {
		t.systems[name] = &System{Name: name, Outcomes: map[dsr.State]int{}}
	}
	return t.systems[name]
}

// isException reports whether the outcome alone would keep the request from being
// complete, by the report's own rule.
func isException(r dsr.Report, o dsr.Outcome) bool {
	alone := dsr.Report{Kind: r.Kind, Systems: []dsr.Outcome{o}}
	alone.Conclude()
	return alone.Status == dsr.StatusExceptions
}

func reasonOf(s dsr.State) Reason {
	if reason := Reason(s); slices.Contains(Reasons(), reason) {
		return reason
	}
	return Unproven
}

// retrySystem is the update by which an operator has a system tried again.
const retrySystem = "retry-system"

func (s *System) work(attempts int, calls []dsr.Call, actions []dsr.Action) {
	s.Attempts += attempts
	for _, c := range calls {
		s.Calls += c.Count
		s.Errors.add(c.Status, c.Count)
	}
	for _, a := range actions {
		if a.Name == retrySystem {
			s.Repairs++
		}
	}
}

func (e *Errors) add(status, count int) {
	switch {
	case status == 0:
		e.NoAnswer += count
	case status >= http.StatusInternalServerError:
		e.Faults += count
	case status == http.StatusTooManyRequests:
		e.Limited += count
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusProxyAuthRequired:
		e.Credentials += count
	case status == http.StatusNotFound, status == http.StatusGone:
	case status >= http.StatusBadRequest:
		e.Rejected += count
	}
}

// Overview is what has been counted so far.
func (t *Tally) Overview() Overview {
	o := t.result
	o.Listed = slices.Clone(t.result.Listed)
	kinds := map[dsr.Kind]Requests{}
	for kind, k := range t.kinds {
		kinds[kind] = *k
	}
	for _, open := range t.waiting {
		k := kinds[open.Kind]
		k.Kind = open.Kind
		k.Received++
		k.Open++
		kinds[open.Kind] = k
		if t.list {
			o.Listed = append(o.Listed, open)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		o.Requests = append(o.Requests, kinds[kind])
	}
	for _, reason := range Reasons() {
		o.Exceptions = append(o.Exceptions, *t.reasons[reason])
	}
	o.Systems = []System{}
	for _, name := range slices.Sorted(maps.Keys(t.systems)) {
		s := *t.systems[name]
		s.Title = cmp.Or(s.Title, s.Name)
		o.Systems = append(o.Systems, s)
	}
	slices.SortStableFunc(o.Systems, func(a, b System) int {
		return cmp.Or(cmp.Compare(b.Exceptions, a.Exceptions), cmp.Compare(b.Errors.All(), a.Errors.All()))
	})
	o.Reviews = t.sortedReviews()
	o.Timing = timing(slices.Clone(t.took), slices.Clone(t.off))
	byReport := func(a, b Problem) int { return cmp.Compare(a.Report, b.Report) }
	o.Source.Unread = slices.SortedFunc(slices.Values(o.Source.Unread), byReport)
	o.Source.Doubtful = slices.SortedFunc(slices.Values(o.Source.Doubtful), byReport)
	slices.SortFunc(o.Listed, func(a, b Request) int {
		return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return o
}
