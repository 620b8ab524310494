package render_test

import (
	"bytes"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"golang.org/x/net/html"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/render"
)

// page renders the fixture and reads it as browsers do.
func page(t *testing.T, n int, language render.Language) (source string, root *html.Node) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, render.HTML(&b, fixture(n), options(language)))
	root, err := html.Parse(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	return b.String(), root
}

// elements are those of the given name, or all for none.
func elements(root *html.Node, name string) []*html.Node {
	var found []*html.Node
	for node := range root.Descendants() {
		if node.Type == html.ElementNode && (name == "" || node.Data == name) {
			found = append(found, node)
		}
	}
	return found
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(node *html.Node) string {
	var b strings.Builder
	for child := range node.Descendants() {
		if child.Type == html.TextNode {
			b.WriteString(child.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

func TestThePageNeedsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	for _, language := range render.Languages() {
		source, root := page(t, 8, language)
		for _, node := range elements(root, "") {
			require.NotContains(t, []string{"script", "link", "img", "iframe", "object", "base", "form"}, node.Data)
			for _, a := range node.Attr {
				require.NotContains(t, []string{"src", "srcset", "style", "action"}, a.Key)
				require.False(t, strings.HasPrefix(a.Key, "on"), a.Key)
				if a.Key == "href" {
					require.True(t, strings.HasPrefix(a.Val, "#"), a.Val)
				}
			}
		}
		require.NotContains(t, source, "url(")
		require.NotContains(t, source, "@import")
		require.NotContains(t, source, "://")
	}
}

func TestThePageSaysItsLanguageAndDirection(t *testing.T) {
	t.Parallel()
	for language, direction := range map[render.Language]string{render.English: "ltr", render.French: "ltr", render.Arabic: "rtl"} {
		_, root := page(t, 8, language)
		root = elements(root, "html")[0]
		require.Equal(t, string(language), attribute(root, "lang"))
		require.Equal(t, direction, attribute(root, "dir"))
	}
}

func TestThePageNamesEverySystemWithAllThatIsKnown(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 8, 60} {
		r := fixture(n)
		_, root := page(t, n, render.English)
		articles := elements(root, "article")
		require.Len(t, articles, n)
		for i, o := range r.Systems {
			shown := text(articles[i])
			for _, fact := range append(said(o), append(o.NotCovered, o.Category)...) {
				require.Contains(t, shown, fact)
			}
			for _, call := range o.Calls {
				require.Contains(t, shown, call.Path)
			}
			for _, action := range o.Actions {
				require.Contains(t, shown, action.Operator)
				require.Contains(t, shown, action.Text)
			}
			if !o.ExpectedBy.IsZero() {
				require.Contains(t, shown, "2026-05-04")
			}
			if !o.VerifiedAt.IsZero() {
				require.Contains(t, shown, "2026-03-02 10:02:00 UTC, by looking again")
			}
		}
	}
}

func TestExceptionsComeFirst(t *testing.T) {
	t.Parallel()
	r := fixture(8)
	_, root := page(t, 8, render.English)
	require.Len(t, r.Exceptions, 2)
	first := elements(elements(root, "main")[0], "section")[0]
	for _, exception := range r.Exceptions {
		require.Contains(t, text(first), exception)
	}
	_, root = page(t, 1, render.French)
	require.Contains(t, text(elements(elements(root, "main")[0], "section")[0]), "Aucune.")
}

func TestThePageIsReadToThoseWhoDoNotSeeIt(t *testing.T) {
	t.Parallel()
	_, root := page(t, 60, render.Arabic)
	for _, landmark := range []string{"header", "main", "footer", "title", "h1"} {
		require.Len(t, elements(root, landmark), 1, landmark)
	}
	ids := map[string]bool{}
	for _, node := range elements(root, "") {
		if id := attribute(node, "id"); id != "" {
			require.False(t, ids[id], "the id %s is there twice", id)
			ids[id] = true
		}
	}
	for _, node := range elements(root, "") {
		if label := attribute(node, "aria-labelledby"); label != "" {
			require.True(t, ids[label], label)
		}
		if node.Data == "a" {
			require.True(t, ids[strings.TrimPrefix(attribute(node, "href"), "#")])
		}
	}
	for _, th := range elements(root, "th") {
		require.Contains(t, []string{"row", "col"}, attribute(th, "scope"))
		require.NotEmpty(t, text(th))
	}
	level := 0
	for _, node := range elements(root, "") {
		if len(node.Data) == 2 && node.Data[0] == 'h' && node.Data[1] >= '1' && node.Data[1] <= '6' {
			next := int(node.Data[1] - '0')
			require.LessOrEqual(t, next, level+1, "a heading leaves out a level: %s", text(node))
			level = next
		}
	}
}

var (
	colours = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6})`)
	roots   = regexp.MustCompile(`(?s):root \{(.*?)\}`)
)

// TestColoursAreToldApart computes the contrast of WCAG 2.2, section 1.4.3, of
// what is written on what, in light, dark and print.
func TestColoursAreToldApart(t *testing.T) {
	t.Parallel()
	style, err := os.ReadFile("templates/report.css")
	require.NoError(t, err)
	themes := roots.FindAllSubmatch(style, -1)
	require.Len(t, themes, 3)
	for i, theme := range themes {
		colour := map[string]float64{}
		for _, match := range colours.FindAllSubmatch(theme[1], -1) {
			colour[string(match[1])] = luminance(t, string(match[2]))
		}
		for _, pair := range [][2]string{
			{"ink", "paper"}, {"soft", "paper"}, {"link", "paper"}, {"ink", "panel"}, {"soft", "panel"}, {"link", "panel"},
			{"good", "good-paper"}, {"mind", "mind-paper"}, {"open", "open-paper"},
		} {
			a, b := colour[pair[0]], colour[pair[1]]
			contrast := (max(a, b) + 0.05) / (min(a, b) + 0.05)
			require.GreaterOrEqual(t, contrast, 4.5, "%s on %s in theme %d", pair[0], pair[1], i)
		}
	}
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		value, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		require.NoError(t, err)
		c := float64(value) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestWhatIsTypedIsShownAndNotCarriedOut(t *testing.T) {
	t.Parallel()
	r := fixture(8)
	r.Systems[3].Retained[0].Reason = `</td><script>alert(1)</script> "quoted" & more`
	r.Conclude()
	var b bytes.Buffer
	require.NoError(t, render.HTML(&b, r, options(render.English)))
	root, err := html.Parse(&b)
	require.NoError(t, err)
	require.Empty(t, elements(root, "script"))
	require.Contains(t, text(elements(root, "article")[3]), r.Systems[3].Retained[0].Reason)
}

// words reads what a language says.
func words(t *testing.T, language render.Language) (all struct {
	Months []string
	Text   map[string]string
	Law    map[string]string
}) {
	t.Helper()
	content, err := os.ReadFile("words/" + string(language) + ".yaml")
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(content, &all))
	return all
}

var verbs = regexp.MustCompile(`%\[\d\][sd]`)

func TestEveryLanguageSaysTheSame(t *testing.T) {
	t.Parallel()
	english := words(t, render.English)
	for _, language := range render.Languages() {
		other := words(t, language)
		require.Len(t, other.Months, 12)
		require.Len(t, other.Law, len(english.Law))
		require.Len(t, other.Text, len(english.Text), language)
		for key, form := range english.Text {
			require.NotEmpty(t, other.Text[key], "%s in %s", key, language)
			a, b := verbs.FindAllString(form, -1), verbs.FindAllString(other.Text[key], -1)
			require.ElementsMatch(t, a, b, "%s in %s", key, language)
		}
	}
}

func TestThereIsAWordForAllThatAReportCanSay(t *testing.T) {
	t.Parallel()
	known := words(t, render.English).Text
	keys := []string{"title.erasure", "kind.erasure"}
	for _, s := range []dsr.State{
		dsr.Erased, dsr.NotFound, dsr.Accepted, dsr.Attested, dsr.Retained, dsr.NotApplicable, dsr.CannotIdentify, dsr.Skipped, dsr.Planned,
		dsr.Pending, dsr.Locating, dsr.Acting, dsr.Verifying, dsr.NeedsOperator,
	} {
		keys = append(keys, "state."+string(s))
	}
	for _, s := range []dsr.Status{
		dsr.StatusOpen, dsr.StatusOverdue, dsr.StatusCompleted, dsr.StatusPlanned, dsr.StatusCancelled, dsr.StatusExceptions,
	} {
		keys = append(keys, "status."+string(s))
	}
	for _, e := range []dsr.EvidenceKind{dsr.ReadBack, dsr.AcceptedCount, dsr.Submission, dsr.PersonsWord, dsr.Statement} {
		keys = append(keys, "evidence."+string(e))
	}
	for _, t := range []dsr.IdentifierType{dsr.Email, dsr.Phone, dsr.CustomerID, dsr.GAClientID, dsr.GAUserID, dsr.GAAppInstanceID} {
		keys = append(keys, "id."+string(t))
	}
	for _, m := range []dsr.Mode{dsr.Automatic, dsr.Manual, dsr.None} {
		keys = append(keys, "mode."+string(m))
	}
	for _, role := range dsr.Roles() {
		keys = append(keys, "role."+string(role))
	}
	slices.Sort(keys)
	for _, key := range keys {
		require.Contains(t, known, key)
	}
}
