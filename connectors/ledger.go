package connectors

import (
	"context"
	"slices"
	"sync"

	"ite.digital/lethe/dsr"
)

// A Ledger collects the calls that connectors make on behalf of one step. It
// is safe for concurrent use.
type Ledger struct {
	mu    sync.Mutex
	calls []dsr.Call
}

// Calls returns what was recorded so far.
func (l *Ledger) Calls() []dsr.Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls)
}

func (l *Ledger) record(call dsr.Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = dsr.AddCalls(l.calls, call)
}

type ledgerKey struct{}

// WithLedger returns a context in which calls are recorded in the ledger.
func WithLedger(ctx context.Context, l *Ledger) context.Context {
	return context.WithValue(ctx, ledgerKey{}, l)
}

// RecordCall notes a call in the context's ledger, if there is one.
func RecordCall(ctx context.Context, call dsr.Call) {
	if l, ok := ctx.Value(ledgerKey{}).(*Ledger); ok {
		l.record(call)
	}
}
