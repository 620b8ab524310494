package hubspot

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ite.digital/lethe/simulators"
)

// Statuses of a subscription (communication preferences, v4).
const (
	Subscribed   = "SUBSCRIBED"
	Unsubscribed = "UNSUBSCRIBED"
	NotSpecified = "NOT_SPECIFIED"
)

// SubscriptionType is a kind of e-mail that people subscribe to.
type SubscriptionType struct {
	ID   int64
	Name string
	// Inactive ones are archived: nothing is sent with them.
	Inactive bool
}

// Subscription is what an e-mail address has said to one subscription type. It belongs to the address and not to a
// contact.
type Subscription struct {
	Status string
	// LegalBasis is one of HubSpot's codes; empty where none was given.
	LegalBasis string
}

// preferences are those of one address.
type preferences struct {
	byType map[int64]Subscription
	// all says that the address has opted out of all e-mail.
	all bool
}

// AddSubscriptionType makes a kind of e-mail exist.
func (s *Sim) AddSubscriptionType(t SubscriptionType) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.types = append(s.types, t)
}

// Subscribe plays a form or somebody in the account who sets the subscription of an address.
func (s *Sim) Subscribe(email string, typeID int64, subscription Subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.preferencesOf(email).byType[typeID] = subscription
}

// OptOut plays the person who unsubscribes from all e-mail, by the link that is in every one.
func (s *Sim) OptOut(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.preferencesOf(email).all = true
}

// Change plays somebody who edits a contact in the account. It reports whether there is such a contact.
func (s *Sim) Change(recordID string, change func(*Contact)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.contactByID(recordID)
	if c == nil || !c.purged.IsZero() {
		return false
	}
	change(c)
	return true
}

func (s *Sim) preferencesOf(email string) *preferences {
	email = strings.ToLower(strings.TrimSpace(email))
	if s.preferences[email] == nil {
		s.preferences[email] = &preferences{byType: map[int64]Subscription{}}
	}
	return s.preferences[email]
}

// json shows preferences in snapshots; those that say nothing are left out.
func (p *preferences) json() map[string]any {
	shown := map[string]any{}
	for id, subscription := range p.byType {
		if subscription.Status != NotSpecified || subscription.LegalBasis != "" {
			shown[strconv.FormatInt(id, 10)] = subscription
		}
	}
	if p.all {
		shown["all"] = true
	}
	return shown
}

// address returns the subscriber whom a path names, if the channel is given where the specification requires it.
func (s *Sim) address(w http.ResponseWriter, r *http.Request, at call) (string, bool) {
	channel := r.Method == http.MethodPost && len(at.rest) == 2 || r.URL.Query().Get("channel") == "EMAIL"
	switch {
	case !isAddress(at.rest[1]):
		refuse(w, http.StatusBadRequest, "Invalid subscriber id string")
	case !channel:
		refuse(w, http.StatusBadRequest, "Query parameter channel is required")
	default:
		return at.rest[1], true
	}
	return "", false
}

func isAddress(text string) bool {
	return strings.Contains(text, "@") && !strings.ContainsAny(text, " \t\n")
}

// complete answers with what a batch or an action came to. Where some inputs failed, it is a success nevertheless.
func (s *Sim) complete(w http.ResponseWriter, results, errors []any) {
	at := stamp(s.Now())
	body := simulators.JSON{
		"status": "COMPLETE", "results": results, "requestedAt": at, "startedAt": at, "completedAt": at,
	}
	status := http.StatusOK
	if len(errors) > 0 {
		status = s.options.PartialStatus
		body["errors"], body["numErrors"] = errors, len(errors)
	}
	simulators.WriteJSON(w, status, body)
}

func (s *Sim) definitions(w http.ResponseWriter, _ *http.Request, _ call) {
	results := []any{}
	for _, t := range s.types {
		results = append(results, simulators.JSON{
			"id": strconv.FormatInt(t.ID, 10), "name": t.Name, "description": t.Name, "isActive": !t.Inactive,
			"isDefault": false, "isInternal": false, "communicationMethod": "Email", "purpose": "Marketing", "businessUnitId": 0,
			"createdAt": stamp(s.Now()), "updatedAt": stamp(s.Now()),
		})
	}
	s.complete(w, results, nil)
}

// statuses shows the types that the address has said something to, or all of them if it has opted out of everything.
func (s *Sim) statuses(w http.ResponseWriter, r *http.Request, at call) {
	if address, ok := s.address(w, r, at); ok {
		s.complete(w, s.statusesOf(address, ""), nil)
	}
}

func (s *Sim) statusesOf(address, reason string) []any {
	p := s.preferencesOf(address)
	ids := slices.Sorted(maps.Keys(p.byType))
	results := []any{}
	for _, t := range s.types {
		if p.all && !slices.Contains(ids, t.ID) {
			ids = append(ids, t.ID)
		}
	}
	for _, id := range ids {
		results = append(results, s.statusJSON(address, id, reason))
	}
	return results
}

