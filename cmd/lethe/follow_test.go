package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

var r1 = requests.Name{Kind: dsr.Erasure, ID: "r1"}

// A scripted desk answers one answer after the other, then repeats the last.
type scripted struct {
	answers []answer
	asked   int
	ended   error
}

type answer struct {
	report  dsr.Report
	closed  bool
	failure error
}

func (d *scripted) next() answer { return d.answers[min(d.asked, len(d.answers)-1)] }

func (d *scripted) Line(context.Context, dsr.Kind, string) (requests.Line, error) {
	line := requests.Line{ID: "r1", Kind: dsr.Erasure, Temporal: "running", StartedAt: noon}
	if d.next().closed {
		line.Temporal, line.ClosedAt = "completed", noon
	}
	return line, nil
}

func (d *scripted) Status(context.Context, dsr.Kind, string) (dsr.Report, map[string]report.Note, error) {
	a := d.next()
	d.asked++
	return a.report, nil, a.failure
}

func (*scripted) Subject(context.Context, dsr.Kind, string) (dsr.Subject, error) {
	return dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "ann@example.com"}}}, nil
}

func (d *scripted) Completion(context.Context, dsr.Kind, string) (dsr.Completion, error) {
	return dsr.Completion{}, d.ended
}

// standing is a report in which gist has the state.
func standing(status dsr.Status, gist dsr.State) dsr.Report {
	return dsr.Report{
		RequestID: "r1", Kind: dsr.Erasure, Status: status, ReceivedAt: noon, DueAt: noon.AddDate(0, 1, 0),
		Systems: []dsr.Outcome{
			{System: dsr.System{Name: "gist", Title: "Gist"}, State: gist},
			{System: dsr.System{Name: "alore", Title: "Alore"}, State: dsr.NotApplicable},
		},
	}
}

// always ticks whenever it is asked.
func always(t *testing.T) <-chan time.Time {
	t.Helper()
	ticks := make(chan time.Time)
	go func() {
		for {
			select {
			case ticks <- noon:
			case <-t.Context().Done():
				return
			}
		}
	}()
	return ticks
}

func TestFollowWritesOnlyWhatChangesAndEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	s, out := testStreams(t)
	d := &scripted{answers: []answer{
		{report: standing(dsr.StatusOpen, dsr.Locating)},
		{report: standing(dsr.StatusOpen, dsr.Locating)},
		{failure: requests.ErrNoWorker},
		{failure: requests.ErrNoWorker},
		{report: standing(dsr.StatusOpen, dsr.Acting)},
		{report: standing(dsr.StatusCompleted, dsr.NotFound), closed: true},
	}}
	require.NoError(t, s.followAt(t.Context(), d, watching{request: r1}, always(t)))
	require.Equal(t, `12:00:00 request r1: open, 1 of 2 systems done
12:00:00 gist: locating
12:00:00 alore: not applicable
12:00:00 no worker answers; start one with 'lethe worker'
12:00:00 gist: acting
12:00:00 gist: not found
12:00:00 request r1: completed, 2 of 2 systems done
`, out.String())
}

func TestFollowSaysWhyARequestEndedWithoutAReport(t *testing.T) {
	t.Parallel()
	s, _ := testStreams(t)
	d := &scripted{answers: []answer{{report: standing(dsr.StatusOpen, dsr.Acting), closed: true}}, ended: errors.New("the request ended without a report: terminated")}
	require.ErrorIs(t, s.followAt(t.Context(), d, watching{request: r1}, always(t)), d.ended)
}

