package gist

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"

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
	CreatedAt    httpapi.Text    `json:"created_at"`
}

type tag struct {
	Name httpapi.Text `json:"name"`
}

type conversation struct {
	ID        httpapi.Text `json:"id"`
	Contact   *contact     `json:"contact"`
	ContactID httpapi.Text `json:"contact_id"`
	CreatedAt httpapi.Text `json:"created_at"`
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
	ID        httpapi.Text `json:"id"`
	Author    contact      `json:"author"`
	CreatedAt httpapi.Text `json:"created_at"`
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
		Last httpapi.Text `json:"last"`
	} `json:"pages"`
	Errors json.RawMessage `json:"errors"`
	Error  json.RawMessage `json:"error"`

	// status is the one that came with it, and gone says that the API does not know what
	// was asked for.
	status int
	gone   bool
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

// notFound matches the ways in which an API says that something does not exist, and
// elsewhere those in which it says so of an address.
var (
	notFound  = regexp.MustCompile(`(?i)not[ _-]?found|could ?n[o']t (be )?f(ou|i)nd|does ?n[o']t exist|no such|unknown (contact|user|lead|conversation)`)
	elsewhere = regexp.MustCompile(`(?i)\b(route|url|uri|path|endpoint|resource|page|method)\b|/(contacts|conversations)`)
)

// names match what an error calls the records of a kind.
var names = map[string]*regexp.Regexp{
	kindContact:      regexp.MustCompile(`(?i)contact|user|lead`),
	kindConversation: regexp.MustCompile(`(?i)conversation`),
}

// absence is how the API says that a record of the kind does not exist: an error that names
// it, with a status that nobody documents. An error that says no more than "not found" may be
// a framework's for the path, and needs the proof; what is no such error is a proxy's or a
// wrong address's.
func absence(kind string, proof func(context.Context) error) httpapi.Absence {
	return httpapi.Absence{
		Statuses: []int{http.StatusOK, http.StatusAccepted, http.StatusNotFound, http.StatusGone}, Proof: proof,
		Meaning: func(body []byte) httpapi.Meaning {
			var a answer
			if !httpapi.IsObject(body, &a) {
				return httpapi.Foreign
			}
			text := slices.Concat(a.Errors, a.Error)
			switch {
			case !a.failed() || !notFound.Match(text):
				return httpapi.Foreign
			case names[kind].Match(text) && !elsewhere.Match(text):
				return httpapi.AboutRecord
			}
			return httpapi.Unclear
		},
	}
}
