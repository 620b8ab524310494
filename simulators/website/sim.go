package website

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"ite.digital/lethe/simulators"
)

// DefaultSecret signs requests where Options names no secret.
const DefaultSecret = "website-secret-shared-with-lethe"

// DefaultKind is the kind of records that name none.
const DefaultKind = "account"

// maxAge is how far a timestamp may be off, in either direction.
const maxAge = 5 * time.Minute

// Options are what differs between sites. The zero value works.
type Options struct {
	// Secret shared with the sender; DefaultSecret where empty.
	Secret string
	// Base is the path that the endpoints hang under, such as "/privacy"; the root where empty.
	Base  string
	Clock simulators.Clock
	// Seed of the faults.
	Seed uint64
	// EraseOnly is a site that implements no restrictions: /settings and /apply do not exist.
	EraseOnly bool
	// Exact compares e-mail addresses as they are, upper and lower case included, as a database does.
	Exact bool
}

// Sim is a simulated website.
type Sim struct {
	*simulators.Server
	options Options

	mu      sync.Mutex
	records []*Record
	keys    []string
}

// New returns a site that knows nobody.
func New(o Options) *Sim {
	if o.Secret == "" {
		o.Secret = DefaultSecret
	}
	s := &Sim{options: o}
	s.Server = simulators.NewServer(simulators.Behaviour{
		Handler:  http.HandlerFunc(s.route),
		AuthOK:   func(r *http.Request, body []byte) bool { return s.complaint(r, body) == "" },
		Destroys: s.destroys,
		Person:   s.person,
		Failure:  failure,
		Header: func(n int, _ *http.Request, _ []byte, h http.Header) {
			h.Set("X-Request-Id", fmt.Sprintf("0af7651916cd43dd8448%012x", n))
		},
	}, o.Clock, o.Seed)
	return s
}

// Configure changes how a site compares and what it implements; its secret, base, clock and seed stay.
func (s *Sim) Configure(change func(*Options)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.options)
}

// AddRecord stores a record. Its id must be new.
func (s *Sim) AddRecord(r Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Kind == "" {
		r.Kind = DefaultKind
	}
	s.records = append(s.records, &r)
}

// Exists says whether a record of the kind is held.
func (s *Sim) Exists(kind, recordID string) bool {
	_, held := s.Snapshot()[kind+"/"+recordID]
	return held
}

// Snapshot returns everything that is held, as JSON by "kind/id".
func (s *Sim) Snapshot() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := map[string]string{}
	for _, r := range s.records {
		if !s.gone(r, 0) {
			shown := r.json()
			shown["settings"] = r.Settings
			held[r.Kind+"/"+r.ID] = string(simulators.Encode(shown))
		}
	}
	return held
}

// RequestKeys returns the idempotency keys of all requests whose signature was right, in order; requests without a
// key are left out.
func (s *Sim) RequestKeys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.keys)
}

// gone says whether a record is no longer held, as it was some time ago.
func (s *Sim) gone(r *Record, ago time.Duration) bool {
	at := s.Now().Add(-ago)
	erased := !r.erased.IsZero() && !r.erased.After(at)
	done := !r.accepted.IsZero() && !r.accepted.Add(r.Takes).After(at)
	return erased || done
}

func (s *Sim) find(kind, recordID string) *Record {
	for _, r := range s.records {
		if r.ID == recordID && r.Kind == kind && !s.gone(r, 0) {
			return r
		}
	}
	return nil
}

// person is whom an error quotes: the first record that a request names, else whom it names itself.
func (s *Sim) person(r *http.Request, body []byte) string {
	for _, named := range namedRecords(body) {
		s.mu.Lock()
		held := s.find(named.Kind, named.ID)
		s.mu.Unlock()
		if held != nil && len(held.Identifiers) > 0 {
			return held.Identifiers[0].Value
		}
	}
	return simulators.PersonIn(r, body)
}

func (s *Sim) destroys(r *http.Request, body []byte) []simulators.Target {
	if !strings.HasSuffix(r.URL.Path, "/erase") {
		return nil
	}
	var asked []simulators.Target
	for _, named := range namedRecords(body) {
		asked = append(asked, simulators.Target{Kind: named.Kind, RecordID: named.ID})
	}
	if asked == nil {
		return []simulators.Target{{Kind: DefaultKind, Everything: true}}
	}
	return asked
}

type named struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
}

func namedRecords(body []byte) []named {
	var request struct {
		Records []named `json:"records"`
	}
	_ = json.Unmarshal(body, &request)
	return request.Records
}

func failure(status int, _ *http.Request, person string) []byte {
	return simulators.Encode(problem("failed", "the request for "+person+" failed with "+http.StatusText(status)))
}

func problem(code, message string) simulators.JSON {
	return simulators.JSON{"error": simulators.JSON{"code": code, "message": message}}
}
