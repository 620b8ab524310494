// Package gist finds and deletes people in Gist, formerly ConvertFox: their
// conversations, then the contact. It restricts them by unsubscribing and tagging.
package gist

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
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
	_ connectors.Connector     = (*Connector)(nil)
	_ connectors.FamilyLocator = (*Connector)(nil)
	_ connectors.Verifier      = (*Connector)(nil)
	_ connectors.Restrictor    = (*Connector)(nil)
	_ connectors.Checker       = (*Connector)(nil)
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

// ask makes a call on one object or list. It reports false if there is none, by the
// request's Absent. The answer has its status in any case.
func (c *Connector) ask(ctx context.Context, request httpapi.Request) (answer, bool, error) {
	var a answer
	request.Into = &a
	response, err := c.api.Do(ctx, request)
	a.status, a.gone = response.Status, response.Absent
	switch {
	case err != nil || response.Absent:
		return a, false, err
	case a.failed():
		return a, false, c.api.Rejected(request, response.Status, "the answer is an error with a status of success")
	}
	return a, true, nil
}

// Locate finds the contacts that carry one of the identifiers, and their
// conversations.
func (c *Connector) Locate(ctx context.Context, s dsr.Subject) (dsr.Findings, error) {
	return c.LocateFamily(ctx, s, nil)
}

// LocateFamily is Locate that also finds the conversations of the contacts given, which
// outlive them.
func (c *Connector) LocateFamily(ctx context.Context, s dsr.Subject, parents []dsr.Record) (dsr.Findings, error) {
	family := newRecords()
	var asked identity.Asked
	inUse := httpapi.Once(c.listsContacts)
	for _, id := range s.Of(dsr.Email, dsr.CustomerID) {
		found, err := c.lookUp(ctx, id, &asked, inUse)
		if err != nil {
			return dsr.Findings{}, err
		}
		family.add(found...)
	}
	if phones := s.Of(dsr.Phone); c.phoneScan && len(phones) > 0 {
		found, err := c.scan(ctx, phones)
		if err != nil {
			return dsr.Findings{}, err
		}
		family.add(found...)
		for _, phone := range phones {
			asked.NoteEvery(phone)
		}
	}
	contacts := slices.Clone(family.list)
	for _, parent := range parents {
		switch {
		case strings.TrimSpace(parent.ID) == "":
			return dsr.Findings{}, c.misconfigured("a record whose parts are looked for has no id")
		case parent.Kind == kindContact:
			family.add(parent)
		}
	}
	findings := dsr.Findings{Searched: asked.Searches()}
	if len(family.list) == 0 {
		return findings, nil
	}
	conversations, err := c.conversations(ctx, family)
	if err != nil {
		return dsr.Findings{}, err
	}
	findings.Records = slices.Concat(conversations, contacts)
	return findings, nil
}

