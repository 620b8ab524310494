package hubspot_test

import (
	"net/http"
	"testing"

	"ite.digital/lethe/simulators/hubspot"
)

const statuses = "/communication-preferences/v4/statuses/ana@example.com"

func TestSubscriptionsBelongToAnAddress(t *testing.T) {
	t.Parallel()
	s := hubspot.New(hubspot.Options{LegalBasisRequired: true})
	s.AddSubscriptionType(hubspot.SubscriptionType{ID: 1, Name: "News"})
	s.AddSubscriptionType(hubspot.SubscriptionType{ID: 2, Name: "Offers", Inactive: true})
	ask(t, s, http.MethodGet, "/communication-preferences/v4/definitions", "").Want(t, 200, `"isActive":false`)
	ask(t, s, http.MethodGet, statuses+"?channel=EMAIL", "").Want(t, 200, `"results":[]`)
	ask(t, s, http.MethodGet, statuses, "").Want(t, 400, "channel")
	ask(t, s, http.MethodGet, "/communication-preferences/v4/statuses/17?channel=EMAIL", "").Want(t, 400, "subscriber")

	const subscribe = `{"channel":"EMAIL","subscriptionId":1,"statusState":"SUBSCRIBED"`
	ask(t, s, http.MethodPost, statuses, subscribe+`}`).Want(t, 400, "legal basis")
	ask(t, s, http.MethodPost, statuses, `{"channel":"EMAIL","subscriptionId":9,"statusState":"SUBSCRIBED"}`).Want(t, 400, "VALIDATION_ERROR")
	const basis = `,"legalBasis":"CONSENT_WITH_NOTICE","legalBasisExplanation":"asked"}`
	ask(t, s, http.MethodPost, statuses, subscribe+basis).Want(t, 200, "REQUESTED_CHANGE_OCCURRED")
	ask(t, s, http.MethodGet, statuses+"?channel=EMAIL", "").Want(t, 200, `"status":"SUBSCRIBED"`)

	ask(t, s, http.MethodGet, statuses+"/unsubscribe-all?channel=EMAIL", "").Want(t, 200, `"results":[]`)
	ask(t, s, http.MethodPost, statuses+"/unsubscribe-all?channel=EMAIL", "").Want(t, 200, "PORTAL_WIDE")
	ask(t, s, http.MethodGet, statuses+"?channel=EMAIL", "").Want(t, 200, `"status":"UNSUBSCRIBED"`)
	ask(t, s, http.MethodPost, statuses, subscribe+basis).Want(t, 200, "RESUBSCRIBE_OCCURRED")
	ask(t, s, http.MethodGet, statuses+"/unsubscribe-all?channel=EMAIL", "").Want(t, 200, `"results":[]`)
}

func TestPropertiesAreUpdatedIfTheyExist(t *testing.T) {
	t.Parallel()
	s := hubspot.New(hubspot.Options{})
	s.AddCheckbox("restricted")
	path := contacts + "/" + s.AddContact(contact("email", "ana@example.com"))
	archived := contacts + "/" + s.AddContact(hubspot.Contact{Properties: map[string]string{}, Archived: true})
	ask(t, s, http.MethodGet, "/crm/v3/properties/contacts/restricted", "").Want(t, 200, "booleancheckbox")
	ask(t, s, http.MethodGet, "/crm/v3/properties/contacts/no_such", "").Want(t, 404, "OBJECT_NOT_FOUND")
	ask(t, s, http.MethodGet, path+"?properties=no_such", "").Want(t, 200, `"no_such":null`)
	ask(t, s, http.MethodPatch, path, `{"properties":{"no_such":"x"}}`).Want(t, 400, "does not exist")
	ask(t, s, http.MethodPatch, path, `{"properties":{"restricted":"perhaps"}}`).Want(t, 400, "allowed options")
	ask(t, s, http.MethodPatch, path, `{}`).Want(t, 400, "VALIDATION_ERROR")
	ask(t, s, http.MethodPatch, archived, `{"properties":{"restricted":"true"}}`).Want(t, 404, "OBJECT_NOT_FOUND")
	ask(t, s, http.MethodPatch, path, `{"properties":{"restricted":"true"}}`).Want(t, 200, `"restricted":"true"`)
	ask(t, s, http.MethodPatch, path, `{"properties":{"restricted":""}}`).Want(t, 200, `"restricted":null`)
}
