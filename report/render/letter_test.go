package render_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/render"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

// plain is the letter in lines.
func plain(t *testing.T, r dsr.Report, o render.Options) string {
	t.Helper()
	letter, err := render.Letter(r, o)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, letter.Plain(&b))
	return b.String()
}

func TestLettersReadLikeThis(t *testing.T) {
	t.Parallel()
	for _, language := range render.Languages() {
		golden(t, "letter."+string(language)+".txt", []byte(plain(t, fixture(8), options(language))))
		o := options(language)
		o.NameRecipients = true
		golden(t, "letter-named."+string(language)+".txt", []byte(plain(t, fixture(3), o)))
	}
}

func TestRecordsOfDestructionReadLikeThis(t *testing.T) {
	t.Parallel()
	for _, language := range []render.Language{render.French, render.Arabic} {
		record, err := render.DestructionRecord(fixture(8), options(language))
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, record.Plain(&b))
		golden(t, "destruction-record."+string(language)+".txt", b.Bytes())
	}
	_, err := render.DestructionRecord(fixture(8), options(render.English))
	require.ErrorContains(t, err, "is written in French and Arabic")
}

func TestRecipientsAreNamedOnlyIfAsked(t *testing.T) {
	t.Parallel()
	for _, language := range render.Languages() {
		o := options(language)
		letter := plain(t, fixture(8), o)
		for _, outcome := range fixture(8).Systems {
			require.NotContains(t, letter, outcome.Processor)
		}
		require.Contains(t, letter, "audience measurement")
		o.NameRecipients = true
		letter = strings.Join(strings.Fields(plain(t, fixture(8), o)), " ")
		require.Contains(t, letter, "Google Analytics 4 (Google Ireland Limited)")
		require.NotContains(t, letter, "audience measurement")
	}
}

func TestWhoIsRefusedIsToldWhyAndWhereToGo(t *testing.T) {
	t.Parallel()
	for language, remedies := range map[render.Language][]string{
		render.English: {"you may complain to a supervisory authority: CNIL", "go to court", "Articles 12(4), 77 and 79"},
		render.French:  {"une réclamation auprès d’une autorité de contrôle\u00a0: CNIL", "devant un tribunal", "articles 12, paragraphe 4, 77 et 79"},
		render.Arabic:  {"رفع شكوى إلى سلطة رقابة: - CNIL", "اللجوء إلى القضاء", "12 الفقرة 4 و77 و79"},
	} {
		letter := strings.Join(strings.FieldsFunc(plain(t, fixture(8), options(language)), func(r rune) bool { return r == ' ' || r == '\n' }), " ")
		for _, remedy := range append(remedies, "invoices are kept for ten years", "the contract ended in May 2025") {
			require.Contains(t, letter, remedy)
		}
	}
}

func TestNoLetterSaysThatSomethingWasVerifiedThatWasNot(t *testing.T) {
	t.Parallel()
	r := fixture(1)
	r.Systems[0].VerifiedAt, r.Systems[0].Explanation = time.Time{}, "the index lags behind for weeks"
	for language, claim := range map[render.Language]string{render.English: "then searched again", render.French: "ensuite cherché", render.Arabic: "ثم بحثنا من جديد"} {
		require.Contains(t, plain(t, fixture(1), options(language)), claim)
		require.NotContains(t, plain(t, r, options(language)), claim)
		require.Contains(t, plain(t, r, options(language)), "customer relationship management")
	}
}

func TestUnderAnotherLawNoArticleOfTheGDPRIsNamed(t *testing.T) {
	t.Parallel()
	r := fixture(8)
	r.Regulation = "ccpa@1"
	require.NotContains(t, plain(t, r, options(render.English)), "Article")
}

func TestALetterIsWrittenOnlyOfWhatIsDone(t *testing.T) {
	t.Parallel()
	for status, says := range map[dsr.Status]string{
		dsr.StatusOpen: "is not completed", dsr.StatusPlanned: "nothing was changed", dsr.StatusCancelled: "nothing was changed",
	} {
		r := fixture(8)
		r.Status = status
		_, err := render.Letter(r, options(render.English))
		require.ErrorContains(t, err, says)
		_, err = render.DestructionRecord(r, options(render.French))
		require.Error(t, err)
	}
}

func TestACompanyWritesItsOwnLetters(t *testing.T) {
	t.Parallel()
	o := options(render.French)
	o.Letters = t.TempDir()
	require.NotEmpty(t, plain(t, fixture(1), o), "what is not there is built in")
	path := filepath.Join(o.Letters, "letter.fr.txt.tmpl")
	write := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
	write("# Bonjour\n\nRéf. {{.RequestID}}\n{{range .Erased}}\n- {{.Name}}{{end}}\n")
	require.Equal(t, "Bonjour\n=======\n\nRéf. ticket-4711\n\n- customer relationship management\n", plain(t, fixture(1), o))
	for text, says := range map[string]string{
		"{{.RequestID":             "letter.fr.txt.tmpl cannot be used: template: letter.fr.txt.tmpl:1: unclosed action",
		"{{.Subject}}":             "letter.fr.txt.tmpl cannot be used: template: letter.fr.txt.tmpl:1:2: ",
		strings.Repeat("x", 2<<20): "it is larger than 1 MiB",
	} {
		write(text)
		_, err := render.Letter(fixture(1), o)
		require.ErrorContains(t, err, says)
	}
}

func TestALetterAsAPage(t *testing.T) {
	t.Parallel()
	r := fixture(8)
	r.Systems[3].Retained[0].Reason = "<b>bold</b>"
	letter, err := render.Letter(r, options(render.Arabic))
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, letter.HTML(&b))
	require.Contains(t, b.String(), `<html lang="ar" dir="rtl">`)
	require.Contains(t, b.String(), "<h1>طلبكم محو معطياتكم الشخصية</h1>")
	require.Contains(t, b.String(), "&lt;b&gt;bold")
	require.NotContains(t, b.String(), "<b>")
}
