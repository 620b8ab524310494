package render

import (
	"embed"
	"fmt"
	"html/template"
	"io"

	"ite.digital/lethe/dsr"
)

//go:embed templates
var templates embed.FS

// HTML writes the report as one page that needs nothing from anywhere else.
func HTML(w io.Writer, r dsr.Report, o Options) error { return writePage(w, "report.css", r, o) }

// writePage writes the page with one of the built-in style sheets.
func writePage(w io.Writer, sheet string, r dsr.Report, o Options) error {
	p, err := view(r, o)
	if err != nil {
		return err
	}
	style, err := templates.ReadFile("templates/" + sheet)
	if err != nil {
		return fmt.Errorf("render the report: %w", err)
	}
	t, err := template.ParseFS(templates, "templates/report.html.tmpl")
	if err != nil {
		return fmt.Errorf("render the report: %w", err)
	}
	if err := t.Execute(w, struct {
		page
		Style template.CSS
	}{p, template.CSS(style)}); err != nil { //nolint:gosec // the style sheet is built in
		return fmt.Errorf("render the report: %w", err)
	}
	return nil
}
