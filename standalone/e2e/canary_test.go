package e2e

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/simulators/population"
)

// canaries are the forms in which a person's identifiers may hide in files.
func canaries(person population.Person) map[string]string {
	forms := map[string]string{}
	for name, value := range map[string]string{
		"e-mail": person.Email, "phone": strings.TrimPrefix(person.Phone, "+33"), "client id": person.GAClientID,
	} {
		quoted, _ := json.Marshal(value) //nolint:errchkjson // a text always can be
		forms[name] = value
		forms[name+", lower case"] = strings.ToLower(value)
		forms[name+", in a URL"] = url.QueryEscape(value)
		forms[name+", in JSON"] = strings.Trim(string(quoted), `"`)
		for offset, text := range base64Forms(value) {
			forms[name+", in base64 at "+string(rune('0'+offset))] = text
		}
	}
	return forms
}

// base64Forms are what a value looks like inside of base64, by how far it stands
// from a group of three bytes: the characters that no neighbour has a part in.
func base64Forms(value string) [3]string {
	var forms [3]string
	for offset := range forms {
		text := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), value...))
		forms[offset] = text[(offset*8+5)/6 : (offset+len(value))*8/6]
	}
	return forms
}

// named says where below a folder, and in what form, the person is named.
func (s *site) named(folder string, person population.Person) []string {
	s.Helper()
	var hits []string
	require.NoError(s, filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for form, text := range canaries(person) {
			if strings.Contains(path, text) || strings.Contains(string(content), text) {
				hits = append(hits, filepath.Base(path)+": "+form)
			}
		}
		return nil
	}))
	for form, text := range canaries(person) {
		if strings.Contains(s.log(), text) {
			hits = append(hits, "log: "+form)
		}
	}
	return hits
}
