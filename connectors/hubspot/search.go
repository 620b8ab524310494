package hubspot

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// The properties that hold identifiers in every account. The searchable ones
// are calculated: digits without the country code.
const (
	propertyEmail            = "email"
	propertyAdditionalEmails = "hs_additional_emails"
	propertyPhone            = "phone"
	propertyMobile           = "mobilephone"
	searchablePhone          = "hs_searchable_calculated_phone_number"
	searchableMobile         = "hs_searchable_calculated_mobile_number"
	propertyID               = "hs_object_id"
)

const (
	// pageSize is the largest that HubSpot allows.
	pageSize = 200
	// maxHits is where HubSpot ends a search, and far beyond any person.
	maxHits = 10000
	// maxGroups is how many alternatives one search may have: the specification allows
	// six, the changelog of 26 August 2024 five.
	maxGroups = 5
	// firstPage is the cursor of the first page.
	firstPage = "0"
)

// filter compares a property with a value or, with the operator IN, with several, which
// HubSpot wants in small letters.
type filter struct {
	Property string   `json:"propertyName"`
	Operator string   `json:"operator"`
	Value    string   `json:"value,omitempty"`
	Values   []string `json:"values,omitempty"`
}

// anyOf is the filter for a property with any of the values.
func anyOf(property string, values []string) filter {
	if len(values) == 1 {
		return filter{Property: property, Operator: "EQ", Value: values[0]}
	}
	return filter{Property: property, Operator: "IN", Values: lower(values)}
}

// texts are what the filter asks for.
func (f filter) texts() []string {
	if f.Value == "" {
		return f.Values
	}
	return []string{f.Value}
}

// lower are the values in small letters, without repetition.
func lower(values []string) []string {
	var once []string
	for _, value := range values {
		if value = strings.ToLower(value); !slices.Contains(once, value) {
			once = append(once, value)
		}
	}
	return once
}

type group struct {
	Filters []filter `json:"filters"`
}

// question is a search. A contact is found if it passes the filters of any
// group. The specification requires every member.
type question struct {
	Groups     []group  `json:"filterGroups"`
	Properties []string `json:"properties"`
	// Sorts is empty: HubSpot then shows the oldest contacts first, so that what is
	// created while reading comes last.
	Sorts []string `json:"sorts"`
	Limit int      `json:"limit"`
	After string   `json:"after"`
}

// contact is a person as HubSpot shows one.
type contact struct {
	ID         httpapi.Text            `json:"id"`
	Properties map[string]httpapi.Text `json:"properties"`
}

type hits struct {
	// Status is "error" for an error with a status of success.
	Status httpapi.Text `json:"status"`
	// Total is how many results there are on all pages.
	Total   *int       `json:"total"`
	Results *[]contact `json:"results"`
	Paging  struct {
		Next struct {
			After httpapi.Text `json:"after"`
		} `json:"next"`
	} `json:"paging"`
}

// filters are the ways to find an identifier, any of which is enough. They
// find more than the identifier: hits are compared.
func (c *Connector) filters(id dsr.Identifier) []filter {
	var filters []filter
	spellings := identity.Spellings(id)
	switch id.Type {
	case dsr.Email:
		// HubSpot stores addresses in small letters.
		filters = append(filters, anyOf(propertyEmail, lower(spellings)))
		for _, spelling := range lower(spellings) {
			filters = append(filters, filter{Property: propertyAdditionalEmails, Operator: "CONTAINS_TOKEN", Value: spelling})
		}
	case dsr.Phone:
		digits := searchable(id)
		filters = append(filters,
			anyOf(searchablePhone, digits), anyOf(searchableMobile, digits),
			anyOf(propertyPhone, spellings), anyOf(propertyMobile, spellings))
	}
	for _, name := range c.fields[id.Type] {
		filters = append(filters, anyOf(name, spellings))
	}
	return filters
}

// searchable are the digits that HubSpot may have calculated of a number: without its country
// code, or all there are where HubSpot does not know the country.
func searchable(id dsr.Identifier) []string {
	var digits []string
	add := func(text string) {
		if text != "" && !slices.Contains(digits, text) {
			digits = append(digits, text)
		}
	}
	for _, number := range identity.Equivalents(id) {
		add(identity.National(number))
	}
	for _, spelling := range identity.Spellings(id) {
		add(strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, spelling))
	}
	return digits
}

