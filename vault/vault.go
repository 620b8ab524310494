package vault

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"
	"time"

	"github.com/jellydator/ttlcache/v3"

	"ite.digital/lethe/storage"
)

const (
	// storeTimeout bounds each exchange with the key store and the key service.
	storeTimeout = 15 * time.Second
	// maxCached bounds how many keys a process holds in memory.
	maxCached = 10_000
)

// Options say where keys are kept. The URLs hold no secrets.
type Options struct {
	// Store is the URL of the bucket that holds the wrapped keys.
	Store string
	// KEK is the URL of the key-encryption key: file:///path, or that of a key
	// in a key service. A file that is not there is made, while the store is
	// empty.
	KEK string
	// PreviousKEKs open keys that were not rewrapped yet.
	PreviousKEKs []string
	// Existing makes nothing: neither a key-encryption key nor the store's folder.
	// It is for those who only look.
	Existing bool
	// CacheFor is how long unwrapped keys stay in memory.
	CacheFor time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// A Vault holds the keys of requests. It is safe for concurrent use.
type Vault struct {
	store *storage.Bucket
	// keks are the key-encryption keys; the first one wraps new keys.
	keks []*kek
	// cache holds the ciphers of keys by name.
	cache    *ttlcache.Cache[string, cipher.AEAD]
	cacheFor time.Duration
	now      func() time.Time
}

// Open opens the vault. The caller closes it.
func Open(ctx context.Context, o Options) (_ *Vault, err error) {
	v := &Vault{now: o.Now, cacheFor: o.CacheFor}
	if v.now == nil {
		v.now = time.Now
	}
	v.cache = ttlcache.New(
		ttlcache.WithTTL[string, cipher.AEAD](max(o.CacheFor, time.Millisecond)),
		ttlcache.WithCapacity[string, cipher.AEAD](maxCached),
		ttlcache.WithDisableTouchOnHit[string, cipher.AEAD](), // short is short
	)
	defer func() {
		if err != nil {
			err = errors.Join(err, v.closeStores())
		}
	}()
	openStore := storage.Open
	if o.Existing {
		openStore = storage.OpenExisting
	}
	if v.store, err = openStore(ctx, o.Store); errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("the key store does not exist; give all processes the same one, as vault.store in lethe.yaml")
	} else if err != nil {
		return nil, fmt.Errorf("the key store: %w", err)
	}
	mayMake := func() (bool, error) {
		if o.Existing {
			return false, nil
		}
		return v.empty(ctx)
	}
	for _, url := range append([]string{o.KEK}, o.PreviousKEKs...) {
		k, err := openKEK(ctx, url, mayMake)
		if err != nil {
			return nil, err
		}
		v.keks = append(v.keks, k)
	}
	go v.cache.Start() // ends with Close
	return v, nil
}

// Close forgets the keys in memory and lets go of the stores.
func (v *Vault) Close() error {
	v.cache.Stop()
	v.cache.DeleteAll()
	return v.closeStores()
}

func (v *Vault) closeStores() error {
	var problems []error
	for _, k := range v.keks {
		problems = append(problems, k.keeper.Close())
	}
	if v.store != nil {
		problems = append(problems, v.store.Close())
	}
	return errors.Join(problems...)
}

// empty reports whether the store holds no wrapped key yet.
func (v *Vault) empty(ctx context.Context) (bool, error) {
	for _, err := range v.Names(ctx) {
		return false, err
	}
	return true, nil
}

// Names yields the names of all keys that are not destroyed.
func (v *Vault) Names(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for object, err := range v.store.List(ctx, keyObjectPrefix) {
			if err != nil {
				yield("", unavailable("list the keys", err))
				return
			}
			name, ok := strings.CutSuffix(strings.TrimPrefix(object, keyObjectPrefix), ".json")
			if ok && !yield(name, nil) {
				return
			}
		}
	}
}

// cipher returns the cipher of the key of that name.
func (v *Vault) cipher(name string) (cipher.AEAD, error) {
	if item := v.cache.Get(name); item != nil {
		return item.Value(), nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout) // the SDK's codecs have no context
	defer cancel()
	key, err := v.load(ctx, name)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	if v.cacheFor > 0 {
		v.cache.Set(name, aead, ttlcache.DefaultTTL)
	}
	return aead, nil
}
