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

// ReadSubject says what the subject of a message, as it stands in the header, asks
// for, and whether it is in French. It understands "My information [forget]" and
// "Mes informations [oublier]" in their variants. Of a subject that holds any
// other word it says that it is unclear: "do not forget my invoice" is no request.
func ReadSubject(header string) (wish Wish, french bool) {
	text := decode(header)
	rest, french, ok := opening(withoutPrefixes(wordsOf(text)))
	switch {
	case ok:
		return wishOf(rest), french
	case encodedWord.MatchString(text): // nobody can tell by the rest what it says
		return Unclear, false
	default:
		return Nothing, false
	}
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

// prefixes are what mail programs and filters write before a subject.
var prefixes = setOf("re fw fwd aw wg tr ref rv sv vs antw res enc ext external externe")

// withoutPrefixes drops "Re:", "Re[2]:" and the like.
func withoutPrefixes(words []string) []string {
	for i, word := range words {
		number := i > 0 && strings.Trim(word, "0123456789") == ""
		if !prefixes[word] && !number {
			return words[i:]
		}
	}
	return nil
}

// opening cuts off the words with which a request begins.
func opening(words []string) (rest []string, french, ok bool) {
	for _, o := range []struct {
		words  string
		french bool
	}{
		{"my personal information", false}, {"my personal data", false}, {"my information", false}, {"my informations", false},
		{"my info", false}, {"my data", false}, {"mes informations personnelles", true}, {"mes donnees personnelles", true},
		{"mes informations", true}, {"mes donnees", true},
	} {
		begin := strings.Fields(o.words)
		if len(words) >= len(begin) && slices.Equal(words[:len(begin)], begin) {
			return words[len(begin):], o.french, true
		}
	}
	return nil, false, false
}

// The words that decide, and those that say nothing. French ones have lost their
// accents.
var (
	erasing = setOf("forget forgotten delete deleted deleting deletion erase erased erasing erasure remove removed removing removal " +
		"oublier oubliez oublie oubliee oubli supprimer supprimez supprime supprimees suppression effacer effacez efface effacees effacement")
	restricting = setOf("restrict restricted restricting restriction limit limited limitation restreindre restreignez restreint limiter limitez limite")
	using       = setOf("use using used usage process processing utiliser utilisez utilise utilisees utilisation traiter traitement")
	stopping    = setOf("stop stopping cease end no not don dont longer arreter arretez arret cesser cessez ne pas plus fin")
	fillers     = setOf("me my mine please pls data information informations info personal all of the from your yours you i want would like " +
		"to be being right request for about under gdpr article art 17 18 it them now and any do t that thanks thank kindly immediately " +
		"moi mes ma mon donnees personnelles svp s il vous plait de du des la le les l d a toutes tout droit demande merci je veux " +
		"souhaite veuillez bien vouloir prie immediatement rgpd que soient etre et votre vos se c")
	refusing = setOf("not don dont no ne pas never jamais t")
)

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