// lookUp asks for the contacts with an e-mail address or a user_id, in every spelling: each
// may lead to another contact. The API answers with one; whether there are more behind it
// shows when it is gone.
func (c *Connector) lookUp(
	ctx context.Context, id dsr.Identifier, asked *identity.Asked, inUse func(context.Context) error,
) ([]dsr.Record, error) {
	var all []dsr.Record
	for _, spelling := range identity.Spellings(id) {
		asked.Note(id, spelling)
		found, err := c.lookUpAs(ctx, id, spelling, inUse)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func (c *Connector) lookUpAs(
	ctx context.Context, id dsr.Identifier, spelling string, inUse func(context.Context) error,
) ([]dsr.Record, error) {
	parameter := map[dsr.IdentifierType]string{dsr.Email: "email", dsr.CustomerID: "user_id"}[id.Type]
	request := httpapi.Request{
		Method: http.MethodGet, Path: contactsPath, Query: url.Values{parameter: {spelling}}, Absent: absence(kindContact, inUse),
	}
	a, found, err := c.ask(ctx, request)
	if err != nil || !found {
		return nil, err
	}
	if a.Contact == nil || a.Contact.ID == "" {
		return nil, c.api.Malformed(request, a.status, "the answer holds no contact")
	}
	record := c.record(*a.Contact)
	if !identity.Carries(record, id) {
		return nil, c.api.Malformed(request, a.status, "the answer is another contact than the one asked for")
	}
	record.FoundBy = id
	return []dsr.Record{record}, nil
}

// scan reads all contacts and returns those with one of the phone numbers.
func (c *Connector) scan(ctx context.Context, phones []dsr.Identifier) ([]dsr.Record, error) {
	found := newRecords()
	request := httpapi.Request{Method: http.MethodGet, Path: contactsPath, Query: oldestFirst()}
	err := c.list(ctx, request, func(a answer) ([]mark, error) {
		if a.Contacts == nil {
			return nil, errNoList
		}
		var marks []mark
		for _, contact := range *a.Contacts {
			if contact.ID == "" {
				return nil, errNoList
			}
			marks = append(marks, mark{contact.ID, contact.CreatedAt})
			record := c.record(contact)
			if at := slices.IndexFunc(phones, func(phone dsr.Identifier) bool { return identity.LedTo(record, phone) }); at >= 0 {
				record.FoundBy = phones[at]
				found.add(record)
			}
		}
		return marks, nil
	})
	return found.list, err
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

// allConversations are those in every state: published clients know the filter by either
// name, and without it closed ones are hidden.
func allConversations() url.Values {
	query := oldestFirst()
	query["state"], query["status"] = []string{"all"}, []string{"all"}
	return query
}

// conversations returns the conversations of the contacts, in every state.
func (c *Connector) conversations(ctx context.Context, contacts *records) ([]dsr.Record, error) {
	found := newRecords()
	owners := map[httpapi.Text]*dsr.Record{} // of conversations whose messages were read
	request := httpapi.Request{Method: http.MethodGet, Path: conversationsPath, Query: allConversations()}
	err := c.list(ctx, request, func(a answer) ([]mark, error) {
		if a.Conversations == nil {
			return nil, errNoList
		}
		var marks []mark
		for _, conversation := range *a.Conversations {
			marks = append(marks, mark{conversation.ID, conversation.CreatedAt})
			of, known := owners[conversation.ID]
			if !known {
				var err error
				if of, err = c.of(ctx, conversation, contacts); err != nil {
					return nil, err
				}
				owners[conversation.ID] = of
			}
			if of != nil {
				found.add(dsr.Record{Kind: kindConversation, ID: string(conversation.ID), Parent: of.Key(), FoundBy: of.FoundBy})
			}
		}
		return marks, nil
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
	// The messages of a conversation that is gone by now are nobody's.
	request := httpapi.Request{
		Method: http.MethodGet, Path: messagesPath, Params: map[string]string{"id": string(conversation.ID)}, Query: oldestFirst(),
		Absent: absence(kindConversation, nil),
	}
	err := c.list(ctx, request, func(a answer) ([]mark, error) {
		if a.gone {
			return nil, nil
		}
		if a.Messages == nil {
			return nil, errNoList
		}
		var marks []mark
		for _, message := range *a.Messages {
			marks = append(marks, mark{message.ID, message.CreatedAt})
			// Ids of teammates and of contacts are counted apart.
			if author := message.Author; author.Type == "user" || author.Type == "lead" || author.Type == "contact" {
				if contact := contacts.get(kindContact, string(author.ID)); contact != nil {
					of = contact
				}
			}
		}
		return marks, nil
	})
	return of, err
}

// Erase deletes conversations before contacts: who is left of a contact that is
// gone could not be told any more. A contact with a conversation that is not gone by then is
// left alone.
func (c *Connector) Erase(ctx context.Context, all []dsr.Record) (dsr.Effect, error) {
	for _, record := range all {
		if pathOf(record) == "" || strings.TrimSpace(record.ID) == "" {
			return dsr.Effect{}, c.misconfigured("a record to erase has no id or an unknown kind; no call was made")
		}
	}
	became := map[string]dsr.State{}
	erase := func(kind string, leave map[string]bool) error {
		for _, record := range all {
			if record.Kind != kind || leave[record.Key()] {
				continue
			}
			state, err := c.erase(ctx, record)
			if err != nil {
				return err
			}
			became[record.Key()] = state
		}
		return nil
	}
	if err := erase(kindConversation, nil); err != nil {
		return dsr.Effect{}, err
	}
	parents, err := c.parents(ctx, all)
	if err != nil {
		return dsr.Effect{}, err
	}
	if err := erase(kindContact, parents); err != nil {
		return dsr.Effect{}, err
	}
	var effect dsr.Effect
	for _, record := range all {
		if state, done := became[record.Key()]; done {
			effect.Records = append(effect.Records, record.Became(state))
		}
	}
	return effect, nil
}

// parents are the keys of the contacts among the records that have a conversation still. A
// list may show what was just deleted; it is gone if the API says so of the conversation.
func (c *Connector) parents(ctx context.Context, all []dsr.Record) (map[string]bool, error) {
	parents := map[string]bool{}
	contacts := newRecords()
	for _, record := range all {
		if record.Kind == kindContact {
			contacts.add(record)
		}
	}
	if len(contacts.list) == 0 {
		return parents, nil
	}
	listed, err := c.conversations(ctx, contacts)
	if err != nil {
		return nil, err
	}
	deleted := func(r dsr.Record) bool {
		return slices.ContainsFunc(all, func(known dsr.Record) bool { return known.Key() == r.Key() })
	}
	remaining, err := c.Remaining(ctx, slices.DeleteFunc(slices.Clone(listed), func(r dsr.Record) bool { return !deleted(r) }))
	if err != nil {
		return nil, err
	}
	for _, conversation := range append(slices.DeleteFunc(listed, deleted), remaining...) {
		parents[conversation.Parent] = true
	}
	return parents, nil
}

func pathOf(record dsr.Record) string {
	return map[string]string{kindContact: contactPath, kindConversation: conversationPath}[record.Kind]
}

// erase deletes one record. The API answers with what it deleted.
func (c *Connector) erase(ctx context.Context, record dsr.Record) (dsr.State, error) {
	request := httpapi.Request{
		Method: http.MethodDelete, Path: pathOf(record), Params: map[string]string{"id": record.ID},
		Absent: absence(record.Kind, httpapi.Unproven),
	}
	a, found, err := c.ask(ctx, request)
	switch {
	case err != nil:
		return "", err
	case !found:
		return dsr.AlreadyGone, nil
	}
	if told := a.idOf(record.Kind); told != "" && told != record.ID {
		return "", c.api.Malformed(request, a.status, "the answer names another record than the one to delete")
	}
	return dsr.Erased, nil
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
	proofs := map[string]func(context.Context) error{
		kindContact: httpapi.Once(c.readsContacts), kindConversation: httpapi.Once(c.readsConversations),
	}
	var remaining []dsr.Record
	for _, record := range all {
		request := httpapi.Request{
			Method: http.MethodGet, Path: pathOf(record), Params: map[string]string{"id": record.ID},
			Absent: absence(record.Kind, proofs[record.Kind]),
		}
		a, found, err := c.ask(ctx, request)
		switch {
		case err != nil:
			return nil, err
		case !found:
		case a.idOf(record.Kind) != record.ID:
			return nil, c.api.Malformed(request, a.status, "the answer is not the record that was asked for")
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
