// Package gist finds and deletes people in Gist, formerly ConvertFox: their
// conversations, then the contact. It restricts them by unsubscribing and tagging.
package gist

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// The kinds of record.
const (
	kindContact      = "contact"
	kindConversation = "conversation"
)

// The paths of the API. None is ever requested without its id.
const (
	contactsPath      = "/contacts"
	contactPath       = "/contacts/{id}"
	conversationsPath = "/conversations"
	conversationPath  = "/conversations/{id}"
	messagesPath      = "/conversations/{id}/messages"
	tagsPath          = "/tags"
	tokenPath         = "/token/info"
)

const (
	// perPage is what published clients ask for.
	perPage = 50
	// maxPages bounds what is read of any list: half an hour at two requests a
	// second is the time that one attempt has.
	maxPages = 3000
)

// Connector reaches one workspace.
type Connector struct {
	system     string
	api        *httpapi.Client
	identities identity.Parser
	fields     map[dsr.IdentifierType][]string
	phoneScan  bool
	// tag marks who is restricted.
	tag string
}

var (
	_ connectors.Connector  = (*Connector)(nil)
	_ connectors.Verifier   = (*Connector)(nil)
	_ connectors.Restrictor = (*Connector)(nil)
	_ connectors.Checker    = (*Connector)(nil)
)

// New makes the connector of the system in s.
func New(s connectors.Settings) (connectors.Connector, error) {
	scan, err := phoneScan(s)
	if err != nil {
		return nil, &connectors.Error{Class: connectors.Misconfigured, System: s.System, Reason: err.Error()}
	}
	token := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s.Credentials[credentialToken]), "Bearer "))
	api, err := httpapi.New(s, func(r *http.Request, _ []byte) { r.Header.Set("Authorization", "Bearer "+token) })
	if err != nil {
		return nil, err
	}
	return &Connector{
		system: s.System, api: api, identities: s.Parser, fields: s.Fields, phoneScan: scan,
		tag: cmp.Or(strings.TrimSpace(s.Option(optionRestrictionTag)), defaultRestrictionTag),
	}, nil
}

// ask makes a call on one object or list. It reports false if there is none.
func (c *Connector) ask(ctx context.Context, request httpapi.Request) (answer, bool, error) {
	var a answer
	request.Into = &a
	request.Absent = []int{http.StatusNotFound, http.StatusGone}
	response, err := c.api.Do(ctx, request)
	switch {
	case err != nil:
		return a, false, err
	case response.Absent && !missing(response.Explanation):
		return a, false, c.api.Malformed(request, response.Status, "the answer is not an error of this API; check base_url")
	case response.Absent || a.failed() && a.absent():
		return a, false, nil
	case a.failed():
		return a, false, c.api.Rejected(request, response.Status, "the answer is an error with a status of success")
	}
	return a, true, nil
}

// Locate finds the contacts that carry one of the identifiers, and their
// conversations.
func (c *Connector) Locate(ctx context.Context, s dsr.Subject) (dsr.Findings, error) {
	contacts := newRecords()
	for _, id := range s.Of(dsr.Email, dsr.CustomerID) {
		found, err := c.lookUp(ctx, id)
		if err != nil {
			return dsr.Findings{}, err
		}
		contacts.add(found...)
	}
	if phones := s.Of(dsr.Phone); c.phoneScan && len(phones) > 0 {
		found, err := c.scan(ctx, phones)
		if err != nil {
			return dsr.Findings{}, err
		}
		contacts.add(found...)
	}
	if len(contacts.list) == 0 {
		return dsr.Findings{}, nil
	}
	conversations, err := c.conversations(ctx, contacts)
	if err != nil {
		return dsr.Findings{}, err
	}
	return dsr.Findings{Records: append(conversations, contacts.list...)}, nil
}

