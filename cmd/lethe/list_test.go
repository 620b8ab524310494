package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
)

func TestListShowsWhatEachRequestSays(t *testing.T) {
	t.Parallel()
	d := newDesks(20)
	s, out := testStreams(t)
	require.NoError(t, s.list(t.Context(), s.inquire(d, maxAsked, nil), requests.Filter{}, 50, false))
	require.EqualValues(t, 20, d.asked.Load())
	for _, l := range d.lines {
		require.Regexp(t, `(?m)^ `+l.ID+` +erasure +open +1/2 +gist +2026-03-10 +2026-04-10$`, out.String())
	}
	require.NotContains(t, out.String(), "worker")
}

// TestOneSilentRequestChangesNoOthersRow is about a request that waits while its
// workflow's code panics: its worker lives, and it never answers.
func TestOneSilentRequestChangesNoOthersRow(t *testing.T) {
	t.Parallel()
	d := newDesks(20)
	d.failures["r03"] = requests.ErrNoWorker
	d.lines[7].Begun, d.lines[7].Due = false, noon
	s, out := testStreams(t)
	require.NoError(t, s.list(t.Context(), s.inquire(d, maxAsked, nil), requests.Filter{}, 50, false))
	require.EqualValues(t, 19, d.asked.Load(), "all that have begun")
	require.Regexp(t, `(?m)^ r03 +erasure +no answer +2026-03-20$`, out.String())
	require.Regexp(t, `(?m)^ r07 +erasure +not begun `, out.String())
	require.Regexp(t, `(?m)^ r19 +erasure +open +1/2 `, out.String())
	require.Contains(t, out.String(), "\n1 request has not begun (r07)")
	require.Contains(t, out.String(), "\n1 request does not answer (r03)")

	s, out = testStreams(t)
	require.NoError(t, s.list(t.Context(), s.inquire(d, maxAsked, nil), requests.Filter{}, 50, true))
	var got listing
	require.NoError(t, json.Unmarshal([]byte(out.String()), &got))
	require.Len(t, got.Requests, 20)
	require.Equal(t, silentUnanswered, got.Requests[3].Silent)
	require.Equal(t, silentNotBegun, got.Requests[7].Silent)
	require.Equal(t, []int{1, 1, 2}, []int{got.Silent.NotBegun, got.Silent.Unanswered, len(got.Silent.Requests)})
}

func TestListSaysThatWhatEndedCannotBeAsked(t *testing.T) {
	t.Parallel()
	d := newDesks(2)
	for i := range d.lines {
		d.lines[i].Temporal, d.lines[i].ClosedAt = "completed", noon
		d.failures[d.lines[i].ID] = requests.ErrNoWorker
	}
	s, out := testStreams(t)
	require.NoError(t, s.list(t.Context(), s.inquire(d, maxAsked, nil), requests.Filter{}, 50, false))
	require.Regexp(t, `(?m)^ r01 +erasure +completed$`, out.String())
	require.Contains(t, out.String(), "\nof 2 that ended only what Temporal knows is shown: no worker answers; start one with 'lethe worker'\n")
}

func TestListShowsTemporalsWordWhereTheRequestSaysLess(t *testing.T) {
	t.Parallel()
	running, closed := requests.Line{Temporal: "running"}, requests.Line{Temporal: "terminated", ClosedAt: noon}
	for state, l := range map[string]listed{
		"running":                   {Line: running},
		"not begun":                 {Line: running, Silent: silentNotBegun},
		"no answer":                 {Line: running, Silent: silentUnanswered},
		"open":                      {Line: running, Status: dsr.StatusOpen},
		"terminated":                {Line: closed, Status: dsr.StatusOpen},
		"completed with exceptions": {Line: closed, Status: dsr.StatusExceptions},
	} {
		require.Equal(t, state, l.state())
	}
}
