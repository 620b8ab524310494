package dsr

import (
	"slices"
	"strings"
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

// An Identifier is one value that leads to a person. Make one with a
// [ite.digital/lethe/dsr/identity.Parser]: the value is then in its normal form.
type Identifier struct {
	Type  IdentifierType `json:"type"`
	Value string         `json:"value"`
}

// Key is the form in which identifiers are compared: two identifiers mean the
// same exactly when their keys are equal. E-mail addresses compare without
// regard to case, as every mailbox provider of note treats them; all else
// compares as it is. The normal form has made one value of all spellings of a
// subscriber line or a domain.
func (i Identifier) Key() string {
	if i.Type == Email {
		return string(i.Type) + ":" + strings.ToLower(i.Value)
	}
	return string(i.Type) + ":" + i.Value
}

// Same reports whether both identifiers mean the same. It is asked millions of times where
// many records are weighed, and makes no keys.
func (i Identifier) Same(other Identifier) bool {
	return i.Type == other.Type && (i.Value == other.Value ||
		i.Type == Email && strings.ToLower(i.Value) == strings.ToLower(other.Value)) //nolint:staticcheck // EqualFold folds more than Key does
}

// namesOf are words as plain texts.
func namesOf[T ~string](words []T) []string {
	names := make([]string, len(words))
	for i, word := range words {
		names[i] = string(word)
	}
	return names
}
