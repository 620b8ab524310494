package crowd

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
)

const many = 20_000

// world is drawn once for all tests that read it.
var world = sync.OnceValues(func() (*drawing, Crowd) {
	d := draw(1, many)
	return d, d.crowd()
})

func TestTheSameSeedDrawsTheSameCrowd(t *testing.T) {
	t.Parallel()
	first := Draw(7, 2_000)
	require.Equal(t, first, Draw(7, 2_000))
	require.NotEqual(t, first.Systems, Draw(8, 2_000).Systems)
}

func TestSmallCrowdsAreDrawn(t *testing.T) {
	t.Parallel()
	for _, requests := range []int{-1, 0, 1, 2, 10, 100} {
		for seed := range uint64(20) {
			c := Draw(seed, requests)
			require.Len(t, c.Requests, max(requests, 0))
			require.Len(t, c.Systems, 6)
		}
	}
}

func TestRatesAreAsFixed(t *testing.T) {
	t.Parallel()
	_, c := world()
	counts := map[Kind]float64{}
	for _, r := range c.Requests {
		for _, k := range r.Kinds {
			counts[k]++
		}
	}
	require.Len(t, counts, len(Kinds()))
	for _, k := range Kinds() {
		require.InEpsilon(t, k.Rate()*many, counts[k], 0.1, k)
	}
}

func TestRequestsGiveOneToThreeDifferentIdentifiersMostlyAddresses(t *testing.T) {
	t.Parallel()
	_, c := world()
	types := map[dsr.IdentifierType]int{}
	for i, r := range c.Requests {
		given := map[Given]bool{}
		for _, g := range r.Identifiers {
			given[g] = true
		}
		count := len(r.Identifiers)
		if r.Person != i || count < 1 || count > 3 || len(given) != count || slices.ContainsFunc(r.Identifiers, func(g Given) bool { return g.Value == "" }) {
			require.Fail(t, "not a request", "%+v", r)
		}
		types[r.Identifiers[0].Type]++
	}
	require.Greater(t, types[dsr.Email], many*8/10)
	require.Greater(t, types[dsr.Phone], many/50)
	require.Greater(t, types[dsr.CustomerID], many/100)
}

func TestEveryRecordIsYoursOrAStrangers(t *testing.T) {
	t.Parallel()
	c := Draw(3, 3_000)
	var all []string
	for _, s := range c.Systems {
		for _, r := range s.Records {
			require.NotEmpty(t, r.Owners)
			require.NotEmpty(t, r.Fields)
			all = append(all, key(s.Name, r.ID))
		}
	}
	slices.Sort(all)
	require.Len(t, slices.Compact(slices.Clone(all)), len(all), "ids are unique")
	for person := range 100 {
		yours, strangers := c.Yours(person), c.Strangers(person)
		both := slices.Concat(yours, strangers)
		slices.Sort(both)
		require.Equal(t, all, both)
		for _, k := range c.Untraceable(person) {
			require.Contains(t, strangers, k)
		}
	}
	require.Empty(t, c.Yours(-1))
	require.Empty(t, c.Yours(1<<30))
}

// carriers are the people on whose records an identifier is, by its one form, in order.
func carriers(d *drawing) map[string][]int {
	found := map[string][]int{}
	for s, system := range d.systems {
		for r, record := range system.Records {
			for _, k := range d.keys[s][r] {
				found[k] = append(found[k], record.Owners...)
			}
		}
	}
	for k, people := range found {
		slices.Sort(people)
		found[k] = slices.Compact(people)
	}
	return found
}

func TestGroupsHaveInCommonWhatTheirKindSays(t *testing.T) {
	t.Parallel()
	d, _ := world()
	found := carriers(d)
	for _, g := range d.groups.phones {
		shared := found[d.people[g.members[0]].sharedPhone.key()]
		require.GreaterOrEqual(t, len(shared), 2)
		for _, m := range g.members {
			require.Contains(t, found[d.people[m].sharedPhone.key()], m)
		}
	}
	sameName := 0
	for _, members := range d.groups.families {
		a, b := d.people[members[0]], d.people[members[1]]
		require.Equal(t, a.familyEmail, b.familyEmail)
		require.Subset(t, found[a.familyEmail], members)
		if a.last == b.last {
			sameName++
		}
	}
	require.Greater(t, sameName, len(d.groups.families)*7/10)
	for _, members := range d.groups.roles {
		require.GreaterOrEqual(t, len(members), 2)
		require.Subset(t, found[d.people[members[0]].roleEmail], members)
	}
	for _, rec := range d.groups.recycled {
		present, former := d.people[rec.present], d.people[rec.former]
		require.Equal(t, present.phone, former.formerPhone)
		require.NotEqual(t, present.phone, former.phone)
		require.Subset(t, found[present.phone.key()], []int{rec.present, rec.former})
	}
}

