package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"gocloud.dev/gcerrors"
	"gocloud.dev/secrets"
	_ "gocloud.dev/secrets/awskms"        // serves awskms://
	_ "gocloud.dev/secrets/azurekeyvault" // serves azurekeyvault://
	_ "gocloud.dev/secrets/gcpkms"        // serves gcpkms://
	_ "gocloud.dev/secrets/hashivault"    // serves hashivault://
	"gocloud.dev/secrets/localsecrets"

	"ite.digital/lethe/storage"
)

// KEKSchemes are the URL schemes of key-encryption keys.
func KEKSchemes() []string {
	return append([]string{"file"}, secrets.DefaultURLMux().KeeperSchemes()...)
}

// A kek is a key-encryption key.
type kek struct {
	// url names the key; it holds no secret.
	url    string
	keeper *secrets.Keeper
}

// openKEK opens the key-encryption key at the URL. A local file that is not
// there is made if mayMake says so.
func openKEK(ctx context.Context, kekURL string, mayMake func() (bool, error)) (*kek, error) {
	location, err := url.Parse(kekURL)
	if err != nil {
		return nil, errors.New("the URL of the key-encryption key is not valid")
	}
	if location.Scheme != "file" {
		keeper, err := secrets.OpenKeeper(ctx, kekURL)
		if err != nil {
			return nil, fmt.Errorf("open the key-encryption key: %w", err)
		}
		return &kek{url: kekURL, keeper: keeper}, nil
	}
	key, err := localKey(location.Path, mayMake)
	if err != nil {
		return nil, err
	}
	return &kek{url: kekURL, keeper: localsecrets.NewKeeper(key)}, nil
}

// localKey reads the key in the file, which is 32 bytes in base64.
func localKey(path string, mayMake func() (bool, error)) (key [32]byte, err error) {
	content, err := os.ReadFile(path) //nolint:gosec // the configuration names the file
	if errors.Is(err, fs.ErrNotExist) {
		if content, err = makeLocalKey(path, mayMake); err != nil {
			return key, err
		}
	}
	if err != nil {
		return key, fmt.Errorf("the key-encryption key's file %s cannot be read: check its permissions", path)
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(content)))
	if err != nil || len(decoded) != len(key) {
		return key, fmt.Errorf("the file %s does not hold a key-encryption key: 32 bytes in base64; restore it from its backup", path)
	}
	return [32]byte(decoded), nil
}

func makeLocalKey(path string, mayMake func() (bool, error)) ([]byte, error) {
	switch may, err := mayMake(); {
	case err != nil:
		return nil, err
	case !may:
		return nil, fmt.Errorf("the key-encryption key's file %s is missing; give all processes the same one, or restore it from its backup", path)
	}
	key := newKey()
	defer clear(key)
	content := []byte(base64.StdEncoding.EncodeToString(key) + "\n")
	switch err := storage.CreateFile(path, content); {
	case errors.Is(err, storage.ErrExists): // another process was faster
		return os.ReadFile(path) //nolint:gosec // as above
	case err != nil:
		return nil, fmt.Errorf("make the key-encryption key's file: %w", err)
	}
	return content, nil
}

// wrong reports whether a key-encryption key has said that what it was given is
// not its own. A key service answers in its own way; a local key knows from the
// seal.
func (k *kek) wrong(err error) bool {
	return strings.HasPrefix(k.url, "file:") || gcerrors.Code(err) == gcerrors.InvalidArgument
}
