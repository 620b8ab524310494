package render_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/report/render"
)

var pictures = flag.Bool("pictures", false, "take the pictures of docs/report.md anew, with chromium and pdftoppm")

// shutter is how long taking one picture may last.
const shutter = 2 * time.Minute

// TestThePicturesOfTheDocumentation takes them, if asked for; look at each. The files
// that they are of are in the folder of artifacts (-artifacts).
func TestThePicturesOfTheDocumentation(t *testing.T) {
	t.Parallel()
	if !*pictures {
		t.Skip("pictures are taken with -pictures")
	}
	c := camera{t, t.ArtifactDir()}
	for _, language := range render.Languages() {
		var pages, papers strings.Builder
		for _, n := range []int{1, 8, 60} {
			r := excepted(max(n, 8))
			r.Systems = r.Systems[:n]
			r.Conclude()
			pages.WriteString(frame(c.html(r, language), 760, 1500, 0.62))
			for _, page := range c.pdf(r, language, map[int]int{1: 2, 8: 3, 60: 3}[n]) {
				papers.WriteString(img(page, 340))
			}
		}
		c.take("report-html-"+string(language), pages.String(), size{1450, 950}, language == render.Arabic)
		c.take("report-pdf-"+string(language), papers.String(), size{1408, 986}, false)
	}
	c.take("report-page", frame(c.html(excepted(8), render.English), 1000, 1050, 1), size{1020, 1070}, false)
	c.take("report-phone-dark", frame(c.html(excepted(8), render.French), 375, 900, 1)+
		frame(c.html(lifted(true), render.Arabic), 375, 900, 1), size{790, 920}, true)
	c.take("report-restriction", frame(c.html(restrictedInPart(), render.English), 760, 1750, 0.6)+
		frame(c.html(lifted(true), render.French), 760, 1750, 0.6)+frame(c.html(superseded(), render.Arabic), 760, 1750, 0.6), size{1405, 1070}, false)
	var letters strings.Builder
	for _, language := range render.Languages() {
		letter, err := render.Letter(fixture(8), options(language))
		require.NoError(t, err)
		letters.WriteString(img(c.paper("letter-"+string(language), letter.PDF, 1)[0], 455))
	}
	c.take("report-letter", letters.String(), size{1410, 660}, false)
	var quarters strings.Builder
	for _, language := range render.Languages() {
		var b bytes.Buffer
		require.NoError(t, render.Overview(&b, quarter(false), options(language)))
		quarters.WriteString(frame(c.file("overview."+string(language)+".html", b.Bytes()), 900, 1900, 0.55))
	}
	c.take("overview", quarters.String(), size{1522, 1062}, false)
}

// A camera takes pictures of what is rendered.
type camera struct {
	*testing.T
	folder string
}

type size struct{ width, height int }

func (c camera) file(name string, content []byte) string {
	c.Helper()
	path := filepath.Join(c.folder, name)
	require.NoError(c, os.WriteFile(path, content, 0o600))
	return path
}

func (c camera) html(r dsr.Report, language render.Language) string {
	c.Helper()
	var b bytes.Buffer
	require.NoError(c, render.HTML(&b, r, options(language)))
	return c.file(fmt.Sprintf("%s-%s-%d.%s.html", r.Kind, r.Standing(), len(r.Systems), language), b.Bytes())
}

func (c camera) pdf(r dsr.Report, language render.Language, pages int) []string {
	c.Helper()
	return c.paper(fmt.Sprintf("%s-%s-%d.%s", r.Kind, r.Standing(), len(r.Systems), language),
		func(w io.Writer) error { return render.PDF(w, r, options(language)) }, pages)
}

// paper writes a PDF and returns pictures of its first pages.
func (c camera) paper(name string, write func(io.Writer) error, pages int) []string {
	c.Helper()
	var b bytes.Buffer
	require.NoError(c, write(&b))
	path := c.file(name+".pdf", b.Bytes())
	c.run("pdftoppm", "-r", "72", "-png", "-l", fmt.Sprint(pages), path, strings.TrimSuffix(path, ".pdf"))
	found, err := filepath.Glob(strings.TrimSuffix(path, ".pdf") + "-*.png")
	require.NoError(c, err)
	require.NotEmpty(c, found)
	return found
}

// frame shows a page in a window of its own, and img a picture.
func frame(path string, width, height int, scale float64) string {
	return fmt.Sprintf(`<div style="width:%dpx;height:%dpx;overflow:hidden"><iframe src="file://%s" style="width:%dpx;height:%dpx;border:0;transform:scale(%g);transform-origin:0 0"></iframe></div>`,
		int(float64(width)*scale), int(float64(height)*scale), path, width, height, scale)
}

func img(path string, width int) string {
	return fmt.Sprintf(`<img src="file://%s" width="%d">`, path, width)
}

// take has Chromium show what is given, side by side, and puts the picture into the
// documentation.
func (c camera) take(name, body string, s size, dark bool) {
	c.Helper()
	sheet := c.file(name+".html", []byte(`<!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="light dark">`+
		`<body style="margin:8px;background:#8a8f98;display:flex;flex-wrap:wrap;gap:8px;align-content:flex-start">`+body))
	picture := filepath.Join(c.folder, name+".png")
	arguments := []string{
		"--headless", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--allow-file-access-from-files",
		"--user-data-dir=" + c.TempDir(), fmt.Sprintf("--window-size=%d,%d", s.width, s.height), "--screenshot=" + picture,
	}
	if dark {
		arguments = append(arguments, "--blink-settings=preferredColorScheme=0")
	}
	if os.Geteuid() == 0 {
		arguments = append(arguments, "--no-sandbox") // Chromium refuses to have one as root
	}
	c.run("chromium", append(arguments, "file://"+sheet)...)
	content, err := os.ReadFile(picture)
	require.NoError(c, err)
	taken, err := png.Decode(bytes.NewReader(content))
	require.NoError(c, err)
	var small bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	require.NoError(c, encoder.Encode(&small, fewColours(taken)))
	require.NoError(c, os.WriteFile(filepath.Join("..", "..", "docs", "pictures", name+".png"), small.Bytes(), 0o600))
}

func (c camera) run(program string, arguments ...string) {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), shutter)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, arguments...).CombinedOutput()
	require.NoError(c, err, "%s: %s", program, out)
}

// fewColours keeps the most frequent colours of a picture, which makes it small: text on
// paper has few.
func fewColours(picture image.Image) image.Image {
	const kept = 200
	bounds := picture.Bounds()
	counts := map[color.RGBA]int{}
	each := func(do func(x, y int, c color.RGBA)) {
		for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
			for x := bounds.Min.X; x < bounds.Max.X; x++ {
				do(x, y, color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA))
			}
		}
	}
	each(func(_, _ int, c color.RGBA) { counts[c]++ })
	order := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(rank(a), rank(b)))
	})
	var palette color.Palette
	for _, c := range order[:min(kept, len(order))] {
		palette = append(palette, c)
	}
	small := image.NewPaletted(bounds, palette)
	nearest := map[color.RGBA]uint8{}
	each(func(x, y int, c color.RGBA) {
		at, known := nearest[c]
		if !known {
			at = uint8(palette.Index(c)) // there are 200 at most
			nearest[c] = at
		}
		small.SetColorIndex(x, y, at)
	})
	return small
}

func rank(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }
