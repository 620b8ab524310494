package gist

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"ite.digital/lethe/simulators"
)

// visible says whether a record shows to a request, which may be served stale.
func (s *Sim) visible(r *http.Request, deleted time.Time) bool {
	return deleted.IsZero() || deleted.After(s.Now().Add(-simulators.Staleness(r)))
}

// contactByID returns a contact whether deleted or not.
func (s *Sim) contactByID(recordID string) *Contact {
	for _, c := range s.contacts {
		if id(c.ID) == recordID {
			return c
		}
	}
	return nil
}

// shown is a contact as the API answers with it.
func (s *Sim) shown(c *Contact) map[string]any {
	fields := c.json()
	if s.options.BooleanUnsubscribed && c.Unsubscribed != "" {
		fields["unsubscribed_from_emails"] = c.Unsubscribed == "true"
	}
	return fields
}

func (s *Sim) getContact(w http.ResponseWriter, r *http.Request, recordID string) {
	c := s.contactByID(recordID)
	if c == nil || !s.visible(r, c.deleted) {
		refuse(w, http.StatusNotFound, "Contact not found")
		return
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"contact": s.shown(c)})
}

// findContacts answers a search with one contact. An empty search is no search: it lists everybody.
func (s *Sim) findContacts(w http.ResponseWriter, r *http.Request) {
	if searched(r) == "" {
		s.listContacts(w, r)
		return
	}
	c := s.search(r)
	if c == nil {
		refuse(w, s.options.NotFoundStatus, fmt.Sprintf("Contact with %s not found", searched(r)))
		return
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"contact": s.shown(c)})
}

// search returns the oldest contact that a query names. A "+" that was not escaped has become a space and finds
// nobody.
func (s *Sim) search(r *http.Request) *Contact {
	email, userID := r.URL.Query().Get("email"), r.URL.Query().Get("user_id")
	same := strings.EqualFold
	if s.options.CaseSensitive {
		same = func(a, b string) bool { return a == b }
	}
	for _, c := range s.contacts {
		found := email != "" && same(c.Email, email) || email == "" && c.UserID == userID
		if found && s.visible(r, c.deleted) {
			return c
		}
	}
	return nil
}

func (s *Sim) listContacts(w http.ResponseWriter, r *http.Request) {
	var rows []row
	for _, c := range s.contacts {
		if s.visible(r, c.deleted) {
			rows = append(rows, row{id: c.ID, created: c.created, updated: c.updated, json: s.shown(c)})
		}
	}
	s.writePage(w, r, "contacts", rows)
}

// upsertContact updates the contact with the same id, else user_id, else e-mail address, else creates one: whoever
// posts a deleted person brings the person back. To create one takes an e-mail address. Any value of unsubscribed_from_emails overwrites the stored one (help
// article 97).
func (s *Sim) upsertContact(w http.ResponseWriter, r *http.Request) {
	fields, ok := decode(r)
	email, userID := text(fields["email"]), text(fields["user_id"])
	switch {
	case !ok || email == "" && userID == "":
		refuse(w, http.StatusUnprocessableEntity, "Email or user_id is required")
		return
	case email == "" && s.upserted(fields) == nil:
		refuse(w, http.StatusUnprocessableEntity, "Email is required to create contact "+userID)
		return
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"contact": s.shown(s.upsert(fields))})
}

func (s *Sim) upsert(fields map[string]any) *Contact {
	c := s.upserted(fields)
	if c == nil {
		c = s.addContact(Contact{})
	}
	c.apply(fields)
	c.updated = s.Now()
	return c
}

func (s *Sim) upserted(fields map[string]any) *Contact {
	for _, same := range []func(c *Contact) bool{
		func(c *Contact) bool { return !s.options.IgnoreID && text(fields["id"]) == id(c.ID) },
		func(c *Contact) bool { return c.UserID != "" && c.UserID == text(fields["user_id"]) },
		func(c *Contact) bool { return c.Email != "" && strings.EqualFold(c.Email, text(fields["email"])) },
	} {
		for _, c := range s.contacts {
			if c.deleted.IsZero() && same(c) {
				return c
			}
		}
	}
	return nil
}

func (c *Contact) apply(fields map[string]any) {
	for name, into := range map[string]*string{
		"email": &c.Email, "user_id": &c.UserID, "name": &c.Name, "phone": &c.Phone,
		"last_seen_ip": &c.LastSeenIP, "unsubscribed_from_emails": &c.Unsubscribed,
	} {
		if value, given := fields[name]; given {
			*into = text(value)
		}
	}
	if c.UserID != "" {
		c.Type = User
	}
	if properties, ok := fields["custom_properties"].(map[string]any); ok {
		c.CustomProperties = properties
	}
}

// text renders a JSON scalar as the API stores it; null is empty.
func text(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// deleteContacts answers 200 with the deleted contact, as the official client expects a JSON body. Conversations
// stay. Without an id it takes the request at its word and deletes everybody.
func (s *Sim) deleteContacts(w http.ResponseWriter, r *http.Request) {
	path := segments(r)
	var c *Contact
	switch {
	case len(path) == 2 && path[1] != "":
		c = s.contactByID(path[1])
	case searched(r) != "":
		c = s.search(r)
	default:
		s.deleteEverybody(w, r)
		return
	}
	if c == nil || !c.deleted.IsZero() {
		missing := searched(r)
		switch {
		case c != nil:
			missing = id(c.ID)
		case len(path) == 2 && path[1] != "":
			missing = path[1]
		}
		simulators.Gone(r, simulators.Target{Kind: KindContact, RecordID: missing})
		refuse(w, s.options.GoneStatus, "Contact not found")
		return
	}
	c.deleted = s.Now()
	simulators.Applied(r, simulators.Target{Kind: KindContact, RecordID: id(c.ID)})
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"contact": s.shown(c)})
}

func (s *Sim) deleteEverybody(w http.ResponseWriter, r *http.Request) {
	for _, c := range s.contacts {
		if c.deleted.IsZero() {
			c.deleted = s.Now()
		}
	}
	simulators.Applied(r, simulators.Target{Kind: KindContact, Everything: true})
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"contacts": []any{}})
}
