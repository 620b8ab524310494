package mailbox

import (
	"io"
	"mime"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/unicode/norm"

	"ite.digital/lethe/dsr"
)

// A Wish is what the subject of a message asks for.
type Wish int

const (
	// Nothing: the message is not a request of the form that the privacy notice
	// asks for.
	Nothing Wish = iota
	// Unclear: it is one, and a person has to read what it asks.
	Unclear
	// Erase: the person wants to be forgotten (GDPR Art. 17).
	Erase
	// Restrict: the person wants their data not to be used (GDPR Art. 18).
	Restrict
)

// kind is the kind of request that the wish is.
func (w Wish) kind() dsr.Kind {
	if w == Restrict {
		return dsr.Restriction
	}
	return dsr.Erasure
}

// A Reading is what a subject line says.
type Reading struct {
	// Wish is what is asked for in the form that the privacy notice asks for, and French
	// says that it begins in French.
	Wish   Wish
	French bool
	// Forwarded says that a mail program marked it as forwarded: its sender is not whose
	// request it is.
	Forwarded bool
	// Mentions says that it holds a word of a request, in whatever form.
	Mentions bool
	// Empty says that it holds no word.
	Empty bool
	// Automatic says that it begins as the answers of programs do.
	Automatic bool
}

// MayAsk reports whether it may be the subject of a request.
func (r Reading) MayAsk() bool { return r.Wish != Nothing || r.Mentions || r.Empty }

// ReadSubject reads a subject, as it stands in the header. It understands "My information
// [forget]" and "Mes informations [oublier]" in their variants. Of such a subject that
// holds any other word it says that it is unclear: "do not forget my invoice" is no
// request.
func ReadSubject(header string) Reading {
	text := decode(header)
	words := wordsOf(text)
	rest, forwarded := withoutPrefixes(words)
	r := Reading{Forwarded: forwarded, Empty: len(rest) == 0, Mentions: mentionsRequest(words), Automatic: beginsAutomatic(rest)}
	asked, french, ok := opening(rest)
	switch {
	case ok:
		r.Wish, r.French = wishOf(asked), french
	case encodedWord.MatchString(text): // nobody can tell by the rest what it says
		r.Wish = Unclear
	}
	return r
}

// mentionsRequest reports whether one of the words, or some in a row, belong to a request.
func mentionsRequest(words []string) bool {
	line := " " + strings.Join(words, " ") + " "
	for _, language := range requestWords {
		for stem := range strings.FieldsSeq(language.stems) {
			// Arabic writes its article, "and" and "for" onto the word.
			if strings.Contains(line, " "+stem) || stem[0] > unicode.MaxASCII && strings.Contains(line, stem) {
				return true
			}
		}
		for _, phrase := range language.phrases {
			if strings.Contains(line, " "+phrase+" ") {
				return true
			}
		}
	}
	return false
}

// beginsAutomatic reports whether a subject begins as the answers of programs do.
func beginsAutomatic(words []string) bool {
	line := strings.Join(words, " ")
	return slices.ContainsFunc(automaticSubjects, func(begin string) bool { return strings.HasPrefix(line, begin) })
}

// encodedWord matches what stands for text in a header (RFC 2047 section 2), however
// broken. unpadded matches one in base64, to which programs forget to add what makes
// its length a multiple of four.
var (
	encodedWord = regexp.MustCompile(`=\?[^?\s]+\?[^?\s]*\?[^?]*\?=`)
	unpadded    = regexp.MustCompile(`(=\?[^?\s]+\?[bB]\?)([A-Za-z0-9+/]*)=*(\?=)`)
)

// padded adds what is missing.
func padded(header string) string {
	return unpadded.ReplaceAllStringFunc(header, func(word string) string {
		parts := unpadded.FindStringSubmatch(word)
		return parts[1] + parts[2] + strings.Repeat("=", (4-len(parts[2])%4)%4) + parts[3]
	})
}

// decode reads the encoded words of a header (RFC 2047). What is neither UTF-8 nor
// encoded comes from old programs and is taken for Windows-1252.
func decode(header string) string {
	if decoded, err := wordDecoder().DecodeHeader(padded(utf8Of(header))); err == nil {
		return decoded
	}
	return header
}

func utf8Of(header string) string {
	if utf8.ValidString(header) {
		return header
	}
	decoded, _ := charmap.Windows1252.NewDecoder().String(header) // it decodes every byte
	return decoded
}

// wordDecoder knows the charsets that browsers know. What names another is taken for
// the one that old programs mean: nearly all of them write ASCII in the same way.
func wordDecoder() *mime.WordDecoder {
	return &mime.WordDecoder{CharsetReader: func(charset string, input io.Reader) (io.Reader, error) {
		charset, _, _ = strings.Cut(charset, "*") // a language may follow (RFC 2231 section 5)
		encoding, err := htmlindex.Get(charset)
		if err != nil {
			return charmap.Windows1252.NewDecoder().Reader(input), nil //nolint:nilerr // see above
		}
		return encoding.NewDecoder().Reader(input), nil
	}}
}

// wordsOf splits a text into words of small letters without accents.
func wordsOf(text string) []string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r): // accents, and what cannot be seen
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return ' '
		}
	}, norm.NFKD.String(text))
	return strings.Fields(plain)
}

// withoutPrefixes drops "Re:", "Re[2]:", the tags of gateways and the like, and says
// whether somebody has forwarded the message.
func withoutPrefixes(words []string) (rest []string, forwarded bool) {
	for i, word := range words {
		number := i > 0 && strings.Trim(word, "0123456789") == ""
		switch {
		case forwardPrefixes[word]:
			forwarded = true
		case !replyPrefixes[word] && !tags[word] && !number:
			return words[i:], forwarded
		}
	}
	return nil, forwarded
}

// opening cuts off the words with which a request begins.
func opening(words []string) (rest []string, french, ok bool) {
	for _, o := range openings {
		begin := strings.Fields(o.words)
		if len(words) >= len(begin) && slices.Equal(words[:len(begin)], begin) {
			return words[len(begin):], o.french, true
		}
	}
	return nil, false, false
}

// wishOf weighs the words of a request.
func wishOf(words []string) Wish {
	has := map[string]bool{}
	for _, word := range words {
		known := false
		for name, set := range map[string]map[string]bool{
			"erase": erasing, "restrict": restricting, "use": using, "stop": stopping, "filler": fillers, "refuse": refusing,
		} {
			if set[word] {
				has[name], known = true, true
			}
		}
		if !known {
			return Unclear
		}
	}
	restrict := has["restrict"] && !has["refuse"] || has["use"] && has["stop"]
	switch {
	case has["erase"] && !restrict && !has["refuse"] && !has["stop"]:
		return Erase
	case restrict && !has["erase"]:
		return Restrict
	default:
		return Unclear
	}
}

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}
