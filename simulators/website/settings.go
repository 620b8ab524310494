package website

import (
	"encoding/json"
	"net/http"
	"slices"

	"ite.digital/lethe/simulators"
)

// Statuses of records whose settings are read or changed.
const (
	Found   = "found"
	Applied = "applied"
)

// Setting is one thing about a record that a restriction changes.
type Setting struct {
	Name         string `json:"name"`
	Value        string `json:"value"`
	Restricted   string `json:"restricted,omitempty"`
	Irreversible bool   `json:"irreversible,omitempty"`
}

// Change plays somebody who changes a record in the site's own administration. It reports whether there is such a
// record.
func (s *Sim) Change(kind, recordID string, change func(*Record)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(kind, recordID)
	if r == nil {
		return false
	}
	change(r)
	return true
}

// settings shows the settings of the records asked for.
func (s *Sim) settings(w http.ResponseWriter, body []byte) {
	wanted := namedRecords(body)
	if len(wanted) == 0 {
		simulators.WriteJSON(w, http.StatusBadRequest, problem("bad_request", "no records"))
		return
	}
	results := []simulators.JSON{}
	for _, n := range wanted {
		held := s.find(n.Kind, n.ID)
		if held == nil {
			results = append(results, simulators.JSON{"id": n.ID, "kind": n.Kind, "status": NotFound})
			continue
		}
		shown := held.Settings
		if shown == nil {
			shown = []Setting{}
		}
		results = append(results, simulators.JSON{"id": n.ID, "kind": n.Kind, "status": Found, "settings": shown})
	}
	slices.Reverse(results)
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"results": results})
}

// apply gives settings their values. A setting that is not known, or one that cannot be undone and is, fails its record.
func (s *Sim) apply(w http.ResponseWriter, body []byte) {
	var request struct {
		Records []struct {
			named
			Settings []Setting `json:"settings"`
		} `json:"records"`
	}
	if json.Unmarshal(body, &request) != nil || len(request.Records) == 0 {
		simulators.WriteJSON(w, http.StatusBadRequest, problem("bad_request", "no records"))
		return
	}
	results := []simulators.JSON{}
	for _, wanted := range request.Records {
		status := NotFound
		if held := s.find(wanted.Kind, wanted.ID); held != nil {
			status = held.change(wanted.Settings)
		}
		results = append(results, simulators.JSON{"id": wanted.ID, "kind": wanted.Kind, "status": status})
	}
	slices.Reverse(results)
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"results": results})
}

// change is all or nothing.
func (r *Record) change(wanted []Setting) string {
	changed := slices.Clone(r.Settings)
	for _, setting := range wanted {
		at := slices.IndexFunc(changed, func(held Setting) bool { return held.Name == setting.Name })
		if at < 0 || changed[at].Irreversible && changed[at].Value == changed[at].Restricted && setting.Value != changed[at].Value {
			return Failed
		}
		changed[at].Value = setting.Value
	}
	r.Settings = changed
	return Applied
}
