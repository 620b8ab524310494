package report

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/gowebpki/jcs"

	"ite.digital/lethe/dsr"
)

// A Signer signs what is archived; it is a [vault.Vault].
type Signer interface {
	// SignReport signs a message by Ed25519 and says with which key.
	SignReport(ctx context.Context, message []byte) (ed25519.PublicKey, []byte, error)
}

// Algorithm is the only one that signatures are made by (RFC 8032).
const Algorithm = "Ed25519"

// A Signature is the member "signature" of a report or of an entry of the chain.
// It is made over the canonical form (RFC 8785) of all other members.
type Signature struct {
	Algorithm string `json:"algorithm"`
	// Key is the [KeyID] of the key that made it.
	Key string `json:"key"`
	// Value is the signature, 64 bytes in base64.
	Value string `json:"value"`
}

// signatureMember is where a signature stands in what it signs.
const signatureMember = "signature"

var (
	// ErrUnsigned says that a file bears no signature.
	ErrUnsigned = errors.New("it bears no signature")
	// ErrAltered says that a file is not what was signed.
	ErrAltered = errors.New("it was altered after it was signed: its signature does not fit")
	// ErrNotJSON says that a file is not what Lethe writes.
	ErrNotJSON = errors.New("it is not JSON as Lethe writes it, so it was altered or cut off")
)

// An UnknownKeyError says that a file is signed with a key that nobody gave.
type UnknownKeyError struct{ Key string }

// Error says what to do about it.
func (e UnknownKeyError) Error() string {
	return "it is signed with the key " + e.Key + ", which is not among the public keys given; ask the company for it, which gets it from 'lethe keys export'"
}

// KeyID names a public key: the first eight bytes of its SHA-256, in hexadecimal.
func KeyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8])
}

// A Keyring holds public keys by their [KeyID].
type Keyring map[string]ed25519.PublicKey

// NewKeyring makes a ring of the keys.
func NewKeyring(keys ...ed25519.PublicKey) Keyring {
	ring := Keyring{}
	for _, key := range keys {
		ring[KeyID(key)] = key
	}
	return ring
}

// publicBlock is the type of a PEM block that holds a public key (RFC 7468,
// section 13).
const publicBlock = "PUBLIC KEY"

// ParseKeys reads public keys in PEM form, one or several.
func ParseKeys(content []byte) (Keyring, error) {
	ring := Keyring{}
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != publicBlock {
			return nil, fmt.Errorf("it holds a %s instead of a public key; use what 'lethe keys export' prints", pemNoun(block.Type))
		}
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		key, ok := parsed.(ed25519.PublicKey)
		if err != nil || !ok {
			return nil, errors.New("it holds a public key that is not one of Ed25519; use what 'lethe keys export' prints")
		}
		ring[KeyID(key)] = key
	}
	if len(ring) == 0 {
		return nil, errors.New("it holds no public key in PEM form; use what 'lethe keys export' prints")
	}
	return ring, nil
}

// pemNoun names a PEM block without repeating what a stranger may have written
// there.
func pemNoun(blockType string) string {
	if blockType == "PRIVATE KEY" {
		return "private key"
	}
	return "PEM block of another kind"
}

// EncodeKey writes a public key in PEM form, below a line that names it.
func EncodeKey(key ed25519.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode the public key: %w", err)
	}
	return append([]byte("# Lethe report key "+KeyID(key)+"\n"), pem.EncodeToMemory(&pem.Block{Type: publicBlock, Bytes: der})...), nil
}

// canonical is the form of a document over which signatures and hashes are made:
// that of RFC 8785.
func canonical(document any) ([]byte, error) {
	content, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encode the report: %w", err)
	}
	if content, err = jcs.Transform(content); err != nil {
		return nil, fmt.Errorf("bring the report into its canonical form: %w", err)
	}
	return content, nil
}

