// Package hubspot finds contacts in HubSpot, deletes them permanently, and restricts
// them by unsubscribing and marking.
package hubspot

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

const kindContact = "contact"

// contactID matches HubSpot's ids. Anything else, such as an address, is never
// sent as one.
var contactID = regexp.MustCompile(`^[0-9]+$`)

// Connector reaches one account.
type Connector struct {
	system     string
	api        *httpapi.Client
	identities identity.Parser
	fields     map[dsr.IdentifierType][]string
	paths      paths
	// mark is the property of contacts whose processing is restricted; empty if none
	// is configured.
	mark string
}

var (
	_ connectors.Connector  = (*Connector)(nil)
	_ connectors.Verifier   = (*Connector)(nil)
	_ connectors.Restrictor = (*Connector)(nil)
	_ connectors.Checker    = (*Connector)(nil)
)

// New makes the connector of the system in s.
func New(s connectors.Settings) (connectors.Connector, error) {
	token := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s.Credentials[credentialToken]), "Bearer "))
	version, problems := apiVersion(s)
	if len(problems) > 0 {
		return nil, &connectors.Error{Class: connectors.Misconfigured, System: s.System, Reason: problems.Error()}
	}
	api, err := httpapi.New(s, func(r *http.Request, _ []byte) { r.Header.Set("Authorization", "Bearer "+token) }, explain)
	if err != nil {
		return nil, err
	}
	return &Connector{
		system: s.System, api: api, identities: s.Parser, fields: s.Fields,
		paths: pathsOf(version), mark: s.Option(optionRestrictionProperty),
	}, nil
}

// Locate searches by each identifier, and for e-mail addresses in the recycling
// bin too: what lies there is still the person's.
func (c *Connector) Locate(ctx context.Context, s dsr.Subject) (dsr.Findings, error) {
	var findings dsr.Findings
	seen := map[string]bool{}
	add := func(found ...dsr.Record) {
		for _, record := range found {
			if !seen[record.Key()] {
				seen[record.Key()] = true
				findings.Records = append(findings.Records, record)
			}
		}
	}
	var asked identity.Asked
	proof := httpapi.Once(c.readsContacts)
	for _, id := range s.Identifiers {
		filters := c.filters(id)
		if len(filters) == 0 {
			continue
		}
		for _, f := range filters {
			asked.Note(id, f.texts()...)
		}
		found, err := c.find(ctx, id)
		if err != nil {
			return dsr.Findings{}, err
		}
		add(found...)
		if id.Type != dsr.Email {
			continue
		}
		if found, err = c.recycled(ctx, id, proof); err != nil {
			return dsr.Findings{}, err
		}
		add(found...)
	}
	findings.Searched = asked.Searches()
	return findings, nil
}

// get reads one contact. It reports false if there is none, by the request's Absent.
func (c *Connector) get(ctx context.Context, request httpapi.Request) (told contact, found bool, err error) {
	var answer struct {
		contact
		Status httpapi.Text `json:"status"`
	}
	request.Into = &answer
	response, err := c.api.Do(ctx, request)
	switch {
	case err != nil || response.Absent:
		return contact{}, false, err
	case answer.Status == "error":
		return contact{}, false, c.api.Rejected(request, response.Status, "the answer is an error with a status of success")
	case answer.ID == "":
		return contact{}, false, c.api.Malformed(request, response.Status, "the answer holds no contact")
	}
	return answer.contact, true, nil
}

// Erase deletes each contact permanently by its id, and only by that: an e-mail
// address without a contact would be put on HubSpot's blocklist.
func (c *Connector) Erase(ctx context.Context, records []dsr.Record) (dsr.Effect, error) {
	for _, record := range records {
		if record.Kind != kindContact || !contactID.MatchString(record.ID) {
			return dsr.Effect{}, &connectors.Error{
				Class: connectors.Misconfigured, System: c.system, Reason: "a record to erase has no id or an unknown kind; no call was made",
			}
		}
	}
	var effect dsr.Effect
	for _, record := range records {
		request := httpapi.Request{
			Method: http.MethodPost, Path: c.paths.purge, Repeatable: true, Absent: absence(httpapi.Unproven),
			Body: map[string]string{"objectId": record.ID},
		}
		response, err := c.api.Do(ctx, request)
		switch {
		case err != nil:
			return dsr.Effect{}, err
		case response.Absent:
			effect.Records = append(effect.Records, record.Became(dsr.AlreadyGone))
			continue
		case response.Status != http.StatusNoContent:
			return dsr.Effect{}, c.api.Malformed(request, response.Status, "a privacy deletion is answered by 204 and no other status")
		}
		effect.Records = append(effect.Records, record.Became(dsr.Erased))
	}
	return effect, nil
}

// Remaining asks for each contact by its id, in and out of the recycling bin:
// the search index lags behind.
func (c *Connector) Remaining(ctx context.Context, records []dsr.Record) ([]dsr.Record, error) {
	proof := httpapi.Once(c.readsContacts)
	var remaining []dsr.Record
	for _, record := range records {
		held, err := c.holds(ctx, record.ID, proof)
		if err != nil {
			return nil, err
		}
		if held {
			remaining = append(remaining, record)
		}
	}
	return remaining, nil
}

func (c *Connector) holds(ctx context.Context, id string, proof func(context.Context) error) (bool, error) {
	for _, archived := range []string{"false", "true"} {
		request := httpapi.Request{
			Method: http.MethodGet, Path: c.paths.contact, Params: map[string]string{"id": id},
			Query: url.Values{"archived": {archived}, "properties": {propertyID}}, Absent: absence(proof),
		}
		told, found, err := c.get(ctx, request)
		switch {
		case err != nil:
			return false, err
		case found && string(told.ID) != id:
			return false, c.api.Malformed(request, http.StatusOK, "the answer is not the contact that was asked for")
		case found:
			return true, nil
		}
	}
	return false, nil
}

// Check searches for a contact that no account has, which tries the token and
// its scope without reading anybody's data, and looks whether the property for
// restrictions exists if one is configured.
func (c *Connector) Check(ctx context.Context) error {
	_, err := c.search(ctx, question{
		Groups:     []group{{Filters: []filter{{Property: propertyID, Operator: "EQ", Value: "0"}}}},
		Properties: []string{propertyID}, Limit: 1,
	})
	if err != nil || c.mark == "" {
		return err
	}
	return c.checkMark(ctx)
}
