package landbot

import (
	"maps"
	"strconv"
	"time"
)

// Customer is one person on one channel.
type Customer struct {
	// ID is assigned where 0.
	ID    int64
	Name  string
	Phone string
	Email string
	// Country is an ISO code.
	Country   string
	ChannelID int64
	// AgentID is whom the customer is assigned to; nobody where 0. Archiving and unassigning the customer of another
	// agent is refused with 412.
	AgentID  int64
	Archived bool
	Blocked  bool
	OptIn    bool
	// Locked makes deletion answer 412 as well.
	Locked bool
	// Fields are custom fields.
	Fields map[string]any
	// Transcript is what the person wrote.
	Transcript []string

	registered, deleted time.Time
}

func (c Customer) json() map[string]any {
	var agent any
	if c.AgentID != 0 {
		agent = c.AgentID
	}
	fields := maps.Clone(c.Fields)
	if fields == nil {
		fields = map[string]any{}
	}
	return map[string]any{
		"id": c.ID, "name": orNull(c.Name), "phone": orNull(c.Phone), "email": orNull(c.Email),
		"country": orNull(c.Country), "url": nil, "channel_id": c.ChannelID, "agent_id": agent,
		"archived": c.Archived, "blocked": c.Blocked, "opt_in": c.OptIn,
		"register_date": float64(c.registered.UnixMilli()) / 1000, "fields": fields,
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func id(n int64) string { return strconv.FormatInt(n, 10) }
