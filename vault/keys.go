package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ite.digital/lethe/storage"
)

// keySize is the size of data keys in bytes: AES-256.
const keySize = 32

// maxObject bounds an object of the key store, in bytes.
const maxObject = 16 << 10

func newKey() []byte {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails: it ends the process instead
	return key
}

// wrapped is a data key as the key store holds it.
type wrapped struct {
	// KEK is the URL of the key-encryption key.
	KEK string `json:"kek"`
	// Key is the data key and the digest of its name, encrypted. The name keeps
	// a key from serving another request when objects are swapped.
	Key       []byte    `json:"key"`
	CreatedAt time.Time `json:"created_at"`
}

// due says when a key is to be destroyed.
type due struct {
	At time.Time `json:"at"`
}

// A Claim says whose an id is, for good: also after the request's key was destroyed.
type Claim struct {
	// Owner is the kind of the request.
	Owner string `json:"owner"`
	// By is who handed the request in, by a name that a [Namer] made. It is empty in
	// claims of before it was noted.
	By string `json:"by,omitempty"`
}

// tombstone says that a key was destroyed.
type tombstone struct {
	DestroyedAt time.Time `json:"destroyed_at"`
}

// keyObjectPrefix begins the names of the objects that hold keys.
const keyObjectPrefix = "keys/"

func keyObject(name string) string       { return keyObjectPrefix + name + ".json" }
func dueObject(name string) string       { return "due/" + name + ".json" }
func destroyedObject(name string) string { return "destroyed/" + name + ".json" }
func claimObject(id string) string       { return "claims/" + id + ".json" }

// Ensure makes the key of that name unless it is there: of many that do, at
// once and in different processes, one makes it. A key that was destroyed is
// never made again: the error is then [ErrDestroyed].
func (v *Vault) Ensure(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if _, err := v.load(ctx, name); !errors.Is(err, ErrNoKey) {
		return err
	}
	key := newKey()
	defer clear(key)
	content, err := v.wrap(ctx, v.keks[0], name, key, v.now())
	if err != nil {
		return err
	}
	if err := v.store.Create(ctx, keyObject(name), content); err != nil && !errors.Is(err, storage.ErrExists) {
		return unavailable("store the key", err)
	}
	return v.removeIfDestroyed(ctx, name)
}

// removeIfDestroyed follows whatever writes a key's object: if the key was
// destroyed before or meanwhile, the object must not stay. Whoever destroys
// leaves the tombstone before removing the object, so that one of both removes
// it last.
func (v *Vault) removeIfDestroyed(ctx context.Context, name string) error {
	destroyed, err := v.store.Exists(ctx, destroyedObject(name))
	if err != nil {
		return unavailable("look for the tombstone", err)
	}
	if !destroyed {
		return nil
	}
	if err := v.store.Remove(ctx, keyObject(name)); err != nil {
		return unavailable("remove the key", err)
	}
	return ErrDestroyed
}

func (v *Vault) wrap(ctx context.Context, k *kek, name string, key []byte, created time.Time) ([]byte, error) {
	plain := make([]byte, 0, keySize+sha256.Size)
	plain = append(plain, key...)
	plain = append(plain, digest(name)...)
	defer clear(plain)
	sealed, err := k.keeper.Encrypt(ctx, plain)
	if err != nil {
		return nil, unavailable("wrap the key", err)
	}
	return json.Marshal(wrapped{KEK: k.url, Key: sealed, CreatedAt: created.UTC().Truncate(time.Second)})
}

func digest(name string) []byte {
	sum := sha256.Sum256([]byte("lethe key " + name))
	return sum[:]
}

// load reads a key from the store. The error is [ErrDestroyed] or [ErrNoKey] if
// there is none.
func (v *Vault) load(ctx context.Context, name string) ([]byte, error) {
	w, err := v.read(ctx, name)
	if err != nil {
		return nil, err
	}
	return v.unwrap(ctx, name, w)
}

func (v *Vault) read(ctx context.Context, name string) (wrapped, error) {
	content, err := v.store.Read(ctx, keyObject(name), maxObject)
	if errors.Is(err, storage.ErrNotFound) {
		return wrapped{}, v.whyMissing(ctx, name)
	}
	if err != nil {
		return wrapped{}, unavailable("read the key", err)
	}
	// A tombstone counts at once, also where whoever left it was interrupted.
	if err := v.whyMissing(ctx, name); !errors.Is(err, ErrNoKey) {
		return wrapped{}, err
	}
	var w wrapped
	if json.Unmarshal(content, &w) != nil {
		return wrapped{}, unavailable("read the key", errors.New("its object is damaged; restore it from the key store's backup"))
	}
	return w, nil
}

