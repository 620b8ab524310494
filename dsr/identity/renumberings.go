package identity

import "strings"

// A Renumbering is how the numbers of one country's lines changed, or how a network writes
// them in another way.
type Renumbering struct {
	// Country is the ISO 3166-1 alpha-2 code.
	Country string
	// Since is the day from which the new numbers count, as YYYY-MM-DD, or less of it.
	Since string
	// Old matches a whole old number without its plus sign, and New is what became of it; $1
	// … are the parts that Old captures. NewForm and OldForm lead the way back.
	Old, New         string
	NewForm, OldForm string
	// OneToOne says that both numbers are the same line's and nobody else's: the old one is
	// no number of today's plan. They then have one normal form, the new number. Where it is
	// false the other number is asked for, and what it leads to is held for a person.
	OneToOne bool
	// Ahead says that the phone library does not know the new numbers yet.
	Ahead bool
	// Lines says which lines, in a word or two.
	Lines string
	// Source is where the facts are from: "secondary" unless it says more. Pages of ITU and
	// of the regulators could not be read.
	Source string
}

// areas are Brazil's area codes. Digits that are none may begin with 90, which is dialled
// before a collect call: the phone library takes it away.
const areas = `1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9]`

// Renumberings is the table of lines that have several numbers. docs/identities.md prints
// it, and names the renumberings that it leaves out.
func Renumberings() []Renumbering {
	table := []Renumbering{
		{
			Country: "MX", Since: "2019-08-03", OneToOne: true, Lines: "mobile; WhatsApp writes the old form",
			Old: `521([2-9]\d{9})`, New: `52$1`, NewForm: `52([2-9]\d{9})`, OldForm: `521$1`,
			Source: "libphonenumber, metadata comments on MX; press quoting the IFT",
		},
		{
			Country: "BJ", Since: "2024-11-30", OneToOne: true, Lines: "all, but for 81 and 85, where companies' numbers are",
			Old: `229((?:[24-79]\d|8[02-46-9])\d{6})`, New: `22901$1`, NewForm: `22901((?:[24-79]\d|8[02-46-9])\d{6})`, OldForm: `229$1`,
			Source: "ITU notice quoted in floere/phony, pull request 535",
		},
		{
			Country: "GA", Since: "2019-11-15", OneToOne: true, Lines: "fixed",
			Old: `2410?1(\d{6})`, New: `24111$1`, NewForm: `24111(\d{6})`, OldForm: `24101$1`,
			Source: "libphonenumber, migrator recipes for GA",
		},
		{
			Country: "GA", Since: "2019-11-15", OneToOne: true, Lines: "mobile 2, 5, 6",
			Old: `2410?([256]\d{6})`, New: `2416$1`, NewForm: `2416([256]\d{6})`, OldForm: `2410$1`,
			Source: "libphonenumber, migrator recipes for GA",
		},
		{
			Country: "GA", Since: "2019-11-15", OneToOne: true, Lines: "mobile 4, 7",
			Old: `2410?([47]\d{6})`, New: `2417$1`, NewForm: `2417([47]\d{6})`, OldForm: `2410$1`,
			Source: "libphonenumber, migrator recipes for GA",
		},
		{
			Country: "CM", Since: "2014-11-21", OneToOne: true, Lines: "mobile, but for 88, where toll-free numbers are",
			Old: `237((?:[579]\d|8[0-79])\d{6})`, New: `2376$1`, NewForm: `2376((?:[579]\d|8[0-79])\d{6})`, OldForm: `237$1`,
			Source: "ITU Operational Bulletin 1063, cited in libphonenumber's comments",
		},
		{
			Country: "CO", Since: "2021-09-01", OneToOne: true, Lines: "fixed, but for 46",
			Old: `57((?:[125-8]\d|4[0-57-9])\d{6})`, New: `5760$1`, NewForm: `5760((?:[125-8]\d|4[0-57-9])\d{6})`, OldForm: `57$1`,
			Source: "press quoting CRC Resolution 5826 of 2019; libphonenumber 8.12.31",
		},
		{
			Country: "CO", Since: "2021-09-01", Lines: "fixed 46: some are numbers today",
			Old: `57(46\d{6})`, New: `5760$1`, NewForm: `5760(46\d{6})`, OldForm: `57$1`,
			Source: "press quoting CRC Resolution 5826 of 2019; libphonenumber 8.12.31",
		},
		{
			Country: "NG", Since: "2024-01-01", OneToOne: true, Lines: "fixed of eight digits",
			Old: `234([1-9]\d{7})`, New: `23420$1`, NewForm: `23420([1-9]\d{7})`, OldForm: `234$1`,
			Source: "press quoting the NCC, 2023-09-20",
		},
		{
			Country: "SA", Since: "2013", OneToOne: true, Lines: "fixed",
			Old: `966([1-7]\d{7})`, New: `9661$1`, NewForm: `9661([1-7]\d{7})`, OldForm: `966$1`,
			Source: "libphonenumber, migrator recipes for SA",
		},
		{
			Country: "BR", Since: "2016-11-06", OneToOne: true, Lines: "mobile 6, 8, 9; WhatsApp may write the old form",
			Old: `55(` + areas + `)([689]\d{7})`, New: `55${1}9$2`, NewForm: `55(` + areas + `)9([689]\d{7})`, OldForm: `55$1$2`,
			Source: "libphonenumber, migrator recipes for BR; waha issues 238 and 2120",
		},
		{
			Country: "BR", Since: "2016-11-06", Lines: "mobile 7: trunked radio kept eight digits",
			Old: `55(` + areas + `)(7\d{7})`, New: `55${1}9$2`, NewForm: `55(` + areas + `)9(7\d{7})`, OldForm: `55$1$2`,
			Source: "libphonenumber, comments on BR: mobile radio services were not migrated",
		},
		{
			Country: "AR", Since: "-", Lines: "a mobile written as a fixed line, and back",
			Old: `54([123]\d{9})`, New: `549$1`, NewForm: `549([123]\d{9})`, OldForm: `54$1`,
			Source: "libphonenumber, comments on AR; chatwoot, normalisation of WhatsApp numbers",
		},
		{
			Country: "GW", Since: "2015", Lines: "mobile 5",
			Old: `245(5\d{6})`, New: `24595$1`, NewForm: `24595(5\d{6})`, OldForm: `245$1`,
			Source: "libphonenumber, metadata before and after 7.1.1; the rule is read off the patterns",
		},
		{
			Country: "GW", Since: "2015", Lines: "mobile 6",
			Old: `245(6\d{6})`, New: `24596$1`, NewForm: `24596(6\d{6})`, OldForm: `245$1`,
			Source: "libphonenumber, metadata before and after 7.1.1; the rule is read off the patterns",
		},
		{
			Country: "GW", Since: "2015", Lines: "mobile 7",
			Old: `245(7\d{6})`, New: `24597$1`, NewForm: `24597(7\d{6})`, OldForm: `245$1`,
			Source: "libphonenumber, metadata before and after 7.1.1; the rule is read off the patterns",
		},
		{
			Country: "GW", Since: "2015", Lines: "fixed",
			Old: `245(3\d{6})`, New: `24544$1`, NewForm: `24544(3\d{6})`, OldForm: `245$1`,
			Source: "libphonenumber, metadata before and after 7.1.1; the rule is read off the patterns",
		},
		{
			Country: "PF", Since: "2014-06-23", OneToOne: true, Lines: "fixed, but for 44",
			Old: `689(4[0-35-9]\d{4})`, New: `68940$1`, NewForm: `68940(4[0-35-9]\d{4})`, OldForm: `689$1`,
			Source: "libphonenumber, metadata before and after 7.0",
		},
		{
			Country: "PF", Since: "2014-06-23", Lines: "fixed 44: today a company's number",
			Old: `689(44\d{4})`, New: `68940$1`, NewForm: `68940(44\d{4})`, OldForm: `689$1`,
			Source: "libphonenumber, metadata before and after 7.0",
		},
		{
			Country: "PF", Since: "2014-06-23", Lines: "mobile, if of Vini",
			Old: `689([237]\d{5})`, New: `68987$1`, NewForm: `68987([237]\d{5})`, OldForm: `689$1`,
			Source: "libphonenumber, metadata before and after 7.0; which operator, nobody says",
		},
		{
			Country: "PF", Since: "2014-06-23", Lines: "mobile, if of another operator",
			Old: `689([237]\d{5})`, New: `68989$1`, NewForm: `68989([237]\d{5})`, OldForm: `689$1`,
			Source: "libphonenumber, metadata before and after 7.0; which operator, nobody says",
		},
		{
			Country: "XK", Since: "2016-12-15", Lines: "mobile; before, by way of Monaco",
			Old: `377(4[45]\d{6})`, New: `383$1`, NewForm: `383(4[45]\d{6})`, OldForm: `377$1`,
			Source: "press; libphonenumber, comments on 377",
		},
		{
			Country: "XK", Since: "2016-12-15", Lines: "mobile; before, by way of Slovenia",
			Old: `386(4[39]\d{6})`, New: `383$1`, NewForm: `383(4[39]\d{6})`, OldForm: `386$1`,
			Source: "press; libphonenumber, comments on 386",
		},
		{
			Country: "XK", Since: "2016-12-15", Lines: "fixed; before, by way of Serbia",
			Old: `381((?:2[89]|3[89])\d{6,7})`, New: `383$1`, NewForm: `383((?:2[89]|3[89])\d{6,7})`, OldForm: `381$1`,
			Source: "press",
		},
	}
	table = append(table, ivoryCoast()...)
	table = append(table, vietnam()...)
	return append(table, gambia()...)
}

