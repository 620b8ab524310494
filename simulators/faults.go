package simulators

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind is a way in which a vendor can disappoint.
type Kind string

// The kinds of fault. "Carried out" means that the vendor did what it was asked before the answer went wrong.
const (
	// Latency waits Rule.Duration before the request is carried out, which happens even when the client has hung up.
	Latency Kind = "latency"
	// StaleReads shows reads and searches what was deleted within the last Rule.Duration as if it were still there.
	StaleReads Kind = "stale reads"
	// SlowBody carries the request out and dribbles the answer over Rule.Duration.
	SlowBody Kind = "slow body"
	// TooManyRequests answers 429 in the vendor's manner. Retry-After is sent only where Rule.RetryAfter is set.
	TooManyRequests Kind = "too many requests"
	// ServerError answers 500 in the vendor's manner.
	ServerError Kind = "server error"
	// BadGateway answers 502 with the HTML page of a proxy in front of the vendor.
	BadGateway Kind = "bad gateway"
	// ServiceUnavailable answers 503, with Retry-After where Rule.RetryAfter is set.
	ServiceUnavailable Kind = "service unavailable"
	// ResetBefore resets the connection; the request is not carried out.
	ResetBefore Kind = "reset before"
	// ResetAfter carries the request out and resets the connection: the vendor acted, the client never learns.
	ResetAfter Kind = "reset after"
	// Malformed carries the request out and answers 200 with broken JSON.
	Malformed Kind = "malformed"
	// Truncated carries the request out and closes the connection before the announced Content-Length was sent.
	Truncated Kind = "truncated"
	// HalfAnswer carries the request out and answers 200 with half of the JSON, ended as if it were whole.
	HalfAnswer Kind = "half answer"
	// FailureInside answers 200 with an error in the body, in the vendor's manner; not carried out.
	FailureInside Kind = "failure inside"
	// Redirect sends the client to Rule.Location; not carried out.
	Redirect Kind = "redirect"
	// Foreign answers with Rule.Page, as a proxy, a gateway or a framework does that knows no such path; not carried out.
	Foreign Kind = "foreign"
	// Meanwhile lets Rule.Do act at the vendor right before the request is carried out: somebody else who works there, or
	// another client.
	Meanwhile Kind = "meanwhile"
	// FormPaths reads the path as forms are read: a plus sign that is not encoded is a space.
	FormPaths Kind = "form paths"
	// Status answers Rule.Status in the vendor's manner; not carried out.
	Status Kind = "status"
	// Down resets every connection that the rule matches, as a vendor that is not there does.
	Down Kind = "down"
)

// Rule says which requests are hit by which fault. The zero value of a condition matches every request.
type Rule struct {
	Kind Kind
	// Name appears in the ledger; the kind where empty.
	Name string
	// Share of the matching requests that are hit, above 0 and up to 1; 0 means all of them.
	Share float64
	// Methods that match; all where empty.
	Methods []string
	// PathPrefix that matches.
	PathPrefix string
	// Path that matches as a whole; any where empty.
	Path string
	// Query are parameters that the request has, each with its value.
	Query map[string]string
	// After lets that many matching requests pass first.
	After int
	// Times is how often the rule strikes before it is spent; 0 means without end.
	Times int
	// Duration of Latency and SlowBody, age of StaleReads.
	Duration time.Duration
	// RetryAfter of TooManyRequests and ServiceUnavailable, rounded up to whole seconds; 0 leaves the header out.
	RetryAfter time.Duration
	// Status of the kind Status, and of Redirect (307 where 0).
	Status int
	// Location is the base URL of another host for Redirect; the request's path and query are appended.
	Location string
	// Page is the answer of Foreign.
	Page Page
	// Do is what Meanwhile does. It may set and clear rules.
	Do func()
}

func (r Rule) name() string {
	if r.Name != "" {
		return r.Name
	}
	return string(r.Kind)
}

func (r Rule) matches(req *http.Request) bool {
	for name, value := range r.Query {
		if req.URL.Query().Get(name) != value {
			return false
		}
	}
	return (len(r.Methods) == 0 || slices.Contains(r.Methods, req.Method)) &&
		strings.HasPrefix(req.URL.Path, r.PathPrefix) && (r.Path == "" || req.URL.Path == r.Path)
}

// attends says that the fault accompanies an answer instead of replacing it.
func (r Rule) attends() bool {
	return slices.Contains([]Kind{Latency, StaleReads, Meanwhile, FormPaths}, r.Kind)
}

// Faults is the switchboard of a simulator. Rules can be changed while requests are served. Which of the matching
// requests a rule with a Share hits depends only on the seed, on the rule's place in the list, and on how many
// requests matched it before.
type Faults struct {
	mu    sync.Mutex
	seed  uint64
	rules []*ruleState
}

type ruleState struct {
	Rule
	dice    *rand.Rand
	matched int
	struck  int
}

// NewFaults returns a switchboard without rules.
func NewFaults(seed uint64) *Faults { return &Faults{seed: seed} }

// Set replaces all rules. The first rule that strikes decides the answer; Latency, StaleReads, Meanwhile and FormPaths
// add to whatever the others decide.
func (f *Faults) Set(rules ...Rule) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
	for _, rule := range rules {
		f.add(rule)
	}
}

// Add appends a rule and leaves the others as they are.
func (f *Faults) Add(rule Rule) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.add(rule)
}

func (f *Faults) add(rule Rule) {
	rule.Methods, rule.Query = slices.Clone(rule.Methods), maps.Clone(rule.Query)
	dice := rand.New(rand.NewPCG(f.seed, uint64(len(f.rules))))
	f.rules = append(f.rules, &ruleState{Rule: rule, dice: dice})
}

// Clear removes all rules.
func (f *Faults) Clear() { f.Set() }

// Struck returns how often rules of that name have struck since they were set.
func (f *Faults) Struck(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, rule := range f.rules {
		if rule.name() == name {
			n += rule.struck
		}
	}
	return n
}

// plan is what is to go wrong with one request.
type plan struct {
	delay time.Duration
	stale time.Duration
	// meanwhile is what others do before the request is carried out.
	meanwhile []func()
	formPaths bool
	fault     *Rule
	names     []string
}

func (f *Faults) plan(req *http.Request) plan {
	f.mu.Lock()
	defer f.mu.Unlock()
	var p plan
	for _, rule := range f.rules {
		if !rule.strikes(req) {
			continue
		}
		p.names = append(p.names, rule.name())
		switch {
		case rule.Kind == Latency:
			p.delay += rule.Duration
		case rule.Kind == StaleReads:
			p.stale = max(p.stale, rule.Duration)
		case rule.Kind == Meanwhile:
			p.meanwhile = append(p.meanwhile, rule.Do)
		case rule.Kind == FormPaths:
			p.formPaths = true
		}
		if !rule.attends() {
			struck := rule.Rule
			p.fault = &struck
			break
		}
	}
	return p
}

func (s *ruleState) strikes(req *http.Request) bool {
	if !s.matches(req) || (s.Times > 0 && s.struck >= s.Times) {
		return false
	}
	s.matched++
	if s.matched <= s.After {
		return false
	}
	if s.Share > 0 && s.dice.Float64() >= s.Share {
		return false
	}
	s.struck++
	return true
}
