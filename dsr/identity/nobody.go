package identity

import (
	"regexp"
	"strings"
)

// nobody are the words that people and programs store where there is no value, in small
// letters and without what stands around them. Sources: what the CRM fields of public bug
// reports held (PostHog 12008 and 17325, SEED 1412), what JavaScript, Python, Java, PHP,
// Excel and Google Analytics print for "none", and the words for it in the languages of
// the letters.
var nobody = wordSet(`
	undefined null nil none nan void empty blank n/a na n.a n.a. nada -na- #n/a missing absent default
	true false yes no on off object [object-object] nonetype infinity
	unknown unbekannt inconnu inconnue desconocido desconhecido sconosciuto onbekend anonymous anonyme anonym anonimo
	guest visitor nobody noone no-one user username customer client contact test testing tester demo example sample
	dummy fake todo tbd tba tbc pending xxx yyy zzz xyz abc asdf qwerty foo bar baz lorem
	keine keiner kein aucun aucune neant ninguno ninguna nessuno geen nenhum
	not-set not-provided not-available not-applicable not-given not-found no-id no-email no-phone noemail nophone noid
	none-provided none-given direct organic referral redacted deleted removed hidden private anonymized anonymised
	id email phone userid user_id user-id customerid customer_id customer-id clientid client_id client-id
`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

var (
	// unfilled matches what a template engine was to fill in: {{contact.id}}, ${id}, %ID%,
	// <%= id %>, *|EMAIL|*, [[id]].
	unfilled = regexp.MustCompile(`^(\{\{?.*\}\}?|\$\{.*\}|%\w+%|%%.*%%|<%.*%>|\*\|.*\|\*|\[\[.*\]\]|<[A-Za-z_ -]+>|:[a-z_]+)$`)
	// sheetErrors matches the errors of spreadsheets, in English, German, French and Spanish.
	sheetErrors = regexp.MustCompile(`(?i)^#(N/A|NV|REF|BEZUG|VALUE|WERT|VALEUR|NAME|NOM|NULL|NULO|NUL|NUM|ZAHL|NOMBRE|DIV/0|CALC|SPILL|ERROR|GETTING_DATA|[¡¿].*)[!?]?$`)
	// shortened matches a number as spreadsheets write large ones.
	shortened = regexp.MustCompile(`(?i)^[+-]?\d+([.,]\d+)?e\+?\d+$`)
	nilUUID   = regexp.MustCompile(`^(0{8}-0{4}-0{4}-0{4}-0{12}|(?i:f{8}-f{4}-f{4}-f{4}-f{12}))$`)
)

// placeholder reports whether the value stands for "none", or for "a test".
func placeholder(value string) bool {
	if len(value) > 60 { // no placeholder is so long
		return false
	}
	bare := strings.Trim(value, " \t\"'`´()[]{}<>.,;:!?*_~|/\\-–—")
	if bare == "" || unfilled.MatchString(value) || nilUUID.MatchString(value) {
		return true
	}
	word := strings.ToLower(bare)
	return nobody[word] || nobody[strings.Join(strings.Fields(word), "-")] || monotonous(word)
}

// monotonous reports whether the value is zeros alone, one character many times over, or
// the row of digits that people type to fill a field.
func monotonous(word string) bool {
	if strings.Trim(word, "0") == "" || strings.Trim(word, "0.") == "" || word == "-1" {
		return true
	}
	if len(word) >= 6 && strings.Trim(word, word[:1]) == "" {
		return true
	}
	return len(word) >= 5 && (strings.HasPrefix("1234567890", word) || strings.HasPrefix("0123456789", word)) ||
		len(word) >= 5 && strings.HasPrefix("9876543210", word)
}

func spreadsheetError(value string) bool { return sheetErrors.MatchString(value) }
