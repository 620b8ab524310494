package vault

import (
	"context"
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Protect makes a Temporal client encrypt all that it sends, under the keys of
// the vault. It is for clients that talk about requests.
func (v *Vault) Protect(o *client.Options) {
	codec := v.NewCodec(o.Namespace)
	data := sealed{DataConverter: converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), codec), codec: codec}
	o.DataConverter = data
	o.FailureConverter = NewFailureConverter(data)
}

// ProtectWorker is [Vault.Protect] for clients that workers use. A key that
// cannot be had must not look like a failed step to a workflow, which would
// decide differently when it is replayed; it fails the workflow task instead, and
// Temporal tries that again. Only a destroyed key ends a workflow.
//
// A workflow whose input can never be read again ends before it can answer
// anything; its queries of the given names are answered with the reason.
func (v *Vault) ProtectWorker(o *client.Options, queries ...string) {
	v.Protect(o)
	data := patient{DataConverter: o.DataConverter, queries: queries}
	o.DataConverter = workflow.DataConverterWithoutDeadlockDetection(data) // a key service may take seconds
	o.FailureConverter = newFailureConverter(o.DataConverter, insistOnKeys)
}

// ProtectReplay is [Vault.Protect] for the converters of a replayer. A history
// that cannot be read fails with the reason, whatever it is: a worker would end
// the workflow, which a replayer takes for a change of its code.
func (v *Vault) ProtectReplay(o *client.Options) {
	v.Protect(o)
	o.DataConverter = patient{DataConverter: o.DataConverter, final: true}
}

// insist ends the workflow task if an error can be repaired.
func insist(err error) {
	if repairable(err) {
		panic(err)
	}
}

// insistOnKeys is insist where what does not come from where it must is discarded: what a
// step answers, and how it fails.
func insistOnKeys(err error) {
	if !Untrusted(err) {
		insist(err)
	}
}

// patient is a data converter that makes workflows wait for keys.
type patient struct {
	converter.DataConverter
	// inWorkflow is the workflow that is worked for, if it is one.
	inWorkflow workflow.Context
	// ofStep says that what a step answers is read.
	ofStep bool
	// final says that no error is left to the workflow.
	final bool
	// queries are answered with why the workflow's input cannot be read.
	queries []string
}

var (
	_ converter.DataConverterWithSerializationContext = patient{}
	_ workflow.ContextAware                           = patient{}
)

// WithSerializationContext implements
// [converter.DataConverterWithSerializationContext].
func (p patient) WithSerializationContext(sc converter.SerializationContext) converter.DataConverter {
	p.DataConverter = converter.WithDataConverterSerializationContext(p.DataConverter, sc)
	_, p.ofStep = sc.(converter.ActivitySerializationContext)
	return p
}

// WithWorkflowContext implements [workflow.ContextAware].
func (p patient) WithWorkflowContext(ctx workflow.Context) converter.DataConverter {
	p.inWorkflow = ctx
	return p
}

// WithContext implements [workflow.ContextAware].
func (p patient) WithContext(context.Context) converter.DataConverter {
	p.inWorkflow = nil
	return p
}

func (p patient) wait(err error) error {
	if p.ofStep && Untrusted(err) {
		return err // the workflow discards it, in a replay too
	}
	if p.inWorkflow != nil {
		insist(err)
	}
	if p.final && lasting(err) {
		panic(err)
	}
	return err
}

// explain has the workflow's queries answered with the reason why it cannot be
// read. A workflow whose input could be read has handlers of its own by then,
// and fails to read only if its key was destroyed under its hands.
func (p patient) explain(err error) {
	if p.inWorkflow == nil || !errors.Is(err, ErrDestroyed) {
		return
	}
	for _, name := range p.queries {
		// It fails for reserved names only.
		_ = workflow.SetQueryHandler(p.inWorkflow, name, func() (string, error) { return "", err })
	}
}

// ToPayload implements [converter.DataConverter].
func (p patient) ToPayload(value any) (*commonpb.Payload, error) {
	payload, err := p.DataConverter.ToPayload(value)
	return payload, p.wait(err)
}

// FromPayload implements [converter.DataConverter].
func (p patient) FromPayload(payload *commonpb.Payload, into any) error {
	return p.wait(p.DataConverter.FromPayload(payload, into))
}

// ToPayloads implements [converter.DataConverter].
func (p patient) ToPayloads(values ...any) (*commonpb.Payloads, error) {
	payloads, err := p.DataConverter.ToPayloads(values...)
	return payloads, p.wait(err)
}

// FromPayloads implements [converter.DataConverter].
func (p patient) FromPayloads(payloads *commonpb.Payloads, into ...any) error {
	err := p.wait(p.DataConverter.FromPayloads(payloads, into...))
	p.explain(err)
	return err
}