// ivoryCoast: on 31 January 2021 two digits by operator and kind of line went before the
// eight that a number had. No prefix stands twice.
func ivoryCoast() []Renumbering {
	var table []Renumbering
	for _, operator := range [][2]string{
		{"01", "01 02 03 40 41 42 43 50 51 52 53 70 71 72 73"},
		{"05", "04 05 06 44 45 46 54 55 56 64 65 66 74 75 76 84 85 86 94 95 96"},
		{"07", "07 08 09 47 48 49 57 58 59 67 68 69 77 78 79 87 88 89 97 98"},
		{"21", "208 218 228 238"},
		{"25", "200 210 220 230 240 300 310 320 330 340 350 360"},
		{"27", "202 203 212 213 215 217 224 225 234 235 243 244 245 306 316 319 327 337 347 359 368"},
	} {
		digits, lines := `\d{6}`, "mobile"
		if operator[0][0] == '2' {
			digits, lines = `\d{5}`, "fixed"
		}
		number := `((?:` + strings.ReplaceAll(operator[1], " ", "|") + `)` + digits + `)`
		table = append(table, Renumbering{
			Country: "CI", Since: "2021-01-31", OneToOne: true, Lines: lines + ", now " + operator[0],
			Old: `225` + number, New: `225` + operator[0] + `$1`, NewForm: `225` + operator[0] + number, OldForm: `225$1`,
			Source: "guyaristide/numerotation, a copy of the E.129 table; press quoting the ARTCI",
		})
	}
	return table
}

