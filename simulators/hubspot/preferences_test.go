package hubspot_test

import (
	"net/http"
	"testing"

	"ite.digital/lethe/simulators/hubspot"
)

const (
	preferences = "/communication-preferences/2026-09"
	statuses    = preferences + "/statuses/ana%40example.com"
)

func TestSubscriptionsBelongToAnAddress(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{LegalBasisRequired: true})
	s.AddSubscriptionType(hubspot.SubscriptionType{ID: 1, Name: "News"})
	s.AddSubscriptionType(hubspot.SubscriptionType{ID: 2, Name: "Offers", Inactive: true})
	ask(t, s, http.MethodGet, preferences+"/definitions", "").Want(t, 200, `"isActive":false`)
	ask(t, s, http.MethodGet, statuses+"?channel=EMAIL", "").Want(t, 200, `"results":[]`)
	ask(t, s, http.MethodGet, statuses, "").Want(t, 400, "channel")
	ask(t, s, http.MethodGet, preferences+"/statuses/17?channel=EMAIL", "").Want(t, 400, "subscriber")

	const subscribe = `{"channel":"EMAIL","subscriptionId":1,"statusState":"SUBSCRIBED"`
	ask(t, s, http.MethodPost, statuses, subscribe+`}`).Want(t, 400, "legal basis")
	ask(t, s, http.MethodPost, statuses, `{"channel":"EMAIL","subscriptionId":1}`).Want(t, 400, "statusState")
	ask(t, s, http.MethodPost, statuses, subscribe+`,"legalBasis":"CONSENT","legalBasisExplanation":"x"}`).Want(t, 400, "VALIDATION_ERROR")
	ask(t, s, http.MethodPost, statuses, `{"channel":"EMAIL","subscriptionId":9,"statusState":"SUBSCRIBED"}`).Want(t, 400, "VALIDATION_ERROR")
	const basis = `,"legalBasis":"CONSENT_WITH_NOTICE","legalBasisExplanation":"asked"}`
	ask(t, s, http.MethodPost, statuses, subscribe+basis).Want(t, 200, "REQUESTED_CHANGE_OCCURRED")
	ask(t, s, http.MethodGet, statuses+"?channel=EMAIL", "").Want(t, 200, `"status":"SUBSCRIBED"`)

	ask(t, s, http.MethodGet, statuses+"/unsubscribe-all?channel=EMAIL", "").Want(t, 200, `"results":[]`)
	ask(t, s, http.MethodPost, statuses+"/unsubscribe-all", "").Want(t, 400, "channel")
	ask(t, s, http.MethodPost, statuses+"/unsubscribe-all?channel=EMAIL", "").Want(t, 200, `"results":[]`)
	ask(t, s, http.MethodPost, statuses+"/unsubscribe-all?channel=EMAIL&verbose=true", "").Want(t, 200, "NO_STATUS_CHANGE")
	ask(t, s, http.MethodGet, statuses+"/unsubscribe-all?channel=EMAIL", "").Want(t, 200, "PORTAL_WIDE")
	ask(t, s, http.MethodGet, statuses+"?channel=EMAIL", "").Want(t, 200, `"status":"UNSUBSCRIBED"`)
	ask(t, s, http.MethodPost, statuses, subscribe+basis).Want(t, 200, "RESUBSCRIBE_OCCURRED")
	ask(t, s, http.MethodGet, statuses+"/unsubscribe-all?channel=EMAIL", "").Want(t, 200, `"results":[]`)
}

