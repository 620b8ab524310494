package identity_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

func TestIdentifiersAreNormalisedOnEntry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		idType dsr.IdentifierType
		value  string
		want   string
	}{
		{"e-mail is trimmed and its domain lower-cased", dsr.Email, "  Ana.Martin@Example.COM ", "Ana.Martin@example.com"},
		{"a plus address stays what it is", dsr.Email, "ana+shop@example.com", "ana+shop@example.com"},
		{"an apostrophe is part of the address", dsr.Email, "o'neil@example.com", "o'neil@example.com"},
		{"letters beyond ASCII are accepted", dsr.Email, "zoë@exämple.com", "zoë@exämple.com"},
		{"a national number takes the default region", dsr.Phone, "06 39 98 00 01", "+33639980001"},
		{"an international number needs none", dsr.Phone, "+49 (30) 23125-001", "+493023125001"},
		{"00 stands for +", dsr.Phone, "0033 639980001", "+33639980001"},
		{"a client id stays what it is", dsr.GAClientID, "1234567890.1700000000", "1234567890.1700000000"},
		{"a _ga cookie yields its client id", dsr.GAClientID, "GA1.1.1234567890.1700000000", "1234567890.1700000000"},
		{"so does one with a path depth", dsr.GAClientID, "GA1.2-2.1234567890.1700000000", "1234567890.1700000000"},
		{"a customer id keeps its case", dsr.CustomerID, " C-17a ", "C-17a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := identity.Parser{Region: "FR"}.Parse(c.idType, c.value)
			require.NoError(t, err)
			require.Equal(t, dsr.Identifier{Type: c.idType, Value: c.want}, got)
			again, err := identity.Parser{}.Parse(got.Type, got.Value)
			require.NoError(t, err, "the normal form needs no region")
			require.Equal(t, got, again)
		})
	}
}

func TestWhatIsNotAnIdentifierIsRefusedWithoutQuotingIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		idType dsr.IdentifierType
		value  string
		want   string
	}{
		{"unknown type", "shoe_size", "43", "unknown identifier type"},
		{"empty", dsr.Email, "  ", "empty"},
		{"too long", dsr.CustomerID, strings.Repeat("x", 255), "longer than 254 bytes"},
		{"control characters", dsr.CustomerID, "secret\nvalue", "control characters"},
		{"not UTF-8", dsr.CustomerID, "secret\xff", "UTF-8"},
		{"no at sign", dsr.Email, "secret.example.com", "not an e-mail address"},
		{"two addresses", dsr.Email, "secret@example.com,b@example.com", "not an e-mail address"},
		{"a display name", dsr.Email, "Secret <secret@example.com>", "not an e-mail address"},
		{"angle brackets", dsr.Email, "<secret@example.com>", "not an e-mail address"},
		{"no domain", dsr.Email, "secret@localhost", "no valid domain"},
		{"words for a phone", dsr.Phone, "call secret", "not a phone number"},
		{"too short for a phone", dsr.Phone, "+3312", "not a phone number"},
		{"a national number without a region", dsr.Phone, "0639980001", "no country code"},
		{"a broken cookie", dsr.GAClientID, "GA1.1.secret", "_ga cookie"},
		{"an address for a client id", dsr.GAClientID, "secret@example.com", "_ga cookie"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := identity.Parser{}.Parse(c.idType, c.value)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "ecret")
		})
	}
}

func TestAddressesCompareWithoutRegardToCaseAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	same := func(a, b dsr.Identifier) bool { return a.Same(b) }
	require.True(t, same(dsr.Identifier{Type: dsr.Email, Value: "Ana@example.com"}, dsr.Identifier{Type: dsr.Email, Value: "ana@example.com"}))
	require.False(t, same(dsr.Identifier{Type: dsr.Email, Value: "ana@example.com"}, dsr.Identifier{Type: dsr.Email, Value: "ana@example.co"}))
	require.False(t, same(dsr.Identifier{Type: dsr.CustomerID, Value: "A"}, dsr.Identifier{Type: dsr.CustomerID, Value: "a"}))
	require.False(t, same(dsr.Identifier{Type: dsr.CustomerID, Value: "1"}, dsr.Identifier{Type: dsr.GAUserID, Value: "1"}))
}