// vietnam: in autumn 2018 mobile numbers of eleven digits became numbers of ten.
func vietnam() []Renumbering {
	var table []Renumbering
	for _, pair := range strings.Fields("120>70 121>79 122>77 126>76 128>78 123>83 124>84 125>85 127>81 129>82 " +
		"162>32 163>33 164>34 165>35 166>36 167>37 168>38 169>39 186>56 188>58 199>59") {
		before, after, _ := strings.Cut(pair, ">")
		table = append(table, Renumbering{
			Country: "VN", Since: "2018-09-15", OneToOne: true, Lines: "mobile " + before,
			Old: `84` + before + `(\d{7})`, New: `84` + after + `$1`, NewForm: `84` + after + `(\d{7})`, OldForm: `84` + before + `$1`,
			Source: "libphonenumber, migrator recipes for VN",
		})
	}
	return table
}

// gambia: since 4 September 2026 mobile numbers of three operators have two digits more.
// Both are dialled until 30 November 2026.
func gambia() []Renumbering {
	var table []Renumbering
	for _, operator := range [][2]string{
		{"87", `(?:[27]\d|4[01])\d{5}`}, {"83", `5[0-389]\d{5}|3\d{6}`}, {"86", `6\d{6}`},
	} {
		table = append(table, Renumbering{
			Country: "GM", Since: "2026-09-04", OneToOne: true, Ahead: true, Lines: "mobile, now " + operator[0],
			Old: `220(` + operator[1] + `)`, New: `220` + operator[0] + `$1`, NewForm: `220` + operator[0] + `(` + operator[1] + `)`, OldForm: `220$1`,
			Source: "validator.js, pull request 2870, quoting the PURA",
		})
	}
	return table
}
