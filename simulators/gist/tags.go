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
		s.listTags(w, r)
	case http.MethodPost:
		s.tag(w, r)
	default:
		refuse(w, http.StatusMethodNotAllowed, "Method not allowed")
	}
}

func (s *Sim) listTags(w http.ResponseWriter, r *http.Request) {
	names := map[string]bool{}
	for _, c := range s.contacts {
		if c.deleted.IsZero() {
			for _, name := range c.Tags {
				names[name] = true
			}
		}
	}
	var rows []row
	for i, name := range slices.Sorted(maps.Keys(names)) {
		rows = append(rows, row{id: int64(i + 1), json: simulators.JSON{"id": i + 1, "name": name}})
	}
	s.writePage(w, r, "tags", rows)
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