func (v *Vault) whyMissing(ctx context.Context, name string) error {
	destroyed, err := v.store.Exists(ctx, destroyedObject(name))
	switch {
	case err != nil:
		return unavailable("look for the tombstone", err)
	case destroyed:
		return ErrDestroyed
	default:
		return ErrNoKey
	}
}

// unwrap opens a wrapped key, with the key-encryption key that its object names
// first: the names of keys in key services can be written in several ways.
func (v *Vault) unwrap(ctx context.Context, name string, w wrapped) ([]byte, error) {
	failure := fmt.Errorf("%w: %w", ErrUnavailable, ErrWrongKEK)
	for _, k := range v.candidates(w.KEK) {
		plain, err := k.keeper.Decrypt(ctx, w.Key)
		if err != nil {
			if !k.wrong(err) {
				failure = unavailable("unwrap the key", err)
			}
			continue
		}
		if len(plain) != keySize+sha256.Size || !bytes.Equal(plain[keySize:], digest(name)) {
			clear(plain)
			return nil, unavailable("unwrap the key", errors.New("its object holds another request's key"))
		}
		return plain[:keySize], nil
	}
	return nil, failure
}

func (v *Vault) candidates(url string) []*kek {
	ordered := make([]*kek, 0, len(v.keks))
	for _, k := range v.keks {
		if k.url == url {
			ordered = append(ordered, k)
		}
	}
	for _, k := range v.keks {
		if k.url != url {
			ordered = append(ordered, k)
		}
	}
	return ordered
}

// Destroy destroys the key of that name for good. To destroy it twice is to
// destroy it once; already tells. Other processes may hold the key in memory
// for as long as they cache keys.
func (v *Vault) Destroy(ctx context.Context, name string) (already bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if _, err := v.read(ctx, name); errors.Is(err, ErrNoKey) {
		return false, err
	}
	content, err := json.Marshal(tombstone{DestroyedAt: v.now().UTC().Truncate(time.Second)})
	if err != nil {
		return false, err
	}
	// The tombstone comes first: from then on no process makes or rewraps the key.
	err = v.store.Create(ctx, destroyedObject(name), content)
	already = errors.Is(err, storage.ErrExists)
	if err != nil && !already {
		return false, unavailable("leave the tombstone", err)
	}
	for _, object := range []string{keyObject(name), dueObject(name)} {
		if err := v.store.Remove(ctx, object); err != nil {
			return false, unavailable("remove the key", err)
		}
	}
	v.cache.Delete(name)
	return already, nil
}

// DestroyedAt says when the key was destroyed; it is zero if it was not.
func (v *Vault) DestroyedAt(ctx context.Context, name string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	var t tombstone
	err := v.readObject(ctx, destroyedObject(name), &t)
	if errors.Is(err, storage.ErrNotFound) {
		return time.Time{}, nil
	}
	return t.DestroyedAt, err
}

// SetDue says when the key is to be destroyed; the latest word counts.
func (v *Vault) SetDue(ctx context.Context, name string, at time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	content, err := json.Marshal(due{At: at.UTC()})
	if err != nil {
		return err
	}
	if err := v.store.Replace(ctx, dueObject(name), content); err != nil {
		return unavailable("note when the key is to be destroyed", err)
	}
	return nil
}

// Due says when the key is to be destroyed; it is zero if nobody has said.
func (v *Vault) Due(ctx context.Context, name string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	var d due
	err := v.readObject(ctx, dueObject(name), &d)
	if errors.Is(err, storage.ErrNotFound) {
		return time.Time{}, nil
	}
	return d.At, err
}

func (v *Vault) readObject(ctx context.Context, object string, into any) error {
	content, err := v.store.Read(ctx, object, maxObject)
	if errors.Is(err, storage.ErrNotFound) {
		return err
	}
	if err == nil {
		err = json.Unmarshal(content, into)
	}
	if err != nil {
		return unavailable("read the key store", err)
	}
	return nil
}

// Claim notes whose an id is, and returns the claim that counts: of many that claim it,
// at once and in different processes, the first one has it for good. To claim what one
// has is fine, so that whoever was interrupted can go on.
func (v *Vault) Claim(ctx context.Context, id string, c Claim) (Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	content, err := json.Marshal(c)
	if err != nil {
		return Claim{}, err
	}
	err = v.store.Create(ctx, claimObject(id), content)
	if err == nil {
		return c, nil
	}
	if !errors.Is(err, storage.ErrExists) {
		return Claim{}, unavailable("claim the id", err)
	}
	return v.Claimed(ctx, id)
}

// Claimed returns the claim on an id; it is zero if nobody has claimed it.
func (v *Vault) Claimed(ctx context.Context, id string) (Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	var c Claim
	err := v.readObject(ctx, claimObject(id), &c)
	if errors.Is(err, storage.ErrNotFound) {
		return Claim{}, nil
	}
	return c, err
}
