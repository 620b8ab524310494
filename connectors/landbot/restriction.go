package landbot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
)

// The settings of a customer, as Landbot names them.
const (
	settingOptIn    = "opt_in"
	settingBlocked  = "blocked"
	settingArchived = "archived"
)

// The calls that change a setting.
const (
	blockPath     = "/customers/{id}/block/"
	unblockPath   = "/customers/{id}/unblock/"
	archivePath   = "/customers/{id}/archive/"
	unarchivePath = "/customers/{id}/unarchive/"
	optOutPath    = "/customers/{id}/opt_out/"
)

// A change is how a setting gets a value.
type change struct{ setting, value, method, path string }

// changes are all that Landbot offers, in the order in which they are made: who is
// blocked or archived may not be reached by anything else.
var changes = []change{
	{settingArchived, "false", http.MethodPut, unarchivePath},
	{settingBlocked, "false", http.MethodPut, unblockPath},
	{settingOptIn, "false", http.MethodDelete, optOutPath},
	{settingBlocked, "true", http.MethodPut, blockPath},
	{settingArchived, "true", http.MethodPut, archivePath},
}

// Settings reads the customers.
func (c *Connector) Settings(ctx context.Context, records []dsr.Record) ([]dsr.RecordSettings, error) {
	for _, record := range records {
		if record.Kind != kindCustomer || strings.TrimSpace(record.ID) == "" {
			return nil, c.misconfigured("a record to read has no id or an unknown kind; no call was made")
		}
	}
	proof := httpapi.Once(c.readsCustomers)
	var all []dsr.RecordSettings
	for _, record := range records {
		settings, found, err := c.settings(ctx, record.ID, proof)
		if err != nil {
			return nil, err
		}
		if found {
			all = append(all, settings)
		}
	}
	return all, nil
}

// settings reads one customer. It reports false if there is none.
func (c *Connector) settings(ctx context.Context, id string, proof func(context.Context) error) (dsr.RecordSettings, bool, error) {
	settings := dsr.RecordSettings{Kind: kindCustomer, ID: id}
	now, found, err := c.customer(ctx, id, proof)
	if err != nil || !found {
		return settings, false, err
	}
	add := func(name string, value *bool, restricted string) {
		setting := dsr.Setting{Name: name, Restricted: restricted, Irreversible: name == settingOptIn, Unverifiable: value == nil}
		if value != nil {
			setting.Value = strconv.FormatBool(*value)
		}
		settings.Settings = append(settings.Settings, setting)
	}
	if now.OptIn != nil { // of channels that know an opt-in
		add(settingOptIn, now.OptIn, "false")
	}
	add(settingBlocked, now.Blocked, "true")
	add(settingArchived, now.Archived, "true")
	return settings, true, nil
}

// Apply changes the customers.
func (c *Connector) Apply(ctx context.Context, wanted []dsr.RecordSettings) error {
	for _, record := range wanted {
		if record.Kind != kindCustomer || strings.TrimSpace(record.ID) == "" {
			return c.misconfigured("a record to change has no id or an unknown kind; no call was made")
		}
		for _, setting := range record.Settings {
			switch {
			case !slices.Contains([]string{settingOptIn, settingBlocked, settingArchived}, setting.Name):
				return c.misconfigured("a setting to change is not known; no call was made")
			case setting.Value != "true" && setting.Value != "false":
				return c.misconfigured("a setting to change has a value that is neither true nor false; no call was made")
			}
		}
	}
	proof := httpapi.Once(c.readsCustomers)
	for _, record := range wanted {
		if err := c.apply(ctx, record, proof); err != nil {
			return err
		}
	}
	return nil
}

// apply makes the calls for what is not as wanted and reads the customer again:
// what the vendor answers to a change is not documented, and an opt-out that is
// repeated because its answer was lost is refused as if it had never been possible. A setting
// that the customer does not show is changed at the vendor's word.
func (c *Connector) apply(ctx context.Context, wanted dsr.RecordSettings, proof func(context.Context) error) error {
	now, found, err := c.settings(ctx, wanted.ID, proof)
	if err != nil || !found {
		return err
	}
	missing := different(now, wanted)
	if len(missing) == 0 {
		return nil
	}
	refusals := map[string]*connectors.Error{} // by setting
	for _, change := range changes {
		if !slices.ContainsFunc(missing, change.makes) {
			continue
		}
		switch refusal, err := c.change(ctx, change, wanted.ID); {
		case err != nil:
			return err
		case refusal != nil:
			refusals[change.setting] = refusal
		}
	}
	now, found, err = c.settings(ctx, wanted.ID, proof)
	if err != nil || !found {
		return err
	}
	for _, setting := range different(now, wanted) {
		refusal := refusals[setting.Name]
		switch {
		case refusal != nil:
			return refusal
		case unseen(now, setting.Name):
		case setting.Name == settingOptIn && setting.Value == "true":
			return c.misconfigured("a WhatsApp opt-in can be given by the person alone; no call can make it")
		default:
			return c.api.Rejected(httpapi.Request{Method: http.MethodGet, Path: customerPath}, http.StatusOK,
				"the vendor accepted a change and the customer is not changed")
		}
	}
	return nil
}

// different are the wanted settings that are not so now.
func different(now, wanted dsr.RecordSettings) []dsr.Setting {
	return slices.DeleteFunc(slices.Clone(wanted.Settings), func(s dsr.Setting) bool {
		return slices.ContainsFunc(now.Settings, func(n dsr.Setting) bool { return n.Name == s.Name && n.Value == s.Value })
	})
}

// unseen reports whether the customer does not show the setting.
func unseen(now dsr.RecordSettings, name string) bool {
	return slices.ContainsFunc(now.Settings, func(n dsr.Setting) bool { return n.Name == name && n.Unverifiable })
}

// makes reports whether the call gives the setting its value.
func (c change) makes(s dsr.Setting) bool { return c.setting == s.Name && c.value == s.Value }

// change makes one change. It returns a refusal that a look may prove wrong, and any other
// error as such.
func (c *Connector) change(ctx context.Context, change change, id string) (refusal *connectors.Error, err error) {
	request := httpapi.Request{
		Method: change.method, Path: change.path, Params: map[string]string{"id": id}, Absent: absence(httpapi.Unproven),
	}
	response, err := c.api.Do(ctx, request)
	var told answer
	switch {
	case errors.As(err, &refusal) && refusal.Status == http.StatusPreconditionFailed:
		refusal.Reason = "the customer is in the hands of another agent, or has not opted in; see to it in Landbot"
		return refusal, nil
	case err != nil:
		return nil, err
	case response.Absent: // the customer is gone, or the path is none of the API's
		errors.As(c.api.NotAbsent(request, response.Status), &refusal)
	case json.Unmarshal(response.Body, &told) == nil && told.Success != nil && !*told.Success:
		errors.As(c.api.Rejected(request, response.Status, "the answer is an error with a status of success"), &refusal)
	}
	return refusal, nil
}

func (c *Connector) misconfigured(reason string) error {
	return &connectors.Error{Class: connectors.Misconfigured, System: c.system, Reason: reason}
}
