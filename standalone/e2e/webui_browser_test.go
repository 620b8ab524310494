package e2e

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

var pictures = flag.Bool("pictures", false, "take the pictures in docs/pictures anew")

// browsers are the names under which Chromium is installed.
var browsers = []string{"chromium", "chromium-browser", "google-chrome"}

// The size of the browser's page, in CSS pixels, which is that of the pictures.
const pageWidth, pageHeight = 1400, 1000

// A browser is an operator's Chromium with one open page.
type browser struct {
	*testing.T
	page context.Context
}

// findBrowser returns the Chromium that the machine has. Without one the test
// fails, for a Web UI that nobody looked at is not tested.
func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("LETHE_NO_BROWSER") == "1" {
		t.Skip("LETHE_NO_BROWSER=1: the Web UI is not tried")
	}
	require.FailNow(t, "there is no Chromium: install one with 'apt-get install chromium', or leave the tests of the Web UI out with LETHE_NO_BROWSER=1")
	return ""
}

// newBrowser starts a Chromium that reaches this machine only. It ends with the
// test.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(findBrowser(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(pageWidth, pageHeight),
		chromedp.Env("TZ=UTC", "LANG=en_US.UTF-8"),
		chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("disable-dev-shm-usage", true), // containers have little shared memory
		chromedp.Flag("hide-scrollbars", true),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses to have one as root
	}
	allocator, free := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(free)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	b := &browser{T: t, page: ctx}
	// The first Run owns the browser's process, so its context must not end.
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(pageWidth, pageHeight)), "start Chromium")
	require.NoError(t, b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: pageScript})
		return err
	})))
	return b
}

// pageScript is what the tests know of a page: which elements a person could
// read or press, and what all of it says, with the frames in which the Web UI
// shows Markdown.
const pageScript = `
window.lethe = {
  shown: e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0 && getComputedStyle(e).visibility === 'visible' },
  squeeze: text => (text || '').replace(/\s+/g, ' ').trim(),
  says: e => lethe.squeeze(e.getAttribute('aria-label') || e.innerText || e.placeholder),
  find: (css, text) => [...document.querySelectorAll(css)].find(e => lethe.shown(e) && (!text || [lethe.says(e), lethe.squeeze(e.innerText), e.innerText.trim().split('\n')[0]].includes(text))),
  target: (css, text) => {
    const e = lethe.find(css, text)
    if (!e || e.disabled || e.getAttribute('aria-disabled') === 'true') return null
    e.scrollIntoView({block: 'center', behavior: 'instant'})
    const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2
    const top = document.elementFromPoint(x, y)
    return top && (e.contains(top) || top.contains(e) && top.tagName === 'LABEL') ? {X: x, Y: y} : null
  },
  frames: () => [...document.querySelectorAll('iframe')].map(f => f.contentDocument && f.contentDocument.body).filter(Boolean),
  text: () => [document.body, ...lethe.frames()].map(e => e.innerText).join('\n'),
  source: () => [document.body, ...lethe.frames()].map(e => e.outerHTML).join('\n') +
    [...document.querySelectorAll('input, textarea')].map(e => e.value).join('\n'),
  rows: () => lethe.frames().flatMap(f => [...f.querySelectorAll('tr')].map(r => [...r.cells].map(c => lethe.squeeze(c.innerText)))),
}`

// do carries actions out, within the patience.
func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(b.page, patience)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

// ask evaluates an expression on a page, within the patience.
func ask[T any](b *browser, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(b.page, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression))
}

// call writes the call of a function of pageScript.
func call(function string, arguments ...string) string {
	quoted, _ := json.Marshal(arguments) //nolint:errchkjson // texts always can be
	return "lethe." + function + "(..." + string(quoted) + ")"
}

// until waits for what a person would wait for. A page that is being left has no
// answer, and is asked again.
func (b *browser) until(what string, come func() bool) {
	b.Helper()
	deadline := time.Now().Add(patience)
	for !come() {
		if time.Now().After(deadline) {
			text, _ := ask[string](b, "lethe.text()")
			where, _ := ask[string](b, "location.href")
			require.FailNow(b, "waited in vain for "+what, "at %s\nin %s, which says:\n%s", where, b.shoot(b.ArtifactDir(), "failure"), text)
		}
		select {
		case <-b.page.Done():
			require.FailNow(b, "the browser ended while the test waited for "+what)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// open goes to an address.
func (b *browser) open(url string) {
	b.Helper()
	require.NoError(b, b.do(chromedp.Navigate(url)), url)
}

// sees waits until the page says something.
func (b *browser) sees(text string) {
	b.Helper()
	b.until("the text: "+text, func() bool {
		said, err := ask[string](b, "lethe.squeeze(lethe.text())")
		return err == nil && strings.Contains(said, text)
	})
}

// loses waits until the page does not say something any more.
func (b *browser) loses(text string) {
	b.Helper()
	b.until("the end of the text: "+text, func() bool {
		said, err := ask[string](b, "lethe.squeeze(lethe.text())")
		return err == nil && !strings.Contains(said, text)
	})
}

// press clicks with the mouse on the first visible element of a CSS selector that
// says the text, once it is enabled, stands still and lies under nothing else.
func (b *browser) press(css, text string) {
	b.Helper()
	type point struct{ X, Y float64 }
	var last *point
	b.until("something to press: "+css+" "+text, func() bool {
		at, err := ask[*point](b, call("target", css, text))
		still := err == nil && at != nil && last != nil && *at == *last
		last = at
		return still
	})
	require.NoError(b, b.do(chromedp.MouseClickXY(last.X, last.Y)), "press %s %s", css, text)
}

// enter replaces the content of a field.
func (b *browser) enter(css, text string) {
	b.Helper()
	b.press(css, "")
	b.until("the cursor in "+css, func() bool {
		there, err := ask[bool](b, "document.activeElement.matches("+quote(css)+")")
		return err == nil && there
	})
	require.NoError(b, b.do(
		chromedp.KeyEvent("a", chromedp.KeyModifiers(kb.ModifierCtrl)),
		chromedp.KeyEvent("\b"),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
			return err
		}),
	), "enter into %s", css)
}

func quote(text string) string {
	quoted, _ := json.Marshal(text) //nolint:errchkjson // a text always can be
	return string(quoted)
}

// source is all that the page holds, shown or not.
func (b *browser) source() string {
	b.Helper()
	source, err := ask[string](b, "lethe.source()")
	require.NoError(b, err)
	return source
}

// picture takes a picture for the documentation, if asked for with -pictures.
func (b *browser) picture(name string) {
	b.Helper()
	if *pictures {
		b.shoot(filepath.Join("..", "..", "docs", "pictures"), name)
	}
}

// shoot writes what the page looks like into a folder, and says where.
func (b *browser) shoot(folder, name string) string {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.page, patience)
	defer cancel()
	image, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return "no picture: " + err.Error()
	}
	path := filepath.Join(folder, name+".png")
	require.NoError(b, os.WriteFile(path, image, 0o600))
	return path
}

// pressR presses the key with which the Web UI looks at a request's details again.
func pressR() chromedp.Action[chromedp.Void] { return chromedp.KeyEvent("r") }
