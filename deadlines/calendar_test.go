package deadlines_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/deadlines"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// free lists the Mondays to Fridays of a year that are public holidays.
func free(country string, year int) string {
	var days []string
	for at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == year; at = at.AddDate(0, 0, 1) {
		if weekday := at.Weekday(); weekday != time.Saturday && weekday != time.Sunday && deadlines.Free(country, year, at.Month(), at.Day()) {
			days = append(days, at.Format("01-02"))
		}
	}
	return strings.Join(days, " ")
}

func TestEasterMondayIsRightUntil2030(t *testing.T) {
	t.Parallel()
	western := map[int]string{2024: "04-01", 2025: "04-21", 2026: "04-06", 2027: "03-29", 2028: "04-17", 2029: "04-02", 2030: "04-22"}
	eastern := map[int]string{2024: "05-06", 2025: "04-21", 2026: "04-13", 2027: "05-03", 2028: "04-17", 2029: "04-09", 2030: "04-29"}
	for year := 2024; year <= 2030; year++ {
		for _, country := range deadlines.Countries() {
			days := free(country, year)
			switch country {
			case "BG", "GR", "RO":
				require.Contains(t, days, eastern[year], "%s %d", country, year)
			case "BR", "ES", "US": // no holiday of the whole country
			default:
				require.Contains(t, days, western[year], "%s %d", country, year)
			}
		}
	}
}

// The lists of the bank holidays of England and Wales and of the federal
// holidays of the United States are those that the governments publish.
func TestSubstituteDaysAreThoseThatGovernmentsPublish(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country string
		year    int
		want    string
	}{
		{"GB", 2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26"},
		{"GB", 2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"},
		{"GB", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"},
		{"GB", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"},
		{"GB", 2028, "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26"},
		{"US", 2024, "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25"},
		{"US", 2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"},
		{"US", 2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"},
		{"US", 2027, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"},
		{"US", 2028, "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25"},
		{"DE", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 12-25"},
		{"FR", 2024, "01-01 04-01 05-01 05-08 05-09 05-20 08-15 11-01 11-11 12-25"},
		{"FR", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 11-11 12-25"},
		{"IE", 2026, "01-01 02-02 03-17 04-06 05-04 06-01 08-03 10-26 12-25"},
		{"IE", 2030, "01-01 02-01 04-22 05-06 06-03 08-05 10-28 12-25 12-26"},
		{"ES", 2026, "01-01 01-06 04-03 05-01 10-12 12-08 12-25"},
		{"LV", 2025, "01-01 04-18 04-21 05-01 05-05 06-23 06-24 11-18 12-24 12-25 12-26 12-31"},
	} {
		require.Equal(t, c.want, free(c.country, c.year), "%s %d", c.country, c.year)
	}
}

func TestWhereTheLibraryIsWrongTheLawIsFollowed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country, day string
		free         bool
		why          string
	}{
		{"BG", "2024-05-01", true, "Labour Day on a Wednesday stays"},
		{"BG", "2024-05-07", false, "and has no substitute"},
		{"BG", "2027-05-04", true, "Labour Day on Holy Saturday moves behind Easter"},
		{"BG", "2025-05-01", true, "Labour Day after Easter stays"},
		{"BR", "2026-02-17", false, "Carnival is optional"},
		{"BR", "2026-06-04", false, "Corpus Christi is optional"},
		{"BR", "2023-11-20", false, "not yet"},
		{"BR", "2024-11-20", true, "Consciência Negra"},
		{"DK", "2026-06-05", false, "Constitution Day is half a holiday"},
		{"DK", "2025-05-16", false, "Store bededag was abolished"},
		{"IT", "2024-10-04", false, "not yet"},
		{"IT", "2027-10-04", true, "San Francesco"},
		{"NL", "2026-04-03", false, "Good Friday is no holiday"},
		{"NL", "2026-05-05", true, "Bevrijdingsdag is one every year"},
		{"PL", "2024-12-24", false, "not yet"},
		{"PL", "2025-12-24", true, "Wigilia"},
		{"RO", "2023-01-06", false, "not yet"},
		{"RO", "2025-01-06", true, "Boboteaza"},
		{"RO", "2025-01-07", true, "Sfântul Ioan"},
		{"SE", "2026-06-19", false, "Midsummer's Eve"},
		{"SE", "2026-12-24", false, "Christmas Eve"},
		{"SE", "2026-12-31", false, "New Year's Eve"},
		{"SK", "2023-09-01", true, "the last time"},
		{"SK", "2025-09-01", false, "Constitution Day is a working day"},
		{"SK", "2023-11-17", true, "still"},
		{"SK", "2025-11-17", false, "17 November is a working day"},
		{"SK", "2025-05-08", true, "the last time"},
		{"SK", "2026-05-08", false, "8 May is a working day"},
		{"SK", "2025-09-15", true, "the last time"},
		{"SK", "2026-09-15", false, "15 September is a working day"},
	} {
		at, err := time.Parse(time.DateOnly, c.day)
		require.NoError(t, err)
		require.Equal(t, c.free, deadlines.Free(c.country, at.Year(), at.Month(), at.Day()), "%s %s: %s", c.country, c.day, c.why)
	}
}

func TestHolidaysDoNotDependOnTheMachinesTimeZone(t *testing.T) {
	t.Parallel()
	require.Same(t, time.UTC, cal.DefaultLoc)
}

func TestEveryCoveredCountryIsNamed(t *testing.T) {
	t.Parallel()
	require.Equal(t, "AT BE BG BR CZ DE DK ES FR GB GR HR IE IT LT LV NL NO PL RO SE SI SK US", strings.Join(deadlines.Countries(), " "))
}

// A change of the library or of the corrections shows here. It needs a new
// CalendarVersion, as a report names the calendar by which a date was found.
func TestACalendarThatChangesHasANewVersion(t *testing.T) {
	t.Parallel()
	text := &strings.Builder{}
	fmt.Fprintf(text, "%s\n", deadlines.CalendarVersion)
	for _, country := range deadlines.Countries() {
		for year := 2024; year <= 2030; year++ {
			fmt.Fprintf(text, "%s %d %s\n", country, year, free(country, year))
		}
	}
	file := filepath.Join("testdata", "golden", "holidays.txt")
	want, err := os.ReadFile(file)
	if *update && text.String() != string(want) {
		require.NotContains(t, string(want), deadlines.CalendarVersion+"\n", "raise CalendarVersion first")
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
		require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o600))
		return
	}
	require.NoError(t, err)
	require.Equal(t, string(want), text.String(), "raise CalendarVersion and run the test with -update")
}

func TestTheCalendarVersionNamesTheLibraryInUse(t *testing.T) {
	t.Parallel()
	module, err := os.ReadFile(filepath.Join("..", "go.mod"))
	require.NoError(t, err)
	library, _, _ := strings.Cut(deadlines.CalendarVersion, "+")
	require.Contains(t, string(module), strings.Replace(library, "@", " ", 1)+"\n")
}
