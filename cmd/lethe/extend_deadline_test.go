package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestADayOfSendingCountsToItsEndOrUntilNow(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.Local)
	s := &streams{now: func() time.Time { return noon }}
	for text, want := range map[string]time.Time{
		"2026-11-23":              time.Date(2026, 11, 23, 23, 59, 59, 0, time.Local),
		"2026-11-24":              noon,
		"2026-11-25":              time.Date(2026, 11, 25, 0, 0, 0, 0, time.Local),
		noon.Format(time.RFC3339): noon,
	} {
		at, err := s.sentAt(text)
		require.NoError(t, err)
		require.True(t, want.Equal(at), "%s: %s", text, at)
	}
	_, err := s.sentAt("yesterday")
	require.Error(t, err)
}
