package hubspot

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
)

// The settings of a contact: the property that marks it, and each subscription of
// its primary address.
const (
	settingProperty     = "property/"
	settingSubscription = "subscription/"
)

// marked is the value of a single checkbox that is ticked.
const marked = "true"

// Settings reads the contacts and the subscriptions of their primary addresses.
// Those in the recycling bin cannot be changed and are left out.
func (c *Connector) Settings(ctx context.Context, records []dsr.Record) ([]dsr.RecordSettings, error) {
	for _, record := range records {
		if record.Kind != kindContact || !contactID.MatchString(record.ID) {
			return nil, c.misconfigured("a record to read has no id or an unknown kind; no call was made")
		}
	}
	if len(records) == 0 {
		return nil, nil
	}
	if err := c.checkMark(ctx); err != nil {
		return nil, err
	}
	types, err := c.subscriptionTypes(ctx)
	if err != nil {
		return nil, err
	}
	proof := httpapi.Once(c.readsContacts)
	var all []dsr.RecordSettings
	for _, record := range records {
		told, found, err := c.contact(ctx, record.ID, proof, c.mark)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		settings := dsr.RecordSettings{Kind: kindContact, ID: record.ID, Settings: []dsr.Setting{
			{Name: settingProperty + c.mark, Value: string(told.Properties[c.mark]), Restricted: marked},
		}}
		subscribed, err := c.subscriptions(ctx, told)
		if err != nil {
			return nil, err
		}
		settings.Settings = append(settings.Settings, subscribed.settings(types)...)
		all = append(all, settings)
	}
	return all, nil
}

// checkMark makes sure that the property for restrictions is one that can be
// ticked. A contact is read without complaint with a property that does not exist.
func (c *Connector) checkMark(ctx context.Context) error {
	if c.mark == "" {
		return c.misconfigured("no property is configured that marks restricted contacts: " + howToMark)
	}
	var answer struct {
		Status    httpapi.Text `json:"status"`
		Name      string       `json:"name"`
		FieldType string       `json:"fieldType"`
		Archived  bool         `json:"archived"`
	}
	request := httpapi.Request{
		Method: http.MethodGet, Path: c.paths.property, Params: map[string]string{"name": c.mark},
		Into: &answer, Absent: absence(httpapi.Unproven),
	}
	response, err := c.api.Do(ctx, request)
	fault := func(reason string) error {
		return &connectors.Error{
			Class: connectors.Misconfigured, System: c.system, Method: request.Method, Path: request.Path, Status: response.Status, Reason: reason,
		}
	}
	switch {
	case err != nil:
		return err
	case response.Absent || answer.Archived:
		return fault("the property that marks restricted contacts does not exist: " + howToMark)
	case answer.Status == "error":
		return c.api.Rejected(request, response.Status, "the answer is an error with a status of success")
	case answer.Name != c.mark:
		return c.api.Malformed(request, response.Status, "the answer is not the property that was asked for")
	case answer.FieldType != "booleancheckbox":
		return fault("the property that marks restricted contacts is no single checkbox: " + howToMark)
	}
	return nil
}

// contact reads a contact that is not in the recycling bin, by its id, with its
// primary address and further properties. It reports false if there is none.
func (c *Connector) contact(
	ctx context.Context, id string, proof func(context.Context) error, properties ...string,
) (contact, bool, error) {
	request := httpapi.Request{
		Method: http.MethodGet, Path: c.paths.contact, Params: map[string]string{"id": id},
		Query: url.Values{"archived": {"false"}, "properties": {strings.Join(append(properties, propertyEmail), ",")}}, Absent: absence(proof),
	}
	told, found, err := c.get(ctx, request)
	if err == nil && found && string(told.ID) != id {
		return contact{}, false, c.api.Malformed(request, http.StatusOK, "the answer is not the contact that was asked for")
	}
	return told, found, err
}

// Apply changes the contacts and their subscriptions. The mark goes on first and
// comes off last: whatever honours it does so for as long as anything is
// restricted.
func (c *Connector) Apply(ctx context.Context, changes []dsr.RecordSettings) error {
	for _, change := range changes {
		if change.Kind != kindContact || !contactID.MatchString(change.ID) {
			return c.misconfigured("a record to change has no id or an unknown kind; no call was made")
		}
		for _, setting := range change.Settings {
			if !sensible(setting) {
				return c.misconfigured("a setting to change is not known, or its value cannot be given to it; no call was made")
			}
		}
	}
	proof := httpapi.Once(c.readsContacts)
	for _, change := range changes {
		if err := c.apply(ctx, change, proof); err != nil {
			return err
		}
	}
	return nil
}

// sensible reports whether a setting can be given its value.
func sensible(s dsr.Setting) bool {
	if name, ok := strings.CutPrefix(s.Name, settingProperty); ok {
		return propertyName.MatchString(name)
	}
	id, ok := strings.CutPrefix(s.Name, settingSubscription)
	status, _, _ := strings.Cut(s.Value, " ")
	return ok && contactID.MatchString(id) && slices.Contains([]string{subscribed, unsubscribed, notSpecified}, status)
}

func (c *Connector) apply(ctx context.Context, change dsr.RecordSettings, proof func(context.Context) error) error {
	var marks, subscriptions, unmarks []dsr.Setting
	var names []string
	for _, setting := range change.Settings {
		name, isProperty := strings.CutPrefix(setting.Name, settingProperty)
		switch {
		case !isProperty:
			subscriptions = append(subscriptions, setting)
			continue
		case setting.Value == marked:
			marks = append(marks, setting)
		default:
			unmarks = append(unmarks, setting)
		}
		names = append(names, name)
	}
	told, found, err := c.contact(ctx, change.ID, proof, names...)
	if err != nil || !found {
		return err
	}
	if err := c.setProperties(ctx, told, marks, proof); err != nil {
		return err
	}
	if err := c.subscribe(ctx, told, subscriptions); err != nil {
		return err
	}
	return c.setProperties(ctx, told, unmarks, proof)
}

// setProperties gives a contact those properties that it does not have. A contact
// that is gone by now has none.
func (c *Connector) setProperties(
	ctx context.Context, told contact, settings []dsr.Setting, proof func(context.Context) error,
) error {
	for _, setting := range settings {
		name := strings.TrimPrefix(setting.Name, settingProperty)
		if string(told.Properties[name]) == setting.Value {
			continue
		}
		request := httpapi.Request{
			Method: http.MethodPatch, Path: c.paths.contact, Params: map[string]string{"id": string(told.ID)}, Repeatable: true,
			Body: map[string]any{"properties": map[string]string{name: setting.Value}}, Absent: absence(proof),
		}
		now, found, err := c.get(ctx, request)
		switch {
		case err != nil:
			return err
		case found && (now.ID != told.ID || string(now.Properties[name]) != setting.Value):
			return c.api.Rejected(request, http.StatusOK, "the vendor did not change the property")
		}
	}
	return nil
}

func (c *Connector) misconfigured(reason string) error {
	return &connectors.Error{Class: connectors.Misconfigured, System: c.system, Reason: reason}
}
