package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

const (
	// maxOpen is how many open requests are looked at, and maxOpenAsked how many of
	// them are asked how they stand.
	maxOpen      = 20_000
	maxOpenAsked = 2_000
	// askedAtOnce is how many requests are asked at a time how they stand.
	askedAtOnce = 8
	// askingTimeout bounds the asking of all of them. Each answer is bounded by the desk.
	askingTimeout = time.Minute
	// maxRead is how many requests that have not begun are read to know when they are
	// due; those that have waited longest come first.
	maxRead = 500
)

// A crowd is the many requests that a command asks; it is a [requests.Desk].
type crowd interface {
	List(ctx context.Context, f requests.Filter, limit int) ([]requests.Line, error)
	Count(ctx context.Context, f requests.Filter) (int, error)
	Status(ctx context.Context, kind dsr.Kind, id string) (dsr.Report, map[string]report.Note, error)
	Request(ctx context.Context, kind dsr.Kind, id string) (dsr.Request, error)
	poll
}

// An inquiry asks many requests how they stand. One that does not answer changes
// nothing about the others.
type inquiry struct {
	crowd crowd
	// most is how many are asked.
	most int
	// due is until when a request has to be answered that was received then.
	due func(receivedAt time.Time) (time.Time, error)
	now time.Time
}

// inquire makes an inquiry that asks at most so many requests.
func (s *streams) inquire(d crowd, most int, cfg *config.Config) inquiry {
	return inquiry{crowd: d, most: most, now: s.now(), due: func(receivedAt time.Time) (time.Time, error) {
		if cfg == nil {
			return time.Time{}, errors.New("there is no configuration")
		}
		d, err := cfg.Regulation.Deadlines(receivedAt)
		return d.Due, err
	}}
}

// A hearing is what became of asking one request.
type hearing int

const (
	// passedOver: nobody asked it, being one too many.
	passedOver hearing = iota
	// answeredNow: its report is there.
	answeredNow
	// gone: it has ended meanwhile, and is forgotten.
	gone
	// notBegun: no worker has taken it up yet.
	notBegun
	// unanswered: it was asked, or could not be, and did not answer.
	unanswered
	// outOfTime: the time for asking was over before it was its turn.
	outOfTime
)

// A heard request is a line with what came of asking.
type heard struct {
	requests.Line
	hearing hearing
	// report is what it answers; empty if it does not.
	report dsr.Report
	// failure is why it does not answer.
	failure error
}

// ask asks the requests, and returns them in their order with those that are silent.
// The error is that of ctx.
func (q inquiry) ask(ctx context.Context, lines []requests.Line) ([]heard, silence, error) {
	all := make([]heard, len(lines))
	open := false
	for i, line := range lines {
		all[i].Line = line
		open = open || line.Running()
		if line.Running() && !line.Begun {
			all[i].hearing = notBegun
		}
	}
	if !open { // nobody has to poll for those that are over
		q.askEach(ctx, all, false)
		return all, silence{}, ctx.Err()
	}
	// Whether anybody polls is said only if the server tells it.
	polling, err := q.crowd.Polling(ctx)
	nobody := err == nil && polling.Nobody(q.now)
	answered := q.askEach(ctx, all, nobody)
	found := silenceOf(all)
	if nobody && !answered { // an answer proves that clocks differ, or a worker was started
		found.NoWorker, found.namespace = true, polling.Namespace
	}
	q.readDue(ctx, found.Requests)
	found.sort(q.now)
	return all, found, ctx.Err()
}

// askOpen asks all open requests, those first in which a person is known to be waited
// for, then what is due first.
func (q inquiry) askOpen(ctx context.Context) ([]heard, silence, error) {
	only := requests.Filter{OpenOnly: true}
	lines, err := q.crowd.List(ctx, only, maxOpen)
	if err != nil {
		return nil, silence{}, err
	}
	more := 0
	if len(lines) == maxOpen {
		all, err := q.crowd.Count(ctx, only)
		if err != nil {
			return nil, silence{}, err
		}
		more = max(all-len(lines), 0)
	}
	slices.SortStableFunc(lines, func(a, b requests.Line) int {
		if a.Waiting != b.Waiting {
			return truth(b.Waiting) - truth(a.Waiting)
		}
		return earlier(a.Due, b.Due)
	})
	all, found, err := q.ask(ctx, lines)
	found.NotAsked += more
	return all, found, err
}

