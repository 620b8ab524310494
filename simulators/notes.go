package simulators

import (
	"context"
	"net/http"
	"time"
)

type notesKey struct{}

// notes is what a handler and the server tell each other about one request. One goroutine handles a request.
type notes struct {
	stale   time.Duration
	applied map[Target]bool
	gone    map[Target]bool
}

func notesOf(ctx context.Context) *notes {
	if n, ok := ctx.Value(notesKey{}).(*notes); ok {
		return n
	}
	return &notes{}
}

// Applied tells the ledger that the request destroyed the record.
func Applied(r *http.Request, t Target) {
	n := notesOf(r.Context())
	if n.applied == nil {
		n.applied = map[Target]bool{}
	}
	n.applied[t] = true
}

// Gone tells the ledger that the record which the request asked to destroy was already gone or never there.
func Gone(r *http.Request, t Target) {
	n := notesOf(r.Context())
	if n.gone == nil {
		n.gone = map[Target]bool{}
	}
	n.gone[t] = true
}

// Staleness returns how old the state is that this request is shown, as far as deletions go.
func Staleness(r *http.Request) time.Duration { return notesOf(r.Context()).stale }

func (n *notes) deletions(asked []Target, at time.Time) []Deletion {
	deletions := make([]Deletion, 0, len(asked))
	for _, t := range asked {
		deletions = append(deletions, Deletion{
			At:          at,
			Kind:        t.Kind,
			RecordID:    t.RecordID,
			Applied:     n.applied[t],
			Repeat:      n.gone[t],
			Catastrophe: t.Everything,
		})
	}
	return deletions
}
