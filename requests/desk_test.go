package requests

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatIsDueSoonGoesFirst(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	require.Equal(t, Bulk, Bulk.ForDeadline(now.AddDate(0, 0, 8), now))
	require.Equal(t, Urgent, Bulk.ForDeadline(now.AddDate(0, 0, 6), now))
	require.Equal(t, Urgent, Usual.ForDeadline(now.AddDate(0, 0, -1), now), "what is late is not late enough to wait")
}
