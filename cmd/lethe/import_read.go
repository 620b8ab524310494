package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/spelling"
)

// maxRow bounds a row of an import, in bytes: a row holds a few identifiers.
const maxRow = 64 << 10

// An importRow is one request as a file has it.
type importRow struct {
	// line is the number of its line; the first one is 1.
	line               int
	id, kind, received string
	systems            []string
	entries            []entry
	// wrong says why the row cannot be read at all. It never quotes it.
	wrong error
}

// A rowReader reads the rows of a file. The error is [io.EOF] after the last one.
type rowReader interface {
	next() (importRow, error)
}

// lines reads a file line by line. A line that is too long costs no memory.
type lines struct {
	reader *bufio.Reader
	number int
	// read is how many bytes were read.
	read int64
}

var errLongRow = fmt.Errorf("is longer than %d bytes", maxRow)

// newLines begins to read; a byte order mark is passed over.
func newLines(r io.Reader) (*lines, error) {
	l := &lines{reader: bufio.NewReaderSize(r, maxRow)}
	start, err := l.reader.Peek(3)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("the file cannot be read: %w", reason(err))
	case bytes.HasPrefix(start, []byte{0xFF, 0xFE}), bytes.HasPrefix(start, []byte{0xFE, 0xFF}):
		return nil, errors.New("the file is UTF-16; save it as UTF-8, in Excel as CSV UTF-8")
	case string(start) == byteOrderMark:
		_, err := l.reader.Discard(len(start))
		return l, err
	}
	return l, nil
}

// next returns the next line that holds anything. wrong says why a line cannot be
// used; err ends the file.
func (l *lines) next() (line string, wrong, err error) {
	for {
		content, more, err := l.reader.ReadLine()
		if errors.Is(err, io.EOF) {
			return "", nil, io.EOF
		} else if err != nil {
			return "", nil, fmt.Errorf("the file cannot be read beyond line %d: %w", l.number, reason(err))
		}
		l.number++
		l.read += int64(len(content)) + 1
		switch {
		case more:
			return "", errLongRow, l.skip()
		case !utf8.Valid(content):
			return "", errors.New("is not UTF-8; save the file in that encoding"), nil
		case len(bytes.TrimSpace(content)) > 0:
			return string(content), nil, nil
		}
	}
}

// skip passes over what is left of a line.
func (l *lines) skip() error {
	for more := true; more; {
		var content []byte
		var err error
		if content, more, err = l.reader.ReadLine(); errors.Is(err, io.EOF) {
			return nil // the next read says so
		} else if err != nil {
			return fmt.Errorf("the file cannot be read beyond line %d: %w", l.number, reason(err))
		}
		l.read += int64(len(content))
	}
	return nil
}

// csvRows reads rows of cells below a line of column names. A row is a line: a
// quote that somebody forgot to close spoils its own row and no other.
type csvRows struct {
	lines     *lines
	separator rune
	columns   []string
}

// The columns of a CSV file, beside the types of identifiers.
const (
	columnID       = "id"
	columnKind     = "kind"
	columnReceived = "received"
	columnSystems  = "systems"
)

// importColumns are the columns that a file may have.
func importColumns() []string {
	columns := []string{columnID, columnKind, columnReceived, columnSystems}
	for _, t := range dsr.IdentifierTypes() {
		columns = append(columns, string(t))
	}
	return columns
}

// newCSVRows reads the line with the names of the columns.
func newCSVRows(l *lines) (*csvRows, error) {
	header, wrong, err := l.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty; its first line names the columns, such as id,received,email")
	case err != nil:
		return nil, err
	case wrong != nil:
		return nil, fmt.Errorf("line %d: the line with the names of the columns %w", l.number, wrong)
	}
	r := &csvRows{lines: l, separator: separatorOf(header)}
	names, err := r.cells(header)
	if err != nil {
		return nil, fmt.Errorf("line %d: the line with the names of the columns %w", l.number, err)
	}
	var problems dsr.Problems
	for i, name := range names {
		column, err := columnOf(name)
		if err != nil {
			problems = append(problems, dsr.Problem{Field: fmt.Sprintf("line %d, column %d", l.number, i+1), Text: err.Error()})
		}
		r.columns = append(r.columns, column)
	}
	if problems = append(problems, r.twice()...); len(problems) > 0 {
		return nil, problems
	}
	return r, nil
}

// separatorOf is what separates the names of columns, which hold none of the
// candidates themselves.
func separatorOf(header string) rune {
	separator := ','
	for _, candidate := range []rune{';', '\t'} {
		if strings.Count(header, string(candidate)) > strings.Count(header, string(separator)) {
			separator = candidate
		}
	}
	return separator
}

