package connectors

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ite.digital/lethe/dsr"
)

// System turns a configured system of this kind into the form in which
// requests plan with it. It says everything that is wrong with the
// configuration as [dsr.Problems], each field named as in the configuration
// ("options.property"), and never repeats a value. It touches no network.
func (k Kind) System(s Settings, title, processor string, maxRecords int) (dsr.System, error) {
	problems := k.problems(s)
	system := dsr.System{
		Name:       s.System,
		Title:      title,
		Connector:  k.Name,
		Processor:  processor,
		Mode:       k.Mode,
		Needs:      slices.Clone(k.Needs),
		Verifiable: k.Verifiable,
		Parts:      k.Parts,
		MaxRecords: maxRecords,
		NotCovered: slices.Clone(k.NotCovered),
	}
	if k.Restriction != nil {
		facts := *k.Restriction
		system.Restriction = &facts
	}
	if k.Describe != nil {
		problems = append(problems, asProblems(k.Describe(s, &system))...)
	}
	if len(problems) > 0 {
		return dsr.System{}, problems
	}
	return system, nil
}

// asProblems spreads an error of Describe.
func asProblems(err error) dsr.Problems {
	var known dsr.Problems
	switch {
	case err == nil, errors.As(err, &known):
		return known
	default:
		return dsr.Problems{{Field: "options", Text: err.Error()}}
	}
}

// problems compares the configuration with the keys that the kind understands.
func (k Kind) problems(s Settings) dsr.Problems {
	credentials := map[string][]string{}
	for name, value := range s.Credentials {
		credentials[name] = []string{value}
	}
	problems := keyProblems("credentials", k.Credentials, credentials)
	problems = append(problems, keyProblems("options", k.Options, s.Options)...)
	for _, t := range slices.Sorted(maps.Keys(s.Fields)) {
		if !slices.Contains(k.Fields, t) {
			problems = append(problems, dsr.Problem{Field: "fields." + string(t), Text: "this kind of connector reads no such field"})
		}
	}
	switch {
	case k.New == nil && s.BaseURL != "":
		problems = append(problems, dsr.Problem{Field: "base_url", Text: "this kind of connector reaches nothing; leave it out"})
	case k.New != nil && s.BaseURL == "" && k.BaseURL == "":
		problems = append(problems, dsr.Problem{Field: "base_url", Text: "is needed"})
	}
	return problems
}

// keyProblems compares one section of the configuration with its keys.
func keyProblems(section string, keys []Key, values map[string][]string) dsr.Problems {
	var problems dsr.Problems
	add := func(name, format string, arguments ...any) {
		problems = append(problems, dsr.Problem{Field: section + "." + name, Text: fmt.Sprintf(format, arguments...)})
	}
	known := "this kind of connector takes no " + section
	if len(keys) > 0 {
		known = "use " + namesOf(keys)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.ContainsFunc(keys, func(k Key) bool { return k.Name == name }) {
			add(name, "is not known; %s", known)
		}
	}
	for _, key := range keys {
		given, ok := values[key.Name]
		blank := slices.ContainsFunc(given, func(v string) bool { return strings.TrimSpace(v) == "" })
		switch {
		case key.Required && len(given) == 0:
			add(key.Name, "is needed")
		case ok && (blank || len(given) == 0):
			add(key.Name, "is empty")
		case !key.List && len(given) > 1:
			add(key.Name, "takes one value, not a list")
		}
	}
	return problems
}

func namesOf(keys []Key) string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = key.Name
	}
	return strings.Join(names, ", ")
}

// OptionTypes reads the option of the given name as a list of identifier
// types, or returns the default if it is not set.
func (s Settings) OptionTypes(name string, byDefault ...dsr.IdentifierType) ([]dsr.IdentifierType, error) {
	if len(s.Options[name]) == 0 {
		return byDefault, nil
	}
	var types []dsr.IdentifierType
	for i, value := range s.Options[name] {
		t := dsr.IdentifierType(value)
		switch {
		case !t.Known():
			return nil, dsr.Problems{{Field: fmt.Sprintf("options.%s[%d]", name, i), Text: "is not an identifier type, such as email"}}
		case !slices.Contains(types, t):
			types = append(types, t)
		}
	}
	return types, nil
}
