// Package landbot finds and deletes people in Landbot. One person is several
// customers there: one for each channel, and again after the archive. It restricts
// them by blocking and archiving.
package landbot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

const kindCustomer = "customer"

// The paths of the API. A path without its final slash is redirected, which
// would turn a DELETE into a GET.
const (
	customersPath = "/customers/"
	customerPath  = "/customers/{id}/"
)

const (
	pageSize = 100
	// maxHits bounds a search. A whole address or number begins few others.
	maxHits = 5000
)

// Connector reaches one account.
type Connector struct {
	system     string
	api        *httpapi.Client
	identities identity.Parser
	fields     map[dsr.IdentifierType][]string
}

var (
	_ connectors.Connector  = (*Connector)(nil)
	_ connectors.Verifier   = (*Connector)(nil)
	_ connectors.Restrictor = (*Connector)(nil)
	_ connectors.Checker    = (*Connector)(nil)
)

// New makes the connector of the system in s.
func New(s connectors.Settings) (connectors.Connector, error) {
	token := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s.Credentials[credentialToken]), "Token "))
	api, err := httpapi.New(s, func(r *http.Request, _ []byte) { r.Header.Set("Authorization", "Token "+token) })
	if err != nil {
		return nil, err
	}
	return &Connector{system: s.System, api: api, identities: s.Parser, fields: s.Fields}, nil
}

// customer is one person on one channel.
type customer struct {
	ID    httpapi.Text `json:"id"`
	Email httpapi.Text `json:"email"`
	Phone httpapi.Text `json:"phone"`

	OptIn    *bool `json:"opt_in"`
	Blocked  *bool `json:"blocked"`
	Archived *bool `json:"archived"`

	// fields are the custom fields, by name.
	fields map[string]httpapi.Text
}

// UnmarshalJSON implements [json.Unmarshaler]. The reference shows custom fields in
// custom_fields; published clients read them beside the customer's own members, or in
// fields.
func (c *customer) UnmarshalJSON(raw []byte) error {
	type plain customer
	var members map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(raw, (*plain)(c)), json.Unmarshal(raw, &members)); err != nil {
		return err
	}
	c.fields = map[string]httpapi.Text{}
	places := []map[string]json.RawMessage{members}
	for _, name := range []string{"fields", "custom_fields"} {
		inner, err := object(members[name])
		if err != nil {
			return err
		}
		places = append(places, inner)
	}
	for _, place := range places {
		for name, value := range place {
			if text := fieldValue(value); text != "" {
				c.fields[name] = text
			}
		}
	}
	return nil
}

// object reads an object; null and an empty list are none.
func object(raw json.RawMessage) (map[string]json.RawMessage, error) {
	members := map[string]json.RawMessage{}
	if len(raw) == 0 || string(raw) == "[]" {
		return members, nil
	}
	err := json.Unmarshal(raw, &members)
	return members, err
}

