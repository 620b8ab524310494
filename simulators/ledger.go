package simulators

import (
	"bytes"
	"slices"
	"sync"
	"time"
)

// Call is one request as the vendor saw it. Credentials are never kept: only whether they were right.
type Call struct {
	At       time.Time
	Method   string
	Path     string
	RawQuery string
	AuthOK   bool
	Body     []byte
	// Status is the status code that was sent, or 0 where the connection was reset without an answer.
	Status int
	// Fault names the rule that decided the answer; empty where the vendor answered as documented.
	Fault string
}

// Deletion is one request that asked for the destruction of a record, whether or not it was carried out.
type Deletion struct {
	At       time.Time
	Kind     string
	RecordID string
	// Applied says that this request destroyed the record.
	Applied bool
	// Repeat says that the record was already gone, or never there.
	Repeat bool
	// Catastrophe says that the request named no record at all: a vendor may read it as "everything".
	Catastrophe bool
}

// Target is a record that a request asks to destroy.
type Target struct {
	Kind     string
	RecordID string
	// Everything marks a request that names no single record.
	Everything bool
}

// Ledger remembers what a client asked of a simulator. It is safe for concurrent use.
type Ledger struct {
	mu        sync.Mutex
	calls     []Call
	deletions []Deletion
}

// Calls returns a copy of all requests, in the order of their answers.
func (l *Ledger) Calls() []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	calls := slices.Clone(l.calls)
	for i := range calls {
		calls[i].Body = bytes.Clone(calls[i].Body)
	}
	return calls
}

// Deletions returns a copy of all requests for destruction, in the order of their answers.
func (l *Ledger) Deletions() []Deletion {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.deletions)
}

// Catastrophes returns the requests for destruction that named no record. A client must never cause one.
func (l *Ledger) Catastrophes() []Deletion {
	return slices.DeleteFunc(l.Deletions(), func(d Deletion) bool { return !d.Catastrophe })
}

// Reset forgets everything.
func (l *Ledger) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls, l.deletions = nil, nil
}

func (l *Ledger) record(call Call, deletions []Deletion) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, call)
	l.deletions = append(l.deletions, deletions...)
}
