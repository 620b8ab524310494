package vault

import (
	"context"
	"crypto/ed25519"
	"errors"
	"strings"
)

// signingPrefix begins the names of the keys that sign reports. Their numbers
// grow; the highest one is in use. What is kept of each is its seed (RFC 8032,
// section 5.1.5), wrapped as data keys are.
const signingPrefix = "signing/"

// SigningKey reports whether the name is that of a key that signs reports.
func SigningKey(name string) bool { return strings.HasPrefix(name, signingPrefix) }

// ErrNoSigningKey says that no key that signs reports was made yet.
var ErrNoSigningKey = errors.New("there is no key that signs reports yet; 'lethe worker' makes one, and so does 'lethe keys report-signing'")

// SignReport signs the message with the newest of the keys that sign reports, by
// Ed25519. A key is made if there is none.
func (v *Vault) SignReport(ctx context.Context, message []byte) (ed25519.PublicKey, []byte, error) {
	names, err := v.numbered(ctx, signingPrefix)
	if err != nil {
		return nil, nil, err
	}
	if len(names) == 0 {
		names = []string{signingPrefix + "1"}
		if err := v.Ensure(ctx, names[0]); err != nil {
			return nil, nil, err
		}
	}
	key, err := v.signingKey(ctx, names[len(names)-1])
	if err != nil {
		return nil, nil, err
	}
	defer clear(key)
	return publicOf(key), ed25519.Sign(key, message), nil
}

// RotateReportKey makes a new key that signs reports and returns its public part.
// What older keys have signed stays verifiable.
func (v *Vault) RotateReportKey(ctx context.Context) (ed25519.PublicKey, error) {
	name, err := v.rotate(ctx, signingPrefix)
	if err != nil {
		return nil, err
	}
	key, err := v.signingKey(ctx, name)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return publicOf(key), nil
}

// ReportKeys returns the public parts of all keys that sign reports or have done,
// oldest first, or [ErrNoSigningKey].
func (v *Vault) ReportKeys(ctx context.Context) ([]ed25519.PublicKey, error) {
	names, err := v.numbered(ctx, signingPrefix)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, ErrNoSigningKey
	}
	public := make([]ed25519.PublicKey, len(names))
	for i, name := range names {
		key, err := v.signingKey(ctx, name)
		if err != nil {
			return nil, err
		}
		public[i] = publicOf(key)
		clear(key)
	}
	return public, nil
}

func (v *Vault) signingKey(ctx context.Context, name string) (ed25519.PrivateKey, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	seed, err := v.load(ctx, name)
	if err != nil {
		return nil, err
	}
	defer clear(seed)
	return ed25519.NewKeyFromSeed(seed), nil
}

// publicOf copies the public part, which outlives the key.
func publicOf(key ed25519.PrivateKey) ed25519.PublicKey {
	return append(ed25519.PublicKey{}, key[ed25519.PrivateKeySize-ed25519.PublicKeySize:]...)
}