// fieldValue is a custom field's value: the field itself, or its member value, as the API
// takes it when a field is set.
func fieldValue(raw json.RawMessage) httpapi.Text {
	var typed struct {
		Value httpapi.Text `json:"value"`
	}
	if json.Unmarshal(raw, &typed) == nil && typed.Value != "" {
		return typed.Value
	}
	var text httpapi.Text
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// answer is what the API wraps customers into.
type answer struct {
	Success   *bool       `json:"success"`
	Total     *int        `json:"total"`
	Customers *[]customer `json:"customers"`
	Customer  *customer   `json:"customer"`
}

// get reads. It reports false if there is no such customer.
func (c *Connector) get(ctx context.Context, request httpapi.Request) (a answer, found bool, err error) {
	request.Method, request.Into = http.MethodGet, &a
	response, err := c.api.Do(ctx, request)
	switch {
	case err != nil || response.Absent:
		return a, false, err
	case a.Success != nil && !*a.Success:
		return a, false, c.api.Rejected(request, response.Status, "the answer is an error with a status of success")
	case a.Success == nil:
		return a, false, c.api.Malformed(request, response.Status, "the answer does not say whether it is a success")
	}
	return a, true, nil
}

// Locate searches by the common spellings of every identifier, in and out of the
// archive.
func (c *Connector) Locate(ctx context.Context, s dsr.Subject) (dsr.Findings, error) {
	var findings dsr.Findings
	seen := map[string]bool{}
	var asked identity.Asked
	for _, id := range s.Of(dsr.Email, dsr.Phone) {
		asked.Note(id, identity.CommonSpellings(id)...)
		for _, query := range queries(id) {
			hits, err := c.search(ctx, query)
			if err != nil {
				return dsr.Findings{}, err
			}
			for _, hit := range hits {
				if record, exact := c.record(hit, id); exact && !seen[record.Key()] {
					seen[record.Key()] = true
					findings.Records = append(findings.Records, record)
				}
			}
		}
	}
	findings.Searched = asked.Searches()
	return findings, nil
}

// queries are the searches for one identifier.
func queries(id dsr.Identifier) []url.Values {
	by := map[dsr.IdentifierType]string{dsr.Email: "email", dsr.Phone: "phone"}[id.Type]
	var queries []url.Values
	for _, spelling := range identity.CommonSpellings(id) {
		for _, archived := range []string{"false", "true"} {
			queries = append(queries, url.Values{
				"search_by": {by}, "search": {spelling}, "archived": {archived}, "limit": {strconv.Itoa(pageSize)},
			})
		}
	}
	return queries
}

// search returns all hits of a search. What order they come in is not documented.
func (c *Connector) search(ctx context.Context, query url.Values) ([]customer, error) {
	return httpapi.Settle(c.api, searching(query), "the list of customers changed while it was read",
		func() (httpapi.Reading[customer], error) { return c.read(ctx, query) },
		func(hit customer) httpapi.Text { return hit.ID })
}

func searching(query url.Values) httpapi.Request {
	return httpapi.Request{Method: http.MethodGet, Path: customersPath, Query: query}
}

// read reads all pages of a search once. The pages are cut by position, and the same total on
// all of them is no proof that nothing moved: one customer goes and another one comes.
func (c *Connector) read(ctx context.Context, query url.Values) (httpapi.Reading[customer], error) {
	var reading httpapi.Reading[customer]
	request := searching(query)
	total := 0
	var before []httpapi.Text
	for len(reading.Items) <= maxHits {
		query.Set("offset", strconv.Itoa(len(reading.Items)))
		a, _, err := c.get(ctx, request)
		switch {
		case err != nil:
			return reading, err
		case a.Total == nil || a.Customers == nil:
			return reading, c.malformed(request, "the answer holds no list of customers")
		case len(reading.Items) > 0 && *a.Total != total:
			reading.Moved = true
			return reading, nil
		}
		total = *a.Total
		var page []httpapi.Text
		for _, hit := range *a.Customers {
			if hit.ID == "" {
				return reading, c.malformed(request, "a customer has no id")
			}
			page = append(page, hit.ID)
		}
		reading.Whole = len(reading.Items) == 0 && len(page) >= total
		reading.Items = append(reading.Items, *a.Customers...)
		switch {
		case len(page) > total:
			return reading, c.malformed(request, "the list shows more customers than its total")
		case len(reading.Items) >= total:
			return reading, nil
		case len(page) == 0:
			return reading, c.malformed(request, "the pages end before the total is reached")
		case slices.Equal(page, before):
			return reading, c.malformed(request, "the vendor repeats a page instead of showing the next one")
		}
		before = page
	}
	return reading, c.api.Rejected(request, http.StatusOK, "a search has more than "+strconv.Itoa(maxHits)+" hits, so it is not the one that was asked for")
}

func (c *Connector) malformed(request httpapi.Request, reason string) error {
	request.Method = http.MethodGet
	return c.api.Malformed(request, http.StatusOK, reason)
}

// record is the hit as Lethe knows records, and whether it is exactly the one
// that was looked for.
func (c *Connector) record(hit customer, by dsr.Identifier) (dsr.Record, bool) {
	record := dsr.Record{Kind: kindCustomer, ID: string(hit.ID), FoundBy: by}
	c.identities.Read(&record, "email", dsr.Email, string(hit.Email))
	// The messaging channels store international numbers without the plus sign.
	channel := c.identities
	channel.Bare = true
	channel.Read(&record, "phone", dsr.Phone, string(hit.Phone))
	exact := identity.LedTo(record, by)
	for _, t := range fieldTypes {
		for _, name := range c.fields[t] {
			c.identities.Read(&record, name, t, string(hit.fields[name]))
		}
	}
	return record, exact
}

// Erase deletes the customers.
func (c *Connector) Erase(ctx context.Context, records []dsr.Record) (dsr.Effect, error) {
	for _, record := range records {
		if record.Kind != kindCustomer || strings.TrimSpace(record.ID) == "" {
			return dsr.Effect{}, c.misconfigured("a record to erase has no id or an unknown kind; no call was made")
		}
	}
	var effect dsr.Effect
	for _, record := range records {
		state, err := c.erase(ctx, record.ID)
		if err != nil {
			return dsr.Effect{}, err
		}
		effect.Records = append(effect.Records, record.Became(state))
	}
	return effect, nil
}

func (c *Connector) erase(ctx context.Context, id string) (dsr.State, error) {
	request := httpapi.Request{
		Method: http.MethodDelete, Path: customerPath, Params: map[string]string{"id": id}, Absent: absence(httpapi.Unproven),
	}
	response, err := c.api.Do(ctx, request)
	var refused *connectors.Error
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusPreconditionFailed:
		refused.Reason = "the customer is in the hands of another agent, or of a bot; release it in Landbot"
		return "", err
	case err != nil:
		return "", err
	case response.Absent:
		return dsr.AlreadyGone, nil
	case response.Status != http.StatusNoContent:
		return "", c.api.Malformed(request, response.Status, "a deletion is answered by 204 and no other status")
	}
	return dsr.Erased, nil
}