// askEach asks the first of those that have begun, as many as are asked, and reports
// whether one has answered. If nobody seems to poll, and the first to be asked do not
// answer, none will: each such question takes long.
func (q inquiry) askEach(ctx context.Context, all []heard, nobody bool) (answered bool) {
	var turn []int
	for i := range all {
		if all[i].hearing != notBegun && len(turn) < q.most {
			turn = append(turn, i)
			all[i].hearing = outOfTime
		}
	}
	timed, cancel := context.WithTimeout(ctx, askingTimeout)
	defer cancel()
	var answers, failures atomic.Int32
	err := sideBySide(timed, len(turn), func(ctx context.Context, i int) error {
		h := &all[turn[i]]
		h.ask(ctx, q.crowd)
		switch {
		case h.hearing == answeredNow:
			answers.Add(1)
		case errors.Is(h.failure, requests.ErrNoWorker) && failures.Add(1) >= askedAtOnce && nobody && answers.Load() == 0:
			return errNobody
		}
		return nil
	})
	if errors.Is(err, errNobody) {
		for _, i := range turn {
			if all[i].hearing == outOfTime {
				all[i].hearing, all[i].failure = unanswered, requests.ErrNoWorker
			}
		}
	}
	return answers.Load() > 0
}

// errNobody ends the asking: there is nobody who could answer.
var errNobody = errors.New("nobody answers")

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// earlier puts the earlier time first, and what has none last.
func earlier(a, b time.Time) int {
	if a.IsZero() != b.IsZero() {
		return truth(a.IsZero()) - truth(b.IsZero())
	}
	return a.Compare(b)
}

// sideBySide asks n questions, some at a time. An error ends the asking.
func sideBySide(ctx context.Context, n int, ask func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tickets := make(chan struct{}, askedAtOnce)
	var asking sync.WaitGroup
	for i := range n {
		tickets <- struct{}{}
		asking.Go(func() {
			defer func() { <-tickets }()
			if ctx.Err() != nil {
				return
			}
			if err := ask(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	asking.Wait()
	return context.Cause(ctx)
}

// ask has the request say how it stands. Whoever is interrupted has not asked.
func (h *heard) ask(ctx context.Context, d crowd) {
	r, _, err := d.Status(ctx, h.Kind, h.ID)
	switch {
	case err == nil:
		h.hearing, h.report = answeredNow, r
	case ctx.Err() != nil:
	case errors.Is(err, requests.ErrForgotten), errors.Is(err, requests.ErrUnknown):
		h.hearing = gone
	default:
		h.hearing, h.failure = unanswered, err
	}
}

// readDue finds out until when the requests have to be answered that have not begun:
// it follows from when they were received.
func (q inquiry) readDue(ctx context.Context, all []silent) {
	var unknown []int
	for i := range all {
		if all[i].DueAt.IsZero() && all[i].Why == silentNotBegun {
			unknown = append(unknown, i)
		}
	}
	slices.SortStableFunc(unknown, func(a, b int) int { return cmp.Compare(all[a].Since.Unix(), all[b].Since.Unix()) })
	unknown = unknown[:min(len(unknown), maxRead)]
	ctx, cancel := context.WithTimeout(ctx, askingTimeout)
	defer cancel()
	_ = sideBySide(ctx, len(unknown), func(ctx context.Context, i int) error {
		at := &all[unknown[i]]
		// Without it the request is listed all the same.
		if r, err := q.crowd.Request(ctx, at.Kind, at.ID); err == nil && !r.ReceivedAt.IsZero() {
			at.DueAt, _ = q.due(r.ReceivedAt)
		}
		return nil
	})
}
