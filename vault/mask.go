package vault

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"ite.digital/lethe/dsr"
	"ite.digital/lethe/dsr/identity"
)

// mask hides the identifiers in a payload: those that stand in it as such, their
// values wherever else they appear, and whatever looks like an e-mail address or
// a phone number. What is not JSON is hidden as a whole.
func mask(payload *commonpb.Payload) *commonpb.Payload {
	switch string(payload.GetMetadata()[converter.MetadataEncoding]) {
	case converter.MetadataEncodingNil:
		return payload
	case converter.MetadataEncodingJSON, converter.MetadataEncodingProtoJSON:
	default:
		return note("(hidden: not JSON)")
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(payload.GetData()))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return note("(hidden: not JSON)")
	}
	masked, err := json.Marshal(masker{known: collect(value, nil)}.hide(value))
	if err != nil {
		return note("(hidden: cannot be masked)")
	}
	hidden := proto.CloneOf(payload)
	hidden.Data = masked
	return hidden
}

// note is a payload that says something to whoever looks.
func note(text string) *commonpb.Payload {
	content, _ := json.Marshal(text) // a text always can be
	return &commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)},
		Data:     content,
	}
}

// collect adds the identifiers in a JSON value, longest first, so that one that
// holds another is hidden whole.
func collect(value any, known []dsr.Identifier) []dsr.Identifier {
	switch value := value.(type) {
	case map[string]any:
		if id, ok := identifier(value); ok {
			known = append(known, id)
		}
		for _, part := range value {
			known = collect(part, known)
		}
	case []any:
		for _, part := range value {
			known = collect(part, known)
		}
	}
	slices.SortStableFunc(known, func(a, b dsr.Identifier) int { return len(b.Value) - len(a.Value) })
	return known
}

// identifier reads an object as an identifier, if it is one.
func identifier(object map[string]any) (dsr.Identifier, bool) {
	name, _ := object["type"].(string)
	text, _ := object["value"].(string)
	id := dsr.Identifier{Type: dsr.IdentifierType(name), Value: text}
	return id, id.Type.Known() && text != ""
}

// A masker hides what it knows, and what looks like it.
type masker struct{ known []dsr.Identifier }

func (m masker) hide(value any) any {
	switch value := value.(type) {
	case map[string]any:
		hidden := make(map[string]any, len(value))
		for key, part := range value {
			hidden[m.text(key)] = m.hide(part)
		}
		return hidden
	case []any:
		hidden := make([]any, len(value))
		for i, part := range value {
			hidden[i] = m.hide(part)
		}
		return hidden
	case string:
		return m.text(value)
	default:
		return value
	}
}

var (
	looksLikeEmail = regexp.MustCompile(`[^\s"'<>()\[\],;:@]+@[\pL\pN-]+(\.[\pL\pN-]+)+`)
	looksLikePhone = regexp.MustCompile(`\+\d[\d ().-]{5,}\d`)
)

func (m masker) text(text string) string {
	for _, id := range m.known {
		text = replaceFold(text, id.Value, identity.Mask(id))
	}
	text = looksLikeEmail.ReplaceAllStringFunc(text, func(found string) string {
		if strings.Contains(found, "***") {
			return found
		}
		return identity.MaskEmail(found)
	})
	return looksLikePhone.ReplaceAllStringFunc(text, identity.MaskPhone)
}

// replaceFold replaces a value wherever it stands, in any case.
func replaceFold(text, value, with string) string {
	if !strings.Contains(strings.ToLower(text), strings.ToLower(value)) {
		return text
	}
	pattern := regexp.MustCompile(`(?i)` + regexp.QuoteMeta(value))
	return pattern.ReplaceAllLiteralString(text, with)
}
