package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean removes what people paste without seeing it: spaces around the value, format
// characters (zero-width spaces, soft hyphens, byte order marks, directional marks) and
// the difference between composed and decomposed letters (Unicode NFC).
//
// The two joiners stay within letters beyond ASCII: they tell words apart in Persian and
// in Indic scripts, and are valid in domain names there (RFC 5892 appendix A).
func clean(value string) string {
	if plain(value) {
		return strings.TrimSpace(value)
	}
	value = norm.NFC.String(value)
	var b strings.Builder
	var before rune
	for i, r := range value {
		_, size := utf8.DecodeRuneInString(value[i:]) // one byte where it is not UTF-8
		after, _ := utf8.DecodeRuneInString(value[i+size:])
		switch {
		case joiner(r) && letterBeyondASCII(before) && letterBeyondASCII(after):
			b.WriteRune(r)
		case invisible(r):
			continue
		case unicode.IsSpace(r) && !unicode.IsControl(r):
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
		before = r
	}
	// A letter and its accent may have met.
	return strings.TrimSpace(norm.NFC.String(b.String()))
}

// plain reports whether there is nothing but ASCII in the value.
func plain(value string) bool {
	for i := range len(value) {
		if value[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// invisible reports whether a character is not seen and means nothing in an identifier.
func invisible(r rune) bool {
	switch {
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
		return true
	default:
		return r == '\u034f' || r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' // fillers and the grapheme joiner
	}
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

func joiner(r rune) bool { return r == zeroWidthNonJoiner || r == zeroWidthJoiner }

func letterBeyondASCII(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsMark(r))
}

// asciiDigits writes the decimal digits of every script, and full-width signs, as ASCII
// does. Numbers mean the same in all of them.
func asciiDigits(value string) string {
	if plain(value) {
		return value
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf:
			return r
		case unicode.Is(unicode.Nd, r):
			return '0' + digitValue(r)
		case r == '＋' || r == '﹢':
			return '+'
		case unicode.Is(unicode.Pd, r), r == '−', r == 'ー':
			return '-'
		case r == '（':
			return '('
		case r == '）':
			return ')'
		case r == '．', r == '·', r == '•':
			return '.'
		case r == '／':
			return '/'
		default:
			return r
		}
	}, value)
}

// digitValue is the value of a decimal digit. Unicode keeps them in ranges that begin with
// a zero and hold whole rows of ten (stability policy of Numeric_Type=Decimal).
func digitValue(r rune) rune {
	for _, row := range unicode.Nd.R16 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return (r - rune(row.Lo)) % 10
		}
	}
	for _, row := range unicode.Nd.R32 {
		if lo, hi := int64(row.Lo), int64(row.Hi); lo <= int64(r) && int64(r) <= hi {
			return rune((int64(r) - lo) % 10)
		}
	}
	return 0
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}
