package gist

import (
	"maps"
	"net/http"
	"slices"

	"ite.digital/lethe/simulators"
)

func (s *Sim) routeTags(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		s.listTags(w)
	case http.MethodPost:
		s.tag(w, r)
	default:
		refuse(w, http.StatusMethodNotAllowed, "Method not allowed")
	}
}

func (s *Sim) listTags(w http.ResponseWriter) {
	names := map[string]bool{}
	for _, c := range s.contacts {
		if c.deleted.IsZero() {
			for _, name := range c.Tags {
				names[name] = true
			}
		}
	}
	tags := []any{}
	for i, name := range slices.Sorted(maps.Keys(names)) {
		tags = append(tags, simulators.JSON{"id": i + 1, "name": name})
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"tags": tags})
}

// tag adds a tag to contacts, or takes it away from those marked "untag" (published connectors).
func (s *Sim) tag(w http.ResponseWriter, r *http.Request) {
	fields, ok := decode(r)
	name := text(fields["name"])
	if !ok || name == "" {
		refuse(w, http.StatusUnprocessableEntity, "Name is required")
		return
	}
	contacts, _ := fields["contacts"].([]any)
	for _, entry := range contacts {
		named, _ := entry.(map[string]any)
		c := s.contactByID(text(named["id"]))
		if c == nil || !c.deleted.IsZero() {
			refuse(w, http.StatusNotFound, "Contact not found")
			return
		}
		c.Tags = slices.DeleteFunc(c.Tags, func(t string) bool { return t == name })
		if named["untag"] != true {
			c.Tags = append(c.Tags, name)
		}
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"tag": simulators.JSON{"id": 1, "name": name}})
}
