package hubspot

import (
	"cmp"
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

// Options are what differs between accounts, and the answers that no documentation gives. The zero value works.
type Options struct {
	// Credentials are the tokens that the account knows; where empty, DefaultToken and DefaultPrivateAppToken.
	Credentials []Credential
	// Accepts are the kinds of credential that still authenticate; all where empty.
	Accepts []CredentialKind
	// Versions of the API that exist; 2026-03 and 2026-09 where empty.
	Versions []string
	// EndOfSupport says from when on a version, if it is named here, answers as one that does not exist.
	EndOfSupport map[string]time.Time
	// Legacy keeps the numbered versions (v3 of the CRM, v4 of the communication preferences), which otherwise do not
	// exist, as in an account after their end.
	Legacy bool
	Clock  simulators.Clock
	// Seed of the faults.
	Seed uint64
	// IndexLag is how far search lags behind creations, archiving and deletions.
	IndexLag time.Duration
	// PurgeDelay is how long a permanently deleted contact can still be read by id.
	PurgeDelay time.Duration
	// UnknownIDStatus answers the permanent deletion of an id that is not held; 404 where 0.
	UnknownIDStatus int
	// FilterGroups is how many groups of filters a search may have. The specification says six, which holds where 0;
	// announcements of 2024 say five.
	FilterGroups int
	// PartialStatus answers a batch of which some inputs failed: 207 where 0, as integrators report and version 2026-03
	// specifies. Version 2026-09 specifies 200 alone.
	PartialStatus int
	// RequiredProperties are rules that bind writes from version 2026-09 on.
	RequiredProperties []RequiredProperty
	// PrimaryEmailOnly makes EQ and IN on email ignore secondary addresses.
	PrimaryEmailOnly bool
	// SearchableAsTyped has searches see the calculated properties of telephone numbers as the digits that were typed:
	// nothing is documented of numbers that HubSpot does not understand.
	SearchableAsTyped bool
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
	if len(o.Credentials) == 0 {
		o.Credentials = []Credential{{Token: DefaultToken}, {Token: DefaultPrivateAppToken, Kind: PrivateApp}}
	}
	o.Credentials = slices.Clone(o.Credentials)
	for i := range o.Credentials {
		c := &o.Credentials[i]
		c.Kind = cmp.Or(c.Kind, ServiceKey)
		if c.Scopes == nil {
			c.Scopes = DefaultScopes()
		}
	}
	if len(o.Versions) == 0 {
		o.Versions = []string{"2026-03", "2026-09"}
	}
	o.FilterGroups = cmp.Or(o.FilterGroups, maxGroups)
	o.PartialStatus = cmp.Or(o.PartialStatus, http.StatusMultiStatus)
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
		AuthOK:        func(r *http.Request, _ []byte) bool { _, ok := s.credential(r); return ok },
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

// Configure changes how an account searches and what it answers; its credentials, versions, clock, seed and limits stay.
func (s *Sim) Configure(change func(*Options)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.options)
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

// contactByPrimaryEmail returns a contact that has the address as its primary one.
func (s *Sim) contactByPrimaryEmail(address string, readable func(*Contact) bool) *Contact {
	for _, c := range s.contacts {
		if strings.EqualFold(c.Properties["email"], strings.TrimSpace(address)) && readable(c) {
			return c
		}
	}
	return nil
}
