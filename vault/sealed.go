package vault

import (
	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

// An External value comes from outside the workflow and its steps: the parameters of an
// update or a signal. It may be encrypted under an operator's key. What it must not be
// taken for is found out before anything of it is decoded.
type External interface {
	// Refuse is called instead of decoding, with why nothing of the payload counts:
	// [ErrUnsealed], [ErrTampered] or [ErrForeign].
	Refuse(reason error)
}

// sealed is a data converter that reads what is encrypted under the workflow's own key:
// inputs, results, heartbeats and details of steps, a workflow's own input, and the answers
// to queries. Payloads under an operator's key count where they are decoded into an
// [External] value, and nowhere else: whoever may use the codec server can make them.
type sealed struct {
	converter.DataConverter
	codec *Codec
}

var _ converter.DataConverterWithSerializationContext = sealed{}

// WithSerializationContext implements
// [converter.DataConverterWithSerializationContext].
func (s sealed) WithSerializationContext(sc converter.SerializationContext) converter.DataConverter {
	s.DataConverter = converter.WithDataConverterSerializationContext(s.DataConverter, sc)
	s.codec, _ = s.codec.WithSerializationContext(sc).(*Codec)
	return s
}

// FromPayload implements [converter.DataConverter].
func (s sealed) FromPayload(payload *commonpb.Payload, into any) error {
	outside, external := into.(External)
	if !external {
		if err := s.own(payload); err != nil {
			return err
		}
		return s.DataConverter.FromPayload(payload, into)
	}
	if _, encrypted := encryptedUnder(payload); !encrypted {
		outside.Refuse(ErrUnsealed)
		return nil
	}
	err := s.DataConverter.FromPayload(payload, into)
	if Untrusted(err) {
		outside.Refuse(err)
		return nil
	}
	return err
}

// FromPayloads implements [converter.DataConverter].
func (s sealed) FromPayloads(payloads *commonpb.Payloads, into ...any) error {
	for i, payload := range payloads.GetPayloads() {
		if i == len(into) {
			return nil
		}
		if err := s.FromPayload(payload, into[i]); err != nil {
			return err
		}
	}
	return nil
}

// own says why a payload is not encrypted under the workflow's own key.
func (s sealed) own(payload *commonpb.Payload) error {
	name, encrypted := encryptedUnder(payload)
	switch {
	case !encrypted:
		return ErrUnsealed
	case s.codec.workflowID == "":
		return ErrNoContext
	case !s.codec.owns(name):
		return ErrTampered
	}
	return nil
}

// TypeUnsealed is the type of the failure that stands for one which no worker of Lethe has
// sent: it is not encrypted, or under another key.
const TypeUnsealed = "unsealed"

// sealedOnly replaces the failures in a chain that a worker must have encrypted and has
// not. Those that the Temporal server makes itself, such as timeouts, have nothing to
// encrypt.
func (f *failureConverter) sealedOnly(failure *failurepb.Failure) *failurepb.Failure {
	if failure == nil {
		return nil
	}
	if failure.GetApplicationFailureInfo() != nil && !f.opens(failure) {
		return plainFailure(ErrUnsealed.Error(), TypeUnsealed, false)
	}
	cause := f.sealedOnly(failure.GetCause())
	if cause == failure.GetCause() {
		return failure
	}
	replaced := proto.CloneOf(failure)
	replaced.Cause = cause
	return replaced
}

// opens reports whether the failure's text is encrypted under the workflow's own key.
func (f *failureConverter) opens(failure *failurepb.Failure) bool {
	if failure.GetEncodedAttributes() == nil {
		return false
	}
	var attributes map[string]any
	err := f.data.FromPayload(failure.GetEncodedAttributes(), &attributes)
	f.insist(err)
	return err == nil
}