func (s *Sim) statusJSON(address string, id int64, reason string) simulators.JSON {
	p := s.preferencesOf(address)
	shown := simulators.JSON{
		"channel": "EMAIL", "subscriberIdString": address, "subscriptionId": id, "source": "SUBSCRIPTION_STATUS",
		"status": cmp.Or(p.byType[id].Status, NotSpecified), "timestamp": stamp(s.Now()), "businessUnitId": 0,
	}
	if p.all {
		shown["status"] = Unsubscribed
	}
	if basis := p.byType[id].LegalBasis; basis != "" {
		shown["legalBasis"], shown["legalBasisExplanation"] = basis, address+" agreed"
	}
	if reason != "" {
		shown["setStatusSuccessReason"] = reason
	}
	return shown
}

// optedOut answers with an empty list for an address that has not opted out of all communication.
func (s *Sim) optedOut(w http.ResponseWriter, r *http.Request, at call) {
	if address, ok := s.address(w, r, at); ok {
		s.complete(w, s.wideStatuses(address), nil)
	}
}

func (s *Sim) wideStatuses(address string) []any {
	if !s.preferencesOf(address).all {
		return []any{}
	}
	return []any{simulators.JSON{
		"channel": "EMAIL", "subscriberIdString": address, "status": Unsubscribed,
		"wideStatusType": "PORTAL_WIDE", "businessUnitId": 0, "timestamp": stamp(s.Now()),
	}}
}

// optOut unsubscribes an address from everything. It shows the statuses that this led to only to those who ask with
// "verbose"; others get an empty list, which is what a read answers for an address that has not opted out.
func (s *Sim) optOut(w http.ResponseWriter, r *http.Request, at call) {
	address, ok := s.address(w, r, at)
	if !ok {
		return
	}
	results := s.unsubscribeFromAll(address)
	if r.URL.Query().Get("verbose") != "true" {
		results = []any{}
	}
	s.complete(w, results, nil)
}

func (s *Sim) unsubscribeFromAll(address string) []any {
	reason := "UNSUBSCRIBE_FROM_ALL_OCCURRED"
	p := s.preferencesOf(address)
	if p.all {
		reason = "NO_STATUS_CHANGE"
	}
	p.all = true
	return s.statusesOf(address, reason)
}

// change is what is asked of one subscription of an address.
type change struct {
	Channel        string `json:"channel"`
	StatusState    string `json:"statusState"`
	SubscriptionID int64  `json:"subscriptionId"`
	LegalBasis     string `json:"legalBasis"`
	Explanation    string `json:"legalBasisExplanation"`
	// Subscriber is named in batches alone.
	Subscriber string `json:"subscriberIdString"`
}

var (
	states = []string{Subscribed, Unsubscribed, NotSpecified}
	bases  = []string{
		"CONSENT_WITH_NOTICE", "LEGITIMATE_INTEREST_CLIENT", "LEGITIMATE_INTEREST_OTHER", "LEGITIMATE_INTEREST_PQL",
		"NON_GDPR", "PERFORMANCE_OF_CONTRACT", "PROCESS_AND_STORE",
	}
)

// complaint says what is wrong with a change; nothing where it is empty.
func (s *Sim) complaint(c change) string {
	known := slices.ContainsFunc(s.types, func(t SubscriptionType) bool { return t.ID == c.SubscriptionID })
	switch {
	case !known || c.Channel != "EMAIL" || !slices.Contains(states, c.StatusState) || !isAddress(c.Subscriber),
		c.LegalBasis != "" && !slices.Contains(bases, c.LegalBasis):
		return "Invalid input for " + c.Subscriber
	case s.options.LegalBasisRequired && c.StatusState != NotSpecified && (c.LegalBasis == "" || c.Explanation == ""):
		return "A legal basis is required for " + c.Subscriber
	}
	return ""
}

// apply sets one subscription. To subscribe an address that has opted out of everything takes that back, for all
// types (the API resubscribes since v4; what becomes of the other types is not documented).
func (s *Sim) apply(c change) simulators.JSON {
	p := s.preferencesOf(c.Subscriber)
	reason := "REQUESTED_CHANGE_OCCURRED"
	if p.all && c.StatusState == Subscribed {
		p.all, reason = false, "RESUBSCRIBE_OCCURRED"
	}
	p.byType[c.SubscriptionID] = Subscription{Status: c.StatusState, LegalBasis: c.LegalBasis}
	return s.statusJSON(c.Subscriber, c.SubscriptionID, reason)
}

func (s *Sim) subscribe(w http.ResponseWriter, r *http.Request, at call) {
	address, ok := s.address(w, r, at)
	if !ok {
		return
	}
	var request change
	if !decode(r, &request, "channel", "statusState", "subscriptionId") {
		refuse(w, http.StatusBadRequest, "Invalid input JSON: channel, statusState and subscriptionId are required")
		return
	}
	request.Subscriber = address
	if complaint := s.complaint(request); complaint != "" {
		refuse(w, http.StatusBadRequest, complaint)
		return
	}
	s.complete(w, []any{s.apply(request)}, nil)
}
