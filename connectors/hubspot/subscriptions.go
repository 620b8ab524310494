package hubspot

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
)

// The statuses of a subscription.
const (
	subscribed   = "SUBSCRIBED"
	unsubscribed = "UNSUBSCRIBED"
	notSpecified = "NOT_SPECIFIED"
	// optedOut is the value of every subscription of a person who has opted out of
	// all e-mail, or of all of a business unit. It is a word of our own: HubSpot shows such subscriptions as
	// unsubscribed, and subscribing to one takes the opt-out back. Told apart, a
	// restriction leaves them alone, and lifting it never overrules the person.
	optedOut = "UNSUBSCRIBED_FROM_ALL"
)

// HubSpot accounts with data privacy settings want a legal basis for every change
// of a subscription. An explanation is shown to people in the account.
const (
	restrictionBasis = "LEGITIMATE_INTEREST_OTHER"
	whyRestricted    = "Restriction of processing (GDPR Art. 18)"
	whyLifted        = "Restriction of processing lifted; as before"
)

// emailChannel is the one that HubSpot's subscriptions know.
var emailChannel = url.Values{"channel": {"EMAIL"}}

// subscriptionStatus is one subscription of an address. The explanation of a legal
// basis is left out: it is free text.
type subscriptionStatus struct {
	Address        httpapi.Text `json:"subscriberIdString"`
	SubscriptionID httpapi.Text `json:"subscriptionId"`
	BusinessUnitID httpapi.Text `json:"businessUnitId"`
	Status         string       `json:"status"`
	LegalBasis     httpapi.Text `json:"legalBasis"`
	// WideType is of a status for many subscriptions: portalWide or businessUnitWide.
	WideType string `json:"wideStatusType"`
}

// The extents of a status for many subscriptions.
const (
	portalWide       = "PORTAL_WIDE"
	businessUnitWide = "BUSINESS_UNIT_WIDE"
)

// unit is the business unit (brand) of the status; accounts without any have one of
// the id 0.
func (s subscriptionStatus) unit() string { return cmp.Or(string(s.BusinessUnitID), "0") }

// value is the status, with its legal basis if it has one that is needed to give
// it back.
func (s subscriptionStatus) value() string {
	if s.Status == subscribed && s.LegalBasis != "" {
		return s.Status + " " + string(s.LegalBasis)
	}
	return s.Status
}

// The states of what the preferences API was asked for.
const (
	stateComplete   = "COMPLETE"
	statePending    = "PENDING"
	stateProcessing = "PROCESSING"
)

// results is what the preferences API wraps lists into.
type results[T any] struct {
	// Status is that of the work; "error" for an error with a status of success.
	Status  httpapi.Text      `json:"status"`
	Results *[]T              `json:"results"`
	Errors  []json.RawMessage `json:"errors"`
	Failed  int               `json:"numErrors"`
}

// list reads a list of the preferences API. A list of work that is not complete may
// lack something.
func list[T any](ctx context.Context, c *Connector, request httpapi.Request) ([]T, error) {
	var told results[T]
	request.Into = &told
	response, err := c.api.Do(ctx, request)
	switch {
	case err != nil:
		return nil, err
	case told.Status == "error" || len(told.Errors) > 0 || told.Failed > 0:
		return nil, c.api.Rejected(request, response.Status, "the answer is an error with a status of success")
	case told.Status == statePending || told.Status == stateProcessing:
		return nil, c.api.Unsettled(request, response.Status, "the vendor has not finished what it was asked for")
	case told.Status != stateComplete:
		return nil, c.api.Malformed(request, response.Status, "the answer is not that of complete work")
	case told.Results == nil:
		return nil, c.api.Malformed(request, response.Status, "the answer holds no results")
	}
	return *told.Results, nil
}

// subscriptionTypes are the ids of the account's active subscription types.
func (c *Connector) subscriptionTypes(ctx context.Context) ([]string, error) {
	type definition struct {
		ID     httpapi.Text `json:"id"`
		Active *bool        `json:"isActive"`
	}
	request := httpapi.Request{Method: http.MethodGet, Path: c.paths.definitions}
	definitions, err := list[definition](ctx, c, request)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, d := range definitions {
		switch {
		case d.ID == "":
			return nil, c.api.Malformed(request, http.StatusOK, "a subscription type has no id")
		case d.Active == nil || *d.Active:
			ids = append(ids, string(d.ID))
		}
	}
	return ids, nil
}

// subscriptions are what an address has said.
type subscriptions struct {
	// address is empty for a contact without one, whom nobody can e-mail.
	address string
	byType  map[string]subscriptionStatus
	// everywhere says that the person has opted out of all e-mail, and units of which
	// business units' e-mail.
	everywhere bool
	units      map[string]bool
}

