package gist

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"ite.digital/lethe/simulators"
)

// Kinds of record in the ledger and in snapshots.
const (
	KindContact      = "contact"
	KindConversation = "conversation"
)

// ContactIn says where a listed conversation names its contact. No source shows a whole conversation.
type ContactIn int

// The ways in which a conversation can name its contact.
const (
	// ContactObject: "contact": {"id": …, "type": …, "email": …}.
	ContactObject ContactIn = iota
	// ContactIDField: "contact_id": ….
	ContactIDField
	// MessageAuthorOnly: nowhere but as the author of the messages, which is all that a published ingester relies on.
	MessageAuthorOnly
)

// Options are what differs between workspaces, and the answers that no documentation gives. The zero value works.
type Options struct {
	// Token is the expected bearer token; DefaultToken where empty.
	Token string
	Clock simulators.Clock
	// Seed of the faults.
	Seed uint64
	// NotFoundStatus of a search by e-mail or user_id that finds nobody; 200 where 0. The body is an error either way.
	NotFoundStatus int
	// GoneStatus of a deletion of what is not held; 404 where 0. The body is an error either way.
	GoneStatus int
	// LinkBase is the address with which links to pages start, such as the public one where clients reach the API by
	// another; that of the request where empty.
	LinkBase string
	// BooleanUnsubscribed shows unsubscribed_from_emails as a help article sets it, true or false, and not as the text
	// that published connectors read.
	BooleanUnsubscribed bool
	// ConversationContact is where conversations name their contact.
	ConversationContact ContactIn
	// ListAllStates lists closed conversations also when no state is asked for.
	ListAllStates bool
	// IgnoreID makes an upsert look at user_id and e-mail address only, so that of two contacts with one address the
	// older is always updated.
	IgnoreID bool
	// CaseSensitive makes ?email= tell upper from lower case.
	CaseSensitive bool
	// IgnoreOrder lists what was changed last first, whatever order is asked for: no source says which orders there are.
	IgnoreOrder bool
}

// DefaultToken is accepted where Options names no token.
const DefaultToken = "gist-token"

// Sim is a simulated Gist workspace.
type Sim struct {
	*simulators.Server
	options Options

	mu            sync.Mutex
	nextID        int64
	contacts      []*Contact
	conversations []*Conversation
}

// New returns an empty workspace.
func New(o Options) *Sim {
	if o.Token == "" {
		o.Token = DefaultToken
	}
	if o.NotFoundStatus == 0 {
		o.NotFoundStatus = http.StatusOK
	}
	if o.GoneStatus == 0 {
		o.GoneStatus = http.StatusNotFound
	}
	s := &Sim{options: o, nextID: 1000}
	s.Server = simulators.NewServer(simulators.Behaviour{
		Handler:  http.HandlerFunc(s.route),
		AuthOK:   s.authOK,
		Destroys: s.destroys,
		Person:   s.person,
		Failure:  failure,
		// The documentation is silent on the header, and the person is the last that should stand in it.
		Header: func(_ int, r *http.Request, body []byte, h http.Header) { h.Set("X-Request-Id", s.person(r, body)) },
	}, o.Clock, o.Seed)
	return s
}

// Configure changes the options of a workspace, but for the token, the clock, the seed and the base of links.
func (s *Sim) Configure(change func(*Options)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.options)
}

// began is when a record was created and changed last.
func (s *Sim) began(at time.Time) (created, updated time.Time) {
	if at.IsZero() {
		at = s.Now()
	}
	return at, at
}

// AddContact stores a contact and returns its id.
func (s *Sim) AddContact(c Contact) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addContact(c).ID
}

func (s *Sim) addContact(c Contact) *Contact {
	if c.ID == 0 {
		s.nextID++
		c.ID = s.nextID
	}
	if c.Type == "" {
		c.Type = Lead
		if c.UserID != "" {
			c.Type = User
		}
	}
	c.created, c.updated = s.began(c.CreatedAt)
	s.contacts = append(s.contacts, &c)
	return &c
}

