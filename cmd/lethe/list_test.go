package main

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

// counting answers all questions alike and counts them.
type counting struct {
	scripted
	answer answer
	asked  atomic.Int32
}

func (d *counting) Status(context.Context, dsr.Kind, string) (dsr.Report, map[string]report.Note, error) {
	d.asked.Add(1)
	return d.answer.report, nil, d.answer.failure
}

func TestListAsksEachRequest(t *testing.T) {
	t.Parallel()
	d := &counting{answer: answer{report: standing(dsr.StatusOpen, dsr.NeedsOperator)}}
	all := make([]listed, 20)
	require.NoError(t, askAll(t.Context(), d, all))
	require.EqualValues(t, 20, d.asked.Load())
	for _, l := range all {
		require.Equal(t, "1/2", l.progress())
		require.Equal(t, []string{"gist"}, l.Needs)
	}
}

func TestListStopsAskingWhenNoWorkerAnswers(t *testing.T) {
	t.Parallel()
	d := &counting{answer: answer{failure: requests.ErrNoWorker}}
	require.ErrorIs(t, askAll(t.Context(), d, make([]listed, 50)), requests.ErrNoWorker)
	require.LessOrEqual(t, d.asked.Load(), int32(2*askedAtOnce))
}

func TestListShowsTemporalsWordWhereTheRequestSaysLess(t *testing.T) {
	t.Parallel()
	running, closed := requests.Line{Temporal: "running"}, requests.Line{Temporal: "terminated", ClosedAt: noon}
	for state, l := range map[string]listed{
		"running":                   {Line: running},
		"open":                      {Line: running, Status: dsr.StatusOpen},
		"terminated":                {Line: closed, Status: dsr.StatusOpen},
		"completed with exceptions": {Line: closed, Status: dsr.StatusExceptions},
	} {
		require.Equal(t, state, l.state())
	}
}
