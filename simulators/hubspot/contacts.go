package hubspot

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ite.digital/lethe/simulators"
)

// maxBatch is how many inputs one batch may have. The specification is silent; integrators report a hundred.
const maxBatch = 100

// readable says whether a contact shows to a read by id that asks for archived contacts or not.
func (s *Sim) readable(r *http.Request, archived bool) func(*Contact) bool {
	at := s.Now().Add(-simulators.Staleness(r))
	return func(c *Contact) bool {
		return !ended(c.purged, at.Add(-s.options.PurgeDelay)) && ended(c.archived, at) == archived
	}
}

// ended says whether something that happens once has happened by a time; the zero time means never.
func ended(at, by time.Time) bool { return !at.IsZero() && !at.After(by) }

// named returns the contact that a path names, by id or by the property that the query says. Of the properties only
// the e-mail address is unique.
func (s *Sim) named(r *http.Request, name string, readable func(*Contact) bool) *Contact {
	switch r.URL.Query().Get("idProperty") {
	case "email":
		return s.contactByEmail(name, readable)
	case "", "hs_object_id":
		if c := s.contactByID(name); c != nil && readable(c) {
			return c
		}
	}
	return nil
}

// get reads one contact. Archived contacts show only to those who ask for them.
func (s *Sim) get(w http.ResponseWriter, r *http.Request, at call) {
	query := r.URL.Query()
	c := s.named(r, at.rest[1], s.readable(r, query.Get("archived") == "true"))
	if c == nil {
		body := problem(http.StatusNotFound, "Object not found.  objectId are usually numeric.")
		body["context"] = simulators.JSON{"id": []string{at.rest[1]}}
		simulators.WriteJSON(w, http.StatusNotFound, body)
		return
	}
	simulators.WriteJSON(w, http.StatusOK, c.json(list(query.Get("properties"))))
}

// list pages through all contacts, archived ones or the others.
func (s *Sim) list(w http.ResponseWriter, r *http.Request, _ call) {
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

type batch struct {
	Inputs []struct {
		ID string `json:"id"`
	} `json:"inputs"`
	IDProperty string   `json:"idProperty"`
	Properties []string `json:"properties"`
}

// readMany reads contacts by id or by primary address, in no particular order. Those that are not there are errors
// beside the others, in an answer that is still a success.
func (s *Sim) readMany(w http.ResponseWriter, r *http.Request, _ call) {
	var request batch
	if !decode(r, &request, "inputs", "properties", "propertiesWithHistory") || len(request.Inputs) > maxBatch {
		refuse(w, http.StatusBadRequest, "Invalid input JSON: up to 100 inputs, properties and propertiesWithHistory are required")
		return
	}
	readable := s.readable(r, r.URL.Query().Get("archived") == "true")
	results, missing := []any{}, []string{}
	for _, input := range request.Inputs {
		c := s.contactByID(input.ID)
		if request.IDProperty == "email" {
			c = s.contactByPrimaryEmail(input.ID, readable)
		}
		if c == nil || !readable(c) {
			missing = append(missing, input.ID)
			continue
		}
		results = append(results, c.json(request.Properties))
	}
	slices.Reverse(results)
	var errors []any
	if len(missing) > 0 {
		errors = append(errors, standardError("OBJECT_NOT_FOUND", "Could not get some CONTACT objects, they may be deleted or not exist.",
			"ids", missing...))
	}
	s.complete(w, results, errors)
}

// archive moves a contact to the recycle bin. It answers 204 whether there was one or not, as integrators report.
func (s *Sim) archive(w http.ResponseWriter, r *http.Request, at call) {
	s.discard(r, at.rest[1])
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sim) archiveMany(w http.ResponseWriter, r *http.Request, _ call) {
	var request batch
	if !decode(r, &request, "inputs") || len(request.Inputs) > maxBatch {
		refuse(w, http.StatusBadRequest, "Invalid input JSON: up to 100 inputs are required")
		return
	}
	for _, input := range request.Inputs {
		s.discard(r, input.ID)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sim) discard(r *http.Request, recordID string) {
	target := simulators.Target{Kind: KindArchive, RecordID: recordID}
	c := s.contactByID(recordID)
	if c == nil || c.Archived || !c.purged.IsZero() {
		simulators.Gone(r, target)
		return
	}
	c.Archived, c.archived, c.updated = true, s.Now(), s.Now()
	simulators.Applied(r, target)
}

// update sets properties of a contact; an empty text clears one. Archived contacts cannot be updated.
func (s *Sim) update(w http.ResponseWriter, r *http.Request, at call) {
	var request struct {
		Properties map[string]string `json:"properties"`
	}
	if !decode(r, &request, "properties") || len(request.Properties) == 0 {
		refuse(w, http.StatusBadRequest, "Invalid input JSON: properties are required")
		return
	}
	c := s.named(r, at.rest[1], s.readable(r, false))
	if c == nil {
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
	if missing := s.missing(at.version, c, request.Properties); len(missing) > 0 {
		s.incomplete(w, c, missing)
		return
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

// RequiredProperty is a rule of the account's administrators: contacts must have the property, or those must that have
// another one with a certain value.
type RequiredProperty struct {
	Property string
	// When names the other property; the rule holds for every contact where it is empty.
	When, Equals string
}

// firstBound is the version from which on such rules bind API writes (developers.hubspot.com, CRM API write
// validation enforcement).
const firstBound = "2026-09"

// missing returns the properties that a contact would lack after a write. A write is refused for what it does not
// touch as well.
func (s *Sim) missing(version string, c *Contact, written map[string]string) []string {
	after := func(name string) string {
		if value, given := written[name]; given {
			return value
		}
		return c.value(name)
	}
	var missing []string
	for _, rule := range s.options.RequiredProperties {
		if version == legacy[objectsAPI] || version < firstBound || rule.When != "" && after(rule.When) != rule.Equals {
			continue
		}
		if after(rule.Property) == "" {
			missing = append(missing, rule.Property)
		}
	}
	return missing
}

func (s *Sim) incomplete(w http.ResponseWriter, c *Contact, missing []string) {
	body := problem(http.StatusBadRequest, "Contact "+c.value("email")+" lacks required properties")
	errors := []any{}
	for _, name := range missing {
		errors = append(errors, simulators.JSON{
			"message": "required property is missing", "context": simulators.JSON{"properties": []string{name}},
		})
	}
	body["errors"] = errors
	simulators.WriteJSON(w, http.StatusBadRequest, body)
}