func TestOwnIdentifiersAreOnRecordsOfTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	d, _ := world()
	common := map[string]bool{}
	for _, p := range d.people {
		for _, k := range []string{p.familyEmail, p.roleEmail} {
			common[k] = true
		}
		for _, l := range []line{p.sharedPhone, p.formerPhone} {
			if !l.none() {
				common[l.key()] = true
			}
		}
	}
	for s, system := range d.systems {
		for r, record := range system.Records {
			if len(record.Owners) > 1 {
				continue
			}
			p := d.people[record.Owners[0]]
			own := slices.Concat(p.emails, p.customers, p.clients, []string{p.userID, p.phone.key()})
			if !p.landline.none() {
				own = append(own, p.landline.key())
			}
			for _, k := range d.keys[s][r] {
				if !common[k] && !slices.Contains(own, k) {
					require.Fail(t, "somebody else's identifier", "%s on %s/%s", k, system.Name, record.ID)
				}
			}
		}
	}
	emails := map[string]int{}
	for i, p := range d.people {
		for _, e := range p.emails {
			other, taken := emails[e]
			if taken && !common[e] {
				require.Fail(t, "one address of two people", "%s is of %d and %d", e, i, other)
			}
			emails[e] = i
		}
	}
}

func TestMergedContactsCarryAddressesOfTwo(t *testing.T) {
	t.Parallel()
	d, c := world()
	merged, mainOfFirst := 0, 0
	for r, record := range c.Systems[crm].Records {
		if len(record.Owners) == 1 {
			continue
		}
		merged++
		require.Len(t, record.Owners, 2)
		first, second := d.people[record.Owners[0]], d.people[record.Owners[1]]
		keys := d.keys[crm][r]
		require.Contains(t, keys, first.ownAddress())
		require.Contains(t, keys, second.ownAddress())
		require.NotEqual(t, first.ownAddress(), second.ownAddress())
		require.Equal(t, "email", record.Fields[0].Name)
		require.True(t, record.Fields[0].Main)
		require.Equal(t, "additional_emails", record.Fields[1].Name)
		require.False(t, record.Fields[1].Main)
		if keys[0] == first.ownAddress() {
			mainOfFirst++
		}
		require.NotContains(t, c.Yours(record.Owners[0]), key("crm", record.ID))
	}
	require.Equal(t, len(d.groups.merged), merged)
	require.InDelta(t, 0.6, float64(mainOfFirst)/float64(merged), 0.1)
}

func TestTwoOwnAddressesAreOnOneRecordOrJoined(t *testing.T) {
	t.Parallel()
	d, _ := world()
	records := make([][]recordKeys, len(d.people))
	for s, system := range d.systems {
		for r, record := range system.Records {
			for _, o := range record.Owners {
				records[o] = append(records[o], d.keys[s][r])
			}
		}
	}
	apart, total := 0, 0
	for i, p := range d.people {
		if !p.hasTwo() {
			continue
		}
		total++
		require.Len(t, p.emails, 2)
		require.NotEqual(t, p.emails[0], p.emails[1])
		if !p.apart {
			require.True(t, slices.ContainsFunc(records[i], func(keys recordKeys) bool {
				return slices.Contains(keys, p.emails[0]) && slices.Contains(keys, p.emails[1])
			}))
			continue
		}
		apart++
		link := p.phone.key()
		if p.linkBy == byCustomer {
			link = p.customers[0]
		}
		for _, email := range p.emails {
			require.True(t, slices.ContainsFunc(records[i], func(keys recordKeys) bool {
				return slices.Contains(keys, email) && slices.Contains(keys, link)
			}), "%v by %s", p.emails, p.linkBy)
		}
	}
	require.InDelta(t, 0.5, float64(apart)/float64(total), 0.05)
}

