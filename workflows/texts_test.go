package workflows_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/workflows"
)

const (
	evil = "closed\n\n# Completed\n- all \x1b[31m\u202e\u2028of it"
	tame = "closed # Completed - all [31m of it"
)

func TestWhatOperatorsWriteIsOneParagraph(t *testing.T) {
	t.Parallel()
	due := received.AddDate(0, 0, 20)
	tr := newTrial(t, []dsr.System{
		manual("skipped", dsr.Email), manual("done", dsr.Email), manual("undone", dsr.Email), manual("kept", dsr.Email), manual("left", dsr.Email),
	}, nil)
	tr.at(time.Hour, func() {
		tr.update(workflows.UpdateAskIdentity, workflows.AskIdentity{Operator: evil, Reason: evil, AskedAt: received.Add(time.Hour)})
	})
	tr.at(2*time.Hour, func() {
		tr.update(workflows.UpdateConfirmIdentity, workflows.ConfirmIdentity{Operator: evil, Evidence: evil, AnsweredAt: received.Add(2 * time.Hour)})
	})
	tr.at(3*time.Hour, func() {
		tr.update(workflows.UpdateExtendDeadline, workflows.ExtendDeadline{Operator: evil, Reason: evil, NoticeSentAt: received.Add(3 * time.Hour)})
		tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "skipped", Operator: evil, Reason: evil})
		tr.update(workflows.UpdateCompleteTask, workflows.CompleteTask{System: "done", Operator: evil, Outcome: dsr.TaskErased, Records: 1, Evidence: evil})
		tr.update(workflows.UpdateCompleteTask, workflows.CompleteTask{System: "undone", Operator: evil, Outcome: dsr.TaskNotDone, Reason: evil})
		tr.update(workflows.UpdateRetainSystem, workflows.RetainSystem{
			System: "kept", Operator: evil, Ground: dsr.RetentionGrounds()[1], Reason: evil, Categories: []string{evil}, ReviewOn: due.AddDate(1, 0, 0).Format(time.DateOnly),
		})
	})
	tr.at(4*time.Hour, func() { tr.update(workflows.UpdateCancel, workflows.Cancel{Operator: evil, Reason: evil}) })

	r := tr.run()

	content, err := json.Marshal(r)
	require.NoError(t, err)
	require.False(t, strings.ContainsAny(string(content), "\u202e\u2028"), "%s", content)
	require.NotContains(t, string(content), `\n`)
	require.NotContains(t, string(content), `\u001b`)
	require.Equal(t, tame, r.Identity.Evidence)
	require.Equal(t, tame, r.Extension.Reason)
	require.Equal(t, tame, r.Cancellation.Text)
	for _, name := range []string{"skipped", "done", "undone", "kept"} {
		require.Equal(t, tame, outcome(t, r, name).Actions[0].Text, name)
		require.Equal(t, tame, outcome(t, r, name).Actions[0].Operator, name)
	}
	require.Equal(t, []string{tame}, outcome(t, r, "kept").Retained[0].Categories)
}

// TestAnIdentifierDoesNotHideBehindCharactersWithoutWidth has one that no eye would tell apart.
func TestAnIdentifierDoesNotHideBehindCharactersWithoutWidth(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, []dsr.System{manual("inbox", dsr.Email)}, nil)
	var hidden, empty *error
	tr.at(time.Hour, func() {
		hidden = tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "Sam", Reason: "asked ana\u200b@exam\u2060ple.com"})
		empty = tr.update(workflows.UpdateSkipSystem, workflows.SkipSystem{System: "inbox", Operator: "Sam", Reason: "\u200b \u202e"})
		tr.update(workflows.UpdateCompleteTask, done("inbox"))
	})
	tr.run()
	require.ErrorContains(t, *hidden, "reason: names the subject")
	require.ErrorContains(t, *empty, "reason: is needed")
}
