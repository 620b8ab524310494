package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one thing that is wrong with the file.
type Problem struct {
	// Line and Column say where, from 1; both are 0 if the file as a whole is
	// meant.
	Line, Column int
	// Field names the place as the file is read, such as "systems[2].rate". It
	// is empty for problems with the file or its syntax.
	Field string
	// Text says what is wrong and what to do. It never holds a secret.
	Text string
}

// An Error lists everything that is wrong with a configuration file, in the
// order of its lines.
type Error struct {
	// File is the path as the caller gave it.
	File     string
	Problems []Problem
}

// Error writes a line for each problem, which begins as compilers' messages do.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = e.File + p.place() + ": " + p.Text
	}
	return strings.Join(lines, "\n")
}

// place is the part of a message between the file and the text.
func (p Problem) place() string {
	place := ""
	if p.Line > 0 {
		place = fmt.Sprintf(":%d", p.Line)
	}
	if p.Field != "" {
		place += ": " + p.Field
	}
	return place
}

// findings collects problems while the file is read.
type findings struct{ problems []Problem }

func (f *findings) add(p Problem) { f.problems = append(f.problems, p) }

// concerns reports whether something was found wrong with the field already,
// or with a part of it.
func (f *findings) concerns(field string) bool {
	return slices.ContainsFunc(f.problems, func(p Problem) bool {
		rest, ok := strings.CutPrefix(p.Field, field)
		return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// err is what was found as an error, or nil.
func (f *findings) err(file string) error {
	if len(f.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(f.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &Error{File: file, Problems: f.problems}
}
