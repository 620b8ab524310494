package identity

import (
	"crypto/md5"  //nolint:gosec // OpenDSR knows it; nothing is protected by it
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"ite.digital/lethe/dsr"
)

// digest is the digest of the value in hexadecimal.
func digest(d dsr.Digest, value string) string {
	switch d {
	case dsr.SHA256:
		sum := sha256.Sum256([]byte(value))
		return hex.EncodeToString(sum[:])
	case dsr.SHA1:
		sum := sha1.Sum([]byte(value)) //nolint:gosec // see above
		return hex.EncodeToString(sum[:])
	case dsr.MD5:
		sum := md5.Sum([]byte(value)) //nolint:gosec // see above
		return hex.EncodeToString(sum[:])
	default:
		return ""
	}
}

// Hash is the identifier as it looks hashed: the digest of its normal form, an e-mail
// address in small letters.
func Hash(id dsr.Identifier, d dsr.Digest) dsr.Identifier {
	value := id.Value
	if id.Type == dsr.Email {
		value = strings.ToLower(value)
	}
	return dsr.Identifier{Type: id.Type.Hashed(d), Value: digest(d, value)}
}

// hashes reports whether a is the hash of b, in one of the forms in which programs hash
// it: the domain as people or as the DNS write it, accents in one character with their letters or
// behind them, the number by today's plan or before.
func hashes(a, b dsr.Identifier) bool {
	plainType, d, ok := a.Type.Plain()
	if !ok || b.Type != plainType {
		return false
	}
	if Hash(b, d) == a {
		return true
	}
	return slices.ContainsFunc(otherHashed(b), func(text string) bool { return digest(d, text) == a.Value })
}

// otherHashed are the texts beside the normal form that programs hash.
func otherHashed(id dsr.Identifier) []string {
	switch id.Type {
	case dsr.Email:
		return emailSpellings(strings.ToLower(id.Value))[1:]
	case dsr.Phone:
		return earlier(id.Value)
	}
	return nil
}

// Forms are the identifier and its hashes, for looking requests up that may have
// been handed in by one of them.
func Forms(id dsr.Identifier) []dsr.Identifier {
	forms := []dsr.Identifier{id}
	if id.Type.Hashable() {
		for _, d := range dsr.Digests() {
			forms = append(forms, Hash(id, d))
		}
	}
	return forms
}

// Listed are the forms under which a request is listed: a plain identifier also by
// the digest that controllers use most. All would be too many for a list.
func Listed(s dsr.Subject) []dsr.Identifier {
	var listed []dsr.Identifier
	for _, id := range s.Identifiers {
		listed = append(listed, id)
		if id.Type.Hashable() {
			listed = append(listed, Hash(id, dsr.SHA256))
		}
	}
	return dsr.Subject{}.With(listed...).Identifiers
}

// Means reports whether both are the same, or one is the other one, hashed.
func Means(a, b dsr.Identifier) bool {
	return a.Same(b) || hashes(a, b) || hashes(b, a)
}

// Recognises reports whether the identifier is one of the subject's, or one of which
// the subject brought the hash.
func Recognises(s dsr.Subject, id dsr.Identifier) bool {
	return slices.ContainsFunc(s.Identifiers, func(own dsr.Identifier) bool { return Means(own, id) })
}

// Carries reports whether the record carries the identifier, or the one that it is
// the hash of.
func Carries(r dsr.Record, id dsr.Identifier) bool {
	return slices.ContainsFunc(r.Identifiers, func(own dsr.Identifier) bool { return own.Same(id) || hashes(id, own) })
}

// MayCarry reports whether one reading of a field of the record is the identifier.
func MayCarry(r dsr.Record, id dsr.Identifier) bool {
	return slices.ContainsFunc(r.Ambiguous, func(own dsr.Identifier) bool { return own.Same(id) || hashes(id, own) })
}

// Unresolved are the subject's hashed identifiers of which the subject does not have
// the plain one.
func Unresolved(s dsr.Subject) []dsr.Identifier {
	var open []dsr.Identifier
	for _, id := range s.Identifiers {
		_, _, hashed := id.Type.Plain()
		if hashed && !slices.ContainsFunc(s.Identifiers, func(own dsr.Identifier) bool { return hashes(id, own) }) {
			open = append(open, id)
		}
	}
	return open
}

// normalHash checks a digest in hexadecimal, in letters of any size.
func normalHash(d dsr.Digest, value string) (string, error) {
	value = strings.ToLower(value)
	if raw, err := hex.DecodeString(value); err != nil || len(raw)*2 != len(digest(d, "")) {
		return "", rejected(Malformed, "not a "+string(d)+" digest in hexadecimal")
	}
	if emptied[value] {
		return "", rejected(Placeholder, digestOfNothing)
	}
	return value, nil
}
