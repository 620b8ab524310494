package requests_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
)

func TestANameIsAnIDOrAKindAndAnID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]requests.Name{
		"ticket-4711":             {ID: "ticket-4711"},
		"erasure/ticket-4711":     {Kind: dsr.Erasure, ID: "ticket-4711"},
		"restriction/ticket-4711": {Kind: dsr.Restriction, ID: "ticket-4711"},
	} {
		n, err := requests.ParseName(text)
		require.NoError(t, err)
		require.Equal(t, want.Kind, n.Kind)
		require.Equal(t, want.ID, n.ID)
		require.Equal(t, text, n.String(), "it is typed again like that")
	}
	for _, text := range []string{"", "ann@example.com", "oblivion/ann-4711", "erasure/", "erasure/restriction/ann-4711", "/ann-4711"} {
		_, err := requests.ParseName(text)
		require.Error(t, err, text)
		require.NotContains(t, err.Error(), "ann")
	}
}

func TestANameSaysWhatToType(t *testing.T) {
	t.Parallel()
	require.Equal(t, "r1", requests.Name{ID: "r1"}.String())
	require.Equal(t, "r1", requests.Name{Kind: dsr.Erasure, ID: "r1"}.String())
	require.Equal(t, "restriction/r1", requests.Name{Kind: dsr.Restriction, ID: "r1"}.String())
	require.Equal(t, "erasure/r1", requests.Name{Kind: dsr.Erasure, ID: "r1"}.Full())
}

func TestAnIDMeansTheRequestThatThereIs(t *testing.T) {
	t.Parallel()
	among := func(kinds ...dsr.Kind) func(dsr.Kind) (bool, error) {
		return func(kind dsr.Kind) (bool, error) { return slices.Contains(kinds, kind), nil }
	}
	for _, test := range []struct {
		there []dsr.Kind
		want  dsr.Kind
	}{
		{[]dsr.Kind{dsr.Erasure}, dsr.Erasure},
		{[]dsr.Kind{dsr.Restriction}, dsr.Restriction},
		{nil, dsr.Erasure}, // who asks for it says that it is unknown
	} {
		n, err := requests.Name{ID: "r1"}.Choose(among(test.there...))
		require.NoError(t, err)
		require.Equal(t, requests.Name{Kind: test.want, ID: "r1"}, n)
	}

	_, err := requests.Name{ID: "r1"}.Choose(among(dsr.Erasure, dsr.Restriction))
	require.EqualError(t, err, "erasure/r1 and restriction/r1 are two requests; say which one is meant, by typing it like that")
	n, err := requests.Name{Kind: dsr.Restriction, ID: "r1"}.Choose(among(dsr.Erasure, dsr.Restriction))
	require.NoError(t, err)
	require.Equal(t, dsr.Restriction, n.Kind)

	down := errors.New("down")
	_, err = requests.Name{ID: "r1"}.Choose(func(dsr.Kind) (bool, error) { return false, down })
	require.ErrorIs(t, err, down)
}
