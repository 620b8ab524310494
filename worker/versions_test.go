package worker_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/worker"
)

func TestAWorkerWarnsOfTheEndOfAVersion(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 29, 18, 0, 0, 0, time.UTC)
	calling := func(name string, ends time.Time) config.System {
		return config.System{Plan: dsr.System{Name: name}, Kind: connectors.Kind{Title: "Some CRM", API: &connectors.API{
			Default: "v1", Versions: []connectors.APIVersion{{Name: "v1", Ends: ends}},
		}}}
	}
	var log bytes.Buffer
	worker.WarnOfVersions(&config.Config{Systems: []config.System{
		calling("far", now.AddDate(0, 0, 92)), calling("near", connectors.Day(2026, time.December, 9)), calling("open", time.Time{}),
		{Plan: dsr.System{Name: "by-hand"}},
	}}, now, zerolog.New(&log))
	require.JSONEq(t, `{"level":"warn","system":"near","message":"the support for version v1 of the API of Some CRM ends on 2026-12-09, `+
		`in 10 days: take a release of Lethe that calls a newer version"}`, log.String())
}