// find searches for one identifier and returns the records that carry exactly
// it.
func (c *Connector) find(ctx context.Context, id dsr.Identifier) ([]dsr.Record, error) {
	var found []dsr.Record
	for some := range slices.Chunk(c.filters(id), maxGroups) {
		ask := question{Properties: c.properties()}
		for _, f := range some {
			ask.Groups = append(ask.Groups, group{Filters: []filter{f}})
		}
		contacts, err := c.search(ctx, ask)
		if err != nil {
			return nil, err
		}
		for _, contact := range contacts {
			if record := c.record(contact, id); identity.LedTo(record, id) {
				found = append(found, record)
			}
		}
	}
	return found, nil
}

// search returns all hits of a search. HubSpot's cursor is a position, so that pages move
// when a contact goes while they are read.
func (c *Connector) search(ctx context.Context, ask question) ([]contact, error) {
	request := httpapi.Request{Method: http.MethodPost, Path: c.paths.search}
	return httpapi.Settle(c.api, request, "the results changed each time while they were read",
		func() (httpapi.Reading[contact], error) { return c.read(ctx, ask) },
		func(hit contact) httpapi.Text { return hit.ID })
}

// read reads all pages of a search once.
func (c *Connector) read(ctx context.Context, ask question) (httpapi.Reading[contact], error) {
	var reading httpapi.Reading[contact]
	ask.Limit, ask.Sorts, ask.After = cmp.Or(ask.Limit, pageSize), []string{}, firstPage
	for len(reading.Items) < maxHits {
		var told hits
		request := httpapi.Request{Method: http.MethodPost, Path: c.paths.search, Body: ask, Into: &told, Repeatable: true}
		response, err := c.api.Do(ctx, request)
		switch {
		case err != nil:
			return reading, err
		case told.Status == "error":
			return reading, c.api.Rejected(request, response.Status, "the answer is an error with a status of success")
		case told.Results == nil:
			return reading, c.api.Malformed(request, response.Status, "the answer holds no results")
		case slices.ContainsFunc(*told.Results, func(hit contact) bool { return hit.ID == "" }):
			return reading, c.api.Malformed(request, response.Status, "a contact has no id")
		}
		after := string(told.Paging.Next.After)
		reading.Whole = len(reading.Items) == 0 && after == ""
		reading.Items = append(reading.Items, *told.Results...)
		switch {
		case after == "" && told.Total != nil && *told.Total > len(reading.Items):
			return reading, c.api.Unsettled(request, response.Status, "the search counts more results than it shows")
		case after == "":
			return reading, nil
		case len(*told.Results) == 0 || after == ask.After:
			return reading, c.api.Malformed(request, response.Status, "the pages do not go on")
		}
		ask.After = after
	}
	request := httpapi.Request{Method: http.MethodPost, Path: c.paths.search}
	return reading, c.api.Rejected(request, http.StatusOK, "the search has more results than HubSpot shows, so it is not the one that was asked for")
}

// properties are those that hold identifiers.
func (c *Connector) properties() []string {
	names := []string{propertyEmail, propertyAdditionalEmails, propertyPhone, propertyMobile}
	for _, t := range fieldTypes {
		names = append(names, c.fields[t]...)
	}
	return names
}

// record is the contact as Lethe knows records.
func (c *Connector) record(told contact, by dsr.Identifier) dsr.Record {
	record := dsr.Record{Kind: kindContact, ID: string(told.ID), FoundBy: by}
	read := func(name string, t dsr.IdentifierType) {
		c.identities.Read(&record, name, t, string(told.Properties[name]))
	}
	read(propertyEmail, dsr.Email)
	c.identities.ReadSecondary(&record, propertyAdditionalEmails, dsr.Email, string(told.Properties[propertyAdditionalEmails]))
	read(propertyPhone, dsr.Phone)
	read(propertyMobile, dsr.Phone)
	for _, t := range fieldTypes {
		for _, name := range c.fields[t] {
			read(name, t)
		}
	}
	return record
}

// recycled looks into the recycling bin, which no search does, for the contacts
// with a primary e-mail address.
func (c *Connector) recycled(ctx context.Context, email dsr.Identifier, proof func(context.Context) error) ([]dsr.Record, error) {
	var found []dsr.Record
	for _, spelling := range lower(identity.Spellings(email)) {
		request := httpapi.Request{
			Method: http.MethodGet, Path: c.paths.contact, Params: map[string]string{"id": spelling},
			Query: url.Values{
				"idProperty": {propertyEmail}, "archived": {"true"}, "properties": {strings.Join(c.properties(), ",")},
			},
			Absent: absence(proof),
		}
		told, held, err := c.get(ctx, request)
		if err != nil {
			return nil, err
		}
		if record := c.record(told, email); held && identity.Carries(record, email) {
			found = append(found, record)
		}
	}
	return found, nil
}
