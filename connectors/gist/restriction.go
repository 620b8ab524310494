package gist

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
)

// The settings of a contact.
const (
	settingUnsubscribed = "unsubscribed_from_emails"
	settingTag          = "tag/"
	yes, no             = "true", "false"
)

// Settings reads the contacts. Conversations have nothing that a restriction
// changes.
func (c *Connector) Settings(ctx context.Context, records []dsr.Record) ([]dsr.RecordSettings, error) {
	for _, record := range records {
		if pathOf(record) == "" || strings.TrimSpace(record.ID) == "" {
			return nil, c.misconfigured("a record to read has no id or an unknown kind; no call was made")
		}
	}
	var all []dsr.RecordSettings
	proof := httpapi.Once(c.readsContacts)
	for _, record := range records {
		if record.Kind != kindContact {
			continue
		}
		told, found, err := c.contact(ctx, record.ID, proof)
		if err != nil {
			return nil, err
		}
		if found {
			all = append(all, c.settings(told))
		}
	}
	return all, nil
}

// contact reads a contact by its id. It reports false if there is none.
func (c *Connector) contact(ctx context.Context, id string, proof func(context.Context) error) (contact, bool, error) {
	request := httpapi.Request{
		Method: http.MethodGet, Path: contactPath, Params: map[string]string{"id": id}, Absent: absence(kindContact, proof),
	}
	a, found, err := c.ask(ctx, request)
	switch {
	case err != nil || !found:
		return contact{}, false, err
	case a.idOf(kindContact) != id:
		return contact{}, false, c.api.Malformed(request, a.status, "the answer is not the record that was asked for")
	case !a.Contact.understood():
		return contact{}, false, c.api.Malformed(request, a.status, notUnderstood)
	}
	return *a.Contact, true, nil
}

// notUnderstood is said of a flag that is neither true nor false nor absent. Taken for
// "not unsubscribed", lifting would subscribe a person who never was.
const notUnderstood = "the answer does not say clearly whether the contact is unsubscribed"

// settings are the contact's. Nobody is e-mailed without an address.
func (c *Connector) settings(told contact) dsr.RecordSettings {
	settings := dsr.RecordSettings{Kind: kindContact, ID: string(told.ID)}
	if told.Email != "" {
		settings.Settings = append(settings.Settings, dsr.Setting{
			Name: settingUnsubscribed, Value: strconv.FormatBool(told.unsubscribed()), Restricted: yes,
		})
	}
	settings.Settings = append(settings.Settings, dsr.Setting{
		Name: settingTag + c.tag, Value: strconv.FormatBool(told.tagged(c.tag)), Restricted: yes,
	})
	return settings
}

// flag is the flag without its quotes: a text in some answers, null for a contact that
// never touched it.
func (c contact) flag() string { return strings.ToLower(strings.Trim(string(c.Unsubscribed), `" `)) }

// understood reports whether the flag says something or is absent.
func (c contact) understood() bool { return slices.Contains([]string{yes, no, "null", ""}, c.flag()) }

func (c contact) unsubscribed() bool { return c.flag() == yes }

func (c contact) tagged(name string) bool {
	return slices.ContainsFunc(c.Tags, func(t tag) bool { return strings.EqualFold(string(t.Name), name) })
}

