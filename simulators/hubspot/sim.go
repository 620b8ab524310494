package hubspot

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ite.digital/lethe/simulators"
)

// Kinds in the ledger. Only KindContact is a permanent deletion.
const (
	KindContact = "contact"
	// KindArchive is a move to the recycle bin, which does not erase.
	KindArchive = "archive"
)

// DefaultToken is accepted where Options names no token.
const DefaultToken = "pat-eu1-hubspot-token"

// Options are what differs between accounts, and the answers that no documentation gives. The zero value works.
type Options struct {
	// Token is the expected bearer token; DefaultToken where empty.
	Token string
	Clock simulators.Clock
	// Seed of the faults.
	Seed uint64
	// IndexLag is how far search lags behind creations, archiving and deletions.
	IndexLag time.Duration
	// PurgeDelay is how long a permanently deleted contact can still be read by id.
	PurgeDelay time.Duration
	// UnknownIDStatus answers the permanent deletion of an id that is not held; 404 where 0.
	UnknownIDStatus int
	// PrimaryEmailOnly makes EQ and IN on email ignore secondary addresses.
	PrimaryEmailOnly bool
	// LegalBasisRequired is how accounts with HubSpot's data privacy settings switched on want subscriptions changed.
	LegalBasisRequired bool
	// SearchPerSecond limits searches, as the documentation does to five; no limit where 0.
	SearchPerSecond int
	// DailyLimit of requests, which ends at midnight UTC; no limit where 0.
	DailyLimit int
}

// Sim is a simulated HubSpot account.
type Sim struct {
	*simulators.Server
	options Options

	mu          sync.Mutex
	nextID      int
	contacts    []*Contact
	properties  map[string]bool
	checkboxes  map[string]bool
	types       []SubscriptionType
	preferences map[string]*preferences
	blocklisted []string
	searches    map[string]int
	requests    map[string]int
}

// New returns an empty account.
func New(o Options) *Sim {
	if o.Token == "" {
		o.Token = DefaultToken
	}
	if o.UnknownIDStatus == 0 {
		o.UnknownIDStatus = http.StatusNotFound
	}
	s := &Sim{
		options: o, nextID: 100400, properties: map[string]bool{}, checkboxes: map[string]bool{}, preferences: map[string]*preferences{},
		searches: map[string]int{}, requests: map[string]int{},
	}
	for _, name := range known {
		s.properties[name] = true
	}
	s.Server = simulators.NewServer(simulators.Behaviour{
		Handler:       http.HandlerFunc(s.route),
		AuthOK:        func(r *http.Request, _ []byte) bool { return s.authOK(r) },
		Destroys:      s.destroys,
		Person:        s.person,
		Failure:       failure,
		FailureHeader: func(_ int, r *http.Request, h http.Header) { s.limitHeaders(r, h) },
		// Correlation ids are unique to each request, which the fixed one of error bodies stands for.
		Header: func(n int, _ *http.Request, _ []byte, h http.Header) {
			h.Set("X-HubSpot-Correlation-Id", fmt.Sprintf("a43683b0-5717-4ceb-80b4-%012x", n))
		},
	}, o.Clock, o.Seed)
	return s
}

// AddContact stores a contact and returns its id. Properties that it brings along exist in the account from then on.
func (s *Sim) AddContact(c Contact) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ID == "" {
		s.nextID++
		c.ID = strconv.Itoa(s.nextID)
	}
	for _, name := range c.names() {
		s.properties[name] = true
	}
	c.created, c.updated = s.Now(), s.Now()
	if c.Archived {
		c.archived = s.Now()
	}
	s.contacts = append(s.contacts, &c)
	return c.ID
}

// AddProperty makes a custom property exist; a search for one that does not exist is refused.
func (s *Sim) AddProperty(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.properties[name] = true
}

// Blocklisted returns the addresses that can never be used again because somebody asked for their permanent deletion
// while no contact had them.
func (s *Sim) Blocklisted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.blocklisted)
}

// Exists says whether a contact is held, archived or not.
func (s *Sim) Exists(recordID string) bool {
	_, held := s.Snapshot()[KindContact+"/"+recordID]
	return held
}

// Snapshot returns everything that was not deleted permanently, as JSON by "contact/id", with the subscriptions of the
// primary address.
func (s *Sim) Snapshot() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := map[string]string{}
	for _, c := range s.contacts {
		if c.purged.IsZero() {
			shown := c.json(c.names())
			if c.Properties["email"] != "" {
				shown["subscriptions"] = s.preferencesOf(c.Properties["email"]).json()
			}
			held[KindContact+"/"+c.ID] = string(simulators.Encode(shown))
		}
	}
	return held
}

func (s *Sim) authOK(r *http.Request) bool {
	return r.Header.Get("Authorization") == "Bearer "+s.options.Token
}

func (s *Sim) contactByID(recordID string) *Contact {
	for _, c := range s.contacts {
		if c.ID == recordID {
			return c
		}
	}
	return nil
}

// contactByEmail returns a contact that has the address as its primary or a secondary one.
func (s *Sim) contactByEmail(address string, readable func(*Contact) bool) *Contact {
	for _, c := range s.contacts {
		if slices.Contains(c.emails(), strings.ToLower(address)) && readable(c) {
			return c
		}
	}
	return nil
}