// lookUp asks for the contacts with an e-mail address or a user_id. The API
// answers with one; whether there are more behind it shows when it is gone.
func (c *Connector) lookUp(ctx context.Context, id dsr.Identifier) ([]dsr.Record, error) {
	for _, spelling := range identity.Spellings(id) {
		found, err := c.lookUpAs(ctx, id, spelling)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

func (c *Connector) lookUpAs(ctx context.Context, id dsr.Identifier, spelling string) ([]dsr.Record, error) {
	parameter := map[dsr.IdentifierType]string{dsr.Email: "email", dsr.CustomerID: "user_id"}[id.Type]
	request := httpapi.Request{Method: http.MethodGet, Path: contactsPath, Query: url.Values{parameter: {spelling}}}
	a, found, err := c.ask(ctx, request)
	if err != nil || !found {
		return nil, err
	}
	if a.Contact == nil || a.Contact.ID == "" {
		return nil, c.api.Malformed(request, http.StatusOK, "the answer holds no contact")
	}
	record := c.record(*a.Contact)
	if !identity.Carries(record, id) {
		return nil, c.api.Malformed(request, http.StatusOK, "the answer is another contact than the one asked for")
	}
	record.FoundBy = id
	return []dsr.Record{record}, nil
}

// scan reads all contacts and returns those with one of the phone numbers.
func (c *Connector) scan(ctx context.Context, phones []dsr.Identifier) ([]dsr.Record, error) {
	var found []dsr.Record
	request := httpapi.Request{Method: http.MethodGet, Path: contactsPath, Query: oldestFirst()}
	err := c.pages(ctx, request, func(a answer) (items int, err error) {
		if a.Contacts == nil {
			return 0, errNoList
		}
		for _, contact := range *a.Contacts {
			record := c.record(contact)
			for _, phone := range phones {
				if record.ID != "" && record.FoundBy.Value == "" && identity.LedTo(record, phone) {
					record.FoundBy = phone
					found = append(found, record)
				}
			}
		}
		return len(*a.Contacts), nil
	})
	return found, err
}

// record is the contact as Lethe knows records.
func (c *Connector) record(told contact) dsr.Record {
	record := dsr.Record{Kind: kindContact, ID: string(told.ID)}
	c.identities.Read(&record, "email", dsr.Email, string(told.Email))
	c.identities.Read(&record, "phone", dsr.Phone, string(told.Phone))
	c.identities.Read(&record, "user_id", dsr.CustomerID, string(told.UserID))
	for _, t := range fieldTypes {
		for _, name := range c.fields[t] {
			c.identities.Read(&record, name, t, string(told.Properties[name]))
		}
	}
	return record
}

// oldestFirst orders a list so that what begins while it is read comes on its last page,
// and what changes meanwhile stays where it is.
func oldestFirst() url.Values { return url.Values{"order_by": {"created_at"}, "order": {"asc"}} }

// conversations returns the conversations of the contacts, in every state.
func (c *Connector) conversations(ctx context.Context, contacts *records) ([]dsr.Record, error) {
	found := newRecords()
	query := oldestFirst()
	// Published clients know the filter by either name; without it closed ones are hidden.
	query["state"], query["status"] = []string{"all"}, []string{"all"}
	request := httpapi.Request{Method: http.MethodGet, Path: conversationsPath, Query: query}
	err := c.pages(ctx, request, func(a answer) (items int, err error) {
		if a.Conversations == nil {
			return 0, errNoList
		}
		for _, conversation := range *a.Conversations {
			of, err := c.of(ctx, conversation, contacts)
			if err != nil {
				return 0, err
			}
			if of != nil {
				found.add(dsr.Record{Kind: kindConversation, ID: string(conversation.ID), Parent: of.Key(), FoundBy: of.FoundBy})
			}
		}
		return len(*a.Conversations), nil
	})
	return found.list, err
}

// of returns which of the contacts the conversation belongs to, or nil.
func (c *Connector) of(ctx context.Context, conversation conversation, contacts *records) (*dsr.Record, error) {
	if conversation.ID == "" {
		return nil, errNoList
	}
	if owner := conversation.owner(); owner != "" {
		return contacts.get(kindContact, owner), nil
	}
	var of *dsr.Record
	request := httpapi.Request{Method: http.MethodGet, Path: messagesPath, Params: map[string]string{"id": string(conversation.ID)}}
	err := c.pages(ctx, request, func(a answer) (items int, err error) {
		if a.Messages == nil {
			return 0, errNoList
		}
		for _, message := range *a.Messages {
			// Ids of teammates and of contacts are counted apart.
			if author := message.Author; author.Type == "user" || author.Type == "lead" || author.Type == "contact" {
				if contact := contacts.get(kindContact, string(author.ID)); contact != nil {
					of = contact
				}
			}
		}
		return len(*a.Messages), nil
	})
	return of, err
}

// errNoList is what a reader of pages returns for an answer without its list.
var errNoList = errors.New("the answer does not hold the list that was asked for")

// pages reads a list to its end and hands over each page. The messages of a
// conversation that is gone by now are no error.
func (c *Connector) pages(ctx context.Context, request httpapi.Request, read func(answer) (items int, err error)) error {
	query := url.Values{"per_page": {strconv.Itoa(perPage)}}
	for name, values := range request.Query {
		query[name] = values
	}
	request.Query = query
	for page := 1; page <= maxPages; page++ {
		query.Set("page", strconv.Itoa(page))
		a, found, err := c.ask(ctx, request)
		switch {
		case err != nil:
			return err
		case !found && request.Path == messagesPath:
			return nil
		case !found:
			return c.api.Rejected(request, http.StatusNotFound, "the vendor does not know this list")
		}
		items, err := read(a)
		switch {
		case errors.Is(err, errNoList):
			return c.api.Malformed(request, http.StatusOK, err.Error())
		case err != nil:
			return err
		case a.Pages.Next == "":
			return nil
		case items == 0:
			return c.api.Malformed(request, http.StatusOK, "an empty page is followed by another")
		}
	}
	return c.api.Rejected(request, http.StatusOK, "the list is longer than "+strconv.Itoa(maxPages*perPage)+" entries, more than are looked through")
}

// Erase deletes conversations before contacts: who is left of a contact that is
// gone could not be told any more.
func (c *Connector) Erase(ctx context.Context, all []dsr.Record) (dsr.Effect, error) {
	for _, record := range all {
		if pathOf(record) == "" || record.ID == "" {
			return dsr.Effect{}, &connectors.Error{
				Class: connectors.Misconfigured, System: c.system, Reason: "a record to erase has no id or an unknown kind; no call was made",
			}
		}
	}
	for _, kind := range []string{kindConversation, kindContact} {
		for _, record := range all {
			if record.Kind != kind {
				continue
			}
			if err := c.erase(ctx, record); err != nil {
				return dsr.Effect{}, err
			}
		}
	}
	return dsr.ErasedAll(all), nil
}

func pathOf(record dsr.Record) string {
	return map[string]string{kindContact: contactPath, kindConversation: conversationPath}[record.Kind]
}

// erase deletes one record. The API answers with what it deleted.
func (c *Connector) erase(ctx context.Context, record dsr.Record) error {
	request := httpapi.Request{Method: http.MethodDelete, Path: pathOf(record), Params: map[string]string{"id": record.ID}}
	a, found, err := c.ask(ctx, request)
	if err != nil || !found {
		return err
	}
	if told := a.idOf(record.Kind); told != "" && told != record.ID {
		return c.api.Malformed(request, http.StatusOK, "the answer names another record than the one to delete")
	}
	return nil
}

// idOf is the id of the one object of the kind that the answer holds, or "".
func (a answer) idOf(kind string) string {
	switch {
	case kind == kindContact && a.Contact != nil:
		return string(a.Contact.ID)
	case kind == kindConversation && a.Conversation != nil:
		return string(a.Conversation.ID)
	default:
		return ""
	}
}

// Remaining asks for each record by its id.
func (c *Connector) Remaining(ctx context.Context, all []dsr.Record) ([]dsr.Record, error) {
	var remaining []dsr.Record
	for _, record := range all {
		request := httpapi.Request{Method: http.MethodGet, Path: pathOf(record), Params: map[string]string{"id": record.ID}}
		a, found, err := c.ask(ctx, request)
		switch {
		case err != nil:
			return nil, err
		case !found:
		case a.idOf(record.Kind) != record.ID:
			return nil, c.api.Malformed(request, http.StatusOK, "the answer is not the record that was asked for")
		default:
			remaining = append(remaining, record)
		}
	}
	return remaining, nil
}

// Check asks whose API key it is.
func (c *Connector) Check(ctx context.Context) error {
	var a answer
	request := httpapi.Request{Method: http.MethodGet, Path: tokenPath, Into: &a}
	response, err := c.api.Do(ctx, request)
	if err == nil && a.failed() {
		err = c.api.Rejected(request, response.Status, "the answer is an error with a status of success")
	}
	return err
}
