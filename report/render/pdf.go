package render

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/carlos7ags/folio/document"
	"github.com/carlos7ags/folio/font"
	"github.com/carlos7ags/folio/html"
	nethtml "golang.org/x/net/html"

	"ite.digital/lethe/dsr"
)

//go:embed fonts/*.ttf
var fonts embed.FS

// PDF writes the report as a PDF for A4 paper, with its fonts inside.
func PDF(w io.Writer, r dsr.Report, o Options) error {
	return writePDF(w, func(page io.Writer) error { return writePage(page, "pdf.css", r, o) })
}

// PDF writes the text as a PDF for A4 paper, with its fonts inside.
func (t Text) PDF(w io.Writer) error {
	return writePDF(w, func(page io.Writer) error { return t.page(page, "pdf.css") })
}

// writePDF sets a page on paper.
func writePDF(w io.Writer, write func(io.Writer) error) error {
	var page bytes.Buffer
	if err := write(&page); err != nil {
		return err
	}
	source, title, err := forPaper(&page)
	if err != nil {
		return err
	}
	size := document.PageSizeA4
	doc := document.NewDocument(size)
	doc.SetTagged(true)
	// Readers order Arabic themselves; with a second text beside the letters some
	// of them turn it round.
	doc.SetActualText(false)
	doc.Info.Title, doc.Info.Creator = title, "Lethe"
	if err := doc.AddHTML(source, &html.Options{
		BaseFS: fonts, PageWidth: size.Width, PageHeight: size.Height, DefaultFontSize: fontSize, StrictAssets: true,
	}); err != nil {
		return fmt.Errorf("set the PDF: %w", err)
	}
	if err := numberPages(doc, size.Width); err != nil {
		return err
	}
	if _, err := doc.WriteTo(w); err != nil {
		return fmt.Errorf("write the PDF: %w", err)
	}
	return nil
}

const (
	// fontSize is that of running text, footSize that of page numbers, footHeight
	// how far above the edge these are; all in points.
	fontSize   = 9
	footSize   = 8
	footHeight = 28
)

// numberPages writes a number at the foot of every page.
func numberPages(doc *document.Document, width float64) error {
	content, err := fonts.ReadFile("fonts/DejaVuSans.ttf")
	if err != nil {
		return fmt.Errorf("set the PDF: %w", err)
	}
	face, err := font.ParseTTF(content)
	if err != nil {
		return fmt.Errorf("set the PDF: %w", err)
	}
	embedded := font.NewEmbeddedFont(face)
	doc.SetFooter(func(at document.PageContext, page *document.Page) {
		text := fmt.Sprintf("%d / %d", at.PageIndex+1, at.TotalPages)
		page.AddTextEmbedded(text, embedded, footSize, (width-embedded.MeasureString(text, footSize))/2, footHeight)
	})
	return nil
}

// forPaper rewrites what browsers understand and the typesetter does not, and
// returns the page's title as well.
func forPaper(page io.Reader) (source, title string, err error) {
	root, err := nethtml.Parse(page)
	if err != nil {
		return "", "", fmt.Errorf("set the PDF: %w", err)
	}
	var isolates, texts, sections []*nethtml.Node
	rightToLeft := false
	for node := range root.Descendants() {
		switch {
		case node.Type == nethtml.ElementNode && node.Data == "html":
			for _, a := range node.Attr {
				rightToLeft = rightToLeft || a.Key == "dir" && a.Val == "rtl"
			}
		case node.Type == nethtml.ElementNode && (node.Data == "bdi" || node.Data == "wbr"):
			isolates = append(isolates, node)
		case node.Type == nethtml.ElementNode && node.Data == "section":
			sections = append(sections, node)
		case node.Type == nethtml.ElementNode && node.Data == "title" && node.FirstChild != nil:
			title = node.FirstChild.Data
		case node.Type == nethtml.ElementNode && (node.Data == "h3" || node.Data == "h4") && rightToLeft:
			// A heading takes its direction from its first letter, which is Latin.
			node.InsertBefore(&nethtml.Node{Type: nethtml.TextNode, Data: rightToLeftMark}, node.FirstChild)
		case node.Type == nethtml.ElementNode && node.Data == "span" && len(node.Attr) > 0 && strings.HasPrefix(node.Attr[0].Val, "badge"):
			// On paper no box sets a badge off from the name before it.
			node.Parent.InsertBefore(&nethtml.Node{Type: nethtml.TextNode, Data: "– "}, node)
		case node.Type == nethtml.TextNode && node.Parent.Data != "style":
			texts = append(texts, node)
		}
	}
	for _, node := range isolates {
		unwrap(node)
	}
	for _, section := range sections {
		keepTogether(section)
	}
	if rightToLeft {
		for _, node := range texts {
			node.Data = rightToLeftText(node.Data)
		}
	}
	var b strings.Builder
	if err := nethtml.Render(&b, root); err != nil {
		return "", "", fmt.Errorf("set the PDF: %w", err)
	}
	return b.String(), title, nil
}

