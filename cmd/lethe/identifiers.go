package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"github.com/spf13/cobra"

	"ite.digital/lethe/config"
	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// An entry is an identifier as the user gave it, and where.
type entry struct {
	// field names the flag or the place in the file; the value is never named.
	field string
	dsr.Identifier
}

// identifierFlags are the flags by which identifiers are given: one for each type, each
// repeatable, and one for a file.
type identifierFlags struct {
	prefix string
	values map[dsr.IdentifierType]*[]string
	// read are the identifiers of the file.
	read []entry
}

// meanings say what each type of identifier is.
var meanings = map[dsr.IdentifierType]string{
	dsr.Email:           "e-mail `ADDRESS`",
	dsr.Phone:           "phone `NUMBER`, with country code or --region",
	dsr.CustomerID:      "the company's own `ID` of the customer",
	dsr.GAClientID:      "Google Analytics client `ID`, or the value of a _ga cookie",
	dsr.GAUserID:        "Google Analytics user `ID`",
	dsr.GAAppInstanceID: "Google Analytics app instance `ID`",
}

// identifierFlags adds the flags for identifiers of the subject; help says what they are for.
func (s *streams) identifierFlags(cmd *cobra.Command, help string) *identifierFlags {
	return s.prefixedFlags(cmd, "", "subject-file", help)
}

// foundFlags adds the flags for identifiers that a system has disclosed.
func (s *streams) foundFlags(cmd *cobra.Command, help string) *identifierFlags {
	return s.prefixedFlags(cmd, "found-", "found-file", help)
}

func (s *streams) prefixedFlags(cmd *cobra.Command, prefix, file, help string) *identifierFlags {
	flags := &identifierFlags{prefix: prefix, values: map[dsr.IdentifierType]*[]string{}}
	var names []string
	for _, t := range dsr.IdentifierTypes() {
		names = append(names, flags.name(t))
		flags.values[t] = cmd.Flags().StringArray(flags.name(t), nil, help+meanings[t]+" (repeatable)")
	}
	s.fileFlag(cmd, file, "identifiers, as JSON,", func(content string) (err error) {
		flags.read, err = parseEntries(file, content)
		return err
	}, names...)
	return flags
}

func (f *identifierFlags) name(t dsr.IdentifierType) string {
	return f.prefix + strings.ReplaceAll(string(t), "_", "-")
}

// entries returns what the flags say.
func (f *identifierFlags) entries() []entry {
	var entries []entry
	for _, t := range dsr.IdentifierTypes() {
		values := *f.values[t]
		for i, value := range values {
			field := "--" + f.name(t)
			if len(values) > 1 {
				field += fmt.Sprintf("[%d]", i)
			}
			entries = append(entries, entry{field, dsr.Identifier{Type: t, Value: value}})
		}
	}
	return append(entries, f.read...)
}

// parseEntries reads the content of the file that the flag of that name has named.
func parseEntries(flag, content string) ([]entry, error) {
	var subject dsr.Subject
	if err := decodeStrictly(content, &subject); err != nil {
		// What the decoder says may quote the file.
		return nil, statusError{exitUsage, "--" + flag + `: the file is not of the form {"identifiers":[{"type":"email","value":"…"}]}`}
	}
	var entries []entry
	for i, id := range subject.Identifiers {
		entries = append(entries, entry{fmt.Sprintf("identifiers[%d]", i), id})
	}
	return entries, nil
}

// errAmbiguous says that readers of a text in JSON may differ on what it says.
var errAmbiguous = errors.New("the JSON is ambiguous")

// decodeStrictly reads one object in JSON of known keys, each of them once: of two lists of
// identifiers one would be lost. As for the decoder, capital letters make no other key.
func decodeStrictly(content string, into any) error {
	decoder := json.NewDecoder(strings.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errAmbiguous
	}
	return eachKeyOnce(json.NewDecoder(strings.NewReader(content)))
}

// eachKeyOnce reads a value that is known to be well formed, with few keys and no depth.
func eachKeyOnce(decoder *json.Decoder) error {
	opening, err := decoder.Token()
	if err != nil {
		return err
	}
	if _, nested := opening.(json.Delim); !nested {
		return nil
	}
	var seen []string
	for decoder.More() {
		if opening == json.Delim('{') {
			token, err := decoder.Token()
			if err != nil {
				return err
			}
			key, _ := token.(string)
			if slices.ContainsFunc(seen, func(other string) bool { return strings.EqualFold(key, other) }) {
				return errAmbiguous
			}
			seen = append(seen, key)
		}
		if err := eachKeyOnce(decoder); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}

// reason is why a file cannot be used, without its name: a file may be named
// after the person.
func reason(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// normalise brings the entries into their normal form, once each, and says
// everything that is wrong with them.
func normalise(entries []entry, n identity.Parser) (dsr.Subject, dsr.Problems) {
	if n.Region != "" && !phonenumbers.GetSupportedRegions()[n.Region] {
		return dsr.Subject{}, dsr.Problems{{Field: "--region", Text: "is not a country code of two letters, such as FR"}}
	}
	var subject dsr.Subject
	var problems dsr.Problems
	for _, e := range entries {
		id, err := n.Parse(e.Type, e.Value)
		if err != nil {
			problems = append(problems, dsr.Problem{Field: e.field, Text: err.Error()})
			continue
		}
		subject = subject.With(id)
	}
	return subject, problems
}

// regionFlag adds the flag for the country of phone numbers without a code.
func regionFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("region", "", "`COUNTRY` of phone numbers without country code, such as FR (default: as configured)")
}

// normalizer uses the region of the flag, else the configured one, if there is
// a configuration.
func normalizer(region string, cfg *config.Config) identity.Parser {
	if region == "" && cfg != nil {
		return cfg.Parser()
	}
	return identity.Parser{Region: strings.ToUpper(region)}
}
