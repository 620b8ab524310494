package landbot

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ite.digital/lethe/simulators"
)

// Page sizes of the OpenAPI document.
const (
	defaultLimit = 20
	maxLimit     = 100
)

// list answers a search. The search is "starts with", whatever the case; without search_by it is by name.
func (s *Sim) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	by := query.Get("search_by")
	if by == "" {
		by = "name"
	}
	if by != "name" && by != "email" && by != "phone" {
		refuse(w, http.StatusUnprocessableEntity, fieldErrors("search_by", "\""+by+"\" is not a valid choice."))
		return
	}
	limit, okLimit := number(query, "limit", defaultLimit)
	offset, okOffset := number(query, "offset", 0)
	if !okLimit || !okOffset || limit > maxLimit {
		refuse(w, http.StatusUnprocessableEntity, fieldErrors("limit", "Ensure this value is between 0 and 100."))
		return
	}
	found := []any{}
	for _, c := range s.customers {
		if s.visible(r, c.deleted) && c.matches(query) && c.startsWith(by, query.Get("search")) {
			found = append(found, c.json())
		}
	}
	from := min(offset, len(found))
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{
		"success": true, "total": len(found), "customers": found[from:min(from+limit, len(found))],
	})
}

func number(query url.Values, name string, otherwise int) (int, bool) {
	if !query.Has(name) {
		return otherwise, true
	}
	n, err := strconv.Atoi(query.Get(name))
	return n, err == nil && n >= 0
}

func (c *Customer) startsWith(by, search string) bool {
	value := map[string]string{"name": c.Name, "email": c.Email, "phone": c.Phone}[by]
	return strings.HasPrefix(strings.ToLower(value), strings.ToLower(search))
}

// matches applies the filters beside the search. Archived customers show only to those who ask for them, and to
// those nothing else shows.
func (c *Customer) matches(query url.Values) bool {
	if strings.EqualFold(query.Get("archived"), "true") != c.Archived {
		return false
	}
	for name, value := range map[string]string{
		"channel_id": id(c.ChannelID), "agent_id": id(c.AgentID), "opt_in": strconv.FormatBool(c.OptIn),
	} {
		if wanted := query.Get(name); wanted != "" && !strings.EqualFold(wanted, value) {
			return false
		}
	}
	return true
}

func (s *Sim) get(w http.ResponseWriter, c *Customer) {
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"success": true, "customer": c.json()})
}

// messages answers with the whole transcript, newest first: no order is promised.
func (s *Sim) messages(w http.ResponseWriter, c *Customer) {
	messages := []any{}
	for i := len(c.Transcript) - 1; i >= 0; i-- {
		messages = append(messages, simulators.JSON{
			"type": "text", "message": c.Transcript[i],
			"message_datetime": c.registered.UTC().Format("2006-01-02 15:04:05"),
		})
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"success": true, "messages": messages})
}

func (s *Sim) remove(w http.ResponseWriter, c *Customer) {
	if c.Locked {
		s.otherAgent(w, c)
		return
	}
	c.deleted = s.Now()
	w.WriteHeader(http.StatusNoContent)
}

// otherAgent says, with the customer's name, that somebody else is in charge.
func (s *Sim) otherAgent(w http.ResponseWriter, c *Customer) {
	who := c.Email
	if who == "" {
		who = c.Phone
	}
	refuse(w, http.StatusPreconditionFailed, fieldErrors("customer", "Customer "+who+" is assigned to another agent"))
}