func TestVendorsValuesThatAreNoIdentifiersAreLeftOut(t *testing.T) {
	t.Parallel()
	got := identity.Parser{Region: "FR"}.Field("phone", dsr.Phone, "", "n/a", "0639980001")
	require.Equal(t, []dsr.Identifier{{Type: dsr.Phone, Value: "+33639980001"}}, got.Identifiers)
	require.Equal(t, []dsr.UnreadField{{Field: "phone", Type: dsr.Phone, Reason: "placeholder"}}, got.Unread)
}

func TestASubjectIsRecognisedInATextThatIsToBeKept(t *testing.T) {
	t.Parallel()
	s := dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: "Ana@example.com"}, {Type: dsr.Phone, Value: "+33639980001"}}}
	for _, text := range []string{"wrote to ana@EXAMPLE.com", "rang 06 39 98 00 01", "rang +33 (0)6.39.98.00.01"} {
		require.True(t, identity.MentionedIn(s, text), text)
	}
	require.False(t, identity.MentionedIn(s, "ticket 4711 of 2026-03-02, two contacts deleted"))
}

func FuzzNormalisingIsStable(f *testing.F) {
	for _, seed := range []string{
		"ana@example.com", "0639980001", "GA1.1.1.2", "\"a b\"@example.com", "İ@example.com", "Jo@FA\u1e9e.example", "jo@xn--fa-hia.example",
		"e\u200b\u0301-17", "jo@نامه\u200cای.example", "33639980001", "+52 (1) 55 1234 5678", "tel:06;phone-context=+39", "0011 45 32123456",
		"C-17; C-18, C-19|C-20", "Jo <jo@example.com>; none", "06 1 / 06 2", "https://wa.me/33639980001?text=x", "+٣٣ ٦ ٣٩", "+00", "(+", "='", "+241 (0)6",
		"auth0|17", "\"+1\"", "tel:1;phone-context=+", "tel:;ext=1", "+()1", "\xc4,000000000000", "00@Xn--00iA.A", "jo@xn--i-7iq.ws",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, idType := range dsr.IdentifierTypes() {
			for _, region := range []string{"", "FR", "AU"} {
				parser := identity.Parser{Region: region}
				reading := parser.Field("field", idType, value)
				for _, id := range slices.Concat(reading.Identifiers, reading.Ambiguous) {
					stable(t, id)
				}
				if first, err := parser.Parse(idType, value); err == nil {
					stable(t, first)
					if len(reading.Identifiers) == 0 {
						t.Errorf("%s: %q is an identifier and not in a field", idType, value)
					}
				}
			}
		}
	})
}

// stable holds that the normal form is one, and that what is asked for means the same.
func stable(t *testing.T, id dsr.Identifier) {
	t.Helper()
	again, err := identity.Parser{}.Parse(id.Type, id.Value)
	if err != nil || again != id {
		t.Errorf("%s: normalising twice gives %q, then %q, %v", id.Type, id.Value, again.Value, err)
	}
	for _, spelling := range identity.Spellings(id) {
		if id.Type == dsr.Phone && spelling[0] != '+' {
			continue // which country's, the text does not say
		}
		read, err := identity.Parser{}.Parse(id.Type, spelling)
		if err != nil || !read.Same(id) {
			t.Errorf("%s: %q is spelled %q, which is %q, %v", id.Type, id.Value, spelling, read.Value, err)
		}
	}
	for _, other := range identity.Alternatives(id) {
		if err := identity.Check(other); err != nil || other.Same(id) {
			t.Errorf("%s: %q has the alternative %q, %v", id.Type, id.Value, other.Value, err)
		}
	}
}