// Apply changes the contacts. The tag goes on first and comes off last: whatever
// honours it does so for as long as anything is restricted.
func (c *Connector) Apply(ctx context.Context, changes []dsr.RecordSettings) error {
	for _, change := range changes {
		if reason := c.wrong(change); reason != "" {
			return c.misconfigured(reason + "; no call was made")
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

// wrong says what is wrong with a change, or nothing.
func (c *Connector) wrong(change dsr.RecordSettings) string {
	if change.Kind != kindContact || strings.TrimSpace(change.ID) == "" {
		return "a record to change has no id or an unknown kind"
	}
	for _, setting := range change.Settings {
		switch {
		case setting.Name != settingUnsubscribed && !strings.HasPrefix(setting.Name, settingTag):
			return "a setting to change is not known"
		case setting.Value != yes && setting.Value != no:
			return "a setting to change has a value that is neither true nor false"
		}
	}
	return ""
}

func (c *Connector) apply(ctx context.Context, change dsr.RecordSettings, proof func(context.Context) error) error {
	told, found, err := c.contact(ctx, change.ID, proof)
	if err != nil || !found {
		return err
	}
	ordered := slices.Clone(change.Settings)
	slices.SortStableFunc(ordered, func(a, b dsr.Setting) int { return turn(a) - turn(b) })
	for _, setting := range ordered {
		wanted := setting.Value == yes
		name, isTag := strings.CutPrefix(setting.Name, settingTag)
		switch {
		case isTag && told.tagged(name) != wanted:
			err = c.setTag(ctx, change.ID, name, wanted, proof)
		case !isTag && told.unsubscribed() != wanted:
			err = c.setUnsubscribed(ctx, told, wanted)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// turn is when a setting is applied.
func turn(s dsr.Setting) int {
	switch {
	case !strings.HasPrefix(s.Name, settingTag):
		return 1
	case s.Value == yes:
		return 0
	default:
		return 2
	}
}

// setUnsubscribed updates the contact, which the API knows by its user_id or
// e-mail address and creates anew if it does not exist: the contact was read right
// before, and the answer must be that contact.
func (c *Connector) setUnsubscribed(ctx context.Context, told contact, wanted bool) error {
	id, err := strconv.ParseInt(string(told.ID), 10, 64)
	if err != nil {
		return c.misconfigured("the id of a contact is not a number; no change was made")
	}
	body := map[string]any{"id": id, settingUnsubscribed: wanted}
	if told.UserID != "" {
		body["user_id"] = told.UserID
	} else {
		body["email"] = told.Email
	}
	request := httpapi.Request{
		Method: http.MethodPost, Path: contactsPath, Body: body, Repeatable: true, Absent: absence(kindContact, httpapi.Unproven),
	}
	a, found, err := c.ask(ctx, request)
	switch {
	case err != nil:
		return err
	case !found:
		return c.api.Rejected(request, a.status, "the vendor does not know the contact that it showed right before")
	case a.Contact == nil:
		return c.api.Malformed(request, a.status, "the answer holds no contact")
	case a.Contact.ID != told.ID:
		return c.api.Rejected(request, a.status, "the vendor changed another contact with the same address or user_id; merge the two in Gist")
	case !a.Contact.understood() || a.Contact.unsubscribed() != wanted:
		return c.api.Rejected(request, a.status, "the vendor did not change the subscription")
	}
	return nil
}

func (c *Connector) setTag(ctx context.Context, contactID, name string, wanted bool, proof func(context.Context) error) error {
	id, err := strconv.ParseInt(contactID, 10, 64)
	if err != nil {
		return c.misconfigured("the id of a contact is not a number; no change was made")
	}
	entry := map[string]any{"id": id}
	if !wanted {
		entry["untag"] = true
	}
	request := httpapi.Request{
		Method: http.MethodPost, Path: tagsPath, Body: map[string]any{"name": name, "contacts": []any{entry}}, Repeatable: true,
		Absent: absence(kindContact, httpapi.Unproven),
	}
	a, known, err := c.ask(ctx, request)
	if err != nil {
		return err
	}
	// What the answer says of the contact is not documented, nor is that to a
	// contact which is gone in the meantime.
	told, found, err := c.contact(ctx, contactID, proof)
	switch {
	case err != nil || !found || told.tagged(name) == wanted:
		return err
	case !known:
		return c.api.Rejected(request, a.status, "the vendor says that it does not know the contact, which it shows, and did not change the tag")
	}
	return c.api.Rejected(request, a.status, "the vendor did not change the tag")
}

func (c *Connector) misconfigured(reason string) error {
	return &connectors.Error{Class: connectors.Misconfigured, System: c.system, Reason: reason}
}
