package connectors_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/connectors"
)

// versioned is a kind whose versions are dated.
func versioned(ends time.Time) connectors.Kind {
	return connectors.Kind{Title: "Some CRM", API: &connectors.API{
		Option: "api_version", Default: "2026-09",
		Versions: []connectors.APIVersion{{Name: "2026-09", Ends: ends}, {Name: "v1"}},
	}}
}

func choosing(version string) connectors.Settings {
	return connectors.Settings{Options: map[string][]string{"api_version": {version}}}
}

func TestTheEndOfAVersion(t *testing.T) {
	t.Parallel()
	kind := versioned(connectors.Day(2028, time.March, 8))
	require.Equal(t, connectors.Support{
		Vendor: "Some CRM", Version: "2026-09", Ends: connectors.Day(2028, time.March, 8), Basis: connectors.EndListed, Option: "api_version",
	}, kind.Support(connectors.Settings{}))
	require.Equal(t, "2028-03-08", kind.Support(connectors.Settings{}).End())
	require.Equal(t, "none announced", kind.Support(choosing("v1")).End())
	require.Equal(t, "not known to this release", kind.Support(choosing("2031-03")).End())
	kind.API.Rule = func(version string) time.Time {
		if version == "2031-03" {
			return connectors.Day(2032, time.September, 1)
		}
		return time.Time{}
	}
	require.Equal(t, "2032-09-01 by the vendor's rule", kind.Support(choosing("2031-03")).End())
	require.Equal(t, connectors.EndUnknown, kind.Support(choosing("beta")).Basis)
	require.Equal(t, connectors.Support{}, connectors.Kind{Title: "By hand"}.Support(connectors.Settings{}))
	require.Empty(t, connectors.Support{}.End())
}

func TestTheEndOfAVersionIsWarnedOf(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 29, 23, 30, 0, 0, time.UTC)
	today := connectors.Day(2026, time.November, 29)
	tests := []struct {
		days int
		want string
	}{
		{91, ""},
		{90, "the support for version 2026-09 of the API of Some CRM ends on 2027-02-27, in 90 days: set " +
			"api_version to a newer version"},
		{1, "the support for version 2026-09 of the API of Some CRM ends on 2026-11-30, in 1 day: set api_version " +
			"to a newer version"},
		{0, "the support for version 2026-09 of the API of Some CRM ended on 2026-11-29, and calls may fail from " +
			"now on without notice: " +
			"set api_version to a newer version"},
		{-1, "the support for version 2026-09 of the API of Some CRM ended on 2026-11-28, and calls may fail from " +
			"now on without notice: " +
			"set api_version to a newer version"},
	}
	for _, test := range tests {
		support := versioned(today.AddDate(0, 0, test.days)).Support(connectors.Settings{})
		require.Equal(t, test.want, support.Warning(now), "%d days before", test.days)
	}
	fixed := versioned(today)
	fixed.API.Option = ""
	require.Contains(t, fixed.Support(connectors.Settings{}).Warning(now), "take a release of Lethe")
	require.Empty(t, versioned(time.Time{}).Support(connectors.Settings{}).Warning(now), "no end is announced")
	require.Empty(t, connectors.Support{}.Warning(now))
}
