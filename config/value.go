package config

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"ite.digital/lethe/spelling"
)

// A value is one node of the file under the name by which people know it. Its
// methods read it as what it should be, and note a problem where it is not.
type value struct {
	node  *yaml.Node
	field string
	// secret values may hold what must not be repeated, in keys as well.
	secret bool
	found  *findings
}

// An entry is one key of a mapping with its value.
type entry struct {
	key   *yaml.Node
	value value
}

// refuse notes what is wrong with the value.
func (v value) refuse(format string, arguments ...any) {
	v.found.add(Problem{Line: v.node.Line, Column: v.node.Column, Field: v.field, Text: fmt.Sprintf(format, arguments...)})
}

// child is the part of a mapping with the given key, at the given node.
func (v value) child(node *yaml.Node, key string) value {
	v.node = node
	if v.field != "" {
		key = v.field + "." + key
	}
	v.field = key
	return v
}

// shared reports whether the value stands for another one, which was refused
// when the file was parsed.
func (v value) shared() bool { return v.node.Kind == yaml.AliasNode }

// empty reports whether there is no value at all, and refuses that.
func (v value) empty() bool {
	if v.node.Kind != yaml.ScalarNode || v.node.ShortTag() != "!!null" && strings.TrimSpace(v.node.Value) != "" {
		return false
	}
	v.refuse("is empty; give it a value or leave the key out")
	return true
}

// entries returns the parts of a mapping by key, or nil if it is not one.
func (v value) entries() map[string]entry {
	if v.shared() || v.empty() {
		return nil
	}
	if v.node.Kind != yaml.MappingNode {
		v.refuse("is not a mapping; write lines of the form key: value")
		return nil
	}
	entries := map[string]entry{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		v.addEntry(entries, v.node.Content[i], v.node.Content[i+1])
	}
	return entries
}

func (v value) addEntry(entries map[string]entry, key, content *yaml.Node) {
	at := v
	at.node = key
	if key.Kind != yaml.ScalarNode {
		at.refuse("a key is not a plain word; write lines of the form key: value")
		return
	}
	if first, ok := entries[key.Value]; ok {
		at.refuse("holds the same key%s twice, first in line %d; keep one", at.quote(key.Value), first.key.Line)
		return
	}
	entries[key.Value] = entry{key: key, value: v.child(content, key.Value)}
}

// word matches what a message may repeat: a key, or the name of something.
var word = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,39}$`)

// quote is a key or name with a space before it, or nothing if it may not be
// repeated.
func (v value) quote(name string) string {
	if v.secret || !word.MatchString(name) {
		return ""
	}
	return fmt.Sprintf(" %q", name)
}

// refuseUnknown refuses the entries whose keys are not known. explain, if
// given, may know more about a key.
func (v value) refuseUnknown(entries map[string]entry, known []string, explain func(key string) string) {
	for key, e := range entries {
		if slices.Contains(known, key) {
			continue
		}
		at := v
		at.node = e.key
		text := ""
		if explain != nil {
			text = explain(key)
		}
		if text == "" {
			text = at.unknown(key, known)
		}
		at.refuse("%s", text)
	}
}

// unknown says what to write instead of the key. A key close to a known one is
// a slip of the pen and no secret.
func (v value) unknown(key string, known []string) string {
	if near := spelling.Nearest(key, known); near != "" {
		return fmt.Sprintf("the key %q is not known; did you mean %s?", key, near)
	}
	if len(known) == 0 {
		return "this kind of connector takes none; leave the section out"
	}
	return fmt.Sprintf("the key%s is not known; use %s", v.quote(key), oneOf(known))
}

// needed notes that a mapping lacks a key, at its first line. what says what
// belongs there.
func (v value) needed(key, what string) {
	v.child(v.node, key).refuse("is needed: %s", what)
}

// items returns the parts of a list, or nil if it is not one.
func (v value) items() []value {
	if v.shared() || v.empty() {
		return nil
	}
	if v.node.Kind != yaml.SequenceNode {
		v.refuse("is not a list; begin each item with a dash")
		return nil
	}
	items := make([]value, len(v.node.Content))
	for i, node := range v.node.Content {
		items[i] = v
		items[i].node, items[i].field = node, fmt.Sprintf("%s[%d]", v.field, i)
	}
	return items
}

// text reads a text. Numbers and dates are taken as they are written.
func (v value) text() (string, bool) {
	if v.shared() || v.empty() {
		return "", false
	}
	if v.node.Kind != yaml.ScalarNode || v.node.ShortTag() == "!!bool" {
		v.refuse("is not a text; put it in quotes if it holds a colon or is a word such as true")
		return "", false
	}
	return strings.TrimSpace(v.node.Value), true
}

// maxLine is how long a text may be that is shown in tables, in bytes.
const maxLine = 200

// line reads a text that people see in tables and headings.
func (v value) line() string {
	text, ok := v.text()
	if ok && (len(text) > maxLine || strings.ContainsFunc(text, unicode.IsControl)) {
		v.refuse("is not one line of at most %d bytes; shorten it", maxLine)
		return ""
	}
	return text
}

// lineOf reads the line that stands under a key, if any.
func lineOf(entries map[string]entry, key string) string {
	if e, ok := entries[key]; ok {
		return e.value.line()
	}
	return ""
}

// texts reads a list of texts. One text is a list of one.
func (v value) texts() []string {
	parts := []value{v}
	switch v.node.Kind {
	case yaml.SequenceNode:
		parts = v.items()
	case yaml.MappingNode:
		v.refuse("is not a list of texts; begin each with a dash")
		return nil
	}
	if len(parts) == 0 {
		v.refuse("is empty; give it a value or leave the key out")
	}
	var texts []string
	for _, item := range parts {
		if text, ok := item.text(); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// number reads a number greater than 0. what says what it counts.
func (v value) number(what string) float64 {
	if v.shared() || v.empty() {
		return 0
	}
	number, err := strconv.ParseFloat(v.node.Value, 64)
	if err != nil || !v.hasTag("!!int", "!!float") || math.IsInf(number, 0) || number <= 0 {
		v.refuse("is not a number greater than 0; write %s, without quotes", what)
		return 0
	}
	return number
}

// count reads a whole number from 1 to limit. what says what it counts.
func (v value) count(limit int, what string) int {
	if v.shared() || v.empty() {
		return 0
	}
	number, err := strconv.Atoi(v.node.Value)
	if err != nil || !v.hasTag("!!int") || number < 1 || number > limit {
		v.refuse("is not a whole number from 1 to %d; write %s, without quotes", limit, what)
		return 0
	}
	return number
}

func (v value) hasTag(tags ...string) bool {
	return v.node.Kind == yaml.ScalarNode && slices.Contains(tags, v.node.ShortTag())
}

// oneOf writes names as a choice.
func oneOf(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return "one of " + strings.Join(names, ", ")
}

// yes reads a value that is true or false.
func (v value) yes() bool {
	if v.shared() || v.empty() {
		return false
	}
	if !v.hasTag("!!bool") {
		v.refuse("is not true or false; write one of them, without quotes")
	}
	return v.hasTag("!!bool") && strings.EqualFold(v.node.Value, "true")
}
