package hubspot

import (
	"cmp"
	"fmt"
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

const (
	definitionsPath = "/communication-preferences/v4/definitions"
	statusesPath    = "/communication-preferences/v4/statuses/"
	allSuffix       = "/unsubscribe-all"
	propertiesPath  = "/crm/v3/properties/contacts/"
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

// routePreferences answers what concerns subscriptions and properties, and reports whether the request was such.
func (s *Sim) routePreferences(w http.ResponseWriter, r *http.Request) bool {
	address, subscriptions := strings.CutPrefix(r.URL.Path, statusesPath)
	address, all := strings.CutSuffix(address, allSuffix)
	property, properties := strings.CutPrefix(r.URL.Path, propertiesPath)
	switch {
	case r.Method == http.MethodGet && r.URL.Path == definitionsPath:
		s.definitions(w)
	case r.Method == http.MethodGet && properties:
		s.property(w, property)
	case subscriptions && !strings.Contains(address, "@"):
		refuse(w, http.StatusBadRequest, "Invalid subscriber id string")
	case subscriptions && r.URL.Query().Get("channel") != "EMAIL" && (all || r.Method == http.MethodGet):
		refuse(w, http.StatusBadRequest, "Query parameter channel is required")
	case subscriptions && all && r.Method == http.MethodGet:
		s.optedOut(w, address)
	case subscriptions && all && r.Method == http.MethodPost:
		s.preferencesOf(address).all = true
		s.optedOut(w, address)
	case subscriptions && r.Method == http.MethodGet:
		s.statuses(w, address)
	case subscriptions && r.Method == http.MethodPost:
		s.subscribe(w, r, address)
	default:
		return false
	}
	return true
}

func (s *Sim) complete(w http.ResponseWriter, results []any) {
	at := stamp(s.Now())
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{
		"status": "COMPLETE", "results": results, "requestedAt": at, "startedAt": at, "completedAt": at,
	})
}

func (s *Sim) definitions(w http.ResponseWriter) {
	results := []any{}
	for _, t := range s.types {
		results = append(results, simulators.JSON{
			"id": strconv.FormatInt(t.ID, 10), "name": t.Name, "description": t.Name, "isActive": !t.Inactive,
			"isDefault": false, "isInternal": false, "communicationMethod": "Email", "purpose": "Marketing", "businessUnitId": 0,
		})
	}
	s.complete(w, results)
}

// statuses shows the types that the address has said something to, or all of them if it has opted out of everything.
func (s *Sim) statuses(w http.ResponseWriter, address string) {
	p := s.preferencesOf(address)
	ids := slices.Sorted(maps.Keys(p.byType))
	results := []any{}
	for _, t := range s.types {
		if p.all && !slices.Contains(ids, t.ID) {
			ids = append(ids, t.ID)
		}
	}
	for _, id := range ids {
		results = append(results, s.statusJSON(address, id, ""))
	}
	s.complete(w, results)
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

// optedOut answers with an empty list for whoever has not opted out of all communication.
func (s *Sim) optedOut(w http.ResponseWriter, address string) {
	results := []any{}
	if s.preferencesOf(address).all {
		results = append(results, simulators.JSON{
			"channel": "EMAIL", "subscriberIdString": address, "status": Unsubscribed,
			"wideStatusType": "PORTAL_WIDE", "businessUnitId": 0, "timestamp": stamp(s.Now()),
		})
	}
	s.complete(w, results)
}

// subscribe sets one subscription. To subscribe somebody who has opted out of everything takes that back, for all
// types (v4 resubscribes; what becomes of the other types is not documented).
func (s *Sim) subscribe(w http.ResponseWriter, r *http.Request, address string) {
	var request struct {
		Channel        string `json:"channel"`
		StatusState    string `json:"statusState"`
		SubscriptionID int64  `json:"subscriptionId"`
		LegalBasis     string `json:"legalBasis"`
		Explanation    string `json:"legalBasisExplanation"`
	}
	known := decode(r, &request) && slices.ContainsFunc(s.types, func(t SubscriptionType) bool { return t.ID == request.SubscriptionID })
	switch {
	case !known || request.Channel != "EMAIL" || !slices.Contains([]string{Subscribed, Unsubscribed, NotSpecified}, request.StatusState):
		refuse(w, http.StatusBadRequest, "Invalid input for "+address)
		return
	case s.options.LegalBasisRequired && request.StatusState != NotSpecified && (request.LegalBasis == "" || request.Explanation == ""):
		refuse(w, http.StatusBadRequest, fmt.Sprintf("A legal basis is required for %s", address))
		return
	}
	p := s.preferencesOf(address)
	reason := "REQUESTED_CHANGE_OCCURRED"
	if p.all && request.StatusState == Subscribed {
		p.all, reason = false, "RESUBSCRIBE_OCCURRED"
	}
	p.byType[request.SubscriptionID] = Subscription{Status: request.StatusState, LegalBasis: request.LegalBasis}
	s.complete(w, []any{s.statusJSON(address, request.SubscriptionID, reason)})
}

// property describes a property of contacts.
func (s *Sim) property(w http.ResponseWriter, name string) {
	if !s.properties[name] {
		refuse(w, http.StatusNotFound, "No property exists with name '"+name+"'")
		return
	}
	shown := simulators.JSON{"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "contactinformation", "archived": false}
	if s.checkboxes[name] {
		shown["type"], shown["fieldType"] = "bool", "booleancheckbox"
		shown["options"] = []any{simulators.JSON{"label": "Yes", "value": "true"}, simulators.JSON{"label": "No", "value": "false"}}
	}
	simulators.WriteJSON(w, http.StatusOK, shown)
}

// AddCheckbox makes a property exist that is a single checkbox: "true", "false" or nothing.
func (s *Sim) AddCheckbox(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.properties[name], s.checkboxes[name] = true, true
}

// update sets properties of a contact; an empty text clears one. Archived contacts cannot be updated.
func (s *Sim) update(w http.ResponseWriter, r *http.Request, recordID string) {
	var request struct {
		Properties map[string]string `json:"properties"`
	}
	if !decode(r, &request) || len(request.Properties) == 0 {
		refuse(w, http.StatusBadRequest, "Invalid input JSON: properties are required")
		return
	}
	c := s.contactByID(recordID)
	if c == nil || !s.readable(r, false)(c) {
		refuse(w, http.StatusNotFound, "resource not found")
		return
	}
	for name, value := range request.Properties {
		switch {
		case !s.properties[name]:
			refuse(w, http.StatusBadRequest, "Property values were not valid: property \""+name+"\" does not exist")
			return
		case s.checkboxes[name] && !slices.Contains([]string{"", "true", "false"}, value):
			refuse(w, http.StatusBadRequest, "Property values were not valid: "+value+" was not one of the allowed options")
			return
		}
	}
	for name, value := range request.Properties {
		c.set(name, value)
	}
	c.updated = s.Now()
	simulators.WriteJSON(w, http.StatusOK, c.json(slices.Collect(maps.Keys(request.Properties))))
}

func (c *Contact) set(name, value string) {
	if value == "" {
		delete(c.Properties, name)
		return
	}
	c.Properties[name] = value
}
