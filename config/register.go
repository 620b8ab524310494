package config

import (
	"slices"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/register"
	"ite.digital/lethe/spelling"
)

// LoadRegister reads the register of recipients at path. The error is an
// [*Error] that lists everything wrong with the file.
func LoadRegister(path string) (register.Register, error) {
	found := &findings{}
	var r register.Register
	if root, ok := (document{noun: "register", example: "recipients.example.yaml"}).read(path, found); ok {
		r = readRegister(root)
	}
	if err := found.err(path); err != nil {
		return register.Register{}, err
	}
	return r, nil
}

func readRegister(root value) register.Register {
	entries := root.entries()
	root.refuseUnknown(entries, []string{"policy", "recipients"}, nil)
	r := register.Register{Policy: lineOf(entries, "policy")}
	if recipients, ok := entries["recipients"]; ok {
		r.Recipients = readRecipients(recipients.value)
	} else {
		root.needed("recipients", "the list of those who get personal data, each with its name")
	}
	return r
}

// readRecipients reads the list of recipients.
func readRecipients(v value) []register.Recipient {
	items := v.items()
	if items != nil && len(items) == 0 {
		v.refuse("is empty; list at least one recipient")
	}
	recipients := make([]register.Recipient, 0, len(items))
	firsts := map[string]int{}
	for _, item := range items {
		if entries := item.entries(); entries != nil {
			recipients = append(recipients, readRecipient(item, entries))
			item.refuseSecond(entries, firsts, "recipient")
		}
	}
	return recipients
}

func readRecipient(at value, entries map[string]entry) register.Recipient {
	at.refuseUnknown(entries, []string{"name", "title", "legal_name", "role", "section", "data", "system", "systems", "exempt"}, nil)
	r := register.Recipient{
		Name:      at.name(entries, "a short name for the recipient, such as gist; that of its system, if there is one"),
		Title:     lineOf(entries, "title"),
		LegalName: lineOf(entries, "legal_name"),
		Section:   lineOf(entries, "section"),
		Systems:   readNamedSystems(entries),
	}
	if e, ok := entries["role"]; ok {
		r.Role = readRole(e.value)
	}
	if e, ok := entries["data"]; ok {
		r.Data = e.value.texts()
	}
	if e, ok := entries["exempt"]; ok {
		r.Exempt = readExemption(e.value)
	}
	refuseContradictions(entries)
	return r
}

// refuseContradictions refuses keys of which only one can be meant.
func refuseContradictions(entries map[string]entry) {
	_, one := entries["system"]
	several, many := entries["systems"]
	exempt, isExempt := entries["exempt"]
	if one && many {
		several.value.refuse("stands beside system; name all systems in this list and leave system out")
	}
	if isExempt && (one || many) {
		exempt.value.refuse("stands beside a system; either a system carries out the erasure, or the recipient is exempt from it")
	}
}

// readNamedSystems reads which systems carry out a recipient's erasure.
func readNamedSystems(entries map[string]entry) []string {
	var names []string
	if e, ok := entries["system"]; ok {
		if name, ok := e.value.plainName(); ok {
			names = append(names, name)
		}
	}
	e, ok := entries["systems"]
	if !ok {
		return names
	}
	items := e.value.items()
	if items != nil && len(items) == 0 {
		e.value.refuse("is empty; name at least one system or leave the key out")
	}
	for _, item := range items {
		name, ok := item.plainName()
		if ok && slices.Contains(names, name) {
			item.refuse("names the system %q twice; keep one", name)
		}
		names = append(names, name)
	}
	return names
}

// readRole reads what the recipient is by the law.
func readRole(v value) register.Role {
	text, ok := v.text()
	if !ok {
		return ""
	}
	names := make([]string, len(dsr.Roles()))
	for i, role := range dsr.Roles() {
		names[i] = string(role)
	}
	switch near := spelling.Nearest(text, names); {
	case slices.Contains(names, text):
	case near != "":
		v.refuse("%q is not a role; did you mean %s?", text, near)
	default:
		v.refuse("is not a role; use %s", oneOf(names))
	}
	return register.Role(text)
}

// readExemption reads why a recipient is exempt.
func readExemption(v value) *register.Exemption {
	entries := v.entries()
	if entries == nil {
		return nil
	}
	v.refuseUnknown(entries, []string{"reason", "decided_by", "decided_on", "review_on"}, nil)
	for _, key := range [][2]string{
		{"reason", "why it is impossible to tell the recipient, or takes a disproportionate effort, in a sentence"},
		{"decided_by", "the function of who decided, such as data protection officer"},
		{"decided_on", "the day of the decision, such as 2026-11-02"},
		{"review_on", "the day by which somebody decides anew, such as 2027-11-02"},
	} {
		if _, ok := entries[key[0]]; !ok {
			v.needed(key[0], key[1])
		}
	}
	exemption := &register.Exemption{
		DecidedBy: lineOf(entries, "decided_by"), DecidedOn: dayOf(entries, "decided_on"), ReviewOn: dayOf(entries, "review_on"),
	}
	if e, ok := entries["reason"]; ok {
		exemption.Reason, _ = e.value.text()
	}
	if exemption.ReviewOn != "" && exemption.DecidedOn != "" && exemption.ReviewOn <= exemption.DecidedOn {
		entries["review_on"].value.refuse("is not after decided_on; write the day by which somebody decides anew")
	}
	return exemption
}

// dayOf reads the day that stands under a key, if any.
func dayOf(entries map[string]entry, key string) register.Day {
	e, ok := entries[key]
	if !ok {
		return ""
	}
	text, ok := e.value.text()
	if !ok {
		return ""
	}
	day, ok := register.ParseDay(text)
	if !ok {
		e.value.refuse("is not a day; write year, month and day, such as 2027-11-01")
		return ""
	}
	return day
}
