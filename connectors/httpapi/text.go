package httpapi

import (
	"bytes"
	"encoding/json"
)

// Text decodes any JSON scalar into text: a number as it is written, null as
// "". Vendors change their minds on whether an id or a telephone number is a
// number. Objects and lists have no text and become "" as well.
type Text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Text) UnmarshalJSON(raw []byte) error {
	raw = bytes.TrimSpace(raw)
	*t = ""
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) || raw[0] == '{' || raw[0] == '[' {
		return nil
	}
	if raw[0] != '"' {
		*t = Text(raw)
		return nil
	}
	return json.Unmarshal(raw, (*string)(t))
}
