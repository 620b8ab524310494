package vault_test

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/vault"
)

func TestReportsAreSignedByTheNewestKeyAndOldOnesStayKnown(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.open(t)
	_, err := v.ReportKeys(t.Context())
	require.ErrorIs(t, err, vault.ErrNoSigningKey)

	first, signature, err := v.SignReport(t.Context(), []byte("a report"))
	require.NoError(t, err)
	require.True(t, ed25519.Verify(first, []byte("a report"), signature))
	again, _, err := p.open(t).SignReport(t.Context(), []byte("another"))
	require.NoError(t, err)
	require.Equal(t, first, again, "one key for all processes")

	second, err := v.RotateReportKey(t.Context())
	require.NoError(t, err)
	signedBy, _, err := v.SignReport(t.Context(), []byte("a third"))
	require.NoError(t, err)
	require.Equal(t, second, signedBy)
	known, err := p.open(t).ReportKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, []ed25519.PublicKey{first, second}, known)
}

func TestTheKeyThatSignsReportsIsNowhereInClear(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	_, _, err := p.open(t).SignReport(t.Context(), []byte("a report"))
	require.NoError(t, err)
	content, err := os.ReadFile(filepath.Join(p.store(), "keys", "signing", "1.json"))
	require.NoError(t, err)
	require.Contains(t, string(content), `"kek":`)

	other := p.options()
	other.KEK = p.kek("other")
	require.NoError(t, os.Rename(filepath.Join(p.dir, "kek"), filepath.Join(p.dir, "moved")))
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "other"), []byte("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="), 0o600))
	stranger, err := vault.Open(t.Context(), other)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, stranger.Close()) })
	_, _, err = stranger.SignReport(t.Context(), []byte("a forgery"))
	require.ErrorIs(t, err, vault.ErrWrongKEK)
}

func TestTheKeysThatSignReportsMoveToANewKeyEncryptionKey(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	first, _, err := p.open(t).SignReport(t.Context(), []byte("a report"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "new"), []byte("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="), 0o600))
	v := p.open(t, func(o *vault.Options) { o.KEK, o.PreviousKEKs = p.kek("new"), []string{p.kek("kek")} })
	done, err := v.Rewrap(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, vault.Rewrapped{Done: 1}, done)
	moved := p.open(t, func(o *vault.Options) { o.KEK = p.kek("new") })
	known, err := moved.ReportKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, []ed25519.PublicKey{first}, known)
}
