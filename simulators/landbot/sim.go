package landbot

import (
	"net/http"
	"strings"
	"sync"

	"ite.digital/lethe/simulators"
)

// KindCustomer is the kind of record in the ledger and in snapshots.
const KindCustomer = "customer"

// DefaultToken is accepted where Options names no token.
const DefaultToken = "landbot-token"

// DefaultAgent is the agent whom the token belongs to where Options names none.
const DefaultAgent = 7

// Options are what differs between accounts. The zero value works.
type Options struct {
	// Token is expected after the literal word "Token"; DefaultToken where empty.
	Token string
	Clock simulators.Clock
	// Seed of the faults.
	Seed uint64
	// PerSecond limits requests, as the documentation does to ten a token; no limit where 0.
	PerSecond int
	// Slashless answers a path without its final slash: a redirect, 301, where 0, or 404.
	Slashless int
	// Detail gives 404 and 405 the shape of the framework behind the API, {"detail": …}, in which the measured 401
	// comes. The documentation says that all errors have the shape {"errors": {field: […]}}.
	Detail bool
	// ChangeBody is the body with which a change of state is answered, of which nothing is documented; none where empty.
	ChangeBody string
	// Agent is whom the token belongs to; DefaultAgent where 0.
	Agent int64
	// Hides are members of a customer that are not shown, such as "blocked", which no documentation mentions.
	Hides []string
}

// Sim is a simulated Landbot account.
type Sim struct {
	*simulators.Server
	options Options

	mu        sync.Mutex
	nextID    int64
	customers []*Customer
	// asked counts the requests of the current second.
	second int64
	asked  int
}

// New returns an empty account.
func New(o Options) *Sim {
	if o.Token == "" {
		o.Token = DefaultToken
	}
	if o.Agent == 0 {
		o.Agent = DefaultAgent
	}
	if o.Slashless == 0 {
		o.Slashless = http.StatusMovedPermanently
	}
	s := &Sim{options: o, nextID: 161800000}
	s.Server = simulators.NewServer(simulators.Behaviour{
		Handler:  http.HandlerFunc(s.route),
		AuthOK:   func(r *http.Request, _ []byte) bool { return s.complaint(r) == "" },
		Destroys: s.destroys,
		Person:   s.person,
		Failure:  s.failure,
	}, o.Clock, o.Seed)
	return s
}

// Configure changes the options of an account, but for the token, the clock, the seed, the limit and what concerns the
// shapes of paths.
func (s *Sim) Configure(change func(*Options)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.options)
}

// shown is a customer as the API answers with it.
func (s *Sim) shown(c *Customer) map[string]any {
	members := c.json()
	for _, name := range s.options.Hides {
		delete(members, name)
	}
	return members
}

// AddCustomer stores a customer and returns its id.
func (s *Sim) AddCustomer(c Customer) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ID == 0 {
		s.nextID++
		c.ID = s.nextID
	}
	c.registered = s.Now()
	s.customers = append(s.customers, &c)
	return c.ID
}

// Change plays somebody who changes a customer in Landbot's inbox, or the person who writes. It reports whether there
// is such a customer.
func (s *Sim) Change(recordID string, change func(*Customer)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.customerByID(recordID)
	if c == nil || !c.deleted.IsZero() {
		return false
	}
	change(c)
	return true
}

// Exists says whether a customer is still held, archived or not.
func (s *Sim) Exists(recordID string) bool {
	_, held := s.Snapshot()[KindCustomer+"/"+recordID]
	return held
}

// Snapshot returns everything that is held, as JSON by "customer/id".
func (s *Sim) Snapshot() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := map[string]string{}
	for _, c := range s.customers {
		if c.deleted.IsZero() {
			held[KindCustomer+"/"+id(c.ID)] = string(simulators.Encode(c.json()))
		}
	}
	return held
}

// complaint is what the API says about the credentials of a request; empty where they are right. The texts were
// measured on the live API; another scheme than "Token" counts as no credentials, as in the framework behind it.
func (s *Sim) complaint(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case !strings.EqualFold(scheme, "Token"):
		return "Authentication credentials were not provided."
	case token != s.options.Token:
		return "Invalid token."
	}
	return ""
}

// tooMany is the body of 429, which comes without Retry-After (dev.landbot.io/guides/rate-limiting).
var tooMany = fieldErrors("rate", "Too many requests")

// failure is Landbot's shape of an error: "detail" for authentication, "errors" by field for the rest
// (dev.landbot.io/guides/errors).
func (s *Sim) failure(status int, _ *http.Request, person string) []byte {
	switch status {
	case http.StatusOK:
		return simulators.Encode(simulators.JSON{
			"success": false, "errors": simulators.JSON{"customer": []string{"Could not process " + person}},
		})
	case http.StatusUnauthorized:
		return detail("Invalid token.")
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return s.general("customer_id", "Customer "+person+" not found")
	case http.StatusTooManyRequests:
		return tooMany
	}
	return fieldErrors("customer_id", "Customer "+person+" does not allow this action")
}

// general is an error that concerns no field that was sent.
func (s *Sim) general(field, message string) []byte {
	if s.options.Detail {
		return detail(message)
	}
	return fieldErrors(field, message)
}

func detail(message string) []byte { return simulators.Encode(simulators.JSON{"detail": message}) }

func fieldErrors(field, message string) []byte {
	return simulators.Encode(simulators.JSON{"errors": simulators.JSON{field: []string{message}}})
}

func refuse(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // the body is JSON, in which a vendor quotes what it was told
}
