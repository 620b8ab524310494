package landbot

import (
	"context"
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
	var all []dsr.RecordSettings
	for _, record := range records {
		settings, found, err := c.settings(ctx, record.ID)
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
func (c *Connector) settings(ctx context.Context, id string) (dsr.RecordSettings, bool, error) {
	settings := dsr.RecordSettings{Kind: kindCustomer, ID: id}
	request := httpapi.Request{
		Path: customerPath, Params: map[string]string{"id": id}, Absent: []int{http.StatusNotFound, http.StatusGone},
	}
	a, found, err := c.get(ctx, request)
	switch {
	case err != nil || !found:
		return settings, false, err
	case a.Customer == nil || string(a.Customer.ID) != id:
		return settings, false, c.malformed(request, "the answer is not the customer that was asked for")
	case a.Customer.Blocked == nil || a.Customer.Archived == nil:
		return settings, false, &connectors.Error{
			Class: connectors.Malformed, System: c.system, Method: http.MethodGet, Path: customerPath, Status: http.StatusOK,
			Reason: "the answer does not say whether the customer is blocked and archived",
			Hint: "nothing was changed: block and archive the customer in Landbot by hand, note what was so before, " +
				"then skip-system with the reason",
		}
	}
	add := func(name string, value bool, restricted string) {
		settings.Settings = append(settings.Settings, dsr.Setting{
			Name: name, Value: strconv.FormatBool(value), Restricted: restricted, Irreversible: name == settingOptIn,
		})
	}
	if a.Customer.OptIn != nil {
		add(settingOptIn, *a.Customer.OptIn, "false")
	}
	add(settingBlocked, *a.Customer.Blocked, "true")
	add(settingArchived, *a.Customer.Archived, "true")
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
	for _, record := range wanted {
		if err := c.apply(ctx, record); err != nil {
			return err
		}
	}
	return nil
}

// apply makes the calls for what is not as wanted and reads the customer again:
// what the vendor answers to a change is not documented, and an opt-out that is
// repeated because its answer was lost is refused as if it had never been possible.
func (c *Connector) apply(ctx context.Context, wanted dsr.RecordSettings) error {
	now, found, err := c.settings(ctx, wanted.ID)
	if err != nil || !found {
		return err
	}
	missing := different(now, wanted)
	if len(missing) == 0 {
		return nil
	}
	var refusal *connectors.Error
	for _, change := range changes {
		if !slices.ContainsFunc(missing, change.makes) {
			continue
		}
		err := c.change(ctx, change, wanted.ID)
		var known *connectors.Error
		switch {
		case errors.As(err, &known) && known.Status == http.StatusPreconditionFailed:
			refusal = known
		case err != nil:
			return err
		}
	}
	now, found, err = c.settings(ctx, wanted.ID)
	missing = different(now, wanted)
	switch {
	case err != nil || !found || len(missing) == 0:
		return err
	case refusal != nil:
		refusal.Reason = "the customer is in the hands of another agent, or has not opted in; see to it in Landbot"
		return refusal
	case slices.ContainsFunc(missing, func(s dsr.Setting) bool { return s.Name == settingOptIn && s.Value == "true" }):
		return c.misconfigured("a WhatsApp opt-in can be given by the person alone; no call can make it")
	}
	return c.api.Rejected(httpapi.Request{Method: http.MethodGet, Path: customerPath}, http.StatusOK,
		"the vendor accepted a change and the customer is not changed")
}

// different are the wanted settings that are not so now.
func different(now, wanted dsr.RecordSettings) []dsr.Setting {
	return slices.DeleteFunc(slices.Clone(wanted.Settings), func(s dsr.Setting) bool {
		return slices.ContainsFunc(now.Settings, func(n dsr.Setting) bool { return n.Name == s.Name && n.Value == s.Value })
	})
}

// makes reports whether the call gives the setting its value.
func (c change) makes(s dsr.Setting) bool { return c.setting == s.Name && c.value == s.Value }

func (c *Connector) change(ctx context.Context, change change, id string) error {
	request := httpapi.Request{
		Method: change.method, Path: change.path, Params: map[string]string{"id": id},
		Absent: []int{http.StatusNotFound, http.StatusGone},
	}
	_, err := c.api.Do(ctx, request)
	return err
}

func (c *Connector) misconfigured(reason string) error {
	return &connectors.Error{Class: connectors.Misconfigured, System: c.system, Reason: reason}
}
