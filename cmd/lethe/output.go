package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

// jsonFlag adds the flag that asks for machine-readable output.
func jsonFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("json", false, "write JSON")
}

// printJSON writes a value as indented JSON.
func (s *streams) printJSON(value any) error { return writeIndented(s.out, value) }

// writeIndented writes a value as indented JSON.
func writeIndented(w io.Writer, value any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	_, err := io.WriteString(w, escaped(b.String()))
	return err
}

// escaped escapes, in JSON, the characters that a terminal may obey and that the encoder leaves
// as they are: programs read the same, and a terminal shows them.
func escaped(content string) string {
	var b strings.Builder
	for _, r := range content {
		if r == '\n' || !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// printTable writes rows below a header. Columns named in widths are wrapped.
func (s *streams) printTable(header table.Row, rows []table.Row, widths map[string]int) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Format.Header = text.FormatDefault
	var columns []table.ColumnConfig
	for name, width := range widths {
		columns = append(columns, table.ColumnConfig{Name: name, WidthMax: width, WidthMaxEnforcer: text.WrapSoft})
	}
	t.SetColumnConfigs(columns)
	t.SuppressTrailingSpaces()
	t.AppendHeader(header)
	t.AppendRows(rows)
	return s.print(t.Render() + "\n")
}

// day is how dates are shown in tables.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
