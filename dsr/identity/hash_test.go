package identity_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// The digests were made with sha256sum, sha1sum and md5sum of coreutils, of
// "ann@example.com", without a line's end.
var hashes = map[dsr.IdentifierType]string{
	"email_sha256": "71d4f55f72fa128dfb468a1a3901507c804b74316488744d769d7f4b16696476",
	"email_sha1":   "85e20fa15f500fa17c1b6975c6647445094c26d9",
	"email_md5":    "257c57037d384ae37ea27a07e8a01665",
}

func TestAHashIsThatOfTheNormalForm(t *testing.T) {
	t.Parallel()
	id, err := identity.Parser{}.Parse(dsr.Email, "Ann@Example.com")
	require.NoError(t, err)
	for typ, want := range hashes {
		_, d, ok := typ.Plain()
		require.True(t, ok)
		require.Equal(t, dsr.Identifier{Type: typ, Value: want}, identity.Hash(id, d))
		handed, err := identity.Parser{}.Parse(typ, strings.ToUpper(want))
		require.NoError(t, err, "letters of any size")
		require.Equal(t, identity.Hash(id, d), handed)
		require.True(t, identity.Recognises(dsr.Subject{Identifiers: []dsr.Identifier{handed}}, id))
		require.True(t, identity.Carries(dsr.Record{Identifiers: []dsr.Identifier{id}}, handed))
		_, err = identity.Parser{}.Parse(typ, want[1:])
		require.ErrorContains(t, err, "digest in hexadecimal")
	}
}

func TestOnlySomeTypesComeHashed(t *testing.T) {
	t.Parallel()
	require.Len(t, dsr.HashedTypes(), 9)
	for _, known := range dsr.HashedTypes() {
		require.True(t, known.Known())
	}
	for _, unknown := range []dsr.IdentifierType{"email_sha512", "ga_client_id_sha256", "_sha256", "email_", "email_email"} {
		require.False(t, unknown.Known(), unknown)
	}
}

func TestAHashIsUnresolvedUntilThePlainOneIsKnown(t *testing.T) {
	t.Parallel()
	ann, ben := dsr.Identifier{Type: dsr.Email, Value: "ann@example.com"}, dsr.Identifier{Type: dsr.Email, Value: "ben@example.com"}
	s := dsr.Subject{Identifiers: []dsr.Identifier{identity.Hash(ann, dsr.SHA256), ben}}
	require.Equal(t, []dsr.Identifier{identity.Hash(ann, dsr.SHA256)}, identity.Unresolved(s))
	require.Empty(t, identity.Unresolved(s.With(ann)))
	require.False(t, identity.Recognises(s, dsr.Identifier{Type: dsr.Email, Value: "carl@example.com"}))
	require.False(t, identity.Recognises(s, dsr.Identifier{Type: dsr.CustomerID, Value: "ann@example.com"}), "it is the hash of an address")
}