func (c *Connector) subscriptions(ctx context.Context, of contact) (subscriptions, error) {
	s := subscriptions{
		address: string(of.Properties[propertyEmail]), byType: map[string]subscriptionStatus{}, units: map[string]bool{},
	}
	if s.address == "" {
		return s, nil
	}
	request := httpapi.Request{
		Method: http.MethodGet, Path: c.paths.statuses, Params: map[string]string{"email": s.address}, Query: emailChannel,
	}
	statuses, err := c.statuses(ctx, request, s.address)
	if err != nil {
		return s, err
	}
	for _, status := range statuses {
		s.byType[string(status.SubscriptionID)] = status
	}
	request.Path = c.paths.optOut
	wide, err := c.statuses(ctx, request, s.address)
	if err != nil {
		return s, err
	}
	for _, status := range wide {
		switch {
		case status.WideType != portalWide && status.WideType != businessUnitWide:
			return s, c.api.Malformed(request, http.StatusOK, "an opt-out does not say of what the person has opted out")
		case status.Status == unsubscribed && status.WideType == portalWide:
			s.everywhere = true
		case status.Status == unsubscribed:
			s.units[status.unit()] = true
		}
	}
	return s, nil
}

// statuses reads statuses of an address, and of no other.
func (c *Connector) statuses(ctx context.Context, request httpapi.Request, address string) ([]subscriptionStatus, error) {
	told, err := list[subscriptionStatus](ctx, c, request)
	if err != nil {
		return nil, err
	}
	for _, status := range told {
		switch {
		case !slices.Contains([]string{subscribed, unsubscribed, notSpecified}, status.Status):
			return nil, c.api.Malformed(request, http.StatusOK, "a subscription has a status that the vendor does "+
				"not document")
		case !strings.EqualFold(string(status.Address), address):
			return nil, c.api.Malformed(request, http.StatusOK, "a subscription is of another address than the one "+
				"asked for")
		}
	}
	return told, nil
}

// optedOut reports whether the person has opted out of more than the subscription to
// a type, and of that one with it.
func (s subscriptions) optedOut(id string) bool {
	status, said := s.byType[id]
	return s.everywhere || said && s.units[status.unit()]
}

// value is that of the subscription to a type.
func (s subscriptions) value(id string) string {
	switch status, said := s.byType[id]; {
	case s.optedOut(id):
		return optedOut
	case said:
		return status.value()
	default:
		return notSpecified
	}
}

// settings are those of the subscriptions to the types.
func (s subscriptions) settings(types []string) []dsr.Setting {
	if s.address == "" {
		return nil
	}
	var settings []dsr.Setting
	for _, id := range types {
		setting := dsr.Setting{Name: settingSubscription + id, Value: s.value(id), Restricted: unsubscribed}
		if s.optedOut(id) {
			setting.Restricted = optedOut
		}
		settings = append(settings, setting)
	}
	return settings
}

// subscribe gives subscriptions their values.
func (c *Connector) subscribe(ctx context.Context, told contact, settings []dsr.Setting) error {
	if len(settings) == 0 {
		return nil
	}
	now, err := c.subscriptions(ctx, told)
	if err != nil || now.address == "" {
		return err
	}
	for _, setting := range settings {
		id := strings.TrimPrefix(setting.Name, settingSubscription)
		status, basis, _ := strings.Cut(setting.Value, " ")
		switch {
		case now.value(id) == setting.Value, now.optedOut(id) && status == unsubscribed:
			continue
		case now.optedOut(id):
			return c.api.Rejected(httpapi.Request{Method: http.MethodPost, Path: c.paths.statuses}, 0,
				"the person has opted out of all e-mail in the meantime, which is not taken back; the call was not made")
		}
		if err := c.setSubscription(ctx, now.address, id, subscriptionStatus{Status: status, LegalBasis: httpapi.Text(basis)}); err != nil {
			return err
		}
	}
	return nil
}

// setSubscription makes one change and makes sure that the answer is that change.
func (c *Connector) setSubscription(ctx context.Context, address, id string, wanted subscriptionStatus) error {
	body := map[string]any{"channel": "EMAIL", "subscriptionId": json.Number(id), "statusState": wanted.Status}
	switch {
	case wanted.Status == unsubscribed:
		body["legalBasis"], body["legalBasisExplanation"] = restrictionBasis, whyRestricted
	case wanted.LegalBasis != "":
		body["legalBasis"], body["legalBasisExplanation"] = wanted.LegalBasis, whyLifted
	}
	request := httpapi.Request{
		Method: http.MethodPost, Path: c.paths.statuses, Params: map[string]string{"email": address}, Body: body, Repeatable: true,
	}
	changed, err := c.statuses(ctx, request, address)
	if err != nil {
		return err
	}
	for _, status := range changed {
		if string(status.SubscriptionID) == id && status.Status == wanted.Status {
			return nil
		}
	}
	return c.api.Rejected(request, http.StatusOK, "the vendor did not change the subscription")
}
