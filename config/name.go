package config

import "regexp"

// namePattern matches what names a task queue, and an argument of the command line.
var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// name reads the name of an item, which it needs. what says what is named.
func (v value) name(entries map[string]entry, what string) string {
	e, ok := entries["name"]
	if !ok {
		v.needed("name", what)
		return ""
	}
	name, _ := e.value.plainName()
	return name
}

// plainName reads a name.
func (v value) plainName() (string, bool) {
	name, ok := v.text()
	if ok && !namePattern.MatchString(name) {
		v.refuse("is not a name; write 1 to 40 small letters, digits and dashes, a letter or digit first")
		return "", false
	}
	return name, ok
}

// refuseSecond refuses the name of an item that an earlier one has. firsts
// holds the lines of the names so far; noun is what is named.
func (v value) refuseSecond(entries map[string]entry, firsts map[string]int, noun string) {
	e := entries["name"]
	if e.value.node == nil || !namePattern.MatchString(e.value.node.Value) {
		return
	}
	name := e.value.node.Value
	if line, ok := firsts[name]; ok {
		e.value.refuse("%q is the name of another %s, in line %d; give each a name of its own", name, noun, line)
		return
	}
	firsts[name] = e.value.node.Line
}
