package gist

import (
	"strconv"
	"time"
)

// Types of contact: a user has a user_id of the company's own, a lead has none (official client, README).
const (
	User = "user"
	Lead = "lead"
)

// States of a conversation.
const (
	Open   = "open"
	Closed = "closed"
)

// Contact is a person as Gist holds one.
type Contact struct {
	// ID is assigned where 0.
	ID int64
	// Type is Lead where empty and there is no UserID, else User.
	Type   string
	Email  string
	Name   string
	Phone  string
	UserID string
	// Unsubscribed is "true", "false" or empty, which is sent as null: the field is a string in the data that
	// published connectors read.
	Unsubscribed     string
	CustomProperties map[string]any
	Tags             []string
	LastSeenIP       string
	// CreatedAt is now where zero. Contacts that were imported keep the day on which they were created elsewhere.
	CreatedAt time.Time

	created, updated, deleted time.Time
}

// Conversation is a chat with one contact. It outlives the contact.
type Conversation struct {
	// ID is assigned where 0.
	ID        int64
	ContactID int64
	// State is Open where empty.
	State    string
	Messages []Message
	// CreatedAt is now where zero. Conversations that were imported keep the day on which they began elsewhere.
	CreatedAt time.Time

	created, updated, deleted time.Time
}

// Message is one turn of a conversation.
type Message struct {
	Body string
	// FromTeammate says that the company wrote it.
	FromTeammate bool
}

func (c Contact) json() map[string]any {
	tags := make([]map[string]any, 0, len(c.Tags))
	for i, name := range c.Tags {
		tags = append(tags, map[string]any{"id": i + 1, "name": name})
	}
	properties := c.CustomProperties
	if properties == nil {
		properties = map[string]any{}
	}
	return map[string]any{
		"id": c.ID, "type": c.Type, "email": orNull(c.Email), "name": orNull(c.Name), "full_name": orNull(c.Name),
		"phone": orNull(c.Phone), "user_id": orNull(c.UserID), "avatar": nil,
		"created_at": c.created.Unix(), "updated_at": c.updated.Unix(), "signed_up_at": c.created.Unix(),
		"last_seen_at": c.updated.Unix(), "last_seen_ip": orNull(c.LastSeenIP), "last_seen_user_agent": nil,
		"location_data": map[string]any{}, "social_profiles": []any{}, "segments": []any{}, "tags": tags,
		"custom_properties": properties, "unsubscribed_from_emails": orNull(c.Unsubscribed),
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func id(n int64) string { return strconv.FormatInt(n, 10) }
