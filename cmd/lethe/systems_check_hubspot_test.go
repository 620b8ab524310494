package main

import (
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors"
	hubspotconnector "ite.digital/lethe/connectors/hubspot"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/hubspot"
)

// TestCheckOfAnAccountThatTakesServiceKeysAlone tries both kinds of credential, 60 days
// before the end of the version's support.
func TestCheckOfAnAccountThatTakesServiceKeysAlone(t *testing.T) {
	t.Parallel()
	now := connectors.Day(2028, time.March, 8).AddDate(0, 0, -60)
	sim := hubspot.New(hubspot.Options{
		Accepts: []hubspot.CredentialKind{hubspot.ServiceKey}, Clock: func() time.Time { return now },
		EndOfSupport: map[string]time.Time{"2026-09": connectors.Day(2028, time.March, 8)},
	})
	url, stop, err := simulators.Serve(sim)
	require.NoError(t, err)
	t.Cleanup(stop)
	with := func(name, token string) config.System {
		return config.System{
			Plan: dsr.System{Name: name}, Kind: hubspotconnector.Kind(), Settings: connectors.Settings{
				System: name, BaseURL: url, Credentials: map[string]string{"token": token}, Log: zerolog.Nop(),
			},
		}
	}
	cfg := &config.Config{Systems: []config.System{
		with("service-key", hubspot.DefaultToken), with("private-app", hubspot.DefaultPrivateAppToken),
	}}

	results := check(t.Context(), cfg, nil, now)

	require.Equal(t, []string{checkOK, checkFailed}, []string{results[0].Result, results[1].Result}, "%v", results)
	require.Contains(t, results[1].Reason, "status 401")
	require.NotEmpty(t, results[1].Advice)
	for _, r := range results {
		require.Equal(t, "the support for version 2026-09 of the API of HubSpot ends on 2028-03-08, in 60 days: set "+
			"api_version to a newer version", r.Warning)
	}
	require.Equal(t, exitFailed, statusOf(verdict(results)), "a refused credential is a person's to mend")
	s, out := testStreams(t)
	require.NoError(t, s.printChecks(results, false))
	golden(t, "check_hubspot.txt", out.String())
}
