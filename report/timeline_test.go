package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
)

// TestEventsOfOneSecondStandInTheOrderOfCauseAndEffect has case E20. The clocks of workers
// differ by less than a second, so that fractions of it say nothing.
func TestEventsOfOneSecondStandInTheOrderOfCauseAndEffect(t *testing.T) {
	t.Parallel()
	for name, fraction := range map[string]func(int) time.Duration{
		"to the second":          func(int) time.Duration { return 0 },
		"in the order of time":   func(i int) time.Duration { return time.Duration(i) * time.Millisecond },
		"with clocks that lag":   func(i int) time.Duration { return time.Duration(999-i) * time.Millisecond },
		"the last one truncated": func(i int) time.Duration { return time.Duration((i*7+1)%11) * 90 * time.Millisecond },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := 0
			at := func() time.Time { events++; return start.Add(fraction(events)) }
			r := sample()
			r.ReceivedAt = at()
			r.Identity = &dsr.IdentityCheck{Operator: "Sam", ConfirmedBy: "Kim", AskedAt: at(), AnsweredAt: at()}
			r.Extension = &dsr.Extension{Operator: "Sam", At: at(), NoticeSentAt: at()}
			r.StartedAt = at()
			o := r.Systems[0]
			o.Name, o.Title, o.ExpectedBy = "landbot", "Landbot", time.Time{}
			o.Actions = []dsr.Action{{Name: "retry-system", Operator: "Sam", At: at()}}
			o.ActedAt = at()
			o.Outages = []dsr.Outage{{From: at(), Until: at(), Attempts: 1}}
			o.VerifiedAt, o.DriftedAt, o.SettledAt = at(), at(), at()
			r.Systems = []dsr.Outcome{o}
			r.Restriction = &dsr.RestrictionRecord{InForceSince: at()}
			r.CompletedAt = at()
			r.DueAt = at()
			var b strings.Builder
			require.NoError(t, report.Text(&b, r))
			_, timeline, found := strings.Cut(b.String(), "\nTimeline\n")
			require.True(t, found)
			var said []string
			for line := range strings.Lines(timeline) {
				if _, what, ok := strings.Cut(strings.TrimRight(line, "\n"), " UTC  "); ok {
					said = append(said, what)
				}
			}
			require.Equal(t, []string{
				"the request was received",
				"proof of identity was asked for by Sam", "proof of identity was received, confirmed by Kim",
				"the deadline was extended by Sam", "the subject was told of the extension",
				"the search began",
				"Landbot: retry-system by Sam", "Landbot: told to act", "Landbot: no usable answer from here on", "Landbot: answers again",
				"Landbot: looked again", "Landbot: found undone", "Landbot: " + report.StateText(o),
				"the restriction came into force", "the report was completed", "the answer is due",
			}, said)
		})
	}
}
