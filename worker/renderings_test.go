package worker_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/carlos7ags/folio/reader"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report"
	"ite.digital/lethe/report/overview"
	"ite.digital/lethe/report/render"
	"ite.digital/lethe/simulators/population"
)

// TestNoRenderingNamesThePerson carries out real requests and looks for the people
// in every form that their reports can take.
func TestNoRenderingNamesThePerson(t *testing.T) {
	t.Parallel()
	for _, person := range []population.Person{population.Ana, population.Oneil, population.Zoe} {
		t.Run(strings.Fields(person.Name)[0]+" is erased", func(t *testing.T) {
			t.Parallel()
			tr := newTrial(t, person)
			tr.operate(1)
			unnamed(t, tr.run(), person)
		})
		t.Run(strings.Fields(person.Name)[0]+" is restricted", func(t *testing.T) {
			t.Parallel()
			inForce, lifted := restricted(t, person)
			require.Equal(t, dsr.StatusRestricted, inForce.Status)
			unnamed(t, inForce, person)
			require.Equal(t, dsr.StandingLifted, lifted.Standing())
			unnamed(t, lifted, person)
		})
	}
}

// restricted carries out a restriction, and returns its reports in force and lifted.
func restricted(t *testing.T, person population.Person) (inForce, lifted dsr.Report) {
	t.Helper()
	r := newRestraint(t, person)
	r.at(time.Hour, r.answers)
	r.at(3*aDay, func() { inForce = r.status() })
	r.lifts(5 * aDay)
	lifted = r.run()
	return inForce, lifted
}

// unnamed makes sure that no form of the report names the person.
func unnamed(t *testing.T, r dsr.Report, person population.Person) {
	t.Helper()
	for form, content := range renderings(t, r) {
		require.NotEmpty(t, content, form)
		for _, identifier := range []string{person.Name, person.Email, person.Phone, person.CustomerID, person.GAClientID} {
			for _, spelling := range []string{identifier, strings.TrimPrefix(identifier, "+"), strings.ReplaceAll(identifier, "'", "&#39;")} {
				require.NotContains(t, strings.ToLower(content), strings.ToLower(squeeze(spelling)), form)
			}
		}
	}
}

// TestARenderingThatNamedThePersonWouldBeCaught makes sure that the test above can
// fail, in every form: whatever the form shows of a system names the person.
func TestARenderingThatNamedThePersonWouldBeCaught(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, population.Ana)
	tr.operate(1)
	inForce, lifted := restricted(t, population.Ana)
	for name, r := range map[string]dsr.Report{"erased": tr.run(), "in force": inForce, "lifted": lifted} {
		for i := range r.Systems {
			o := &r.Systems[i]
			o.Name, o.Title, o.Category, o.Processor = population.Ana.Email, population.Ana.Email, population.Ana.Email, population.Ana.Email
		}
		for form, content := range renderings(t, r) {
			require.Contains(t, content, population.Ana.Email, "%s: %s", name, form)
		}
	}
}

// A composer writes a letter.
type composer func(dsr.Report, render.Options) (render.Text, error)

// renderings are all forms of a report that its request can have, without their blanks.
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
	tally := overview.New(overview.Period{From: r.ReceivedAt.AddDate(0, 0, -1), To: r.ReceivedAt.AddDate(0, 0, 1)}, r.ReceivedAt.AddDate(0, 2, 0), true)
	tally.Add(r, true, 1)
	add("overview", func(w io.Writer) error { return overview.Text(w, tally.Overview()) })
	for _, language := range render.Languages() {
		for _, o := range []render.Options{{Language: language}, {Language: language, NameRecipients: true}} {
			name := fmt.Sprintf("%s, named: %t", language, o.NameRecipients)
			add("html "+name, func(w io.Writer) error { return render.HTML(w, r, o) })
			add("pdf "+name, func(w io.Writer) error { return render.PDF(w, r, o) })
			add("overview "+name, func(w io.Writer) error { return render.Overview(w, tally.Overview(), o) })
			for document, compose := range documents(r, language) {
				letter, err := compose(r, o)
				require.NoError(t, err, document)
				add(document+" "+name, letter.Plain)
				add(document+" as a page "+name, letter.HTML)
				add(document+" as a pdf "+name, letter.PDF)
			}
		}
	}
	return forms
}

// documents are the letters and records that there are of the report.
func documents(r dsr.Report, language render.Language) map[string]composer {
	all := map[string]composer{"letter": render.Letter}
	if r.Kind == dsr.Erasure && language != render.English {
		all["record"] = render.DestructionRecord
	}
	if r.Status == dsr.StatusRestricted {
		all["notice"] = func(r dsr.Report, o render.Options) (render.Text, error) {
			return render.LiftingNotice(r, o, render.Lifting{On: r.ReceivedAt.AddDate(0, 1, 0), Reason: "the data was corrected"})
		}
	}
	return all
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
