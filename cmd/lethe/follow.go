package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

// lookEvery is how often a followed request is looked at.
const lookEvery = time.Second

// watching says what is looked at, and how it is shown.
type watching struct {
	request     requests.Name
	json        bool
	identifiers bool
	// wait says that the outcome is waited for: whatever keeps it from coming is an error.
	wait bool
}

// A follower shows one view after another.
type follower interface {
	// show shows how things stand now.
	show(v view) error
	// pause says why it cannot be told at the moment.
	pause(reason error) error
}

// follow shows the request until it ends, a restriction is in force, or the user interrupts,
// which ends nothing but the command. If the outcome is waited for, it ends as well once
// nothing but people is waited for.
func (s *streams) follow(ctx context.Context, d desk, w watching) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	return s.followAt(ctx, d, w, ticker.C)
}

// followAt is follow with a look at each tick.
func (s *streams) followAt(ctx context.Context, d desk, w watching, ticks <-chan time.Time) error {
	shown := s.follower(w)
	for {
		v, err := look(ctx, d, w)
		switch {
		case ctx.Err() != nil:
			return w.interrupted(ctx)
		case errors.Is(err, requests.ErrNoWorker), errors.Is(err, requests.ErrUnreachable):
			err = shown.pause(err)
		case err == nil:
			err = shown.show(v)
		}
		if err != nil {
			return err
		}
		switch {
		case v.line.StartedAt.IsZero(): // it cannot be told at the moment
		case !v.line.Running():
			_, err := d.Completion(ctx, w.request.Kind, w.request.ID)
			return cmp.Or(err, w.verdict(v.report))
		case inForce(v.report):
			return nil // it stays open by design
		case w.wait && onlyPeople(v.report):
			return w.needsPerson(v.report)
		}
		select {
		case <-ctx.Done():
			return w.interrupted(ctx)
		case <-ticks:
		}
	}
}

// interrupted is what an interruption means: who watches has seen enough, who waits has
// not got what they waited for.
func (w watching) interrupted(ctx context.Context) error {
	if w.wait {
		return ctx.Err()
	}
	return nil
}

// verdict is an error if a request that has ended is waited for and was cancelled.
func (w watching) verdict(r dsr.Report) error {
	if w.wait && r.Cancellation != nil {
		return fmt.Errorf("the request was cancelled; what was done by then: lethe report %s", w.request)
	}
	return nil
}

// needsPerson says for whom the request waits.
func (w watching) needsPerson(r dsr.Report) error {
	return statusError{exitPerson, fmt.Sprintf("the request waits for a person: %s; see what to do with: lethe show %s",
		strings.Join(r.WaitsFor(), ", "), w.request)}
}

// onlyPeople reports whether an open request waits for people and for nothing else.
func onlyPeople(r dsr.Report) bool {
	for _, o := range r.Systems {
		if o.State.Open() && o.State != dsr.NeedsOperator {
			return false
		}
	}
	return len(r.WaitsFor()) > 0
}

// follower chooses how to show: redrawn on a terminal, else what changes.
func (s *streams) follower(w watching) follower {
	switch {
	case w.json:
		return &jsonFollower{streams: s}
	case s.terminal:
		return &screen{streams: s}
	default:
		return &changes{streams: s}
	}
}

// A screen draws each view over the one before.
type screen struct {
	*streams
	last string
	// lines is how many lines the last frame had.
	lines int
}

func (c *screen) show(v view) error {
	c.last = v.text(c.view())
	return c.draw(c.last)
}

func (c *screen) pause(reason error) error {
	return c.draw(c.last + "\n" + reason.Error() + "\n")
}

// draw replaces the last frame. A frame that is higher than the terminal is
// cut: the cursor cannot go back to what has scrolled away.
func (c *screen) draw(frame string) error {
	width, height := c.size()
	lines := strings.Split(strings.TrimRight(frame, "\n"), "\n")
	if room := max(height-2, 1); len(lines) > room {
		more := fmt.Sprintf("… and %d more lines: make the window higher, or leave --watch out", len(lines)-room)
		lines = append(lines[:room:room], more)
	}
	var b strings.Builder
	if c.lines > 0 {
		b.WriteString(text.CursorUp.Sprintn(c.lines))
	}
	for _, line := range lines {
		b.WriteString("\r" + text.Snip(line, width, "…") + text.EraseLine.Sprint() + "\n")
	}
	if left := c.lines - len(lines); left > 0 {
		b.WriteString(strings.Repeat(text.EraseLine.Sprint()+"\n", left) + text.CursorUp.Sprintn(left))
	}
	c.lines = len(lines)
	return c.print(b.String())
}

// changes writes a line for each system whose state has changed.
type changes struct {
	*streams
	states map[string]string
	paused string
}

func (c *changes) show(v view) error {
	c.paused, v.report = "", dsr.Paragraphs(v.report)
	if c.states == nil {
		c.states = map[string]string{}
		if err := c.line("request %s: %s", v.report.RequestID, v.state()); err != nil {
			return err
		}
	}
	for _, o := range v.report.Systems {
		state := report.StateText(o)
		if c.states[o.Name] == state {
			continue
		}
		c.states[o.Name] = state
		if err := c.line("%s: %s", o.Name, withReason(state, o)); err != nil {
			return err
		}
	}
	if !v.line.Running() || inForce(v.report) {
		return c.line("request %s: %s", v.report.RequestID, v.state())
	}
	return nil
}

func withReason(state string, o dsr.Outcome) string {
	if o.Question != nil {
		return state + ": " + o.Question.Text
	}
	return state
}

func (c *changes) pause(reason error) error {
	if c.paused == reason.Error() {
		return nil
	}
	c.paused = reason.Error()
	return c.line("%s", c.paused)
}

func (c *changes) line(format string, arguments ...any) error {
	return c.print(c.now().Format(time.TimeOnly) + " " + fmt.Sprintf(format, arguments...) + "\n")
}

// jsonFollower writes a line of JSON for each view that differs.
type jsonFollower struct {
	*streams
	last string
}

func (j *jsonFollower) show(v view) error {
	content, err := json.Marshal(v.json())
	if err != nil || string(content) == j.last {
		return err
	}
	j.last = string(content)
	return j.print(j.last + "\n")
}

// pause says nothing: what is not known is not in the JSON.
func (j *jsonFollower) pause(error) error { return nil }
