package main

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/contrib/envconfig"

	"ite.digital/lethe/dsr"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// testStreams are streams whose output is collected; they are no terminal.
func testStreams(t *testing.T) (*streams, *strings.Builder) {
	t.Helper()
	var out strings.Builder
	return &streams{
		in: strings.NewReader(""), out: &out, err: &out, env: envconfig.EnvLookupOS,
		size: func() (int, int) { return 100, 30 },
		now:  func() time.Time { return noon },
	}, &out
}

// requestOf is the request that submit makes of the flags.
func requestOf(t *testing.T, s *streams, flags ...string) (dsr.Request, error) {
	t.Helper()
	f := &submission{}
	var r dsr.Request
	cmd := &cobra.Command{Use: "submit", SilenceErrors: true, SilenceUsage: true}
	cmd.RunE = func(*cobra.Command, []string) (err error) {
		r, err = s.request(f)
		return err
	}
	f.add(s, cmd)
	cmd.SetArgs(flags)
	err := cmd.ExecuteContext(t.Context())
	return r, err
}

func TestSubmitNormalisesIdentifiersAndDropsRepetitions(t *testing.T) {
	t.Parallel()
	s, _ := testStreams(t)
	s.in = strings.NewReader(`{"identifiers":[{"type":"email","value":"ANN@EXAMPLE.COM"},{"type":"customer_id","value":"c-1"}]}`)
	r, err := requestOf(t, s,
		"--subject-file", "-", "--email", " Ann@Example.COM ", "--phone", "06 39 98 00 00", "--region", "fr",
		"--ga-client-id", "GA1.1.1234567890.1700000000", "--id", "ticket-4711")
	require.NoError(t, err)
	require.Equal(t, dsr.Request{
		ID: "ticket-4711", Kind: dsr.Erasure, ReceivedAt: noon,
		Subject: dsr.Subject{Identifiers: []dsr.Identifier{
			{Type: dsr.Email, Value: "Ann@example.com"},
			{Type: dsr.Phone, Value: "+33639980000"},
			{Type: dsr.GAClientID, Value: "1234567890.1700000000"},
			{Type: dsr.CustomerID, Value: "c-1"},
		}},
	}, r)
}

func TestSubmitMakesARandomID(t *testing.T) {
	t.Parallel()
	s, _ := testStreams(t)
	first, err := requestOf(t, s, "--email", "ann@example.com")
	require.NoError(t, err)
	second, err := requestOf(t, s, "--email", "ann@example.com")
	require.NoError(t, err)
	require.NotEqual(t, first.ID, second.ID)
}

func TestSubmitTakesDatesAndTimes(t *testing.T) {
	t.Parallel()
	for text, at := range map[string]time.Time{
		"":                          noon,
		"2026-03-02":                time.Date(2026, 3, 2, 0, 0, 0, 0, time.Local),
		"2026-03-02T09:30:00+01:00": time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC),
	} {
		s, _ := testStreams(t)
		r, err := requestOf(t, s, "--email", "ann@example.com", "--received", text)
		require.NoError(t, err)
		require.WithinDuration(t, at, r.ReceivedAt, 0)
	}
}

func TestSubmitNeverRepeatsAnIdentifierInItsErrors(t *testing.T) {
	t.Parallel()
	const secret = "s3cret"
	for name, flags := range map[string][]string{
		"e-mail":      {"--email", secret},
		"phone":       {"--phone", secret},
		"cookie":      {"--ga-client-id", "GA1." + secret},
		"file":        {"--subject-file", "-"},
		"file name":   {"--subject-file", secret + ".json"},
		"id":          {"--email", "ann@example.com", "--id", secret + "@example.com"},
		"phone as id": {"--phone", "+33639980002", "--id", "33639980002"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := testStreams(t)
			s.in = strings.NewReader(`{"identifiers":[{"` + secret + `":1}]}`)
			_, err := requestOf(t, s, flags...)
			require.Error(t, err)
			require.NotContains(t, err.Error(), secret)
			require.NotContains(t, err.Error(), "33639980002")
		})
	}
}
