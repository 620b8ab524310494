package gist

import (
	"bytes"
	"encoding/json"
	"regexp"

	"ite.digital/lethe/connectors/httpapi"
)

// contact is a person as the API shows one. Beside its own id it may be a
// short form, inside conversations and messages.
type contact struct {
	ID         httpapi.Text            `json:"id"`
	Type       string                  `json:"type"`
	Email      httpapi.Text            `json:"email"`
	Phone      httpapi.Text            `json:"phone"`
	UserID     httpapi.Text            `json:"user_id"`
	Properties map[string]httpapi.Text `json:"custom_properties"`
	// Unsubscribed is sent as a boolean and shown as a text; see subscription.
	Unsubscribed json.RawMessage `json:"unsubscribed_from_emails"`
	Tags         []tag           `json:"tags"`
}

type tag struct {
	Name httpapi.Text `json:"name"`
}

type conversation struct {
	ID        httpapi.Text `json:"id"`
	Contact   *contact     `json:"contact"`
	ContactID httpapi.Text `json:"contact_id"`
}

// owner is the id of the contact whose conversation it is, or "" where the
// list does not say.
func (c conversation) owner() string {
	if c.Contact != nil && c.Contact.ID != "" {
		return string(c.Contact.ID)
	}
	return string(c.ContactID)
}

type message struct {
	Author contact `json:"author"`
}

// answer is everything that the API wraps its objects into.
type answer struct {
	Contact       *contact        `json:"contact"`
	Contacts      *[]contact      `json:"contacts"`
	Conversation  *conversation   `json:"conversation"`
	Conversations *[]conversation `json:"conversations"`
	Messages      *[]message      `json:"messages"`
	Pages         struct {
		Next httpapi.Text `json:"next"`
	} `json:"pages"`
	Errors json.RawMessage `json:"errors"`
	Error  json.RawMessage `json:"error"`
}

// failed reports whether the answer holds an error, whatever its status.
func (a answer) failed() bool { return holds(a.Errors) || holds(a.Error) }

func holds(raw json.RawMessage) bool {
	switch string(bytes.TrimSpace(raw)) {
	case "", "null", "[]", "{}", `""`, "false":
		return false
	}
	return true
}

// notFound matches the ways in which an API says that somebody does not exist.
var notFound = regexp.MustCompile(`(?i)not[ _-]?found|could ?n[o']t (be )?f(ou|i)nd|does ?n[o']t exist|no such|unknown (contact|user|lead|conversation)`)

// absent reports whether the answer's error says that there is no such thing.
func (a answer) absent() bool {
	return notFound.Match(a.Errors) || notFound.Match(a.Error)
}

// missing reports whether the body of a 404 or 410 is the API's own. A body
// that is not JSON, or JSON without an error, is that of somebody else: a
// proxy, or a wrong address.
func missing(body []byte) bool {
	var a answer
	return json.Unmarshal(body, &a) == nil && a.failed()
}