func TestFollowEndsCleanlyWhenInterrupted(t *testing.T) {
	t.Parallel()
	s, _ := testStreams(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := &scripted{answers: []answer{{report: standing(dsr.StatusOpen, dsr.Acting)}}}
	require.NoError(t, s.followAt(ctx, d, watching{request: r1}, nil))
}

func TestFollowStopsAtOtherErrors(t *testing.T) {
	t.Parallel()
	s, _ := testStreams(t)
	d := &scripted{answers: []answer{{failure: requests.ErrUnknown}}}
	require.ErrorIs(t, s.followAt(t.Context(), d, watching{request: r1}, always(t)), requests.ErrUnknown)
}

func TestFollowWritesJSONLinesThatDiffer(t *testing.T) {
	t.Parallel()
	s, out := testStreams(t)
	d := &scripted{answers: []answer{
		{report: standing(dsr.StatusOpen, dsr.Locating)},
		{report: standing(dsr.StatusOpen, dsr.Locating)},
		{report: standing(dsr.StatusCompleted, dsr.NotFound), closed: true},
	}}
	require.NoError(t, s.followAt(t.Context(), d, watching{request: r1, json: true, identifiers: true}, always(t)))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2)
	require.Contains(t, lines[1], `"identifiers":[{"type":"email","value":"ann@example.com"}]`)
}

func TestScreenDrawsOverTheLastFrame(t *testing.T) {
	t.Parallel()
	s, out := testStreams(t)
	c := &screen{streams: s}
	require.NoError(t, c.draw("one\ntwo\nthree\n"))
	require.NoError(t, c.draw("ONE\n"))
	require.Equal(t, "\rone\x1b[K\n\rtwo\x1b[K\n\rthree\x1b[K\n"+
		"\x1b[3A"+"\rONE\x1b[K\n"+"\x1b[K\n\x1b[K\n"+"\x1b[2A", out.String())
}

func TestScreenCutsWhatTheTerminalCannotHold(t *testing.T) {
	t.Parallel()
	s, out := testStreams(t)
	s.size = func() (int, int) { return 40, 4 }
	c := &screen{streams: s}
	require.NoError(t, c.draw(strings.Repeat("a line that is longer than the terminal is wide, by some way\n", 9)))
	require.Equal(t, 3, strings.Count(out.String(), "\n"))
	require.Contains(t, out.String(), "… and 7 more lines")
	require.Contains(t, out.String(), "a line that is longer than the terminal…")
}

// TestWaitingEndsWhereWatchingGoesOn is about 'submit --wait': the exit code says whether
// the outcome is there, whom it waits for, or that nobody knows.
func TestWaitingEndsWhereWatchingGoesOn(t *testing.T) {
	t.Parallel()
	asks := func(status dsr.Status, gist, alore dsr.State) dsr.Report {
		r := standing(status, gist)
		r.Systems[1].State = alore
		return r
	}
	cancelled := standing(dsr.StatusCancelled, dsr.Skipped)
	cancelled.Cancellation = &dsr.Action{Name: "cancel", Operator: "sam", Text: "withdrawn"}
	noGround := standing(dsr.StatusOpen, dsr.NotFound)
	noGround.Kind, noGround.Restriction = dsr.Restriction, &dsr.RestrictionRecord{}
	for name, test := range map[string]struct {
		last   answer
		status int
		says   string
	}{
		"ended":          {answer{report: standing(dsr.StatusExceptions, dsr.Skipped), closed: true}, exitDone, ""},
		"cancelled":      {answer{report: cancelled, closed: true}, exitFailed, "the request was cancelled"},
		"needs a person": {answer{report: asks(dsr.StatusOpen, dsr.NotFound, dsr.NeedsOperator)}, exitPerson, "the request waits for a person: alore; see what to do with: lethe show r1"},
		"needs a ground": {answer{report: noGround}, exitPerson, "the request waits for a person: ground; "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := testStreams(t)
			d := &scripted{answers: []answer{{report: asks(dsr.StatusOpen, dsr.Acting, dsr.NeedsOperator)}, test.last}}
			err := s.followAt(t.Context(), d, watching{request: r1, wait: true}, always(t))
			require.Equal(t, test.status, statusOf(err), err)
			require.Equal(t, 2, d.asked, "it goes on while a system does")
			if test.says != "" {
				require.ErrorContains(t, err, test.says)
			}
		})
	}
}

func TestWhoWaitsAndInterruptsHasNoOutcome(t *testing.T) {
	t.Parallel()
	s, _ := testStreams(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := &scripted{answers: []answer{{report: standing(dsr.StatusOpen, dsr.Acting)}}}
	require.Equal(t, exitInterrupted, statusOf(s.followAt(ctx, d, watching{request: r1, wait: true}, nil)))
}
