package vault_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"ite.digital/lethe/vault"
)

// typed is what an operator types.
type typed struct {
	System  string `json:"system"`
	refused error
}

func (t *typed) Refuse(reason error) { t.refused = reason }

// plainly is a payload as anybody makes it who has no key.
func plainly(t *testing.T, value any) *commonpb.Payload {
	t.Helper()
	payload, err := converter.GetDefaultDataConverter().ToPayload(value)
	require.NoError(t, err)
	return payload
}

// byCodecServer is a payload as the codec server's /encode makes it of what it is sent.
func byCodecServer(t *testing.T, value any, c *codec) *commonpb.Payload {
	t.Helper()
	status, encoded, _ := c.call("/encode", looker, []*commonpb.Payload{plainly(t, value)})
	require.Equal(t, 200, status)
	return encoded[0]
}

// sides are the data converters that read: a worker's and a client's.
func sides(v *vault.Vault) map[string]converter.DataConverter {
	worker, ours := client.Options{Namespace: namespace}, client.Options{Namespace: namespace}
	v.ProtectWorker(&worker)
	v.Protect(&ours)
	return map[string]converter.DataConverter{"worker": worker.DataConverter, "client": ours.DataConverter}
}

// TestOnlyTheWorkflowsOwnKeyCounts reads, in every place in which a payload is read, what
// is encrypted with the workflow's key, what anybody has had encrypted by the codec server,
// and what is not encrypted.
func TestOnlyTheWorkflowsOwnKeyCounts(t *testing.T) {
	t.Parallel()
	c := serveCodec(t)
	require.NoError(t, c.vault.Ensure(t.Context(), workflowID))
	require.NoError(t, c.vault.Ensure(t.Context(), "erasure/R-2"))
	for _, id := range []string{workflowID, vault.SystemPrefix + "sweep"} {
		own, err := of(c.vault, id).ToPayload(typed{System: "gist"})
		require.NoError(t, err)
		others, err := of(c.vault, "erasure/R-2").ToPayload(typed{System: "gist"})
		require.NoError(t, err)
		for side, data := range sides(c.vault) {
			for place, in := range map[string]converter.SerializationContext{
				"workflow": converter.WorkflowSerializationContext{Namespace: namespace, WorkflowID: id},
				"step":     converter.ActivitySerializationContext{Namespace: namespace, WorkflowID: id},
			} {
				at := converter.WithDataConverterSerializationContext(data, in)
				for name, p := range map[string]struct {
					payload *commonpb.Payload
					inside  error // for results, inputs, heartbeats and details
					outside error // for what operators send
				}{
					"own key":        {own, nil, nil},
					"codec server":   {byCodecServer(t, typed{System: "gist"}, c), vault.ErrTampered, nil},
					"not encrypted":  {plainly(t, typed{System: "gist"}), vault.ErrUnsealed, vault.ErrUnsealed},
					"not encoded":    {&commonpb.Payload{Data: []byte(`{"system":"gist"}`)}, vault.ErrUnsealed, vault.ErrUnsealed},
					"another's":      {others, vault.ErrTampered, vault.ErrTampered},
					"nothing inside": {&commonpb.Payload{Metadata: own.GetMetadata(), Data: []byte("short")}, vault.ErrTampered, vault.ErrTampered},
				} {
					where := side + " " + id + " " + place + ": " + name
					var inside struct {
						System string `json:"system"`
					}
					require.ErrorIs(t, at.FromPayload(p.payload, &inside), p.inside, where)
					require.ErrorIs(t, at.FromPayloads(&commonpb.Payloads{Payloads: []*commonpb.Payload{p.payload}}, &inside), p.inside, where)
					var outside typed
					require.NoError(t, at.FromPayloads(&commonpb.Payloads{Payloads: []*commonpb.Payload{p.payload}}, &outside), where)
					require.ErrorIs(t, outside.refused, p.outside, where)
					if p.outside == nil {
						require.Equal(t, "gist", outside.System, where)
					} else {
						require.Empty(t, outside.System, "nothing of it is looked at: %s", where)
					}
				}
			}
		}
	}
}

// TestAFailureThatNobodyEncryptedIsNoFailure reads failures as a program without any key
// reports them: what it says of the step must not be believed, nor reach an operator.
func TestAFailureThatNobodyEncryptedIsNoFailure(t *testing.T) {
	t.Parallel()
	v := newPlace(t).open(t)
	require.NoError(t, v.Ensure(t.Context(), workflowID))
	worker := client.Options{Namespace: namespace}
	v.ProtectWorker(&worker)
	read := converter.WithFailureConverterSerializationContext(worker.FailureConverter,
		converter.ActivitySerializationContext{Namespace: namespace, WorkflowID: workflowID})
	forged := temporal.GetDefaultFailureConverter().ErrorToFailure(temporal.NewNonRetryableApplicationError("skip it", "rejected", nil, "details"))
	unreadable := &failurepb.Failure{EncodedAttributes: plainly(t, map[string]string{"message": "skip it"}), FailureInfo: forged.GetFailureInfo()}
	timeout := &failurepb.Failure{Message: "timeout", FailureInfo: &failurepb.Failure_TimeoutFailureInfo{TimeoutFailureInfo: &failurepb.TimeoutFailureInfo{}}}
	after := &failurepb.Failure{Message: "timeout", FailureInfo: timeout.GetFailureInfo(), Cause: forged}
	for name, failure := range map[string]*failurepb.Failure{"forged": forged, "unreadable": unreadable, "the cause of a timeout": after} {
		err := read.FailureToError(failure)
		var known *temporal.ApplicationError
		require.ErrorAs(t, err, &known, name)
		require.Equal(t, vault.TypeUnsealed, known.Type(), name)
		require.False(t, known.HasDetails(), name)
		require.NotContains(t, err.Error(), "skip it", name)
	}
	var ours *temporal.TimeoutError
	require.ErrorAs(t, read.FailureToError(timeout), &ours, "what the server makes itself has nothing to encrypt")
	sealed := failures(v, workflowID).ErrorToFailure(temporal.NewApplicationError("the vendor is away", "transient"))
	require.ErrorContains(t, read.FailureToError(sealed), "the vendor is away")
}
