package dsr

import (
	"slices"
	"strings"
)

// A Digest is how a value was hashed, in OpenDSR's words (2.0, section 5.2).
type Digest string

// The digests.
const (
	SHA256 Digest = "sha256"
	SHA1   Digest = "sha1"
	MD5    Digest = "md5"
)

// Digests lists them, the strongest first.
func Digests() []Digest { return []Digest{SHA256, SHA1, MD5} }

// Hashed is the type of identifiers of which nothing but the digest is known, such
// as "email_sha256". The value is in hexadecimal, in small letters. It is that of
// the normal form, an e-mail address in small letters.
func (t IdentifierType) Hashed(d Digest) IdentifierType { return t + "_" + IdentifierType(d) }

// Plain takes a type of hashed identifiers apart; ok is false for all others.
func (t IdentifierType) Plain() (plain IdentifierType, d Digest, ok bool) {
	at := strings.LastIndexByte(string(t), '_')
	if at < 0 {
		return "", "", false
	}
	plain, d = t[:at], Digest(t[at+1:])
	return plain, d, plain.Hashable() && slices.Contains(Digests(), d)
}

// Base is the plain type of hashed identifiers, and every other type itself.
func (t IdentifierType) Base() IdentifierType {
	if plain, _, hashed := t.Plain(); hashed {
		return plain
	}
	return t
}

// hashable are the types that controllers hand in hashed.
var hashable = []IdentifierType{Email, Phone, CustomerID}

// Hashable reports whether identifiers of the type come hashed as well.
func (t IdentifierType) Hashable() bool { return slices.Contains(hashable, t) }

// AllHashed are the types in which identifiers of the type come hashed.
func (t IdentifierType) AllHashed() []IdentifierType {
	var types []IdentifierType
	for _, d := range Digests() {
		types = append(types, t.Hashed(d))
	}
	return types
}

// HashedTypes lists the types of hashed identifiers, in the order in which they are
// shown.
func HashedTypes() []IdentifierType {
	var types []IdentifierType
	for _, t := range hashable {
		types = append(types, t.AllHashed()...)
	}
	return types
}