// failureConverter encrypts failures: their messages, stack traces and details.
// The SDK's own is given no workflow and would have no key.
type failureConverter struct {
	data converter.DataConverter
	// insist is called with why a failure cannot be read, and may end the task. It is nil
	// for those who only show failures.
	insist func(error)
	// ofStep says that failures of steps are read, which count only if they are encrypted.
	ofStep bool
}

var _ converter.FailureConverterWithSerializationContext = (*failureConverter)(nil)

// NewFailureConverter returns a failure converter that hands messages, stack
// traces and details to the data converter, for the workflow that they are of.
func NewFailureConverter(data converter.DataConverter) converter.FailureConverter {
	return newFailureConverter(data, nil)
}

func newFailureConverter(data converter.DataConverter, insist func(error)) *failureConverter {
	return &failureConverter{data: data, insist: insist}
}

// WithSerializationContext implements
// [converter.FailureConverterWithSerializationContext].
func (f *failureConverter) WithSerializationContext(sc converter.SerializationContext) converter.FailureConverter {
	bound := newFailureConverter(converter.WithDataConverterSerializationContext(f.data, sc), f.insist)
	_, bound.ofStep = sc.(converter.ActivitySerializationContext)
	return bound
}

func (f *failureConverter) standard() converter.FailureConverter {
	return temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter: f.data, EncodeCommonAttributes: true,
	})
}

// TypeKeyDestroyed is the type of the failure with which a run ends whose key
// was destroyed.
const TypeKeyDestroyed = "key_destroyed"

// ErrorToFailure implements [converter.FailureConverter]. A failure that cannot
// be encrypted is replaced by one that says so and nothing else.
func (f *failureConverter) ErrorToFailure(err error) (failure *failurepb.Failure) {
	if err == nil {
		return nil
	}
	defer func() {
		// The SDK's converter panics if it cannot encrypt, and the SDK does not
		// expect that everywhere.
		if problem := recover(); problem != nil {
			failure = f.withheld(err, problem)
		}
	}()
	failure = f.standard().ErrorToFailure(err)
	if plain := Plain(nil); errors.As(err, &plain) {
		failure.Message = masker{}.text(plain.Plain())
	}
	return failure
}

// Plain is an error whose text may be read on its way: that of a refused update,
// which Temporal hands to whoever sent the update and stores nowhere. The Web UI
// shows it, and has the codec server decode no answer to an update. What looks
// like an identifier is masked in it all the same.
type Plain interface {
	error
	// Plain is the text to send unencrypted, beside the encrypted one.
	Plain() string
}

// withheld stands for a failure that cannot be encrypted. It keeps what decides
// about retries, none of which is built from data.
func (f *failureConverter) withheld(err error, problem any) *failurepb.Failure {
	reason, _ := problem.(error)
	switch {
	case errors.Is(reason, ErrDestroyed):
		return plainFailure(ErrDestroyed.Error(), TypeKeyDestroyed, true)
	case errors.Is(reason, ErrNoKey):
		return plainFailure(ErrNoKey.Error(), "no_key", false)
	}
	var known *temporal.ApplicationError
	if !errors.As(err, &known) {
		return plainFailure("the error is withheld, for it cannot be encrypted", "withheld", false)
	}
	return plainFailure("the error is withheld, for it cannot be encrypted", known.Type(), known.NonRetryable())
}

func plainFailure(message, failureType string, final bool) *failurepb.Failure {
	return &failurepb.Failure{
		Message: message, Source: "lethe",
		FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{
			Type: failureType, NonRetryable: final,
		}},
	}
}

// FailureToError implements [converter.FailureConverter].
func (f *failureConverter) FailureToError(failure *failurepb.Failure) error {
	switch {
	case f.insist != nil && f.ofStep:
		failure = f.sealedOnly(failure)
	case f.insist != nil:
		f.opens(failure) // a key that cannot be had ends the task
	}
	return f.standard().FailureToError(failure)
}

// Message is the message of a failure as people may read it.
func Message(data converter.DataConverter, workflowID, namespace string, failure *failurepb.Failure) string {
	bound := converter.WithDataConverterSerializationContext(data, converter.WorkflowSerializationContext{
		Namespace: namespace, WorkflowID: workflowID,
	})
	if encoded := failure.GetEncodedAttributes(); encoded != nil {
		var attributes struct {
			Message string `json:"message"`
		}
		if err := bound.FromPayload(encoded, &attributes); err != nil {
			return fmt.Sprintf("(%s)", err)
		}
		return attributes.Message
	}
	return failure.GetMessage()
}
