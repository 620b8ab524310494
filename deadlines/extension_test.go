package deadlines_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/deadlines"
)

func TestAnExtensionGivesTheSameDayThreeMonthsAfterReceipt(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Paris")
	before := compute(t, "gdpr", "FR", "2026-02-05")
	extension := deadlines.Extension{Reason: "twelve systems, two of them on paper",
		NoticeSentAt: moment(t, loc, "2026-03-04"), RecordedAt: moment(t, loc, "2026-03-04 11:00")}

	after, err := recorded(t, before).Extend(extension)

	require.NoError(t, err)
	require.Equal(t, "2026-05-05", day(after.Due), "90 days would end on 6 May")
	require.Equal(t, &extension, after.Extended)
	require.True(t, before.NoticeBy.Equal(after.NoticeBy))
	require.Len(t, after.Warnings, 3)
	require.Equal(t, "2026-05-04", day(after.Warnings[2]), "warnings follow the new date")
	require.Nil(t, before.Extended, "the deadlines it was made from stay as they were")
	require.Equal(t, "2026-03-05", day(before.Due))
}

func TestANoticeInTimeMayBeRecordedLater(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Paris")
	d := compute(t, "gdpr", "DE", "2026-03-03")
	d, err := d.Extend(deadlines.Extension{Reason: "complex", NoticeSentAt: d.NoticeBy.Add(time.Second - time.Nanosecond), RecordedAt: moment(t, loc, "2026-04-07")})
	require.NoError(t, err)
	require.Equal(t, "2026-06-03", day(d.Due))
}

func TestAnExtensionThatTheLawDoesNotAllowIsRefused(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Paris")
	valid := func() deadlines.Extension {
		return deadlines.Extension{Reason: "complex", NoticeSentAt: moment(t, loc, "2026-03-20"), RecordedAt: moment(t, loc, "2026-04-09")}
	}
	for _, c := range []struct {
		name    string
		profile string
		change  func(*deadlines.Deadlines, *deadlines.Extension)
		want    string
	}{
		{"without a reason", "gdpr", func(_ *deadlines.Deadlines, e *deadlines.Extension) { e.Reason = " " }, "needs a reason"},
		{"without a notice", "gdpr", func(_ *deadlines.Deadlines, e *deadlines.Extension) { e.NoticeSentAt = time.Time{} }, "needs a notice"},
		{"with a notice after the first month", "gdpr", func(d *deadlines.Deadlines, e *deadlines.Extension) {
			e.NoticeSentAt = d.NoticeBy.Add(time.Second)
		}, "had to be sent by 2026-04-03T23:59:59+02:00"},
		{"with a notice between the month's end and the due date", "uk", func(_ *deadlines.Deadlines, e *deadlines.Extension) {
			e.NoticeSentAt = moment(t, loc, "2026-04-07")
		}, "had to be sent by 2026-04-03"},
		{"with a notice after 45 days", "ccpa", func(_ *deadlines.Deadlines, e *deadlines.Extension) {
			e.NoticeSentAt, e.RecordedAt = moment(t, loc, "2026-04-18"), moment(t, loc, "2026-04-18")
		}, "had to be sent by 2026-04-17"},
		{"with a notice to come", "gdpr", func(_ *deadlines.Deadlines, e *deadlines.Extension) {
			e.RecordedAt = e.NoticeSentAt.Add(-time.Second)
		}, "after the extension was recorded"},
		{"with a notice before receipt", "gdpr", func(d *deadlines.Deadlines, e *deadlines.Extension) {
			e.NoticeSentAt = d.ReceivedAt.Add(-time.Second)
		}, "before the request was received"},
		{"twice", "gdpr", func(d *deadlines.Deadlines, _ *deadlines.Extension) {
			extended, err := d.Extend(valid())
			require.NoError(t, err)
			*d = extended
		}, "has been extended"},
		{"while the time stands still", "gdpr", func(d *deadlines.Deadlines, _ *deadlines.Extension) {
			paused, err := d.Pause("new address", d.ReceivedAt)
			require.NoError(t, err)
			*d = paused
		}, "stands still"},
		{"under a profile that knows none", "lgpd", func(*deadlines.Deadlines, *deadlines.Extension) {}, "lgpd@1 knows no extension"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, extension := compute(t, c.profile, "DE", "2026-03-03"), valid()
			c.change(&d, &extension)
			_, err := d.Extend(extension)
			require.ErrorContains(t, err, c.want)
		})
	}
}
