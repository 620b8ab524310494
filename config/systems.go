package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/connectors/httpapi"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
	"ite.digital/lethe/spelling"
)

// maxMaxRecords bounds max_records: nobody has that many accounts.
const maxMaxRecords = 1000

// commonKeys are those that a system of any kind may have.
func commonKeys() []string {
	return []string{"name", "connector", "title", "processor", "role", "category", "base_url", "credentials", "rate", "max_records", "approval", "retention", "fields"}
}

// systems reads the list of systems.
func (l *loader) systems(v value, normalizer identity.Parser) []System {
	items := v.items()
	if items != nil && len(items) == 0 {
		v.refuse("is empty; list at least one system")
	}
	systems := make([]System, 0, len(items))
	firsts := map[string]int{}
	for _, item := range items {
		if entries := item.entries(); entries != nil {
			s := &systemReader{loader: l, at: item, entries: entries}
			systems = append(systems, s.system(normalizer))
			item.refuseSecond(entries, firsts, "system")
		}
	}
	return systems
}

// A systemReader reads one system.
type systemReader struct {
	*loader
	at      value
	entries map[string]entry
}

func (s *systemReader) system(normalizer identity.Parser) System {
	settings := connectors.Settings{System: s.at.name(s.entries, "a short name of your own for the system, such as gist"), Parser: normalizer}
	kind, ok := s.kind()
	if !ok {
		return System{}
	}
	s.at.refuseUnknown(s.entries, append(commonKeys(), namesOf(kind.Options)...), s.otherKinds(kind))
	settings.BaseURL = s.baseURL(kind)
	settings.Rate = s.rate(kind)
	settings.Options = s.options(kind)
	settings.Fields = s.fields(kind)
	if e, ok := s.entries["credentials"]; ok {
		settings.Credentials = s.credentials(e.value, kind.Credentials)
	}
	plan := s.plan(kind, settings)
	if e, ok := s.entries["approval"]; ok {
		plan.ApprovalRequired = approval(e.value)
	}
	if e, ok := s.entries["retention"]; ok {
		plan.Retention = retention(e.value)
	}
	if s.without {
		settings.Credentials = nil
	}
	return System{Plan: plan, Kind: kind, Settings: settings}
}

// kind is the kind of connector that the system names.
func (s *systemReader) kind() (connectors.Kind, bool) {
	e, ok := s.entries["connector"]
	if !ok {
		s.at.needed("connector", "the kind of connector that reaches the system; "+oneOf(s.kindNames()))
		return connectors.Kind{}, false
	}
	name, ok := e.value.text()
	if !ok {
		return connectors.Kind{}, false
	}
	if i := slices.Index(s.kindNames(), name); i >= 0 {
		return s.kinds[i], true
	}
	if near := spelling.Nearest(name, s.kindNames()); near != "" {
		e.value.refuse("%q is not a kind of connector; did you mean %s?", name, near)
	} else {
		e.value.refuse("is not a kind of connector; use %s", oneOf(s.kindNames()))
	}
	return connectors.Kind{}, false
}

func (l *loader) kindNames() []string {
	names := make([]string, len(l.kinds))
	for i, kind := range l.kinds {
		names[i] = kind.Name
	}
	return names
}

// otherKinds explains a key that a different kind of connector understands.
func (s *systemReader) otherKinds(own connectors.Kind) func(key string) string {
	return func(key string) string {
		for _, kind := range s.kinds {
			if slices.Contains(namesOf(kind.Options), key) {
				return fmt.Sprintf("the key %q belongs to the connector %s and means nothing to %s; leave it out", key, kind.Name, own.Name)
			}
		}
		return ""
	}
}

// baseURL is the root of the vendor's API.
func (s *systemReader) baseURL(kind connectors.Kind) string {
	e, ok := s.entries["base_url"]
	if !ok {
		return kind.BaseURL
	}
	text, ok := e.value.text()
	if !ok || kind.New == nil {
		return text
	}
	_, err := httpapi.ParseBaseURL("", text)
	var misconfigured *connectors.Error
	if errors.As(err, &misconfigured) {
		e.value.refuse("%s", strings.TrimPrefix(misconfigured.Reason, "base_url "))
	}
	return text
}

// rate is the number of requests a second.
func (s *systemReader) rate(kind connectors.Kind) float64 {
	e, ok := s.entries["rate"]
	if !ok || s.reachesNothing(kind, e.value) {
		return kind.Rate
	}
	return e.value.number("the requests a second, such as 5")
}

// maxRecords is how many records are erased without asking a person; 0 where
// a person does it all.
func (s *systemReader) maxRecords(kind connectors.Kind) int {
	e, ok := s.entries["max_records"]
	switch {
	case ok && s.reachesNothing(kind, e.value), kind.New == nil:
		return 0
	case !ok:
		return DefaultMaxRecords
	}
	return e.value.count(maxMaxRecords, "how many records are erased without asking a person, such as 10")
}

// reachesNothing refuses a key that only means something to connectors that
// call an API.
func (s *systemReader) reachesNothing(kind connectors.Kind, v value) bool {
	if kind.New != nil {
		return false
	}
	v.refuse("means nothing to the connector %s, which calls no API; leave it out", kind.Name)
	return true
}

// options reads the keys that only this kind of connector understands.
func (s *systemReader) options(kind connectors.Kind) map[string][]string {
	options := map[string][]string{}
	for _, key := range kind.Options {
		e, ok := s.entries[key.Name]
		if !ok {
			continue
		}
		if key.List {
			options[key.Name] = e.value.texts()
		} else if text, ok := e.value.text(); ok {
			options[key.Name] = []string{text}
		}
	}
	return options
}

// fields reads which of the vendor's fields hold which identifiers.
func (s *systemReader) fields(kind connectors.Kind) map[dsr.IdentifierType][]string {
	e, ok := s.entries["fields"]
	if !ok {
		return nil
	}
	known := make([]string, len(kind.Fields))
	for i, t := range kind.Fields {
		known[i] = string(t)
	}
	entries := e.value.entries()
	e.value.refuseUnknown(entries, known, nil)
	fields := map[dsr.IdentifierType][]string{}
	for _, t := range kind.Fields {
		if names, ok := entries[string(t)]; ok {
			fields[t] = names.value.texts()
		}
	}
	return fields
}

// plan asks the kind what requests have to know of the system, and notes what
// the kind finds wrong.
func (s *systemReader) plan(kind connectors.Kind, settings connectors.Settings) dsr.System {
	title := kind.Title
	if e, ok := s.entries["title"]; ok {
		title = e.value.line()
	}
	plan, err := kind.System(settings, title, lineOf(s.entries, "processor"), s.maxRecords(kind))
	s.explain(err, kind)
	plan.Category = lineOf(s.entries, "category")
	if e, ok := s.entries["role"]; ok {
		plan.Role = readRole(e.value)
	}
	return plan
}

func namesOf(keys []connectors.Key) []string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = key.Name
	}
	return names
}
