package workflows

import (
	"encoding/json"
	"errors"
)

// An input is what an update came with. It is JSON of its content alone.
type input[P any] struct {
	content P
	// unsealed says that it came unencrypted. Everybody who reaches Temporal can send
	// such a one, with or without the keys.
	unsealed bool
}

// errUnsealed refuses updates that came unencrypted, whatever is in them. An answer that
// depended on the content would tell those who have no key what the request holds: they
// could try guesses at the subject's identifiers until a text is refused that names one.
var errUnsealed = errors.New("the update is not encrypted; send it with lethe, or have the codec server encrypt it")

// CameUnsealed implements [vault.Unsealed].
func (i *input[P]) CameUnsealed() { i.unsealed = true }

// check says why nothing of the input may be looked at.
func (i input[P]) check() error {
	if i.unsealed {
		return refusal{error: errUnsealed, plain: errUnsealed.Error()}
	}
	return nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (i *input[P]) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &i.content) }

// MarshalJSON implements [json.Marshaler].
func (i input[P]) MarshalJSON() ([]byte, error) { return json.Marshal(i.content) }