// columnOf is the column that a name stands for. Who forgot the line of names has a
// person there, so that it is not repeated.
func columnOf(name string) (string, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	name = strings.NewReplacer(" ", "_", "-", "_").Replace(name)
	name = strings.TrimRight(name, "_0123456789") // email_2
	known := importColumns()
	switch name {
	case "":
		return "", errors.New("has no name; name it or remove it")
	case "e_mail":
		name = string(dsr.Email)
	case "system":
		name = columnSystems
	}
	for _, column := range known {
		if name == column {
			return column, nil
		}
	}
	hint := "use one of " + strings.Join(known, ", ")
	if near := spelling.Nearest(name, known); near != "" {
		hint = "did you mean " + near + "?"
	}
	return "", errors.New("the name is not known, and the line must name the columns; " + hint)
}

// twice says which columns are there twice that only one of can be.
func (r *csvRows) twice() dsr.Problems {
	seen := map[string]int{}
	var problems dsr.Problems
	for i, column := range r.columns {
		first, again := seen[column]
		if again && !dsr.IdentifierType(column).Known() && column != columnSystems && column != "" {
			problems = append(problems, dsr.Problem{
				Field: fmt.Sprintf("column %d", i+1), Text: fmt.Sprintf("is the column %s, as is column %d; keep one", column, first+1),
			})
		}
		if !again {
			seen[column] = i
		}
	}
	return problems
}

// cells splits a line.
func (r *csvRows) cells(line string) ([]string, error) {
	reader := csv.NewReader(strings.NewReader(line))
	reader.Comma, reader.FieldsPerRecord, reader.TrimLeadingSpace = r.separator, -1, r.separator != '\t'
	cells, err := reader.Read()
	if err != nil { // what the reader says may quote the line
		return nil, errors.New("holds a quote that is not closed, or text beside one; a row is one line, and a quote within quotes is doubled")
	}
	return cells, nil
}

func (r *csvRows) next() (importRow, error) {
	line, wrong, err := r.lines.next()
	row := importRow{line: r.lines.number, wrong: wrong}
	if err != nil || wrong != nil {
		return row, err
	}
	cells, err := r.cells(line)
	switch {
	case err != nil:
		row.wrong = err
	case len(cells) != len(r.columns):
		row.wrong = fmt.Errorf("has another number of cells (%d) than the file has columns (%d)", len(cells), len(r.columns))
	default:
		r.fill(&row, cells)
	}
	return row, nil
}

// fill reads the cells of a row. Empty ones are passed over.
func (r *csvRows) fill(row *importRow, cells []string) {
	for i, cell := range cells {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			continue
		}
		switch column := r.columns[i]; column {
		case columnID:
			row.id = cell
		case columnKind:
			row.kind = strings.ToLower(cell)
		case columnReceived:
			row.received = cell
		case columnSystems:
			row.systems = append(row.systems, strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(" ,;|\t", c) })...)
		default:
			row.entries = append(row.entries, entry{
				field:      fmt.Sprintf("%s (column %d)", column, i+1),
				Identifier: dsr.Identifier{Type: dsr.IdentifierType(column), Value: cell},
			})
		}
	}
}

// jsonRows reads rows that are JSON objects, one a line.
type jsonRows struct{ lines *lines }

// A jsonRow is a row of a JSON Lines file.
type jsonRow struct {
	ID          string           `json:"id"`
	Kind        string           `json:"kind"`
	Received    string           `json:"received"`
	Systems     []string         `json:"systems"`
	Identifiers []dsr.Identifier `json:"identifiers"`
}

func (r *jsonRows) next() (importRow, error) {
	line, wrong, err := r.lines.next()
	row := importRow{line: r.lines.number, wrong: wrong}
	if err != nil || wrong != nil {
		return row, err
	}
	var read jsonRow
	row.wrong = read.parse(line) // nothing else of the row counts then
	row.id, row.kind, row.received, row.systems = read.ID, read.Kind, read.Received, read.Systems
	for i, id := range read.Identifiers {
		row.entries = append(row.entries, entry{fmt.Sprintf("identifiers[%d]", i), id})
	}
	return row, nil
}

// parse reads a line.
func (r *jsonRow) parse(line string) error {
	if err := decodeStrictly(line, r); err != nil { // what the decoder says may quote the file
		return errors.New(`is not of the form {"id":"…","received":"2026-03-02","identifiers":[{"type":"email","value":"…"}]}; it may have "kind" and "systems", too`)
	}
	return nil
}
