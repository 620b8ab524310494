package dsr

import (
	"crypto/md5"  //nolint:gosec // OpenDSR knows it; nothing is protected by it
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"encoding/hex"
	"errors"
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

// of is the digest of the value in hexadecimal.
func (d Digest) of(value string) string {
	switch d {
	case SHA256:
		sum := sha256.Sum256([]byte(value))
		return hex.EncodeToString(sum[:])
	case SHA1:
		sum := sha1.Sum([]byte(value)) //nolint:gosec // see above
		return hex.EncodeToString(sum[:])
	case MD5:
		sum := md5.Sum([]byte(value)) //nolint:gosec // see above
		return hex.EncodeToString(sum[:])
	default:
		return ""
	}
}

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
	return plain, d, slices.Contains(hashable, plain) && slices.Contains(Digests(), d)
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

// Hash is the identifier as it looks hashed.
func (i Identifier) Hash(d Digest) Identifier {
	value := i.Value
	if i.Type == Email {
		value = strings.ToLower(value)
	}
	return Identifier{Type: i.Type.Hashed(d), Value: d.of(value)}
}

// Forms are the identifier and all its hashes, for looking requests up that may have
// been handed in by one of them.
func (i Identifier) Forms() []Identifier {
	forms := []Identifier{i}
	if slices.Contains(hashable, i.Type) {
		for _, d := range Digests() {
			forms = append(forms, i.Hash(d))
		}
	}
	return forms
}

// Listed are the forms under which a request is listed: a plain identifier also by
// the digest that controllers use most. All would be too many for a list.
func (s Subject) Listed() []Identifier {
	var listed []Identifier
	for _, id := range s.Identifiers {
		listed = append(listed, id)
		if slices.Contains(hashable, id.Type) {
			listed = append(listed, id.Hash(SHA256))
		}
	}
	return Subject{}.With(listed...).Identifiers
}

// hashes reports whether the identifier is the other one, hashed.
func (i Identifier) hashes(other Identifier) bool {
	plain, d, ok := i.Type.Plain()
	return ok && other.Type == plain && other.Hash(d) == i
}

// Means reports whether both are the same, or one is the other one, hashed.
func (i Identifier) Means(other Identifier) bool {
	return i.Same(other) || i.hashes(other) || other.hashes(i)
}

// normalHash checks a digest in hexadecimal, in letters of any size.
func normalHash(d Digest, value string) (string, error) {
	value = strings.ToLower(value)
	if raw, err := hex.DecodeString(value); err != nil || len(raw)*2 != len(d.of("")) {
		return "", errors.New("not a " + string(d) + " digest in hexadecimal")
	}
	return value, nil
}

// Recognises reports whether the identifier is one of the subject's, or one of which
// the subject brought the hash.
func (s Subject) Recognises(id Identifier) bool {
	return slices.ContainsFunc(s.Identifiers, id.Means)
}

// Unresolved are the subject's hashed identifiers of which the subject does not have
// the plain one.
func (s Subject) Unresolved() []Identifier {
	var open []Identifier
	for _, id := range s.Identifiers {
		if _, _, hashed := id.Type.Plain(); hashed && !slices.ContainsFunc(s.Identifiers, id.hashes) {
			open = append(open, id)
		}
	}
	return open
}
