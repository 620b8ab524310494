package config

import (
	"os"
	"path/filepath"
)

// A Company is who answers requests, as reports and letters name it. Everything
// may be empty; letters then leave a gap that is easily seen.
type Company struct {
	Name string
	// Address is the postal address, a line each.
	Address []string
	// Contact is how a data subject reaches whoever answers for data protection.
	Contact string
	// Authority is the supervisory authority a data subject can complain to, with
	// its address (GDPR Art. 12(4), 77).
	Authority string
	// Letters is the folder with the company's own templates of letters; empty for
	// those that are built in.
	Letters string
}

// company reads who answers requests.
func (l *loader) company(entries map[string]entry) Company {
	e, ok := entries["company"]
	if !ok {
		return Company{}
	}
	parts := e.value.entries()
	e.value.refuseUnknown(parts, []string{"name", "address", "contact", "authority", "letters"}, nil)
	company := Company{Name: lineOf(parts, "name"), Contact: lineOf(parts, "contact"), Authority: lineOf(parts, "authority")}
	if part, ok := parts["address"]; ok {
		for i, text := range part.value.texts() {
			if len(text) > maxLine {
				part.value.refuse("line %d is longer than %d bytes; make it two", i+1, maxLine)
			}
			company.Address = append(company.Address, text)
		}
	}
	if part, ok := parts["letters"]; ok {
		company.Letters = l.folderAt(part.value)
	}
	return company
}

// folderAt reads the path of a folder that is there. A relative one starts at the
// configuration's folder.
func (l *loader) folderAt(v value) string {
	path, ok := v.text()
	if !ok {
		return ""
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(l.folder, path)
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		v.refuse("is not a folder that can be read; name the one with your templates, or leave it out")
	}
	return path
}