func TestPlaceholdersAreStoredOfSeveralPeople(t *testing.T) {
	t.Parallel()
	d, c := world()
	holders := map[placeholder]map[int]bool{}
	for _, s := range c.Systems {
		for _, record := range s.Records {
			for _, f := range record.Fields {
				ph := placeholder{f.Type, strings.ToLower(strings.TrimSpace(f.Value))}
				if holders[ph] == nil {
					holders[ph] = map[int]bool{}
				}
				holders[ph][record.Owners[0]] = true
			}
		}
	}
	for i, p := range d.people {
		for _, ph := range p.placeholders {
			ph.value = strings.ToLower(ph.value)
			require.True(t, holders[ph][i], "%d %v", i, ph)
			require.GreaterOrEqual(t, len(holders[ph]), 3)
			require.Empty(t, c.Visitors(ph.value))
		}
	}
	for _, value := range []string{"undefined", "null", "n/a", "0", "-", "none", "unknown", "test", "123", "0000000000"} {
		require.NotEmpty(t, holders[placeholder{dsr.CustomerID, value}], value)
	}
	for _, value := range []string{"noreply@example.com", "anonymous@example.com"} {
		require.NotEmpty(t, holders[placeholder{dsr.Email, value}], value)
	}
}

func TestStrangersLookAlike(t *testing.T) {
	t.Parallel()
	d, c := world()
	named, numbered := map[string]int{}, 0
	for i, p := range d.people {
		named[c.Name(i)]++
		for _, e := range p.emails {
			local, domain, _ := strings.Cut(e, "@")
			if before, found := strings.CutSuffix(local, "1"); found && d.takenEmails[before+"@"+domain] > 0 {
				numbered++
			}
		}
	}
	namesakes := 0
	for _, n := range named {
		if n > 1 {
			namesakes += n
		}
	}
	share := float64(namesakes) / float64(len(d.people))
	require.True(t, share > 0.1 && share < 0.5, "%.2f of the people have a namesake", share)
	require.Greater(t, numbered, many/200)
}

func TestValuesAreOfTheirSystems(t *testing.T) {
	t.Parallel()
	d, c := world()
	domain := regexp.MustCompile(`^(([a-z]+\.)?example\.(com|org|net)|[a-z0-9-]+\.example)$`)
	local := regexp.MustCompile(`^[a-z0-9._+-]+$`)
	for _, p := range d.people {
		for _, e := range slices.Concat(p.emails, []string{p.familyEmail, p.roleEmail}) {
			l, dom, _ := strings.Cut(e, "@")
			if e != "" && (!domain.MatchString(dom) || !local.MatchString(l)) {
				require.Fail(t, "not an address of the crowd", e)
			}
		}
	}
	require.Empty(t, c.Systems[analytics].Records)
	digits := regexp.MustCompile(`^[0-9]{8,15}$`)
	plain := 0
	for _, record := range c.Systems[chatbot].Records {
		for _, f := range record.Fields {
			if f.Type == dsr.Phone && digits.MatchString(f.Value) {
				plain++
			}
		}
	}
	require.Greater(t, plain, len(c.Systems[chatbot].Records)/2)
	names := map[string]bool{}
	for _, record := range c.Systems[crm].Records {
		for _, f := range record.Fields {
			names[f.Name] = true
		}
	}
	require.Len(t, names, 7)
}

func TestLinesAreWrittenInTheirForms(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		line  line
		key   string
		older string
	}{
		{line{country: mexico, number: "5512345678"}, "+525512345678", "15512345678"},
		{line{country: mexico, number: "5512345678", landline: true}, "+525512345678", "5512345678"},
		{line{country: brazil, number: "11987654321"}, "+5511987654321", "1187654321"},
		{line{country: brazil, number: "1134567890", landline: true}, "+551134567890", "1134567890"},
		{line{country: benin, number: "0197000001"}, "+2290197000001", "97000001"},
		{line{country: germany, number: "15112345678"}, "+4915112345678", "15112345678"},
	} {
		require.Equal(t, test.key, test.line.key())
		require.Equal(t, test.older, test.line.older())
	}
	require.Equal(t, "1 55 1234 5678", line{country: mexico, number: "5512345678"}.grouped("15512345678", " "))
	require.Equal(t, "11 8765 4321", line{country: brazil, number: "11987654321"}.grouped("1187654321", " "))
	require.Equal(t, "97 00 00 01", line{country: benin, number: "0197000001"}.grouped("97000001", " "))
}

func BenchmarkDraw(b *testing.B) {
	for b.Loop() {
		Draw(1, many)
	}
}
