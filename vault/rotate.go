package vault

import (
	"cmp"
	"context"
	"errors"
)

// Rewrapped is what came of [Vault.Rewrap].
type Rewrapped struct {
	// Done counts the keys that were wrapped anew, Current those that needed it
	// not.
	Done    int `json:"rewrapped"`
	Current int `json:"already_current"`
}

// Rewrap wraps all keys with the current key-encryption key. It touches no
// history. It can be interrupted at any point and run again, also while requests
// are carried out: a key is wrapped with the old or the new key-encryption key,
// and both open until the old one is taken out of the configuration. progress,
// if given, is told after each key.
func (v *Vault) Rewrap(ctx context.Context, progress func(Rewrapped)) (Rewrapped, error) {
	var r Rewrapped
	for name, err := range v.Names(ctx) {
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return r, err
		}
		done, err := v.rewrap(ctx, name)
		switch {
		case errors.Is(err, ErrDestroyed), errors.Is(err, ErrNoKey):
			continue // destroyed meanwhile
		case err != nil:
			return r, err
		case done:
			r.Done++
		default:
			r.Current++
		}
		if progress != nil {
			progress(r)
		}
	}
	return r, nil
}

func (v *Vault) rewrap(ctx context.Context, name string) (done bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	w, err := v.read(ctx, name)
	if err != nil || w.KEK == v.keks[0].url {
		return false, err
	}
	key, err := v.unwrap(ctx, name, w)
	if err != nil {
		return false, err
	}
	defer clear(key)
	content, err := v.wrap(ctx, v.keks[0], name, key, w.CreatedAt)
	if err != nil {
		return false, err
	}
	if err := v.store.Replace(ctx, keyObject(name), content); err != nil {
		return false, unavailable("store the key", err)
	}
	return true, v.removeIfDestroyed(ctx, name)
}
