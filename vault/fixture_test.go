package vault_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"ite.digital/lethe/vault"
)

const (
	workflowID = "erasure/R-1"
	namespace  = "privacy"
	address    = "jane.doe@example.com"
)

// today is the clock of the tests.
func today() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// place is where a test's keys are.
type place struct{ dir string }

func newPlace(t *testing.T) place {
	t.Helper()
	return place{t.TempDir()}
}

func (p place) options() vault.Options {
	return vault.Options{Store: "file://" + p.store(), KEK: p.kek("kek"), CacheFor: time.Minute, Now: today}
}

func (p place) store() string { return filepath.Join(p.dir, "keys") }

func (p place) kek(name string) string { return "file://" + filepath.Join(p.dir, name) }

// open opens a vault, as a process of its own would.
func (p place) open(t *testing.T, change ...func(*vault.Options)) *vault.Vault {
	t.Helper()
	o := p.options()
	for _, c := range change {
		c(&o)
	}
	v, err := vault.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, v.Close()) })
	return v
}

// uncached asks for the key each time.
func uncached(o *vault.Options) { o.CacheFor = 0 }

// of is the data converter of a workflow.
func of(v *vault.Vault, id string) converter.DataConverter {
	o := client.Options{Namespace: namespace}
	v.Protect(&o)
	return converter.WithDataConverterSerializationContext(o.DataConverter, converter.WorkflowSerializationContext{
		Namespace: namespace, WorkflowID: id,
	})
}

// failures is the failure converter of a workflow.
func failures(v *vault.Vault, id string) converter.FailureConverter {
	o := client.Options{Namespace: namespace}
	v.Protect(&o)
	return converter.WithFailureConverterSerializationContext(o.FailureConverter, converter.WorkflowSerializationContext{
		Namespace: namespace, WorkflowID: id,
	})
}
