package landbot

import "net/http"

// changes are the states that a PUT puts a customer into.
var changes = []string{"block", "unblock", "archive", "unarchive", "unassign"}

// change answers 200; what the body says is not documented.
func (s *Sim) change(action string) func(http.ResponseWriter, *Customer) {
	return func(w http.ResponseWriter, c *Customer) {
		foreign := c.AgentID != 0 && c.AgentID != s.options.Agent
		if foreign && (action == "archive" || action == "unassign") {
			s.otherAgent(w, c)
			return
		}
		switch action {
		case "block":
			c.Blocked = true
		case "unblock":
			c.Blocked = false
		case "archive":
			c.Archived = true
		case "unarchive":
			c.Archived = false
		case "unassign":
			c.AgentID = 0
		}
		if s.options.ChangeBody != "" {
			w.Header().Set("Content-Type", "application/json")
		}
		_, _ = w.Write([]byte(s.options.ChangeBody))
	}
}

// optOut is refused for customers who never opted in.
func (s *Sim) optOut(w http.ResponseWriter, c *Customer) {
	if !c.OptIn {
		refuse(w, http.StatusPreconditionFailed, fieldErrors("customer_id", "Customer has not opted in"))
		return
	}
	c.OptIn = false
	w.WriteHeader(http.StatusNoContent)
}
