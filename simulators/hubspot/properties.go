package hubspot

import (
	"maps"
	"net/http"
	"slices"

	"ite.digital/lethe/simulators"
)

// AddProperty makes a custom property exist; a search for one that does not exist is refused.
func (s *Sim) AddProperty(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.properties[name] = true
}

// AddCheckbox makes a property exist that is a single checkbox: "true", "false" or nothing.
func (s *Sim) AddCheckbox(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.properties[name], s.checkboxes[name] = true, true
}

// property describes a property of contacts.
func (s *Sim) property(w http.ResponseWriter, _ *http.Request, at call) {
	name := at.rest[1]
	if !s.properties[name] {
		refuse(w, http.StatusNotFound, "No property exists with name '"+name+"'")
		return
	}
	simulators.WriteJSON(w, http.StatusOK, s.propertyJSON(name))
}

func (s *Sim) listProperties(w http.ResponseWriter, _ *http.Request, _ call) {
	results := []any{}
	for _, name := range slices.Sorted(maps.Keys(s.properties)) {
		results = append(results, s.propertyJSON(name))
	}
	simulators.WriteJSON(w, http.StatusOK, simulators.JSON{"results": results})
}

// createProperty makes a property that is a text or a single checkbox. A name that is taken is a conflict.
func (s *Sim) createProperty(w http.ResponseWriter, r *http.Request, _ call) {
	var request struct {
		Name      string `json:"name"`
		Type      string `json:"type"`
		FieldType string `json:"fieldType"`
	}
	if !decode(r, &request, "fieldType", "groupName", "label", "name", "type") || request.Name == "" {
		refuse(w, http.StatusBadRequest, "Invalid input JSON: fieldType, groupName, label, name and type are required")
		return
	}
	if s.properties[request.Name] {
		refuse(w, http.StatusConflict, "A property named '"+request.Name+"' already exists")
		return
	}
	s.properties[request.Name] = true
	s.checkboxes[request.Name] = request.FieldType == "booleancheckbox"
	simulators.WriteJSON(w, http.StatusCreated, s.propertyJSON(request.Name))
}

func (s *Sim) propertyJSON(name string) simulators.JSON {
	shown := simulators.JSON{
		"name": name, "label": name, "description": "", "type": "string", "fieldType": "text",
		"groupName": "contactinformation", "options": []any{}, "archived": false,
	}
	if s.checkboxes[name] {
		shown["type"], shown["fieldType"] = "bool", "booleancheckbox"
		shown["options"] = []any{
			simulators.JSON{"label": "Yes", "value": "true", "displayOrder": 0, "hidden": false},
			simulators.JSON{"label": "No", "value": "false", "displayOrder": 1, "hidden": false},
		}
	}
	return shown
}
