package identity_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

func TestPhonesAreSpelledAsOthersSpellThem(t *testing.T) {
	t.Parallel()
	french := dsr.Identifier{Type: dsr.Phone, Value: "+33639981234"}
	require.Equal(t, []string{"+33639981234", "33639981234", "0639981234", "+33 6 39 98 12 34", "06 39 98 12 34"}, identity.CommonSpellings(french))
	require.Equal(t, append(identity.CommonSpellings(french),
		"0033639981234", "+33 639981234", "0033 639981234", "0033 6 39 98 12 34",
		"+33 (0)639981234", "+33 (0)6 39 98 12 34", "+33 (0) 6 39 98 12 34",
		"+33-6-39-98-12-34", "06-39-98-12-34", "+33.6.39.98.12.34", "06.39.98.12.34",
	), identity.Spellings(french))
	require.Equal(t, "639981234", identity.National(french))

	italian := dsr.Identifier{Type: dsr.Phone, Value: "+390612345678"} // the zero belongs to the number
	require.Equal(t, "0612345678", identity.National(italian))

	email := dsr.Identifier{Type: dsr.Email, Value: "jo@example.com"}
	require.Equal(t, []string{"jo@example.com"}, identity.Spellings(email))
	require.Empty(t, identity.National(email))
}

func TestEverySpellingIsTheSameNumber(t *testing.T) {
	t.Parallel()
	number := dsr.Identifier{Type: dsr.Phone, Value: "+33639981234"}
	for _, spelling := range identity.Spellings(number) {
		normal, err := identity.Parser{Region: "FR"}.Parse(dsr.Phone, spelling)
		require.NoError(t, err)
		require.Equal(t, number, normal)
	}
}
