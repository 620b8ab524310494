package gist

import (
	"net/http"
	"strconv"
	"strings"

	"ite.digital/lethe/simulators"
)

// segments returns the parts of a path. A final slash makes no difference, as in the framework behind the API:
// "/contacts/" is the path of all contacts.
func segments(r *http.Request) []string {
	return strings.Split(strings.Trim(r.URL.Path, "/"), "/")
}

func (s *Sim) route(w http.ResponseWriter, r *http.Request) {
	if !s.authOK(r, nil) {
		refuse(w, http.StatusUnauthorized, "Invalid or missing access token")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path := segments(r)
	switch {
	case path[0] == "contacts" && len(path) <= 2:
		s.routeContacts(w, r, path)
	case path[0] == "conversations" && len(path) <= 3:
		s.routeConversations(w, r, path)
	case path[0] == "tags" && len(path) == 1:
		s.routeTags(w, r)
	case r.URL.Path == "/token/info" && r.Method == http.MethodGet:
		simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"workspace": simulators.JSON{"id": 1}})
	default:
		refuse(w, http.StatusNotFound, "Not found")
	}
}

func (s *Sim) routeContacts(w http.ResponseWriter, r *http.Request, path []string) {
	named := len(path) == 2 && path[1] != ""
	switch {
	case r.Method == http.MethodGet && named:
		s.getContact(w, r, path[1])
	case r.Method == http.MethodGet:
		s.findContacts(w, r)
	case r.Method == http.MethodPost && !named:
		s.upsertContact(w, r)
	case r.Method == http.MethodDelete:
		s.deleteContacts(w, r)
	default:
		refuse(w, http.StatusMethodNotAllowed, "Method not allowed")
	}
}

func (s *Sim) routeConversations(w http.ResponseWriter, r *http.Request, path []string) {
	named := len(path) >= 2 && path[1] != ""
	switch {
	case r.Method == http.MethodGet && !named:
		s.listConversations(w, r)
	case r.Method == http.MethodGet && len(path) == 2:
		s.getConversation(w, r, path[1])
	case r.Method == http.MethodGet && named && path[2] == "messages":
		s.listMessages(w, r, path[1])
	case r.Method == http.MethodDelete && len(path) <= 2:
		s.deleteConversations(w, r)
	default:
		refuse(w, http.StatusNotFound, "Not found")
	}
}

// destroys names the records that a DELETE asks for. Without an id, e-mail or user_id it asks for everything: the
// vendor's own client refuses to send that.
func (s *Sim) destroys(r *http.Request, _ []byte) []simulators.Target {
	if r.Method != http.MethodDelete {
		return nil
	}
	path := segments(r)
	kind := map[string]string{"contacts": KindContact, "conversations": KindConversation}[path[0]]
	switch {
	case kind == "" || len(path) > 2:
		return nil
	case len(path) == 2 && path[1] != "":
		return []simulators.Target{{Kind: kind, RecordID: path[1]}}
	case kind == KindContact && searched(r) != "":
		s.mu.Lock()
		defer s.mu.Unlock()
		if c := s.search(r); c != nil {
			return []simulators.Target{{Kind: kind, RecordID: id(c.ID)}}
		}
		return []simulators.Target{{Kind: kind, RecordID: searched(r)}}
	}
	return []simulators.Target{{Kind: kind, Everything: true}}
}

// searched returns the e-mail address or user_id of a query.
func searched(r *http.Request) string {
	query := r.URL.Query()
	if email := query.Get("email"); email != "" {
		return email
	}
	return query.Get("user_id")
}

// person is whom an error quotes: the contact that the path names, else whom the request names.
func (s *Sim) person(r *http.Request, body []byte) string {
	path := segments(r)
	if n, err := strconv.ParseInt(path[len(path)-1], 10, 64); err == nil && path[0] == "contacts" {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, c := range s.contacts {
			if c.ID == n && c.Email != "" {
				return c.Email
			}
		}
	}
	return simulators.PersonIn(r, body)
}
