package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors/catalogue"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/report/overview"
	"ite.digital/lethe/requests"
)

// desks is a desk of many requests, which all answer unless they are said not to.
type desks struct {
	lines    []requests.Line
	failures map[string]error
	polling  requests.Polling
	pollErr  error
	// received is when requests were received, where it is known.
	received map[string]time.Time
	// beyond is how many requests there are beside the lines.
	beyond int
	asked  atomic.Int32
	mu     sync.Mutex
	order  []string
}

// newDesks makes so many open requests that have begun, and a worker that polls.
func newDesks(n int) *desks {
	d := &desks{failures: map[string]error{}, received: map[string]time.Time{}, polling: requests.Polling{Namespace: "privacy", Last: noon}}
	for i := range n {
		d.lines = append(d.lines, requests.Line{
			ID: fmt.Sprintf("r%02d", i), Kind: dsr.Erasure, Temporal: "running", StartedAt: noon.AddDate(0, 0, -3), Begun: true, Due: noon.AddDate(0, 0, 10),
		})
	}
	return d
}

func (d *desks) List(_ context.Context, _ requests.Filter, limit int) ([]requests.Line, error) {
	return append([]requests.Line{}, d.lines[:min(len(d.lines), limit)]...), nil
}

func (d *desks) Count(context.Context, requests.Filter) (int, error) {
	return len(d.lines) + d.beyond, nil
}

func (d *desks) Status(ctx context.Context, _ dsr.Kind, id string) (dsr.Report, map[string]report.Note, error) {
	d.asked.Add(1)
	d.mu.Lock()
	d.order = append(d.order, id)
	d.mu.Unlock()
	if err := d.failures[id]; err != nil {
		return dsr.Report{}, nil, err
	}
	r := standing(dsr.StatusOpen, dsr.NeedsOperator)
	r.RequestID = id
	r.Systems[0].Question = &dsr.Question{Kind: dsr.QuestionTask, Text: "do it", Since: noon}
	return r, nil, ctx.Err()
}

func (d *desks) Request(_ context.Context, kind dsr.Kind, id string) (dsr.Request, error) {
	at, ok := d.received[id]
	if !ok {
		return dsr.Request{}, requests.ErrUnknown
	}
	return dsr.Request{ID: id, Kind: kind, ReceivedAt: at}, nil
}

func (d *desks) Polling(context.Context) (requests.Polling, error) { return d.polling, d.pollErr }

// gdpr gives a month, in UTC.
func gdpr(t *testing.T) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lethe.yaml")
	content := "systems:\n  - name: console\n    connector: none\n    reason: It holds statistics only.\n"
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	cfg, err := config.Load(path, catalogue.Kinds(), config.Options{WithoutSecrets: true})
	require.NoError(t, err)
	return cfg
}

// status is what main would end with.
func status(t *testing.T, err error) int {
	t.Helper()
	s, _ := testStreams(t)
	return s.exitCode(err)
}

func TestTasksOfThoseWhoAnswerAndTheNamesOfThoseWhoDoNot(t *testing.T) {
	t.Parallel()
	d := newDesks(6)
	d.failures["r01"] = requests.ErrNoWorker
	d.failures["r02"] = errors.New("the request's workflow cannot answer: unknown query")
	d.lines[3].Begun, d.lines[3].Due = false, time.Time{}
	d.lines[4].Begun, d.lines[4].Due, d.lines[4].StartedAt = false, time.Time{}, noon.AddDate(0, 0, -40)
	d.received["r04"] = noon.AddDate(0, 0, -41)
	s, out := testStreams(t)

	err := s.tasks(t.Context(), s.inquire(d, maxOpenAsked, gdpr(t)), false)

	require.Equal(t, exitUnreached, status(t, err))
	require.EqualError(t, err, "2 requests have not begun (r04, r03), the oldest handed in 40 days ago, overdue since 2026-03-02; "+
		"2 requests do not answer (r01, r02), the oldest handed in 3 days ago, due on 2026-03-20; "+
		"one of them because the request's workflow cannot answer: unknown query")
	for _, line := range []string{
		`r00 +gist +task `, `r05 +gist +task `,
		`r04 +has not begun +40 days ago +2026-03-02 overdue`, `r01 +does not answer +3 days ago +2026-03-20`, `r03 +has not begun +3 days ago`,
	} {
		require.Regexp(t, `(?m)^ `+line, out.String())
	}
	require.Less(t, strings.Index(out.String(), "r04"), strings.Index(out.String(), "r01"), "what is overdue comes first")
	require.NotContains(t, out.String(), "nothing waits for a person")

	s, out = testStreams(t)
	require.Equal(t, exitUnreached, status(t, s.tasks(t.Context(), s.inquire(d, maxOpenAsked, gdpr(t)), true)))
	var got todoList
	require.NoError(t, json.Unmarshal([]byte(out.String()), &got))
	require.Len(t, got.Tasks, 2)
	require.Equal(t, []int{2, 2, 0, 0}, []int{got.Silent.NotBegun, got.Silent.Unanswered, got.Silent.NotAsked, got.Silent.Late})
	require.True(t, got.Silent.Requests[0].Overdue)
	require.False(t, got.Silent.NoWorker)
}

