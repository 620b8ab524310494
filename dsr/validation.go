package dsr

import "strings"

// A Problem says what is wrong with one field. It never repeats the field's
// value, which may be a person's identifier.
type Problem struct {
	// Field names the field as the user wrote it, such as "identifiers[0].value".
	Field string
	// Text says what is wrong and what to do, without a capital and a full stop.
	Text string
}

// Problems is an error that lists everything wrong with an input, so that a
// user repairs it in one go.
type Problems []Problem

// Error joins the problems into one line.
func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i, problem := range p {
		texts[i] = problem.Field + ": " + problem.Text
	}
	return strings.Join(texts, "; ")
}

// add appends the problems of err under the given field.
func (p *Problems) add(field string, err error) {
	*p = append(*p, Problem{Field: field, Text: err.Error()})
}

// orNil is p as an error, or nil when there is nothing wrong.
func (p Problems) orNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