// Identify plays the site's own JavaScript snippet, which sends what the site knows of a visitor: an upsert that
// overwrites, unsubscribed_from_emails included (help article 97).
func (s *Sim) Identify(fields map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.upsert(fields)
}

// Change plays somebody who changes a contact in the dashboard. It reports whether there is such a contact.
func (s *Sim) Change(recordID string, change func(*Contact)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.contactByID(recordID)
	if c == nil || !c.deleted.IsZero() {
		return false
	}
	change(c)
	return true
}

// Remove plays somebody who deletes a record in the dashboard, which leaves no trace in the ledger. The conversations of a
// contact stay. It reports whether there is such a record.
func (s *Sim) Remove(kind, recordID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.contactByID(recordID); kind == KindContact && c != nil && c.deleted.IsZero() {
		c.deleted = s.Now()
		return true
	}
	if c := s.conversationByID(recordID); kind == KindConversation && c != nil && c.deleted.IsZero() {
		c.deleted = s.Now()
		return true
	}
	return false
}

// Write plays somebody who writes in a conversation, which thereby is the one that was changed last. It reports whether
// there is such a conversation.
func (s *Sim) Write(recordID string, m Message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.conversationByID(recordID)
	if c == nil || !c.deleted.IsZero() {
		return false
	}
	c.Messages, c.updated = append(c.Messages, m), s.Now()
	return true
}

// AddConversation stores a conversation and returns its id.
func (s *Sim) AddConversation(c Conversation) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ID == 0 {
		s.nextID++
		c.ID = s.nextID
	}
	if c.State == "" {
		c.State = Open
	}
	c.created, c.updated = s.began(c.CreatedAt)
	s.conversations = append(s.conversations, &c)
	return c.ID
}

// Exists says whether a record of the kind is still held.
func (s *Sim) Exists(kind, recordID string) bool {
	_, held := s.Snapshot()[kind+"/"+recordID]
	return held
}

// Snapshot returns everything that is held, as JSON by "kind/id".
func (s *Sim) Snapshot() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := map[string]string{}
	for _, c := range s.contacts {
		if c.deleted.IsZero() {
			held[KindContact+"/"+id(c.ID)] = encode(c.json())
		}
	}
	for _, c := range s.conversations {
		if c.deleted.IsZero() {
			held[KindConversation+"/"+id(c.ID)] = encode(c)
		}
	}
	return held
}

func encode(v any) string { return string(simulators.Encode(v)) }

func (s *Sim) authOK(r *http.Request, _ []byte) bool {
	return r.Header.Get("Authorization") == "Bearer "+s.options.Token
}

// failure is Gist's shape of an error: {"errors":[{"message":…}]} (published connector, S2 of the vendor notes).
func failure(status int, _ *http.Request, person string) []byte {
	message := map[int]string{
		http.StatusOK:                  "Contact " + person + " could not be processed",
		http.StatusUnauthorized:        "Invalid or missing access token",
		http.StatusForbidden:           "You are not allowed to access contact " + person,
		http.StatusNotFound:            "Contact " + person + " not found",
		http.StatusTooManyRequests:     "Rate limit exceeded",
		http.StatusUnprocessableEntity: "Email " + person + " is invalid",
	}[status]
	if message == "" {
		message = "Something went wrong with contact " + person
	}
	return simulators.Encode(errorsJSON(message))
}

func errorsJSON(message string) any {
	return simulators.JSON{"errors": []any{simulators.JSON{"message": message}}}
}

func refuse(w http.ResponseWriter, status int, message string) {
	simulators.WriteJSON(w, status, errorsJSON(message))
}

// decode reads a JSON object of a request.
func decode(r *http.Request) (map[string]any, bool) {
	var fields map[string]any
	decoder := json.NewDecoder(r.Body)
	decoder.UseNumber()
	return fields, decoder.Decode(&fields) == nil && fields != nil
}
