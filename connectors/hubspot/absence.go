package hubspot

import (
	"context"
	"net/http"
	"net/url"

	"ite.digital/lethe/connectors/httpapi"
)

// objectNotFound is HubSpot's category of errors for what does not exist. A path that a
// version does not have is answered in the same category.
const objectNotFound = "OBJECT_NOT_FOUND"

// absence is how HubSpot says that a contact does not exist: an error whose context names the
// id that was asked for. One without it may be about the path, and needs the proof.
func absence(proof func(context.Context) error) httpapi.Absence {
	return httpapi.Absence{
		Statuses: []int{http.StatusNotFound}, Proof: proof,
		Meaning: func(body []byte) httpapi.Meaning {
			var told failure
			switch {
			case !httpapi.IsObject(body, &told) || told.Category != objectNotFound:
				return httpapi.Foreign
			case len(told.Context.IDs) > 0:
				return httpapi.AboutRecord
			}
			return httpapi.Unclear
		},
	}
}

// readsContacts makes sure that the API shows contacts by their ids: it reads any that a
// search finds. An account in which none is found has none that could be left.
func (c *Connector) readsContacts(ctx context.Context) error {
	ask := question{
		Groups:     []group{{Filters: []filter{{Property: propertyID, Operator: "HAS_PROPERTY"}}}},
		Properties: []string{propertyID}, Limit: 1, Sorts: []string{}, After: firstPage,
	}
	var told hits
	search := httpapi.Request{Method: http.MethodPost, Path: c.paths.search, Body: ask, Into: &told, Repeatable: true}
	response, err := c.api.Do(ctx, search)
	switch {
	case err != nil:
		return err
	case told.Results == nil:
		return c.api.Malformed(search, response.Status, "the answer holds no results")
	case len(*told.Results) == 0:
		return nil
	}
	id := string((*told.Results)[0].ID)
	request := httpapi.Request{
		Method: http.MethodGet, Path: c.paths.contact, Params: map[string]string{"id": id},
		Query: url.Values{"archived": {"false"}, "properties": {propertyID}}, Absent: absence(nil),
	}
	switch other, found, err := c.get(ctx, request); {
	case err != nil:
		return err
	case !found:
		return c.api.Unsettled(request, http.StatusNotFound, "a contact that a search found is gone")
	case string(other.ID) != id:
		return c.api.Malformed(request, http.StatusOK, "the answer is not the contact that was asked for")
	}
	return nil
}
