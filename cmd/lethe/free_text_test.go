package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
)

const (
	evilText = "closed\n\n# Status completed\n- all\x1b[31m \u202ereversed \u2028line \u009b2J"
	// hidden are the characters that no terminal is to see.
	hidden = "\x1b\u202e\u2028\u009b"
)

// evil is a restriction in which operators, vendors and others have written what is no text.
func evil() dsr.Report {
	lift := noticed()
	lift.Reason, lift.NoticeEvidence = evilText, evilText
	r := restricted(lift)
	r.Related = []dsr.Meeting{{Kind: dsr.Erasure, RequestID: "e1", StartedAt: noon, Decision: &dsr.Action{Name: "resolve-conflict", Operator: evilText, Text: evilText}}}
	r.Systems[0].State, r.Systems[0].Left = dsr.NeedsOperator, []string{evilText}
	r.Systems[0].Question = &dsr.Question{
		Kind: dsr.QuestionMatch, Text: evilText, Since: noon, Candidates: []dsr.Candidate{{Record: "contact/" + evilText}},
		Task: &dsr.Task{Steps: []string{evilText}, Link: evilText, Evidence: evilText},
	}
	return r
}

func TestNoTextReachesTheTerminalAsACommand(t *testing.T) {
	t.Parallel()
	r := evil()
	shown := view{report: r, notes: map[string]report.Note{"alore": {Attempt: 2, Reason: evilText}}}.text(report.View{Width: 100, Now: noon})
	require.False(t, strings.ContainsAny(shown, hidden), "%q", shown)
	for line := range strings.Lines(shown) {
		require.False(t, strings.HasPrefix(line, "# "), shown)
		require.False(t, strings.HasPrefix(line, "- "), shown)
	}

	s, out := testStreams(t)
	require.NoError(t, s.printTasks(tasksOf(r, noon), silence{}, false))
	require.False(t, strings.ContainsAny(out.String(), hidden), "%q", out.String())
	require.Contains(t, out.String(), "completed")

	s, out = testStreams(t)
	watched := &changes{streams: s}
	require.NoError(t, watched.show(view{report: r}))
	require.False(t, strings.ContainsAny(out.String(), hidden), "%q", out.String())

	require.False(t, strings.ContainsAny(oneLine(evilText), hidden))
}

// TestJSONIsTheSameAndSafeToPrint: programs get what is stored, terminals nothing that they obey.
func TestJSONIsTheSameAndSafeToPrint(t *testing.T) {
	t.Parallel()
	text := evilText + "\x7f\U000e0041\U0001f600 é \u2066"
	var b bytes.Buffer
	require.NoError(t, writeIndented(&b, map[string]string{"text": text}))
	require.False(t, strings.ContainsAny(b.String(), hidden+"\x7f\U000e0041\u2066"), "%q", b.String())
	require.Contains(t, b.String(), "\U0001f600 é")
	var back map[string]string
	require.NoError(t, json.Unmarshal(b.Bytes(), &back))
	require.Equal(t, text, back["text"])
}
