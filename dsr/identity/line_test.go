package identity_test

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

var (
	update     = flag.Bool("update", false, "write testdata and docs/identities.md anew")
	exhaustive = flag.Bool("exhaustive", false, "draw 100,000 lines of each covered plan, not 2,000")
)

// draws is how many lines of each covered plan are drawn.
func draws() int {
	if *exhaustive {
		return 100_000
	}
	return 2_000
}

// A row of the table, with its patterns.
type row struct {
	identity.Renumbering
	drawn     *syntax.Regexp
	old, form *regexp.Regexp
}

func rowOf(t *testing.T, r identity.Renumbering) row {
	t.Helper()
	drawn, err := syntax.Parse(r.Old, syntax.Perl)
	require.NoError(t, err)
	return row{Renumbering: r, drawn: drawn, old: regexp.MustCompile("^(?:" + r.Old + ")$"), form: regexp.MustCompile("^(?:" + r.NewForm + ")$")}
}

// draw draws an old number, and says what became of it.
func (r row) draw(t *testing.T, random *rand.Rand) (old, current string) {
	t.Helper()
	var b strings.Builder
	write(t, random, &b, r.drawn)
	return b.String(), r.old.ReplaceAllString(b.String(), r.New)
}

func write(t *testing.T, random *rand.Rand, b *strings.Builder, re *syntax.Regexp) {
	t.Helper()
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		var all []rune
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				all = append(all, r)
			}
		}
		b.WriteRune(all[random.IntN(len(all))])
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			write(t, random, b, sub)
		}
	case syntax.OpAlternate:
		write(t, random, b, re.Sub[random.IntN(len(re.Sub))])
	case syntax.OpQuest:
		if random.IntN(2) == 0 {
			write(t, random, b, re.Sub[0])
		}
	case syntax.OpRepeat:
		for range re.Min + random.IntN(re.Max-re.Min+1) {
			write(t, random, b, re.Sub[0])
		}
	case syntax.OpEmptyMatch:
	default:
		t.Fatalf("the generator does not know %v", re.Op)
	}
}

// byCountry are the renumberings of each covered country.
func byCountry(t *testing.T) map[string][]row {
	t.Helper()
	table := map[string][]row{}
	for _, r := range identity.Renumberings() {
		table[r.Country] = append(table[r.Country], rowOf(t, r))
	}
	return table
}

func phoneOf(t *testing.T, region, text string) dsr.Identifier {
	t.Helper()
	id, err := identity.Parser{Region: region}.Parse(dsr.Phone, text)
	if err != nil {
		t.Fatalf("%s read in %q: %v", text, region, err)
	}
	return id
}

func TestEveryFormOfALineHasOneKeyAndNoOtherLineHasIt(t *testing.T) {
	t.Parallel()
	for country, rows := range byCountry(t) {
		t.Run(country, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, uint64(country[0])<<8|uint64(country[1])))
			lines := map[string]string{} // the line by its key
			for i := range draws() {
				row := rows[i%len(rows)]
				old, current := row.draw(t, random)
				if row.OneToOne {
					oneLine(t, row, old, current, lines, i/len(rows)%20 == 0)
				} else {
					twoLines(t, row, old, current)
				}
			}
		})
	}
}

// oneLine holds that both numbers of a line, however they are written, are one identifier.
func oneLine(t *testing.T, row row, old, current string, lines map[string]string, everyForm bool) {
	t.Helper()
	id := phoneOf(t, "", "+"+current)
	if id.Value != "+"+current || phoneOf(t, "", "+"+old) != id {
		t.Fatalf("%s, %s: +%s and +%s are one line, and not one identifier", row.Country, row.Lines, old, current)
	}
	// A line is known by the number that it had, with the trunk zero that Gabon's may lack.
	line := row.form.ReplaceAllString(current, row.OldForm)
	if line != old && strings.Replace(line, "2410", "241", 1) != old {
		t.Fatalf("%s, %s: %s became %s, and that was %s", row.Country, row.Lines, old, current, line)
	}
	if other, ok := lines[id.Key()]; ok && other != line {
		t.Fatalf("%s: the lines %s and %s are one identifier", row.Country, line, other)
	}
	lines[id.Key()] = line
	if !everyForm {
		return
	}
	require.Equal(t, id, phoneOf(t, "GB", "00"+old), row.Country)
	require.Equal(t, id, phoneOf(t, "US", "011"+current), row.Country)
	spellings := identity.Spellings(id)
	require.Contains(t, spellings, "+"+line, "%s: the earlier number is asked for", row.Country)
	require.Contains(t, spellings, line, "%s: and as WhatsApp writes it", row.Country)
	require.Contains(t, spellings, current, row.Country)
	for _, spelling := range spellings {
		if spelling[0] == '+' {
			require.Equal(t, id, phoneOf(t, "", spelling))
		}
	}
	if !row.Ahead && !valid(current) {
		return // digits without a plus sign that nobody has may be what somebody has abroad
	}
	for _, spelling := range append(spellings, old) {
		reads(t, row.Country, spelling, id)
	}
	code := fmt.Sprint(phonenumbers.GetCountryCodeForRegion(row.Country))
	reads(t, row.Country, strings.TrimPrefix(old, code), id)
	reads(t, row.Country, strings.TrimPrefix(current, code), id)
	for _, digest := range dsr.Digests() {
		hash := identity.Hash(dsr.Identifier{Type: dsr.Phone, Value: "+" + line}, digest)
		require.True(t, identity.Means(hash, id), "%s: the digest of the earlier number", row.Country)
	}
	require.NotContains(t, identity.Alternatives(id), id)
}

