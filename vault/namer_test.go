package vault_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/vault"
)

func TestTheSameIsNamedTheSameInEveryProcessAndNowhereElse(t *testing.T) {
	t.Parallel()
	here := newPlace(t)
	namer := func(p place) *vault.Namer {
		n, err := p.open(t).Namer(t.Context())
		require.NoError(t, err)
		return n
	}
	name := namer(here).Name("<1@example.com>", address)

	require.Regexp(t, "^[0-9a-f]{32}$", name)
	require.Equal(t, name, namer(here).Name("<1@example.com>", address))
	require.NotEqual(t, name, namer(newPlace(t)).Name("<1@example.com>", address), "without the key nobody can guess")
	require.NotEqual(t, namer(here).Name("ab", "c"), namer(here).Name("a", "bc"), "parts do not run together")
}

func TestOnlyTheNamersKeyIsTakenForIt(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.open(t)
	_, err := v.Namer(t.Context())
	require.NoError(t, err)
	for name, err := range v.Names(t.Context()) {
		require.NoError(t, err)
		require.True(t, vault.NamerKey(name), name)
	}
	require.False(t, vault.NamerKey(workflowID))
}
