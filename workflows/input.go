package workflows

import (
	"encoding/json"
	"errors"

	"go.temporal.io/sdk/workflow"
)

// An input is what an update or a signal came with. It is JSON of its content alone.
type input[P any] struct {
	content P
	// opened says that it was decoded. An update can come without any parameter.
	opened bool
	// refused says why nothing of it counts: everybody who reaches Temporal can have sent
	// it, with or without the keys.
	refused error
}

// errUnsealed refuses updates that came unencrypted, whatever is in them. An answer that
// depended on the content would tell those who have no key what the request holds: they
// could try guesses at the subject's identifiers until a text is refused that names one.
var errUnsealed = errors.New("the update is not encrypted with the keys of this Lethe; " +
	"send it with lethe, or have the codec server encrypt it, which needs the same vault and namespace")

// Refuse implements [vault.External].
func (i *input[P]) Refuse(reason error) { i.refused = reason }

// check says why nothing of the input may be looked at.
func (i input[P]) check() error {
	if !i.opened || i.refused != nil {
		return refusal{error: errUnsealed, plain: errUnsealed.Error()}
	}
	return nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (i *input[P]) UnmarshalJSON(text []byte) error {
	i.opened = true
	if err := json.Unmarshal(text, &i.content); err != nil {
		return err
	}
	tidy(&i.content)
	return nil
}

// MarshalJSON implements [json.Marshaler].
func (i input[P]) MarshalJSON() ([]byte, error) { return json.Marshal(i.content) }

// receive takes the next signal from the channel. It reports false if there is none, or
// none that counts: one that is not encrypted is dropped and counted, for everybody who
// reaches Temporal can send it.
func receive[P any](e *process, signals workflow.ReceiveChannel) (content P, ok bool) {
	var in input[P]
	if !signals.ReceiveAsync(&in) {
		return content, false // the SDK has dropped what is no JSON of this kind
	}
	if in.check() != nil {
		e.discarded++
		return content, false
	}
	return in.content, true
}

// listen hands the signals of a name to take, until the request is finished or cancelled.
func listen[P any](ctx workflow.Context, e *process, name string, take func(P)) {
	signals := workflow.GetSignalChannel(ctx, name)
	for {
		if err := workflow.Await(ctx, func() bool { return e.finished || signals.Len() > 0 }); err != nil {
			return // the request is cancelled
		}
		content, ok := receive[P](e, signals)
		switch {
		case ok:
			take(content)
		case e.finished:
			return
		}
	}
}