func TestAnAllClearIsGivenOnlyWhereAllCouldComplain(t *testing.T) {
	t.Parallel()
	nobody := requests.Polling{Namespace: "privacy", Last: noon.Add(-time.Hour)}
	for name, c := range map[string]struct {
		change   func(*desks)
		most     int
		says     string
		status   int
		mentions string
	}{
		"no requests":             {func(d *desks) { d.lines = nil }, 100, "nothing waits for a person\n", 0, ""},
		"no requests, no workers": {func(d *desks) { d.lines, d.polling = nil, nobody }, 100, "nothing waits for a person\n", 0, ""},
		"it has ended meanwhile":  {func(d *desks) { d.failures["r00"] = requests.ErrForgotten }, 100, "nothing waits for a person\n", 0, ""},
		"not begun":               {func(d *desks) { d.lines[0].Begun = false }, 100, "", exitUnreached, "1 request has not begun (r00)"},
		"not begun, no worker": {func(d *desks) { d.lines[0].Begun, d.polling = false, nobody }, 100, "", exitUnreached,
			"no worker is running for namespace privacy: nothing happens until one is started (lethe worker)"},
		"no answer": {func(d *desks) { d.failures["r00"] = requests.ErrNoWorker }, 100, "", exitUnreached, "1 request does not answer (r00)"},
		"too many":  {func(d *desks) {}, 0, "nothing waits for a person in the requests that were asked; 1 request was not asked, for there are too many\n", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesks(1)
			c.change(d)
			s, out := testStreams(t)
			err := s.tasks(t.Context(), s.inquire(d, c.most, gdpr(t)), false)
			require.Equal(t, c.status, status(t, err))
			if c.says != "" {
				require.Equal(t, c.says, out.String())
				return
			}
			require.ErrorContains(t, err, c.mentions)
			require.NotContains(t, out.String(), "nothing waits")
		})
	}
}

// TestNothingIsSaidOfWorkersThatCannotBeKnown is for servers that do not say who polls,
// or when.
func TestNothingIsSaidOfWorkersThatCannotBeKnown(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*desks){
		"the server fails": func(d *desks) { d.polling, d.pollErr = requests.Polling{}, requests.ErrUnreachable },
		"no times":         func(d *desks) { d.polling = requests.Polling{Untold: true} },
		"one polls":        func(d *desks) { d.polling.Last = noon.Add(-time.Minute) },
		"one has answered": func(d *desks) { d.polling.Last, d.lines[1].Begun = noon.Add(-time.Hour), true },
	} {
		d := newDesks(2)
		d.lines[0].Begun, d.lines[1].Begun = false, false
		change(d)
		s, out := testStreams(t)
		err := s.tasks(t.Context(), s.inquire(d, 100, gdpr(t)), false)
		require.Equal(t, exitUnreached, status(t, err), name)
		require.NotContains(t, err.Error()+out.String(), "worker", name)

		if !d.lines[1].Begun {
			require.Empty(t, s.unattended(t.Context(), d), name)
		}
	}
}

