package render

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Language is one that reports are rendered in, by its ISO 639-1 code.
type Language string

// The languages.
const (
	English Language = "en"
	French  Language = "fr"
	Arabic  Language = "ar"
)

// Languages are all of them.
func Languages() []Language { return []Language{English, French, Arabic} }

// ParseLanguage reads a language's code.
func ParseLanguage(text string) (Language, error) {
	if language := Language(text); slices.Contains(Languages(), language) {
		return language, nil
	}
	return "", fmt.Errorf("must be one of en, fr, ar")
}

//go:embed words/*.yaml
var wordFiles embed.FS

// lexicon is what one language says.
type lexicon struct {
	language Language
	// Direction is that of the script: "ltr" or "rtl".
	Direction string `yaml:"direction"`
	// Months are the names of the months. Arabic has those of Tunisia.
	Months []string `yaml:"months"`
	// Day is the form of a date: of day, month's name and year.
	Day string `yaml:"day"`
	// First is how the first day of a month is written.
	First string `yaml:"first"`
	// Decimal stands between a number's whole part and its fraction.
	Decimal string            `yaml:"decimal"`
	Text    map[string]string `yaml:"text"`
	// Law names the laws by the profiles of deadlines.
	Law map[string]string `yaml:"law"`
}

// lexiconOf reads what the language says; it is built in.
func lexiconOf(language Language) (lexicon, error) {
	var l lexicon
	content, err := wordFiles.ReadFile("words/" + string(language) + ".yaml")
	if err != nil {
		return l, fmt.Errorf("there are no words in the language %q", language)
	}
	if err := yaml.Unmarshal(content, &l); err != nil {
		return l, fmt.Errorf("read the words of the language %q: %w", language, err)
	}
	l.language = language
	return l, nil
}

// has reports whether there is a text under the key.
func (l lexicon) has(key string) bool {
	_, ok := l.Text[key]
	return ok
}

// say is the text under the key. A value that no release of the words knows, such
// as the state that a newer one has written, is said as it is.
func (l lexicon) say(key string, arguments ...any) string {
	form, ok := l.Text[key]
	if !ok {
		_, form, _ = strings.Cut(key, ".")
		return strings.ReplaceAll(form, "_", " ")
	}
	if len(arguments) == 0 {
		return form
	}
	if l.Direction == "rtl" {
		arguments = isolated(arguments)
	}
	return fmt.Sprintf(form, arguments...)
}

// The characters between which a text keeps a direction of its own (UAX #9,
// section 2.4).
const firstStrongIsolate, popDirectionalIsolate = "\u2068", "\u2069"

// wordJoiner lets no line end where it stands (UAX #14).
const wordJoiner = "\u2060"

// dashInDate is a dash after which browsers end lines of Arabic texts.
var dashInDate = regexp.MustCompile(`(\d-)(\d)`)

// isolated keeps the Latin names and dates within an Arabic sentence from pulling
// it to pieces.
func isolated(arguments []any) []any {
	marked := make([]any, len(arguments))
	for i, argument := range arguments {
		marked[i] = argument
		if text, ok := argument.(string); ok {
			marked[i] = firstStrongIsolate + dashInDate.ReplaceAllString(text, "${1}"+wordJoiner+"${2}") + popDirectionalIsolate
		}
	}
	return marked
}

// day writes a date for people.
func (l lexicon) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	day := l.First
	if t.Day() != 1 {
		day = strconv.Itoa(t.Day())
	}
	return fmt.Sprintf(l.Day, day, l.Months[t.Month()-1], t.Year())
}

// number writes a number for people, with a fraction only where there is one.
func (l lexicon) number(n float64) string {
	return strings.Replace(strconv.FormatFloat(n, 'f', -1, 64), ".", l.Decimal, 1)
}

// moment is how times are written: to the second, with the zone, left to right in
// every language.
const moment = "2006-01-02 15:04:05 MST"
