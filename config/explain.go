package config

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

// explain notes what a kind found wrong with the system, each problem at the
// line it is about. A field that was refused already is not refused again.
func (s *systemReader) explain(err error, kind connectors.Kind) {
	var problems dsr.Problems
	if err != nil && !errors.As(err, &problems) {
		s.at.refuse("%s", err)
	}
	for _, problem := range problems {
		// Options stand beside the common keys in the file.
		field := strings.TrimPrefix(problem.Field, "options.")
		at := s.at.child(deepest(s.at.node, field), field)
		if !s.found.concerns(at.field) && !s.sectionRefused(field) {
			at.refuse("%s", problem.Text+help(kind, problem))
		}
	}
}

// sectionRefused reports whether something was found wrong with the section
// that holds the field, such as "credentials", so that what is missing there
// may only be misspelt.
func (s *systemReader) sectionRefused(field string) bool {
	section, _, nested := strings.Cut(field, ".")
	return nested && s.found.concerns(s.at.child(s.at.node, section).field)
}

// help is what the kind says of a key that is needed, to be put after that.
func help(kind connectors.Kind, problem dsr.Problem) string {
	section, name, _ := strings.Cut(problem.Field, ".")
	keys := map[string][]connectors.Key{"credentials": kind.Credentials, "options": kind.Options}[section]
	i := slices.IndexFunc(keys, func(k connectors.Key) bool { return k.Name == name })
	if i < 0 || keys[i].Help == "" || problem.Text != "is needed" {
		return ""
	}
	return ": " + keys[i].Help
}

// deepest follows a field's name, such as "credentials.token" or "steps[0]",
// from the node down as far as the file goes.
func deepest(node *yaml.Node, field string) *yaml.Node {
	for _, step := range strings.FieldsFunc(field, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		next := part(node, step)
		if next == nil {
			break
		}
		node = next
	}
	return node
}

// part is the part of a mapping or list that a key or number names, or nil.
func part(node *yaml.Node, step string) *yaml.Node {
	if node.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(node.Content) {
			return node.Content[i]
		}
		return nil
	}
	for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == step {
			return node.Content[i+1]
		}
	}
	return nil
}
