package webhook

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// The requests that restrictions need.
const (
	settingsPath = "/settings"
	applyPath    = "/apply"
)

// The statuses of records whose settings are read or changed, beside not_found and
// failed.
const (
	statusFound   = "found"
	statusApplied = "applied"
)

// setting is one setting on the wire. The pointers tell what was left out.
type setting struct {
	Name         string  `json:"name"`
	Value        *string `json:"value"`
	Restricted   *string `json:"restricted,omitempty"`
	Irreversible bool    `json:"irreversible,omitempty"`
}

// recordSettings are the settings of one record on the wire.
type recordSettings struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	Status   string     `json:"status,omitempty"`
	Settings *[]setting `json:"settings,omitempty"`
}

// Settings asks the receiver for what a restriction changes.
func (c *Connector) Settings(ctx context.Context, records []dsr.Record) ([]dsr.RecordSettings, error) {
	var questions []recordSettings
	for _, r := range records {
		if strings.TrimSpace(r.ID) == "" || r.Kind == "" {
			return nil, c.misconfigured("a record to read has no id; no call was made")
		}
		questions = append(questions, recordSettings{ID: r.ID, Kind: r.Kind})
	}
	var all []dsr.RecordSettings
	for some := range slices.Chunk(questions, batch) {
		read := func(told recordSettings) (wrong string) {
			switch told.Status {
			case statusNotFound:
				return ""
			case statusFound:
			default:
				return "a result has a status that the protocol does not know"
			}
			settings, wrong := told.read()
			if len(settings.Settings) > 0 {
				all = append(all, settings)
			}
			return wrong
		}
		if err := c.exchange(ctx, settingsPath, some, read); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// read are the settings as Lethe knows them, or what is wrong with them.
func (r recordSettings) read() (settings dsr.RecordSettings, wrong string) {
	settings = dsr.RecordSettings{Kind: r.Kind, ID: r.ID}
	if r.Settings == nil {
		return settings, `a record that was found has no list "settings"`
	}
	seen := map[string]bool{}
	for _, s := range *r.Settings {
		switch {
		case strings.TrimSpace(s.Name) == "":
			return settings, "a setting has no name"
		case seen[s.Name]:
			return settings, "two settings of a record have the same name"
		case s.Value == nil || s.Restricted == nil:
			return settings, `a setting has no "value" or no "restricted"`
		}
		seen[s.Name] = true
		settings.Settings = append(settings.Settings, dsr.Setting{
			Name: s.Name, Value: *s.Value, Restricted: *s.Restricted, Irreversible: s.Irreversible,
		})
	}
	return settings, ""
}

// Apply asks the receiver to give settings their values.
func (c *Connector) Apply(ctx context.Context, changes []dsr.RecordSettings) error {
	var orders []recordSettings
	for _, change := range changes {
		if strings.TrimSpace(change.ID) == "" || change.Kind == "" {
			return c.misconfigured("a record to change has no id; no call was made")
		}
		var wanted []setting
		for _, s := range change.Settings {
			if strings.TrimSpace(s.Name) == "" {
				return c.misconfigured("a setting to change has no name; no call was made")
			}
			wanted = append(wanted, setting{Name: s.Name, Value: &s.Value})
		}
		if len(wanted) > 0 {
			orders = append(orders, recordSettings{ID: change.ID, Kind: change.Kind, Settings: &wanted})
		}
	}
	for some := range slices.Chunk(orders, batch) {
		failed := false
		err := c.exchange(ctx, applyPath, some, func(told recordSettings) (wrong string) {
			switch told.Status {
			case statusApplied, statusNotFound:
			case statusFailed:
				failed = true
			default:
				return "a result has a status that the protocol does not know"
			}
			return ""
		})
		switch {
		case err != nil:
			return err
		case failed:
			return c.api.Rejected(post(applyPath, nil, nil), http.StatusOK, "the receiver failed to change a record")
		}
	}
	return nil
}

// exchange sends records and hands over the one result for each, in the order of
// the records.
func (c *Connector) exchange(ctx context.Context, path string, records []recordSettings, each func(recordSettings) (wrong string)) error {
	var answer struct {
		Results []recordSettings `json:"results"`
	}
	request := post(path, struct {
		Records []recordSettings `json:"records"`
	}{records}, &answer)
	response, err := c.api.Do(ctx, request)
	if err != nil {
		return notImplemented(err)
	}
	used := map[int]bool{}
	for _, r := range records {
		at := settingsOf(r, answer.Results)
		if at < 0 || used[at] || len(answer.Results) != len(records) {
			return c.api.Malformed(request, response.Status, "the answer does not hold exactly one result for each record")
		}
		used[at] = true
		told := answer.Results[at]
		told.Kind = r.Kind
		if wrong := each(told); wrong != "" {
			return c.api.Malformed(request, response.Status, wrong)
		}
	}
	return nil
}

// settingsOf is the index of the one result for the record, or -1. A result may
// leave out the kind where the id says enough.
func settingsOf(r recordSettings, told []recordSettings) int {
	results := make([]result, len(told))
	for i, t := range told {
		results[i] = result{ID: t.ID, Kind: t.Kind}
	}
	return resultOf(dsr.Record{ID: r.ID, Kind: r.Kind}, results)
}

// notImplemented tells a receiver that knows nothing of restrictions from others
// that refuse.
func notImplemented(err error) error {
	var refused *connectors.Error
	if errors.As(err, &refused) && slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}, refused.Status) {
		refused.Class = connectors.Misconfigured
		refused.Reason = "the receiver does not implement restrictions: add the requests /settings and /apply there (docs/webhook.md), or restrict by hand"
		refused.RetryAfter, refused.Hint = 0, ""
	}
	return err
}

func (c *Connector) misconfigured(reason string) error {
	return &connectors.Error{Class: connectors.Misconfigured, System: c.system, Reason: reason}
}
