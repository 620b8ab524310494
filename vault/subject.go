package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"ite.digital/lethe/dsr"
)

// subjectPrefix begins the names of the keys under which subjects are looked up.
// Their numbers grow; the highest one is in use.
const subjectPrefix = "subject/"

// SubjectKey reports whether the name is that of a key under which subjects are
// looked up.
func SubjectKey(name string) bool { return strings.HasPrefix(name, subjectPrefix) }

// SubjectTokens returns, for each identifier, a token by which requests of the
// same subject are found and from which nobody learns the identifier: its
// HMAC-SHA-256 under a key of its own. The key is made if there is none.
func (v *Vault) SubjectTokens(ctx context.Context, ids []dsr.Identifier) ([]string, error) {
	names, err := v.numbered(ctx, subjectPrefix)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		names = []string{subjectPrefix + "1"}
		if err := v.Ensure(ctx, names[0]); err != nil {
			return nil, err
		}
	}
	return v.tokens(ctx, names[len(names)-1], ids)
}

// LookupTokens returns the tokens under which requests of the identifier's owner
// may have been noted: one for each key that there was and is.
func (v *Vault) LookupTokens(ctx context.Context, id dsr.Identifier) ([]string, error) {
	names, err := v.numbered(ctx, subjectPrefix)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, name := range names {
		tokens, err := v.tokens(ctx, name, []dsr.Identifier{id})
		if err != nil {
			return nil, err
		}
		all = append(all, tokens...)
	}
	return all, nil
}

func (v *Vault) tokens(ctx context.Context, name string, ids []dsr.Identifier) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	key, err := v.load(ctx, name)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	tokens := make([]string, len(ids))
	for i, id := range ids {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id.Key()))
		tokens[i] = base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	return tokens, nil
}

// RotateSubjectKey makes a new key for looking up subjects and returns its name.
// Tokens made under the older ones are still found, until those are destroyed.
func (v *Vault) RotateSubjectKey(ctx context.Context) (string, error) {
	return v.rotate(ctx, subjectPrefix)
}
