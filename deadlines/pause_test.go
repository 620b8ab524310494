package deadlines_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/deadlines"
)

func TestAPauseAddsExactlyTheDaysOfWaiting(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Paris")
	for _, c := range []struct {
		name, asked, answered, due, notice, extended string
		waited                                       int
	}{
		{"answered the same day", "2026-05-12", "2026-05-12 23:59", "2026-06-11", "2026-06-11", "2026-08-11", 0},
		{"answered after midnight", "2026-05-12 23:59", "2026-05-13 00:01", "2026-06-12", "2026-06-12", "2026-08-12", 1},
		{"then the weekend moves the date", "2026-05-12", "2026-05-14", "2026-06-15", "2026-06-13", "2026-08-13", 2},
		{"over summer time's end", "2026-05-18", "2026-10-30", "2026-11-23", "2026-11-23", "2027-01-25", 165},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before := compute(t, "gdpr", "FR", "2026-05-11")

			paused, err := before.Pause("the address is new to us", moment(t, loc, c.asked))
			require.NoError(t, err)
			require.True(t, paused.Waiting())
			after, err := paused.Resume(loc, moment(t, loc, c.answered))

			require.NoError(t, err)
			require.Equal(t, []string{c.due, c.notice, c.extended}, []string{day(after.Due), day(after.NoticeBy), day(after.ExtendedDue)})
			require.Equal(t, c.waited, after.Paused.WaitedDays)
			require.Equal(t, "the address is new to us", after.Paused.Reason)
			require.False(t, after.Waiting())
			require.True(t, paused.Waiting(), "the deadlines it was made from stay as they were")
			require.Nil(t, before.Paused)
		})
	}
}

func TestWarningsAfterAPauseLieInTheTimeThatIsLeft(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Paris")
	d, err := compute(t, "gdpr", "FR", "2026-05-11").Pause("new address", moment(t, loc, "2026-05-12"))
	require.NoError(t, err)
	d, err = d.Resume(loc, moment(t, loc, "2026-08-12"))
	require.NoError(t, err)
	require.Equal(t, "2026-09-11", day(d.Due))
	require.Equal(t, []string{"2026-08-27", "2026-09-04", "2026-09-10"}, []string{day(d.Warnings[0]), day(d.Warnings[1]), day(d.Warnings[2])})
}

func TestInTheUnitedKingdomTheMonthBeginsWithTheProof(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Paris")
	d, err := compute(t, "uk", "GB", "2026-01-30").Pause("new address", moment(t, loc, "2026-01-30"))
	require.NoError(t, err)
	d, err = d.Resume(loc, moment(t, loc, "2026-02-26"))
	require.NoError(t, err)
	require.Equal(t, "2026-03-26", day(d.Due), "27 days of waiting would give 27 March")
	require.Equal(t, "2026-05-26", day(d.ExtendedDue))
	require.Equal(t, 27, d.Paused.WaitedDays)
	require.True(t, d.Warnings[0].After(d.Paused.AnsweredAt))
}

func TestAnExtendedRequestStaysExtendedAfterAPause(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Paris")
	d := compute(t, "gdpr", "FR", "2026-05-11")
	d, err := d.Extend(deadlines.Extension{Reason: "complex", NoticeSentAt: moment(t, loc, "2026-05-12"), RecordedAt: moment(t, loc, "2026-05-12")})
	require.NoError(t, err)
	d, err = d.Pause("new address", moment(t, loc, "2026-05-13"))
	require.NoError(t, err)
	d, err = d.Resume(loc, moment(t, loc, "2026-05-20"))
	require.NoError(t, err)
	require.Equal(t, "2026-08-18", day(d.Due))
	require.Equal(t, d.ExtendedDue, d.Due)
}

func TestThePromptQuestionAloneStopsTheTime(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Paris")
	for _, c := range []struct {
		name, profile, reason, asked, want string
	}{
		{"on the last day", "gdpr", "new address", "2026-03-09 23:59", ""},
		{"a day late", "gdpr", "new address", "2026-03-10 00:00", "had to be asked for proof of identity by 2026-03-09T23:59:59+01:00"},
		{"a day late in the United Kingdom", "uk", "new address", "2026-03-10 00:00", "had to be asked"},
		{"without a reason", "gdpr", "\t", "2026-03-03", "needs a reason"},
		{"before receipt", "gdpr", "new address", "2026-03-02 09:59", "before the request was received"},
		{"in California", "ccpa", "new address", "2026-03-02", "ccpa@1 the time runs on whatever the verification of identity takes"},
		{"in Brazil", "lgpd", "new address", "2026-03-02", "runs on"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := compute(t, c.profile, "", "2026-03-02").Pause(c.reason, moment(t, loc, c.asked))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestThePromptnessIsOfTheProfile(t *testing.T) {
	t.Parallel()
	p := profile(t, "gdpr")
	p.AskWithinDays = 3
	d, err := deadlines.Compute(p, "", time.UTC, moment(t, time.UTC, "2026-03-02"))
	require.NoError(t, err)
	require.Equal(t, "2026-03-05", day(d.AskBy))
}

func TestWhatCannotBePausedOrResumedIsRefused(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Paris")
	at := moment(t, loc, "2026-03-03")
	running := compute(t, "gdpr", "FR", "2026-03-02")
	paused, err := running.Pause("new address", at)
	require.NoError(t, err)
	resumed, err := paused.Resume(loc, at)
	require.NoError(t, err)

	_, err = paused.Pause("again", at)
	require.ErrorContains(t, err, "possible once")
	_, err = resumed.Pause("again", at)
	require.ErrorContains(t, err, "possible once")
	_, err = running.Resume(loc, at)
	require.ErrorContains(t, err, "does not stand still")
	_, err = resumed.Resume(loc, at)
	require.ErrorContains(t, err, "does not stand still")
	_, err = paused.Resume(loc, at.Add(-time.Second))
	require.ErrorContains(t, err, "before being asked")
	_, err = paused.Resume(time.UTC, at)
	require.ErrorContains(t, err, "time zone Europe/Paris")
	_, err = paused.Resume(nil, at)
	require.ErrorContains(t, err, "time zone Europe/Paris")
	paused.Country = "XX"
	_, err = paused.Resume(loc, at)
	require.ErrorContains(t, err, `"XX"`)
}

func TestTheLastSecondInWhichToAskCountsAsAWhole(t *testing.T) {
	t.Parallel()
	d := compute(t, "gdpr", "FR", "2026-03-02")
	_, err := d.Pause("new address", d.AskBy.Add(time.Second-time.Nanosecond))
	require.NoError(t, err)
	_, err = d.Pause("new address", d.AskBy.Add(time.Second))
	require.ErrorContains(t, err, "had to be asked")
}
