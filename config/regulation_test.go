package config_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
)

func TestLoadReadsWhereAPersonApproves(t *testing.T) {
	t.Parallel()
	const systems = "systems:\n  - {name: a, connector: none, reason: retired, approval: required}\n  - {name: b, connector: none, reason: retired}\n"
	for approval, want := range map[string][]bool{"": {true, false}, "approval: none\n": {true, false}, "approval: required\n": {true, true}} {
		plan := load(t, approval+systems, config.Options{}).Plan()
		require.Equal(t, want, []bool{plan.Systems[0].ApprovalRequired, plan.Systems[1].ApprovalRequired}, approval)
	}
}

func TestLoadReadsByWhoseLawRequestsAreAnswered(t *testing.T) {
	t.Parallel()
	const systems = "systems:\n  - {name: old, connector: none, reason: retired}\n"
	received := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC) // 5 April 2026 is Easter Sunday
	for regulation, due := range map[string]string{
		"": "2026-04-06T23:59:59Z",
		"regulation: {country: FR, time_zone: Europe/Paris}\n": "2026-04-07T23:59:59+02:00",
		"regulation: {profile: lgpd, days: 10}\n":              "2026-03-15T23:59:59Z",
		"regulation: {profile: ccpa@1}\n":                      "2026-04-19T23:59:59Z",
	} {
		d, err := load(t, regulation+systems, config.Options{}).Regulation.Deadlines(received)
		require.NoError(t, err)
		require.Equal(t, due, d.Due.Format(time.RFC3339), regulation)
	}
}
