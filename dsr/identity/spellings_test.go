package identity_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// V2: what vendors hold that look up exactly, and what the request says.
func TestEverySpellingThatVendorsHoldIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		idType          dsr.IdentifierType
		requested, held string
	}{
		{dsr.Email, "Jo@Example.com", "jo@example.com"},
		{dsr.Email, "jo@bücher.example", "jo@xn--bcher-kva.example"},
		{dsr.Email, "jo@xn--bcher-kva.example", "jo@bücher.example"},
		{dsr.Email, "jo@bücher.example", "jo@bu\u0308cher.example"},
		{dsr.Email, "josé@example.com", "jose\u0301@example.com"},
		{dsr.Email, "jose\u0301@example.com", "josé@example.com"},
		{dsr.Email, "José@Bücher.example", "jose\u0301@xn--bcher-kva.example"},
		{dsr.CustomerID, "kunde-müller", "kunde-mu\u0308ller"},
		{dsr.Phone, "+21655000030", "0021655000030"},
		{dsr.Phone, "+21655000030", "+216 55000030"},
		{dsr.Phone, "+21655000030", "00216 55 000 030"},
		{dsr.Phone, "+21655000030", "+216-55-000-030"},
		{dsr.Phone, "+21655000030", "55-000-030"},
		{dsr.Phone, "+21655000030", "55.000.030"},
		{dsr.Phone, "+21655000030", "21655000030"},
		{dsr.Phone, "+33639981234", "06.39.98.12.34"},
		{dsr.Phone, "+33639981234", "+33 (0)6 39 98 12 34"},
		{dsr.Phone, "+14155550123", "415-555-0123"},
		{dsr.Phone, "+14155550123", "415.555.0123"},
	} {
		id, err := identity.Parser{}.Parse(test.idType, test.requested)
		require.NoError(t, err)
		require.Contains(t, identity.Spellings(id), test.held)
	}
}

// An ordinary address costs one call at a vendor that takes one value at a time, and an
// ordinary number as many as before.
func TestAnOrdinaryIdentifierHasFewCommonSpellings(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"jo@example.com"}, identity.Spellings(address(t, "jo@example.com")))
	require.Equal(t, []string{"C-17"}, identity.Spellings(dsr.Identifier{Type: dsr.CustomerID, Value: "C-17"}))
	require.Len(t, identity.CommonSpellings(dsr.Identifier{Type: dsr.Phone, Value: "+33639981234"}), 5)
	require.Len(t, identity.CommonSpellings(dsr.Identifier{Type: dsr.Phone, Value: "+21655000030"}), 5)
}

func TestTheFormsAskedForAreCodes(t *testing.T) {
	t.Parallel()
	forms := func(ids ...dsr.Identifier) []string {
		var asked identity.Asked
		for _, id := range ids {
			asked.Note(id, identity.Spellings(id)...)
		}
		require.Len(t, asked.Searches(), 1)
		require.Equal(t, ids[0].Type, asked.Searches()[0].Type)
		return asked.Searches()[0].Spellings
	}
	require.Empty(t, new(identity.Asked).Searches())
	require.Equal(t, []string{"as_given", "lower_case"}, forms(address(t, "jo@example.com")))
	require.Equal(t, []string{"as_given", "lower_case"}, forms(address(t, "Jo@example.com"), address(t, "jo@example.net")))
	require.Equal(t, []string{"as_given", "lower_case", "unicode_domain", "nfc", "ascii_domain", "nfd"}, forms(address(t, "josé@bücher.example")))
	require.Equal(t, []string{"as_given"}, forms(dsr.Identifier{Type: dsr.CustomerID, Value: "C-17"}))
	require.Equal(t, []string{
		"international", "without_plus", "national", "separated_usually", "international_00", "separated_code",
		"separated_trunk_prefix", "separated_hyphens", "separated_dots",
	}, forms(dsr.Identifier{Type: dsr.Phone, Value: "+33639981234"}))
	require.Contains(t, forms(dsr.Identifier{Type: dsr.Phone, Value: "+2250102000000"}), "earlier_number")
	for _, e := range examples(t) {
		for _, form := range forms(e.id) {
			require.False(t, strings.ContainsAny(strings.TrimSuffix(form, "_00"), "+0123456789 "), form)
		}
	}
	var common identity.Asked
	number := dsr.Identifier{Type: dsr.Phone, Value: "+33639981234"}
	common.Note(number, identity.CommonSpellings(number)...)
	require.Equal(t, []string{"international", "without_plus", "national", "separated_usually"}, common.Searches()[0].Spellings)
	require.False(t, slices.Contains(common.Searches()[0].Spellings, "international_00"))
}
