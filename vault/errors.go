package vault

import (
	"errors"
	"fmt"
)

var (
	// ErrDestroyed says that the request's key was destroyed: what Temporal still
	// stores of it can never be read again.
	ErrDestroyed = errors.New("the request's key is destroyed: what Temporal stores of it can no longer be read")
	// ErrNoKey says that there is no such key: the workflow was started past
	// Lethe, or the key store is not the one that the request was started with.
	ErrNoKey = errors.New("there is no key for this workflow; hand requests in with 'lethe submit', and give all processes the same key store")
	// ErrNoContext says that a payload came without the workflow it belongs to.
	ErrNoContext = errors.New("a payload came without its workflow's id, so there is no key for it")
	// ErrTampered says that a payload is not what was encrypted for its workflow.
	ErrTampered = errors.New("the payload was altered, or belongs to another workflow")
	// ErrUnsealed says that a payload is not encrypted where only an encrypted one counts:
	// whoever reaches Temporal can have sent it.
	ErrUnsealed = errors.New("the payload is not encrypted, so that nobody knows who sent it")
	// ErrForeign says that a text which an operator typed was encrypted by a codec
	// server of another namespace or with other keys.
	ErrForeign = errors.New("the text was encrypted elsewhere; give the codec server the same vault and namespace")
	// ErrUnavailable says that the key store or the key-encryption key cannot be
	// had at the moment.
	ErrUnavailable = errors.New("the key cannot be had at the moment")
	// ErrWrongKEK says that none of the configured key-encryption keys opens a
	// data key.
	ErrWrongKEK = errors.New("none of the configured key-encryption keys opens the key; configure the one that it was wrapped with, as previous_key_encryption_keys")
)

// lasting reports whether a payload cannot be read, as far as the key store
// tells now, and not just at the moment.
func lasting(err error) bool {
	return errors.Is(err, ErrDestroyed) || errors.Is(err, ErrNoKey) || errors.Is(err, ErrNoContext) || errors.Is(err, ErrTampered)
}

// Untrusted reports whether an error says that a payload does not come from where it must
// come from, which no repair changes.
func Untrusted(err error) bool {
	return errors.Is(err, ErrTampered) || errors.Is(err, ErrUnsealed) || errors.Is(err, ErrForeign)
}

// repairable reports whether a workflow must wait. Only a tombstone proves that a
// key is gone for good: a key that is not there may lie in a store that is not
// mounted, or that another worker was configured with.
func repairable(err error) bool {
	return errors.Is(err, ErrUnavailable) || lasting(err) && !errors.Is(err, ErrDestroyed)
}

// unavailable marks an error of the storage or the key service.
func unavailable(doing string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrUnavailable, doing, err)
}
