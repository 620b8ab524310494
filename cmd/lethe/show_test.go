package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/requests"
)

func TestShowTellsPeopleWhatToDo(t *testing.T) {
	t.Parallel()
	r := standing(dsr.StatusOpen, dsr.NeedsOperator)
	r.Systems[0].Question = &dsr.Question{Kind: dsr.QuestionError, Text: "gist: GET /contacts: status 401: the key is not accepted", Since: noon}
	r.Systems[1].State = dsr.NeedsOperator
	r.Systems[1].Question = &dsr.Question{
		Kind: dsr.QuestionTask, Text: "a person has to do this", Since: noon,
		Task: &dsr.Task{Steps: []string{"Search the person by e-mail.", "Delete the contact."}, Link: "https://app.example.com/contacts", Evidence: "a ticket"},
	}
	v := view{
		line: requests.Line{ID: "r1", Temporal: "running", StartedAt: noon}, report: r,
		subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "ann@example.com"}}},
	}
	golden(t, "show.txt", v.text(report.View{Width: 100, Now: noon}))
}

func TestShowSaysWhoseAddressAMailIsForAndWhatWasWrittenSince(t *testing.T) {
	t.Parallel()
	r := standing(dsr.StatusOpen, dsr.NeedsOperator)
	r.Mail = &dsr.MailOrigin{Via: dsr.MailDirect, Authentication: dsr.MailNotChecked, ReceivedBy: dsr.MailboxClock}
	r.FollowUps = &dsr.FollowUps{Messages: 1, Unread: 1, LastAt: noon}
	subject := dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "ann@example.com"}, {Type: dsr.Phone, Value: "+33639980001"}}}
	v := view{line: requests.Line{ID: "r1", Temporal: "running", StartedAt: noon}, report: r, subject: subject, masked: true}
	text := v.text(report.View{Width: 100, Now: noon})
	golden(t, "show_mail.txt", text)
	require.NotContains(t, text, "ann@")
	v.masked = false
	require.Contains(t, v.text(report.View{Width: 100, Now: noon}), "came by mail, for ann@example.com\n")
}

func TestShowSaysWhenARequestIsOverdueOrEnded(t *testing.T) {
	t.Parallel()
	running := requests.Line{Temporal: "running"}
	ended := requests.Line{Temporal: "terminated", ClosedAt: noon}
	late := report.View{Width: 100, Now: noon.AddDate(0, 2, 0)}
	require.Contains(t, view{line: running, report: standing(dsr.StatusOpen, dsr.Acting)}.text(late), ": overdue\n")
	require.Contains(t, view{line: ended, report: standing(dsr.StatusOpen, dsr.Acting)}.text(late), "ended without a report (terminated)\n")
	require.Contains(t, view{line: ended, report: standing(dsr.StatusCompleted, dsr.NotFound)}.text(late), "lethe report r1\n")
}

func TestShowPointsToTheReportWhenNoWorkerAnswers(t *testing.T) {
	t.Parallel()
	_, err := look(t.Context(), &scripted{answers: []answer{{closed: true, failure: requests.ErrNoWorker}}}, watching{request: r1})
	require.ErrorIs(t, err, requests.ErrNoWorker)
	require.ErrorContains(t, err, "lethe report r1")
}

// golden compares a text with a file in testdata/golden.
func golden(t *testing.T, name, content string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	}
	expected, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(expected), content)
}
