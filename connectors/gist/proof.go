package gist

import (
	"context"
	"net/http"

	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
)

// The proofs of answers that say "not found" and not what: the same call succeeds for others.

// listsContacts makes sure that the path by which contacts are looked up is one of the API's.
func (c *Connector) listsContacts(ctx context.Context) error {
	_, err := c.anyID(ctx, kindContact)
	return err
}

// readsContacts makes sure that the API shows contacts by their ids.
func (c *Connector) readsContacts(ctx context.Context) error { return c.reads(ctx, kindContact) }

// readsConversations makes sure that the API shows conversations by their ids.
func (c *Connector) readsConversations(ctx context.Context) error {
	return c.reads(ctx, kindConversation)
}

// reads makes sure that the API shows records of a kind by their ids: it reads the oldest. A
// workspace without any has none that could be left.
func (c *Connector) reads(ctx context.Context, kind string) error {
	id, err := c.anyID(ctx, kind)
	if err != nil || id == "" {
		return err
	}
	request := httpapi.Request{
		Method: http.MethodGet, Path: pathOf(dsr.Record{Kind: kind}), Params: map[string]string{"id": id}, Absent: absence(kind, nil),
	}
	a, found, err := c.ask(ctx, request)
	switch {
	case err != nil:
		return err
	case !found:
		return c.api.Unsettled(request, a.status, "a record that was listed is gone")
	case a.idOf(kind) != id:
		return c.api.Malformed(request, a.status, "the answer is not the record that was asked for")
	}
	return nil
}

// anyID is the id of the oldest record of a kind, or "" if there is none.
func (c *Connector) anyID(ctx context.Context, kind string) (string, error) {
	request := httpapi.Request{Method: http.MethodGet, Path: contactsPath, Query: oldestFirst()}
	if kind == kindConversation {
		request.Path, request.Query = conversationsPath, allConversations()
	}
	request.Query["page"], request.Query["per_page"] = []string{"1"}, []string{"1"}
	a, _, err := c.ask(ctx, request)
	switch {
	case err != nil:
		return "", err
	case kind == kindContact && a.Contacts != nil && len(*a.Contacts) > 0:
		return string((*a.Contacts)[0].ID), nil
	case kind == kindConversation && a.Conversations != nil && len(*a.Conversations) > 0:
		return string((*a.Conversations)[0].ID), nil
	case kind == kindContact && a.Contacts == nil, kind == kindConversation && a.Conversations == nil:
		return "", c.api.Malformed(request, a.status, errNoList.Error())
	}
	return "", nil
}
