package crowd

import (
	"math/rand/v2"
	"strings"
)

// country is what is needed to draw the lines of a numbering plan and to write them as people do.
type country struct {
	code  string
	trunk string // what the national form begins with
	// mobile and landline are patterns of national numbers: x is any digit, n is 2 to 9.
	mobile, landline []string
	// groups is how many digits stand together; the last group takes the rest.
	groups []int
}

var (
	germany = &country{
		code: "49", trunk: "0",
		mobile: words("151xxxxxxxx 152nxxxxxxx 157nxxxxxxx 159nxxxxxxx 160nxxxxxx 162nxxxxxx 163nxxxxxx 170nxxxxxx " +
			"171nxxxxxx 172nxxxxxx 175nxxxxxx 176nxxxxxxx 177nxxxxxx 179nxxxxxx"),
		landline: words("30nxxxxxxx 40nxxxxxxx 89nxxxxxxx"), groups: []int{3, 4, 4},
	}
	france = &country{
		code: "33", trunk: "0", mobile: words("60xxxxxxx 61xxxxxxx 62xxxxxxx 66xxxxxxx 67xxxxxxx 76xxxxxxx 78xxxxxxx"),
		landline: words("14nxxxxxx 15nxxxxxx"), groups: []int{1, 2, 2, 2, 2},
	}
	britain = &country{
		code: "44", trunk: "0", mobile: words("71xxxxxxxx 72xxxxxxxx 73xxxxxxxx"), landline: words("207nxxxxxx 208nxxxxxx"),
		groups: []int{4, 6},
	}
	unitedStates = &country{
		code: "1", mobile: words("212nn0xxxx 415nn0xxxx 312nn0xxxx 617nn0xxxx 206nn0xxxx 702nn0xxxx"),
		landline: words("212nn2xxxx 415nn2xxxx"), groups: []int{3, 3, 4},
	}
	mexico = &country{
		code: "52", mobile: words("55nxxxxxxx 33nxxxxxxx 81nxxxxxxx 222nxxxxxx 442nxxxxxx 664nxxxxxx"),
		landline: words("55nxxxxxxx 33nxxxxxxx"), groups: []int{2, 4, 4},
	}
	brazil = &country{
		code: "55",
		mobile: words("1196xxxxxxx 1197xxxxxxx 1198xxxxxxx 1199xxxxxxx 2198xxxxxxx 2199xxxxxxx 1998xxxxxxx 3198xxxxxxx " +
			"3199xxxxxxx 4199xxxxxxx 5198xxxxxxx 6199xxxxxxx 7198xxxxxxx 8199xxxxxxx 8598xxxxxxx"),
		landline: words("113xxxxxxx 213xxxxxxx 413xxxxxxx"), groups: []int{2, 5, 4},
	}
	// benin has put 01 before every number since 30 November 2024.
	benin = &country{
		code: "229", mobile: words("0161xxxxxx 0162xxxxxx 0166xxxxxx 0167xxxxxx 0190xxxxxx 0195xxxxxx 0196xxxxxx 0197xxxxxx"),
		landline: words("01213xxxxx"), groups: []int{2, 2, 2, 2, 2},
	}
	tunisia = &country{
		code: "216", mobile: words("20xxxxxx 22xxxxxx 25xxxxxx 50xxxxxx 52xxxxxx 97xxxxxx 98xxxxxx"),
		landline: words("71nxxxxx"), groups: []int{2, 3, 3},
	}
	poland = &country{
		code: "48", mobile: words("50xxxxxxx 51xxxxxxx 60xxxxxxx 69xxxxxxx 79xxxxxxx"), landline: words("22nxxxxxx"),
		groups: []int{3, 3, 3},
	}
)

// line is one subscriber line under the present plan of its country.
type line struct {
	country  *country
	number   string // national, without trunk prefix
	landline bool
}

func (l line) none() bool { return l.country == nil }

// key is the same for every way to write the line.
func (l line) key() string { return "+" + l.country.code + l.number }

// older is the number as it was before its country changed it, or as some networks still write it:
// Mexico's 1 before mobiles, Brazil's mobiles without the ninth digit, Benin's eight digits. It is
// the number itself elsewhere.
func (l line) older() string {
	switch {
	case l.country == mexico && !l.landline:
		return "1" + l.number
	case l.country == brazil && !l.landline:
		return l.number[:2] + l.number[3:]
	case l.country == benin:
		return l.number[2:]
	}
	return l.number
}

