package identity_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// An example is a number that the phone library gives for a region and a kind of number.
type example struct {
	region string
	id     dsr.Identifier
	number *phonenumbers.PhoneNumber
}

func examples(t *testing.T) []example {
	t.Helper()
	var all []example
	add := func(region string, number *phonenumbers.PhoneNumber) {
		if number == nil {
			return
		}
		written := phonenumbers.Format(number, phonenumbers.E164)
		id, err := identity.Parser{}.Parse(dsr.Phone, written)
		require.NoError(t, err, "%s %s", region, written)
		all = append(all, example{region: region, id: id, number: number})
	}
	for region := range phonenumbers.GetSupportedRegions() {
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.VOICEMAIL; kind++ {
			add(region, phonenumbers.GetExampleNumberForType(region, kind))
		}
	}
	for code := range phonenumbers.GetSupportedGlobalNetworkCallingCodes() {
		add(fmt.Sprint(code), phonenumbers.GetExampleNumberForNonGeoEntity(code))
	}
	require.Greater(t, len(all), 1000)
	return all
}

func TestEverySpellingOfEveryExampleReadsBack(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t) {
		require.NoError(t, identity.Check(e.id), e.id.Value)
		for _, spelling := range identity.Spellings(e.id) {
			if spelling[0] == '+' {
				require.Equal(t, e.id, phoneOf(t, "", spelling), e.region)
			}
			if phonenumbers.GetCountryCodeForRegion(e.region) == 0 { // a network of no region
				continue
			}
			reading := identity.Parser{Region: e.region}.Field("phone", dsr.Phone, spelling)
			require.Contains(t, append(reading.Identifiers, reading.Ambiguous...), e.id, "%s: %q", e.region, spelling)
		}
	}
}

// The national form is what databases of one country hold: to leave it out finds nobody.
func TestTheNationalFormIsAmongTheSpellings(t *testing.T) {
	t.Parallel()
	var without []string
	for _, e := range examples(t) {
		national := phonenumbers.Format(e.number, phonenumbers.NATIONAL)
		if e.number.GetCountryCode() == 54 || phonenumbers.GetCountryCodeForRegion(e.region) == 0 {
			continue // Argentina's has a test of its own
		}
		if phonenumbers.Format(e.number, phonenumbers.E164) != e.id.Value {
			continue // an earlier number of the library's, asked for as such
		}
		digits := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(national)
		if _, err := (identity.Parser{}).Parse(dsr.CustomerID, digits); identity.ReasonOf(err) == identity.Placeholder {
			continue // what people type to fill a field, for which nobody must be asked
		}
		if !slices.Contains(identity.Spellings(e.id), national) {
			without = append(without, e.region+" "+e.id.Value+" "+national)
		}
	}
	require.Empty(t, without)
}

// Numbers beside the examples, with other digits at the end: Argentina's fixed numbers that
// begin with 15 behind their area code are written like mobiles, and left out.
func TestTheSpellingsOfOtherNumbersReadBack(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 4))
	for _, e := range examples(t) {
		if phonenumbers.GetCountryCodeForRegion(e.region) == 0 || len(e.id.Value) < len("+12345678") {
			continue
		}
		for range 4 {
			stem := e.id.Value[:len(e.id.Value)-4]
			id, err := identity.Parser{}.Parse(dsr.Phone, fmt.Sprintf("%s%04d", stem, random.IntN(10_000)))
			if err != nil {
				continue
			}
			for _, spelling := range identity.Spellings(id) {
				reads(t, e.region, spelling, id)
			}
		}
	}
	for _, fixed := range []string{"+541115833165", "+541115000001", "+541123456789", "+542901512345"} {
		for _, spelling := range identity.Spellings(dsr.Identifier{Type: dsr.Phone, Value: fixed}) {
			reads(t, "AR", spelling, dsr.Identifier{Type: dsr.Phone, Value: fixed})
		}
	}
}

func TestArgentineMobilesAreWrittenWithTheirAreaCode(t *testing.T) {
	t.Parallel()
	id := dsr.Identifier{Type: dsr.Phone, Value: "+5491123456789"}
	require.Equal(t, []string{"+5491123456789", "5491123456789", "0111523456789", "+54 9 11 2345-6789", "011 15-2345-6789"},
		identity.CommonSpellings(id))
	for _, spelling := range identity.Spellings(id) {
		require.NotContains(t, spelling, "0915", "no line of anybody's")
		reads(t, "AR", spelling, id)
	}
	for _, dialled := range []string{"011 15 2345 6789", "11 15 2345 6789", "+54 11 15 2345-6789", "+54 (0) 11 15 2345 6789", "54 9 11 2345 6789"} {
		reads(t, "AR", dialled, id)
	}
}

// A zero in brackets is written for every country, whether or not it has a trunk prefix.
func TestAZeroInBracketsIsNotDialledFromAbroad(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t) {
		national := identity.National(e.id)
		code := strings.TrimSuffix(e.id.Value, national)
		if other, err := phonenumbers.Parse(code+"0"+national, ""); err == nil && phonenumbers.IsValidNumber(other) &&
			phonenumbers.Format(other, phonenumbers.E164) == code+"0"+national {
			continue // the zero is part of a number, as in Italy, and of somebody else's
		}
		if strings.HasPrefix(national, "0") {
			require.Equal(t, e.id, phoneOf(t, "", code+" (0)"+national[1:]), e.region) // the zero is part of it
			continue
		}
		for _, written := range []string{code + " (0)" + national, "00" + code[1:] + " (0) " + national, "(" + code + ")(0)" + national} {
			id, err := identity.Parser{Region: "GB"}.Parse(dsr.Phone, written)
			if err == nil && id != e.id && valid(id.Value[1:]) && !valid(e.id.Value[1:]) {
				continue
			}
			require.NoError(t, err, "%s %s", e.region, written)
			require.Equal(t, e.id, id, "%s %s", e.region, written)
		}
	}
}

func TestDigitsWithoutTheirPlusSignAreNeverAnotherNumberAlone(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t) {
		if !valid(e.id.Value[1:]) || len(e.id.Value) < len("+12345678") {
			continue // shorter ones are numbers of companies, and dialled within the country only
		}
		for _, region := range []string{"DE", "FR", "US", "IT", "AT", "BR", "AU", "ID", "XK", "SE"} {
			id, err := identity.Parser{Region: region}.Parse(dsr.Phone, e.id.Value[1:])
			if err == nil {
				require.Equal(t, e.id, id, "%s read in %s", e.id.Value[1:], region)
			}
		}
	}
}
