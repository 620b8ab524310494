package catalogue

import (
	"bytes"
	_ "embed" // the page's template
	"fmt"
	"strings"
	"text/template"
	"time"

	"ite.digital/lethe/connectors"
	"ite.digital/lethe/dsr"
)

//go:embed page.md.tmpl
var pageTemplate string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"mode":       modeOf,
	"evidence":   evidenceOf,
	"types":      typesOf,
	"days":       func(d time.Duration) int { return int(d / (24 * time.Hour)) },
	"env":        func(words ...string) string { return strings.ToUpper(strings.Join(words, "_")) },
	"inc":        func(i int) int { return i + 1 },
	"date":       dateOr,
	"provenance": provenanceOf,
	"warnDays":   func() int { return int(connectors.WarnBefore / (24 * time.Hour)) },
	"yes": func(needed bool) string {
		if needed {
			return "yes"
		}
		return "no"
	},
}).Parse(pageTemplate))

// Page is the documentation of a kind, in Markdown.
func Page(k connectors.Kind) string {
	var text bytes.Buffer
	if err := page.Execute(&text, k); err != nil {
		panic(fmt.Sprintf("catalogue: the page of %s: %v", k.Name, err)) // the template does not fit the facts
	}
	return text.String()
}

// Index is the documentation's list of all kinds, in Markdown.
func Index() string {
	var text strings.Builder
	text.WriteString("<!-- Generated from the connectors' facts by `make generate`. -->\n# Connectors\n\n" +
		"| connector | reaches | how | searched with | evidence | can restrict |\n|---|---|---|---|---|---|\n")
	for _, k := range kinds {
		fmt.Fprintf(&text, "| [`%s`](%s.md) | %s | %s | %s | %s | %s |\n",
			k.Name, k.Name, k.Title, modeOf(k), typesOf(k.Needs), evidenceOf(k.Evidence), restrictionOf(k))
	}
	text.WriteString("\n## How each connector is known\n\n" + Known())
	return text.String()
}

// Known is the table, in Markdown, of how each connector with an API is known.
func Known() string {
	var text strings.Builder
	text.WriteString("| connector | API version, end of support | documentation read | simulator by others | live run |\n" +
		"|---|---|---|---|---|\n")
	for _, k := range kinds {
		if k.API == nil {
			continue
		}
		support := k.Support(connectors.Settings{})
		fmt.Fprintf(&text, "| %s | %s, %s | %s | %s | %s |\n", k.Name, support.Version, support.End(),
			day(k.Provenance.DocumentationRead), byAnother(k.Provenance), liveRun(k.Provenance.LiveRun))
	}
	return text.String()
}

// provenanceOf says in a line how a connector is known.
func provenanceOf(p *connectors.Provenance) string {
	return fmt.Sprintf("Documentation read on %s: %s. Simulator by another author than the connector's: %s. Run "+
		"against the vendor itself: %s.",
		day(p.DocumentationRead), p.Documentation, byAnother(p), liveRun(p.LiveRun))
}

func byAnother(p *connectors.Provenance) string {
	if p.Simulator == connectors.AnotherAuthor {
		return "yes"
	}
	return "no"
}

func liveRun(run *connectors.LiveRun) string {
	if run == nil {
		return "never"
	}
	return day(run.On) + ", by " + run.By
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// dateOr is a day, or what is said where there is none.
func dateOr(t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return day(t)
}

func modeOf(k connectors.Kind) string {
	return map[dsr.Mode]string{
		dsr.Automatic: "automatic", dsr.Manual: "a task for a person", dsr.None: "nothing to do",
	}[k.Mode]
}

func evidenceOf(e dsr.EvidenceKind) string {
	return map[dsr.EvidenceKind]string{
		dsr.ReadBack: "read back", dsr.AcceptedCount: "accepted, record by record", dsr.Submission: "receipt of the order",
		dsr.PersonsWord: "a person's word", dsr.Statement: "a statement",
	}[e]
}

func restrictionOf(k connectors.Kind) string {
	switch {
	case k.Mode == dsr.None:
		return "not applicable"
	case k.Restriction == nil || !k.Restriction.Able:
		return "no"
	}
	return "yes"
}

func typesOf(types []dsr.IdentifierType) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = "`" + string(t) + "`"
	}
	return strings.Join(names, ", ")
}
