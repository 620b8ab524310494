package identity_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

func address(t *testing.T, text string) dsr.Identifier {
	t.Helper()
	id, err := identity.Parser{}.Parse(dsr.Email, text)
	require.NoError(t, err, text)
	return id
}

func TestBothFormsOfADomainAreOneAddress(t *testing.T) {
	t.Parallel()
	for _, forms := range [][]string{
		{"jo@exämple.com", "jo@xn--exmple-cua.com", "JO@EXÄMPLE.com", "jo@exa\u0308mple.com", "jo@XN--EXMPLE-CUA.com"},
		{"jo@faß.example", "jo@xn--fa-hia.example", "jo@FAẞ.example"},
		{"jo@βόλος.example", "jo@xn--nxasmm1c.example"},
		{"jo@नेपाल.example", "jo@xn--l2bey1c2b.example"},
		{"zoë@example.com", "zoe\u0308@example.com", "ZOË@example.com"},
		{"jo@例え.テスト", "jo@xn--r8jz45g.xn--zckzah"},
	} {
		first := address(t, forms[0])
		for _, form := range forms {
			id := address(t, form)
			require.True(t, id.Same(first), "%s and %s", form, forms[0])
			require.True(t, identity.Means(identity.Hash(id, dsr.SHA256), first), form)
			for _, spelling := range identity.Spellings(id) {
				require.True(t, address(t, spelling).Same(id), spelling)
				for _, digest := range dsr.Digests() { // whichever form a program hashed
					hashed := identity.Hash(dsr.Identifier{Type: dsr.Email, Value: spelling}, digest)
					require.True(t, identity.Means(hashed, first), spelling)
				}
			}
		}
	}
}

func TestADomainInTheDNSIsAskedForAsWell(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"Jo@exämple.com", "jo@exämple.com", "Jo@xn--exmple-cua.com", "jo@xn--exmple-cua.com", "Jo@exa\u0308mple.com", "jo@exa\u0308mple.com"},
		identity.Spellings(address(t, "Jo@Exämple.com")))
	require.Equal(t, []string{"jo@example.com"}, identity.Spellings(address(t, "jo@EXAMPLE.com")))
	require.Equal(t, []dsr.Identifier{{Type: dsr.Email, Value: "jo@exämple.com"}, {Type: dsr.Email, Value: "jo@xn--exmple-cua.com"},
		{Type: dsr.Email, Value: "jo@exa\u0308mple.com"}},
		identity.Equivalents(address(t, "jo@exämple.com")))
}

// Older programs made another domain of ß, ς and the joiners (W10): asked for, and held.
func TestWhatOlderProgramsMadeOfADomainIsAnAlternative(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"jo@faß.example": "jo@fass.example", "jo@xn--fa-hia.example": "jo@fass.example", "jo@βόλος.example": "jo@βόλοσ.example",
		"jo@نامه\u200cای.example": "jo@نامهای.example",
	} {
		id := address(t, text)
		require.Equal(t, []dsr.Identifier{{Type: dsr.Email, Value: want}}, identity.Alternatives(id), text)
		require.False(t, id.Same(address(t, want)))
		require.NotContains(t, identity.Spellings(id), want)
		require.Empty(t, identity.Alternatives(address(t, want)), "who has the other domain is not asked about")
	}
	for _, plain := range []string{"jo@example.com", "jo@exämple.com", "ß@example.com"} {
		require.Empty(t, identity.Alternatives(address(t, plain)), plain)
	}
}

func TestAddressesThatLookAlikeAreNotTheSame(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"jo+shop@example.com", "jo@example.com"}, {"j.o@example.com", "jo@example.com"}, {"jo@example.com", "jo@mail.example.com"},
		{"zoë@example.com", "zoe@example.com"}, {"jo@exämple.com", "jo@example.com"}, {"jo@gmail.com", "jo@googlemail.com"}, {"jо@example.com", "jo@example.com"},
	} {
		require.False(t, address(t, pair[0]).Same(address(t, pair[1])), pair)
		require.False(t, identity.Means(identity.Hash(address(t, pair[0]), dsr.SHA256), address(t, pair[1])), pair)
	}
}

func TestWhatIsNoDomainIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"jo@192.0.2.1", "jo@[192.0.2.1]", "jo@example", "jo@example..com", "jo@-example.com", "jo@example-.com", "jo@exa_mple.com", "jo@example.com.",
		"jo@xn--zzzzzzzz99999.example", "jo@.example.com", "jo@ex ample.com", "jo@example.com/path", "jo@example.123", "mailto:jo@example.com",
		"jo@" + strings.Repeat("x", 250) + ".com",
	} {
		_, err := identity.Parser{}.Parse(dsr.Email, text)
		require.Error(t, err, text)
	}
}