// reads holds that the text, as a field of the region holds it, is the number, or a doubt of
// which the number is one reading.
func reads(t *testing.T, region, text string, id dsr.Identifier) {
	t.Helper()
	reading := identity.Parser{Region: region}.Field("phone", dsr.Phone, text)
	if !slices.Contains(append(reading.Identifiers, reading.Ambiguous...), id) {
		t.Fatalf("%s in %s reads as %v, not as %s", text, region, reading, id.Value)
	}
}

// twoLines holds that numbers that need not be one line's are two identifiers, of which each
// is asked for with the other.
func twoLines(t *testing.T, row row, old, current string) {
	t.Helper()
	before, after := dsr.Identifier{Type: dsr.Phone, Value: "+" + old}, dsr.Identifier{Type: dsr.Phone, Value: "+" + current}
	if identity.Check(after) != nil || identity.Check(before) != nil {
		// The library does not take every number of the pattern for possible: then there is
		// one number, and nobody is confused with it.
		require.True(t, identity.Check(after) == nil || identity.Check(before) == nil, "%s, %s: neither +%s nor +%s is a number",
			row.Country, row.Lines, old, current)
		return
	}
	if !slices.Contains(identity.Alternatives(before), after) || !slices.Contains(identity.Alternatives(after), before) {
		t.Fatalf("%s, %s: %s and %s are not asked for with each other", row.Country, row.Lines, before.Value, after.Value)
	}
	if before.Same(after) || slices.Contains(identity.Spellings(before), after.Value) {
		t.Fatalf("%s, %s: %s and %s need not be one line", row.Country, row.Lines, before.Value, after.Value)
	}
}

// stillNumbers are the covered lines whose old numbers the library takes for somebody's
// today, with the reason why they are nobody's all the same.
var stillNumbers = map[string]string{
	"GA": "the library keeps the numbers of before 2019 in its plan; the plan is closed at eight digits without a leading zero",
	"GM": "the library does not know the change of 2026 yet, and both numbers were dialled until the end of November",
}

func TestAnOldNumberIsNobodysToday(t *testing.T) {
	t.Parallel()
	for country, rows := range byCountry(t) {
		random := rand.New(rand.NewPCG(2, 2))
		for _, row := range rows {
			var oldValid, newValid string
			for range min(draws(), 5_000) / 2 {
				old, current := row.draw(t, random)
				if valid(old) {
					oldValid = old
				}
				if valid(current) {
					newValid = current
				}
			}
			_, excused := stillNumbers[country]
			if row.OneToOne && !excused {
				require.Empty(t, oldValid, "%s, %s: the old number is somebody's in today's plan", country, row.Lines)
			}
			require.Equal(t, row.Ahead, newValid == "", "%s, %s: Ahead says whether the library knows the new numbers", country, row.Lines)
		}
	}
}

func valid(digits string) bool {
	number, err := phonenumbers.Parse("+"+digits, "")
	return err == nil && phonenumbers.IsValidNumber(number)
}

// TestThePlansAreTheOnesThatTheTableWasMadeFor fails when the library's metadata of a covered
// country change: whether the rows still hold is for a person to look up.
func TestThePlansAreTheOnesThatTheTableWasMadeFor(t *testing.T) {
	t.Parallel()
	const file = "testdata/plans.txt"
	got := plans(t)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(file, []byte(strings.Join(got, "\n")+"\n"), 0o600))
	}
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	want := strings.Split(strings.TrimSpace(string(content)), "\n")
	for i, line := range got {
		country, _, _ := strings.Cut(line, " ")
		require.Less(t, i, len(want), "the plan of %s is not in %s, run with -update", country, file)
		require.Equal(t, want[i], line, "the plan of %s changed in the library, check Renumberings, then run with -update", country)
	}
	require.Len(t, got, len(want))
}

func plans(t *testing.T) []string {
	t.Helper()
	collection, err := phonenumbers.MetadataCollection()
	require.NoError(t, err)
	table := byCountry(t)
	var lines []string
	for _, country := range slices.Sorted(maps.Keys(table)) {
		for _, plan := range collection.GetMetadata() {
			if plan.GetId() == country {
				text, err := proto.MarshalOptions{Deterministic: true}.Marshal(plan)
				require.NoError(t, err)
				sum := sha256.Sum256(text)
				lines = append(lines, country+" metadata "+hex.EncodeToString(sum[:8]))
			}
		}
		for i, row := range table[country] {
			random := rand.New(rand.NewPCG(3, uint64(i)))
			for range 2 {
				old, current := row.draw(t, random)
				lines = append(lines, country+" old "+verdict(old), country+" new "+verdict(current))
			}
		}
	}
	return lines
}

// verdict is what the library says of a number.
func verdict(digits string) string {
	number, err := phonenumbers.Parse("+"+digits, "")
	if err != nil {
		return "+" + digits + " " + err.Error()
	}
	return fmt.Sprintf("+%s possible=%t valid=%t %s", digits, phonenumbers.IsPossibleNumber(number),
		phonenumbers.IsValidNumber(number), phonenumbers.Format(number, phonenumbers.E164))
}
