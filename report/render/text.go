package render

import (
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// textWidth is how wide the lines of a letter are, in columns.
const textWidth = 78

type blockKind int

const (
	paragraph blockKind = iota
	title
	heading
	item
)

// A block is a part of a letter.
type block struct {
	kind  blockKind
	lines []string
}

// A Text is a letter or a record, which can be written in several forms.
type Text struct {
	blocks []block
	words  lexicon
}

// textFollows stands before a text that people wrote and that begins like a heading or an item
// of a list, so that it is neither. It is no character (Unicode, section 23.7): no text has it.
const textFollows = "\ufdd0"

// asText keeps what people wrote from being structure where a template begins a line with it.
func asText(text string) string {
	text = strings.ReplaceAll(text, textFollows, "")
	if strings.HasPrefix(text, "#") || strings.HasPrefix(text, "-") {
		return textFollows + text
	}
	return text
}

// parseText reads what a template has written: a line "# …" is the title, "## …" a
// heading, "- …" an item of a list; everything else are paragraphs, between blank
// lines.
func parseText(source string, words lexicon) Text {
	t := Text{words: words}
	open := false
	for line := range strings.Lines(source) {
		kind, line := kindOf(line)
		switch {
		case line == "":
			open = false
		case kind != paragraph:
			t.blocks = append(t.blocks, block{kind, []string{line}})
			open = false
		case open:
			last := &t.blocks[len(t.blocks)-1]
			last.lines = append(last.lines, line)
		default:
			t.blocks = append(t.blocks, block{paragraph, []string{line}})
			open = true
		}
	}
	return t
}

// kindOf says what a line is, and what is on it.
func kindOf(line string) (kind blockKind, content string) {
	content = strings.TrimSpace(line)
	for prefix, k := range map[string]blockKind{"# ": title, "## ": heading, "- ": item} {
		if rest, ok := strings.CutPrefix(content, prefix); ok {
			kind, content = k, rest
			break
		}
	}
	return kind, strings.ReplaceAll(content, textFollows, "")
}

// Plain writes the text in lines.
func (t Text) Plain(w io.Writer) error {
	var b strings.Builder
	for i, part := range t.blocks {
		if i > 0 && (part.kind != item || t.blocks[i-1].kind != item) {
			b.WriteString("\n")
		}
		for _, line := range part.lines {
			b.WriteString(plainLine(part.kind, line))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func plainLine(kind blockKind, line string) string {
	switch kind {
	case title:
		return line + "\n" + strings.Repeat("=", text.StringWidth(line)) + "\n"
	case heading:
		return line + "\n" + strings.Repeat("-", text.StringWidth(line)) + "\n"
	case item:
		return "- " + strings.ReplaceAll(wrapped(line, textWidth-2), "\n", "\n  ") + "\n"
	default:
		return wrapped(line, textWidth) + "\n"
	}
}

// wrapped breaks a line between words.
func wrapped(line string, width int) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Split(line, " ") {
		size := text.StringWidth(word)
		switch {
		case column == 0:
		case column+1+size > width:
			b.WriteString("\n")
			column = 0
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += size
	}
	return b.String()
}

var textPage = template.Must(template.New("text").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}" dir="{{.Direction}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>{{.Style}}</style>
</head>
<body class="letter">
<main>
{{.Body}}</main>
</body>
</html>
`))

// HTML writes the text as a page that needs nothing from anywhere else.
func (t Text) HTML(w io.Writer) error { return t.page(w, "report.css") }

func (t Text) page(w io.Writer, sheet string) error {
	style, err := templates.ReadFile("templates/" + sheet)
	if err != nil {
		return fmt.Errorf("render the letter: %w", err)
	}
	return textPage.Execute(w, struct {
		Language, Direction, Title string
		Style                      template.CSS
		Body                       template.HTML
	}{
		string(t.words.language), t.words.Direction, t.title(),
		template.CSS(style), template.HTML(t.body()), //nolint:gosec // the style sheet is built in; body escapes
	})
}

func (t Text) title() string {
	for _, part := range t.blocks {
		if part.kind == title {
			return part.lines[0]
		}
	}
	return ""
}

// body is the text's elements, with what people have written escaped. What is in one
// group stays on one page.
func (t Text) body() string {
	var b strings.Builder
	for _, group := range t.groups() {
		b.WriteString("<div class=\"part\">\n")
		for i, part := range group {
			if part.kind == item && (i == 0 || group[i-1].kind != item) {
				b.WriteString("<ul>\n")
			}
			lines := make([]string, len(part.lines))
			for j, line := range part.lines {
				lines[j] = template.HTMLEscapeString(line)
				if t.words.Direction == "rtl" && !arabic.MatchString(line) { // an address, say
					lines[j] = "<bdi>" + lines[j] + "</bdi>"
				}
			}
			tag := map[blockKind]string{paragraph: "p", title: "h1", heading: "h2", item: "li"}[part.kind]
			fmt.Fprintf(&b, "<%s>%s</%s>\n", tag, strings.Join(lines, "<br>"), tag)
			if part.kind == item && (i == len(group)-1 || group[i+1].kind != item) {
				b.WriteString("</ul>\n")
			}
		}
		b.WriteString("</div>\n")
	}
	return b.String()
}

// groups are the blocks that belong together: a heading or a paragraph with the list
// under it, and the last two paragraphs, which are the farewell and the name.
func (t Text) groups() [][]block {
	var groups [][]block
	for i, part := range t.blocks {
		last := len(groups) - 1
		joins := i > 0 && (part.kind == item ||
			part.kind == paragraph && t.blocks[i-1].kind == heading ||
			part.kind == paragraph && t.blocks[i-1].kind == paragraph && i == len(t.blocks)-1)
		if joins {
			groups[last] = append(groups[last], part)
			continue
		}
		groups = append(groups, []block{part})
	}
	return groups
}
