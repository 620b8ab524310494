package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"ite.digital/lethe/config"
	"ite.digital/lethe/connectors/catalogue"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/requests"
	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/gist"
	"ite.digital/lethe/standalone/engine"
	"ite.digital/lethe/storage"
	"ite.digital/lethe/vault"
	"ite.digital/lethe/worker"
)

// BenchmarkRequests carries requests out at one simulated vendor, some at a time,
// with encryption and without.
func BenchmarkRequests(b *testing.B) {
	for _, mode := range []string{"plain", "encrypted"} {
		b.Run(mode, func(b *testing.B) {
			desk := benchDesk(b, mode == "encrypted")
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					id := uuid.NewString()
					_, err := desk.Submit(b.Context(), dsr.Request{
						ID: id, Kind: dsr.Erasure, ReceivedAt: time.Now(),
						Subject: dsr.Subject{Identifiers: []dsr.Identifier{{Type: dsr.Email, Value: id + "@example.com"}}},
					})
					if err == nil {
						_, err = desk.Completion(b.Context(), dsr.Erasure, id)
					}
					if err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}

// benchDesk starts everything that a request needs.
func benchDesk(b *testing.B, encrypt bool) *requests.Desk {
	b.Helper()
	e, err := engine.Start(b.Context(), engine.Options{NoUI: true, SearchAttributes: requests.SearchAttributes()})
	require.NoError(b, err)
	b.Cleanup(e.Stop)
	url, stop, err := simulators.Serve(gist.New(gist.Options{}))
	require.NoError(b, err)
	b.Cleanup(stop)
	file := filepath.Join(b.TempDir(), "lethe.yaml")
	require.NoError(b, os.WriteFile(file, fmt.Appendf(nil, `
recheck_after: 0s
systems:
  - {name: gist, connector: gist, base_url: %q, credentials: {token: "${TOKEN}"}, rate: 100000}
`, url), 0o600))
	cfg, err := config.Load(file, catalogue.Kinds(), config.Options{Env: func(string) (string, bool) { return gist.DefaultToken, true }})
	require.NoError(b, err)
	keys, err := vault.Open(b.Context(), cfg.Vault.Options())
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, keys.Close()) })
	archive, err := storage.Open(b.Context(), cfg.Archive)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, archive.Close()) })
	options := client.Options{HostPort: e.Address(), Namespace: e.Namespace(), Logger: silent{}}
	if encrypt {
		keys.ProtectWorker(&options)
	}
	c, err := client.DialContext(b.Context(), options)
	require.NoError(b, err)
	b.Cleanup(c.Close)
	fleet, err := worker.New(cfg, worker.Parts{Temporal: c, Options: options, Archive: archive, Vault: keys, Log: zerolog.Nop()})
	require.NoError(b, err)
	serving, cancel := context.WithCancel(b.Context())
	served := make(chan error, 1)
	go func() { served <- fleet.Run(serving) }()
	b.Cleanup(func() {
		cancel()
		require.NoError(b, <-served)
	})
	return requests.NewDesk(c, options, keys)
}