// Remaining asks for each customer by its id.
func (c *Connector) Remaining(ctx context.Context, records []dsr.Record) ([]dsr.Record, error) {
	proof := httpapi.Once(c.readsCustomers)
	var remaining []dsr.Record
	for _, record := range records {
		_, found, err := c.customer(ctx, record.ID, proof)
		switch {
		case err != nil:
			return nil, err
		case found:
			remaining = append(remaining, record)
		}
	}
	return remaining, nil
}

// customer reads a customer by its id. It reports false if there is none.
func (c *Connector) customer(ctx context.Context, id string, proof func(context.Context) error) (customer, bool, error) {
	request := httpapi.Request{Path: customerPath, Params: map[string]string{"id": id}, Absent: absence(proof)}
	a, found, err := c.get(ctx, request)
	switch {
	case err != nil || !found:
		return customer{}, false, err
	case a.Customer == nil || string(a.Customer.ID) != id:
		return customer{}, false, c.malformed(request, "the answer is not the customer that was asked for")
	}
	return *a.Customer, true, nil
}

// absence is how the API says that there is no such customer. Its guide names the status and
// shows no body, so that the body says nothing and the proof everything.
func absence(proof func(context.Context) error) httpapi.Absence {
	return httpapi.Absence{
		Statuses: []int{http.StatusNotFound, http.StatusGone}, Proof: proof,
		Meaning: func([]byte) httpapi.Meaning { return httpapi.Unclear },
	}
}

// readsCustomers makes sure that the API shows customers by their ids: it reads any that is
// listed. An account that lists none, in or out of the archive, has none that could be left.
func (c *Connector) readsCustomers(ctx context.Context) error {
	for _, archived := range []string{"false", "true"} {
		request := httpapi.Request{Path: customersPath, Query: url.Values{"archived": {archived}, "limit": {"1"}}}
		a, _, err := c.get(ctx, request)
		switch {
		case err != nil:
			return err
		case a.Customers == nil || a.Total == nil:
			return c.malformed(request, "the answer holds no list of customers")
		case len(*a.Customers) == 0 && *a.Total > 0:
			return c.malformed(request, "the list shows fewer customers than its total")
		case len(*a.Customers) > 0:
			_, _, err = c.customer(ctx, string((*a.Customers)[0].ID), nil)
			return err
		}
	}
	return nil
}

// Check reads one line of the list of customers. The list of channels would do
// too, but shows secrets.
func (c *Connector) Check(ctx context.Context) error {
	request := httpapi.Request{Path: customersPath, Query: url.Values{"limit": {"1"}}}
	a, _, err := c.get(ctx, request)
	if err == nil && a.Customers == nil {
		err = c.malformed(request, "the answer holds no list of customers")
	}
	return err
}
