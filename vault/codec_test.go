package vault_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"

	"ite.digital/lethe/vault"
)

func encrypted(t *testing.T, v *vault.Vault, id string) *commonpb.Payload {
	t.Helper()
	require.NoError(t, v.Ensure(t.Context(), id))
	payload, err := of(v, id).ToPayload(address)
	require.NoError(t, err)
	return payload
}

func TestAPayloadIsReadableToItsWorkflowOnly(t *testing.T) {
	t.Parallel()
	v := newPlace(t).open(t)
	payload := encrypted(t, v, "erasure/R-1")
	encrypted(t, v, "erasure/R-2")
	raw, err := proto.Marshal(payload)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "jane")
	require.Equal(t, "binary/encrypted", string(payload.GetMetadata()["encoding"]))

	var read string
	require.NoError(t, of(v, "erasure/R-1").FromPayload(payload, &read))
	require.Equal(t, address, read)
	require.ErrorIs(t, of(v, "erasure/R-2").FromPayload(payload, &read), vault.ErrTampered)

	moved := proto.CloneOf(payload)
	moved.Metadata["lethe-key"] = []byte("erasure/R-2")
	require.ErrorIs(t, of(v, "erasure/R-2").FromPayload(moved, &read), vault.ErrTampered, "its label was changed")
	o := client.Options{Namespace: "elsewhere"}
	v.Protect(&o)
	elsewhere := converter.WithDataConverterSerializationContext(o.DataConverter, converter.WorkflowSerializationContext{WorkflowID: "erasure/R-1"})
	require.ErrorIs(t, elsewhere.FromPayload(payload, &read), vault.ErrTampered, "it belongs to another namespace")
}

func TestActivitiesShareTheKeyOfTheirWorkflow(t *testing.T) {
	t.Parallel()
	v := newPlace(t).open(t)
	payload := encrypted(t, v, workflowID)
	o := client.Options{Namespace: namespace}
	v.Protect(&o)
	activity := converter.WithDataConverterSerializationContext(o.DataConverter, converter.ActivitySerializationContext{WorkflowID: workflowID})
	var read string
	require.NoError(t, activity.FromPayload(payload, &read))
	require.Equal(t, address, read)
}

func TestThereIsNoPlainTextWithoutAKey(t *testing.T) {
	t.Parallel()
	v := newPlace(t).open(t)
	o := client.Options{Namespace: namespace}
	v.Protect(&o)
	_, err := o.DataConverter.ToPayload(address)
	require.ErrorIs(t, err, vault.ErrNoContext)
	_, err = of(v, "erasure/R-404").ToPayload(address)
	require.ErrorIs(t, err, vault.ErrNoKey)
	_, err = of(v, "someone-elses-workflow").ToPayload(address)
	require.ErrorIs(t, err, vault.ErrNoKey)
	var read string
	require.ErrorIs(t, o.DataConverter.FromPayload(encrypted(t, v, workflowID), &read), vault.ErrNoContext)
}

func TestLethesOwnWorkflowsUseTheKeyOfTheMonth(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.open(t)
	payload, err := of(v, "lethe-sweep-2026").ToPayload("12 destroyed")
	require.NoError(t, err)
	require.Equal(t, "system/2026-11", string(payload.GetMetadata()["lethe-key"]))
	december := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	until, ok := vault.SystemKey("system/2026-11")
	require.True(t, ok)
	require.Equal(t, december, until)
	until, ok = vault.OperatorKey("operator/2026-11")
	require.True(t, ok)
	require.Equal(t, december, until)
	for _, name := range []string{workflowID, "system/2026-11", "operator/2026-13"} {
		_, ok = vault.OperatorKey(name)
		require.False(t, ok, name)
	}
	inJanuary := func() time.Time { return december.AddDate(0, 1, 0) }
	later := p.open(t, func(o *vault.Options) { o.Now = inJanuary })
	var read string
	require.NoError(t, of(later, "lethe-sweep-2026").FromPayload(payload, &read), "a workflow outlives its month")
	require.Equal(t, "12 destroyed", read)
}

// TestWhatWasAlteredIsRefused flips every bit and cuts at every length.
func TestWhatWasAlteredIsRefused(t *testing.T) {
	t.Parallel()
	v := newPlace(t).open(t)
	payload := encrypted(t, v, workflowID)
	var read string
	for i := range payload.GetData() {
		for bit := range 8 {
			altered := proto.CloneOf(payload)
			altered.Data[i] ^= 1 << bit
			require.ErrorIs(t, of(v, workflowID).FromPayload(altered, &read), vault.ErrTampered)
		}
		cut := proto.CloneOf(payload)
		cut.Data = cut.Data[:i]
		require.ErrorIs(t, of(v, workflowID).FromPayload(cut, &read), vault.ErrTampered)
	}
	for _, name := range []string{"", "erasure/", "../kek", "operator/2026-13", "subject/1"} {
		relabelled := proto.CloneOf(payload)
		relabelled.Metadata["lethe-key"] = []byte(name)
		require.Error(t, of(v, workflowID).FromPayload(relabelled, &read), name)
	}
}

