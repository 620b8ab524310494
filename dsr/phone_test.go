package dsr_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
)

func TestPhonesAreSpelledAsOthersSpellThem(t *testing.T) {
	t.Parallel()
	french := dsr.Identifier{Type: dsr.Phone, Value: "+33639981234"}
	require.Equal(t, []string{"+33639981234", "33639981234", "0639981234", "+33 6 39 98 12 34", "06 39 98 12 34"}, french.PhoneSpellings())
	require.Equal(t, "639981234", french.NationalNumber())

	italian := dsr.Identifier{Type: dsr.Phone, Value: "+390612345678"} // the zero belongs to the number
	require.Equal(t, "0612345678", italian.NationalNumber())

	email := dsr.Identifier{Type: dsr.Email, Value: "jo@example.com"}
	require.Empty(t, email.PhoneSpellings())
	require.Empty(t, email.NationalNumber())
}

func TestEverySpellingIsTheSameNumber(t *testing.T) {
	t.Parallel()
	number := dsr.Identifier{Type: dsr.Phone, Value: "+33639981234"}
	for _, spelling := range number.PhoneSpellings() {
		normal, err := dsr.Normalizer{Region: "FR"}.Identifier(dsr.Phone, spelling)
		require.NoError(t, err)
		require.Equal(t, number, normal)
	}
}
