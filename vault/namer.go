package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// namerKey is the key under which names are made. It is never replaced: what was
// named once must be named the same for ever.
const namerKey = "names/1"

// NamerKey reports whether the name is that of the key under which [Namer] makes
// names.
func NamerKey(name string) bool { return strings.HasPrefix(name, "names/") }

// A Namer makes ids for what has none of its own, such as the row of a file or a
// message. The same parts make the same name wherever the vault is the same, and
// nobody without its key learns or guesses the parts from the name.
type Namer struct{ key []byte }

// Namer returns the vault's namer. Its key is made if there is none.
func (v *Vault) Namer(ctx context.Context) (*Namer, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if err := v.Ensure(ctx, namerKey); err != nil {
		return nil, err
	}
	key, err := v.load(ctx, namerKey)
	if err != nil {
		return nil, err
	}
	return &Namer{key: key}, nil
}

// Name is the name of what the parts describe: 32 hexadecimal digits, the first
// half of their HMAC-SHA-256.
func (n *Namer) Name(parts ...string) string {
	mac := hmac.New(sha256.New, n.key)
	for _, part := range parts {
		// The length keeps "ab", "c" from being "a", "bc".
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	return hex.EncodeToString(mac.Sum(nil)[:sha256.Size/2])
}
