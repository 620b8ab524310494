package e2e

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/carlos7ags/folio/reader"
	"github.com/stretchr/testify/require"
)

// rendered writes a request's report in every form and language that it has, and the
// overview that it is counted in, into the site's folder, where the search for the
// person reads them; what a PDF says is written beside it. Address is Temporal's.
func (s *site) rendered(id string, address ...string) {
	s.Helper()
	folder := filepath.Join(s.dir, "renderings", strings.ReplaceAll(id, "/", "-"))
	require.NoError(s, os.MkdirAll(folder, 0o700))
	write := func(name string, arguments ...string) {
		path := filepath.Join(folder, name)
		s.must(append(append(arguments, "--output", path), address...)...)
		if filepath.Ext(path) == ".pdf" {
			s.printed(path)
		}
	}
	write("report.txt", "report", id)
	write("report.json", "report", id, "--format", "json")
	write("stats.json", "stats", "--format", "json", "--from", "2020-01-01", "--requests")
	write("stats.txt", "stats", "--from", "2020-01-01", "--requests")
	for _, language := range []string{"en", "fr", "ar"} {
		write("stats."+language+".html", "stats", "--format", "html", "--from", "2020-01-01", "--requests", "--language", language)
		for _, form := range []string{"html", "pdf"} {
			end := language + "." + form
			write("report."+end, "report", id, "--format", form, "--language", language)
			write("letter."+end, "report", id, "--format", "letter", "--language", language)
			write("letter-named."+end, "report", id, "--format", "letter", "--language", language, "--name-recipients")
			if language != "en" && !strings.HasPrefix(id, "restriction/") {
				write("record."+end, "report", id, "--format", "destruction-record", "--language", language)
			}
		}
	}
}

// notified writes the notice that the restriction is lifted, likewise.
func (s *site) notified(id string) {
	s.Helper()
	folder := filepath.Join(s.dir, "renderings", "notice")
	require.NoError(s, os.MkdirAll(folder, 0o700))
	for _, language := range []string{"en", "fr", "ar"} {
		for _, end := range []string{"txt", "html", "pdf"} {
			path := filepath.Join(folder, "notice."+language+"."+end)
			s.must("lifting-notice", id, "--language", language, "--output", path)
			if end == "pdf" {
				s.printed(path)
			}
		}
	}
}

// printed writes the text of a PDF beside it, whole and without the blanks, which are
// the typesetter's.
func (s *site) printed(path string) {
	s.Helper()
	content, err := os.ReadFile(path)
	require.NoError(s, err)
	pdf, err := reader.Parse(content)
	require.NoError(s, err)
	var all strings.Builder
	for i := range pdf.PageCount() {
		page, err := pdf.Page(i)
		require.NoError(s, err)
		text, err := page.ExtractText()
		require.NoError(s, err)
		all.WriteString(text + "\n" + strings.Join(strings.Fields(text), ""))
	}
	require.NotEmpty(s, strings.TrimSpace(all.String()), path)
	require.NoError(s, os.WriteFile(path+".txt", []byte(all.String()), 0o600))
}
