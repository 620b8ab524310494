package dsr

import (
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// IdentifierType names what kind of value identifies a person.
type IdentifierType string

// The identifier types Lethe understands. OpenDSR calls a customer id
// controller_customer_id and knows neither phones nor analytics ids.
const (
	Email           IdentifierType = "email"
	Phone           IdentifierType = "phone"
	CustomerID      IdentifierType = "customer_id"
	GAClientID      IdentifierType = "ga_client_id"
	GAUserID        IdentifierType = "ga_user_id"
	GAAppInstanceID IdentifierType = "ga_app_instance_id"
)

// IdentifierTypes lists every type, in the order in which they are shown.
func IdentifierTypes() []IdentifierType {
	return []IdentifierType{Email, Phone, CustomerID, GAClientID, GAUserID, GAAppInstanceID}
}

// Known reports whether t is a type that Lethe understands, hashed or not.
func (t IdentifierType) Known() bool {
	_, _, hashed := t.Plain()
	return hashed || slices.Contains(IdentifierTypes(), t)
}

// maxIdentifier is the longest value accepted, in bytes. An e-mail address has
// at most 254 (RFC 5321); the vendors' own ids stay far below.
const maxIdentifier = 254

// An Identifier is one value that leads to a person. Make one with
// [Normalizer.Identifier]: the value is then in its normal form.
type Identifier struct {
	Type  IdentifierType `json:"type"`
	Value string         `json:"value"`
}

// Key is the form in which identifiers are compared: two identifiers mean the
// same exactly when their keys are equal. E-mail addresses compare without
// regard to case, as every mailbox provider of note treats them; all else
// compares as it is.
func (i Identifier) Key() string {
	if i.Type == Email {
		return string(i.Type) + ":" + strings.ToLower(i.Value)
	}
	return string(i.Type) + ":" + i.Value
}

// Same reports whether both identifiers mean the same.
func (i Identifier) Same(other Identifier) bool { return i.Key() == other.Key() }

// A Normalizer brings identifiers, typed by people or stored by vendors, into
// their normal form.
type Normalizer struct {
	// Region is the ISO 3166-1 alpha-2 country whose numbering plan applies to
	// phone numbers written without a country code. Empty means that such
	// numbers are refused.
	Region string
}

// Identifier returns the identifier in its normal form: an e-mail address
// trimmed and with its domain in lower case, a phone number in E.164, a Google
// Analytics client id without the frame of the _ga cookie it came in. The
// error says what is wrong and never repeats the value.
func (n Normalizer) Identifier(t IdentifierType, value string) (Identifier, error) {
	value = strings.TrimSpace(value)
	switch {
	case !t.Known():
		return Identifier{}, fmt.Errorf("unknown identifier type; use one of %s", joinTypes(IdentifierTypes()))
	case value == "":
		return Identifier{}, errors.New("the value is empty")
	case len(value) > maxIdentifier:
		return Identifier{}, fmt.Errorf("the value is longer than %d bytes", maxIdentifier)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		return Identifier{}, errors.New("the value holds control characters or is not UTF-8")
	}
	normal, err := value, error(nil)
	if _, d, hashed := t.Plain(); hashed {
		normal, err = normalHash(d, value)
	}
	switch t {
	case Email:
		normal, err = normalEmail(value)
	case Phone:
		normal, err = n.normalPhone(value)
	case GAClientID:
		normal, err = normalGAClientID(value)
	}
	if err != nil {
		return Identifier{}, err
	}
	return Identifier{Type: t, Value: normal}, nil
}

// Identifiers normalises what a vendor's record carries. Values that are
// empty or not valid are left out: vendors store what people typed.
func (n Normalizer) Identifiers(t IdentifierType, values ...string) []Identifier {
	var found []Identifier
	for _, value := range values {
		if id, err := n.Identifier(t, value); err == nil {
			found = append(found, id)
		}
	}
	return found
}

func normalEmail(value string) (string, error) {
	address, err := mail.ParseAddress(value)
	if err != nil || address.Address != value { // a display name, angle brackets or quotes came with it
		return "", errors.New("not an e-mail address, such as name@example.com")
	}
	at := strings.LastIndexByte(address.Address, '@')
	local, domain := address.Address[:at], strings.ToLower(address.Address[at+1:])
	if !emailDomain.MatchString(domain) {
		return "", errors.New("the e-mail address has no valid domain, such as example.com")
	}
	return local + "@" + domain, nil
}

// emailDomain matches two or more labels; letters beyond ASCII are allowed for
// internationalised names.
var emailDomain = regexp.MustCompile(`^[\pL\pN]([\pL\pN-]*[\pL\pN])?(\.[\pL\pN]([\pL\pN-]*[\pL\pN])?)+$`)

func (n Normalizer) normalPhone(value string) (string, error) {
	normal, err := formatE164(value, n.Region)
	if errors.Is(err, phonenumbers.ErrInvalidCountryCode) {
		return "", errors.New("the phone number has no country code, such as +33, and no default region is set")
	}
	// A number that reads differently the second time around is none: numbers
	// are compared in this form.
	again, againErr := formatE164(normal, "")
	if err != nil || againErr != nil || again != normal {
		return "", errors.New("not a phone number, such as +33639980000")
	}
	return normal, nil
}

func formatE164(value, region string) (string, error) {
	number, err := phonenumbers.Parse(value, region)
	if err != nil {
		return "", err
	}
	if !phonenumbers.IsPossibleNumber(number) {
		return "", phonenumbers.ErrNotANumber
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

// gaCookie matches the value of a _ga cookie: "GA1", a number for the depth of
// the domain (and, since 2013, of the path), then the client id, which is the
// last two fields.
var (
	gaCookie   = regexp.MustCompile(`^GA\d\.\d+(?:-\d+)?\.(\d+\.\d+)$`)
	gaClientID = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
)

func normalGAClientID(value string) (string, error) {
	if match := gaCookie.FindStringSubmatch(value); match != nil {
		return match[1], nil
	}
	if strings.HasPrefix(value, "GA1") || !gaClientID.MatchString(value) {
		return "", errors.New("not a Google Analytics client id, such as 1234567890.1700000000, nor a _ga cookie value, such as GA1.1.1234567890.1700000000")
	}
	return value, nil
}

func joinTypes(types []IdentifierType) string { return strings.Join(namesOf(types), ", ") }

// namesOf are words as plain texts.
func namesOf[T ~string](words []T) []string {
	names := make([]string, len(words))
	for i, word := range words {
		names[i] = string(word)
	}
	return names
}
