package landbot

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ite.digital/lethe/simulators"
)

// Page sizes of the OpenAPI document.
const (
	defaultLimit = 20
	maxLimit     = 100
)

// list answers a search. The search is "starts with", whatever the case; without search_by it is by name. The newest
// customers come first, so that pages move when somebody writes to a bot while they are read.
func (s *Sim) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	by := query.Get("search_by")
	if by == "" {
		by = "name"
	}
	limit, okLimit := number(query, "limit", defaultLimit)
	offset, okOffset := number(query, "offset", 0)
	for name, valid := range map[string]bool{
		"search_by":  by == "name" || by == "email" || by == "phone",
		"limit":      okLimit && limit <= maxLimit,
		"offset":     okOffset,
		"archived":   isTrueOrFalse(query, "archived"),
		"opt_in":     isTrueOrFalse(query, "opt_in"),
		"channel_id": isNumber(query, "channel_id"),
		"agent_id":   isNumber(query, "agent_id"),
	} {
		if !valid {
			refuse(w, http.StatusUnprocessableEntity, fieldErrors(name, "This value is not valid."))
			return
		}
	}
	found := []any{}
	for _, c := range slices.Backward(s.customers) {
		if s.visible(r, c.deleted) && c.matches(query) && c.startsWith(by, query.Get("search")) {
			found = append(found, s.shown(c))
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

func isNumber(query url.Values, name string) bool {
	_, ok := number(query, name, 0)
	return ok
}

func isTrueOrFalse(query url.Values, name string) bool {
	value := strings.ToLower(query.Get(name))
	return !query.Has(name) || value == "true" || value == "false"
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
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"success": true, "customer": s.shown(c)})
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
	refuse(w, http.StatusPreconditionFailed, fieldErrors("customer_id", "Customer "+who+" is assigned to another agent"))
}
