package worker_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/carlos7ags/folio/reader"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/report/render"
	"ite.digital/lethe/simulators/population"
)

// TestNoRenderingNamesThePerson carries out real requests and looks for the people
// in every form that their reports can take.
func TestNoRenderingNamesThePerson(t *testing.T) {
	t.Parallel()
	for _, person := range []population.Person{population.Ana, population.Oneil, population.Zoe} {
		t.Run(strings.Fields(person.Name)[0], func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, person)
			tr.operate(1)
			r := tr.run()
			for form, content := range renderings(t, r) {
				require.NotEmpty(t, content, form)
				for _, identifier := range []string{person.Name, person.Email, person.Phone, person.CustomerID, person.GAClientID} {
					for _, spelling := range []string{identifier, strings.TrimPrefix(identifier, "+"), strings.ReplaceAll(identifier, "'", "&#39;")} {
						require.NotContains(t, strings.ToLower(content), strings.ToLower(squeeze(spelling)), form)
					}
				}
			}
		})
	}
}

// TestARenderingThatNamedThePersonWouldBeCaught makes sure that the test above can
// fail, in every form but the letters that do not show the field.
func TestARenderingThatNamedThePersonWouldBeCaught(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, population.Ana)
	tr.operate(1)
	r := tr.run()
	r.Systems[0].State, r.Systems[0].Explanation = dsr.Retained, "kept for "+population.Ana.Email
	r.Conclude()
	for form, content := range renderings(t, r) {
		require.Contains(t, content, population.Ana.Email, form)
	}
}

// renderings are all forms of a report, without their blanks.
func renderings(t *testing.T, r dsr.Report) map[string]string {
	t.Helper()
	forms := map[string]string{}
	add := func(name string, write func(io.Writer) error) {
		var b bytes.Buffer
		require.NoError(t, write(&b), name)
		content := b.String()
		if strings.HasPrefix(content, "%PDF-") {
			content = printed(t, b.Bytes())
		}
		forms[name] = squeeze(content)
	}
	encoded, err := report.Encode(r)
	require.NoError(t, err)
	forms["json"] = squeeze(string(encoded))
	add("text", func(w io.Writer) error { return report.Text(w, r) })
	for _, language := range render.Languages() {
		for _, o := range []render.Options{{Language: language}, {Language: language, NameRecipients: true}} {
			name := fmt.Sprintf("%s, named: %t", language, o.NameRecipients)
			add("html "+name, func(w io.Writer) error { return render.HTML(w, r, o) })
			add("pdf "+name, func(w io.Writer) error { return render.PDF(w, r, o) })
			letter, err := render.Letter(r, o)
			require.NoError(t, err)
			add("letter "+name, letter.Plain)
			add("letter as a page "+name, letter.HTML)
			add("letter as a pdf "+name, letter.PDF)
			if language != render.English {
				record, err := render.DestructionRecord(r, o)
				require.NoError(t, err)
				add("record "+name, record.Plain)
			}
		}
	}
	return forms
}

// printed is the text of a PDF.
func printed(t *testing.T, content []byte) string {
	t.Helper()
	pdf, err := reader.Parse(content)
	require.NoError(t, err)
	var all strings.Builder
	for i := range pdf.PageCount() {
		page, err := pdf.Page(i)
		require.NoError(t, err)
		text, err := page.ExtractText()
		require.NoError(t, err)
		all.WriteString(text)
	}
	return all.String()
}

func squeeze(text string) string {
	return strings.Join(strings.Fields(norm.NFC.String(text)), "")
}
