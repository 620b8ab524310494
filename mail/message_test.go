package mail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/mail"
)

func TestAMessageSaysWhatItIsAboutAndWhatToDo(t *testing.T) {
	t.Parallel()
	near := notice()
	require.Equal(t, `The erasure request ticket-4711 is due on Monday, 15 June 2026, 23:59 (UTC+02:00): in 6 days.

Not done yet:
  alore: waits for a person
  landbot: in work; Lethe goes on by itself

What to do:
  lethe show ticket-4711   shows each system, what it asks and which command answers
  lethe tasks   lists all that waits for a person, in every request

-- 
Sent by Lethe. Nobody reads answers to this message.
`, mail.Text(near, aWeekBefore()))

	overdue := notice()
	overdue.Event, overdue.NeedsOperator = activities.Overdue, nil
	require.Equal(t, "Lethe: erasure request ticket-4711 is overdue", mail.Subject(overdue, aWeekBefore()))
	text := mail.Text(overdue, aWeekBefore())
	require.Contains(t, text, "The erasure request ticket-4711 is overdue: it was due on Monday, 15 June 2026, 23:59 (UTC+02:00).\n")
	require.NotContains(t, text, "lethe tasks", "nothing waits for a person")

	unarchived := notice()
	unarchived.Event, unarchived.Missing, unarchived.NeedsOperator = activities.Unarchived, nil, []string{"archive"}
	require.Equal(t, "Lethe: erasure request ticket-4711 is not completed: its report cannot be archived", mail.Subject(unarchived, aWeekBefore()))
	text = mail.Text(unarchived, aWeekBefore())
	require.Contains(t, text, "The report of the erasure request ticket-4711 cannot be archived.")
	require.NotContains(t, text, "last look", "there is none to come")

	extended := notice()
	extended.Event, extended.Missing = activities.Extended, nil
	require.Equal(t, "Lethe: erasure request ticket-4711 is extended, now due on Monday, 15 June 2026", mail.Subject(extended, aWeekBefore()))
	text = mail.Text(extended, aWeekBefore())
	require.Contains(t, text, "The deadline of the erasure request ticket-4711 was extended.\nIt is now due on Monday, 15 June 2026, 23:59 (UTC+02:00).\n")
	require.Contains(t, text, "Every system is done")
}

func TestTheDaysLeftAreThoseOfTheControllersCalendar(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"2026-06-13T21:59:59Z": "in 2 days", "2026-06-13T22:00:00Z": "tomorrow", "2026-06-14T22:00:00Z": "today",
		"2026-06-15T21:59:59Z": "today", "2026-06-15T22:00:00Z": "since Monday, 15 June 2026",
	} {
		now, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		require.Equal(t, "Lethe: erasure request ticket-4711 is due "+want, mail.Subject(notice(), now), at)
	}
}

func TestAMessageHasALimit(t *testing.T) {
	t.Parallel()
	long := notice()
	long.RequestID = strings.Repeat("é", 5000)
	long.Missing = nil
	for range 5000 {
		long.Missing = append(long.Missing, strings.Repeat("x", 5000))
	}
	text := mail.Text(long, aWeekBefore())
	require.Less(t, len(text), 30_000)
	require.Contains(t, text, "  and 4900 more\n")
}
