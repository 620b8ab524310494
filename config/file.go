package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A document is a sort of file that people write.
type document struct {
	// noun is what messages call it.
	noun string
	// example is the file that shows how to write one.
	example string
}

// maxFile bounds a document, in bytes.
const maxFile = 1 << 20

// read returns the root of the document at path.
func (d document) read(path string, found *findings) (root value, ok bool) {
	content, ok := d.content(path, found)
	if !ok {
		return value{}, false
	}
	return d.root(content, found)
}

// content returns what stands in the document at path.
func (d document) content(path string, found *findings) (content []byte, ok bool) {
	content, err := readLimited(path, maxFile)
	text := ""
	switch {
	case errors.Is(err, errTooLarge):
		text = "is larger than 1 MiB; a " + d.noun + " is a few kilobytes, so check that this is the right file"
	case err != nil:
		text = reasonFor(err) + d.hint()
	case !utf8.Valid(content):
		text = "is not UTF-8; save it in that encoding"
	}
	if text != "" {
		found.add(d.problem(text))
		return nil, false
	}
	return content, true
}

// root returns the root of a document.
func (d document) root(content []byte, found *findings) (root value, ok bool) {
	node, ok := d.parse(content, found)
	return value{node: node, found: found}, ok
}

// problem is one with the document as a whole.
func (d document) problem(text string) Problem { return Problem{Text: "the " + d.noun + " " + text} }

// hint ends a message about a document that is not there.
func (d document) hint() string { return "; " + d.example + " shows how to write one" }

var (
	errTooLarge   = errors.New("is too large")
	errNotRegular = errors.New("is not a regular file")
)

// readLimited reads a regular file of at most limit bytes.
func readLimited(path string, limit int64) (content []byte, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular // reading a pipe or a device may never end
	}
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing is lost when a reader fails to close
	content, err = io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(content)) > limit {
		return nil, errTooLarge
	}
	return content, err
}

// reasonFor says why a file cannot be read.
func reasonFor(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "may not be read by this user; check its permissions and those of its folders"
	case errors.Is(err, errNotRegular), errors.Is(err, errTooLarge):
		return err.Error()
	default:
		return "cannot be read"
	}
}

// parse returns the root of the file, which holds one document.
func (d document) parse(content []byte, found *findings) (root *yaml.Node, ok bool) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF), err == nil && document.Content[0].ShortTag() == "!!null":
		found.add(d.problem("is empty" + d.hint()))
		return nil, false
	case err != nil:
		found.add(syntaxProblem(content, err))
		return nil, false
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		found.add(Problem{Line: second.Line, Column: second.Column, Text: "a second document begins here; keep everything in one, without a line ---"})
	case !errors.Is(err, io.EOF):
		found.add(syntaxProblem(content, err))
	}
	root = document.Content[0]
	refuseSharing(root, found)
	if root.Kind != yaml.MappingNode {
		problem := d.problem("is not a mapping; write lines of the form key: value")
		problem.Line, problem.Column = root.Line, root.Column
		found.add(problem)
		return nil, false
	}
	return root, true
}

// refuseSharing refuses what would let a small file mean a huge one, and what
// would let a value be other than it looks.
func refuseSharing(node *yaml.Node, found *findings) {
	text := ""
	switch {
	case node.Kind == yaml.AliasNode || node.Anchor != "":
		text = "anchors (&) and aliases (*) are not understood; write the value out, or in quotes if it begins with & or *"
	case node.Style&yaml.TaggedStyle != 0:
		text = "tags are not understood; write the value alone, or in quotes if it begins with !"
	}
	if text != "" {
		found.add(Problem{Line: node.Line, Column: node.Column, Text: text})
	}
	for _, child := range node.Content {
		refuseSharing(child, found)
	}
}

var (
	yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)
	// unquotedReference is ${NAME} within { } or [ ], where YAML reads the
	// brace as a mapping of its own.
	unquotedReference = regexp.MustCompile(`[{\[,][^#"']*\$\{`)
	tabIndent         = regexp.MustCompile(`^ *\t`)
)

// syntaxProblem explains why the parser gave up. The parser's own words are
// fixed sentences except about an unknown alias, which it quotes: that may be
// a secret which begins with an asterisk.
func syntaxProblem(content []byte, err error) Problem {
	if line := lineMatching(content, tabIndent); line > 0 {
		return Problem{Line: line, Text: "a tab indents the line; YAML takes spaces only"}
	}
	if line := lineMatching(content, unquotedReference); line > 0 {
		return Problem{Line: line, Text: `within { } and [ ] a reference needs quotes: "${NAME}"`}
	}
	match := yamlError.FindStringSubmatch(err.Error())
	if match == nil || strings.Contains(match[2], "anchor") {
		return Problem{Text: "the file holds an alias (*) without its anchor; put values that begin with * in quotes"}
	}
	line, _ := strconv.Atoi(match[1]) // absent for the first line
	return Problem{Line: max(line, 1), Text: fmt.Sprintf("from about here on the file is not valid YAML: %s; check indentation, colons and quotes", match[2])}
}

// lineMatching is the number of the first line that matches, or 0.
func lineMatching(content []byte, pattern *regexp.Regexp) int {
	number := 0
	for line := range bytes.Lines(content) {
		number++
		if pattern.Match(line) {
			return number
		}
	}
	return 0
}
