package hubspot

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ite.digital/lethe/simulators"
)

const (
	contactsPath = "/crm/v3/objects/contacts"
	searchPath   = contactsPath + "/search"
	purgePath    = contactsPath + "/gdpr-delete"
	accountPath  = "/account-info/v3/details"
)

func (s *Sim) route(w http.ResponseWriter, r *http.Request) {
	if !s.authOK(r) {
		refuse(w, http.StatusUnauthorized, unauthenticated)
		return
	}
	policy := s.overLimit(r)
	s.limitHeaders(r, w.Header())
	if policy != "" {
		simulators.WriteJSON(w, http.StatusTooManyRequests, limited(policy))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.routePreferences(w, r) {
		return
	}
	recordID, one := strings.CutPrefix(r.URL.Path, contactsPath+"/")
	switch {
	case r.Method == http.MethodGet && r.URL.Path == accountPath:
		s.account(w)
	case r.Method == http.MethodPost && r.URL.Path == searchPath:
		s.search(w, r)
	case r.Method == http.MethodPost && r.URL.Path == purgePath:
		s.purge(w, r)
	case r.Method == http.MethodGet && r.URL.Path == contactsPath:
		s.list(w, r)
	case r.Method == http.MethodGet && one:
		s.get(w, r, recordID)
	case r.Method == http.MethodPatch && one && recordID != "":
		s.update(w, r, recordID)
	case r.Method == http.MethodDelete && one && recordID != "":
		s.archive(w, r, recordID)
	default:
		refuse(w, http.StatusNotFound, "resource not found")
	}
}

func (s *Sim) account(w http.ResponseWriter) {
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{
		"portalId": 123456, "accountType": "STANDARD", "timeZone": "UTC", "companyCurrency": "EUR",
		"additionalCurrencies": []any{}, "utcOffset": "+00:00", "utcOffsetMilliseconds": 0,
		"uiDomain": "app-eu1.hubspot.com", "dataHostingLocation": "eu1",
	})
}

// readable says whether a contact shows to a read by id that asks for archived contacts or not.
func (s *Sim) readable(r *http.Request, archived bool) func(*Contact) bool {
	at := s.Now().Add(-simulators.Staleness(r))
	return func(c *Contact) bool {
		return !ended(c.purged, at.Add(-s.options.PurgeDelay)) && ended(c.archived, at) == archived
	}
}

// ended says whether something that happens once has happened by a time; the zero time means never.
func ended(at, by time.Time) bool { return !at.IsZero() && !at.After(by) }

// get reads one contact. Archived contacts show only to those who ask for them.
func (s *Sim) get(w http.ResponseWriter, r *http.Request, recordID string) {
	query := r.URL.Query()
	readable := s.readable(r, query.Get("archived") == "true")
	var c *Contact
	if query.Get("idProperty") == "email" {
		c = s.contactByEmail(recordID, readable)
	} else if c = s.contactByID(recordID); c != nil && !readable(c) {
		c = nil
	}
	if c == nil {
		body := problem(http.StatusNotFound, "Object not found.  objectId are usually numeric.")
		body["context"] = simulators.JSON{"id": []string{recordID}}
		simulators.WriteJSON(w, http.StatusNotFound, body)
		return
	}
	simulators.WriteJSON(w, http.StatusOK, c.json(list(query.Get("properties"))))
}

// list pages through all contacts, archived ones or the others.
func (s *Sim) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	readable := s.readable(r, query.Get("archived") == "true")
	limit, err := strconv.Atoi(query.Get("limit"))
	if err != nil || limit < 1 {
		limit = 10
	}
	after, _ := strconv.Atoi(query.Get("after"))
	held := slices.DeleteFunc(slices.Clone(s.contacts), func(c *Contact) bool { return !readable(c) })
	body := page(held, after, min(limit, 100), list(query.Get("properties")))
	delete(body, "total")
	simulators.WriteJSON(w, http.StatusOK, body)
}

// page shows a part of the contacts found, and where the next one starts.
func page(found []*Contact, after, limit int, properties []string) simulators.JSON {
	results := []any{}
	from := min(max(after, 0), len(found))
	to := min(from+limit, len(found))
	for _, c := range found[from:to] {
		results = append(results, c.json(properties))
	}
	body := simulators.JSON{"total": len(found), "results": results}
	if to < len(found) {
		next := strconv.Itoa(to)
		body["paging"] = simulators.JSON{"next": simulators.JSON{"after": next, "link": "?after=" + next}}
	}
	return body
}

func list(commas string) []string {
	if commas == "" {
		return nil
	}
	return strings.Split(commas, ",")
}

// decode reads a JSON request.
func decode(r *http.Request, into any) bool { return json.NewDecoder(r.Body).Decode(into) == nil }