// whatsApp writes the number as WhatsApp's ids do.
func (l line) whatsApp(r *rand.Rand) string {
	rate := 0.0
	switch l.country {
	case mexico:
		rate = 0.85
	case benin:
		rate = 0.7
	case brazil: // by rule from area code 31 on, below by the age of the account
		rate = 0.15
		if l.number >= "31" {
			rate = 0.9
		}
	}
	if chance(r, rate) {
		return l.country.code + l.older()
	}
	return l.country.code + l.number
}

// typed writes the number as people and programs do. The company is in Germany: numbers of that
// country are often written in the national form, others seldom, for nobody can read them then.
func (l line) typed(r *rand.Rand) string {
	number := l.number
	old := map[*country]float64{mexico: 0.25, brazil: 0.08, benin: 0.35}[l.country]
	if chance(r, old) {
		number = l.older()
	}
	national := 0.03
	if l.country == germany {
		national = 0.35
	}
	if chance(r, national) {
		return l.national(r)
	}
	code := l.country.code
	switch weighted(r, 38, 26, 10, 6, 6, 4, 3, 2, 1) {
	case 0:
		return "+" + code + number
	case 1:
		return "+" + code + " " + l.grouped(number, " ")
	case 2:
		return "00" + code + " " + l.grouped(number, " ")
	case 3:
		return "00" + code + number
	case 4:
		return "+" + code + "-" + l.grouped(number, "-")
	case 5:
		if l.country.trunk == "0" {
			return "+" + code + " (0) " + l.grouped(number, " ")
		}
		return "(+" + code + ") " + number
	case 6:
		return "+" + code + " " + l.grouped(number, ".")
	case 7:
		return "tel:+" + code + "-" + l.grouped(number, "-")
	default:
		return " +" + code + " " + number + " "
	}
}

// typedByOwner writes the number as its owner does in a request: abroad with the code of the
// country, which the company asks for, and in the old form where people are used to it.
func (l line) typedByOwner(r *rand.Rand) string {
	if l.country == germany {
		return l.typed(r)
	}
	for {
		if typed := l.typed(r); strings.Contains(typed, "+") || strings.HasPrefix(typed, "00") {
			return typed
		}
	}
}

// national writes the number as one does at home.
func (l line) national(r *rand.Rand) string {
	number := l.grouped(l.number, " ")
	switch {
	case l.country == unitedStates:
		return "(" + l.number[:3] + ") " + l.number[3:6] + "-" + l.number[6:]
	case l.country == brazil:
		return "(" + l.number[:2] + ") " + l.number[2:len(l.number)-4] + "-" + l.number[len(l.number)-4:]
	case l.country == germany && chance(r, 0.3):
		cut := 3
		if l.landline {
			cut = 2
		}
		return l.country.trunk + l.number[:cut] + "/" + l.number[cut:]
	case chance(r, 0.3):
		return l.country.trunk + l.number
	}
	return l.country.trunk + number
}

// grouped parts the digits in groups, from the left.
func (l line) grouped(number, by string) string {
	var b strings.Builder
	if l.country == mexico && len(number) > len(l.number) { // the old 1 stands alone
		b.WriteString(number[:1] + by)
		number = number[1:]
	}
	groups := l.country.groups
	if l.country == brazil && len(number) == 10 { // no ninth digit
		groups = []int{2, 4, 4}
	}
	for i, size := range groups {
		if i > 0 {
			b.WriteString(by)
		}
		if size >= len(number) || i == len(groups)-1 {
			b.WriteString(number)
			return b.String()
		}
		b.WriteString(number[:size])
		number = number[size:]
	}
	return b.String()
}

// line draws a line that nobody has.
func (d *drawing) line(c *country, landline bool) line {
	patterns := c.mobile
	if landline {
		patterns = c.landline
	}
	for {
		digits := []byte(anyOf(d.rand, patterns))
		for i, x := range digits {
			switch x {
			case 'x':
				digits[i] = "0123456789"[d.rand.IntN(10)]
			case 'n':
				digits[i] = "23456789"[d.rand.IntN(8)]
			}
		}
		l := line{country: c, number: string(digits), landline: landline}
		if !d.takenLines[l.key()] {
			d.takenLines[l.key()] = true
			return l
		}
	}
}
