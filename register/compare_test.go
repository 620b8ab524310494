package register_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/register"
)

// now is late on 10 March 2026 in Paris, and the next day in Tokyo.
var now = time.Date(2026, 3, 10, 20, 0, 0, 0, time.FixedZone("CET", 3600))

func exemption(decided, review register.Day) *register.Exemption {
	return &register.Exemption{Reason: "It keeps nothing.", DecidedBy: "data protection officer", DecidedOn: decided, ReviewOn: review}
}

// compared is what came of a register with this one recipient.
func compared(t *testing.T, r register.Recipient, systems ...string) register.Entry {
	t.Helper()
	coverage := register.Register{Recipients: []register.Recipient{r}}.Compare(systems, now)
	require.Len(t, coverage.Recipients, 1)
	require.Equal(t, r, coverage.Recipients[0].Recipient)
	return coverage.Recipients[0]
}

func TestWhatARecipientIsCoveredBy(t *testing.T) {
	t.Parallel()
	systems := []string{"gist", "landbot", "facebook-ads"}
	for name, c := range map[string]struct {
		recipient register.Recipient
		state     register.State
		coveredBy []string
		unknown   []register.Unknown
	}{
		"a system of its own name":     {register.Recipient{Name: "gist"}, register.Covered, []string{"gist"}, nil},
		"no system and no exemption":   {register.Recipient{Name: "alore"}, register.Uncovered, nil, nil},
		"a name that is nearly right":  {register.Recipient{Name: "landbott"}, register.Uncovered, nil, nil},
		"the system it names":          {register.Recipient{Name: "meta", Systems: []string{"facebook-ads"}}, register.Covered, []string{"facebook-ads"}, nil},
		"all systems it names":         {register.Recipient{Name: "a", Systems: []string{"gist", "landbot"}}, register.Covered, []string{"gist", "landbot"}, nil},
		"not its own name once others": {register.Recipient{Name: "gist", Systems: []string{"crm"}}, register.UnknownSystem, nil, []register.Unknown{{System: "crm"}}},
		"a system that is misspelt":    {register.Recipient{Name: "g", Systems: []string{"gst"}}, register.UnknownSystem, nil, []register.Unknown{{System: "gst", Nearest: "gist"}}},
		"not by one system of two": {
			register.Recipient{Name: "g", Systems: []string{"gist", "lanbot"}}, register.UnknownSystem,
			[]string{"gist"}, []register.Unknown{{System: "lanbot", Nearest: "landbot"}},
		},
		"an exemption":                    {register.Recipient{Name: "x", Exempt: exemption("2026-01-01", "2027-01-01")}, register.Exempt, nil, nil},
		"an exemption decided today":      {register.Recipient{Name: "x", Exempt: exemption("2026-03-10", "2027-01-01")}, register.Exempt, nil, nil},
		"no exemption decided tomorrow":   {register.Recipient{Name: "x", Exempt: exemption("2026-03-11", "2027-01-01")}, register.Undecided, nil, nil},
		"an exemption on its review day":  {register.Recipient{Name: "x", Exempt: exemption("2025-03-10", "2026-03-10")}, register.Exempt, nil, nil},
		"no exemption after its review":   {register.Recipient{Name: "x", Exempt: exemption("2025-03-10", "2026-03-09")}, register.Expired, nil, nil},
		"an expired exemption has a name": {register.Recipient{Name: "gist", Exempt: exemption("2025-03-10", "2026-03-09")}, register.Expired, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entry := compared(t, c.recipient, systems...)
			require.Equal(t, c.state, entry.State)
			require.Equal(t, c.coveredBy, entry.CoveredBy)
			require.Equal(t, c.unknown, entry.Unknown)
			require.Equal(t, c.state == register.Covered || c.state == register.Exempt, entry.State.Holds())
		})
	}
}

func TestSystemsThatNoRecipientNames(t *testing.T) {
	t.Parallel()
	r := register.Register{Recipients: []register.Recipient{
		{Name: "gist"},
		{Name: "meta", Systems: []string{"facebook-ads", "messenger"}},
		{Name: "skype", Exempt: exemption("2026-01-01", "2027-01-01")},
		{Name: "viber", Exempt: exemption("2026-01-01", "2027-01-01")},
		{Name: "website", Systems: []string{"hosting"}},
	}}
	coverage := r.Compare([]string{"website", "gist", "facebook-ads", "messenger", "hosting", "skype", "hubspot"}, now)

	require.Equal(t, []string{"website", "hubspot"}, coverage.Unnamed,
		"in the order of the configuration; a recipient that names other systems does not name its own")
	require.Equal(t, []string{"skype"}, coverage.ExemptButConfigured)
	require.Empty(t, coverage.Failed())
}

func TestFailedAreThoseOfTheRegisterInItsOrder(t *testing.T) {
	t.Parallel()
	r := register.Register{Recipients: []register.Recipient{
		{Name: "zoo"}, {Name: "gist"}, {Name: "alore", Systems: []string{"crm"}}, {Name: "x", Exempt: exemption("2025-01-01", "2025-06-01")},
	}}
	var names []string
	for _, entry := range r.Compare([]string{"gist"}, now).Failed() {
		names = append(names, entry.Name)
	}
	require.Equal(t, []string{"zoo", "alore", "x"}, names)
}

func TestListsAreNeverNullInJSON(t *testing.T) {
	t.Parallel()
	content, err := json.Marshal(register.Register{}.Compare(nil, now))
	require.NoError(t, err)
	require.JSONEq(t, `{"recipients": [], "not_in_register": [], "exempt_but_configured": []}`, string(content))
}

func TestADayIsThatOfTheClocksPlace(t *testing.T) {
	t.Parallel()
	require.Equal(t, register.Day("2026-03-10"), register.DayOf(now))
	require.Equal(t, register.Day("2026-03-11"), register.DayOf(now.In(time.FixedZone("JST", 9*3600))))
}

func TestParseDayTakesDaysOfTheCalendarOnly(t *testing.T) {
	t.Parallel()
	day, ok := register.ParseDay("2028-02-29")
	require.True(t, ok)
	require.Equal(t, register.Day("2028-02-29"), day)
	for _, text := range []string{"", "2027-02-29", "2027-2-1", "01.02.2027", "2027-02-01T00:00:00Z", "soon", "12027-01-01"} {
		_, ok := register.ParseDay(text)
		require.False(t, ok, text)
	}
}