func TestPropertiesAreUpdatedIfTheyExist(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	s.AddCheckbox("restricted")
	path := contacts + "/" + s.AddContact(contact("email", "ana@example.com"))
	archived := contacts + "/" + s.AddContact(hubspot.Contact{Properties: map[string]string{}, Archived: true})
	ask(t, s, http.MethodGet, "/crm/properties/2026-09/contacts/restricted", "").Want(t, 200, "booleancheckbox")
	ask(t, s, http.MethodGet, "/crm/properties/2026-09/contacts/no_such", "").Want(t, 404, "OBJECT_NOT_FOUND")
	ask(t, s, http.MethodGet, path+"?properties=no_such", "").Want(t, 200, `"no_such":null`)
	ask(t, s, http.MethodPatch, path, `{"properties":{"no_such":"x"}}`).Want(t, 400, "does not exist")
	ask(t, s, http.MethodPatch, path, `{"properties":{"restricted":"perhaps"}}`).Want(t, 400, "allowed options")
	ask(t, s, http.MethodPatch, path, `{}`).Want(t, 400, "VALIDATION_ERROR")
	ask(t, s, http.MethodPatch, archived, `{"properties":{"restricted":"true"}}`).Want(t, 404, "OBJECT_NOT_FOUND")
	ask(t, s, http.MethodPatch, path, `{"properties":{"restricted":"true"}}`).Want(t, 200, `"restricted":"true"`)
	ask(t, s, http.MethodPatch, path, `{"properties":{"restricted":""}}`).Want(t, 200, `"restricted":null`)
}

func TestAPlusInAPathIsASpaceUnlessItIsEncoded(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	s.OptOut("o'neil+news/shop@example.com")
	path := preferences + "/statuses/o%27neil%2Bnews%2Fshop%40example.com/unsubscribe-all?channel=EMAIL"
	ask(t, s, http.MethodGet, path, "").Want(t, 200, "PORTAL_WIDE")
	ask(t, s, http.MethodGet, preferences+"/statuses/o'neil+news@example.com?channel=EMAIL", "").Want(t, 400, "subscriber")
}

func TestBatchesOfAddressesAnswerOncePerAddress(t *testing.T) {
	t.Parallel()
	s := open(t, hubspot.Options{})
	s.AddSubscriptionType(hubspot.SubscriptionType{ID: 1, Name: "News"})
	s.Subscribe("ana@example.com", 1, hubspot.Subscription{Status: hubspot.Subscribed})
	const batch, two = preferences + "/statuses/batch", `{"inputs":["Ana@example.com","ben@example.com","ana@example.com"]}`
	ask(t, s, http.MethodPost, batch+"/read", two).Want(t, 400, "channel")
	ask(t, s, http.MethodPost, batch+"/read?channel=EMAIL", `{}`).Want(t, 400, "inputs")
	ask(t, s, http.MethodPost, batch+"/read?channel=EMAIL", two).Want(t, 200,
		`"results":[{"statuses":[],"subscriberIdString":"ben@example.com"},{"statuses":[{`)
	ask(t, s, http.MethodPost, batch+"/read?channel=EMAIL", `{"inputs":["17","ben@example.com"]}`).Want(t, 207, `"numErrors":1`)
	ask(t, s, http.MethodPost, batch+"/unsubscribe-all?channel=EMAIL", `{"inputs":["ben@example.com"]}`).Want(t, 200,
		`"results":[{"subscriberIdString":"ben@example.com"}]`)
	ask(t, s, http.MethodPost, batch+"/unsubscribe-all?channel=EMAIL&verbose=true", two).Want(t, 200, "UNSUBSCRIBE_FROM_ALL_OCCURRED")
	ask(t, s, http.MethodPost, batch+"/unsubscribe-all/read?channel=EMAIL", `{"inputs":["carla@example.com","ana@example.com"]}`).Want(t, 200,
		`"wideStatusType":"PORTAL_WIDE"}]},{"subscriberIdString":"carla@example.com","wideStatuses":[]}]`)
	answer := ask(t, s, http.MethodPost, batch+"/write", `{"inputs":[
		{"channel":"EMAIL","statusState":"SUBSCRIBED","subscriptionId":9,"subscriberIdString":"ben@example.com"},
		{"channel":"EMAIL","statusState":"SUBSCRIBED","subscriptionId":1,"subscriberIdString":"ana@example.com"}]}`)
	answer.Want(t, 207, "RESUBSCRIBE_OCCURRED")
	answer.Want(t, 207, `"numErrors":1`)
}