func TestWhereNobodyPollsNotAllAreAsked(t *testing.T) {
	t.Parallel()
	d := newDesks(60)
	for _, l := range d.lines {
		d.failures[l.ID] = requests.ErrNoWorker
	}
	d.polling.Last = noon.Add(-time.Hour)
	s, _ := testStreams(t)
	_, found, err := s.inquire(d, 100, nil).askOpen(t.Context())
	require.NoError(t, err)
	require.Less(t, d.asked.Load(), int32(3*askedAtOnce), "each question takes long")
	require.Equal(t, 60, found.Unanswered)
	require.True(t, found.NoWorker)

	d.polling.Last = noon
	d.asked.Store(0)
	_, found, err = s.inquire(d, 100, nil).askOpen(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 60, d.asked.Load(), "a worker lives, so each has to be asked")
	require.False(t, found.NoWorker)
}

func TestThoseWhoWaitAreAskedFirstAndTheRestIsCounted(t *testing.T) {
	t.Parallel()
	d := newDesks(30)
	d.lines[20].Waiting = true
	d.lines[25].Due = noon
	d.lines[26].Due = time.Time{}
	s, _ := testStreams(t)
	all, found, err := s.inquire(d, 2, nil).askOpen(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"r20", "r25"}, d.order)
	require.Len(t, all, 30)
	require.Equal(t, 28, found.NotAsked)
	require.NoError(t, found.verdict(noon))
	d.beyond, d.lines = 7, newDesks(maxOpen).lines
	_, found, err = s.inquire(d, 2, nil).askOpen(t.Context())
	require.NoError(t, err)
	require.Equal(t, maxOpen-2+7, found.NotAsked, "those beyond the list are counted, too")
}

func TestWhatThereWasNoTimeForIsNoAllClear(t *testing.T) {
	t.Parallel()
	all := []heard{{hearing: outOfTime}, {hearing: answeredNow}, {hearing: outOfTime, Line: requests.Line{ClosedAt: noon}}}
	found := silenceOf(all)
	require.Equal(t, 1, found.Late, "what has ended complains no more")
	require.EqualError(t, found.verdict(noon), "1 request was not asked, for the others took too long; run the command again")
	require.Equal(t, exitUnreached, status(t, found.verdict(noon)))
}

func TestAnInterruptedInquirySaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, _ := testStreams(t)
	_, _, err := s.inquire(newDesks(3), 10, nil).askOpen(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestStatsCountThoseWhoSayNothing(t *testing.T) {
	t.Parallel()
	d := newDesks(4)
	d.failures["r01"] = requests.ErrNoWorker
	d.lines[2].Begun, d.lines[2].Due = false, time.Time{}
	d.received["r02"] = noon.AddDate(0, -3, 0)
	s, _ := testStreams(t)
	period, err := overview.ParsePeriod("2026-01-01", "2026-03-10", noon)
	require.NoError(t, err)
	tally := overview.New(period, noon, false)

	found, err := s.countOpen(t.Context(), d, gdpr(t), tally)

	require.NoError(t, err)
	require.Equal(t, &overview.Open{Open: 4, Overdue: 1, Waiting: 2, NotBegun: 1, Unanswered: 1}, tally.Overview().Now)
	require.Equal(t, exitUnreached, status(t, leftOut(found.verdict(noon))))
	require.NoError(t, leftOut(nil))
	require.Equal(t, exitUnreached, status(t, leftOut(requests.ErrUnreachable)))
}

func TestSubmitSaysThatNobodyWorks(t *testing.T) {
	t.Parallel()
	s, _ := testStreams(t)
	d := newDesks(0)
	require.Empty(t, s.unattended(t.Context(), d))
	d.polling.Last = time.Time{}
	require.Equal(t, "no worker is running for namespace privacy: nothing happens until one is started (lethe worker)", s.unattended(t.Context(), d))
}

func TestEveryStatusIsOfItsError(t *testing.T) {
	t.Parallel()
	for want, err := range map[int]error{
		0: nil, exitFailed: errors.New("odd"), exitUsage: usagef(newRoot(systemStreams()), "odd"),
		exitUnreached: fmt.Errorf("wrapped: %w", statusError{exitUnreached, "odd"}), exitInterrupted: context.Canceled,
	} {
		require.Equal(t, want, status(t, err))
	}
}
