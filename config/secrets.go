package config

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"ite.digital/lethe/connectors"
)

// maxSecret bounds a secret's file, in bytes: the key file of a service
// account has two to three thousand.
const maxSecret = 64 << 10

// reference matches ${NAME}.
var reference = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// credentials resolves the secrets of a system by key. Where a secret could
// not be resolved, or is not to be, "-" stands for it, so that
// the kind sees which keys are there.
func (l *loader) credentials(v value, keys []connectors.Key) map[string]string {
	v.secret = true
	entries := v.entries()
	v.refuseUnknown(entries, namesOf(keys), nil)
	secrets := map[string]string{}
	for key, e := range entries {
		if !slices.ContainsFunc(keys, func(k connectors.Key) bool { return k.Name == key }) {
			continue
		}
		secrets[key] = "-"
		if secret, ok := l.secret(e.value); ok {
			secrets[key] = secret
		}
	}
	return secrets
}

// secret resolves one reference to a secret.
func (l *loader) secret(v value) (string, bool) {
	secret, ok := l.resolve(v)
	if ok {
		l.note([]byte(secret))
	}
	return secret, ok
}

func (l *loader) resolve(v value) (string, bool) {
	if v.shared() || v.empty() {
		return "", false
	}
	text := strings.TrimSpace(v.node.Value)
	variable := reference.FindStringSubmatch(text)
	path, isFile := strings.CutPrefix(text, "file:")
	switch {
	case v.node.Kind != yaml.ScalarNode:
		v.refuse("is not a reference to a secret; write ${NAME} for an environment variable or file:/path for a file")
	case variable != nil:
		return l.fromEnv(v, variable[1])
	case isFile && path != "":
		return l.fromFile(v, path)
	case strings.Contains(text, "${"):
		v.refuse("must be a reference and nothing else: ${NAME}, with letters, digits and _ in the name of the environment variable")
	default:
		v.refuse("holds the secret itself; put it into an environment variable and write ${NAME}, or into a file and write file:/path")
	}
	return "", false
}

func (l *loader) fromEnv(v value, name string) (string, bool) {
	if l.without {
		return "", false
	}
	secret, ok := l.env(name)
	secret = strings.TrimSpace(secret)
	switch {
	case !ok:
		v.refuse("the environment variable %s is not set; set it to the secret", name)
	case secret == "":
		v.refuse("the environment variable %s is empty; set it to the secret", name)
	}
	return secret, secret != ""
}

func (l *loader) fromFile(v value, path string) (string, bool) {
	if l.without {
		return "", false
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(l.folder, path)
	}
	content, err := readLimited(path, maxSecret)
	secret := strings.TrimSpace(string(content))
	switch {
	case err != nil:
		v.refuse("the secret's file %q %s; check the path", path, reasonFor(err))
	case secret == "":
		v.refuse("the secret's file %q is empty; write the secret into it", path)
	}
	return secret, secret != ""
}