func FuzzDecode(f *testing.F) {
	p := place{f.TempDir()}
	v, err := vault.Open(f.Context(), p.options())
	require.NoError(f, err)
	f.Cleanup(func() { require.NoError(f, v.Close()) })
	require.NoError(f, v.Ensure(f.Context(), workflowID))
	payload, err := of(v, workflowID).ToPayload(address)
	require.NoError(f, err)
	f.Add("binary/encrypted", workflowID, payload.GetData())
	f.Add("binary/encrypted", "operator/2026-11", []byte("short"))
	f.Add("json/plain", "", []byte(`"text"`))
	f.Fuzz(func(t *testing.T, encoding, key string, data []byte) {
		given := &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte(encoding), "lethe-key": []byte(key)}, Data: data}
		codec := v.NewCodec(namespace).WithSerializationContext(converter.WorkflowSerializationContext{WorkflowID: workflowID})
		opened, err := codec.Decode([]*commonpb.Payload{given})
		if err != nil || encoding != "binary/encrypted" {
			return
		}
		var read string
		require.NoError(t, converter.GetDefaultDataConverter().FromPayload(opened[0], &read))
		require.Equal(t, address, read, "only what was encrypted opens")
	})
}

func TestFailuresAreEncryptedWithTheirDetailsAndCauses(t *testing.T) {
	t.Parallel()
	v := newPlace(t).open(t)
	require.NoError(t, v.Ensure(t.Context(), workflowID))
	cause := errors.New("caused by " + address)
	failed := temporal.NewApplicationErrorWithCause("about "+address, "rejected", cause, "detail "+address)

	failure := failures(v, workflowID).ErrorToFailure(failed)

	raw, err := proto.Marshal(failure)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "jane")
	require.Equal(t, "rejected", failure.GetApplicationFailureInfo().GetType())
	read := failures(v, workflowID).FailureToError(failure)
	var known *temporal.ApplicationError
	require.ErrorAs(t, read, &known)
	require.Equal(t, "about "+address, known.Message())
	var detail string
	require.NoError(t, known.Details(&detail))
	require.Equal(t, "detail "+address, detail)
	require.ErrorContains(t, errors.Unwrap(read), "caused by "+address)
}

// refused is an error that may be read on its way.
type refused struct{ text string }

func (r refused) Error() string { return r.text + ", in full" }

func (r refused) Plain() string { return r.text }

func TestARefusalCanBeReadOnItsWay(t *testing.T) {
	t.Parallel()
	v := newPlace(t).open(t)
	require.NoError(t, v.Ensure(t.Context(), workflowID))

	failure := failures(v, workflowID).ErrorToFailure(fmt.Errorf("checked: %w", refused{"there is no " + address}))

	require.Equal(t, "there is no j***@e***.com", failure.GetMessage(), "what looks like an identifier is masked")
	require.NotContains(t, failure.String(), "in full")
	require.ErrorContains(t, failures(v, workflowID).FailureToError(failure), "checked: there is no "+address+", in full")
}

func TestAFailureThatCannotBeEncryptedIsWithheld(t *testing.T) {
	t.Parallel()
	v := newPlace(t).open(t)
	failed := temporal.NewNonRetryableApplicationError("about "+address, "rejected", nil, "detail "+address)

	failure := failures(v, "erasure/R-404").ErrorToFailure(failed)
	require.NotContains(t, failure.String(), "jane")
	require.Equal(t, vault.ErrNoKey.Error(), failure.GetMessage())

	require.NoError(t, v.Ensure(t.Context(), workflowID))
	_, err := v.Destroy(t.Context(), workflowID)
	require.NoError(t, err)
	failure = failures(v, workflowID).ErrorToFailure(failed)
	require.Equal(t, vault.TypeKeyDestroyed, failure.GetApplicationFailureInfo().GetType())
	require.True(t, failure.GetApplicationFailureInfo().GetNonRetryable())
	require.Nil(t, failures(v, workflowID).ErrorToFailure(nil))
}

func BenchmarkCodec(b *testing.B) {
	p := place{b.TempDir()}
	v, err := vault.Open(b.Context(), p.options())
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, v.Close()) })
	require.NoError(b, v.Ensure(b.Context(), workflowID))
	codec := v.NewCodec(namespace).WithSerializationContext(converter.WorkflowSerializationContext{WorkflowID: workflowID})
	for name, size := range map[string]int{"100B": 100, "2KB": 2 << 10, "64KB": 64 << 10} {
		plain := []*commonpb.Payload{{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: make([]byte, size)}}
		sealed, err := codec.Encode(plain)
		require.NoError(b, err)
		b.Run("encode/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = codec.Encode(plain) // measured, not tested
			}
		})
		b.Run("decode/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = codec.Decode(sealed) // measured, not tested
			}
		})
	}
}
