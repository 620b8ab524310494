package deadlines_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/deadlines"
)

func profile(t testing.TB, name string) deadlines.Profile {
	t.Helper()
	p, err := deadlines.Lookup(name)
	require.NoError(t, err)
	return p
}

func TestProfilesAreFoundByNameAndByVersion(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"ccpa", "gdpr", "lgpd", "uk"}, deadlines.Names())
	for _, name := range deadlines.Names() {
		p := profile(t, name)
		require.Equal(t, name, p.Name)
		require.NotEmpty(t, p.Basis)
		require.Equal(t, p, profile(t, p.Ref()))
		require.Equal(t, p, profile(t, name+"@1"), "a released version stays")
	}
}

func TestARecordedVersionIsFoundAfterANewerOneWasReleased(t *testing.T) {
	t.Parallel()
	all := []deadlines.Profile{{Name: "gdpr", Version: "1"}, {Name: "uk", Version: "1"}, {Name: "gdpr", Version: "2"}}
	for name, version := range map[string]string{"gdpr": "2", "gdpr@2": "2", "gdpr@1": "1"} {
		p, err := deadlines.Find(all, name)
		require.NoError(t, err)
		require.Equal(t, deadlines.Profile{Name: "gdpr", Version: version}, p)
	}
}

func TestAnUnknownProfileIsAnsweredWithTheKnownOnes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"pdpl", "gdpr@9", "", "GDPR"} {
		_, err := deadlines.Lookup(name)
		require.EqualError(t, err, `there is no deadline profile "`+name+`"; use one of ccpa@1, gdpr@1, lgpd@1, uk@1`)
	}
}

func TestOnlyALawThatLeavesTheNumberOfDaysOpenTakesOne(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ccpa", "gdpr", "uk"} {
		_, err := profile(t, name).WithDays(30)
		require.ErrorContains(t, err, name+"@1 sets the period")
	}
	for _, days := range []int{-1, 0, 366} {
		_, err := profile(t, "lgpd").WithDays(days)
		require.ErrorContains(t, err, "1 to 365")
	}
	p, err := profile(t, "lgpd").WithDays(365)
	require.NoError(t, err)
	require.Equal(t, 365, p.Answer.Days)
	require.Equal(t, 15, profile(t, "lgpd").Answer.Days, "the profile itself stays")
}
