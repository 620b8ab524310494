package gist

import (
	"cmp"
	"net/http"
	"time"

	"ite.digital/lethe/simulators"
)

func (s *Sim) conversationByID(recordID string) *Conversation {
	for _, c := range s.conversations {
		if id(c.ID) == recordID {
			return c
		}
	}
	return nil
}

// listConversations shows conversations of deleted contacts too. The state is read from "state" (a published
// ingester) or "status" (an older published client).
func (s *Sim) listConversations(w http.ResponseWriter, r *http.Request) {
	state := cmp.Or(r.URL.Query().Get("state"), r.URL.Query().Get("status"))
	if state == "" && !s.options.ListAllStates {
		state = Open
	}
	var rows []row
	for _, c := range s.conversations {
		if s.visible(r, c.deleted) && (state == "" || state == "all" || state == c.State) {
			rows = append(rows, row{id: c.ID, created: c.created, updated: c.updated, json: s.conversationJSON(c)})
		}
	}
	s.writePage(w, r, "conversations", rows)
}

func (s *Sim) getConversation(w http.ResponseWriter, r *http.Request, recordID string) {
	c := s.conversationByID(recordID)
	if c == nil || !s.visible(r, c.deleted) {
		refuse(w, http.StatusNotFound, "Conversation not found")
		return
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"conversation": s.conversationJSON(c)})
}

func (s *Sim) listMessages(w http.ResponseWriter, r *http.Request, recordID string) {
	c := s.conversationByID(recordID)
	if c == nil || !s.visible(r, c.deleted) {
		refuse(w, http.StatusNotFound, "Conversation not found")
		return
	}
	var rows []row
	for i, m := range c.Messages {
		at := c.created.Add(time.Duration(i) * time.Second)
		author := s.contactJSON(c.ContactID)
		if m.FromTeammate {
			author = simulators.JSON{"id": 1, "type": "teammate", "name": "Support"}
		}
		rows = append(rows, row{id: c.ID*1000 + int64(i), created: at, updated: at, json: simulators.JSON{
			"id": c.ID*1000 + int64(i), "body": m.Body, "created_at": at.Unix(),
			"author": author, "is_inbound": !m.FromTeammate,
		}})
	}
	s.writePage(w, r, "messages", rows)
}

func (s *Sim) deleteConversations(w http.ResponseWriter, r *http.Request) {
	path := segments(r)
	if len(path) < 2 || path[1] == "" {
		for _, c := range s.conversations {
			if c.deleted.IsZero() {
				c.deleted = s.Now()
			}
		}
		simulators.Applied(r, simulators.Target{Kind: KindConversation, Everything: true})
		simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"conversations": []any{}})
		return
	}
	target := simulators.Target{Kind: KindConversation, RecordID: path[1]}
	c := s.conversationByID(path[1])
	if c == nil || !c.deleted.IsZero() {
		simulators.Gone(r, target)
		refuse(w, s.options.GoneStatus, "Conversation not found")
		return
	}
	c.deleted = s.Now()
	simulators.Applied(r, target)
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"conversation": s.conversationJSON(c)})
}

func (s *Sim) conversationJSON(c *Conversation) simulators.JSON {
	shown := simulators.JSON{
		"id": c.ID, "state": c.State, "created_at": c.created.Unix(), "updated_at": c.updated.Unix(),
	}
	switch s.options.ConversationContact {
	case ContactObject:
		shown["contact"] = s.contactJSON(c.ContactID)
	case ContactIDField:
		shown["contact_id"] = c.ContactID
	}
	return shown
}

// contactJSON is the short form of a contact inside other objects. It still names a contact that was deleted.
func (s *Sim) contactJSON(contactID int64) simulators.JSON {
	short := simulators.JSON{"id": contactID, "type": Lead, "email": nil, "name": nil}
	if c := s.contactByID(id(contactID)); c != nil {
		short["type"], short["email"], short["name"] = c.Type, orNull(c.Email), orNull(c.Name)
	}
	return short
}
