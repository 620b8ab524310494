package dsr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
)

func TestOutagesAreAddedUp(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC) }
	one := []dsr.Outage{{From: at(1), Until: at(2), Attempts: 3}}
	require.Equal(t, one, dsr.AddOutage(nil, &one[0]))
	require.Equal(t, one, dsr.AddOutage(one, nil))
	two := dsr.AddOutage(one, &dsr.Outage{From: at(3), Attempts: 1})
	require.Len(t, two, 2)
	require.Equal(t, []dsr.Outage{one[0], {From: at(3), Until: at(5), Attempts: 5}}, dsr.AddOutage(two, &dsr.Outage{From: at(4), Until: at(5), Attempts: 4}), "it went on")
	require.Equal(t, []dsr.Outage{one[0], {From: at(3), Until: at(6), Attempts: 1}}, dsr.EndOutage(two, at(6)))
	require.True(t, two[1].Until.IsZero(), "what was read before stays as it was")
	require.Equal(t, one, dsr.EndOutage(one, at(6)))
	require.Empty(t, dsr.EndOutage(nil, at(6)))

	var many []dsr.Outage
	for i := range 50 {
		many = dsr.AddOutage(many, &dsr.Outage{From: at(i), Until: at(i).Add(time.Minute), Attempts: 1})
	}
	require.Len(t, many, 20)
	require.Equal(t, at(49).Add(time.Minute), many[19].Until)
	require.Equal(t, 31, many[19].Attempts)
}