// keepTogether moves what a section begins with into the first part of its first
// article, or into the head of its table: the typesetter does not keep a heading on the
// page of what follows.
func keepTogether(section *nethtml.Node) {
	var before []*nethtml.Node
	for node := range section.ChildNodes() {
		switch {
		case node.Type == nethtml.ElementNode && node.Data == "article":
			if part := child(node, "div"); part != nil {
				prepend(part, before)
			}
			return
		case node.Type == nethtml.ElementNode && node.Data == "table":
			if head := child(node, "thead"); head != nil && len(section.Attr) == 1 { // no part that stays together
				prepend(row(head), before)
			}
			return
		}
		before = append(before, node)
	}
}

// row makes the first row of a table's head, and returns its one cell.
func row(head *nethtml.Node) *nethtml.Node {
	columns := 0
	for node := range child(head, "tr").ChildNodes() {
		if node.Type == nethtml.ElementNode {
			columns++
		}
	}
	cell := &nethtml.Node{Type: nethtml.ElementNode, Data: "td", Attr: []nethtml.Attribute{{Key: "colspan", Val: strconv.Itoa(columns)}}}
	line := &nethtml.Node{Type: nethtml.ElementNode, Data: "tr"}
	line.AppendChild(cell)
	head.InsertBefore(line, head.FirstChild)
	return cell
}

// child is the first child element of the name.
func child(parent *nethtml.Node, name string) *nethtml.Node {
	for node := range parent.ChildNodes() {
		if node.Type == nethtml.ElementNode && node.Data == name {
			return node
		}
	}
	return nil
}

// prepend moves nodes to the beginning of a parent.
func prepend(parent *nethtml.Node, nodes []*nethtml.Node) {
	first := parent.FirstChild
	for _, node := range nodes {
		node.Parent.RemoveChild(node)
		parent.InsertBefore(node, first)
	}
}

// unwrap puts an element's children in its place.
func unwrap(node *nethtml.Node) {
	for child := node.FirstChild; child != nil; child = node.FirstChild {
		node.RemoveChild(child)
		node.Parent.InsertBefore(child, node)
	}
	node.Parent.RemoveChild(node)
}

var (
	// marks are the vowel signs, which the typesetter puts in the wrong place and
	// everyday Arabic does without, and the isolates, and word joiners, which it takes for letters.
	marks = regexp.MustCompile(`[\x{064B}-\x{0652}\x{2060}\x{2066}-\x{2069}]`)
	// afterNumber is punctuation behind a number in an Arabic sentence, and
	// afterLatin that behind a Latin word which more Arabic follows: the typesetter
	// takes both to be part of the word.
	afterNumber = regexp.MustCompile(`((?:^|\p{Arabic}\s)[0-9][0-9-]*)([.:,)\x{060C}\x{061B}]+)(\s|$)`)
	afterLatin  = regexp.MustCompile(`([\p{Latin}\d)])([.:\x{060C}\x{061B}])(\s+\p{Arabic})`)
	arabic      = regexp.MustCompile(`\p{Arabic}`)
)

// rightToLeftMark has the direction of Arabic letters and no shape.
const rightToLeftMark = "\u200F"

// rightToLeftText helps the typesetter with an Arabic text that has Latin words in
// it.
func rightToLeftText(text string) string {
	text = marks.ReplaceAllString(text, "")
	if !arabic.MatchString(text) {
		return text
	}
	const marked = "${1}" + rightToLeftMark + "${2}" + rightToLeftMark + "${3}"
	return afterLatin.ReplaceAllString(afterNumber.ReplaceAllString(text, marked), marked)
}