// seal returns the document in its canonical form with a signature as its last
// word.
func seal(ctx context.Context, s Signer, document any) ([]byte, error) {
	body, err := canonical(document)
	if err != nil {
		return nil, err
	}
	key, value, err := s.SignReport(ctx, body)
	if err != nil {
		return nil, fmt.Errorf("sign the report: %w", err)
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, fmt.Errorf("sign the report: %w", err)
	}
	signature, err := canonical(Signature{Algorithm: Algorithm, Key: KeyID(key), Value: base64.StdEncoding.EncodeToString(value)})
	if err != nil {
		return nil, err
	}
	members[signatureMember] = signature
	return canonical(members)
}

// parted is a sealed document taken apart.
type parted struct {
	// body is the canonical form of what is signed.
	body []byte
	// signature is nil if there is none.
	signature *Signature
}

// part takes a sealed document apart. Blanks between its members mean nothing;
// everything else that is not as Lethe writes it is refused.
func part(content []byte) (parted, error) {
	// The library's own reading knows no bound of depth; that of the standard
	// library does.
	if !json.Valid(content) {
		return parted{}, ErrNotJSON
	}
	form, err := jcs.Transform(content)
	if err != nil { // a member twice, a number that no other reader would understand
		return parted{}, ErrNotJSON
	}
	members := map[string]json.RawMessage{}
	if json.Unmarshal(form, &members) != nil {
		return parted{}, ErrNotJSON
	}
	raw, signed := members[signatureMember]
	if !signed {
		return parted{body: form}, nil
	}
	delete(members, signatureMember)
	var p parted
	if p.body, err = canonical(members); err != nil {
		return parted{}, ErrNotJSON
	}
	p.signature, err = readSignature(raw)
	return p, err
}

func readSignature(raw []byte) (*Signature, error) {
	var s Signature
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&s) != nil {
		return nil, ErrAltered
	}
	// Go's decoder takes names in any case; only one spelling is signed.
	if again, err := canonical(s); err != nil || !bytes.Equal(again, raw) || s.Algorithm != Algorithm {
		return nil, ErrAltered
	}
	return &s, nil
}

// unseal makes sure that the document is as it was signed by one of the keys, and
// returns what was signed and the key's id.
func unseal(content []byte, keys Keyring) (body []byte, key string, err error) {
	p, err := part(content)
	if err != nil {
		return nil, "", err
	}
	if p.signature == nil {
		return nil, "", ErrUnsigned
	}
	public, ok := keys[p.signature.Key]
	if !ok {
		return nil, "", UnknownKeyError{Key: keyWord(p.signature.Key)}
	}
	value, err := base64.StdEncoding.Strict().DecodeString(p.signature.Value)
	if err != nil || base64.StdEncoding.EncodeToString(value) != p.signature.Value || !ed25519.Verify(public, p.body, value) {
		return nil, "", ErrAltered
	}
	return p.body, p.signature.Key, nil
}

// keyWord is a key's id for a message, which must not repeat just anything.
func keyWord(id string) string {
	if raw, err := hex.DecodeString(id); err != nil || len(raw) != 8 {
		return "of no valid name"
	}
	return id
}

// Check makes sure that a report's file is as it was signed by one of the keys,
// and returns the report and the key's id.
func Check(content []byte, keys Keyring) (dsr.Report, string, error) {
	_, key, err := unseal(content, keys)
	if err != nil {
		return dsr.Report{}, "", err
	}
	r, err := Decode(content)
	return r, key, err
}

// digest is the SHA-256 of an object, in hexadecimal.
func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// SealOf says which key a report's file says it was signed with, and the file's
// SHA-256 in hexadecimal. It verifies nothing. The key is empty if there is no
// signature.
func SealOf(content []byte) (key, sha256 string) {
	if p, err := part(content); err == nil && p.signature != nil {
		key = keyWord(p.signature.Key)
	}
	return key, digest(content)
}
